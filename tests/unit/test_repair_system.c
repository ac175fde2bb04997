/* Verbs on settings of sshd, units, mounts, boot entries, saved firewall rules and PAM: exact bytes
 * after the edit, for texts as people and programs leave them. */
#include "login_suite.h"

#include "guest/overlay.h"
#include "repair/text_edit.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

struct trial {
    struct tree *tree;
    struct err e;
    int code;
};

/* One verb on a healthy guest whose PATH holds BEFORE; RECORD: the login record, or NULL. */
static void run(struct trial *t, const char *guest, const char *changes, const char *record,
                const char *from, const char *step)
{
    struct tree *raw = guest_tree(guest);
    change_tree(raw, changes);
    *t = (struct trial){.tree = overlay_new(arena, raw)};
    struct login_question question = {.port = 22, .at = JUNE_2026, .from = from};
    struct repair_options options = {0};
    struct repair_input input = {.arena = arena,
                                 .tree = t->tree,
                                 .lenses = lenses,
                                 .keywords = keywords,
                                 .question = &question,
                                 .options = &options};
    struct line_moves moves = {0};
    struct err e = {0};
    struct json *parsed = json_parse(bytes_of(step), "step", &e);
    struct json *about = record ? json_parse(bytes_of(record), "record", &e) : NULL;
    ck_assert_msg(parsed != NULL && (about || !record), "%s", e.text);
    struct verb_context c = {.input = &input,
                             .arena = arena,
                             .tree = t->tree,
                             .facts = gather(t->tree),
                             .rule = "a-rule",
                             .record = about,
                             .user = "ana",
                             .moves = &moves};
    const struct verb *verb = verb_by_name(json_member_string(parsed, "do"));
    ck_assert_msg(verb != NULL, "%s", step);
    t->code = verb->apply(&c, parsed, &t->e);
    json_free(parsed);
    json_free(about);
}

static const char *content(struct trial *t, const char *path)
{
    struct err e = {0};
    struct node_state s;
    ck_assert_msg(overlay_state(t->tree, path, true, &s, &e) == 0, "%s: %s", path, e.text);
    return s.exists ? arena_text(arena, s.content) : "(nothing)";
}

static const char *written(const char *path, const char *text)
{
    struct json *o = json_new_string(arena, text);
    const char *quoted = json_print(arena, o, false);
    json_free(o);
    return arena_printf(arena, "{\"do\":\"write\",\"path\":\"%s\",\"text\":%s}", path, quoted);
}

#define SSHD  "/etc/ssh/sshd_config"
#define FSTAB "/etc/fstab"
#define PAM   "/etc/pam.d/common-account"
#define L(n)  "\"path\":\"" n "\",\"line\":"

static const struct row {
    const char *name, *path, *before, *step, *record;
    const char *after; /* NULL: refused */
} rows[] = {
    /* --- lines of sshd_config */
    {"comment keeps the line", SSHD, "Port 22\r\nBogus yes\r\n",
     "\"do\":\"line_comment\"," L(SSHD) "\"2\"", NULL,
     "Port 22\r\n# diskmend a-rule: Bogus yes\r\n"},
    {"comment, no newline at the end", SSHD, "Bogus", "\"do\":\"line_comment\"," L(SSHD) "\"1\"",
     NULL, "# diskmend a-rule: Bogus"},
    {"only what shuts", SSHD, "A 1\n",
     "\"do\":\"line_comment\",\"state\":\"shut\"," L(SSHD) "\"1\"", "{\"state\":\"note\"}", NULL},
    {"no such line", SSHD, "A 1\n", "\"do\":\"line_comment\"," L(SSHD) "\"7\"", NULL, NULL},
    {"move above the first block", SSHD,
     "# a\nMatch User bob\n  X11Forwarding no\n  UsePAM yes # why\n",
     "\"do\":\"sshd_move\"," L(SSHD) "\"4\"", NULL,
     "# a\nUsePAM yes # why\nMatch User bob\n  X11Forwarding no\n"},
    {"unknown names only", SSHD, "Ciphers  aes256-ctr,arcfour,aes128-ctr # mine\n",
     "\"do\":\"sshd_algo_drop\"," L(SSHD) "\"1\"", NULL, "Ciphers  aes256-ctr,aes128-ctr\n"},
    {"a plus stays", SSHD, "\tMACs +hmac-none,hmac-sha2-256\r\n",
     "\"do\":\"sshd_algo_drop\"," L(SSHD) "\"1\"", NULL, "\tMACs +hmac-sha2-256\r\n"},
    {"none is known", SSHD, "Ciphers arcfour\n", "\"do\":\"sshd_algo_drop\"," L(SSHD) "\"1\"", NULL,
     "# diskmend a-rule: Ciphers arcfour\n"},
    /* --- fstab */
    {"nofail", FSTAB, "/dev/x\t/data\text4\tnoatime,nofail\t0 2\r\n",
     "\"do\":\"mount_option\",\"add\":[\"nofail\",\"x-systemd.device-timeout=10s\"]," L(
         FSTAB) "\"1\"",
     NULL, "/dev/x\t/data\text4\tnoatime,nofail,x-systemd.device-timeout=10s\t0 2\r\n"},
    {"nofail without options", FSTAB, "/dev/x /data ext4",
     "\"do\":\"mount_option\",\"add\":[\"nofail\"]," L(FSTAB) "\"1\"", NULL,
     "/dev/x /data ext4 defaults,nofail"},
    {"no type", FSTAB, "/dev/x /data\n",
     "\"do\":\"mount_option\",\"add\":[\"nofail\"]," L(FSTAB) "\"1\"", NULL, NULL},
    {"never on /", FSTAB, "/dev/x / ext4 defaults 0 1\n",
     "\"do\":\"mount_option\",\"add\":[\"nofail\"]," L(FSTAB) "\"1\"", NULL, NULL},
    {"never on /var", FSTAB, "/dev/x /var ext4 defaults 0 1\n",
     "\"do\":\"mount_option\",\"add\":[\"nofail\"]," L(FSTAB) "\"1\"", NULL, NULL},
    {"/var/lib is none of them", FSTAB, "/dev/x /var/lib ext4 defaults 0 1\n",
     "\"do\":\"mount_option\",\"add\":[\"nofail\"]," L(FSTAB) "\"1\"", NULL,
     "/dev/x /var/lib ext4 defaults,nofail 0 1\n"},
    {"/usr is not commented out", FSTAB, "/dev/x /usr ext99 defaults 0 1\n",
     "\"do\":\"mount_comment\"," L(FSTAB) "\"1\"",
     "{\"state\":\"shut\",\"reason\":\"fstab-line-invalid\"}", NULL},
    {"what is mounted all the same stays", FSTAB, "/dev/x /data\n",
     "\"do\":\"mount_comment\"," L(FSTAB) "\"1\"",
     "{\"state\":\"note\",\"reason\":\"fstab-line-invalid\"}", NULL},
    {"device", FSTAB, "UUID=old   /  ext4 ro 0 1\n",
     "\"do\":\"mount_device\",\"device\":\"UUID=new\"," L(FSTAB) "\"1\"", NULL,
     "UUID=new   /  ext4 ro 0 1\n"},
    /* --- kernel command lines */
    {"a word, not the end of another", "/etc/default/grub",
     "GRUB_CMDLINE_LINUX=\"net.ifnames=1 quiet 1\"\n", "\"do\":\"boot_token_drop\",\"token\":\"1\"",
     NULL, "GRUB_CMDLINE_LINUX=\"net.ifnames=1 quiet\"\n"},
    {"the only word", "/etc/default/grub",
     "#GRUB_CMDLINE_LINUX=single\nGRUB_CMDLINE_LINUX=single\n",
     "\"do\":\"boot_token_drop\",\"token\":\"single\"", NULL,
     "#GRUB_CMDLINE_LINUX=single\nGRUB_CMDLINE_LINUX=\n"},
    /* --- settings */
    {"last assignment", "/etc/default/ssh", "A=1\n#A=2\n A = 3\n",
     "\"do\":\"conf_set\",\"path\":\"/etc/default/ssh\",\"text\":\"A=b c\"", NULL,
     "A=1\n#A=2\n A = b c\n"},
    {"a new one, in its section", "/etc/default/ssh", "[a]\nx=1\n[b]\ny=2",
     "\"do\":\"conf_set\",\"path\":\"/etc/default/"
     "ssh\",\"section\":\"a\",\"key\":\"z\",\"value\":\"3\"",
     NULL, "[a]\nx=1\nz=3\n[b]\ny=2"},
    /* --- PAM */
    {"a jump gets shorter", PAM,
     "account [success=2 default=ignore] pam_unix.so\naccount required pam_gone.so\n"
     "account requisite pam_deny.so\naccount required pam_permit.so\n",
     "\"do\":\"pam_comment\"," L(PAM) "\"2\"", NULL,
     "account [success=1 default=ignore] pam_unix.so\n# diskmend a-rule: account required "
     "pam_gone.so\n"
     "account requisite pam_deny.so\naccount required pam_permit.so\n"},
    {"a jump over nothing else", PAM,
     "account [success=1 new_authtok_reqd=1 default=bad] pam_unix.so\naccount required "
     "pam_gone.so\n",
     "\"do\":\"pam_comment\"," L(PAM) "\"2\"", NULL,
     "account [success=ignore new_authtok_reqd=ignore default=bad] pam_unix.so\n"
     "# diskmend a-rule: account required pam_gone.so\n"},
    {"a jump that ends before", PAM,
     "account [success=1 default=ignore] pam_unix.so\naccount requisite pam_deny.so\n"
     "account required pam_gone.so\n",
     "\"do\":\"pam_comment\"," L(PAM) "\"3\"", NULL,
     "account [success=1 default=ignore] pam_unix.so\naccount requisite pam_deny.so\n"
     "# diskmend a-rule: account required pam_gone.so\n"},
    {"a line in two", PAM, "account required \\\n  pam_gone.so\naccount required pam_permit.so\n",
     "\"do\":\"pam_comment\"," L(PAM) "\"1\"", NULL,
     "# diskmend a-rule: account required \n# diskmend a-rule:   pam_gone.so\naccount required "
     "pam_permit.so\n"},
    {"an argument less", PAM, "account required\tpam_x.so a=1 [b c] deny=5 audit # why\n",
     "\"do\":\"pam_arg\",\"drop\":[\"deny\"],\"add\":[\"nullok\"]," L(PAM) "\"1\"", NULL,
     "account required\tpam_x.so a=1 [b c] audit nullok # why\n"},
    {"access.conf", "/etc/security/access.conf", "+:root:ALL\r\n-:ALL:ALL\r\n",
     "\"do\":\"access_admit\",\"user\":\"ana\"," L("/etc/security/access.conf") "\"2\"", NULL,
     "+:root:ALL\r\n+:ana:ALL\r\n-:ALL:ALL\r\n"},
    {"another separator", "/etc/security/access.conf", "- | ALL | ALL\n",
     "\"do\":\"access_admit\",\"user\":\"ana\"," L("/etc/security/access.conf") "\"1\"", NULL,
     "+|ana|ALL\n- | ALL | ALL\n"},
    {"a name that is a list", "/etc/security/access.conf", "-:ALL:ALL\n",
     "\"do\":\"access_admit\",\"user\":\"ana ALL\"," L("/etc/security/access.conf") "\"1\"", NULL,
     NULL},
    {"a limit of her own goes", "/etc/security/limits.conf", "ana - nproc 0\n",
     "\"do\":\"limit_lift\",\"user\":\"ana\"," L("/etc/security/limits.conf") "\"1\"", NULL,
     "# diskmend a-rule: ana - nproc 0\n"},
    {"one for all stays", "/etc/security/limits.conf", "* hard nproc 0\n@x - as 1\n",
     "\"do\":\"limit_lift\",\"user\":\"ana\"," L("/etc/security/limits.conf") "\"1\"", NULL,
     "* hard nproc 0\nana - nproc unlimited\n@x - as 1\n"},
    /* --- hosts.allow */
    {"above the first rule", "/etc/hosts.allow", "# ours\n\nsshd: 10. : deny\n",
     "\"do\":\"hosts_allow\",\"daemon\":\"sshd\"", NULL, "# ours\n\nsshd: ALL\nsshd: 10. : deny\n"},
    {"a comment that goes on", "/etc/hosts.allow", "# ours \\\nsshd: 10.\n",
     "\"do\":\"hosts_allow\",\"daemon\":\"sshd\"", NULL, "sshd: ALL\n# ours \\\nsshd: 10.\n"},
    {"no newline at the end", "/etc/hosts.allow", "# none",
     "\"do\":\"hosts_allow\",\"daemon\":\"sshd\"", NULL, "# none\nsshd: ALL\n"},
    {"there already", "/etc/hosts.allow", "sshd: ALL\n",
     "\"do\":\"hosts_allow\",\"daemon\":\"sshd\"", NULL, "sshd: ALL\n"},
};

START_TEST(a_verb_changes_its_bytes_only)
{
    const struct row *row = &rows[_i];
    struct trial t;
    run(&t, "debian-12", written(row->path, row->before), row->record, NULL,
        arena_printf(arena, "{%s}", row->step));
    if (!row->after) {
        ck_assert_msg(t.code > 0 && *t.e.text, "%s: not refused", row->name);
        ck_assert_str_eq(content(&t, row->path), row->before);
        return;
    }
    ck_assert_msg(t.code == 0, "%s: %s", row->name, t.e.text);
    ck_assert_msg(strcmp(content(&t, row->path), row->after) == 0, "%s:\n%s", row->name,
                  content(&t, row->path));
}
END_TEST

/* --- firewalls ----------------------------------------------------------------------------------
 */

#define SERVICES                                                                                   \
    "{\"do\":\"write\",\"path\":\"/usr/lib/systemd/system/nftables.service\",\"lines\":"           \
    "[\"[Service]\",\"Type=oneshot\",\"ExecStart=/usr/sbin/nft -f "                                \
    "/etc/nftables.conf\",\"[Install]\","                                                          \
    "\"WantedBy=sysinit.target\"]},"                                                               \
    "{\"do\":\"write\",\"path\":\"/usr/sbin/nft\",\"text\":\"stand-in\\n\",\"mode\":\"0755\"},"    \
    "{\"do\":\"symlink\",\"path\":\"/etc/systemd/system/sysinit.target.wants/nftables.service\","  \
    "\"target\":\"/usr/lib/systemd/system/nftables.service\"},"

static const struct {
    const char *name, *before, *after; /* NULL: as it was */
} nft_rows[] = {
    {"in its block",
     "table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n",
     "table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0; policy drop;\n"
     "\t\ttcp dport 2222 accept\n\t}\n}\n"},
    {"on one line", "table ip f { chain in { type filter hook input priority 0; policy drop; } }\n",
     "table ip f { chain in { type filter hook input priority 0; policy drop; tcp dport 2222 "
     "accept; } }\n"},
    {"behind a comment and flags",
     "table ip f {\n chain in { # mine\n  type filter hook input priority 0\n  # why\n  policy "
     "drop # so\n"
     "  ct state new drop\n }\n}\n",
     "table ip f {\n chain in { # mine\n  type filter hook input priority 0\n  # why\n  policy "
     "drop # so\n"
     "  tcp dport 2222 accept\n  ct state new drop\n }\n}\n"},
    {"without a newline at the end",
     "table ip f {\nchain in {\ntype filter hook input priority 0; policy drop;\n}}",
     "table ip f {\nchain in {\ntype filter hook input priority 0; policy drop;\ntcp dport 2222 "
     "accept\n}}"},
    {"nothing is dropped",
     "table ip f {\nchain in {\ntype filter hook input priority 0; policy accept;\n}\n}\n", NULL},
};

START_TEST(nftables_admit_the_port)
{
    struct trial t;
    run(&t, "debian-12",
        arena_printf(arena, SERVICES "%s", written("/etc/nftables.conf", nft_rows[_i].before)),
        NULL, NULL, "{\"do\":\"firewall_allow\",\"port\":\"2222\"}");
    ck_assert_msg(t.code == 0, "%s: %s", nft_rows[_i].name, t.e.text);
    ck_assert_str_eq(content(&t, "/etc/nftables.conf"),
                     nft_rows[_i].after ? nft_rows[_i].after : nft_rows[_i].before);
}
END_TEST

START_TEST(a_port_is_a_number)
{
    struct trial t;
    run(&t, "debian-12", NULL, NULL, NULL,
        "{\"do\":\"firewall_allow\",\"port\":\"22 accept; drop\"}");
    ck_assert_int_gt(t.code, 0);
}
END_TEST

START_TEST(one_address_only_where_one_is_given)
{
    struct trial t;
    run(&t, "debian-12", NULL, NULL, "2001:db8::9", "{\"do\":\"hosts_allow\",\"daemon\":\"sshd\"}");
    ck_assert_msg(t.code == 0, "%s", t.e.text);
    ck_assert_ptr_nonnull(strstr(content(&t, "/etc/hosts.allow"), "sshd: [2001:db8::9]\n"));
}
END_TEST

/* --- links ---------------------------------------------------------------------------------------
 */

START_TEST(a_link_of_merged_usr_comes_back)
{
    struct trial t;
    struct err e = {0};
    struct node_state s;
    run(&t, "debian-12", "{\"do\":\"remove\",\"path\":\"/bin\"}", NULL, NULL,
        "{\"do\":\"usr_link\",\"path\":\"/bin\"}");
    ck_assert_msg(t.code == 0, "%s", t.e.text);
    ck_assert_int_eq(overlay_state(t.tree, "/bin", false, &s, &e), 0);
    ck_assert(s.exists && s.type == NODE_SYMLINK);
    ck_assert_str_eq(s.target, "usr/bin");
    run(&t, "debian-12", NULL, NULL, NULL, "{\"do\":\"usr_link\",\"path\":\"/sbin/init\"}");
    ck_assert_int_gt(t.code, 0);
    run(&t, "debian-12",
        "{\"do\":\"remove\",\"path\":\"/bin\"},{\"do\":\"directory\",\"path\":\"/bin\"}", NULL,
        NULL, "{\"do\":\"usr_link\",\"path\":\"/bin\"}");
    ck_assert_int_gt(t.code, 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("repair_system");
    TCase *c = tcase_create("verbs");
    tcase_add_checked_fixture(c, login_begin, login_end);
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, a_verb_changes_its_bytes_only, 0, COUNT(rows));
    tcase_add_loop_test(c, nftables_admit_the_port, 0, COUNT(nft_rows));
    tcase_add_test(c, a_port_is_a_number);
    tcase_add_test(c, one_address_only_where_one_is_given);
    tcase_add_test(c, a_link_of_merged_usr_comes_back);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
