/* The reading of sshd_config: both tokenizers, includes, versions, limits, hostile texts. Exactness
 * against real programs is tests/oracle/sshd.test; here is what needs no program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "facts/sshd.h"
#include "guest/memory.h"
#include "suite.h"
#include "syntax/lens.h"
#include "syntax/sshd_words.h"

#define MAIN_FILE "/etc/ssh/sshd_config"

static struct arena *arena;
static struct lens_session *lenses;
static struct sshd_keyword_table *table;
static struct tree *tree;

static struct bytes whole_file(const char *path)
{
    CLEANUP_FILE FILE *f = fopen(path, "rb");
    struct strbuf text;
    char buffer[8192];
    size_t n;
    ck_assert_ptr_nonnull(f);
    strbuf_init(&text, arena);
    while ((n = fread(buffer, 1, sizeof buffer, f)) > 0)
        strbuf_add_bytes(&text, (struct bytes){buffer, n});
    return strbuf_bytes(&text);
}

static void set_up(void)
{
    struct err e = {0};
    arena = arena_new(NULL, NULL);
    const char *path = TEST_SOURCE_DIRECTORY "/rules/sshd-keywords.json";
    table = sshd_keywords_load(arena, whole_file(path), path, &e);
    ck_assert_msg(table != NULL, "%s", e.text);
    lenses = lens_open(arena, TEST_SOURCE_DIRECTORY "/rules/lenses", &e);
    ck_assert_msg(lenses != NULL, "%s", e.text);
    tree = memory_tree_new(arena);
}

static void tear_down(void)
{
    tree_close(tree);
    lens_close(lenses);
    arena_free(arena);
}

static void put(const char *path, const char *text)
{
    memory_tree_file(tree, path, bytes_of(text), 0644, 0, 0);
}

static struct os_facts os_of(const char *family, enum os_family code, int version, int patch)
{
    return (struct os_facts){.id = family,
                             .family = family,
                             .family_code = code,
                             .openssh_version = version,
                             .openssh_patch = patch,
                             .pam = TRUTH_YES,
                             .gssapi_kex = code == FAMILY_UNKNOWN ? TRUTH_NO : TRUTH_YES};
}

static struct sshd_config *judge_as(struct os_facts os)
{
    static const struct text_list none;
    return sshd_config_read(tree, lenses, table, &os, &none, NULL);
}

static struct sshd_config *judge(int version)
{
    return judge_as(os_of("debian", FAMILY_DEBIAN, version, 1));
}

static const char *verdict_code(const struct sshd_config *config)
{
    const struct diag_fact *verdict = sshd_config_verdict(config);
    return verdict ? verdict->code : "starts";
}

struct words_case {
    const char *line;
    int version;
    const char *keyword; /* NULL: an empty line */
    const char *words;   /* each in brackets */
    bool unbalanced;
};

static const struct words_case words_cases[] = {
    {"Port 22", 804, "Port", "[22]", false},
    {"Port 22", 900, "Port", "[22]", false},
    {"  Port=22  ", 804, "Port", "[22]", false},
    {"Port \"22\"", 804, "Port", "[22][]", false},
    {"Port \"22\"", 900, "Port", "[22]", false},
    {"AllowUsers a=b", 804, "AllowUsers", "[a][b]", false},
    {"AllowUsers a=b", 900, "AllowUsers", "[a=b]", false},
    {"A x#y", 804, "A", "[x]", false},
    {"A x#y z # c", 900, "A", "[x#y][z]", false},
    {"A 'b c'", 804, "A", "['b][c']", false},
    {"A 'b c'", 900, "A", "[b c]", false},
    {"A o'brien", 804, "A", "[o'brien]", false},
    {"A o'brien", 900, "A", "", true},
    {"A b\\ c \\\"", 900, "A", "[b c][\"]", false},
    {"A \"b", 804, "A", "", true},
    {"\"A\" b", 900, "A", "[b]", false},
    {"\"A b", 900, NULL, "", false},
    {"= A b", 900, "A", "[b]", false},
    {"# A b", 804, NULL, "", false},
    {"", 900, NULL, "", false},
    {"\t \r", 900, NULL, "", false},
    {"\f", 900, "\f", "", false},
    {"A b\f \r", 900, "A", "[b]", false},
};

START_TEST(test_words)
{
    const struct words_case *c = &words_cases[_i];
    struct sshd_line line;
    struct strbuf words;
    sshd_line_split(arena, bytes_of(c->line), c->version, &line);
    strbuf_init(&words, arena);
    vec_each (w, &line.arguments)
        strbuf_printf(&words, "[%s]", w->text);
    ck_assert_int_eq(line.is_empty, c->keyword == NULL);
    if (!c->keyword)
        return;
    ck_assert_str_eq(line.keyword.text, c->keyword);
    ck_assert_int_eq(line.fault == SSHD_LINE_UNBALANCED, c->unbalanced);
    if (!c->unbalanced)
        ck_assert_str_eq(words.ptr, c->words);
}
END_TEST

START_TEST(test_word_columns)
{
    struct sshd_line line;
    sshd_line_split(arena, bytes_of("  AllowUsers \"a b\"  c"), 900, &line);
    ck_assert_int_eq(line.keyword.column, 3);
    ck_assert_int_eq(line.arguments.items[0].column, 14);
    ck_assert_int_eq(line.arguments.items[1].column, 21);
    ck_assert_int_eq(line.arguments.items[1].end_column, 22);
}
END_TEST

START_TEST(test_hostile_lines)
{
    /* 1 MiB of quotes must not cost quadratic time, in either generation. */
    size_t size = LIMIT_CONFIG_BYTES;
    char *text = arena_alloc(arena, size + 1);
    struct sshd_line line;
    memset(text, '"', size);
    memcpy(text, "AllowUsers ", 11);
    for (int version = 804; version <= 900; version += 96)
        sshd_line_split(arena, bytes_of(text), version, &line);
    memset(text + 11, '\\', size - 11);
    sshd_line_split(arena, bytes_of(text), 900, &line);
    ck_assert_uint_eq(line.arguments.count, 1);
}
END_TEST

struct version_case {
    const char *text;
    int version, patch;
    const char *code; /* "starts", or the first diagnosis */
};

/* Borders that no tree of the oracle stands on. */
static const struct version_case version_cases[] = {
    {"Include /x\n", 801, 1, "unknown-keyword"},
    {"Include /x\n", 802, 1, "starts"},
    {"PubkeyAcceptedAlgorithms ssh-ed25519\n", 804, 1, "unknown-keyword"},
    {"PubkeyAcceptedAlgorithms ssh-ed25519\n", 805, 1, "starts"},
    {"Banner /o'brien\n", 806, 1, "starts"},
    {"Banner /o'brien\n", 807, 1, "bad-quotes"},
    {"Subsystem a /x\nSubsystem a /y\n", 904, 1, "subsystem-twice"},
    {"Subsystem a /x\nSubsystem a /y\n", 905, 1, "starts"},
    {"Match User = alice\n", 908, 1, "starts"},
    {"Match User = alice\n", 909, 1, "bad-match"},
    {"Match User=alice\n", 909, 1, "bad-match"},
    {"Match User=alice\n", 909, 2, "starts"},
    {"Match invalid-user\nPort 23\n", 909, 1, "starts"},
    {"Match invalid-user\nPort 23\n", 909, 2, "not-in-match"},
    {"AuthenticationMethods publickey\nMatch User a\nAuthenticationMethods any\n", 906, 1,
     "auth-methods-any"},
    {"AuthenticationMethods publickey\nMatch User a\nAuthenticationMethods any\n", 907, 1,
     "starts"},
    {"PAMAuthenticationViaKbdInt no\n", 1003, 1, "starts"},
    {"PAMAuthenticationViaKbdInt no\n", 1004, 1, "unknown-keyword"},
    {"RDomain none\n", 802, 1, "starts"},
    {"RDomain none\n", 804, 1, "bad-value"},
    {"Match Address 10.0.0.1/8\n", 803, 1, "starts"},
    {"Match Address 10.0.0.1/8\n", 804, 1, "bad-match"},
    {"MaxStartups 0\n", 901, 1, "max-startups-zero"},
    {"MaxStartups 0\n", 902, 1, "bad-value"},
    {"LoginGraceTime 1.5\n", 1002, 1, "bad-time"},
    {"LoginGraceTime 1.5\n", 1003, 1, "starts"},
    {"UsePrivilegeSeparation yes\nProtocol 2\n", 1000, 1, "starts"},
    {"FooBar 1\n", 0, 0, "unknown-keyword"},
    {"WarnWeakCrypto yes\nX11MaxDisplays 5\n", 0, 0, "starts"},
};

START_TEST(test_versions)
{
    const struct version_case *c = &version_cases[_i];
    put(MAIN_FILE, c->text);
    struct sshd_config *config = judge_as(os_of("debian", FAMILY_DEBIAN, c->version, c->patch));
    ck_assert_msg(strcmp(verdict_code(config), c->code) == 0, "%s on %d: %s", c->text, c->version,
                  verdict_code(config));
}
END_TEST

START_TEST(test_families)
{
    put(MAIN_FILE, "GSSAPIKeyExchange no\n");
    ck_assert_str_eq(verdict_code(judge_as(os_of("rhel", FAMILY_RHEL, 807, 1))), "starts");
    ck_assert_str_eq(verdict_code(judge_as(os_of("unknown", FAMILY_UNKNOWN, 807, 1))),
                     "unknown-keyword");
    put(MAIN_FILE, "RequiredRSASize 2048\nRSAMinSize 2048\n");
    ck_assert_str_eq(verdict_code(judge_as(os_of("rhel", FAMILY_RHEL, 807, 1))), "starts");
    ck_assert_str_eq(verdict_code(judge(807)), "unknown-keyword");
    put(MAIN_FILE, "Include /x\n");
    ck_assert_str_eq(verdict_code(judge_as(os_of("rhel", FAMILY_RHEL, 800, 1))), "starts");
    put(MAIN_FILE, "DebianBanner no\n");
    ck_assert_str_eq(verdict_code(judge_as(os_of("rhel", FAMILY_RHEL, 909, 1))), "unknown-keyword");
}
END_TEST

START_TEST(test_include_in_match)
{
    put(MAIN_FILE, "Include m.conf\nX11Forwarding yes\nMatch User a\nInclude n.conf\n");
    put("/etc/ssh/m.conf", "Match User alice\nPermitTTY no\n");
    put("/etc/ssh/n.conf", "Match Group g\nPermitTTY no\n");
    struct sshd_config *config = judge(804);
    ck_assert_uint_eq(config->matches.count, 3);
    ck_assert_uint_eq(config->matches.items[0].parent, 0);
    ck_assert(!config->matches.items[0].dead);
    ck_assert_uint_eq(config->matches.items[2].parent, 2);
    ck_assert_str_eq(sshd_config_value(config, "X11Forwarding"), "yes");
    config = judge(803);
    ck_assert(config->matches.items[0].dead);
    ck_assert(!config->matches.items[2].dead);
}
END_TEST

START_TEST(test_late_port)
{
    put(MAIN_FILE, "Include a.conf\nPort 2222\n");
    put("/etc/ssh/a.conf", "# nothing\n");
    struct text_list ports = sshd_config_values(judge(803), "Port");
    ck_assert_uint_eq(ports.count, 2);
    ck_assert_str_eq(ports.items[0], "22");
    ports = sshd_config_values(judge(804), "Port");
    ck_assert_uint_eq(ports.count, 1);
}
END_TEST

START_TEST(test_reached)
{
    put(MAIN_FILE, "Port x\nFooBar 1\nUseDNS maybe\n");
    struct sshd_config *config = judge(902);
    ck_assert_uint_eq(config->diagnoses.count, 3);
    ck_assert(config->diagnoses.items[0].reached);
    ck_assert(!config->diagnoses.items[1].reached);
    ck_assert(!config->diagnoses.items[2].reached);
    ck_assert_int_eq(config->diagnoses.items[2].at.line, 3);
}
END_TEST

START_TEST(test_strange_files)
{
    memory_tree_special(tree, MAIN_FILE, NODE_FIFO);
    ck_assert_str_eq(verdict_code(judge(902)), "config-not-regular");
    memory_tree_remove(tree, MAIN_FILE);
    ck_assert_str_eq(verdict_code(judge(902)), "config-missing");
    memory_tree_directory(tree, MAIN_FILE, 0755, 0, 0);
    ck_assert_str_eq(verdict_code(judge(902)), "starts");
    memory_tree_remove(tree, MAIN_FILE);
    put(MAIN_FILE, "");
    struct sshd_config *config = judge(902);
    ck_assert_str_eq(verdict_code(config), "starts");
    ck_assert_str_eq(config->diagnoses.items[0].code, "config-empty");
    memory_tree_unreadable(tree, MAIN_FILE, "input/output error");
    ck_assert(judge(902)->unreadable);
}
END_TEST

START_TEST(test_include_bomb)
{
    put(MAIN_FILE, "Include self.conf\n");
    put("/etc/ssh/self.conf", "Include self.conf\nInclude self.conf\nInclude self.conf\n");
    ck_assert_str_eq(verdict_code(judge(902)), "include-depth");
    put(MAIN_FILE, "Include many/*\nPort 1\n");
    for (int i = 0; i < 4200; i++)
        put(arena_printf(arena, "/etc/ssh/many/%04d.conf", i), "PermitTTY no\n");
    struct sshd_config *config = judge(902);
    ck_assert(config->unreadable);
    ck_assert_uint_le(config->files.count, LIMIT_INCLUDED_FILES + 1);
}
END_TEST

static void repeat(struct strbuf *text, const char *line, size_t count)
{
    strbuf_init(text, arena);
    for (size_t i = 0; i < count; i++)
        strbuf_add(text, line);
}

START_TEST(test_big_files)
{
    struct strbuf text;
    repeat(&text, "Foo 1\n", 100000);
    memory_tree_file(tree, MAIN_FILE, strbuf_bytes(&text), 0644, 0, 0);
    ck_assert_str_eq(verdict_code(judge(902)), "unknown-keyword");
    repeat(&text, "Subsystem a b\n", 70000);
    memory_tree_file(tree, MAIN_FILE, strbuf_bytes(&text), 0644, 0, 0);
    ck_assert_str_eq(verdict_code(judge(1000)), "starts");
    char *zeros = arena_alloc(arena, LIMIT_CONFIG_BYTES);
    memory_tree_file(tree, MAIN_FILE, (struct bytes){zeros, LIMIT_CONFIG_BYTES}, 0644, 0, 0);
    ck_assert_str_eq(verdict_code(judge(902)), "starts");
    char *big = arena_alloc(arena, LIMIT_CONFIG_BYTES + 1);
    memset(big, '#', LIMIT_CONFIG_BYTES + 1);
    memory_tree_file(tree, MAIN_FILE, (struct bytes){big, LIMIT_CONFIG_BYTES + 1}, 0644, 0, 0);
    ck_assert(judge(902)->unreadable);
}
END_TEST

START_TEST(test_algorithms)
{
    put(MAIN_FILE, "Ciphers +aes128-cbc\n");
    struct sshd_config *config = judge(902);
    struct text_list names = sshd_config_algorithms(arena, config, "Ciphers", "+aes128-cbc");
    ck_assert_uint_eq(names.count, 7);
    ck_assert_str_eq(names.items[6], "aes128-cbc");
    names = sshd_config_algorithms(arena, config, "KexAlgorithms", "-*");
    ck_assert_uint_eq(names.count, 0);
    names = sshd_config_algorithms(arena, config, "PubkeyAcceptedKeyTypes", "ssh-*");
    ck_assert_uint_gt(names.count, 2);
}
END_TEST

START_TEST(test_command_line)
{
    const char *words[] = {"-D", "-p", "2222", "-oPermitRootLogin=no", "-6"};
    struct text_list options = {words, 5};
    struct os_facts os = os_of("debian", FAMILY_DEBIAN, 902, 1);
    put(MAIN_FILE, "Port 22\nPermitRootLogin yes\n");
    struct sshd_config *config = sshd_config_read(tree, lenses, table, &os, &options, NULL);
    ck_assert_str_eq(sshd_config_value(config, "Port"), "2222");
    ck_assert_str_eq(sshd_config_value(config, "PermitRootLogin"), "no");
    ck_assert_str_eq(sshd_config_value(config, "AddressFamily"), "inet6");
    ck_assert(sshd_config_winner(config, "PermitRootLogin")->from_command_line);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("sshd");
    TCase *words = tcase_create("words");
    tcase_add_unchecked_fixture(words, set_up, tear_down);
    tcase_add_loop_test(words, test_words, 0, sizeof words_cases / sizeof *words_cases);
    tcase_add_test(words, test_word_columns);
    tcase_add_test(words, test_hostile_lines);
    tcase_set_timeout(words, 30);
    suite_add_tcase(s, words);
    TCase *config = tcase_create("config");
    tcase_add_checked_fixture(config, set_up, tear_down);
    tcase_add_loop_test(config, test_versions, 0, sizeof version_cases / sizeof *version_cases);
    tcase_add_test(config, test_families);
    tcase_add_test(config, test_include_in_match);
    tcase_add_test(config, test_late_port);
    tcase_add_test(config, test_reached);
    tcase_add_test(config, test_strange_files);
    tcase_add_test(config, test_include_bomb);
    tcase_add_test(config, test_big_files);
    tcase_add_test(config, test_algorithms);
    tcase_add_test(config, test_command_line);
    tcase_set_timeout(config, 60);
    suite_add_tcase(s, config);
    return s;
}

UNIT_MAIN(suite)
