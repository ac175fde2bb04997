#include "login/effective.h"

#include "login_suite.h"

/* What sshd -T -C user=…,addr=… printed for these on the releases named. */
static const struct {
    const char *name, *guest, *config, *user, *from, *keyword, *value;
} rows[] = {
    {"quotes up to 9.8", "debian-12", "Match User 'ana'\\nPermitTTY no\\n", "ana", NULL,
     "PermitTTY", "yes"},
    {"quotes from 9.9", "debian-13", "Match User 'ana'\\nPermitTTY no\\n", "ana", NULL, "PermitTTY",
     "no"},
    {"equals sign", "debian-12", "Match User=ana\\nPermitTTY no\\n", "ana", NULL, "PermitTTY",
     "no"},
    {"equals sign, 10.0", "debian-13", "Match User=ana\\nPermitTTY no\\n", "ana", NULL, "PermitTTY",
     "no"},
    {"from loopback to loopback", "debian-12", "Match LocalAddress 127.0.0.1\\nPermitTTY no\\n",
     "ana", "127.0.0.1", "PermitTTY", "no"},
    {"from outside not to loopback", "debian-12", "Match LocalAddress 127.0.0.1\\nPermitTTY no\\n",
     "ana", NULL, "PermitTTY", "yes"},
    {"size and time of two lines", "debian-12",
     "RekeyLimit default 1h\\nMatch User ana\\nRekeyLimit 512M\\n", "ana", NULL, "RekeyLimit",
     "536870912 3600"},
    {"the last line wins", "debian-12",
     "Match User ana\\nStreamLocalBindMask 0177\\nStreamLocalBindMask 0022\\n", "ana", NULL,
     "StreamLocalBindMask", "022"},
    {"only a negation", "debian-12", "Match User !ana\\nPermitTTY no\\n", "sshd", NULL, "PermitTTY",
     "yes"},
    {"all but one", "debian-12", "Match User *,!ana\\nPermitTTY no\\n", "sshd", NULL, "PermitTTY",
     "no"},
    {"all but her", "debian-12", "Match User *,!ana\\nPermitTTY no\\n", "ana", NULL, "PermitTTY",
     "yes"},
    {"group", "debian-12", "Match Group sudo\\nPermitTTY no\\n", "ana", NULL, "PermitTTY", "no"},
    {"group, negated by another", "debian-12", "Match Group *,!sudo\\nPermitTTY no\\n", "ana", NULL,
     "PermitTTY", "yes"},
    {"gid is no name", "debian-12", "Match Group 27\\nPermitTTY no\\n", "ana", NULL, "PermitTTY",
     "yes"},
    {"block beats global", "debian-12", "PermitTTY yes\\nMatch User ana\\nPermitTTY no\\n", "ana",
     NULL, "PermitTTY", "no"},
    {"first block wins", "debian-12",
     "Match User ana\\nPermitTTY no\\nMatch all\\nPermitTTY yes\\n", "ana", NULL, "PermitTTY",
     "no"},
    {"Match all alone", "debian-12", "Match all\\nPermitTTY no\\n", "ana", NULL, "PermitTTY", "no"},
    {"first line wins", "debian-12", "PermitTTY no\\nPermitTTY yes\\n", "ana", NULL, "PermitTTY",
     "no"},
    {"default", "debian-12", "UsePAM yes\\n", "ana", NULL, "PermitRootLogin", "prohibit-password"},
    {"several criteria", "debian-12", "Match User ana Address 10.0.0.0/8\\nPermitTTY no\\n", "ana",
     "10.1.1.1", "PermitTTY", "no"},
    {"several criteria, one off", "debian-12",
     "Match User ana Address 10.0.0.0/8\\nPermitTTY no\\n", "ana", "11.1.1.1", "PermitTTY", "yes"},
    {"outside is no private network", "debian-12", "Match Address 10.0.0.0/8\\nPermitTTY no\\n",
     "ana", NULL, "PermitTTY", "yes"},
    {"outside is anywhere", "debian-12", "Match Address *\\nPermitTTY no\\n", "ana", NULL,
     "PermitTTY", "no"},
    {"outside, all but private", "debian-12", "Match Address *,!10.0.0.0/8\\nPermitTTY no\\n",
     "ana", NULL, "PermitTTY", "no"},
    {"host is the address", "debian-12", "Match Host 10.1.1.1\\nPermitTTY no\\n", "ana", "10.1.1.1",
     "PermitTTY", "no"},
    {"local port", "debian-12", "Match LocalPort 22\\nPermitTTY no\\n", "ana", NULL, "PermitTTY",
     "no"},
    {"other local port", "debian-12", "Match LocalPort 2222\\nPermitTTY no\\n", "ana", NULL,
     "PermitTTY", "yes"},
    {"unknown user is in no group", "debian-12", "Match Group *\\nPermitTTY no\\n", "zoe", NULL,
     "PermitTTY", "yes"},
    {"invalid user", "debian-13", "Match invalid-user\\nPermitTTY no\\n", "zoe", NULL, "PermitTTY",
     "no"},
    {"valid user", "debian-13", "Match invalid-user\\nPermitTTY no\\n", "ana", NULL, "PermitTTY",
     "yes"},
    {"version", "debian-13", "Match Version OpenSSH_10.0*\\nPermitTTY no\\n", "ana", NULL,
     "PermitTTY", "no"},
    {"version needs the whole text", "debian-13", "Match Version OpenSSH_10.0\\nPermitTTY no\\n",
     "ana", NULL, "PermitTTY", "yes"},
    /* Lists: blocks add up among themselves and replace the global one. */
    {"block list replaces", "debian-12", "AllowUsers bob\\nMatch User ana\\nAllowUsers ana\\n",
     "ana", NULL, "AllowUsers", "ana"},
    {"blocks add up", "debian-12",
     "Match User ana\\nAllowUsers ana\\nMatch Address 1.2.3.4\\nAllowUsers carol\\n", "ana",
     "1.2.3.4", "AllowUsers", "ana carol"},
    {"lines add up", "debian-12", "AllowUsers a\\nAllowUsers b c\\n", "ana", NULL, "AllowUsers",
     "a b c"},
    {"blanks around = up to 8.6", "debian-11", "AllowUsers a=b\\n", "ana", NULL, "AllowUsers",
     "a b"},
    {"= is literal from 8.7", "debian-12", "AllowUsers a=b\\n", "ana", NULL, "AllowUsers", "a=b"},
    {"Match all adds globally", "debian-12", "Match all\\nAllowUsers ana\\n", "ana", NULL,
     "AllowUsers", "ana"},
    {"a list line stays whole", "debian-12", "AuthorizedKeysFile a\\nAuthorizedKeysFile b\\n",
     "ana", NULL, "AuthorizedKeysFile", "a"},
};

static const char *joined(const struct effective *e, const char *keyword)
{
    if (strcmp(keyword, "AllowUsers") != 0)
        return effective_value(e, keyword);
    struct effective_list list = effective_list(e, keyword);
    struct strbuf s;
    strbuf_init(&s, arena);
    for (size_t i = 0; i < list.words.count; i++)
        strbuf_printf(&s, "%s%s", i ? " " : "", list.words.items[i].text);
    return s.ptr;
}

START_TEST(values_as_sshd)
{
    login_begin();
    struct tree *t = guest_tree(rows[_i].guest);
    change_tree(t, arena_printf(arena,
                                "{\"do\": \"write\", \"path\": \"/etc/ssh/sshd_config\", "
                                "\"text\": \"%s\"}",
                                rows[_i].config));
    struct facts *f = gather(t);
    ck_assert_msg(sshd_config_verdict(f->sshd) == NULL, "%s: sshd would not start", rows[_i].name);
    const struct subject subject = {.user = rows[_i].user, .from = rows[_i].from, .port = 22};
    struct effective *e = effective_for(f, &subject, facts_account(f, rows[_i].user), subject.port);
    const char *value = joined(e, rows[_i].keyword);
    ck_assert_msg(strcmp(value, rows[_i].value) == 0, "%s: %s is \"%s\", not \"%s\"", rows[_i].name,
                  rows[_i].keyword, value, rows[_i].value);
    login_end();
}
END_TEST

START_TEST(included_block_ends_with_its_file)
{
    login_begin();
    struct tree *t = guest_tree("debian-12");
    change_tree(t, "{\"do\": \"write\", \"path\": \"/etc/ssh/m.conf\", "
                   "\"text\": \"Match User ana\\nPermitTTY no\\n\"},"
                   "{\"do\": \"write\", \"path\": \"/etc/ssh/sshd_config\", "
                   "\"text\": \"Include m.conf\\nX11Forwarding yes\\n\"}");
    struct facts *f = gather(t);
    const struct subject ana = {.user = "ana", .port = 22}, other = {.user = "sshd", .port = 22};
    struct effective *e = effective_for(f, &ana, facts_account(f, "ana"), 22);
    ck_assert_str_eq(effective_value(e, "PermitTTY"), "no");
    ck_assert_str_eq(effective_value(e, "X11Forwarding"), "yes");
    e = effective_for(f, &other, facts_account(f, "sshd"), 22);
    ck_assert_str_eq(effective_value(e, "PermitTTY"), "yes");
    ck_assert_str_eq(effective_value(e, "X11Forwarding"), "yes");
    login_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("login: effective values");
    TCase *c = tcase_create("values");
    tcase_add_loop_test(c, values_as_sshd, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(c, included_block_ends_with_its_file);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
