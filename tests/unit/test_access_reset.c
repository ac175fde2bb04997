/* --reset-ssh and --restore-ssh: heavily broken fixtures of every distribution, exact bytes after,
 * nothing lost, and back again. */
#include "login_suite.h"

#include "guest/memory.h"
#include "repair/access.h"
#include "repair_tree.h"
#include "rules/rules.h"

#define CONFIG "/etc/ssh/sshd_config"
#define DROPS  CONFIG ".d"

static struct rule_set *rules;

static void begin(void)
{
    login_begin();
    rules = rules_new(arena);
    rules_load(rules, TEST_SOURCE_DIRECTORY "/rules", true);
    ck_assert_int_eq((int)rules->errors.count, 0);
}

static void end(void)
{
    rules_free(rules);
    login_end();
}

struct trial {
    struct tree *raw, *tree;
    struct login_question question;
    struct repair_options options;
    struct repair_input input;
    struct plan *plan;
    struct err e;
};

/* One plan of REQUEST on RAW. */
static void plan(struct trial *t, struct tree *raw, struct access_request request)
{
    *t = (struct trial){.raw = raw, .tree = overlay_new(arena, raw)};
    t->question = (struct login_question){.port = 22, .at = JUNE_2026};
    t->options.target = "disk";
    t->input = (struct repair_input){.arena = arena,
                                     .tree = t->tree,
                                     .lenses = lenses,
                                     .keywords = keywords,
                                     .rules = rules,
                                     .question = &t->question,
                                     .options = &t->options,
                                     .template_directory = TEST_SOURCE_DIRECTORY "/rules/templates"};
    struct journal_place place = {t->tree, JOURNAL_DIRECTORY};
    request.journal = &place;
    t->plan = access_plan(&t->input, &request, &t->e);
}

static void reset(struct trial *t, struct tree *raw)
{
    plan(t, raw, (struct access_request){.reset_ssh = true});
    ck_assert_msg(t->plan != NULL, "%s: %s", t->e.path, t->e.text);
}

static const char *content(struct tree *tree, const char *path)
{
    struct err e = {0};
    struct node_state s;
    struct stat_answer at = tree_stat(tree, path);
    if (at.presence != PRESENCE_PRESENT)
        return "(nothing)";
    ck_assert_msg(overlay_state(tree, at.real_path, true, &s, &e) == 0, "%s: %s", path, e.text);
    return arena_text(arena, s.content);
}

static bool is_noted(struct trial *t, const char *words)
{
    vec_each (note, &t->plan->notes)
        if (strstr(*note, words))
            return true;
    return false;
}

static const char *all_notes(struct trial *t)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    vec_each (note, &t->plan->notes)
        strbuf_printf(&s, "\n  %s", *note);
    return s.len ? s.ptr : "";
}

static void expect_clean(struct trial *t, const char *name)
{
    static const enum gate gates[] = {GATE_SSHD, GATE_LISTEN, GATE_FIREWALL};
    const struct diag_fact *fault = sshd_config_verdict(t->plan->after->facts->sshd);
    ck_assert_msg(!fault, "%s: %s", name, fault ? fault->says : "");
    vec_each (walk, &t->plan->after->people->walks)
        for (size_t g = 0; g < sizeof gates / sizeof *gates; g++)
            ck_assert_msg(walk->gates[gates[g]].state == GATE_OPEN, "%s: %s: %s%s", name,
                          walk->subject.user, list_reasons(walk), all_notes(t));
}

static void expect_idle(struct trial *t, const char *name)
{
    struct err e = {0};
    size_t mark = overlay_mark(t->tree), count;
    struct access_request request = {.reset_ssh = true};
    struct plan *again = access_plan(&t->input, &request, &e);
    ck_assert_msg(again != NULL, "%s: %s: %s", name, e.path, e.text);
    const char *const *paths = overlay_touched(t->tree, mark, &count);
    ck_assert_msg(count == 0, "%s: a second reset edits %s", name, count ? paths[0] : "");
    plan_free(again);
}

static const char *write_plan(struct trial *t, const char *command)
{
    struct err e = {0};
    const char *run = NULL;
    struct edit_list list = through_the_pipe(t->tree, &e);
    ck_assert_msg(e.code == ERR_NONE, "%s", e.text);
    ck_assert_msg(write_list(t->raw, &list, command, &run, &e) == COMMIT_DONE, "%s: %s", e.path,
                  e.text);
    return run;
}

static const char *const guests[] = {"debian-11", "debian-12", "debian-13", "ubuntu-22.04",
                                     "ubuntu-24.04", "rhel-8", "rhel-9", "rocky-9", "alma-9",
                                     "amazon-2023", "sles-15", "alpine-3"};
#define GUESTS ((int)(sizeof guests / sizeof *guests))

/* What an admin, a tool and a bad day leave behind. */
static const char mess[] =
    "{\"do\":\"write\",\"path\":\"" CONFIG "\",\"text\":\"Port 2222\\nPermitRootLogn no\\n"
    "AllowUsers nobody\\nAuthenticationMethods publickey,password\\nUsePAM no\\n"
    "Subsystem sftp /opt/nowhere\\nMatch User ana\\n  PubkeyAuthentication no\\n\"},"
    "{\"do\":\"mode\",\"path\":\"" CONFIG "\",\"mode\":\"0777\"},"
    "{\"do\":\"owner\",\"path\":\"" CONFIG "\",\"owner\":1000,\"group\":1000},"
    "{\"do\":\"directory\",\"path\":\"" DROPS "\",\"mode\":\"0777\"},"
    "{\"do\":\"write\",\"path\":\"" DROPS "/00-mine.conf\",\"text\":\"DenyUsers *\\n\"},"
    "{\"do\":\"write\",\"path\":\"" DROPS "/99-junk.conf\",\"text\":\"\\u0001junk\\n\"},"
    "{\"do\":\"mode\",\"path\":\"/etc/ssh\",\"mode\":\"0777\"},"
    "{\"do\":\"owner\",\"path\":\"/etc/ssh\",\"owner\":1000,\"group\":1000}";
static const char mess_of_keys[] =
    "{\"do\":\"mode\",\"path\":\"/etc/ssh/ssh_host_rsa_key\",\"mode\":\"0666\"},"
    "{\"do\":\"remove\",\"path\":\"/etc/ssh/ssh_host_ed25519_key\"}";

static void mess_up(struct tree *raw)
{
    change_tree(raw, mess);
    if (tree_lstat(raw, "/etc/ssh/ssh_host_rsa_key").presence == PRESENCE_PRESENT)
        change_tree(raw, mess_of_keys);
}

START_TEST(test_every_guest)
{
    struct trial t;
    struct tree *raw = guest_tree(guests[_i]);
    mess_up(raw);
    const char *before = tree_text(overlay_new(arena, raw));
    reset(&t, raw);
    expect_clean(&t, guests[_i]);
    expect_idle(&t, guests[_i]);
    if (getenv("CASE_VERBOSE"))
        printf("%s:%s\n%s\n", guests[_i], all_notes(&t), content(t.tree, CONFIG));
    /* Kept, under names that no Include matches. */
    ck_assert_str_eq(content(t.tree, DROPS "/00-mine.conf.diskmend"), "DenyUsers *\n");
    ck_assert_str_eq(content(t.tree, DROPS "/99-junk.conf.diskmend"), "\001junk\n");
    ck_assert_ptr_nonnull(strstr(content(t.tree, CONFIG ".diskmend"), "Port 2222\n"));
    ck_assert_str_eq(content(t.tree, DROPS "/00-mine.conf"), "(nothing)");
    /* Modes and owners, too (azure-linux-extensions#485). */
    struct stat_answer s = tree_stat(t.tree, "/etc/ssh");
    ck_assert(s.node.mode == 0755 && s.node.uid == 0 && s.node.gid == 0);
    s = tree_stat(t.tree, CONFIG);
    ck_assert_msg((s.node.mode & 0177 & ~044u) == 0 && s.node.uid == 0, "%o", s.node.mode);
    s = tree_stat(t.tree, "/etc/ssh/ssh_host_rsa_key");
    ck_assert_msg((s.node.mode == 0600 || (s.node.mode == 0640 && s.node.gid != 0)) &&
                      s.node.uid == 0,
                  "%o", s.node.mode);
    ck_assert(tree_stat(t.tree, "/etc/ssh/ssh_host_ed25519_key").presence == PRESENCE_PRESENT);
    /* Said: a factor that goes. */
    ck_assert_msg(is_noted(&t, "AuthenticationMethods is gone"), "%s", all_notes(&t));
    ck_assert_msg(is_noted(&t, "AllowUsers"), "%s", all_notes(&t));
    /* Written and undone byte for byte. */
    const char *run = write_plan(&t, ACCESS_RESET_COMMAND);
    struct tree *undo = plan_undo(raw, run, false, &t.e);
    ck_assert_msg(undo != NULL, "%s: %s", t.e.path, t.e.text);
    ck_assert_str_eq(tree_text(undo), before);
    plan_free(t.plan);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("access-reset");
    TCase *tc = tcase_create("reset");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_every_guest, 0, GUESTS);
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
