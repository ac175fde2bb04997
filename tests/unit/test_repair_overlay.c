/* guest/overlay: edits in memory, what they refuse, and that a commit makes of the disk what the
 * overlay showed, and undo what it was, for any edits on any tree. */
#include "suite.h"

#include "repair_tree.h"

static struct arena *arena;
static struct tree *raw, *overlay;
static struct err e;

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
    raw = memory_tree_new(arena);
    memory_tree_file(raw, "/etc/a", bytes_of("one\n"), 0644, 0, 0);
    memory_tree_file(raw, "/etc/d/x", bytes_of("x\n"), 0600, 1, 1);
    memory_tree_directory(raw, "/etc/empty", 0755, 0, 0);
    memory_tree_symlink(raw, "/etc/link", "a");
    memory_tree_symlink(raw, "/lib", "etc");
    memory_tree_special(raw, "/etc/pipe", NODE_FIFO);
    overlay = overlay_new(arena, raw);
    e = (struct err){0};
}

static void tear_down(void)
{
    arena_free(arena);
}

static size_t edit_count(void)
{
    size_t count;
    overlay_edits(overlay, &count);
    return count;
}

static int put(const char *path, struct node_state s)
{
    return overlay_put(overlay, path, &s, &e);
}

START_TEST(what_is_there_already_is_no_edit)
{
    size_t mark = overlay_mark(overlay);
    ck_assert_int_eq(put("/etc/a", a_file("one\n", 0644)), 0);
    ck_assert_int_eq(put("/etc/none", (struct node_state){0}), 0);
    ck_assert_uint_eq(edit_count(), 0);
    ck_assert_uint_eq(overlay_mark(overlay), mark);
    ck_assert_int_eq(put("/etc/a", a_file("two\n", 0644)), 0);
    mark = overlay_mark(overlay);
    ck_assert_int_eq(put("/etc/a", a_file("two\n", 0644)), 0);
    ck_assert_uint_eq(overlay_mark(overlay), mark);
    ck_assert_int_eq(put("/etc/a", a_file("one\n", 0644)), 0);
    ck_assert_uint_eq(edit_count(), 0);
}
END_TEST

START_TEST(new_names_stand_in_order_and_content_has_its_size)
{
    ck_assert_int_eq(put("/etc/aa", a_file("new", 0600)), 0);
    ck_assert_int_eq(put("/etc/0", a_file("", 0600)), 0);
    struct list_answer names = tree_list(overlay, "/etc");
    for (size_t i = 1; i < names.count; i++)
        ck_assert_int_lt(strcmp(names.names[i - 1], names.names[i]), 0);
    ck_assert_uint_eq(tree_read(overlay, "/etc/aa", 100).size, 3);
    ck_assert_uint_eq(tree_read(overlay, "/etc/aa", 2).size, 3);
    ck_assert(tree_read(overlay, "/etc/aa", 2).cut);
}
END_TEST

static const struct {
    const char *path;
    enum { FILE_OF, DIRECTORY_OF, NOTHING } what;
} refused[] = {
    {"/etc/d", FILE_OF},        {"/etc/d", NOTHING},    {"/etc/a", DIRECTORY_OF},
    {"/etc/none/x", FILE_OF},   {"/etc/a/x", FILE_OF},  {"/lib/a", FILE_OF},
    {"/etc/../etc/n", FILE_OF}, {"/etc/.", FILE_OF},    {"/etc/..", NOTHING},
    {"/etc//n", FILE_OF},       {"/etc/n/", FILE_OF},   {"relative", FILE_OF},
    {"/etc/pipe", NOTHING},     {"/etc/pipe", FILE_OF}, {"/", NOTHING},
    {"/etc/empty", FILE_OF},
};

START_TEST(what_no_rename_makes_is_refused)
{
    const struct node_state states[] = {a_file("n", 0644), a_directory(0755), {0}};
    const char *before = tree_text(overlay);
    ck_assert_int_ne(put(refused[_i].path, states[refused[_i].what]), 0);
    ck_assert_str_ne(e.text, "");
    ck_assert_uint_eq(edit_count(), 0);
    ck_assert_str_eq(tree_text(overlay), before);
}
END_TEST

START_TEST(a_directory_that_went_does_not_come_back_as_a_file)
{
    ck_assert_int_eq(put("/etc/empty", (struct node_state){0}), 0);
    ck_assert_int_ne(put("/etc/empty", a_file("x", 0644)), 0);
    ck_assert_int_eq(put("/etc/a", (struct node_state){0}), 0);
    ck_assert_int_ne(put("/etc/a", a_directory(0755)), 0);
    ck_assert_int_eq(put("/etc/empty", a_directory(0700)), 0);
    ck_assert_uint_eq(edit_count(), 2);
}
END_TEST

START_TEST(a_move_is_one_rename_and_no_more)
{
    ck_assert_int_eq(overlay_move(overlay, "/etc/d", "/etc/d.aside", &e), 0);
    ck_assert_str_eq(tree_read(overlay, "/etc/d.aside/x", 9).content.ptr, "x\n");
    ck_assert_int_eq(tree_lstat(overlay, "/etc/d").presence, PRESENCE_ABSENT);
    ck_assert_int_ne(put("/etc/d.aside/x", a_file("changed", 0600)), 0);
    ck_assert_int_ne(put("/etc/d.aside/new", a_file("new", 0600)), 0);
    ck_assert_int_ne(overlay_move(overlay, "/etc/d.aside", "/etc/further", &e), 0);
    ck_assert_int_eq(put("/etc/a", a_file("edited", 0644)), 0);
    ck_assert_int_ne(overlay_move(overlay, "/etc/a", "/etc/a.aside", &e), 0);
    ck_assert_int_eq(put("/etc/made", a_file("made", 0644)), 0);
    ck_assert_int_ne(overlay_move(overlay, "/etc/made", "/etc/made.aside", &e), 0);
    ck_assert_int_eq(overlay_move(overlay, "/etc/pipe", "/etc/pipe.aside", &e), 0);
    ck_assert_int_ne(overlay_move(overlay, "/etc/empty", "/etc/..", &e), 0);
    ck_assert_int_ne(overlay_move(overlay, "/etc/empty", "/elsewhere", &e), 0);
}
END_TEST

START_TEST(something_new_stands_where_something_moved_away)
{
    ck_assert_int_eq(overlay_move(overlay, "/etc/d", "/etc/d.aside", &e), 0);
    ck_assert_int_ne(put("/etc/d", (struct node_state){.exists = true, .type = NODE_FIFO}), 0);
    ck_assert_int_ne(put("/etc/d", a_directory(0755)), 0);
    ck_assert_int_eq(put("/etc/d", a_file("new", 0600)), 0);
    ck_assert_str_eq(tree_read(overlay, "/etc/d", 9).content.ptr, "new");
    ck_assert_str_eq(tree_read(overlay, "/etc/d.aside/x", 9).content.ptr, "x\n");
    ck_assert_int_ne(overlay_move(overlay, "/etc/d", "/etc/d.further", &e), 0);
    ck_assert_int_eq(overlay_move(overlay, "/etc/a", "/etc/a.aside", &e), 0);
    ck_assert_int_eq(put("/etc/a", a_directory(0755)), 0);
    ck_assert_int_eq(put("/etc/a/inside", a_file("in", 0600)), 0);
    ck_assert_uint_eq(tree_list(overlay, "/etc/a").count, 1);
    ck_assert_str_eq(tree_read(overlay, "/etc/a.aside", 9).content.ptr, "one\n");
    ck_assert_uint_eq(edit_count(), 5);
    size_t mark = overlay_mark(overlay);
    ck_assert_int_eq(put("/etc/d", (struct node_state){0}), 0);
    ck_assert_int_eq(tree_lstat(overlay, "/etc/d").presence, PRESENCE_ABSENT);
    overlay_roll_back(overlay, mark);
    ck_assert_str_eq(tree_read(overlay, "/etc/d", 9).content.ptr, "new");
}
END_TEST

START_TEST(what_moves_takes_the_place_of_what_went)
{
    ck_assert_int_ne(overlay_move(overlay, "/etc/empty", "/etc/link", &e), 0);
    ck_assert_int_eq(put("/etc/link", (struct node_state){0}), 0);
    ck_assert_int_eq(overlay_move(overlay, "/etc/empty", "/etc/link", &e), 0);
    ck_assert_int_eq(tree_lstat(overlay, "/etc/link").node.type, NODE_DIRECTORY);
    /* With something at both ends nobody could tell half of it from the whole. */
    ck_assert_int_ne(put("/etc/empty", a_file("new", 0600)), 0);
    /* What stood in a directory that went must not show through what takes its place. */
    ck_assert_int_eq(put("/etc/d/x", (struct node_state){0}), 0);
    ck_assert_int_eq(put("/etc/d", (struct node_state){0}), 0);
    ck_assert_int_ne(overlay_move(overlay, "/etc/link", "/etc/d", &e), 0);
    ck_assert_int_eq(overlay_move(overlay, "/etc/a", "/etc/d", &e), 0);
    ck_assert_str_eq(tree_read(overlay, "/etc/d", 9).content.ptr, "one\n");
}
END_TEST

START_TEST(a_file_too_large_is_no_edit)
{
    char *much = arena_alloc(arena, 5u << 20);
    memset(much, 'x', 5u << 20);
    struct node_state s = a_file("", 0644);
    s.content = (struct bytes){much, 5u << 20};
    ck_assert_int_eq(put("/etc/n", s), ERR_LIMIT);
    memory_tree_file(raw, "/etc/large", s.content, 0644, 0, 0);
    ck_assert_int_eq(put("/etc/large", a_file("small", 0644)), ERR_LIMIT);
    ck_assert_int_eq(put("/etc/large", (struct node_state){0}), ERR_LIMIT);
    ck_assert_uint_eq(edit_count(), 0);
}
END_TEST

START_TEST(an_acl_follows_the_mode)
{
    /* Version 2; owner rwx, user 5 rwx, group rwx, mask rwx, others r-x. */
    static const char acl[] = "\2\0\0\0"
                              "\1\0\7\0\377\377\377\377"
                              "\2\0\7\0\5\0\0\0"
                              "\4\0\7\0\377\377\377\377"
                              "\20\0\7\0\377\377\377\377"
                              "\40\0\5\0\377\377\377\377";
    struct bytes value = {acl, sizeof acl - 1};
    struct node_state s;
    memory_tree_meta(raw, "/etc/a", 0775, 0, 0);
    memory_tree_xattr(raw, "/etc/a", "system.posix_acl_access", value);
    ck_assert_int_eq(overlay_state(overlay, "/etc/a", false, &s, &e), 0);
    s.mode = 0750;
    ck_assert_int_eq(overlay_put(overlay, "/etc/a", &s, &e), 0);
    ck_assert_int_eq(overlay_state(overlay, "/etc/a", false, &s, &e), 0);
    const struct bytes *now = node_state_xattr(&s, "system.posix_acl_access");
    ck_assert_int_eq(now->ptr[4 + 2], 7);      /* owner */
    ck_assert_int_eq(now->ptr[4 + 8 + 2], 7);  /* user 5, held down by the mask */
    ck_assert_int_eq(now->ptr[4 + 16 + 2], 7); /* group, likewise */
    ck_assert_int_eq(now->ptr[4 + 24 + 2], 5); /* mask */
    ck_assert_int_eq(now->ptr[4 + 32 + 2], 0); /* others */
}
END_TEST

/* --- any edits on any tree ----------------------------------------------------------------------
 */

static uint64_t seed;

static unsigned below(unsigned limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % limit;
}

static const char *random_path(unsigned depth)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    for (unsigned i = 0; i <= below(depth); i++)
        strbuf_printf(&s, "/%c", 'a' + (char)below(4));
    return s.ptr;
}

static void random_tree(void)
{
    for (unsigned i = 0; i < 12; i++) {
        const char *path = random_path(3);
        const char *parent = path_parent(arena, path);
        struct stat_answer s = tree_lstat(raw, parent);
        bool fits = s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY &&
                    tree_lstat(raw, path).presence == PRESENCE_ABSENT;
        if (!fits)
            continue;
        if (below(3) == 0)
            memory_tree_file(raw, path, bytes_of(random_path(9)), 0600 + below(64), below(3), 0);
        else if (below(4) == 0)
            memory_tree_symlink(raw, path, random_path(3));
        else
            memory_tree_directory(raw, path, 0700 + below(64), below(3), below(3));
        if (below(3) == 0)
            memory_tree_xattr(raw, path, "user.a", bytes_of(random_path(2)));
    }
}

static void random_edit(void)
{
    struct err ignored = {0};
    const char *path = random_path(3);
    struct node_state s = {0};
    struct bytes value = bytes_of(random_path(2));
    switch (below(7)) {
    case 0:
        s = a_file(random_path(9), 0600 + below(64));
        break;
    case 1:
        s = a_directory(0700 + below(64));
        break;
    case 2:
        s = a_link(random_path(3));
        break;
    case 3:
        overlay_move(overlay, path, arena_printf(arena, "%s.m", path), &ignored);
        return;
    case 4:
        break; /* goes */
    default:
        if (overlay_state(overlay, path, false, &s, &ignored) != 0)
            return;
        s.mode = s.exists && s.type != NODE_SYMLINK ? 0600 + below(64) : s.mode;
        s.uid = below(3);
        if (s.exists && below(2))
            node_state_set_xattr(arena, &s, below(2) ? "user.a" : "user.b",
                                 below(2) ? &value : NULL);
    }
    overlay_put(overlay, path, &s, &ignored);
}

static void one_round(unsigned number)
{
    seed = number * 7919u + 17;
    arena = arena_new(NULL, NULL);
    raw = memory_tree_new(arena);
    random_tree();
    overlay = overlay_new(arena, raw);
    const char *before = tree_text(raw);
    for (unsigned i = 0; i < 15; i++) {
        size_t mark = overlay_mark(overlay);
        const char *was = tree_text(overlay);
        random_edit();
        if (below(4) == 0) { /* and back again */
            overlay_roll_back(overlay, mark);
            ck_assert_str_eq(tree_text(overlay), was);
        }
    }
    ck_assert_str_eq(tree_text(raw), before);
    const char *wanted = tree_text(overlay);
    struct edit_list list = through_the_pipe(overlay, &e);
    ck_assert_msg(e.code == 0, "round %u: %s", number, e.text);
    if (list.edits.count > 0) {
        const char *run, *back;
        enum commit_result result = write_list(raw, &list, "repair", &run, &e);
        ck_assert_msg(result == COMMIT_DONE, "round %u: %s: %s", number, e.path, e.text);
        struct tree *undone = plan_undo(raw, run, false, &e);
        ck_assert_msg(undone != NULL, "round %u: undo: %s: %s", number, e.path, e.text);
        ck_assert_msg(strncmp(tree_text(raw), wanted, strlen(wanted)) == 0, "round %u:\n%s\n%s",
                      number, wanted, tree_text(raw));
        list = through_the_pipe(undone, &e);
        result = write_list(raw, &list, "undo", &back, &e);
        ck_assert_msg(result == COMMIT_DONE, "round %u: %s: %s", number, e.path, e.text);
        ck_assert_msg(strncmp(tree_text(raw), before, strlen(before)) == 0, "round %u", number);
        undone = plan_undo(raw, back, false, &e);
        ck_assert_msg(undone != NULL, "round %u: and again: %s: %s", number, e.path, e.text);
        list = through_the_pipe(undone, &e);
        result = write_list(raw, &list, "undo", &run, &e);
        ck_assert_msg(result == COMMIT_DONE, "round %u: %s: %s", number, e.path, e.text);
        ck_assert_msg(strncmp(tree_text(raw), wanted, strlen(wanted)) == 0, "round %u: again",
                      number);
    }
    arena_free(arena);
}

/* Paths of one letter sort before "/var", so that what we add stands behind it all. */
START_TEST(commit_makes_what_was_shown_and_undo_what_was)
{
    e = (struct err){0};
    for (unsigned i = 0; i < 100; i++)
        one_round((unsigned)_i * 100 + i);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("repair_overlay");
    TCase *c = tcase_create("edits");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, what_is_there_already_is_no_edit);
    tcase_add_test(c, new_names_stand_in_order_and_content_has_its_size);
    tcase_add_loop_test(c, what_no_rename_makes_is_refused, 0, sizeof refused / sizeof *refused);
    tcase_add_test(c, a_directory_that_went_does_not_come_back_as_a_file);
    tcase_add_test(c, a_move_is_one_rename_and_no_more);
    tcase_add_test(c, something_new_stands_where_something_moved_away);
    tcase_add_test(c, what_moves_takes_the_place_of_what_went);
    tcase_add_test(c, a_file_too_large_is_no_edit);
    tcase_add_test(c, an_acl_follows_the_mode);
    suite_add_tcase(s, c);
    c = tcase_create("any");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, commit_makes_what_was_shown_and_undo_what_was, 0, 10);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
