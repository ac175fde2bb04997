/* Loading rule files: every fault with its place, trust, order, overrides, and the C tables held
 * against rules/schema.json. */
#include "rules/rules.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "model/walk.h"
#include "rules/vocabulary.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena *a;
static struct rule_set *set;
static char directory[] = "/tmp/diskmend-load-XXXXXX";

static void set_up(void)
{
    a = arena_new(NULL, NULL);
    set = rules_new(a);
    memset(directory + sizeof directory - 7, 'X', 6); /* mkdtemp fills it anew */
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void tear_down(void)
{
    static const char *const names[] = {"r.json",    "key.json",  "boot.json",   "aa.json",
                                        "link.json", "fifo.json", "lists/l.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(arena_printf(a, "%s/%s", directory, names[i]));
    rmdir(arena_printf(a, "%s/lists", directory));
    rmdir(directory);
    rules_free(set);
    arena_free(a);
}

static const char *path_of(const char *name)
{
    return arena_printf(a, "%s/%s", directory, name);
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(path_of(name), "we");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, strlen(text), f), strlen(text));
    fclose(f);
    chmod(path_of(name), 0644);
}

/* A good rule as a list of members; each test spoils one. */
struct member {
    const char *name, *value;
};
static const struct member good_members[] = {
    {"id", "\"good-rule\""},
    {"gate", "\"key\""},
    {"profile", "\"access\""},
    {"severity", "\"high\""},
    {"title", "\"A title\""},
    {"message", "\"{value} of {user}\""},
    {"why", "\"because\""},
    {"refs", "{\"man\":[\"sshd(8)\"]}"},
    {"check", "{\"for\":\"login\",\"where\":[[\"reason\",\"eq\",\"good-rule\"]]}"},
    {"repair", "{\"class\":\"flag\",\"steps\":[{\"do\":\"file_mode\",\"path\":\"{at.file}\"}]}"},
    {"tests", "{\"bad\":[{\"name\":\"b\",\"guest\":\"debian-12\",\"expect\":[{\"line\":1}]}],"
              "\"good\":[{\"name\":\"g\",\"guest\":\"debian-12\"}]}"},
};

/* The good rule, one member a line from line 2 on, with MEMBER set to VALUE (left out when NULL).
 */
static const char *rule_with(const char *member, const char *value)
{
    struct strbuf s;
    strbuf_init(&s, a);
    bool known = false;
    strbuf_add(&s, "[{");
    for (size_t i = 0; i < sizeof good_members / sizeof *good_members; i++) {
        bool this = strcmp(good_members[i].name, member) == 0;
        known |= this;
        if (this && !value)
            continue;
        strbuf_printf(&s, "%s\n\"%s\":%s", s.len > 2 ? "," : "", good_members[i].name,
                      this ? value : good_members[i].value);
    }
    if (!known && value)
        strbuf_printf(&s, ",\n\"%s\":%s", member, value);
    strbuf_add(&s, "}]\n");
    return s.ptr;
}

/* Member, value, where the fault is said (0: anywhere) and a piece of what is said. */
static const struct {
    const char *member, *value;
    int line;
    const char *says;
} faults[] = {
    {"id", NULL, 1, "\"id\" is missing"},
    {"id", "\"Good\"", 2, "not of the form"},
    {"id", "\"x-good\"", 2, "for local rules"},
    {"id", "7", 2, "must be a text"},
    {"gate", "\"door\"", 3, "unknown gate"},
    {"gate", NULL, 1, "\"gate\" is missing"},
    {"profile", "\"cis\"", 4, "it may be: access"},
    {"severity", "\"urgent\"", 5, "unknown severity"},
    {"title", "\"\"", 6, "is empty"},
    {"title",
     "\"01234567890123456789012345678901234567890123456789012345678901234567890123456789x\"", 6,
     "longer than 80"},
    {"message", "\"{nonsense}\"", 7, "no such field"},
    {"message", "\"{@limit}\"", 7, "no parameter"},
    {"message", "\"{value\"", 7, "does not close"},
    {"message", "\"[{value}\"", 7, "bracket that does not close"},
    {"message", "\"{}\"", 7, "empty braces"},
    {"why", NULL, 1, "\"why\" is missing"},
    {"refs", "[]", 9, "must be an object"},
    {"refs", "{\"man\":[1]}", 9, "must be a text"},
    {"check", NULL, 1, "\"check\" is missing"},
    {"check", "[]", 10, "must be an object"},
    {"check", "{\"for\":\"logins\"}", 10, "unknown source"},
    {"check", "{\"for\":\"login\"}", 10, "vacuous"},
    {"check", "{\"for\":\"login\",\"where\":[]}", 10, "at least one element"},
    {"check", "{\"for\":\"login\",\"were\":[[\"user\",\"exists\"]]}", 10, "unknown key \"were\""},
    {"check", "{\"for\":\"login\",\"where\":[[\"usr\",\"eq\",\"a\"]]}", 10, "no field \"usr\""},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"is\",\"a\"]]}", 10, "unknown operator"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"eq\"]]}", 10, "takes one value"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"exists\",1]]}", 10, "takes no value"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"eq\",1]]}", 10, "never equal"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"match\",\"(\"]]}", 10,
     "regular expression"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"match\",\"(a)\\\\1\"]]}", 10, "back-ref"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"has\",\"a\"]]}", 10, "ask lists"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"in\",[]]]}", 10, "at least one element"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"in\",\"@x\"]]}", 10, "no parameter"},
    {"check", "{\"for\":\"login\",\"where\":[[\"user\",\"in\",\"list:x\"]]}", 10, "no list"},
    {"check", "{\"for\":\"login\",\"where\":[[\"at\",\"exists\"]]}", 10, "no field \"at\""},
    {"check", "{\"for\":\"login\",\"where\":[\"user\"]}", 10, "a predicate is"},
    {"check", "{\"for\":\"login\",\"count\":[\"eq\",1]}", 10, "\"at\" is missing"},
    {"check", "{\"for\":\"login\",\"count\":[\"lt\",1],\"at\":\"/x\"}", 10, "\"count\" is"},
    {"check", "{\"for\":\"login\",\"count\":[\"eq\",1],\"at\":\"/x\"}", 7, "may have no record"},
    {"check", "{\"for\":\"login\",\"none\":\"maybe\",\"where\":[[\"user\",\"exists\"]]}", 10,
     "it may be: pass"},
    {"check", "{\"for\":\"login\",\"in\":{\"expected\":\"x\"},\"where\":[[\"user\",\"exists\"]]}",
     10, "no text field"},
    {"check", "{\"for\":\"file\",\"where\":[[\"path\",\"exists\"]]}", 10, "a rule with a gate"},
    {"check", "{\"any\":[{\"for\":\"login\",\"where\":[[\"user\",\"exists\"]]}]}", 10,
     "at least two checks"},
    {"check",
     "{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"for\":\"login\",\"where\":[[\"user\","
     "\"exists\"]]},\"at\":\"/\"},\"at\":\"/\"},\"at\":\"/\"},\"at\":\"/\"},\"at\":\"/\"}",
     10, "at most 4 deep"},
    {"repair", NULL, 1, "\"repair\" is missing"},
    {"repair", "{\"class\":\"safe\",\"steps\":[]}", 11, "it may be: report, flag, auto"},
    {"repair", "{\"class\":\"auto\",\"steps\":[]}", 11, "at least one step"},
    {"repair", "{\"class\":\"report\",\"steps\":[{\"do\":\"hostkey_new\"}]}", 11, "has no steps"},
    {"repair", "{\"class\":\"auto\",\"steps\":[{\"do\":\"rm\"}]}", 11, "unknown verb"},
    {"repair", "{\"class\":\"auto\",\"steps\":[{\"do\":\"file_mode\"}]}", 11, "needs the argument"},
    {"repair", "{\"class\":\"auto\",\"steps\":[{\"do\":\"hostkey_new\",\"run\":\"x\"}]}", 11,
     "no argument \"run\""},
    {"repair", "{\"class\":\"auto\",\"steps\":[{\"do\":\"file_aside\",\"path\":\"{x}\"}]}", 11,
     "no such field"},
    {"tests", NULL, 1, "\"tests\" is missing"},
    {"tests", "{\"bad\":[],\"good\":[]}", 12, "at least one element"},
    {"tests",
     "{\"bad\":[{\"name\":\"b\",\"guest\":\"g\"}],\"good\":[{\"name\":\"g\",\"guest\":\"g\"}]}", 12,
     "\"expect\" is missing"},
    {"tests",
     "{\"bad\":[{\"name\":\"b\",\"guest\":\"g\",\"expect\":[{}],\"changes\":[{\"do\":\"x\"}]}],"
     "\"good\":[{\"name\":\"g\",\"guest\":\"g\",\"expect\":[{}]}]}",
     12, "expects nothing"},
    {"severity_when", "[{\"severity\":\"low\",\"where\":[[\"x\",\"exists\"]]}]", 13,
     "no field \"x\""},
    {"params", "{\"n\":{\"os:rhel\":1}}", 13, "no \"default\""},
    {"params", "{\"n\":{\"default\":1,\"rhel\":2}}", 13, "varies by"},
    {"applies", "{\"openssh\":\"9.8\"}", 13, "not of the form"},
    {"applies", "{\"os\":[\"debian:>12x\"]}", 13, "of the form debian"},
    {"overrides", "true", 2, "for local rules"},
    {"former_ids", "[]", 13, "unknown key"},
};

START_TEST(test_faults)
{
    put("r.json", rule_with(faults[_i].member, faults[_i].value));
    rules_load(set, directory, true);
    bool said = false;
    vec_each (e, &set->errors)
        said |= strstr(e->text, faults[_i].says) && e->line == faults[_i].line && e->column > 0 &&
                strcmp(e->path, path_of("r.json")) == 0;
    ck_assert_msg(said, "%s = %s: wanted \"%s\" at line %d, got %s at line %d", faults[_i].member,
                  faults[_i].value, faults[_i].says, faults[_i].line,
                  set->errors.count ? set->errors.items[0].text : "nothing",
                  set->errors.count ? set->errors.items[0].line : 0);
    ck_assert_uint_eq(set->rules.count, 0);
}
END_TEST

/* All faults of all files in one run; a good rule beside a bad one is kept. */
START_TEST(test_every_fault)
{
    put("r.json", rule_with("why", NULL));
    put("key.json", "[{]");
    put("boot.json", rule_with("x", NULL));
    put("aa.json", "[1, {\"id\": \"a\", \"id\": \"b\"}]");
    rules_load(set, directory, true);
    ck_assert_uint_eq(set->errors.count, 4); /* r.json has two: no why, and an id of boot.json */
    ck_assert_uint_eq(set->rules.count, 1);
    ck_assert_str_eq(set->rules.items[0].file, path_of("boot.json"));
    ck_assert_int_eq(rule_line(&set->rules.items[0]), 1);
}
END_TEST

START_TEST(test_order_of_files)
{
    put("aa.json", rule_with("id", "\"third\""));
    put("key.json", rule_with("id", "\"second\""));
    put("boot.json", rule_with("id", "\"first\""));
    put("r.json", "{\"this\": \"is a table, not a list of rules\"}");
    rules_load(set, directory, true);
    ck_assert_uint_eq(set->errors.count, 0);
    ck_assert_uint_eq(set->rules.count, 3);
    ck_assert_str_eq(set->rules.items[0].id, "first");
    ck_assert_str_eq(set->rules.items[1].id, "second");
    ck_assert_str_eq(set->rules.items[2].id, "third");
}
END_TEST

START_TEST(test_same_id)
{
    put("key.json", rule_with("x", NULL));
    put("r.json", rule_with("x", NULL));
    rules_load(set, directory, true);
    ck_assert_uint_eq(set->errors.count, 1);
    ck_assert_ptr_nonnull(strstr(set->errors.items[0].text, "stands at"));
}
END_TEST

static const char *const shipped_rules = TEST_SOURCE_DIRECTORY "/rules";

START_TEST(test_shipped)
{
    rules_load(set, shipped_rules, true);
    vec_each (e, &set->errors)
        fprintf(stderr, "%s:%d:%d: %s\n", e->path, e->line, e->column, e->text);
    ck_assert_uint_eq(set->errors.count, 0);
    ck_assert_uint_ge(set->rules.count, 60);
    const struct rule *rule = rules_find(set, "key-home-perms");
    ck_assert_ptr_nonnull(rule);
    ck_assert_str_eq(rule->gate, "key");
    ck_assert_str_eq(rule->repair_class, "auto");
    ck_assert(!rule->is_local);
    ck_assert_ptr_null(rules_find(set, "no-such-rule"));
}
END_TEST

/* What a local directory may hold. */
static const struct {
    const char *member, *value, *says; /* NULL: it loads */
} locals[] = {
    {"id", "\"x-own\"", NULL},
    {"id", "\"own\"", "starts with x-"},
    {"id", "\"key-home-perms\"", "\"overrides\": true"},
    {"overrides", "true", "overrides no shipped rule"},
    {"repair", "{\"class\":\"auto\",\"steps\":[{\"do\":\"hostkey_new\"}]}",
     "at most of class flag"},
};

START_TEST(test_local)
{
    rules_load(set, shipped_rules, true);
    put("r.json", rule_with(locals[_i].member, locals[_i].value));
    rules_load(set, directory, false);
    bool said = !locals[_i].says && set->errors.count == 0;
    vec_each (e, &set->errors)
        said |= locals[_i].says && strstr(e->text, locals[_i].says);
    ck_assert_msg(said, "%s: %s", locals[_i].member,
                  set->errors.count ? set->errors.items[0].text : "no error");
    if (!locals[_i].says)
        ck_assert(rules_find(set, "x-own")->is_local);
}
END_TEST

START_TEST(test_override)
{
    rules_load(set, shipped_rules, true);
    size_t count = set->rules.count;
    char *text = arena_strdup(a, rule_with("overrides", "true"));
    struct strbuf s; /* the same rule under a shipped name */
    strbuf_init(&s, a);
    char *id = strstr(text, "good-rule");
    strbuf_add_bytes(&s, (struct bytes){text, (size_t)(id - text)});
    strbuf_add(&s, "key-home-perms");
    strbuf_add(&s, id + strlen("good-rule"));
    put("r.json", s.ptr);
    rules_load(set, directory, false);
    ck_assert_uint_eq(set->errors.count, 0);
    ck_assert_uint_eq(set->rules.count, count);
    ck_assert_uint_eq(set->notes.count, 1);
    ck_assert_ptr_nonnull(strstr(set->notes.items[0], "replaces the shipped rule key-home-perms"));
    ck_assert_str_eq(rules_find(set, "key-home-perms")->title, "A title");
}
END_TEST

/* Others could have written it: not loaded, and said. */
START_TEST(test_trust)
{
    const char *good = rule_with("id", "\"x-own\"");
    put("r.json", good);
    chmod(path_of("r.json"), 0664);
    rules_load(set, directory, false);
    ck_assert_uint_eq(set->errors.count, 1);
    ck_assert_int_eq(set->errors.items[0].code, ERR_REFUSED);
    chmod(path_of("r.json"), 0644);
    chmod(directory, 0777);
    rules_load(set, directory, false);
    ck_assert_uint_eq(set->errors.count, 2);
    chmod(directory, 0755);
    ck_assert_int_eq(symlink("r.json", path_of("link.json")), 0);
    ck_assert_int_eq(mkfifo(path_of("fifo.json"), 0600), 0);
    rules_load(set, directory, false);
    ck_assert_uint_eq(set->errors.count, 4); /* link and FIFO */
    ck_assert_uint_eq(set->rules.count, 1);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(path_of("r.json"), 12345, 12345), 0);
        rules_load(set, directory, false);
        ck_assert_ptr_nonnull(
            strstr(set->errors.items[set->errors.count - 1].text, "belongs to another user"));
    }
}
END_TEST

START_TEST(test_no_directory)
{
    rules_load(set, "/nonexistent/rules", true);
    ck_assert_uint_eq(set->errors.count, 1);
    ck_assert_int_eq(set->errors.items[0].code, ERR_NOT_FOUND);
}
END_TEST

static const struct json *at_path(const struct json *node, const char *path)
{
    char *copy = arena_strdup(a, path);
    for (char *step, *rest = copy; node && (step = strsep(&rest, "/"));)
        node = json_member(node, step);
    ck_assert_msg(node != NULL, "schema.json has no %s", path);
    return node;
}

static void same_words(const struct json *schema, const char *path, const char *const *words,
                       size_t count)
{
    const struct json *list = at_path(schema, path);
    ck_assert_msg(json_count(list) == count, "%s: %zu words, the tables have %zu", path,
                  json_count(list), count);
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (const struct json *w = json_first(list); w; w = json_next(w)) {
            const char *text = json_string(w) ? json_string(w) : json_name(w);
            found |= text && strcmp(text, words[i]) == 0;
        }
        ck_assert_msg(found, "%s has no \"%s\"", path, words[i]);
    }
}

static void same_list(const struct json *schema, const char *path, vocabulary_words words)
{
    size_t count = 0;
    while (words[count])
        count++;
    same_words(schema, path, words, count);
}

START_TEST(test_schema_agrees)
{
    CLEANUP_FILE FILE *f = fopen(TEST_SOURCE_DIRECTORY "/rules/schema.json", "re");
    ck_assert_ptr_nonnull(f);
    struct strbuf text;
    strbuf_init(&text, a);
    for (int c; (c = getc(f)) != EOF;)
        strbuf_add_char(&text, (char)c);
    struct err e = {0};
    CLEANUP_JSON struct json *schema = json_parse(strbuf_bytes(&text), "schema.json", &e);
    ck_assert_msg(schema != NULL, "%s", e.text);

    const char *names[128];
    size_t count;
    const struct vocabulary_verb *verbs = vocabulary_verbs(&count);
    for (size_t i = 0; i < count; i++)
        names[i] = verbs[i].name;
    same_words(schema, "$defs/verb/enum", names, count);
    const struct vocabulary_source *sources = vocabulary_sources(&count);
    for (size_t i = 0; i < count; i++)
        names[i] = sources[i].name;
    same_words(schema, "$defs/check/then/properties/for/enum", names, count);
    for (int op = 0; op < OP_COUNT; op++)
        names[op] = vocabulary_operator_name((enum operator_name)op);
    same_words(schema, "$defs/operator/enum", names, OP_COUNT);
    for (int g = 0; g < GATE_COUNT; g++)
        names[g] = gate_name((enum gate)g);
    same_words(schema, "items/properties/gate/enum", names, GATE_COUNT);
    for (int i = 0; i < SEVERITY_COUNT; i++)
        names[i] = severity_name((enum severity)i);
    same_words(schema, "$defs/severity/enum", names, SEVERITY_COUNT);
    same_list(schema, "items/properties", vocabulary_rule_keys);
    same_list(schema, "items/properties/profile/enum", vocabulary_profiles);
    same_list(schema, "$defs/check/then/properties", vocabulary_leaf_keys);
    same_list(schema, "$defs/check/then/properties/none/enum", vocabulary_nones);
    same_list(schema, "$defs/repair/properties/class/enum", vocabulary_classes);
    const struct json *bad = at_path(schema, "items/properties/tests/properties/bad/items");
    same_list(bad, "properties", vocabulary_case_keys);
    same_list(bad, "properties/changes/items/properties/do/enum", vocabulary_changes);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("rules load");
    TCase *t = tcase_create("load");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_faults, 0, (int)(sizeof faults / sizeof *faults));
    tcase_add_test(t, test_every_fault);
    tcase_add_test(t, test_order_of_files);
    tcase_add_test(t, test_same_id);
    tcase_add_test(t, test_shipped);
    tcase_add_loop_test(t, test_local, 0, (int)(sizeof locals / sizeof *locals));
    tcase_add_test(t, test_override);
    tcase_add_test(t, test_trust);
    tcase_add_test(t, test_no_directory);
    tcase_add_test(t, test_schema_agrees);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
