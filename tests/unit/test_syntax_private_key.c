/* Private key files, made by ssh-keygen while the test runs. What sshd (8.4, 9.2, 10.0) does with
 * each damaged form was checked with `sshd -t` on the same bytes. */
#include "syntax/ssh_key.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "suite.h"

extern char **environ;

static struct arena *arena;
static char directory[] = "/tmp/diskmend-test-XXXXXX";

static void make_directory(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void remove_directory(void)
{
    rmdir(directory);
}

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
    ck_assert(arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

static const char *in_directory(const char *name)
{
    return arena_printf(arena, "%s/%s", directory, name);
}

static struct bytes file_read(const char *path)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    CLEANUP_FILE FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    char buffer[4096];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;)
        strbuf_add_bytes(&s, (struct bytes){buffer, n});
    return strbuf_bytes(&s);
}

/* Run and wait; the output goes to "out". False when the program fails or is not there. */
static bool run(char *const *arguments)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, in_directory("out"), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int status = -1;
    int error = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 && waitpid(child, &status, 0) == child && status == 0;
}

static const struct {
    const char *type, *bits, *format, *passphrase;
    const char *want_type;
    const char *state;
} forms[] = {
    {"rsa", "2048", "", "", "rsa", "ok"},
    {"rsa", "2048", "PEM", "", "rsa", "ok"},
    {"rsa", "2048", "PKCS8", "", "rsa", "ok"},
    {"rsa", "1024", "", "", "rsa", "ok"},
    {"ecdsa", "256", "", "", "ecdsa", "ok"},
    {"ecdsa", "384", "", "", "ecdsa", "ok"},
    {"ecdsa", "521", "", "", "ecdsa", "ok"},
    {"ecdsa", "256", "PEM", "", "ecdsa", "ok"},
    {"ecdsa", "384", "PKCS8", "", "ecdsa", "ok"},
    {"ecdsa", "521", "PKCS8", "", "ecdsa", "ok"},
    {"ed25519", "256", "", "", "ed25519", "ok"},
    {"dsa", "1024", "", "", "dsa", "ok"},
    {"dsa", "1024", "PEM", "", "dsa", "ok"},
    {"ed25519", "256", "", "secret", "ed25519", "passphrase"},
    {"rsa", "2048", "", "secret", "rsa", "passphrase"},
    {"rsa", "2048", "PEM", "secret", NULL, "passphrase"},
    {"ecdsa", "256", "PKCS8", "secret", NULL, "passphrase"},
};

/* A new key pair: its private file. Empty when this ssh-keygen does not make such keys. */
static struct bytes key_make(size_t i)
{
    char *path = arena_strdup(arena, in_directory("key"));
    char *words[16] = {arena_strdup(arena, "ssh-keygen"), arena_strdup(arena, "-q")};
    const char *rest[] = {"-t", forms[i].type, "-b", forms[i].bits, "-N", forms[i].passphrase,
                          "-C", "a comment",   "-f", path,          "-m", forms[i].format};
    size_t n = 2;
    for (size_t j = 0; j < (forms[i].format[0] ? 12 : 10); j++)
        words[n++] = arena_strdup(arena, rest[j]);
    unlink(path);
    if (!run(words)) {
        printf("# SKIP: ssh-keygen makes no %s key here\n", forms[i].type);
        return (struct bytes){"", 0};
    }
    return file_read(path);
}

static void files_remove(void)
{
    unlink(in_directory("key"));
    unlink(in_directory("key.pub"));
    unlink(in_directory("out"));
}

static struct ssh_private_key key_read(struct bytes file)
{
    struct ssh_private_key key;
    ssh_private_key_read(arena, file, &key);
    return key;
}

START_TEST(as_ssh_keygen_says)
{
    size_t i = (size_t)_i;
    struct bytes file = key_make(i);
    if (file.len == 0)
        return;
    struct ssh_private_key key = key_read(file);
    ck_assert_str_eq(key.state, forms[i].state);
    ck_assert_int_eq(key.encrypted, forms[i].passphrase[0] != '\0');
    char *list[] = {arena_strdup(arena, "ssh-keygen"), arena_strdup(arena, "-lf"),
                    arena_strdup(arena, in_directory("key.pub")), NULL};
    ck_assert(run(list));
    const char *said = arena_text(arena, file_read(in_directory("out")));
    struct bytes pub = file_read(in_directory("key.pub"));
    const char *print = ssh_public_key_fingerprint(arena, pub);
    ck_assert_ptr_nonnull(print);
    ck_assert_ptr_nonnull(strstr(said, print));
    struct ssh_key_line line;
    ssh_key_line_parse(arena, bytes_cut(pub, 0, pub.len - 1), 902, &line);
    ck_assert_msg(!line.defect, "%s", line.detail);
    ck_assert_str_eq(line.fingerprint, print);
    ck_assert_int_eq(line.bits, strtol(said, NULL, 10));
    if (forms[i].want_type) {
        ck_assert_str_eq(key.type, forms[i].want_type);
        ck_assert_str_eq(key.fingerprint, print);
        ck_assert_int_eq(key.bits, strtol(said, NULL, 10));
        ck_assert_int_eq(key.until, strcmp(key.type, "dsa") == 0 ? 908 : 0);
    } else {
        ck_assert_ptr_null(key.type);
    }
    files_remove();
}
END_TEST

/* ---- damage ---- */

static struct bytes edited(struct bytes file, const char *what)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    if (strcmp(what, "leading line") == 0)
        strbuf_add(&s, "junk\n");
    size_t line = 1;
    for (size_t i = 0; i < file.len; i++) {
        bool newline = file.ptr[i] == '\n';
        if (newline &&
            (strcmp(what, "crlf") == 0 || (strcmp(what, "cr in body") == 0 && line == 2)))
            strbuf_add_char(&s, '\r');
        if (newline && strcmp(what, "blanks at ends") == 0)
            strbuf_add_char(&s, ' ');
        strbuf_add_char(&s, file.ptr[i]);
        if (newline)
            line++;
        if (strcmp(what, "damaged") == 0 && line == 4 && newline)
            strbuf_add(&s, "AAAA");
    }
    if (strcmp(what, "no final newline") == 0)
        s.len--;
    if (strcmp(what, "trailing") == 0)
        strbuf_add(&s, "trailing garbage\n");
    if (strcmp(what, "no end line") == 0)
        s.len -= 20;
    return strbuf_bytes(&s);
}

static const struct {
    const char *what;
    const char *openssh, *pem; /* state in each form */
} damages[] = {
    {"none", "ok", "ok"},
    {"no final newline", "no-final-newline", "ok"},
    {"crlf", "carriage-return", "ok"},
    {"cr in body", "ok", "ok"},
    {"trailing", "ok", "ok"},
    {"leading line", "invalid", "ok"},
    {"blanks at ends", "invalid", "ok"},
    {"no end line", "invalid", "invalid"},
    {"damaged", "invalid", "invalid"},
};

START_TEST(damaged_files)
{
    static const size_t openssh_forms[] = {0, 4, 10}, pem_forms[] = {1, 2, 7};
    for (size_t f = 0; f < 6; f++) {
        bool openssh = f < 3;
        struct bytes file = key_make(openssh ? openssh_forms[f] : pem_forms[f - 3]);
        for (size_t d = 0; file.len > 0 && d < sizeof damages / sizeof *damages; d++) {
            struct ssh_private_key key = key_read(edited(file, damages[d].what));
            const char *want = openssh ? damages[d].openssh : damages[d].pem;
            ck_assert_msg(strcmp(key.state, want) == 0, "form %zu, %s: %s", f, damages[d].what,
                          key.state);
            if (strcmp(want, "no-final-newline") == 0 || strcmp(want, "carriage-return") == 0)
                ck_assert(key.type && key.bits && key.fingerprint);
        }
    }
    files_remove();
}
END_TEST

START_TEST(no_keys_at_all)
{
    ck_assert_str_eq(key_read((struct bytes){"", 0}).state, "empty");
    char *zeros = arena_alloc(arena, 1u << 20);
    ck_assert_str_eq(key_read((struct bytes){zeros, 1u << 20}).state, "invalid");
    static const char *const texts[] = {
        "garbage\n",
        "\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        /* magic, then nothing; then a cipher name of 4 GiB */
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n"
        "-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA/////2FhYWFhYWFh\n"
        "-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ssh_private_key key = key_read(bytes_of(texts[i]));
        ck_assert_msg(strcmp(key.state, "invalid") == 0, "%zu: %s", i, key.state);
        ck_assert_ptr_null(key.fingerprint);
    }
}
END_TEST

/* Each byte of the decoded file decides something or is a comment: none may crash the parser. */
START_TEST(every_byte_changed)
{
    struct bytes file = key_make(10);
    struct arena *keep = arena;
    for (size_t i = 0; i < file.len; i++)
        for (int bit = 0; bit < 7; bit++) {
            arena = arena_new(NULL, NULL);
            char *copy = arena_alloc(arena, file.len);
            memcpy(copy, file.ptr, file.len);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            ck_assert_ptr_nonnull(key_read((struct bytes){copy, file.len}).state);
            ck_assert_ptr_nonnull(key_read((struct bytes){copy, i}).state);
            arena_free(arena);
        }
    arena = keep;
    files_remove();
}
END_TEST

/* What is known of a key afterwards holds nothing of its private half. */
START_TEST(nothing_private_is_kept)
{
    struct bytes file = key_make(10);
    if (file.len == 0)
        return;
    struct ssh_private_key key = key_read(file);
    struct bytes secret = bytes_cut(file, 200, 240);
    ck_assert(!memmem(key.fingerprint, strlen(key.fingerprint), secret.ptr, secret.len));
    ck_assert_uint_lt(strlen(key.fingerprint), 60);
    files_remove();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("syntax: private keys");
    TCase *t = tcase_create("files");
    tcase_add_unchecked_fixture(t, make_directory, remove_directory);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, as_ssh_keygen_says, 0, sizeof forms / sizeof *forms);
    tcase_add_test(t, damaged_files);
    tcase_add_test(t, no_keys_at_all);
    tcase_add_test(t, every_byte_changed);
    tcase_add_test(t, nothing_private_is_kept);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
