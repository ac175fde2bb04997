/* repair/journal, undo and --continue against forged and damaged journals: each is refused with a
 * sentence, and nothing of the guest is changed. */
#include "suite.h"

#include "base/hash.h"
#include "base/limits.h"
#include "repair_tree.h"

static struct arena *arena;
static struct tree *raw;
static struct err e;

#define STAMP "20260601T000000Z-"

static void set_up(void)
{
    arena = arena_new(NULL, NULL);
    raw = memory_tree_new(arena);
    memory_tree_file(raw, "/etc/a", bytes_of("new\n"), 0644, 0, 0);
    memory_tree_file(raw, "/etc/moved.diskmend", bytes_of("m"), 0644, 0, 0);
    memory_tree_file(raw, "/usr/bin/sudo", bytes_of("ELF"), 0755, 0, 0);
    memory_tree_file(raw, "/usr/bin/sh", bytes_of("ELF"), 0755, 0, 0);
    memory_tree_file(raw, "/home/ana/.ssh/x", bytes_of("k"), 0600, 1000, 1000);
    memory_tree_directory(raw, JOURNAL_DIRECTORY, 0700, 0, 0);
    e = (struct err){0};
}

static void tear_down(void)
{
    arena_free(arena);
}

static const char *hash_of(const char *text)
{
    char *hex = arena_alloc(arena, HASH_HEX_CHARS + 1);
    hash_sha256_hex(bytes_of(text), hex);
    return hex;
}

/* A journal of these edits, as right as a forger can make it. */
static const char *forge(const char *edits, const char *image, const char *state)
{
    const char *manifest =
        arena_printf(arena, "{\"schema\":\"diskmend.journal/1\",\"command\":\"repair\","
                            "\"started\":\"x\",\"edits\":%s}", edits);
    const char *run = arena_printf(arena, STAMP "%.16s", hash_of(manifest));
    const char *directory = arena_printf(arena, JOURNAL_DIRECTORY "/%s", run);
    memory_tree_directory(raw, directory, 0700, 0, 0);
    memory_tree_file(raw, path_join(arena, directory, "manifest.json"), bytes_of(manifest), 0600, 0,
                     0);
    memory_tree_file(raw, path_join(arena, directory, "state"), bytes_of(state), 0600, 0, 0);
    if (image)
        memory_tree_file(raw, path_join(arena, directory, "image-000000"), bytes_of(image), 0600, 0,
                         0);
    return run;
}

#define META(mode) "\"mode\":\"" mode "\",\"uid\":0,\"gid\":0,\"xattrs\":{}"
#define FILE_STATE(mode) "{\"type\":\"file\"," META(mode) "}"
#define IMAGE "old\n"

/* $H is the hash of IMAGE, $N of what /etc/a holds. */
static const struct {
    const char *what, *edits;
} forged[] = {
    {"a path with ..", "[{\"path\":\"/etc/../etc/a\",\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "}]"},
    {"a path with //", "[{\"path\":\"/etc//a\",\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "}]"},
    {"a path with /./", "[{\"path\":\"/etc/./a\",\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "}]"},
    {"a relative path", "[{\"path\":\"etc/a\",\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "}]"},
    {"a path with a NUL", "[{\"path\":\"/etc/%00a\",\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "}]"},
    {"a path that is cut", "[{\"path\":\"/etc/a%4\",\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "}]"},
    {"no path", "[{\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "}]"},
    {"one path twice", "[{\"path\":\"/etc/a\",\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "},"
                       "{\"path\":\"/etc/%61\",\"before\":" FILE_STATE("0666") ",\"after\":" FILE_STATE("0644") "}]"},
    {"the journal itself", "[{\"path\":\"/var/lib/diskmend/x\",\"before\":null,\"after\":{\"type\":\"directory\"," META("0700") "}}]"},
    {"/proc", "[{\"path\":\"/proc/x\",\"before\":{\"type\":\"directory\"," META("0700") "},\"after\":null}]"},
    {"/dev", "[{\"path\":\"/dev/x\",\"before\":{\"type\":\"directory\"," META("0700") "},\"after\":null}]"},
    {"a device node", "[{\"path\":\"/etc/sda\",\"before\":{\"type\":\"block-device\"," META("0666") "},\"after\":null}]"},
    {"a FIFO in the place of a file", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"fifo\"," META("0666") "},\"after\":" FILE_STATE("0644") "}]"},
    {"no such type", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"door\"," META("0666") "},\"after\":" FILE_STATE("0644") "}]"},
    {"a setuid shell", "[{\"path\":\"/etc/shell\",\"before\":{\"type\":\"file\"," META("4755") ",\"sha256\":\"$H\",\"content\":0},\"after\":null}]"},
    {"a set-id bit on a shell that is there", "[{\"path\":\"/usr/bin/sh\",\"before\":" FILE_STATE("4755") ",\"after\":" FILE_STATE("0755") "}]"},
    {"a new sudo", "[{\"path\":\"/usr/bin/sudo\",\"before\":{\"type\":\"file\"," META("4755") ",\"sha256\":\"$H\",\"content\":0},\"after\":{\"type\":\"file\"," META("0755") ",\"sha256\":\"$E\"}}]"},
    {"a setgid file", "[{\"path\":\"/usr/bin/sh\",\"before\":" FILE_STATE("2755") ",\"after\":" FILE_STATE("0755") "}]"},
    {"a shell moved to where sudo is", "[{\"path\":\"/etc/moved\",\"moved_to\":\"/etc/moved.diskmend\",\"before\":" FILE_STATE("4755") ",\"after\":null},"
                       "{\"path\":\"/etc/moved.diskmend\",\"moved_from\":\"/etc/moved\",\"before\":null,\"after\":" FILE_STATE("0644") "}]"},
    {"capabilities", "[{\"path\":\"/usr/bin/sh\",\"before\":{\"type\":\"file\",\"mode\":\"0755\",\"uid\":0,\"gid\":0,"
                     "\"xattrs\":{\"security.capability\":\"0100000202000000\"}},\"after\":" FILE_STATE("0755") "}]"},
    {"a wrong hash", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$N\",\"content\":0},\"after\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$N\"}}]"},
    {"a hash that is none", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"x\",\"content\":0},\"after\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$N\"}}]"},
    {"a content number out of range", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$H\",\"content\":7},\"after\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$N\"}}]"},
    {"a content number that is none", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$H\",\"content\":-1e300},\"after\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$N\"}}]"},
    {"a pre-image without its post-image's hash", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$H\",\"content\":0},\"after\":" FILE_STATE("0644") "}]"},
    {"a file without its bytes", "[{\"path\":\"/etc/gone\",\"before\":" FILE_STATE("0644") ",\"after\":null}]"},
    {"what is not on the disk", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$H\",\"content\":0},\"after\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$E\"}}]"},
    {"a mode that is none", "[{\"path\":\"/etc/a\",\"before\":" FILE_STATE("99999") ",\"after\":" FILE_STATE("0644") "}]"},
    {"an owner that is none", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\",\"mode\":\"0644\",\"uid\":4294967295,\"gid\":0,\"xattrs\":{}},\"after\":" FILE_STATE("0644") "}]"},
    {"an attribute that is none", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\",\"mode\":\"0644\",\"uid\":0,\"gid\":0,\"xattrs\":{\"user.x\":\"0g\"}},\"after\":" FILE_STATE("0644") "}]"},
    {"a link without target", "[{\"path\":\"/etc/l\",\"before\":{\"type\":\"symlink\"," META("0777") "},\"after\":null}]"},
    {"a directory in the place of a file", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"directory\"," META("0777") "},\"after\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$N\",\"content\":0}}]"},
    {"a move with one end", "[{\"path\":\"/etc/b\",\"moved_to\":\"/etc/a\",\"before\":" FILE_STATE("0644") ",\"after\":null}]"},
    {"a move through directories", "[{\"path\":\"/root/a\",\"moved_to\":\"/etc/a\",\"before\":" FILE_STATE("0644") ",\"after\":null},"
                                   "{\"path\":\"/etc/a\",\"moved_from\":\"/root/a\",\"before\":null,\"after\":" FILE_STATE("0644") "}]"},
    {"a move to a file without its bytes", "[{\"path\":\"/etc/b\",\"moved_to\":\"/etc/a\",\"before\":" FILE_STATE("0644") ",\"after\":null},"
                                   "{\"path\":\"/etc/a\",\"moved_from\":\"/etc/b\",\"before\":" FILE_STATE("0600") ",\"after\":" FILE_STATE("0644") "}]"},
    {"a setuid shell that made way", "[{\"path\":\"/etc/b\",\"moved_to\":\"/etc/a\",\"before\":" FILE_STATE("0644") ",\"after\":null},"
                                   "{\"path\":\"/etc/a\",\"moved_from\":\"/etc/b\",\"before\":{\"type\":\"file\"," META("4755") ",\"sha256\":\"$H\",\"content\":0},\"after\":" FILE_STATE("0644") "}]"},
    {"a FIFO in the place of what moved", "[{\"path\":\"/etc/b\",\"moved_to\":\"/etc/a\",\"before\":" FILE_STATE("0644") ",\"after\":{\"type\":\"fifo\"," META("0666") "}},"
                                   "{\"path\":\"/etc/a\",\"moved_from\":\"/etc/b\",\"before\":null,\"after\":" FILE_STATE("0644") "}]"},
    {"a move between two others", "[{\"path\":\"/etc/b\",\"moved_to\":\"/etc/a\",\"before\":" FILE_STATE("0644") ",\"after\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$H\",\"content\":0}},"
                                   "{\"path\":\"/etc/a\",\"moved_from\":\"/etc/b\",\"before\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$H\",\"content\":0},\"after\":" FILE_STATE("0644") "}]"},
    {"below a link", "[{\"path\":\"/home/bob/x\",\"before\":{\"type\":\"file\"," META("0666") "},\"after\":{\"type\":\"file\",\"mode\":\"0600\",\"uid\":1000,\"gid\":1000,\"xattrs\":{}}}]"},
    {"nothing at all", "[{\"path\":\"/etc/zz\",\"before\":null,\"after\":null}]"},
    {"no list", "{}"},
    {"a list of something else", "[1,2,3]"},
};

static const char *filled(const char *edits)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    for (const char *p = edits; *p; p++) {
        if (*p != '$') {
            strbuf_add_char(&s, *p);
            continue;
        }
        p++;
        strbuf_add(&s, hash_of(*p == 'H' ? IMAGE : *p == 'N' ? "new\n" : "ELF"));
    }
    return s.ptr;
}

START_TEST(a_forged_journal_is_not_undone)
{
    memory_tree_symlink(raw, "/home/bob", "ana");
    const char *run = forge(filled(forged[_i].edits), IMAGE, "committed\n");
    const char *before = tree_text(raw);
    ck_assert_msg(plan_undo(raw, run, false, &e) == NULL, "%s", forged[_i].what);
    ck_assert_str_ne(e.text, "");
    ck_assert_str_eq(tree_text(raw), before);
}
END_TEST

/* What would be made, not what would come back. */
static const struct {
    const char *what, *edits;
} forward[] = {
    {"a setuid shell", "[{\"path\":\"/etc/shell\",\"before\":null,\"after\":{\"type\":\"file\"," META("4755") ",\"sha256\":\"$H\",\"content\":0}}]"},
    {"a set-id bit on a shell that is there", "[{\"path\":\"/usr/bin/sh\",\"before\":" FILE_STATE("0755") ",\"after\":" FILE_STATE("4755") "}]"},
    {"capabilities", "[{\"path\":\"/usr/bin/sh\",\"before\":" FILE_STATE("0755") ",\"after\":{\"type\":\"file\",\"mode\":\"0755\",\"uid\":0,\"gid\":0,\"xattrs\":{\"security.capability\":\"01\"}}}]"},
    {"the journal itself", "[{\"path\":\"/var/lib/diskmend/x\",\"before\":null,\"after\":{\"type\":\"directory\"," META("0700") "}}]"},
    {"below a link", "[{\"path\":\"/home/bob/new\",\"before\":null,\"after\":{\"type\":\"file\"," META("0666") ",\"sha256\":\"$H\",\"content\":0}}]"},
    {"what is neither", "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$H\",\"content\":0},\"after\":{\"type\":\"file\"," META("0644") ",\"sha256\":\"$E\",\"content\":1}}]"},
    {"a file without its bytes", "[{\"path\":\"/etc/n\",\"before\":null,\"after\":" FILE_STATE("0644") "}]"},
};

START_TEST(a_forged_journal_is_not_gone_on_with)
{
    memory_tree_symlink(raw, "/home/bob", "ana");
    const char *run = forge(filled(forward[_i].edits), IMAGE, "prepared\n");
    const char *before = tree_text(raw);
    ck_assert_msg(continue_run(raw, run, &e) == COMMIT_REFUSED, "%s", forward[_i].what);
    ck_assert_str_ne(e.text, "");
    ck_assert_str_eq(tree_text(raw), before);
}
END_TEST

#define GOOD                                                                                       \
    "[{\"path\":\"/etc/a\",\"before\":{\"type\":\"file\"," META("0640")                          \
    ",\"sha256\":\"$H\",\"content\":0},\"after\":{\"type\":\"file\"," META(                     \
        "0644") ",\"sha256\":\"$N\"}}]"

START_TEST(a_good_journal_is_undone)
{
    const char *run = forge(filled(GOOD), IMAGE, "committed\n");
    struct tree *undone = plan_undo(raw, run, false, &e);
    ck_assert_msg(undone != NULL, "%s: %s", e.path, e.text);
    ck_assert(bytes_equal_text(tree_read(undone, "/etc/a", 99).content, IMAGE));
    ck_assert_uint_eq(tree_lstat(undone, "/etc/a").node.mode, 0640);
}
END_TEST

START_TEST(sudo_gets_its_bit_back_without_new_bytes)
{
    const char *run = forge("[{\"path\":\"/usr/bin/sudo\",\"before\":" FILE_STATE(
                                "4755") ",\"after\":" FILE_STATE("0755") "}]", NULL, "committed\n");
    struct tree *undone = plan_undo(raw, run, false, &e);
    ck_assert_msg(undone != NULL, "%s: %s", e.path, e.text);
    ck_assert_uint_eq(tree_lstat(undone, "/usr/bin/sudo").node.mode, 04755);
}
END_TEST

/* What is wrong around the manifest. */
enum { OTHERS_BASE, OPEN_BASE, OPEN_PARENT, LINKED_BASE, LINKED_RUN, LINKED_IMAGE, OTHERS_MANIFEST,
       OPEN_STATE, GARBAGE_STATE, EMPTY_STATE, CHANGED_MANIFEST, NO_MANIFEST, NO_IMAGE, CUT_IMAGE,
       LARGE_MANIFEST, LARGE_IMAGE, DIRECTORY_STATE, DAMAGES };

static void damage(const char *run, int kind)
{
    const char *directory = arena_printf(arena, JOURNAL_DIRECTORY "/%s", run);
    const char *manifest = path_join(arena, directory, "manifest.json");
    const char *state = path_join(arena, directory, "state");
    const char *image = path_join(arena, directory, "image-000000");
    char *much = arena_alloc(arena, 20u << 20);
    memset(much, ' ', 20u << 20);
    switch (kind) {
    case OTHERS_BASE:
        memory_tree_meta(raw, JOURNAL_DIRECTORY, 0700, 1000, 1000);
        break;
    case OPEN_BASE:
        memory_tree_meta(raw, JOURNAL_DIRECTORY, 0777, 0, 0);
        break;
    case OPEN_PARENT:
        memory_tree_meta(raw, "/var", 01777, 0, 0);
        break;
    case LINKED_BASE:
        memory_tree_remove(raw, "/var/lib");
        forge(filled(GOOD), IMAGE, "committed\n");
        memory_tree_remove(raw, "/var/lib");
        memory_tree_directory(raw, "/srv/diskmend", 0700, 0, 0);
        memory_tree_symlink(raw, "/var/lib", "/srv");
        break;
    case LINKED_RUN:
        memory_tree_remove(raw, directory);
        memory_tree_symlink(raw, directory, "/home/ana");
        break;
    case LINKED_IMAGE:
        memory_tree_symlink(raw, image, "/etc/a");
        break;
    case OTHERS_MANIFEST:
        memory_tree_meta(raw, manifest, 0600, 1000, 0);
        break;
    case OPEN_STATE:
        memory_tree_meta(raw, state, 0666, 0, 0);
        break;
    case GARBAGE_STATE:
        memory_tree_file(raw, state, bytes_of("committed\0x"), 0600, 0, 0);
        break;
    case EMPTY_STATE:
        memory_tree_file(raw, state, bytes_of(""), 0600, 0, 0);
        break;
    case CHANGED_MANIFEST:
        memory_tree_file(raw, manifest, bytes_of("{\"schema\":\"diskmend.journal/1\"}"), 0600, 0, 0);
        break;
    case NO_MANIFEST:
        memory_tree_remove(raw, manifest);
        break;
    case NO_IMAGE:
        memory_tree_remove(raw, image);
        break;
    case CUT_IMAGE:
        memory_tree_file(raw, image, bytes_of("ol"), 0600, 0, 0);
        break;
    case LARGE_MANIFEST:
        memory_tree_file(raw, manifest, (struct bytes){much, 20u << 20}, 0600, 0, 0);
        break;
    case LARGE_IMAGE:
        memory_tree_file(raw, image, (struct bytes){much, 5u << 20}, 0600, 0, 0);
        break;
    case DIRECTORY_STATE:
        memory_tree_directory(raw, state, 0700, 0, 0);
        break;
    }
}

START_TEST(a_damaged_journal_is_refused)
{
    const char *run = forge(filled(GOOD), IMAGE, "committed\n");
    damage(run, _i);
    const char *before = tree_text(raw);
    ck_assert_msg(plan_undo(raw, run, false, &e) == NULL, "damage %d", _i);
    ck_assert_str_ne(e.text, "");
    ck_assert_int_eq(continue_run(raw, run, &e), COMMIT_REFUSED);
    ck_assert_str_eq(tree_text(raw), before);
}
END_TEST

/* And nothing new is written on top of it, nor into a place like that. */
START_TEST(nothing_is_written_beside_a_damaged_journal)
{
    static const int kinds[] = {OTHERS_BASE,  OPEN_BASE,     OPEN_PARENT,      LINKED_BASE,
                                GARBAGE_STATE, EMPTY_STATE,  CHANGED_MANIFEST, OPEN_STATE};
    const char *run = forge(filled(GOOD), IMAGE, "committed\n");
    damage(run, kinds[_i]);
    const char *before = tree_text(raw);
    struct tree *overlay = overlay_new(arena, raw);
    struct node_state s = a_file("x", 0644);
    ck_assert_int_eq(overlay_put(overlay, "/etc/b", &s, &e), 0);
    struct edit_list list = through_the_pipe(overlay, &e);
    ck_assert_int_eq(write_list(raw, &list, "repair", &run, &e), COMMIT_REFUSED);
    ck_assert_str_ne(e.text, "");
    ck_assert_str_eq(tree_text(raw), before);
}
END_TEST

START_TEST(a_billion_entries_are_refused)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    strbuf_add(&s, "[");
    for (unsigned i = 0; i <= LIMIT_EDITS; i++)
        strbuf_printf(&s, "%s{\"path\":\"/e/%u\",\"before\":null,\"after\":{\"type\":\"directory\"," META("0755") "}}",
                      i ? "," : "", i);
    strbuf_add(&s, "]");
    const char *run = forge(s.ptr, NULL, "committed\n");
    ck_assert_ptr_null(plan_undo(raw, run, false, &e));
    ck_assert_str_ne(e.text, "");
}
END_TEST

START_TEST(what_is_no_run_is_not_found)
{
    static const char *const names[] = {"", "..", "../../etc", "20260601T000000Z-ZZZZZZZZZZZZZZZZ",
                                        "20260601T000000Z-0123456789abcdef/", "x"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_assert_ptr_null(plan_undo(raw, names[i], false, &e));
        ck_assert_int_eq(e.code, ERR_NOT_FOUND);
        struct journal_place place = {raw, JOURNAL_DIRECTORY};
        ck_assert_int_eq(journal_forget(arena, &place, names[i], &e), ERR_NOT_FOUND);
    }
}
END_TEST

/* Whatever happens to the bytes between two workers. */
START_TEST(damaged_edits_are_an_error_or_edits)
{
    struct tree *overlay = overlay_new(arena, raw);
    struct node_state f = a_file("some\n", 0600), l = a_link("x"), d = a_directory(0711);
    struct bytes v = bytes_of("v");
    node_state_set_xattr(arena, &f, "user.x", &v);
    overlay_put(overlay, "/etc/n\1%\377", &f, &e);
    overlay_put(overlay, "/etc/l", &l, &e);
    overlay_put(overlay, "/etc/dir", &d, &e);
    overlay_put(overlay, "/etc/a", &f, &e);
    overlay_move(overlay, "/etc/moved.diskmend", "/etc/back", &e);
    ck_assert_int_eq(e.code, 0);
    size_t count;
    const struct overlay_edit *edits = overlay_edits(overlay, &count);
    struct bytes packed = edit_list_pack(arena, edits, count);
    struct edit_list list = {0};
    ck_assert_int_eq(edit_list_unpack(arena, packed, &list, &e), 0);
    ck_assert_uint_eq(list.edits.count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(list.edits.items[i].path, edits[i].path);
        ck_assert(node_state_equal(&list.edits.items[i].before, &edits[i].before));
        ck_assert(node_state_equal(&list.edits.items[i].after, &edits[i].after));
    }
    unsigned seed = 1;
    for (unsigned i = 0; i < 20000; i++) {
        char *copy = malloc(packed.len);
        memcpy(copy, packed.ptr, packed.len);
        size_t len = packed.len;
        for (unsigned k = 0; k <= i % 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            copy[(seed >> 8) % packed.len] = (char)(seed >> 3);
        }
        if (i % 5 == 0)
            len = seed % packed.len;
        struct edit_list out = {0};
        struct err own = {0};
        int code = edit_list_unpack(arena, (struct bytes){copy, len}, &out, &own);
        ck_assert(code == 0 || own.text[0]);
        free(copy);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("repair_journal");
    TCase *c = tcase_create("journals");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, a_forged_journal_is_not_undone, 0, sizeof forged / sizeof *forged);
    tcase_add_loop_test(c, a_forged_journal_is_not_gone_on_with, 0,
                        sizeof forward / sizeof *forward);
    tcase_add_test(c, a_good_journal_is_undone);
    tcase_add_test(c, sudo_gets_its_bit_back_without_new_bytes);
    tcase_add_loop_test(c, a_damaged_journal_is_refused, 0, DAMAGES);
    tcase_add_loop_test(c, nothing_is_written_beside_a_damaged_journal, 0, 8);
    tcase_add_test(c, a_billion_entries_are_refused);
    tcase_add_test(c, what_is_no_run_is_not_found);
    tcase_add_test(c, damaged_edits_are_an_error_or_edits);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
