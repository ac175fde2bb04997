/* repair/commit: refused before the first write, taken back when something fails, gone on with. The
 * engine below fails where a test wants it to. */
#include "suite.h"

#include "repair_tree.h"

static struct arena *arena;
static struct tree *raw, *overlay;
static struct err e;
static const char *run;

/* --- an engine that fails ------------------------------------------------------------------------
 */

static const struct tree_writing *real;
static struct tree_writing failing;
static int calls, fails_at, fails_until; /* writes of the guest itself, not of the journal */

static bool fails(const char *path)
{
    if (path_is_below(path, "/var"))
        return false;
    calls++;
    return calls >= fails_at && calls <= fails_until;
}

static int failure(const char *path, struct err *err)
{
    return err_set_at(err, ERR_IO, path, 0, 0, "no space left");
}

static int f_make(struct tree *t, const char *p, const struct node_state *s, struct err *err)
{
    return fails(p) ? failure(p, err) : real->make(t, p, s, err);
}

static int f_replace(struct tree *t, const char *p, const struct node_state *s, struct err *err)
{
    return fails(p) ? failure(p, err) : real->replace(t, p, s, err);
}

static int f_set_meta(struct tree *t, const char *p, const struct node_state *s, struct err *err)
{
    return fails(p) ? failure(p, err) : real->set_meta(t, p, s, err);
}

static int f_move(struct tree *t, const char *p, const char *to, struct err *err)
{
    return fails(p) ? failure(p, err) : real->move(t, p, to, err);
}

static int f_remove(struct tree *t, const char *p, struct err *err)
{
    return fails(p) ? failure(p, err) : real->remove(t, p, err);
}

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
    raw = memory_tree_new(arena);
    memory_tree_file(raw, "/etc/a", bytes_of("one\n"), 0644, 0, 0);
    memory_tree_file(raw, "/etc/goes", bytes_of("goes\n"), 0600, 1, 1);
    memory_tree_file(raw, "/etc/mode", bytes_of("m\n"), 0666, 1, 1);
    memory_tree_file(raw, "/etc/moves", bytes_of("moves\n"), 0600, 1, 1);
    memory_tree_file(raw, "/etc/keys/inside", bytes_of("stays\n"), 0600, 1, 1);
    memory_tree_file(raw, "/etc/store", bytes_of("no directory\n"), 0600, 1, 1);
    memory_tree_file(raw, "/etc/old", bytes_of("makes way\n"), 0640, 2, 2);
    memory_tree_file(raw, "/etc/old.aside", bytes_of("comes back\n"), 0644, 3, 3);
    memory_tree_symlink(raw, "/etc/link", "a");
    overlay = overlay_new(arena, raw);
    e = (struct err){0};
    run = NULL;
    real = raw->writing;
    failing = *real;
    failing.make = f_make;
    failing.replace = f_replace;
    failing.set_meta = f_set_meta;
    failing.move = f_move;
    failing.remove = f_remove;
    raw->writing = &failing;
    calls = fails_at = fails_until = 0;
}

static void tear_down(void)
{
    arena_free(arena);
}

static void plan_something(void)
{
    struct node_state s = a_file("two\n", 0640), m, gone = {0}, d = a_directory(0750),
                      l = a_link("elsewhere");
    ck_assert_int_eq(overlay_put(overlay, "/etc/a", &s, &e), 0);
    ck_assert_int_eq(overlay_put(overlay, "/etc/goes", &gone, &e), 0);
    ck_assert_int_eq(overlay_state(overlay, "/etc/mode", false, &m, &e), 0);
    m.mode = 0600;
    m.uid = 7;
    ck_assert_int_eq(overlay_put(overlay, "/etc/mode", &m, &e), 0);
    ck_assert_int_eq(overlay_move(overlay, "/etc/moves", "/etc/moved", &e), 0);
    ck_assert_int_eq(overlay_state(overlay, "/etc/moved", false, &m, &e), 0);
    m.mode = 0644;
    ck_assert_int_eq(overlay_put(overlay, "/etc/moved", &m, &e), 0);
    ck_assert_int_eq(overlay_put(overlay, "/etc/d", &d, &e), 0);
    ck_assert_int_eq(overlay_put(overlay, "/etc/d/new", &s, &e), 0);
    ck_assert_int_eq(overlay_put(overlay, "/etc/link", &l, &e), 0);
    /* A file in the place of a directory, a directory in the place of a file, and what was aside in
     * the place of a file. */
    ck_assert_int_eq(overlay_move(overlay, "/etc/keys", "/etc/keys.aside", &e), 0);
    ck_assert_int_eq(overlay_put(overlay, "/etc/keys", &s, &e), 0);
    ck_assert_int_eq(overlay_move(overlay, "/etc/store", "/etc/store.aside", &e), 0);
    ck_assert_int_eq(overlay_put(overlay, "/etc/store", &d, &e), 0);
    ck_assert_int_eq(overlay_put(overlay, "/etc/store/new", &s, &e), 0);
    ck_assert_int_eq(overlay_put(overlay, "/etc/old", &gone, &e), 0);
    ck_assert_int_eq(overlay_move(overlay, "/etc/old.aside", "/etc/old", &e), 0);
}

static enum commit_result write_it(void)
{
    struct edit_list list = through_the_pipe(overlay, &e);
    ck_assert_msg(e.code == 0, "%s", e.text);
    return write_list(raw, &list, "repair", &run, &e);
}

static enum journal_state state_of(const char *name)
{
    struct journal_place place = {raw, JOURNAL_DIRECTORY};
    journal_runs runs = {0};
    ck_assert_int_eq(journal_list(arena, &place, &runs, &e), 0);
    vec_each (each, &runs)
        if (strcmp(each->run, name) == 0)
            return each->state;
    ck_abort_msg("there is no run %s", name);
}

START_TEST(each_write_that_fails_is_taken_back)
{
    const char *before = tree_text(raw);
    plan_something();
    fails_at = fails_until = _i + 1;
    enum commit_result result = write_it();
    if (calls <= _i) { /* so many writes there are not */
        ck_assert_int_eq(result, COMMIT_DONE);
        return;
    }
    ck_assert_int_eq(result, COMMIT_ROLLED_BACK);
    ck_assert_int_eq(state_of(run), JOURNAL_ROLLED_BACK);
    ck_assert(strncmp(tree_text(raw), before, strlen(before)) == 0);
}
END_TEST

/* From then on nothing can be written: half of it stays, the journal says so, and once there is
 * room again both ways are open. */
START_TEST(what_cannot_be_taken_back_is_taken_back_later)
{
    const char *before = tree_text(raw);
    plan_something();
    const char *wanted = tree_text(overlay);
    fails_at = 2 + _i / 2;
    fails_until = 1000;
    ck_assert_int_eq(write_it(), COMMIT_BROKEN);
    ck_assert_int_eq(state_of(run), JOURNAL_PREPARED);
    fails_at = fails_until = 0;
    if (_i % 2 == 0) {
        struct tree *undone = plan_undo(raw, run, false, &e);
        ck_assert_msg(undone != NULL, "%s: %s", e.path, e.text);
        struct edit_list list = through_the_pipe(undone, &e);
        const char *back;
        ck_assert_int_eq(write_list(raw, &list, "undo", &back, &e), COMMIT_DONE);
        ck_assert(strncmp(tree_text(raw), before, strlen(before)) == 0);
        return;
    }
    ck_assert_int_eq(continue_run(raw, run, &e), COMMIT_DONE);
    ck_assert(strncmp(tree_text(raw), wanted, strlen(wanted)) == 0);
    ck_assert_int_eq(state_of(run), JOURNAL_COMMITTED);
}
END_TEST

/* --- refused before anything
 * ---------------------------------------------------------------------- */

static void expect_refused(const char *about)
{
    const char *before = tree_text(raw);
    ck_assert_msg(write_it() == COMMIT_REFUSED, "%s", about);
    ck_assert_str_ne(e.text, "");
    ck_assert_int_eq(calls, 0);
    ck_assert_str_eq(tree_text(raw), before);
    ck_assert_int_ne(tree_lstat(raw, JOURNAL_DIRECTORY).presence, PRESENCE_PRESENT);
}

START_TEST(what_changed_since_the_plan_is_not_overwritten)
{
    plan_something();
    switch (_i) {
    case 0:
        memory_tree_file(raw, "/etc/a", bytes_of("ONE\n"), 0644, 0, 0);
        break;
    case 1:
        memory_tree_meta(raw, "/etc/mode", 0600, 1, 1);
        break;
    case 2:
        memory_tree_remove(raw, "/etc/goes");
        break;
    case 3:
        memory_tree_file(raw, "/etc/moved", bytes_of("x"), 0644, 0, 0);
        break;
    case 4:
        memory_tree_directory(raw, "/etc/d", 0755, 0, 0);
        break;
    case 5:
        memory_tree_symlink(raw, "/etc/link", "b");
        break;
    case 6:
        memory_tree_xattr(raw, "/etc/a", "user.a", bytes_of("x"));
        break;
    case 7: /* the directory is another one by now, reached through a link */
        memory_tree_remove(raw, "/etc");
        memory_tree_file(raw, "/srv/a", bytes_of("one\n"), 0644, 0, 0);
        memory_tree_symlink(raw, "/etc", "srv");
        break;
    }
    expect_refused("changed");
}
END_TEST

START_TEST(a_full_disk_is_refused)
{
    struct space_answer full = {.presence = PRESENCE_PRESENT,
                                .bytes_total = 1 << 20,
                                .bytes_free = _i ? 1u << 29 : 4096,
                                .inodes_total = 100,
                                .inodes_free = _i ? 3 : 90,
                                .block_bytes = 4096};
    memory_tree_space(raw, "/", &full);
    plan_something();
    expect_refused("full");
    ck_assert_ptr_nonnull(strstr(e.text, "full"));
}
END_TEST

/* The mark is where mkswap's was, at the end of the first page. */
static void swap_file(const char *path, size_t page, const char *mark)
{
    char *start = arena_alloc(arena, page);
    memcpy(start + page - 10, mark, strlen(mark));
    memory_tree_file(raw, path, (struct bytes){start, page}, 0600, 0, 0);
}

static const struct {
    const char *fstab, *file, *mark;
    size_t page;
    bool refused;
} sleepers[] = {
    {"/swapfile none swap sw 0 0\n", "/swapfile", "S1SUSPEND", 4096, true},
    {"/swapfile none swap sw 0 0\n", "/swapfile", "SWAPSPACE2", 4096, false},
    {"# comment\n\"/srv/sleep\"\tswap swap sw\n", "/srv/sleep", "ULSUSPEND", 4096, true},
    {"/srv/big none swap defaults", "/srv/big", "S2SUSPEND", 65536, true},
    {"", "/swap.img", "S1SUSPEND", 4096, true},
    {"#/srv/off none swap sw 0 0\n", "/srv/off", "S1SUSPEND", 4096, false},
    {"/srv/data /mnt ext4 loop 0 0\n", "/srv/data", "S1SUSPEND", 4096, false},
    {"/srv/data\n\n \n/srv/data none\n", "/srv/data", "S1SUSPEND", 4096, false},
};

START_TEST(a_guest_that_sleeps_is_not_written_to)
{
    memory_tree_file(raw, "/etc/fstab", bytes_of(sleepers[_i].fstab), 0644, 0, 0);
    swap_file(sleepers[_i].file, sleepers[_i].page, sleepers[_i].mark);
    plan_something();
    if (!sleepers[_i].refused) {
        ck_assert_msg(write_it() == COMMIT_DONE, "%d", _i);
        return;
    }
    expect_refused(sleepers[_i].file);
    ck_assert_ptr_nonnull(strstr(e.text, "hibernated"));
    ck_assert_str_eq(e.path, sleepers[_i].file);
}
END_TEST

START_TEST(a_swap_partition_that_sleeps_is_known_by_its_name)
{
    const struct filesystem sleeping = {.device = "/dev/sdb2",
                                        .type = "swsuspend",
                                        .uuid = "11111111-2222-3333-4444-555555555555",
                                        .label = "",
                                        .partuuid = "",
                                        .partlabel = "",
                                        .mounted_on = ""};
    memory_tree_filesystem(raw, &sleeping);
    const char *fstab = _i ? "UUID=11111111-2222-3333-4444-555555555555 none swap sw 0 0\n"
                           : "UUID=99999999-2222-3333-4444-555555555555 none swap sw 0 0\n";
    memory_tree_file(raw, "/etc/fstab", bytes_of(fstab), 0644, 0, 0);
    plan_something();
    if (_i)
        expect_refused("partition");
    else
        ck_assert_int_eq(write_it(), COMMIT_DONE);
}
END_TEST

START_TEST(not_below_what_is_not_mounted)
{
    plan_something();
    memory_tree_directory(raw, "/var", 0755, 0, 0);
    tree_mark_not_mounted(raw, "/var", "not mounted");
    expect_refused("/var");
}
END_TEST

START_TEST(two_runs_of_one_second_are_two)
{
    plan_something();
    ck_assert_int_eq(write_it(), COMMIT_DONE);
    const char *first = run;
    struct tree *undone = plan_undo(raw, first, false, &e);
    struct edit_list list = through_the_pipe(undone, &e);
    const char *back;
    ck_assert_int_eq(write_list(raw, &list, "undo", &back, &e), COMMIT_DONE);
    ck_assert_int_eq(write_it(), COMMIT_DONE);
    ck_assert_str_ne(run, first);
    ck_assert_int_eq(state_of(first), JOURNAL_COMMITTED);
}
END_TEST

START_TEST(nothing_is_begun_on_top_of_what_is_half_done)
{
    plan_something();
    fails_at = 2;
    fails_until = 1000;
    ck_assert_int_eq(write_it(), COMMIT_BROKEN);
    fails_at = fails_until = 0;
    const char *before = tree_text(raw);
    overlay = overlay_new(arena, raw);
    struct node_state s = a_file("x", 0600);
    e = (struct err){0};
    ck_assert_int_eq(overlay_put(overlay, "/etc/other", &s, &e), 0);
    ck_assert_int_eq(write_it(), COMMIT_REFUSED);
    ck_assert_ptr_nonnull(strstr(e.text, "not finished"));
    ck_assert_str_eq(tree_text(raw), before);
}
END_TEST

static bool always(void *context)
{
    (void)context;
    return true;
}

START_TEST(an_interrupt_takes_back)
{
    const char *before = tree_text(raw);
    plan_something();
    struct edit_list list = through_the_pipe(overlay, &e);
    struct journal_place place = {raw, JOURNAL_DIRECTORY};
    struct commit_request request = {.arena = arena,
                                     .tree = raw,
                                     .edits = &list,
                                     .command = "repair",
                                     .guest_journal = &place,
                                     .is_interrupted = always};
    ck_assert_int_eq(commit_run(&request, &run, &e), COMMIT_ROLLED_BACK);
    ck_assert(strncmp(tree_text(raw), before, strlen(before)) == 0);
    request.guest_journal = NULL;
    ck_assert_int_eq(commit_run(&request, &run, &e), COMMIT_REFUSED);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("repair_commit");
    TCase *c = tcase_create("commit");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, each_write_that_fails_is_taken_back, 0, 24);
    tcase_add_loop_test(c, what_cannot_be_taken_back_is_taken_back_later, 0, 28);
    tcase_add_loop_test(c, what_changed_since_the_plan_is_not_overwritten, 0, 8);
    tcase_add_loop_test(c, a_full_disk_is_refused, 0, 2);
    tcase_add_loop_test(c, a_guest_that_sleeps_is_not_written_to, 0,
                        sizeof sleepers / sizeof *sleepers);
    tcase_add_loop_test(c, a_swap_partition_that_sleeps_is_known_by_its_name, 0, 2);
    tcase_add_test(c, not_below_what_is_not_mounted);
    tcase_add_test(c, two_runs_of_one_second_are_two);
    tcase_add_test(c, nothing_is_begun_on_top_of_what_is_half_done);
    tcase_add_test(c, an_interrupt_takes_back);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
