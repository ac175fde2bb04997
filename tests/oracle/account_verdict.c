/* For accounts.test: how we read account files. account_verdict DIRECTORY... takes from each
 * passwd, shadow, group and gshadow, and prints, after "== DIRECTORY", a line for each account,
 * shadow entry and group that counts, in the words of getent, and one for each damaged row. */
#include <string.h>

#include "directory_guest.h"
#include "facts/collect.h"
#include "guest/memory.h"

static void put_file(struct arena *a, struct tree *t, const char *directory, const char *name)
{
    memory_tree_file(t, arena_printf(a, "/etc/%s", name),
                     read_host_file(a, arena_printf(a, "%s/%s", directory, name)), 0644, 0, 0);
}

static void print_number(int64_t n)
{
    if (n == FACT_NO_NUMBER)
        printf(":");
    else
        printf(":%lld", (long long)n);
}

static void print_account(const struct account_fact *account)
{
    if (!account->nss_visible)
        return;
    printf("passwd %s:%lld:%lld:%s:%s\n", account->name, (long long)account->uid,
           (long long)account->gid, account->home, account->shell);
    if (account->shadowed)
        return;
    printf("initgroups %s:", account->name);
    for (size_t i = 0; i < account->group_id_count; i++)
        printf(" %lld", (long long)account->group_ids[i]);
    printf("\n");
    if (!account->shadow_at.file)
        return;
    printf("shadow %s", account->name);
    const int64_t ages[] = {account->last_change, account->minimum,  account->maximum,
                            account->warn,        account->inactive, account->expires};
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
        print_number(ages[i]);
    printf("\n");
}

static void print_directory(struct lens_session *lenses, const char *directory)
{
    static const char *const files[] = {"passwd", "shadow", "group", "gshadow"};
    struct arena *a = arena_new(NULL, NULL);
    struct facts f = {.arena = a, .tree = memory_tree_new(a), .lenses = lenses};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        put_file(a, f.tree, directory, files[i]);
    f.os.family_code = FAMILY_DEBIAN;
    facts_read_accounts(&f);
    printf("== %s\n", directory);
    vec_each (account, &f.accounts)
        print_account(account);
    vec_each (group, &f.groups)
        printf("group %s:%lld:%s\n", group->name, (long long)group->gid,
               text_list_join(a, &group->members, " "));
    vec_each (row, &f.rows)
        printf("row %s:%d %s\n", row->db, row->at.line, row->defect);
    tree_close(f.tree);
    arena_free(a);
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct arena *a = arena_new(NULL, NULL);
    struct lens_session *lenses = lens_open(a, TEST_SOURCE_DIRECTORY "/rules/lenses", &e);
    if (!lenses || argc < 2)
        return 2;
    for (int i = 1; i < argc; i++)
        print_directory(lenses, argv[i]);
    lens_close(lenses);
    arena_free(a);
    return 0;
}
