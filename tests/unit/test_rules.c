/* The evaluator over hand-made facts documents. */
#include "rules/rules.h"

#include "base/strbuf.h"
#include "rules/pattern.h"
#include "rules/value.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TESTS_PART                                                                                 \
    "\"tests\":{\"bad\":[{\"name\":\"b\",\"guest\":\"debian-12\",\"expect\":[{}]}],"               \
    "\"good\":[{\"name\":\"g\",\"guest\":\"debian-12\"}]}"
#define COMMON_PART                                                                                \
    "\"title\":\"t\",\"why\":\"w\",\"refs\":{},\"repair\":{\"class\":\"report\",\"steps\":[]}"     \
    "," TESTS_PART

static struct arena *a;
static VEC(struct rule_set *) sets; /* findings borrow from them: freed at the end of a test */
static char directory[] = "/tmp/diskmend-rules-XXXXXX";

static void set_up(void)
{
    a = arena_new(NULL, NULL);
    memset(directory + sizeof directory - 7, 'X', 6); /* mkdtemp fills it anew */
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void tear_down(void)
{
    vec_each (set, &sets)
        rules_free(*set);
    memset(&sets, 0, sizeof sets);
    unlink(arena_printf(a, "%s/r.json", directory));
    unlink(arena_printf(a, "%s/lists/l.json", directory));
    rmdir(arena_printf(a, "%s/lists", directory));
    rmdir(directory);
    arena_free(a);
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(arena_printf(a, "%s/%s", directory, name), "we");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, strlen(text), f), strlen(text));
    fclose(f);
}

/* A set with the rules given (without brackets), which must be good. */
static struct rule_set *rules_of(const char *rules)
{
    put("r.json", arena_printf(a, "[%s]", rules));
    struct rule_set *set = rules_new(a);
    vec_push(a, &sets, set);
    rules_load(set, directory, true);
    if (set->errors.count > 0)
        ck_abort_msg("%s:%d: %s", set->errors.items[0].path, set->errors.items[0].line,
                     set->errors.items[0].text);
    return set;
}

/* One rule with this check (and more members), evaluated over this document. */
static struct rule_results *judge_with(const char *more, const char *check, const char *facts,
                                       const char *profile)
{
    struct rule_set *set = rules_of(arena_printf(
        a, "{\"id\":\"r\",\"profile\":\"baseline\",\"severity\":\"medium\",%s\"check\":%s,%s}",
        more, check, COMMON_PART));
    struct err e = {0};
    struct json *document = json_parse(bytes_of(facts), "facts", &e);
    ck_assert_msg(document != NULL, "%s", e.text);
    struct rule_selection selection = {.profile = profile ? profile : "baseline"};
    struct rule_results *results = rules_evaluate(set, document, &selection);
    json_free(document); /* findings must not borrow from it */
    return results;
}

static struct rule_results *judge(const char *check, const char *facts)
{
    return judge_with("\"message\":\"m\",", check, facts, NULL);
}

#define ACCOUNTS                                                                                   \
    "{\"at\":1780272000,\"account\":["                                                             \
    "{\"name\":\"root\",\"uid\":0,\"groups\":[\"root\"],\"is_admin\":true,\"last_change\":19900,"  \
    "\"at\":{\"file\":\"/etc/passwd\",\"line\":1,\"column\":1}},"                                  \
    "{\"name\":\"ana\",\"uid\":1000,\"groups\":[\"ana\",\"sudo\"],\"is_admin\":true,"              \
    "\"shell\":\"/bin/bash\",\"expires\":20000,"                                                   \
    "\"at\":{\"file\":\"/etc/passwd\",\"line\":2,\"column\":1}},"                                  \
    "{\"name\":\"bob\",\"uid\":1001,\"groups\":[\"bob\"],\"is_admin\":null,\"shell\":\"\","        \
    "\"at\":{\"file\":\"/etc/passwd\",\"line\":3,\"column\":1}}],"                                 \
    "\"file\":[{\"path\":\"/etc/shadow\",\"exists\":true,\"mode\":\"0644\",\"uid\":0,"             \
    "\"size\":2048,\"at\":{\"file\":\"/etc/shadow\",\"line\":0,\"column\":0}},"                    \
    "{\"path\":\"/etc/gone\",\"exists\":false,\"purpose\":\"x\"}],"                                \
    "\"os\":{\"id\":\"rocky\",\"family\":\"rhel\",\"version\":\"9.4\",\"openssh\":\"8.7p1\"}}"

/* Check, and the accounts (or files) that must be found, joined by blanks. */
static const struct {
    const char *predicate, *found;
} predicate_rows[] = {
    {"[\"uid\",\"eq\",0]", "1"},
    {"[\"uid\",\"ne\",0]", "2 3"},
    {"[\"name\",\"in\",[\"ana\",\"bob\"]]", "2 3"},
    {"[\"name\",\"not_in\",[\"ana\",\"bob\"]]", "1"},
    {"[\"uid\",\"lt\",1000]", "1"},
    {"[\"uid\",\"le\",1000]", "1 2"},
    {"[\"uid\",\"gt\",1000]", "3"},
    {"[\"uid\",\"ge\",1000]", "2 3"},
    {"[\"name\",\"match\",\"^(ana|root)$\"]", "1 2"},
    {"[\"name\",\"nomatch\",\"a\"]", "1 3"},
    {"[\"groups\",\"has\",\"sudo\"]", "2"},
    {"[\"groups\",\"has\",[\"ana\",\"sudo\"]]", "2"},
    {"[\"groups\",\"lacks\",\"sudo\"]", "1 3"},
    {"[\"groups\",\"subset\",[\"root\",\"bob\"]]", "1 3"},
    {"[\"shell\",\"exists\"]", "2 3"},
    {"[\"shell\",\"absent\"]", "1"},
    {"[\"shell\",\"ne\",\"/bin/bash\"]", "1 3"},
    {"[\"shell\",\"eq\",\"\"]", "3"},
    {"[\"expires\",\"lt\",\"2026-06-01\"]", "2"},
    {"[\"expires\",\"lt\",\"now-90d\"]", "2"},
    {"[\"last_change\",\"gt\",\"now\"]", ""},
    {"[\"name\",\"before\",{\"name\":\"ana\"}]", "1"},
    {"[\"name\",\"after\",{\"name\":\"ana\"}]", "3"},
    {"[\"at.line\",\"eq\",3]", "3"},
};

START_TEST(test_predicates)
{
    const char *check =
        arena_printf(a, "{\"for\":\"account\",\"where\":[%s]}", predicate_rows[_i].predicate);
    struct rule_results *r = judge(check, ACCOUNTS);
    struct strbuf found;
    strbuf_init(&found, a);
    vec_each (f, &r->findings)
        strbuf_printf(&found, "%s%d", found.len ? " " : "", f->at.line);
    ck_assert_msg(strcmp(found.ptr, predicate_rows[_i].found) == 0, "%s finds \"%s\"",
                  predicate_rows[_i].predicate, found.ptr);
    ck_assert_uint_eq(r->not_checked.count, 0);
}
END_TEST

START_TEST(test_modes_and_sizes)
{
    static const struct {
        const char *predicate;
        size_t found;
    } rows[] = {
        {"[\"mode\",\"mode_max\",\"0640\"]", 1}, {"[\"mode\",\"mode_max\",\"0644\"]", 0},
        {"[\"size\",\"lt\",\"1K\"]", 1},         {"[\"size\",\"lt\",\"1M\"]", 0},
        {"[\"size\",\"le\",2048]", 0},           {"[\"mode\",\"eq\",\"0644\"]", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *check = arena_printf(a,
                                         "{\"for\":\"file\",\"in\":{\"path\":\"/etc/sh*\"},"
                                         "\"expect\":[%s]}",
                                         rows[i].predicate);
        ck_assert_msg(judge(check, ACCOUNTS)->findings.count == rows[i].found, "%s",
                      rows[i].predicate);
    }
}
END_TEST

/* What the facts do not know is never a pass, and never a finding. */
START_TEST(test_unknown)
{
    static const struct {
        const char *check, *facts;
        size_t findings, gaps;
        const char *reason;
    } rows[] = {
        {"{\"for\":\"account\",\"where\":[[\"is_admin\",\"eq\",false]]}", ACCOUNTS, 0, 1,
         "is_admin is not known"},
        {"{\"for\":\"account\",\"expect\":[[\"is_admin\",\"eq\",true]]}", ACCOUNTS, 0, 1,
         "is_admin is not known"},
        {"{\"for\":\"unit\",\"where\":[[\"name\",\"eq\",\"x\"]]}", ACCOUNTS, 0, 1,
         "the facts have no section unit"},
        {"{\"for\":\"file\",\"where\":[[\"mode\",\"eq\",\"0777\"]]}",
         "{\"file\":[],\"gap\":[{\"section\":\"file\",\"reason\":\"input/output error\"}]}", 0, 1,
         "input/output error"},
        {"{\"for\":\"file\",\"where\":[[\"path\",\"eq\",\"/a\"],[\"mode\",\"eq\",\"0777\"]]}",
         "{\"file\":[{\"path\":\"/a\",\"unreadable\":\"not mounted\"}]}", 0, 1, "not mounted"},
        {"{\"for\":\"file\",\"where\":[[\"path\",\"eq\",\"/b\"],[\"mode\",\"eq\",\"0777\"]]}",
         "{\"file\":[{\"path\":\"/a\",\"unreadable\":\"not mounted\"}]}", 0, 0, NULL},
        {"{\"for\":\"file\",\"count\":[\"ge\",1],\"at\":\"/a\"}",
         "{\"file\":[{\"path\":\"/a\",\"unreadable\":\"not mounted\"}]}", 0, 1, "not mounted"},
        {"{\"any\":[{\"for\":\"file\",\"count\":[\"ge\",9],\"at\":\"/a\"},"
         "{\"for\":\"unit\",\"count\":[\"ge\",1],\"at\":\"/a\"}]}",
         ACCOUNTS, 0, 1, "the facts have no section unit"},
        {"{\"for\":\"account\",\"where\":[[\"expires\",\"lt\",\"now\"]]}",
         "{\"account\":[{\"name\":\"a\",\"expires\":1}]}", 0, 1,
         "the facts do not say which moment they are judged for"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_results *r = judge(rows[i].check, rows[i].facts);
        ck_assert_msg(r->findings.count == rows[i].findings, "%s", rows[i].check);
        ck_assert_msg(r->not_checked.count == rows[i].gaps, "%s: %zu gaps", rows[i].check,
                      r->not_checked.count);
        if (rows[i].gaps)
            ck_assert_str_eq(r->not_checked.items[0].reason, rows[i].reason);
    }
}
END_TEST

START_TEST(test_check_forms)
{
    static const struct {
        const char *check;
        size_t findings;
    } rows[] = {
        {"{\"for\":\"account\",\"where\":[[\"uid\",\"eq\",0]],\"count\":[\"eq\",1],\"at\":\"/p\"}",
         0},
        {"{\"for\":\"account\",\"where\":[[\"uid\",\"eq\",0]],\"count\":[\"ge\",2],\"at\":\"/p\"}",
         1},
        {"{\"for\":\"account\",\"where\":[[\"uid\",\"eq\",7]],\"none\":\"fail\",\"at\":\"/p\"}", 1},
        {"{\"for\":\"account\",\"where\":[[\"uid\",\"eq\",7]],\"expect\":[[\"uid\",\"eq\",8]],"
         "\"none\":\"pass\"}",
         0},
        {"{\"all\":[{\"for\":\"account\",\"where\":[[\"uid\",\"eq\",0]]},"
         "{\"for\":\"account\",\"where\":[[\"uid\",\"eq\",1000]]}]}",
         2},
        {"{\"any\":[{\"for\":\"account\",\"expect\":[[\"uid\",\"eq\",0]]},"
         "{\"for\":\"account\",\"expect\":[[\"uid\",\"ge\",0]]}]}",
         0},
        {"{\"not\":{\"for\":\"account\",\"expect\":[[\"uid\",\"ge\",0]]},\"at\":\"/p\"}", 1},
        {"{\"not\":{\"for\":\"account\",\"expect\":[[\"uid\",\"eq\",0]]},\"at\":\"/p\"}", 0},
        {"{\"when\":{\"for\":\"os\",\"expect\":[[\"family\",\"eq\",\"rhel\"]]},"
         "\"then\":{\"for\":\"account\",\"where\":[[\"uid\",\"eq\",0]]}}",
         1},
        {"{\"when\":{\"for\":\"os\",\"expect\":[[\"family\",\"eq\",\"debian\"]]},"
         "\"then\":{\"for\":\"account\",\"where\":[[\"uid\",\"eq\",0]]}}",
         0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(judge(rows[i].check, ACCOUNTS)->findings.count == rows[i].findings, "%s",
                      rows[i].check);
}
END_TEST

START_TEST(test_params_lists_applies)
{
    static const struct {
        const char *more, *profile;
        size_t findings, gaps;
    } rows[] = {
        {"\"params\":{\"n\":{\"default\":[\"root\"]}},", NULL, 1, 0},
        {"\"params\":{\"n\":{\"default\":[\"root\"],\"os:rhel\":[\"ana\",\"bob\"]}},", NULL, 2, 0},
        {"\"params\":{\"n\":{\"default\":[\"x\"],\"os:rhel\":[\"y\"],\"os:rocky\":[\"root\"]}},",
         NULL, 1, 0},
        {"\"params\":{\"n\":{\"default\":[\"x\"],\"baseline\":[\"root\"],\"os:rocky\":[\"y\"]}},",
         NULL, 1, 0},
        {"\"params\":{\"n\":{\"default\":\"list:l\"}},", NULL, 2, 0},
        {"\"applies\":{\"os\":[\"debian\"]},\"params\":{\"n\":{\"default\":[\"root\"]}},", NULL, 0,
         0},
        {"\"applies\":{\"os\":[\"rhel:>=9\"]},\"params\":{\"n\":{\"default\":[\"root\"]}},", NULL,
         1, 0},
        {"\"applies\":{\"os\":[\"rhel:<9\"]},\"params\":{\"n\":{\"default\":[\"root\"]}},", NULL, 0,
         0},
        {"\"applies\":{\"openssh\":\">=8.10\"},\"params\":{\"n\":{\"default\":[\"root\"]}},", NULL,
         0, 0},
        {"\"applies\":{\"openssh\":\"<8.10\"},\"params\":{\"n\":{\"default\":[\"root\"]}},", NULL,
         1, 0},
        {"\"applies\":{\"packages\":[\"sudo\"]},\"params\":{\"n\":{\"default\":[\"root\"]}},", NULL,
         0, 1},
        {"\"params\":{\"n\":{\"default\":[\"root\"]}},", "stig", 0, 0},
    };
    ck_assert_int_eq(mkdir(arena_printf(a, "%s/lists", directory), 0755), 0);
    put("lists/l.json", "{\"source\":\"s\",\"date\":\"2026-01-01\",\"values\":[\"ana\",\"bob\"]}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_results *r =
            judge_with(arena_printf(a, "\"message\":\"{name} of {@n}\",%s", rows[i].more),
                       "{\"for\":\"account\",\"where\":[[\"name\",\"in\",\"@n\"]]}", ACCOUNTS,
                       rows[i].profile);
        ck_assert_msg(r->findings.count == rows[i].findings, "%s: %zu", rows[i].more,
                      r->findings.count);
        ck_assert_uint_eq(r->not_checked.count, rows[i].gaps);
    }
}
END_TEST

static const char *const login_rule =
    "{\"id\":\"%s\",\"gate\":\"%s\",\"profile\":\"access\",\"severity\":\"%s\","
    "\"severity_when\":[{\"severity\":\"low\",\"where\":[[\"state\",\"eq\",\"note\"]]}],"
    "\"message\":\"%s\",\"check\":{\"for\":\"login\",\"where\":[[\"reason\",\"eq\",\"%s\"],"
    "[\"expected\",\"eq\",true]]}," COMMON_PART "}";

static struct rule_results *login(const char *message, const char *records)
{
    struct strbuf rules;
    strbuf_init(&rules, a);
    static const char *const ids[][3] = {{"key-one", "key", "high"},
                                         {"sshd-one", "sshd", "critical"},
                                         {"nobody-can-log-in", "account", "critical"}};
    for (size_t i = 0; i < 3; i++) {
        strbuf_add(&rules, i ? "," : "");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        strbuf_printf(&rules, login_rule, ids[i][0], ids[i][1], ids[i][2], message, ids[i][0]);
#pragma GCC diagnostic pop
    }
    struct rule_set *set = rules_of(rules.ptr);
    struct err e = {0};
    struct json *facts =
        json_parse(bytes_of(arena_printf(a, "{\"login\":[%s]}", records)), "facts", &e);
    ck_assert_msg(facts != NULL, "%s", e.text);
    struct rule_results *r = rules_evaluate(set, facts, NULL);
    json_free(facts);
    return r;
}

#define RECORD(user, gate, reason, state, more)                                                    \
    "{\"user\":\"" user "\",\"method\":\"publickey\",\"gate\":\"" gate "\",\"reason\":\"" reason   \
    "\",\"state\":\"" state "\",\"expected\":true" more "}"
#define AT(file, line) ",\"at\":{\"file\":\"" file "\",\"line\":" line ",\"column\":1}"

START_TEST(test_order)
{
    struct rule_results *r =
        login("{user}",
              RECORD("*", "sshd", "sshd-one", "note", AT("/0", "1")) "," RECORD(
                  "*", "key", "nobody-can-log-in", "shut",
                  AT("/0", "1")) "," RECORD("ana", "key", "key-one", "shut",
                                            AT("/b",
                                               "2")) "," RECORD("ana", "key", "key-one", "shut",
                                                                AT("/b",
                                                                   "1")) "," RECORD("*", "sshd",
                                                                                    "sshd-one",
                                                                                    "shut",
                                                                                    AT("/c", "1")));
    static const char *const wanted[] = {"sshd-one", "key-one", "key-one", "nobody-can-log-in",
                                         "sshd-one"};
    ck_assert_uint_eq(r->findings.count, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(r->findings.items[i].rule, wanted[i]);
    ck_assert_int_eq(r->findings.items[1].at.line, 2); /* met first */
    ck_assert_int_eq(r->findings.items[0].severity, SEVERITY_CRITICAL);
    ck_assert_int_eq(r->findings.items[4].severity, SEVERITY_LOW);
    ck_assert_str_eq(r->findings.items[3].gate, "key"); /* the record's own gate */
}
END_TEST

/* Within one gate and severity: as the walk met them, not by the names of their files. */
START_TEST(test_order_in_gate)
{
    struct rule_results *r = login(
        "same", RECORD("ana", "key", "key-one", "shut", AT("/z", "1")) "," RECORD(
                    "ana", "key", "key-one", "shut",
                    AT("/y", "9")) "," RECORD("bob", "key", "key-one", "shut",
                                              AT("/a", "3")) "," RECORD("bob", "key", "key-one",
                                                                        "shut", AT("/z", "1")));
    static const char *const files[] = {"/z", "/y", "/a"};
    ck_assert_uint_eq(r->findings.count, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(r->findings.items[i].at.file, files[i]);
    ck_assert_ptr_null(r->findings.items[0].user);
}
END_TEST

START_TEST(test_duplicates)
{
    struct rule_results *r =
        login("same",
              RECORD("ana", "key", "key-one", "shut", AT("/b", "1")) "," RECORD(
                  "bob", "key", "key-one", "shut",
                  AT("/b", "1")) "," RECORD("bob", "key", "key-one", "shut",
                                            AT("/b", "2")) "," RECORD("bob", "key", "key-one",
                                                                      "shut", AT("/b", "2")));
    ck_assert_uint_eq(r->findings.count, 2);
    ck_assert_ptr_null(r->findings.items[0].user);
    ck_assert_str_eq(r->findings.items[1].user, "bob");
    r = login("{user}",
              RECORD("ana", "key", "key-one", "shut",
                     AT("/b", "1")) "," RECORD("bob", "key", "key-one", "shut", AT("/b", "1")));
    ck_assert_uint_eq(r->findings.count, 2);
}
END_TEST

START_TEST(test_login_unknown)
{
    struct rule_results *r = login("m", RECORD("ana", "key", "key-one", "unknown",
                                               ",\"detail\":\"not mounted\"" AT("/b", "1")));
    ck_assert_uint_eq(r->findings.count, 0);
    ck_assert_uint_eq(r->not_checked.count, 1);
    ck_assert_str_eq(r->not_checked.items[0].rule, "key-one");
    ck_assert_str_eq(r->not_checked.items[0].reason, "not mounted");
    ck_assert_str_eq(r->not_checked.items[0].at.file, "/b");
}
END_TEST

START_TEST(test_fingerprint)
{
    struct rule_results *one =
        login("m", RECORD("ana", "key", "key-one", "shut", ",\"value\":\"v\"" AT("/b", "1")));
    struct rule_results *moved =
        login("other", RECORD("ana", "key", "key-one", "shut", ",\"value\":\"v\"" AT("/b", "9")));
    struct rule_results *other =
        login("m", RECORD("ana", "key", "key-one", "shut", ",\"value\":\"w\"" AT("/b", "1")));
    ck_assert_uint_eq(strlen(one->findings.items[0].fingerprint), 16);
    ck_assert_str_eq(one->findings.items[0].fingerprint, moved->findings.items[0].fingerprint);
    ck_assert_str_ne(one->findings.items[0].fingerprint, other->findings.items[0].fingerprint);
}
END_TEST

START_TEST(test_messages)
{
    static const struct {
        const char *message, *more, *shown;
    } rows[] = {
        {"{at.file}:{at.line} {user}", AT("/b", "7"), "/b:7 ana"},
        {"is {value}", "", "is ?"},
        {"is[ {value}][ ({detail})].", ",\"detail\":\"d\"", "is (d)."},
        {"is[ {value} of {wanted}].", ",\"value\":\"v\"", "is."},
        {"{{literal} [[x]", "", "{literal} [x]"},
        {"{expected} {value}", ",\"value\":\"{user} [x]\"", "yes {user} [x]"},
        {"{value}|", ",\"value\":\"\"", "|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_results *r =
            login(rows[i].message,
                  arena_printf(a,
                               "{\"user\":\"ana\",\"gate\":\"key\",\"reason\":\"key-one\","
                               "\"state\":\"shut\",\"expected\":true%s}",
                               rows[i].more));
        ck_assert_uint_eq(r->findings.count, 1);
        ck_assert_str_eq(r->findings.items[0].message, rows[i].shown);
    }
}
END_TEST

/* A value of a megabyte is cut at a character's border; a text too long to match says so. */
START_TEST(test_long_text)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (int i = 0; i < 100000; i++)
        strbuf_add(&s, "ü");
    struct rule_results *r =
        login("{value}", arena_printf(a,
                                      "{\"user\":\"ana\",\"reason\":\"key-one\",\"state\":"
                                      "\"shut\",\"expected\":true,\"value\":\"%s\"}",
                                      s.ptr));
    ck_assert_uint_eq(strlen(r->findings.items[0].message), 200 + strlen("…"));
    r = judge("{\"for\":\"account\",\"where\":[[\"name\",\"match\",\"x\"]]}",
              arena_printf(a, "{\"account\":[{\"name\":\"%s\"}]}", s.ptr));
    ck_assert_uint_eq(r->findings.count, 0);
    ck_assert_str_eq(r->not_checked.items[0].reason, "a text too long to match");
}
END_TEST

START_TEST(test_limit_findings)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (int i = 0; i < 1500; i++)
        strbuf_printf(&s, "%s{\"name\":\"u%d\",\"uid\":%d,\"at\":{\"file\":\"/p\",\"line\":%d}}",
                      i ? "," : "", i, i, i + 1);
    struct rule_results *r = judge("{\"for\":\"account\",\"where\":[[\"uid\",\"ge\",0]]}",
                                   arena_printf(a, "{\"account\":[%s]}", s.ptr));
    ck_assert_uint_eq(r->findings.count, 1000);
    ck_assert_uint_eq(r->not_checked.count, 1);
    ck_assert_ptr_nonnull(strstr(r->not_checked.items[0].reason, "more than 1000"));
}
END_TEST

/* Nothing in a document of another shape than ours may do harm. */
START_TEST(test_hostile_documents)
{
    static const char *const documents[] = {
        "{}",
        "[]",
        "null",
        "{\"account\":null}",
        "{\"account\":{}}",
        "{\"account\":[null,1,\"x\"]}",
        "{\"account\":[[[[]]]]}",
        "{\"account\":[{\"name\":{\"name\":1},\"at\":3}]}",
        "{\"account\":[{\"name\":\"a\",\"at\":{\"file\":1,\"line\":1e300,\"column\":-5}}]}",
        "{\"account\":[],\"gap\":{\"section\":1}}",
        "{\"account\":[],\"gap\":[{\"section\":1}]}",
        "{\"account\":[{\"name\":\"a\",\"unreadable\":7}]}",
    };
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        judge_with("\"message\":\"{name} {groups} {at.line}\",",
                   "{\"for\":\"account\",\"where\":[[\"name\",\"ne\",\"zz\"]],"
                   "\"expect\":[[\"uid\",\"lt\",5]]}",
                   documents[i], NULL);
}
END_TEST

START_TEST(test_selection)
{
    struct rule_set *set = rules_of(
        "{\"id\":\"aa-one\",\"profile\":\"access\",\"gate\":\"key\",\"severity\":\"low\","
        "\"message\":\"m\",\"check\":{\"for\":\"login\",\"where\":[[\"user\",\"exists\"]]}"
        "," COMMON_PART
        "},{\"id\":\"bb-one\",\"profile\":\"baseline\",\"severity\":\"low\",\"message\":\"m\","
        "\"check\":{\"for\":\"login\",\"where\":[[\"user\",\"exists\"]]}," COMMON_PART "}");
    static const struct {
        const char *profile, *select, *ignore;
        size_t found;
    } rows[] = {{NULL, NULL, NULL, 1},  {"baseline", NULL, NULL, 2},   {"baseline", "bb*", NULL, 1},
                {NULL, "bb*", NULL, 0}, {"baseline", NULL, "?a-*", 1}, {NULL, NULL, "*", 0}};
    CLEANUP_JSON struct json *facts =
        json_parse(bytes_of("{\"login\":[{\"user\":\"ana\"}]}"), "f", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_selection s = {rows[i].profile, &rows[i].select, rows[i].select != NULL,
                                   &rows[i].ignore, rows[i].ignore != NULL};
        ck_assert_uint_eq(rules_evaluate(set, facts, &s)->findings.count, rows[i].found);
    }
}
END_TEST

START_TEST(test_patterns)
{
    static const struct {
        const char *glob, *text;
        bool fits;
    } globs[] = {{"*", "", true},       {"", "", true},          {"", "a", false},
                 {"a*c", "abbc", true}, {"a*c", "abbd", false},  {"?", "a", true},
                 {"?", "", false},      {"*a*b", "xaxxb", true}, {"sshd-*", "sshd-x", true},
                 {"[a]", "a", false}};
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++)
        ck_assert_msg(pattern_glob(globs[i].glob, globs[i].text) == globs[i].fits, "%s %s",
                      globs[i].glob, globs[i].text);
    static const char *const refused[] = {"",       "(",   "a{300}", "(a{100}){100}",
                                          "(a)\\1", "\\w", "a\\",    "\\<a"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        regex_t regex;
        ck_assert_msg(pattern_compile(refused[i], &regex) != NULL, "%s", refused[i]);
    }
}
END_TEST

START_TEST(test_versions_and_days)
{
    ck_assert_int_lt(value_compare_versions("9.9p2", "9.10p1"), 0);
    ck_assert_int_gt(value_compare_versions("10.0p1", "9.9"), 0);
    ck_assert_int_eq(value_compare_versions("9.2p1", "9.2p1"), 0);
    ck_assert_int_eq(value_compare_versions("09.2", "9.2"), 0);
    double days;
    ck_assert(value_days("1970-01-01", 0, &days) && days == 0);
    ck_assert(value_days("2026-06-01", 0, &days) && days == 20605);
    ck_assert(value_days("now", 86400.0 * 5 + 7, &days) && days == 5);
    ck_assert(value_days("now-2w", 86400.0 * 100, &days) && days == 86);
    ck_assert(!value_days("2026-6-1", 0, &days) && !value_days("soon", 0, &days));
    ck_assert(!value_days("now-d", 0, &days) && !value_days("2026-13-01", 0, &days));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("rules");
    TCase *t = tcase_create("evaluate");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_predicates, 0,
                        (int)(sizeof predicate_rows / sizeof *predicate_rows));
    tcase_add_test(t, test_modes_and_sizes);
    tcase_add_test(t, test_unknown);
    tcase_add_test(t, test_check_forms);
    tcase_add_test(t, test_params_lists_applies);
    tcase_add_test(t, test_order);
    tcase_add_test(t, test_order_in_gate);
    tcase_add_test(t, test_duplicates);
    tcase_add_test(t, test_login_unknown);
    tcase_add_test(t, test_fingerprint);
    tcase_add_test(t, test_messages);
    tcase_add_test(t, test_long_text);
    tcase_add_test(t, test_limit_findings);
    tcase_add_test(t, test_hostile_documents);
    tcase_add_test(t, test_selection);
    tcase_add_test(t, test_patterns);
    tcase_add_test(t, test_versions_and_days);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
