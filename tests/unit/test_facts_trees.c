/* facts/ on whole guests: the real trees of the cache, where systemctl of the guest itself says
 * what is enabled, and every healthy fixture. */
#include "facts_suite.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/fixture.h"
#include "guest/open.h"

#define TREES "/var/cache/diskmend-tests/trees/"

static const struct {
    const char *name, *version, *openssh;
} trees[] = {{"bullseye", "11", "8.4p1"}, {"bookworm", "12", "9.2p1"}, {"trixie", "13", "10.0p2"}};

static struct opened *opened;

/* False (and said): the tree is not on this machine. */
static bool open_real(const char *name)
{
    const char *path = arena_printf(arena, TREES "%s", name);
    struct stat s;
    if (stat(path, &s) != 0) {
        printf("# SKIP no %s\n", path);
        return false;
    }
    struct err e = {0};
    struct target_disk disk = {.path = path};
    struct target target = {.name = path,
                            .kind = TARGET_DIRECTORY,
                            .disks = &disk,
                            .disk_count = 1};
    struct open_options options = {0};
    opened = open_target(arena, &target, &options, &e);
    ck_assert_msg(opened != NULL, "%s", e.text);
    tree = opened_tree(opened, 0, &e);
    ck_assert_msg(tree != NULL, "%s", e.text);
    return true;
}

START_TEST(real_debian)
{
    if (!open_real(trees[_i].name))
        return;
    struct facts *f = gather();
    ck_assert_str_eq(f->os.family, "debian");
    ck_assert_str_eq(f->os.version, trees[_i].version);
    ck_assert_str_eq(f->os.openssh, trees[_i].openssh);
    ck_assert_str_eq(f->os.openssh_source, "binary");
    ck_assert_str_eq(f->os.architecture, "x86_64");
    ck_assert_int_eq(f->os.pam, TRUTH_YES);
    ck_assert_int_eq(f->os.libwrap, TRUTH_YES);
    ck_assert_int_eq(f->os.gssapi_kex, TRUTH_YES);
    ck_assert_uint_eq(f->os.libraries_missing.count, 0);
    ck_assert_uint_eq(f->rows.count, 0);
    ck_assert_uint_eq(f->gaps.count, 0);
    ck_assert_uint_eq(f->host_keys.count, 3);
    vec_each (key, &f->host_keys) {
        ck_assert(key->loadable);
        ck_assert_int_eq(key->public_matches, TRUTH_YES);
    }
    ck_assert(facts_unit(f, "ssh.service")->at_boot);
    opened_close(opened);
}
END_TEST

/* The first word of the last line that `systemctl is-enabled` prints in TREE; "" when it cannot
 * run. */
static void ask_systemctl(const char *path, const char *unit, char *answer, size_t size)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(STDERR_FILENO);
        if (chroot(path) == 0 && chdir("/") == 0)
            execl("/bin/systemctl", "systemctl", "is-enabled", unit, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ssize_t n = 0, got;
    while (n < (ssize_t)size - 1 && (got = read(ends[0], answer + n, size - 1 - (size_t)n)) > 0)
        n += got;
    close(ends[0]);
    int status;
    waitpid(child, &status, 0);
    answer[n] = '\0';
    while (n > 0 && answer[n - 1] == '\n')
        answer[--n] = '\0';
}

START_TEST(states_equal_those_of_systemctl)
{
    if (geteuid() != 0) {
        printf("# SKIP chroot needs root\n");
        return;
    }
    if (!open_real(trees[_i].name))
        return;
    struct facts *f = gather();
    int asked = 0;
    vec_each (unit, &f->units) {
        char answer[256];
        ask_systemctl(arena_printf(arena, TREES "%s", trees[_i].name), unit->name, answer,
                      sizeof answer);
        if (!*answer)
            continue;
        ck_assert_msg(strcmp(answer, unit->state) == 0, "%s: systemctl says %s, we %s", unit->name,
                      answer, unit->state);
        asked++;
    }
    ck_assert_int_gt(asked, 10);
    opened_close(opened);
}
END_TEST

static const struct {
    const char *name, *family;
} guests[] = {
    {"debian-11", "debian"},    {"debian-12", "debian"},    {"debian-13", "debian"},
    {"ubuntu-22.04", "debian"}, {"ubuntu-24.04", "debian"}, {"rhel-8", "rhel"},
    {"rhel-9", "rhel"},         {"rocky-9", "rhel"},        {"alma-9", "rhel"},
    {"amazon-2023", "rhel"},    {"sles-15", "suse"},        {"alpine-3", "alpine"},
};

START_TEST(healthy_fixtures)
{
    struct err e = {0};
    tree = fixture_guest(arena, TEST_SOURCE_DIRECTORY "/fixtures", guests[_i].name, &e);
    ck_assert_msg(tree != NULL, "%s", e.text);
    struct facts *f = gather();
    ck_assert_str_eq(f->os.family, guests[_i].family);
    ck_assert_str_eq(f->os.openssh_source, "binary");
    ck_assert_uint_eq(f->gaps.count, 0);
    bool at_boot = false, loadable = false, usable = false;
    vec_each (unit, &f->units) {
        at_boot |= strncmp(unit->role, "sshd", 4) == 0 && unit->at_boot;
        ck_assert_msg(!unit->problem, "%s: %s", unit->name, unit->problem);
    }
    vec_each (key, &f->host_keys)
        loadable |= key->loadable;
    vec_each (file, &f->key_files)
        usable |= strcmp(file->state, "ok") == 0 && file->readable_by_user && !file->unsafe_path &&
                  file->usable_lines > 0;
    ck_assert(at_boot);
    ck_assert(loadable);
    ck_assert(usable);
    vec_each (mount, &f->mounts)
        ck_assert_msg(!mount->defect, "%s: %s", mount->directory, mount->defect);
    vec_each (file, &f->files)
        if (strcmp(file->purpose, "privsep-dir") == 0)
            ck_assert_msg(file->exists, "%s is missing", file->path);
}
END_TEST

/* Whatever a case breaks, every producer comes to an end and the document can be built. */
START_TEST(every_broken_fixture)
{
    const char *fixtures = TEST_SOURCE_DIRECTORY "/fixtures";
    DIR *cases = opendir(TEST_SOURCE_DIRECTORY "/fixtures/cases");
    ck_assert_ptr_nonnull(cases);
    int read = 0;
    for (struct dirent *entry; (entry = readdir(cases));) {
        struct err e = {0};
        if (entry->d_name[0] == '.')
            continue;
        tree = fixture_case(arena, fixtures, entry->d_name, NULL, &e);
        ck_assert_msg(tree != NULL, "%s: %s", entry->d_name, e.text);
        gather();
        read++;
    }
    closedir(cases);
    ck_assert_int_gt(read, 0);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("facts: whole guests");
    TCase *t = tcase_create("trees");
    tcase_add_checked_fixture(t, facts_begin, facts_end);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, real_debian, 0, COUNT(trees));
    tcase_add_loop_test(t, states_equal_those_of_systemctl, 0, COUNT(trees));
    tcase_add_loop_test(t, healthy_fixtures, 0, COUNT(guests));
    tcase_add_test(t, every_broken_fixture);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
