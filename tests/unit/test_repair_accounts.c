/* Verbs on accounts, groups, host keys and whole files: the exact bytes after each edit. */
#include "facts_suite.h"

#include "guest/overlay.h"
#include "repair/text_edit.h"
#include "syntax/ssh_key_make.h"

/* As long as SHA-512 makes it; of nothing. */
#define HASH                                                                                       \
    "Thi5IsNoRea1HashThi5IsNoRea1HashThi5IsNoRea"                                                  \
    "1HashThi5IsNoRea1HashThi5IsNoRea1HashThi5Is"

/* One verb on the tree as it stands. RECORD may be NULL; both are JSON. */
static int run(const char *step_text_, const char *record_text, struct err *e, const char **note)
{
    struct err own = {0};
    struct line_moves moves = {0};
    struct tree *overlay =
        strcmp(tree->engine->name, "overlay") == 0 ? tree : overlay_new(arena, tree);
    tree = overlay;
    struct facts *f = gather();
    struct json *step = json_parse(bytes_of(step_text_), "step", &own);
    struct json *record = record_text ? json_parse(bytes_of(record_text), "record", &own) : NULL;
    ck_assert_msg(step && (!record_text || record), "%s", own.text);
    struct repair_options options = {.target = "disk.img"};
    struct login_question question = {.port = 22, .at = JUNE_2026};
    struct repair_input input = {.arena = arena,
                                 .tree = overlay,
                                 .lenses = lenses,
                                 .keywords = keywords,
                                 .question = &question,
                                 .options = &options,
                                 .template_directory = TEST_SOURCE_DIRECTORY "/rules/templates"};
    struct verb_context c = {.input = &input,
                             .arena = arena,
                             .tree = overlay,
                             .facts = f,
                             .rule = "test-rule",
                             .record = record,
                             .moves = &moves};
    *e = (struct err){0};
    const struct verb *verb = verb_by_name(json_member_string(step, "do"));
    ck_assert_ptr_nonnull(verb);
    int code = verb->apply(&c, step, e);
    if (note)
        *note = c.notes.count > 0 ? c.notes.items[c.notes.count - 1] : NULL;
    json_free(step);
    json_free(record);
    return code;
}

static const char *text_at(const char *path)
{
    struct read_answer r = tree_read(tree, path, 1u << 20);
    ck_assert_msg(r.presence == PRESENCE_PRESENT, "%s is not there", path);
    return arena_text(arena, r.content);
}

/* The verb works, gives these bytes, and a second time changes nothing. */
static void expect(const char *step, const char *record, const char *path, const char *wanted)
{
    struct err e;
    int code = run(step, record, &e, NULL);
    ck_assert_msg(code == 0, "%s: %d %s", step, code, e.text);
    ck_assert_str_eq(text_at(path), wanted);
    run(step, record, &e, NULL);
    ck_assert_str_eq(text_at(path), wanted);
}

static void expect_refused(const char *step, const char *record, const char *path)
{
    struct err e;
    struct read_answer was = tree_read(tree, path, 1u << 20);
    ck_assert_int_ne(run(step, record, &e, NULL), 0);
    ck_assert_msg(*e.text, "no sentence");
    struct read_answer is = tree_read(tree, path, 1u << 20);
    ck_assert_int_eq(was.presence, is.presence);
    ck_assert(bytes_equal(was.content, is.content));
}

static void passwd(const char *text)
{
    put("/etc/passwd", text, 0644, 0, 0);
}

static void shadow(const char *text)
{
    put("/etc/shadow", text, 0640, 0, 42);
}

/* ---- fields ------------------------------------------------------------------------------------
 */

START_TEST(field_of_shadow)
{
    shadow("root:*:19000:0:99999:7:::\n#ana:x\nana:!$6$a$b:19000:0:99999:7:::\r\nsshd:!::::::");
    expect(
        "{\"do\":\"account_field\",\"name\":\"ana\",\"field\":\"last_change\",\"value\":\"today\"}",
        NULL, "/etc/shadow",
        "root:*:19000:0:99999:7:::\n#ana:x\nana:!$6$a$b:20605:0:99999:7:::\r\nsshd:!::::::");
}
END_TEST

START_TEST(password_is_never_emptied)
{
    expect_refused(
        "{\"do\":\"account_field\",\"name\":\"ana\",\"field\":\"password\",\"value\":\"\"}", NULL,
        "/etc/shadow");
    expect_refused(
        "{\"do\":\"account_field\",\"name\":\"ana\",\"field\":\"password\",\"value\":\"*:0\"}",
        NULL, "/etc/shadow");
    expect_refused(
        "{\"do\":\"account_field\",\"name\":\"zoe\",\"field\":\"password\",\"value\":\"*\"}", NULL,
        "/etc/shadow");
}
END_TEST

START_TEST(renewed)
{
    shadow("root:*:19000:0:99999:7:::\nana:*:19000:0:99999:7::20000:\n");
    expect("{\"do\":\"account_renew\",\"name\":\"ana\"}", NULL, "/etc/shadow",
           "root:*:19000:0:99999:7:::\nana:*:19000:0:99999:7:::\n");
}
END_TEST

START_TEST(renewed_password)
{
    shadow("root:*:19000:0:99999:7:::\nana:*:19000:0:90:7:5::\n");
    expect("{\"do\":\"account_renew\",\"name\":\"ana\"}", NULL, "/etc/shadow",
           "root:*:19000:0:99999:7:::\nana:*:20605:0:90:7:5::\n");
}
END_TEST

static const struct {
    const char *field, *method, *becomes;
} locks[] = {
    {"!", "publickey", "*"},
    {"!!", "publickey", "*"},
    {"!*", "publickey", "*"},
    {"!x", "publickey", "*"},
    {"*", "publickey", "*"},
    {"!$6$Fix7ureSa1tFix7u$" HASH, "publickey", "*$6$Fix7ureSa1tFix7u$" HASH},
    {"*$6$Fix7ureSa1tFix7u$" HASH, "publickey", "*$6$Fix7ureSa1tFix7u$" HASH},
    {"!$6$Fix7ureSa1tFix7u$" HASH, "password", "$6$Fix7ureSa1tFix7u$" HASH},
    {"!!*$6$Fix7ureSa1tFix7u$" HASH, "password", "$6$Fix7ureSa1tFix7u$" HASH},
};

START_TEST(unlocked)
{
    shadow(arena_printf(arena, "ana:%s:19000:0:99999:7:::\n", locks[_i].field));
    struct err e;
    ck_assert_int_eq(run("{\"do\":\"account_unlock\",\"name\":\"ana\"}",
                         arena_printf(arena, "{\"method\":\"%s\"}", locks[_i].method), &e, NULL),
                     0);
    const char *is = text_at("/etc/shadow");
    const char *wanted = arena_printf(arena, "ana:%s:19000:0:99999:7:::\n", locks[_i].becomes);
    ck_assert_str_eq(is, wanted);
}
END_TEST

/* Where nobody is named, it is everybody's: the setting, and no account. */
START_TEST(keys_of_the_locked_are_admitted)
{
    put("/etc/ssh/sshd_config", "Port 22\nUsePAM no\n", 0644, 0, 0);
    shadow("ana:!:19000:0:99999:7:::\n");
    expect("{\"do\":\"account_admit_key\",\"name\":\"ana\",\"key\":\"UsePAM\",\"value\":\"yes\"}",
           "{\"method\":\"publickey\"}", "/etc/ssh/sshd_config", "Port 22\nUsePAM yes\n");
    ck_assert_str_eq(text_at("/etc/shadow"), "ana:!:19000:0:99999:7:::\n");
}
END_TEST

START_TEST(no_password_behind_the_lock)
{
    expect_refused("{\"do\":\"account_unlock\",\"name\":\"ana\"}", "{\"method\":\"password\"}",
                   "/etc/shadow");
}
END_TEST

START_TEST(hash_in_quotes)
{
    shadow("ana:\"$6$Fix7ureSa1tFix7u$" HASH "\""
           ":19000:0:99999:7:::\n");
    expect_refused("{\"do\":\"account_hash_trim\",\"name\":\"zoe\"}", NULL, "/etc/shadow");
    struct err e;
    ck_assert_int_eq(run("{\"do\":\"account_hash_trim\",\"name\":\"ana\"}", NULL, &e, NULL), 0);
    ck_assert_msg(strncmp(text_at("/etc/shadow"), "ana:$6$Fix7", 11) == 0, "%s",
                  text_at("/etc/shadow"));
}
END_TEST

/* ---- lines -------------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *passwd, *backup, *becomes;
    int line;
} damages[] = {
    {"line end", "root:x:0:0:root:/root:/bin/bash\nana:x:1000:1000:Ana:/home/ana:/bin/bash\r\n",
     NULL, "root:x:0:0:root:/root:/bin/bash\nana:x:1000:1000:Ana:/home/ana:/bin/bash\n", 2},
    {"byte order mark", "\xef\xbb\xbfroot:x:0:0:root:/root:/bin/bash\nana:x:1000:1000::/home/ana:",
     NULL, "root:x:0:0:root:/root:/bin/bash\nana:x:1000:1000::/home/ana:", 1},
    {"a group by name", "ana:x:1000:sudo:Ana:/home/ana:/bin/bash\n", NULL,
     "ana:x:1000:27:Ana:/home/ana:/bin/bash\n", 1},
    {"a gid that is lost", "ana:x:1000::Ana:/home/ana:/bin/bash\n", NULL,
     "ana:x:1000:1000:Ana:/home/ana:/bin/bash\n", 1},
    {"a uid that is lost", "ana:x::1000:Ana:/home/ana:/bin/bash\n", NULL,
     "ana:x:1000:1000:Ana:/home/ana:/bin/bash\n", 1},
    {"cut after the name", "ana:x:1000:1000:An", NULL, "ana:x:1000:1000:An:/home/ana:/bin/bash", 1},
    {"two lines in one",
     "ana:x:1000:1000:Ana:/home/ana:/bin/bashbob:x:1001:1001::/home/bob:/bin/bash\n#\n", NULL,
     "ana:x:1000:1000:Ana:/home/ana:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/bash\n#\n", 1},
    {"from the backup", "ana:x:10\nroot:x:0:0::/root:/bin/bash\n",
     "zoe:x:1001:1001::/home/zoe:/bin/sh\nana:x:10:1000:Ana:/home/ana:/bin/zsh\n",
     "ana:x:10:1000:Ana:/home/ana:/bin/zsh\nroot:x:0:0::/root:/bin/bash\n", 1},
    {"a backup of another uid", "ana:x:1000:x:\n", "ana:x:0:0:Ana:/home/ana:/bin/zsh\n", NULL, 1},
    {"nothing says what it was", "ana:x\n", NULL, NULL, 1},
    {"no home of that name", "bob:x:1001:1000:\n", NULL, NULL, 1},
};

START_TEST(damaged_line)
{
    passwd(damages[_i].passwd);
    if (damages[_i].backup)
        put("/etc/passwd-", damages[_i].backup, 0644, 0, 0);
    const char *record =
        arena_printf(arena, "{\"value\":\"x\",\"at\":{\"line\":%d}}", damages[_i].line);
    struct err e;
    int code = run("{\"do\":\"account_mend\",\"path\":\"/etc/passwd\"}", record, &e, NULL);
    if (damages[_i].becomes)
        ck_assert_msg(code == 0, "%s: %s", damages[_i].name, e.text);
    else
        ck_assert_msg(code != 0 && *e.text, "%s", damages[_i].name);
    ck_assert_str_eq(text_at("/etc/passwd"),
                     damages[_i].becomes ? damages[_i].becomes : damages[_i].passwd);
}
END_TEST

START_TEST(nuls_in_a_line)
{
    static const char text[] =
        "root:x:0:0::/root:/bin/bash\nana:x:1000:1000\0\0:Ana:/home/ana:/bin/bash\n";
    memory_tree_file(tree, "/etc/passwd", (struct bytes){text, sizeof text - 1}, 0644, 0, 0);
    struct err e;
    ck_assert_int_eq(run("{\"do\":\"account_mend\",\"path\":\"/etc/passwd\"}",
                         "{\"value\":\"x\",\"at\":{\"line\":2}}", &e, NULL),
                     0);
    ck_assert_str_eq(text_at("/etc/passwd"), "root:x:0:0::/root:/bin/bash\n"
                                             "ana:x:1000:1000:Ana:/home/ana:/bin/bash\n");
}
END_TEST

static const struct {
    uint32_t mode, uid;
} strangers[] = {{0666, 0}, {0664, 0}, {0644, 1000}};

START_TEST(backup_that_is_not_roots)
{
    passwd("");
    put("/etc/passwd-", "root:x:0:0:root:/root:/bin/bash\n", strangers[_i].mode, strangers[_i].uid,
        0);
    expect_refused("{\"do\":\"account_mend\",\"path\":\"/etc/passwd\"}", "{\"value\":\"empty\"}",
                   "/etc/passwd");
}
END_TEST

START_TEST(backup_with_a_second_root)
{
    passwd("");
    put("/etc/passwd-", "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/:/bin/sh\n", 0644, 0, 0);
    expect_refused("{\"do\":\"account_mend\",\"path\":\"/etc/passwd\"}", "{\"value\":\"empty\"}",
                   "/etc/passwd");
}
END_TEST

START_TEST(shadow_line_that_is_missing)
{
    shadow("root:*:19000:0:99999:7:::\nsshd:!:19000::::::");
    expect("{\"do\":\"shadow_entry\",\"name\":\"ana\"}", NULL, "/etc/shadow",
           "root:*:19000:0:99999:7:::\nsshd:!:19000::::::\nana:*:20605:0:99999:7:::\n");
}
END_TEST

START_TEST(shadow_line_of_the_backup)
{
    shadow("root:*:19000:0:99999:7:::\n");
    put("/etc/shadow-", "ana:$6$x$y:18000:0:99999:7:::\nbob:$6$x$z:18000:0:99999:7:::\n", 0640, 0,
        42);
    expect("{\"do\":\"shadow_entry\",\"name\":\"ana\"}", NULL, "/etc/shadow",
           "root:*:19000:0:99999:7:::\nana:$6$x$y:18000:0:99999:7:::\n");
}
END_TEST

START_TEST(shadow_backup_with_an_empty_password)
{
    shadow("root:*:19000:0:99999:7:::\n");
    put("/etc/shadow-", "ana::18000:0:99999:7:::\n", 0640, 0, 42);
    expect("{\"do\":\"shadow_entry\",\"name\":\"ana\"}", NULL, "/etc/shadow",
           "root:*:19000:0:99999:7:::\nana:*:20605:0:99999:7:::\n");
}
END_TEST

START_TEST(shadow_line_that_is_damaged)
{
    shadow("ana:$6$x$y:soon:0:99999\nroot:*:19000:0:99999:7:::\n");
    expect("{\"do\":\"shadow_entry\",\"name\":\"ana\"}", NULL, "/etc/shadow",
           "ana:$6$x$y::0:99999::::\nroot:*:19000:0:99999:7:::\n");
}
END_TEST

START_TEST(shadow_of_nobody)
{
    memory_tree_remove(tree, "/etc/shadow");
    expect("{\"do\":\"shadow_entry\",\"name\":\"ana\"}", NULL, "/etc/shadow",
           "root:*:20605:0:99999:7:::\nana:*:20605:0:99999:7:::\nsshd:*:20605:0:99999:7:::\n");
    ck_assert_uint_eq(tree_lstat(tree, "/etc/shadow").node.mode, 0600);
}
END_TEST

START_TEST(privsep_user)
{
    passwd("root:x:0:0:root:/root:/bin/bash\nx:x:999:998::/:/bin/false\nana:x:1000:1000:Ana:/home/"
           "ana:/bin/bash");
    expect(
        "{\"do\":\"account_add\",\"name\":\"sshd\",\"template\":\"privsep\"}", NULL, "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nx:x:999:998::/:/bin/false\n"
        "ana:x:1000:1000:Ana:/home/ana:/bin/bash\nsshd:x:997:65534::/run/sshd:/usr/sbin/nologin\n");
    ck_assert_ptr_nonnull(strstr(text_at("/etc/shadow"), "sshd:!:19000"));
    expect_refused("{\"do\":\"account_add\",\"name\":\"bob\"}", NULL, "/etc/passwd");
}
END_TEST

START_TEST(privsep_user_of_red_hat)
{
    put("/etc/os-release", "ID=rocky\nVERSION_ID=\"9.4\"\nID_LIKE=\"rhel fedora\"\n", 0644, 0, 0);
    passwd("root:x:0:0:root:/root:/bin/bash\n");
    shadow("root:*:19000:0:99999:7:::\n");
    put("/etc/gshadow", "root:::\n", 0, 0, 0);
    struct err e;
    ck_assert_int_eq(run("{\"do\":\"account_add\",\"name\":\"sshd\",\"template\":\"privsep\"}",
                         NULL, &e, NULL),
                     0);
    ck_assert_ptr_nonnull(
        strstr(text_at("/etc/passwd"), "\nsshd:x:74:74:Privilege-separated SSH:"));
    ck_assert_ptr_nonnull(strstr(text_at("/etc/group"), "\nsshd:x:74:\n"));
    ck_assert_str_eq(text_at("/etc/gshadow"), "root:::\nsshd:!::\n");
    ck_assert_str_eq(text_at("/etc/shadow"), "root:*:19000:0:99999:7:::\nsshd:!*:20605::::::\n");
}
END_TEST

/* ---- groups ------------------------------------------------------------------------------------
 */

START_TEST(member_of_both_files)
{
    put("/etc/group", "root:x:0:\nana:x:1000:\nclub:x:2000:zoe\r\nanas:x:2001:anas", 0644, 0, 0);
    put("/etc/gshadow", "club:!::zoe\n", 0640, 0, 42);
    expect("{\"do\":\"group_add\",\"name\":\"ana\",\"group\":\"club\"}", NULL, "/etc/group",
           "root:x:0:\nana:x:1000:\nclub:x:2000:zoe,ana\r\nanas:x:2001:anas");
    ck_assert_str_eq(text_at("/etc/gshadow"), "club:!::zoe,ana\n");
    expect("{\"do\":\"group_drop\",\"name\":\"ana\",\"group\":\"club\"}", NULL, "/etc/group",
           "root:x:0:\nana:x:1000:\nclub:x:2000:zoe\r\nanas:x:2001:anas");
    ck_assert_str_eq(text_at("/etc/gshadow"), "club:!::zoe\n");
    expect_refused("{\"do\":\"group_drop\",\"name\":\"ana\",\"group\":\"ana\"}", NULL,
                   "/etc/group");
    expect_refused("{\"do\":\"group_add\",\"name\":\"a,b\",\"group\":\"club\"}", NULL,
                   "/etc/group");
}
END_TEST

START_TEST(past_a_list_of_groups)
{
    put("/etc/ssh/sshd_config", "AllowGroups wheel sshusers\n", 0644, 0, 0);
    expect("{\"do\":\"group_admit\",\"name\":\"ana\",\"key\":\"AllowGroups\",\"value\":\"wheel "
           "sshusers\"}",
           NULL, "/etc/group",
           "root:x:0:\nana:x:1000:\nsudo:x:27:ana\nnogroup:x:65534:\nssh_keys:x:998:\n");
    ck_assert_ptr_nonnull(
        strstr(text_at("/etc/ssh/sshd_config"), "AllowGroups wheel sshusers ana"));
}
END_TEST

START_TEST(no_group_of_her_own)
{
    put("/etc/ssh/sshd_config", "AllowGroups wheel sshusers\n", 0644, 0, 0);
    passwd("root:x:0:0:root:/root:/bin/bash\nana:x:1000:100:Ana:/home/ana:/bin/bash\n"
           "bob:x:1001:100:Bob:/home/bob:/bin/bash\n");
    put("/etc/group", "users:x:100:\nwheel:x:10:\n", 0644, 0, 0);
    expect_refused("{\"do\":\"group_admit\",\"name\":\"ana\",\"key\":\"AllowGroups\",\"value\":"
                   "\"wheel sshusers\"}",
                   NULL, "/etc/group");
}
END_TEST

START_TEST(no_group_of_her_own_but_a_plain_one)
{
    put("/etc/ssh/sshd_config", "AllowGroups wheel sshusers\n", 0644, 0, 0);
    passwd("root:x:0:0:root:/root:/bin/bash\nana:x:1000:100:Ana:/home/ana:/bin/bash\n"
           "bob:x:1001:100:Bob:/home/bob:/bin/bash\n");
    put("/etc/group", "users:x:100:\nwheel:x:10:\nsshusers:x:2000:", 0644, 0, 0);
    expect("{\"do\":\"group_admit\",\"name\":\"ana\",\"key\":\"AllowGroups\",\"value\":\"wheel "
           "sshusers\"}",
           NULL, "/etc/group", "users:x:100:\nwheel:x:10:\nsshusers:x:2000:ana");
}
END_TEST

/* ---- host keys and whole files -----------------------------------------------------------------
 */

START_TEST(keys_are_what_they_say)
{
    static const char *const types[] = {"rsa", "ecdsa", "ed25519"};
    static const int bits[] = {3072, 256, 256};
    struct ssh_key_pair pair;
    struct ssh_private_key read;
    struct err e = {0};
    ck_assert_int_eq(ssh_key_make(arena, types[_i], "root@x", &pair, &e), 0);
    ssh_private_key_read(arena, pair.private_file, &read);
    ck_assert_str_eq(read.state, "ok");
    ck_assert_str_eq(read.type, types[_i]);
    ck_assert_int_eq(read.bits, bits[_i]);
    ck_assert_str_eq(read.fingerprint, pair.fingerprint);
    ck_assert_str_eq(ssh_public_key_fingerprint(arena, bytes_of(pair.public_line)),
                     pair.fingerprint);
    ck_assert_str_eq(ssh_key_public_line(arena, pair.private_file, "root@x"), pair.public_line);
    ck_assert_int_ne(ssh_key_make(arena, "dsa", "", &pair, &e), 0);
}
END_TEST

START_TEST(only_missing_keys_are_made)
{
    struct ssh_key_pair pair;
    struct err e = {0};
    const char *note;
    ck_assert_int_eq(ssh_key_make(arena, "ed25519", "me", &pair, &e), 0);
    memory_tree_file(tree, "/etc/ssh/ssh_host_ed25519_key", pair.private_file, 0600, 0, 0);
    put("/etc/ssh/ssh_host_rsa_key", "junk", 0600, 0, 0);
    ck_assert_int_eq(run("{\"do\":\"hostkey_new\"}", NULL, &e, &note), 0);
    ck_assert_str_eq(text_at("/etc/ssh/ssh_host_rsa_key"), "junk");
    ck_assert_str_eq(text_at("/etc/ssh/ssh_host_ed25519_key"),
                     arena_text(arena, pair.private_file));
    ck_assert_str_eq(ssh_public_key_fingerprint(arena, bytes_of(text_at(
                                                           "/etc/ssh/ssh_host_ed25519_key.pub"))),
                     pair.fingerprint);
    struct stat_answer made = tree_lstat(tree, "/etc/ssh/ssh_host_ecdsa_key");
    ck_assert_uint_eq(made.node.mode, 0600);
    ck_assert_uint_eq(made.node.gid, 0);
    ck_assert_uint_eq(tree_lstat(tree, "/etc/ssh/ssh_host_ecdsa_key.pub").node.mode, 0644);
    ck_assert_int_eq(tree_lstat(tree, "/etc/ssh/ssh_host_dsa_key").presence, PRESENCE_ABSENT);
    const char *fingerprint =
        ssh_public_key_fingerprint(arena, bytes_of(text_at("/etc/ssh/ssh_host_ecdsa_key.pub")));
    ck_assert_ptr_nonnull(note);
    ck_assert_ptr_nonnull(strstr(note, fingerprint));
    expect_refused("{\"do\":\"hostkey_new\",\"path\":\"/etc/ssh/other\"}", NULL,
                   "/etc/ssh/ssh_host_ecdsa_key");
}
END_TEST

START_TEST(key_of_red_hat)
{
    struct err e;
    put("/etc/os-release", "ID=rocky\nVERSION_ID=\"9.4\"\nID_LIKE=\"rhel fedora\"\n", 0644, 0, 0);
    ck_assert_int_eq(run("{\"do\":\"hostkey_new\"}", NULL, &e, NULL), 0);
    struct stat_answer made = tree_lstat(tree, "/etc/ssh/ssh_host_ed25519_key");
    ck_assert_uint_eq(made.node.mode, 0640);
    ck_assert_uint_eq(made.node.gid, 998);
}
END_TEST

START_TEST(key_that_only_lost_its_line_end)
{
    struct ssh_key_pair pair;
    struct err e = {0};
    ck_assert_int_eq(ssh_key_make(arena, "ed25519", "me", &pair, &e), 0);
    memory_tree_file(tree, "/etc/ssh/ssh_host_ed25519_key",
                     bytes_cut(pair.private_file, 0, pair.private_file.len - 1), 0600, 0, 0);
    ck_assert_int_eq(run("{\"do\":\"hostkey_new\",\"path\":\"/etc/ssh/ssh_host_ed25519_key\"}",
                         NULL, &e, NULL),
                     0);
    ck_assert_str_eq(text_at("/etc/ssh/ssh_host_ed25519_key"),
                     arena_text(arena, pair.private_file));
}
END_TEST

static const struct {
    const char *os, *sftp, *first, *mode;
} families[] = {
    {"ID=debian\nVERSION_ID=\"12\"\n", "/usr/lib/openssh/sftp-server", "Include ", "0644"},
    {"ID=ubuntu\nVERSION_ID=\"24.04\"\nID_LIKE=debian\n", "/usr/lib/openssh/sftp-server",
     "Include ", "0644"},
    {"ID=rocky\nVERSION_ID=\"9.4\"\nID_LIKE=\"rhel fedora\"\n", "/usr/libexec/openssh/sftp-server",
     "Include ", "0600"},
    {"ID=amzn\nVERSION_ID=\"2023\"\nID_LIKE=fedora\n", "/usr/libexec/openssh/sftp-server",
     "Include ", "0600"},
    {"ID=sles\nVERSION_ID=\"15.6\"\nID_LIKE=suse\n", "/usr/lib/ssh/sftp-server", "Include ",
     "0640"},
    {"ID=alpine\nVERSION_ID=3.20\n", "internal-sftp", "Include ", "0644"},
    {"ID=azurelinux\nVERSION_ID=\"3.0\"\n", "/usr/libexec/sftp-server", "Include ", "0600"},
    {"ID=flatcar\nVERSION_ID=4000\nID_LIKE=coreos\n", "internal-sftp", "Include ", "0600"},
    {"ID=arch\n", "/usr/lib/ssh/sftp-server", "Include ", "0644"},
    {"ID=mystery\nVERSION_ID=1\n", "internal-sftp", "Include ", "0644"},
};

START_TEST(configuration_of_each_family)
{
    struct err e;
    put("/etc/os-release", families[_i].os, 0644, 0, 0);
    if (*families[_i].sftp == '/')
        put(families[_i].sftp, "x", 0755, 0, 0);
    memory_tree_remove(tree, "/etc/ssh/sshd_config");
    int code =
        run("{\"do\":\"file_reset\",\"path\":\"/etc/ssh/sshd_config\"}",
            "{\"reason\":\"sshd-config-missing\",\"at\":{\"file\":\"/etc/ssh/sshd_config\"}}", &e,
            NULL);
    ck_assert_msg(code == 0, "%s: %s", families[_i].os, e.text);
    const char *text = text_at("/etc/ssh/sshd_config");
    ck_assert_ptr_nonnull(
        strstr(text, arena_printf(arena, "\nSubsystem sftp %s\n", families[_i].sftp)));
    const char *first = strchr(text, '\n');
    ck_assert_msg(first && strncmp(first + 1, families[_i].first, strlen(families[_i].first)) == 0,
                  "%s", text);
    ck_assert_str_eq(arena_printf(arena, "%04o",
                                  tree_lstat(tree, "/etc/ssh/sshd_config").node.mode),
                     families[_i].mode);
}
END_TEST

/* The whole stack of a family from nothing: what one file includes is there as well. */
static const struct {
    const char *os;
    const char *files[7];
} stacks[] = {
    {"ID=alpine\nVERSION_ID=3.20\n",
     {"base-auth", "base-account", "base-password", "base-session-noninteractive", "base-session",
      "sshd"}},
    {"ID=arch\n", {"system-auth", "system-login", "system-remote-login", "sshd"}},
    {"ID=flatcar\nVERSION_ID=4000\nID_LIKE=coreos\n",
     {"system-auth", "system-login", "system-remote-login", "sshd"}},
};

START_TEST(pam_stack_of_each_family)
{
    static const char *const modules[] = {"access",  "env",  "keyinit", "limits", "loginuid",
                                          "nologin", "unix", "umask",   "deny"};
    struct err e;
    put("/etc/os-release", stacks[_i].os, 0644, 0, 0);
    put("/etc/ssh/sshd_config", "UsePAM yes\n", 0644, 0, 0);
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        put(arena_printf(arena, "/usr/lib/security/pam_%s.so", modules[i]),
            "\x7f"
            "ELF",
            0755, 0, 0);
    for (const char *const *file = stacks[_i].files; *file; file++) {
        const char *path = arena_printf(arena, "/etc/pam.d/%s", *file);
        const char *record =
            arena_printf(arena,
                         "{\"reason\":\"pam-service-file-missing\",\"at\":{\"file\":\"%s\"}}",
                         path);
        int code = run(arena_printf(arena, "{\"do\":\"file_reset\",\"path\":\"%s\"}", path), record,
                       &e, NULL);
        ck_assert_msg(code == 0, "%s: %s", path, e.text);
        ck_assert_ptr_nonnull(strstr(text_at(path), "Put here by diskmend"));
    }
    struct login_question question = {.port = 22, .at = JUNE_2026};
    struct facts *f = gather();
    struct login_answer *answer = login_judge(f, &question);
    vec_each (w, &answer->walks)
        for (size_t i = 0; i < w->gates[GATE_PAM].reason_count; i++)
            ck_assert_msg(w->gates[GATE_PAM].reasons[i].state == GATE_OPEN, "%s: %s: %s",
                          stacks[_i].os, w->subject.user, w->gates[GATE_PAM].reasons[i].id);
}
END_TEST

START_TEST(package_copy_that_sets_more)
{
    struct err e;
    const char *note;
    memory_tree_remove(tree, "/etc/ssh/sshd_config");
    put("/usr/share/openssh/sshd_config", "UsePAM yes\nAuthorizedKeysFile /tmp/%u\n", 0644, 0, 0);
    ck_assert_int_eq(run("{\"do\":\"file_reset\",\"path\":\"/etc/ssh/sshd_config\"}", NULL, &e,
                         &note),
                     0);
    ck_assert_ptr_null(strstr(text_at("/etc/ssh/sshd_config"), "/tmp/"));
    ck_assert_ptr_nonnull(strstr(note, "diskmend's text for debian"));
}
END_TEST

START_TEST(newest_backup)
{
    struct err e;
    memory_tree_remove(tree, "/etc/ssh/sshd_config");
    put("/etc/ssh/sshd_config.bak", "UsePAM yes\nPort 22\n", 0644, 0, 0);
    put("/etc/ssh/sshd_config.dpkg-old", "NoSuchThing\n", 0644, 0, 0);
    put("/etc/ssh/sshd_config.save", "UsePAM yes\nPort 2222\n", 0666, 0, 0);
    put("/etc/ssh/sshd_config~", "UsePAM yes\nPort 2223\n", 0644, 1000, 0);
    ck_assert_int_eq(run("{\"do\":\"file_reset\",\"path\":\"/etc/ssh/sshd_config\"}", NULL, &e,
                         NULL),
                     0);
    ck_assert_str_eq(text_at("/etc/ssh/sshd_config"), "UsePAM yes\nPort 22\n");
}
END_TEST

START_TEST(link_that_leads_nowhere)
{
    struct err e;
    memory_tree_remove(tree, "/etc/ssh/sshd_config");
    memory_tree_symlink(tree, "/etc/ssh/sshd_config", "/srv/gone/sshd_config");
    ck_assert_int_eq(run("{\"do\":\"file_reset\",\"path\":\"/etc/ssh/sshd_config\"}", NULL, &e,
                         NULL),
                     0);
    ck_assert_int_eq(tree_lstat(tree, "/etc/ssh/sshd_config").node.type, NODE_FILE);
    ck_assert_int_eq(tree_lstat(tree, "/srv/gone").presence, PRESENCE_ABSENT);
}
END_TEST

START_TEST(fstab_of_what_is_certain)
{
    static const struct filesystem disks[] = {
        {.device = "/dev/sda1",
         .type = "ext4",
         .uuid = "aaaa-1",
         .label = "",
         .partuuid = "",
         .partlabel = "",
         .mounted_on = "/"},
        {.device = "/dev/sda2",
         .type = "swap",
         .uuid = "aaaa-2",
         .label = "",
         .partuuid = "",
         .partlabel = "",
         .mounted_on = ""},
        {.device = "/dev/sda15",
         .type = "vfat",
         .uuid = "AA-3",
         .label = "",
         .partuuid = "",
         .partlabel = "EFI System Partition",
         .mounted_on = ""},
        {.device = "/dev/sdb1",
         .type = "xfs",
         .uuid = "aaaa-4",
         .label = "data",
         .partuuid = "",
         .partlabel = "",
         .mounted_on = ""},
    };
    for (size_t i = 0; i < sizeof disks / sizeof *disks; i++)
        memory_tree_filesystem(tree, &disks[i]);
    memory_tree_directory(tree, "/boot/efi", 0755, 0, 0);
    put("/etc/fstab", "", 0644, 0, 0);
    expect("{\"do\":\"file_reset\",\"path\":\"/etc/fstab\",\"from\":\"filesystems\"}", NULL,
           "/etc/fstab",
           "# diskmend test-rule: from the filesystems on the disk\n"
           "UUID=aaaa-1 / ext4 errors=remount-ro 0 1\n"
           "UUID=aaaa-2 none swap sw,nofail 0 0\n"
           "UUID=AA-3 /boot/efi vfat umask=0077,nofail 0 1\n"
           "# UUID=aaaa-4 (xfs, data) belongs to a directory that nobody remembers\n");
}
END_TEST

START_TEST(fstab_without_a_root)
{
    put("/etc/fstab", "", 0644, 0, 0);
    expect_refused("{\"do\":\"file_reset\",\"path\":\"/etc/fstab\",\"from\":\"filesystems\"}", NULL,
                   "/etc/fstab");
}
END_TEST

START_TEST(lost_passwd_gets_no_single_account)
{
    passwd("");
    expect_refused("{\"do\":\"account_add\",\"name\":\"sshd\",\"template\":\"privsep\"}", NULL,
                   "/etc/passwd");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("repair: accounts");
    TCase *t = tcase_create("accounts");
    tcase_add_checked_fixture(t, facts_begin, facts_end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, field_of_shadow);
    tcase_add_test(t, password_is_never_emptied);
    tcase_add_test(t, renewed);
    tcase_add_test(t, renewed_password);
    tcase_add_loop_test(t, unlocked, 0, sizeof locks / sizeof *locks);
    tcase_add_test(t, keys_of_the_locked_are_admitted);
    tcase_add_test(t, no_password_behind_the_lock);
    tcase_add_test(t, hash_in_quotes);
    tcase_add_loop_test(t, damaged_line, 0, sizeof damages / sizeof *damages);
    tcase_add_test(t, nuls_in_a_line);
    tcase_add_loop_test(t, backup_that_is_not_roots, 0, sizeof strangers / sizeof *strangers);
    tcase_add_test(t, backup_with_a_second_root);
    tcase_add_test(t, shadow_line_that_is_missing);
    tcase_add_test(t, shadow_line_of_the_backup);
    tcase_add_test(t, shadow_backup_with_an_empty_password);
    tcase_add_test(t, shadow_line_that_is_damaged);
    tcase_add_test(t, shadow_of_nobody);
    tcase_add_test(t, privsep_user);
    tcase_add_test(t, privsep_user_of_red_hat);
    tcase_add_test(t, member_of_both_files);
    tcase_add_test(t, past_a_list_of_groups);
    tcase_add_test(t, no_group_of_her_own);
    tcase_add_test(t, no_group_of_her_own_but_a_plain_one);
    tcase_add_loop_test(t, keys_are_what_they_say, 0, 3);
    tcase_add_test(t, only_missing_keys_are_made);
    tcase_add_test(t, key_of_red_hat);
    tcase_add_test(t, key_that_only_lost_its_line_end);
    tcase_add_loop_test(t, configuration_of_each_family, 0, sizeof families / sizeof *families);
    tcase_add_loop_test(t, pam_stack_of_each_family, 0, sizeof stacks / sizeof *stacks);
    tcase_add_test(t, package_copy_that_sets_more);
    tcase_add_test(t, newest_backup);
    tcase_add_test(t, link_that_leads_nowhere);
    tcase_add_test(t, fstab_of_what_is_certain);
    tcase_add_test(t, fstab_without_a_root);
    tcase_add_test(t, lost_passwd_gets_no_single_account);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
