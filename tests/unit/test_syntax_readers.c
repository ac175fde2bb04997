/* The readers of nft scripts, iptables-save text, firewalld's XML, sudoers and startup files of
 * shells: what they make of good text, and that any text at all is read to its end in bounded
 * memory. */
#include "suite.h"

#include "random_text.h"
#include "syntax/iptables_rules.h"
#include "syntax/nft_rules.h"
#include "syntax/shell_lines.h"
#include "syntax/sudoers_lines.h"
#include "syntax/xml_elements.h"

#define RANDOM_TEXTS 4000

static struct arena *arena;

static void begin(void)
{
    arena = arena_new(NULL, NULL);
}

static void end(void)
{
    arena_free(arena);
}

static void no_include(struct nft_script *script, const char *pattern, void *context)
{
    (void)script, (void)pattern, (void)context;
}

static struct nft_script nft(struct bytes text)
{
    struct nft_script s = {.arena = arena, .include = no_include};
    nft_script_read(&s, "/etc/nftables.conf", text);
    nft_script_check(&s);
    return s;
}

START_TEST(nft_chains_and_rules)
{
    struct nft_script s = nft(bytes_of("#!/usr/sbin/nft -f\nflush ruleset\n"
                                       "define ssh = { 22, 2222 }\n"
                                       "table inet filter {\n"
                                       "  chain input {\n"
                                       "    type filter hook input priority 0; policy drop;\n"
                                       "    tcp dport $ssh accept\n"
                                       "  }\n}\n"));
    ck_assert_ptr_null(s.problem);
    const struct nft_item *chain = NULL, *rule = NULL;
    vec_each (i, &s.items) {
        if (i->kind == NFT_CHAIN && !i->is_gone)
            chain = i;
        if (i->kind == NFT_RULE && !i->is_gone)
            rule = i;
    }
    ck_assert_ptr_nonnull(chain);
    ck_assert_str_eq(chain->name, "input");
    ck_assert_str_eq(chain->hook, "input");
    ck_assert_str_eq(chain->policy, "drop");
    ck_assert_ptr_nonnull(rule);
    ck_assert_int_eq(rule->line, 7);
    bool has_port = false;
    vec_each (w, &rule->words.items)
        has_port |= strcmp(*w, "2222") == 0;
    ck_assert(has_port);
    ck_assert_str_eq(rule->words.items.items[rule->words.items.count - 1], "accept");
}
END_TEST

START_TEST(iptables_tables_need_their_commit)
{
    struct iptables_rules r = {0};
    iptables_rules_read(arena,
                        bytes_of("*filter\n:INPUT DROP [0:0]\n:mine - [0:0]\n"
                                 "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n"
                                 "*nat\n:PREROUTING ACCEPT [0:0]\n"),
                        &r);
    ck_assert_uint_eq(r.rules.count, 1);
    ck_assert_str_eq(r.rules.items[0].chain, "INPUT");
    ck_assert_int_eq(r.rules.items[0].line, 4);
    ck_assert_str_eq(r.rules.items[0].words[0], "-p");
    bool drops = false, nat = false;
    vec_each (c, &r.chains) {
        drops |= strcmp(c->name, "INPUT") == 0 && c->policy && strcmp(c->policy, "DROP") == 0;
        nat |= strcmp(c->table, "nat") == 0;
    }
    ck_assert(drops);
    ck_assert(!nat);
}
END_TEST

START_TEST(xml_without_entities)
{
    struct xml_elements x = {0};
    xml_elements_read(arena,
                      bytes_of("<?xml version=\"1.0\"?>\n<zone target=\"DROP\">\n"
                               " <service name=\"ssh\"/>\n <port port='22' protocol=\"tcp\"/>\n"
                               "</zone>\n"),
                      &x);
    ck_assert_ptr_null(x.problem);
    ck_assert_uint_eq(x.items.count, 3);
    ck_assert_str_eq(xml_attribute(&x.items.items[0], "target"), "DROP");
    ck_assert_str_eq(xml_attribute(&x.items.items[1], "name"), "ssh");
    ck_assert_uint_eq(x.items.items[1].parent, 1);
    ck_assert_str_eq(xml_attribute(&x.items.items[2], "port"), "22");
    struct xml_elements bomb = {0};
    xml_elements_read(arena, bytes_of("<!DOCTYPE z [<!ENTITY a \"&b;&b;\">]>\n<z name=\"&a;\"/>\n"),
                      &bomb);
    ck_assert_ptr_nonnull(bomb.problem);
}
END_TEST

static const struct {
    const char *text;
    enum sudoers_kind kind;
    const char *name;
    int line;
} sudoers_rows[] = {
    {"Defaults targetpw\n", SUDOERS_DEFAULT, "targetpw", 1},
    {"\nUser_Alias ADMINS = ana, \\\n  bob\n", SUDOERS_ALIAS, "ADMINS", 2},
    {"#includedir /etc/sudoers.d\n", SUDOERS_INCLUDE_DIRECTORY, "/etc/sudoers.d", 1},
    {"@include /etc/sudoers.local\n", SUDOERS_INCLUDE, "/etc/sudoers.local", 1},
};

START_TEST(sudoers_statements)
{
    const struct sudoers_text *t = sudoers_read(arena, bytes_of(sudoers_rows[_i].text));
    ck_assert_uint_eq(t->entries.count, 1);
    ck_assert_int_eq(t->entries.items[0].kind, sudoers_rows[_i].kind);
    ck_assert_str_eq(t->entries.items[0].name, sudoers_rows[_i].name);
    ck_assert_int_eq(t->entries.items[0].line, sudoers_rows[_i].line);
}
END_TEST

START_TEST(sudoers_rules_and_errors)
{
    const struct sudoers_text *t =
        sudoers_read(arena,
                     bytes_of("%sudo ALL=(ALL:ALL) NOPASSWD: ALL, !/bin/su\n%sudo ALL=(ALL ALL\n"));
    ck_assert_uint_ge(t->entries.count, 3);
    const struct sudoers_entry *first = &t->entries.items[0], *second = &t->entries.items[1];
    ck_assert_int_eq(first->kind, SUDOERS_RULE);
    ck_assert_str_eq(first->members.list.items[0].text, "%sudo");
    ck_assert_int_eq(first->tag, SUDOERS_TAG_NOPASSWD);
    ck_assert_str_eq(first->command.text, "ALL");
    ck_assert_int_eq(second->tag, SUDOERS_TAG_NOPASSWD); /* a tag sticks */
    ck_assert(second->command.negated);
    const struct sudoers_entry *last = &t->entries.items[t->entries.count - 1];
    ck_assert_int_eq(last->kind, SUDOERS_ERROR);
    ck_assert_int_eq(last->line, 2);
}
END_TEST

/* --- any text -----------------------------------------------------------------------------------
 */

static const char *const pieces[] = {
    "table ",
    "inet ",
    "chain ",
    "{",
    "}",
    ";",
    "\n",
    "\\\n",
    "\"",
    "'",
    "include ",
    "define a = ",
    "$a",
    "tcp dport ",
    "22",
    ",",
    "-",
    "policy drop",
    "type filter hook input priority 0",
    "*filter",
    "COMMIT\n",
    "-A INPUT ",
    ":INPUT DROP",
    "-j ACCEPT",
    "-m ",
    "[0:0]",
    "<zone",
    "</zone>",
    "/>",
    ">",
    "<!--",
    "-->",
    "<?",
    "&amp;",
    "&#x41;",
    " a=\"b\"",
    "ALL",
    "=",
    "(ALL:ALL)",
    "NOPASSWD:",
    "Defaults",
    "User_Alias ",
    "%sudo ",
    "!",
    ":",
    "#",
    "@includedir ",
    "%h",
    "sha256:",
    "^",
    "\\",
    "elements = ",
    "vmap ",
    "jump ",
    "exit ",
    "exec ",
    ". /etc/profile\n",
    "if [ ",
    "; then\n",
    "fi\n",
    "case $- in *i*) ",
    ";; esac\n",
    "for i in ",
    "; do . \"$i\"; done",
    "f() {",
    "<<E\n",
    "\nE\n",
    "$((",
    "${",
    "`",
    "&&",
    "||",
};

START_TEST(any_text_is_read)
{
    for (uint64_t seed = 1; seed <= RANDOM_TEXTS; seed++) {
        struct arena *outer = arena;
        arena = arena_new(NULL, NULL);
        uint64_t state = random_seed(seed);
        struct bytes text =
            random_text(arena, &state, pieces, sizeof pieces / sizeof *pieces, 400, true);
        struct iptables_rules rules = {0};
        struct xml_elements elements = {0};
        nft(text);
        iptables_rules_read(arena, text, &rules);
        xml_elements_read(arena, text, &elements);
        sudoers_read(arena, text);
        shell_read(arena, text, seed % 2 == 0);
        ck_assert_msg(arena_used(arena) < 64u << 20, "seed %llu takes %zu bytes",
                      (unsigned long long)seed, arena_used(arena));
        arena_free(arena);
        arena = outer;
    }
}
END_TEST

START_TEST(much_of_one_thing_is_read)
{
    static char text[1 << 20];
    static const char *const fill[] = {"{",     "(",   "<a ",           "\"", "\\\n",
                                       "a,",    "!",   "define a=$a\n", "\n", "$(",
                                       "<<E\n", "if ", "case a in "};
    for (size_t i = 0; i < sizeof fill / sizeof *fill; i++) {
        size_t length = strlen(fill[i]), n = 0;
        while (n + length <= sizeof text) {
            memcpy(text + n, fill[i], length);
            n += length;
        }
        struct bytes all = {text, n};
        struct iptables_rules rules = {0};
        struct xml_elements elements = {0};
        nft(all);
        iptables_rules_read(arena, all, &rules);
        xml_elements_read(arena, all, &elements);
        sudoers_read(arena, all);
        shell_read(arena, all, i % 2 == 0);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("syntax: firewall and sudoers readers");
    TCase *t = tcase_create("readers");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, nft_chains_and_rules);
    tcase_add_test(t, iptables_tables_need_their_commit);
    tcase_add_test(t, xml_without_entities);
    tcase_add_loop_test(t, sudoers_statements, 0, sizeof sudoers_rows / sizeof *sudoers_rows);
    tcase_add_test(t, sudoers_rules_and_errors);
    tcase_add_test(t, any_text_is_read);
    tcase_add_test(t, much_of_one_thing_is_read);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
