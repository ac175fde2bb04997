/* Which filesystem is checked, and what is said of it. The engine is played by this file
 * (guest/open is not linked). */
#include "login_suite.h"

#include "batch/disk_check.h"
#include "guest/memory.h"
#include "guest/open.h"

/* ---- the player ---- */

struct opened {
    struct filesystem items[4];
    size_t count, root_count;
    bool root_fails;
    struct tree *tree;
    const char *checked; /* the device that the checker got */
    bool mended;
    enum fsck_state state;
};
static const struct opened_root roots[] = {{"/dev/sda1", ""}, {"/dev/sda3", ""}};

const struct opened_root *opened_roots(const struct opened *o, size_t *count)
{
    *count = o->root_count;
    return roots;
}

struct filesystems_answer opened_filesystems(struct opened *o)
{
    return (struct filesystems_answer){.presence = PRESENCE_PRESENT,
                                       .items = o->items,
                                       .count = o->count};
}

int opened_find_roots(struct opened *o, struct err *e)
{
    return o->root_fails ? err_set(e, ERR_NO_ROOT, "none") : 0;
}

void opened_fsck(struct opened *o, const char *device, bool mends, struct fsck_answer *out)
{
    o->checked = device;
    o->mended = mends;
    *out = (struct fsck_answer){.state = o->state,
                                .program = "e2fsck",
                                .why = o->state == FSCK_UNKNOWN ? "it is old" : NULL,
                                .output = bytes_of("\n  one\x1b[2J\n\n two\n")};
}

struct tree *opened_tree(struct opened *o, size_t root, struct err *e)
{
    (void)root, (void)e;
    return o->tree;
}

const char *opened_engine(const struct opened *o)
{
    return o ? "player" : "";
}

const char *opened_format(const struct opened *o)
{
    return o ? "raw" : "";
}

const char *const *opened_notes(const struct opened *o, size_t *count)
{
    (void)o;
    *count = 0;
    return NULL;
}

/* What nobody asks for here. */
struct opened *open_target(struct arena *a, const struct target *target,
                           const struct open_options *options, struct err *e)
{
    (void)a, (void)target, (void)options, (void)e;
    return NULL;
}

struct tree *opened_writable(struct opened *o, size_t root, struct err *e)
{
    (void)o, (void)root, (void)e;
    return NULL;
}

int opened_finish(struct opened *o, struct err *e)
{
    (void)o, (void)e;
    return 0;
}

bool opened_died(const struct opened *o)
{
    (void)o;
    return false;
}

bool opened_run(struct opened *o, const struct run_request *request, struct run_answer *out)
{
    (void)o, (void)request, (void)out;
    return false;
}

void opened_close(struct opened *o)
{
    (void)o;
}

/* ---- the disk ---- */

#define FS(device_, type_, uuid_, label_)                                                          \
    {                                                                                              \
        .device = device_, .type = type_, .uuid = uuid_, .label = label_, .partuuid = "",          \
        .partlabel = "", .mounted_on = ""                                                          \
    }

static struct opened a_disk(void)
{
    struct opened o = {.items = {FS("/dev/sda1", "ext4", "aaaa-1", "root"),
                                 FS("/dev/sda2", "xfs", "bbbb-2", "data"),
                                 FS("/dev/sda3", "swap", "cccc-3", ""),
                                 FS("/dev/vg/home", "ext4", "dddd-4", "data")},
                       .count = 4,
                       .root_count = 1};
    o.tree = guest_tree("debian-12");
    change_tree(o.tree, "{\"do\":\"append\",\"path\":\"/etc/fstab\",\"text\":"
                        "\"UUID=bbbb-2 /srv/data xfs defaults 0 2\\n\"},"
                        "{\"do\":\"filesystem\",\"device\":\"/dev/sda2\",\"type\":\"xfs\","
                        "\"uuid\":\"bbbb-2\"}");
    return o;
}

static void silent(void *context, const char *stage)
{
    (void)context, (void)stage;
}

static struct json *check(struct opened *o, const char *name, bool mends, struct err *e)
{
    struct disk_check_request wanted = {.name = name, .mends = mends};
    struct worker_request request = {.job = JOB_CHECK_DISK,
                                     .target = {.name = "disk.raw", .kind = TARGET_IMAGE},
                                     .lens_directory = TEST_SOURCE_DIRECTORY "/rules/lenses",
                                     .keywords = keywords,
                                     .question = {.at = JUNE_2026},
                                     .disk_check = &wanted};
    *e = (struct err){0};
    return disk_check(arena, &request, o, silent, NULL, e);
}

static const struct {
    const char *name, *device; /* NULL: refused */
    enum err_code code;
} names[] = {
    {NULL, "/dev/sda1", ERR_NONE},
    {"", "/dev/sda1", ERR_NONE},
    {"/", "/dev/sda1", ERR_NONE},
    {"/dev/sda2", "/dev/sda2", ERR_NONE},
    {"sda2", "/dev/sda2", ERR_NONE},
    {"dev/sda2", "/dev/sda2", ERR_NONE}, /* VMAccess puts a "/" before it */
    {"vg/home", "/dev/vg/home", ERR_NONE},
    {"UUID=BBBB-2", "/dev/sda2", ERR_NONE},
    {"/dev/disk/by-uuid/bbbb-2", "/dev/sda2", ERR_NONE},
    {"LABEL=root", "/dev/sda1", ERR_NONE},
    {"LABEL=data", NULL, ERR_REFUSED}, /* two have it */
    {"LABEL=Root", NULL, ERR_NOT_FOUND},
    {"LABEL=", NULL, ERR_NOT_FOUND},
    {"/srv/data", "/dev/sda2", ERR_NONE},
    {"srv/data", "/dev/sda2", ERR_NONE},
    {"/dev/sdz9", NULL, ERR_NOT_FOUND},
    {"; reboot", NULL, ERR_NOT_FOUND},
};

START_TEST(a_name_is_one_filesystem)
{
    struct opened o = a_disk();
    struct err e;
    struct json *d = check(&o, names[_i].name, false, &e);
    const char *name = names[_i].name ? names[_i].name : "(none)";
    ck_assert_msg((d != NULL) == (names[_i].device != NULL), "%s: %s", name, e.text);
    ck_assert_msg(e.code == names[_i].code, "%s: %s", name, e.text);
    if (d)
        ck_assert_str_eq(o.checked, names[_i].device);
    else
        ck_assert_ptr_null(o.checked);
    json_free(d);
}
END_TEST

/* A root too damaged to be mounted is what has to be checked. */
START_TEST(a_root_that_cannot_be_mounted)
{
    struct opened o = a_disk();
    struct err e;
    o.root_fails = true;
    struct json *d = check(&o, NULL, false, &e);
    ck_assert_ptr_null(d);
    ck_assert_int_eq(e.code, ERR_NO_ROOT);
    ck_assert_ptr_nonnull(strstr(e.text, "/dev/sda1 (ext4, UUID=aaaa-1, LABEL=root)"));
    o.count = 1;
    d = check(&o, NULL, false, &e);
    ck_assert_ptr_nonnull(d);
    ck_assert_str_eq(o.checked, "/dev/sda1");
    ck_assert_ptr_nonnull(strstr(json_string(json_first(json_member(d, "notes"))), "the only one"));
    json_free(d);
    o = a_disk();
    o.root_count = 2;
    ck_assert_ptr_null(check(&o, NULL, false, &e));
    ck_assert_int_eq(e.code, ERR_SEVERAL_ROOTS);
}
END_TEST

static const struct {
    enum fsck_state state;
    bool mends;
    const char *word, *status, *result;
} states[] = {{FSCK_CLEAN, false, "clean", "complete", "looked"},
              {FSCK_DAMAGED, false, "damaged", "complete", "looked"},
              {FSCK_UNKNOWN, false, "unknown", "partial", "looked"},
              {FSCK_MENDED, true, "mended", "complete", "done"},
              {FSCK_DAMAGED, true, "damaged", "complete", "broken"},
              {FSCK_UNKNOWN, true, "unknown", "partial", "broken"}};

START_TEST(what_is_said)
{
    struct opened o = a_disk();
    struct err e;
    o.state = states[_i].state;
    struct json *d = check(&o, "sda1", states[_i].mends, &e);
    const struct json *one = json_first(json_member(d, "checks"));
    ck_assert(o.mended == states[_i].mends);
    ck_assert_str_eq(json_member_string(d, "schema"), DISK_CHECK_SCHEMA);
    ck_assert_str_eq(json_member_string(d, "status"), states[_i].status);
    ck_assert_str_eq(json_member_string(d, "result"), states[_i].result);
    ck_assert(json_bool(json_member(d, "written"), !states[_i].mends) == states[_i].mends);
    ck_assert_str_eq(json_member_string(one, "state"), states[_i].word);
    ck_assert_int_eq((int)json_count(json_member(one, "output")), 2);
    ck_assert((json_member_string(one, "reason") != NULL) == (states[_i].state == FSCK_UNKNOWN));
    json_free(d);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("disk-check");
    TCase *tc = tcase_create("disk-check");
    tcase_add_checked_fixture(tc, login_begin, login_end);
    tcase_add_loop_test(tc, a_name_is_one_filesystem, 0, (int)(sizeof names / sizeof *names));
    tcase_add_test(tc, a_root_that_cannot_be_mounted);
    tcase_add_loop_test(tc, what_is_said, 0, (int)(sizeof states / sizeof *states));
    suite_add_tcase(s, tc);
    return s;
}

UNIT_MAIN(suite)
