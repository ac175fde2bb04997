/* Verbs on keys, sudoers, sessions and labels: exact bytes after the edit, for texts as people,
 * mail programs and editors leave them. */
#include "login_suite.h"

#include "guest/overlay.h"
#include "repair/label.h"
#include "repair/label_pattern.h"
#include "repair/text_edit.h"
#include "syntax/ssh_key_mend.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

#define ED      "AAAAC3NzaC1lZDI1NTE5AAAAIBtSe0m/cjyn/VrelC3PRi6M35QQRjVYBfD76wHXxGUj"
#define KEY     "ssh-ed25519 " ED
#define ED2     "AAAAC3NzaC1lZDI1NTE5AAAAINJqLwtwXL+bJUd2URqltIWaQ06bNxzXrw8IPEnRxTg0"
#define OTHER   "ssh-ed25519 " ED2
#define FILE_   "/home/ana/.ssh/authorized_keys"
#define SUDOERS "/etc/sudoers"

/* One verb on a healthy guest changed by CHANGES. */
struct trial {
    struct tree *tree;
    struct login_question question;
    struct repair_options options;
    struct repair_input input;
    struct line_moves moves;
    struct err e;
    size_t mark;
    int code;
};

static void run(struct trial *t, const char *guest, const char *changes, const char *identity,
                const char *step)
{
    struct tree *raw = guest_tree(guest);
    change_tree(raw, changes);
    *t = (struct trial){.tree = overlay_new(arena, raw)};
    t->question = (struct login_question){.port = 22, .at = JUNE_2026, .identity = identity};
    t->input = (struct repair_input){.arena = arena,
                                     .tree = t->tree,
                                     .lenses = lenses,
                                     .keywords = keywords,
                                     .question = &t->question,
                                     .options = &t->options};
    struct verb_context c = {.input = &t->input,
                             .arena = arena,
                             .tree = t->tree,
                             .facts = gather(t->tree),
                             .rule = "a-rule",
                             .user = "ana",
                             .moves = &t->moves};
    struct err e = {0};
    struct json *parsed = json_parse(bytes_of(step), "step", &e);
    ck_assert_msg(parsed != NULL, "%s", step);
    const struct verb *verb = verb_by_name(json_member_string(parsed, "do"));
    ck_assert_msg(verb != NULL, "%s", step);
    t->mark = overlay_mark(t->tree);
    t->code = verb->apply(&c, parsed, &t->e);
    /* The same once more, on what it left, does nothing (or has no more line to do it to). */
    if (t->code == 0) {
        size_t mark = overlay_mark(t->tree);
        struct err again = {0};
        verb->apply(&c, parsed, &again);
        overlay_roll_back(t->tree, mark);
    }
    json_free(parsed);
}

static const char *content(struct trial *t, const char *path)
{
    struct err e = {0};
    struct node_state s;
    ck_assert_msg(overlay_state(t->tree, path, true, &s, &e) == 0, "%s: %s", path, e.text);
    return s.exists ? arena_text(arena, s.content) : NULL;
}

static struct node_state state_of(struct trial *t, const char *path)
{
    struct err e = {0};
    struct node_state s;
    ck_assert_msg(overlay_state(t->tree, path, false, &s, &e) == 0, "%s: %s", path, e.text);
    return s;
}

static const char *write_change(const char *path, const char *text)
{
    struct json *o = json_new_string(arena, text);
    const char *quoted = json_print(arena, o, false);
    json_free(o);
    return arena_printf(arena, "{\"do\":\"write\",\"path\":\"%s\",\"text\":%s}", path, quoted);
}

/* --- lines of authorized_keys ------------------------------------------------------------------
 */

static const struct mend_row {
    const char *name, *before, *after; /* NULL: refused */
} mend_rows[] = {
    {"wrapped once",
     "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBtSe0m/cjyn\n/VrelC3PRi6M35QQRjVYBfD76wHXxGUj "
     "ana@laptop\n",
     KEY " ana@laptop\n"},
    {"wrapped behind the type", "ssh-ed25519\n" ED " ana\n" OTHER "\n", KEY " ana\n" OTHER "\n"},
    {"wrapped in three, with CR LF",
     "ssh-ed25519 "
     "AAAAC3NzaC1lZDI1NTE5\r\nAAAAIBtSe0m/cjyn/VrelC\r\n3PRi6M35QQRjVYBfD76wHXxGUj\r\n# end\r\n",
     KEY "\n# end\r\n"},
    {"wrapped, no newline at the end",
     "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBtSe0m/cjyn\n/VrelC3PRi6M35QQRjVYBfD76wHXxGUj", KEY},
    {"in quotes", "\"" KEY " ana\"\n", KEY " ana\n"},
    {"in typographic quotes", "\xe2\x80\x9c" KEY "\xe2\x80\x9d\n", KEY "\n"},
    {"byte order mark", "\xef\xbb\xbf" KEY " a\n" OTHER "\n", KEY " a\n" OTHER "\n"},
    {"a blank that is none", "ssh-ed25519\xc2\xa0" ED "\n", KEY "\n"},
    {"no type", ED " ana\n", KEY " ana\n"},
    {"the type twice", "ssh-ed25519 " KEY "\n", KEY "\n"},
    {"the type of another key", "ssh-rsa " ED "\n", KEY "\n"},
    {"the type in capitals", "SSH-ED25519 " ED "\n", KEY "\n"},
    {"a blank in the options", "no-pty, no-X11-forwarding " KEY "\n",
     "no-pty,no-X11-forwarding " KEY "\n"},
    {"a blank in quotes stays", "command=\"a, b\" , no-pty " KEY "\n",
     "command=\"a, b\",no-pty " KEY "\n"},
    {"half a key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBtSe0m/cjyn\n", NULL},
    {"half a key before a whole one",
     "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBtSe0m/cjyn\n" OTHER "\n", NULL},
    {"an option nobody knows", "no-nonsense " KEY "\n", NULL},
    {"a word", "hello\n", NULL},
    {"RFC 4716",
     "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"ana\"\nx-a: "
     "b\\\nc\nAAAAC3NzaC1lZDI1NTE5AAAAIBtSe0m/cjyn/V\nrelC3PRi6M35QQRjVYBfD76wHXxGUj\n---- END "
     "SSH2 PUBLIC KEY ----\n# x\n",
     KEY " ana\n# x\n"},
    {"PEM",
     "-----BEGIN PUBLIC "
     "KEY-----\nMCowBQYDK2VwAyEAG1J7Sb9yPKf9Wt6ULc9GLozflBBGNVgF8PvrAdfEZSM=\n-----END PUBLIC "
     "KEY-----\n",
     KEY "\n"},
    {"a block without an end", "---- BEGIN SSH2 PUBLIC KEY ----\n", NULL},
};

START_TEST(lines_are_mended)
{
    const struct mend_row *row = &mend_rows[_i];
    struct trial t;
    run(&t, "debian-12", write_change(FILE_, row->before), NULL,
        "{\"do\":\"key_mend\",\"name\":\"ana\",\"path\":\"" FILE_ "\",\"line\":\"1\"}");
    if (row->after) {
        ck_assert_msg(t.code == 0, "%s: %s", row->name, t.e.text);
        ck_assert_msg(strcmp(content(&t, FILE_), row->after) == 0, "%s: %s", row->name,
                      content(&t, FILE_));
    } else {
        ck_assert_msg(t.code > 0, "%s: %s", row->name, content(&t, FILE_));
        ck_assert_str_eq(content(&t, FILE_), row->before);
    }
}
END_TEST

START_TEST(a_private_key_goes_aside)
{
    struct trial t;
    const char *text = OTHER "\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza\n"
                             "-----END OPENSSH PRIVATE KEY-----\n# last\n";
    run(&t, "debian-12", write_change(FILE_, text), NULL,
        "{\"do\":\"key_mend\",\"name\":\"ana\",\"path\":\"" FILE_ "\",\"line\":\"2\"}");
    ck_assert_int_eq(t.code, 0);
    ck_assert_str_eq(content(&t, FILE_), OTHER "\n# last\n");
    struct node_state s = state_of(&t, FILE_ ".private-1.diskmend");
    ck_assert(s.exists && s.mode == 0600 && s.uid == 1000);
}
END_TEST

START_TEST(utf16_is_read)
{
    struct bytes plain;
    char text[2 * sizeof(KEY "\r\n") + 2];
    size_t n = 0;
    text[n++] = '\xff';
    text[n++] = '\xfe';
    for (const char *p = KEY "\r\n"; *p; p++) {
        text[n++] = *p;
        text[n++] = '\0';
    }
    ck_assert(ssh_key_from_utf16(arena, (struct bytes){text, n}, &plain));
    ck_assert(bytes_equal_text(plain, KEY "\n"));
    ck_assert(!ssh_key_from_utf16(arena, bytes_of("plain text."), &plain));
    text[7] = '\x20';
    ck_assert(!ssh_key_from_utf16(arena, (struct bytes){text, n}, &plain));
}
END_TEST

static const struct mend_row split_rows[] = {
    {"in the key", KEY OTHER " new\n", KEY "\n" OTHER " new\n"},
    {"in the comment", KEY " ana " OTHER " new\n# x\n", KEY " ana\n" OTHER " new\n# x\n"},
    {"three, no newline", KEY OTHER KEY, KEY "\n" OTHER "\n" KEY "\n"},
    {"with CR LF", "# a\r\n" KEY OTHER "\r\n", NULL},
    {"a good line", KEY " my ssh-ed25519 key\n", NULL},
};

START_TEST(lines_are_split)
{
    const struct mend_row *row = &split_rows[_i];
    struct trial t;
    run(&t, "debian-12", write_change(FILE_, row->before), NULL,
        "{\"do\":\"key_split\",\"path\":\"" FILE_ "\",\"line\":\"1\"}");
    ck_assert_msg((t.code == 0) == (row->after != NULL), "%s: %s", row->name, t.e.text);
    ck_assert_msg(strcmp(content(&t, FILE_), row->after ? row->after : row->before) == 0, "%s: %s",
                  row->name, content(&t, FILE_));
}
END_TEST

static const struct add_row {
    const char *before, *after;
} add_rows[] = {
    {"", KEY " ana\n"},
    {OTHER "\n", OTHER "\n" KEY " ana\n"},
    {OTHER, OTHER "\n" KEY " ana\n"},
    {OTHER "\r\n", OTHER "\r\n" KEY " ana\r\n"},
    {"# mine\n" KEY " old\n", "# mine\n" KEY " old\n"},
    {"from=\"10.0.0.1\" " KEY "\n", "from=\"10.0.0.1\" " KEY "\n" KEY " ana\n"},
};

#define ADD "{\"do\":\"key_add\",\"name\":\"ana\",\"path\":\"" FILE_ "\"}"

START_TEST(keys_are_added)
{
    const struct add_row *row = &add_rows[_i];
    struct trial t;
    run(&t, "debian-12", write_change(FILE_, row->before), KEY " ana\n", ADD);
    ck_assert_msg(t.code == 0, "%s", t.e.text);
    ck_assert_str_eq(content(&t, FILE_), row->after);
}
END_TEST

START_TEST(no_key_is_invented)
{
    struct trial t;
    run(&t, "debian-12", NULL, NULL, ADD);
    ck_assert_int_eq(t.code, ERR_REFUSED);
    ck_assert_str_eq(t.e.text, "no key was given: --identity FILE.pub");
    run(&t, "debian-12", NULL, "-----BEGIN OPENSSH PRIVATE KEY-----\n", ADD);
    ck_assert_int_eq(t.code, ERR_REFUSED);
    ck_assert_uint_eq(overlay_mark(t.tree), t.mark);
}
END_TEST

START_TEST(directories_are_made)
{
    struct trial t;
    run(&t, "debian-12", "{\"do\":\"remove\",\"path\":\"/home/ana/.ssh\"}", KEY, ADD);
    ck_assert_msg(t.code == 0, "%s", t.e.text);
    struct node_state d = state_of(&t, "/home/ana/.ssh"), f = state_of(&t, FILE_);
    ck_assert(d.mode == 0700 && d.uid == 1000 && d.gid == 1000);
    ck_assert(f.mode == 0600 && f.uid == 1000 && f.gid == 1000);
    run(&t, "debian-12", "{\"do\":\"remove\",\"path\":\"/home/ana\"}", KEY, ADD);
    ck_assert_int_eq(t.code, ERR_REFUSED);
}
END_TEST

static const struct mend_row option_rows[] = {
    {"expiry-time", "expiry-time=\"20240101\",no-pty " KEY " a\n", "no-pty " KEY " a\n"},
    {"expiry-time", "expiry-time=\"20240101\" " KEY "\n", KEY "\n"},
    {"from", "from=\"10.0.0.0/8\",command=\"x \\\" y\" " KEY "\n",
     "command=\"x \\\" y\" " KEY "\n"},
    {"command", "command=\"echo ssh-ed25519\" " KEY "\n", KEY "\n"},
    {"cert-authority", "cert-authority " KEY "\n", NULL},
    {"from", KEY "\n", NULL},
};

START_TEST(options_are_taken_off)
{
    const struct mend_row *row = &option_rows[_i];
    struct trial t;
    run(&t, "debian-12", write_change(FILE_, row->before), NULL,
        arena_printf(arena,
                     "{\"do\":\"key_option\",\"path\":\"" FILE_
                     "\",\"line\":\"1\",\"option\":\"%s\"}",
                     row->name));
    ck_assert_msg((t.code == 0) == (row->after != NULL), "%s: %s", row->name, t.e.text);
    ck_assert_str_eq(content(&t, FILE_), row->after ? row->after : row->before);
}
END_TEST

/* --- modes and owners --------------------------------------------------------------------------
 */

static const struct safe_row {
    const char *changes, *path;
    uint32_t mode, uid; /* mode 0: refused */
} safe_rows[] = {
    {"{\"do\":\"mode\",\"path\":\"/home/ana\",\"mode\":\"0777\"}", "/home/ana", 0755, 1000},
    {"{\"do\":\"owner\",\"path\":\"/home/ana\",\"owner\":1234,\"group\":1}", "/home/ana", 0700,
     1000},
    {"{\"do\":\"owner\",\"path\":\"/home/ana\",\"owner\":33,\"group\":33}", "/home/ana", 0, 33},
    {"{\"do\":\"mode\",\"path\":\"/home/ana/.ssh\",\"mode\":\"0666\"}", "/home/ana/.ssh", 0700,
     1000},
    {"{\"do\":\"owner\",\"path\":\"/home/ana/.ssh\",\"owner\":0,\"group\":0}", "/home/ana/.ssh",
     0700, 1000},
    {"{\"do\":\"mode\",\"path\":\"" FILE_ "\",\"mode\":\"0666\"}", FILE_, 0644, 1000},
    {"{\"do\":\"owner\",\"path\":\"" FILE_ "\",\"owner\":0,\"group\":0}", FILE_, 0600, 1000},
    {"{\"do\":\"directory\",\"path\":\"/srv/keys\",\"mode\":\"0770\"}", "/srv/keys", 0751, 0},
    {"{\"do\":\"directory\",\"path\":\"/srv/keys\",\"mode\":\"1777\"}", "/srv/keys", 0, 0},
};

START_TEST(the_way_is_made_safe)
{
    const struct safe_row *row = &safe_rows[_i];
    struct trial t;
    run(&t, "debian-12", row->changes, NULL,
        arena_printf(arena, "{\"do\":\"key_safe\",\"name\":\"ana\",\"path\":\"%s\"}", row->path));
    struct node_state s = state_of(&t, row->path);
    ck_assert_msg((t.code == 0) == (row->mode != 0), "%d: %s", _i, t.e.text);
    ck_assert_uint_eq(s.uid, row->uid);
    if (row->mode)
        ck_assert_msg((s.mode & 0711) == (row->mode & 0711) && !(s.mode & 022), "%d: %04o", _i,
                      s.mode);
}
END_TEST

START_TEST(the_mask_of_an_acl_follows)
{
    static const char want[] = "\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x06\0\xe9\x03\0\0"
                               "\x04\0\0\0\xff\xff\xff\xff\x10\0\x04\0\xff\xff\xff\xff\x20\0\0\0"
                               "\xff\xff\xff\xff";
    struct trial t;
    run(&t, "rhel-9",
        "{\"do\":\"mode\",\"path\":\"" FILE_ "\",\"mode\":\"0660\"},"
        "{\"do\":\"xattr\",\"path\":\"" FILE_ "\",\"name\":\"system.posix_acl_access\",\"hex\":"
        "\"0200000001000600ffffffff02000600e903000004000000ffffffff10000600ffffffff20000000"
        "ffffffff\"}",
        NULL, "{\"do\":\"key_safe\",\"name\":\"ana\",\"path\":\"" FILE_ "\"}");
    struct node_state s = state_of(&t, FILE_);
    const struct bytes *acl = node_state_xattr(&s, "system.posix_acl_access");
    ck_assert_uint_eq(s.mode, 0640);
    ck_assert(acl && bytes_equal(*acl, (struct bytes){want, sizeof want - 1}));
}
END_TEST

/* --- sudoers -----------------------------------------------------------------------------------
 */

static const struct sudo_row {
    const char *step, *before, *after; /* of /etc/sudoers; NULL: refused */
    const char *path, *text;           /* another file, and what is in it then */
} sudo_rows[] = {
    {"{\"do\":\"sudo_comment\",\"path\":\"/etc/sudoers\",\"line\":\"2\"}",
     "root ALL=(ALL) ALL\nana ALL=(ALL \\\n  ALL, \\\n  x\n%sudo ALL=(ALL) ALL\n",
     "root ALL=(ALL) ALL\n# diskmend a-rule: ana ALL=(ALL \\\n# diskmend a-rule:   ALL, \\\n# "
     "diskmend a-rule:   x\n%sudo ALL=(ALL) ALL\n",
     NULL, NULL},
    {"{\"do\":\"sudo_comment\",\"path\":\"/etc/sudoers\",\"line\":\"1\"}", "#include /nowhere",
     "# diskmend a-rule: #include /nowhere", NULL, NULL},
    {"{\"do\":\"sudo_comment\",\"path\":\"/etc/sudoers\",\"line\":\"1\"}",
     "root ALL=(ALL) ALL\r\nana ALL=(ALL) ALL\r\n", "root ALL=(ALL) ALL\nana ALL=(ALL) ALL\n", NULL,
     NULL},
    {"{\"do\":\"sudo_comment\",\"path\":\"/etc/sudoers\",\"line\":\"9\"}", "root ALL=(ALL) ALL\n",
     NULL, NULL, NULL},
    {"{\"do\":\"sudo_rule\",\"name\":\"ana\"}", "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n",
     "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n", "/etc/sudoers.d/90-diskmend-ana",
     "ana ALL=(ALL:ALL) ALL\n"},
    {"{\"do\":\"sudo_rule\",\"name\":\"ana\"}", "root ALL=(ALL) ALL",
     "root ALL=(ALL) ALL\nana ALL=(ALL:ALL) ALL\n", "/etc/sudoers.d/90-diskmend-ana", NULL},
    {"{\"do\":\"sudo_nopasswd\",\"name\":\"ana\",\"path\":\"/etc/sudoers\",\"line\":\"1\"}",
     "ana\tALL=(ALL:ALL) ALL # hers\n", "ana\tALL=(ALL:ALL) NOPASSWD: ALL # hers\n", NULL, NULL},
    {"{\"do\":\"sudo_nopasswd\",\"name\":\"ana\",\"path\":\"/etc/sudoers\",\"line\":\"1\"}",
     "ana ALL = PASSWD: ALL\n", "ana ALL = NOPASSWD: ALL\n", NULL, NULL},
    {"{\"do\":\"sudo_nopasswd\",\"name\":\"ana\",\"path\":\"/etc/sudoers\",\"line\":\"1\"}",
     "%sudo ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n",
     "%sudo ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n", "/etc/sudoers.d/90-diskmend-ana",
     "ana ALL=(ALL:ALL) NOPASSWD: ALL\n"},
    {"{\"do\":\"sudo_nopasswd\",\"name\":\"ana\",\"path\":\"/etc/sudoers\",\"line\":\"2\"}",
     "@includedir /etc/sudoers.d\n%sudo ALL=(ALL) ALL\n",
     "@includedir /etc/sudoers.d\n%sudo ALL=(ALL) ALL\nana ALL=(ALL:ALL) NOPASSWD: ALL\n", NULL,
     NULL},
    {"{\"do\":\"sudo_targetpw\",\"name\":\"ana\",\"path\":\"/etc/sudoers\",\"line\":\"1\","
     "\"setting\":\"targetpw\"}",
     "Defaults env_reset, targetpw, insults\nALL ALL=(ALL) ALL\n%sudo ALL=(ALL) ALL\n",
     "Defaults env_reset, insults\n# diskmend a-rule: ALL ALL=(ALL) ALL\n%sudo ALL=(ALL) ALL\n",
     "/etc/sudoers.d/90-diskmend-ana", NULL},
    {"{\"do\":\"sudo_targetpw\",\"name\":\"ana\",\"path\":\"/etc/sudoers\",\"line\":\"1\","
     "\"setting\":\"targetpw\"}",
     "Defaults targetpw\nALL ALL=(ALL) ALL\n",
     "# diskmend a-rule: Defaults targetpw\n# diskmend a-rule: ALL ALL=(ALL) ALL\nana "
     "ALL=(ALL:ALL) ALL\n",
     NULL, NULL},
    {"{\"do\":\"sudo_default\",\"name\":\"ana\",\"value\":\"!requiretty\"}",
     "Defaults requiretty\n@includedir /etc/sudoers.d\n",
     "Defaults requiretty\n@includedir /etc/sudoers.d\n", "/etc/sudoers.d/90-diskmend-ana",
     "Defaults:ana !requiretty\n"},
};

START_TEST(sudoers_are_edited)
{
    const struct sudo_row *row = &sudo_rows[_i];
    struct trial t;
    run(&t, "debian-12", write_change(SUDOERS, row->before), NULL, row->step);
    ck_assert_msg((t.code == 0) == (row->after != NULL), "%d: %s", _i, t.e.text);
    ck_assert_str_eq(content(&t, SUDOERS), row->after ? row->after : row->before);
    if (!row->path)
        return;
    struct node_state s = state_of(&t, row->path);
    ck_assert(s.exists == (row->text != NULL));
    if (!row->text)
        return;
    ck_assert_str_eq(content(&t, row->path), row->text);
    ck_assert(s.mode == 0440 && s.uid == 0 && s.gid == 0);
}
END_TEST

START_TEST(a_name_with_a_dot_makes_a_file_without)
{
    struct trial t;
    run(&t, "debian-12",
        "{\"do\":\"append\",\"path\":\"/etc/passwd\",\"text\":\"ana.b:x:1500:1500::/:/bin/sh\\n\"}",
        NULL, "{\"do\":\"sudo_rule\",\"name\":\"ana.b\"}");
    ck_assert_msg(t.code == 0, "%s", t.e.text);
    ck_assert_str_eq(content(&t, "/etc/sudoers.d/90-diskmend-ana_b"),
                     "ana.b ALL=(ALL:ALL) NOPASSWD: ALL\n");
}
END_TEST

START_TEST(set_id_only_where_it_belongs)
{
    struct trial t;
    run(&t, "debian-12", "{\"do\":\"mode\",\"path\":\"/usr/bin/sudo\",\"mode\":\"0755\"}", NULL,
        "{\"do\":\"setuid_restore\",\"path\":\"/usr/bin/sudo\",\"mode\":\"4755\"}");
    ck_assert_msg(t.code == 0, "%s", t.e.text);
    ck_assert_uint_eq(state_of(&t, "/usr/bin/sudo").mode, 04755);
    run(&t, "debian-12", NULL, NULL,
        "{\"do\":\"setuid_restore\",\"path\":\"/usr/bin/bash\",\"mode\":\"4755\"}");
    ck_assert_int_eq(t.code, ERR_REFUSED);
    run(&t, "debian-12",
        "{\"do\":\"write\",\"path\":\"/home/ana/sudo\",\"text\":\"x\",\"mode\":\"0755\"},"
        "{\"do\":\"remove\",\"path\":\"/usr/bin/sudo\"},"
        "{\"do\":\"symlink\",\"path\":\"/usr/bin/sudo\",\"target\":\"/home/ana/sudo\"}",
        NULL, "{\"do\":\"setuid_restore\",\"path\":\"/usr/bin/sudo\",\"mode\":\"4755\"}");
    ck_assert_int_eq(t.code, ERR_REFUSED);
}
END_TEST

/* --- startup files, homes ----------------------------------------------------------------------
 */

static const struct mend_row startup_rows[] = {
    {"/etc/profile", "x=1\n  exit 0\n", "x=1\n  : # diskmend a-rule: exit 0\n"},
    {"/etc/profile", "x=1\nlogout", "x=1\n: # diskmend a-rule: logout"},
    {"/etc/profile", "if true; then\nexit 1; fi\n", NULL},
    {"/etc/profile", "x=1\nexit \\\n1\n", NULL},
};

START_TEST(startup_files_go_on)
{
    const struct mend_row *row = &startup_rows[_i];
    struct trial t;
    run(&t, "debian-12", write_change(row->name, row->before), NULL,
        "{\"do\":\"startup_mend\",\"name\":\"ana\",\"path\":\"/etc/profile\",\"line\":\"2\"}");
    ck_assert_msg((t.code == 0) == (row->after != NULL), "%d: %s", _i, t.e.text);
    ck_assert_str_eq(content(&t, row->name), row->after ? row->after : row->before);
}
END_TEST

START_TEST(a_home_is_made_from_skel)
{
    struct trial t;
    run(&t, "debian-12",
        "{\"do\":\"remove\",\"path\":\"/home/ana\"},"
        "{\"do\":\"write\",\"path\":\"/etc/skel/.profile\",\"text\":\"umask 022\\n\"},"
        "{\"do\":\"write\",\"path\":\"/etc/skel/bin/x\",\"text\":\"x\",\"mode\":\"4755\"},"
        "{\"do\":\"special\",\"path\":\"/etc/skel/pipe\",\"type\":\"fifo\"}",
        NULL,
        "{\"do\":\"dir_make\",\"path\":\"/home/ana\",\"mode\":\"0700\",\"owner\":\"ana\","
        "\"from\":\"/etc/skel\"}");
    ck_assert_msg(t.code == 0, "%s", t.e.text);
    struct node_state home = state_of(&t, "/home/ana"), x = state_of(&t, "/home/ana/bin/x");
    ck_assert(home.mode == 0700 && home.uid == 1000);
    ck_assert(x.mode == 0755 && x.uid == 1000 && x.gid == 1000);
    ck_assert_str_eq(content(&t, "/home/ana/.profile"), "umask 022\n");
    ck_assert(!state_of(&t, "/home/ana/pipe").exists);
}
END_TEST

/* --- labels ------------------------------------------------------------------------------------
 */

static const struct pattern_row {
    const char *pattern, *path;
    enum label_match want;
} pattern_rows[] = {
    {"/etc/.*", "/etc/a/b", LABEL_MATCH_YES},
    {"/etc(/.*)?", "/etc", LABEL_MATCH_YES},
    {"/etc(/.*)?", "/etcetera", LABEL_MATCH_NO},
    {"/home/[^/]+/\\.ssh(/.*)?", "/home/ana/.ssh/authorized_keys", LABEL_MATCH_YES},
    {"/home/[^/]+/\\.ssh(/.*)?", "/home/ana/xssh", LABEL_MATCH_NO},
    {"/usr/(.*/)?bin(/.*)?", "/usr/local/bin/x", LABEL_MATCH_YES},
    {"/usr/(.*/)?bin(/.*)?", "/usr/cabin", LABEL_MATCH_NO},
    {"/dev/tty[0-9]{1,2}", "/dev/tty12", LABEL_MATCH_YES},
    {"/dev/tty[0-9]{1,2}", "/dev/tty123", LABEL_MATCH_NO},
    {"/a(b|cd)+e", "/abcdbe", LABEL_MATCH_YES},
    {"/x[[:digit:]]+\\.so", "/x12.so", LABEL_MATCH_YES},
    {"/(?:a|b)", "/b", LABEL_MATCH_YES},
    {"/a{2,}", "/aaa", LABEL_MATCH_YES},
    {"/[]a]", "/]", LABEL_MATCH_YES},
    {"(((((a*)*)*)*)*)*", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", LABEL_MATCH_NO},
    {"/a(", "/a", LABEL_MATCH_UNSURE},
    {"/a)", "/a", LABEL_MATCH_UNSURE},
    {"/[a", "/a", LABEL_MATCH_UNSURE},
    {"/a{999}", "/a", LABEL_MATCH_UNSURE},
    {"/(?=a)a", "/a", LABEL_MATCH_UNSURE},
    {"/*", "/", LABEL_MATCH_YES},
    {"*", "/", LABEL_MATCH_UNSURE},
};

START_TEST(patterns_match)
{
    const struct pattern_row *row = &pattern_rows[_i];
    long budget = 4000000;
    enum label_match got = label_pattern_match(arena, row->pattern, row->path, &budget);
    if (row->want == LABEL_MATCH_NO && budget < 0)
        return;
    ck_assert_msg(got == row->want, "%s %s: %d", row->pattern, row->path, (int)got);
}
END_TEST

START_TEST(the_last_fitting_line_holds)
{
    const struct bytes texts[5] = {
        bytes_of("/.*\tdefault\n/etc/.*\tetc\n/etc/passwd\t--\tpasswd\n/etc/p.*\tlate\n"
                 "/run/.*\t<<none>>\n/var/lock/.*\tlock\nbroken\n/x\t-z\ty\n"),
        bytes_of("/home/[^/]+\t-d\thome\n"), bytes_of("/etc/mine\tlocal\n"),
        bytes_of("/run/lock /var/lock\n"), bytes_of("/srv/homes /home\n")};
    const struct label_table *table = label_table_parse(arena, texts);
    static const struct {
        const char *path;
        enum node_type type;
        const char *want;
    } rows[] = {
        {"/etc/passwd", NODE_FILE, "passwd"},  {"/etc/passwd", NODE_DIRECTORY, "late"},
        {"/etc/shadow", NODE_FILE, "etc"},     {"/etc/mine", NODE_FILE, "local"},
        {"/home/ana", NODE_DIRECTORY, "home"}, {"/srv/homes/ana", NODE_DIRECTORY, "home"},
        {"/run/lock/x", NODE_FILE, "lock"},    {"/run/x", NODE_FILE, NULL},
        {"/opt", NODE_FILE, "default"},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        const char *label = NULL;
        enum label_answer a = label_of(arena, table, rows[i].path, rows[i].type, &label);
        ck_assert_msg((a == LABEL_FOUND) == (rows[i].want != NULL), "%s", rows[i].path);
        if (rows[i].want)
            ck_assert_msg(strcmp(label, rows[i].want) == 0, "%s: %s", rows[i].path, label);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("repair keys");
    TCase *c = tcase_create("verbs");
    tcase_add_checked_fixture(c, login_begin, login_end);
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, lines_are_mended, 0, COUNT(mend_rows));
    tcase_add_test(c, a_private_key_goes_aside);
    tcase_add_test(c, utf16_is_read);
    tcase_add_loop_test(c, lines_are_split, 0, COUNT(split_rows));
    tcase_add_loop_test(c, keys_are_added, 0, COUNT(add_rows));
    tcase_add_test(c, no_key_is_invented);
    tcase_add_test(c, directories_are_made);
    tcase_add_loop_test(c, options_are_taken_off, 0, COUNT(option_rows));
    tcase_add_loop_test(c, the_way_is_made_safe, 0, COUNT(safe_rows));
    tcase_add_test(c, the_mask_of_an_acl_follows);
    tcase_add_loop_test(c, sudoers_are_edited, 0, COUNT(sudo_rows));
    tcase_add_test(c, a_name_with_a_dot_makes_a_file_without);
    tcase_add_test(c, set_id_only_where_it_belongs);
    tcase_add_loop_test(c, startup_files_go_on, 0, COUNT(startup_rows));
    tcase_add_test(c, a_home_is_made_from_skel);
    tcase_add_loop_test(c, patterns_match, 0, COUNT(pattern_rows));
    tcase_add_test(c, the_last_fitting_line_holds);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
