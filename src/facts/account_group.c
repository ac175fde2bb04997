/* group as getgrgid and getgrouplist of the guest see it: f->groups, and each account's gids. */
#include "facts/account_parts.h"

#include <stdlib.h>

#include "facts/account_lines.h"
#include "facts/collect.h"
#include "facts/secret.h"

#define GROUP "/etc/group"

struct gid_entry {
    int64_t gid;
    size_t order;
};

static int by_gid(const void *a, const void *b)
{
    const struct gid_entry *x = a, *y = b;
    if (x->gid != y->gid)
        return x->gid < y->gid ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static int by_order(const void *a, const void *b)
{
    const struct gid_entry *x = a, *y = b;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* nss_files TRAILING_LIST_PARSER: commas separate, blanks before a name are skipped, those behind
 * it belong to it. */
static struct text_list members_of(struct facts *f, const struct account_line *l)
{
    struct text_list members = {0};
    if (l->field_count < 4)
        return members;
    struct bytes rest = bytes_cut(l->text, (size_t)l->columns[3] - 1, l->text.len);
    struct text_list words = text_words(f->arena, rest, ",");
    for (size_t i = 0; i < words.count; i++) {
        const char *name = words.items[i] + strspn(words.items[i], " \t\r\v\f");
        if (*name)
            text_list_add(f->arena, &members, secret_text(f->arena, bytes_of(name)));
    }
    return members;
}

static void add_group(struct facts *f, const struct account_file *file,
                      const struct account_line *l)
{
    int64_t gid;
    const char *defect = NULL;
    if (l->fields[0].len > 0 && (l->fields[0].ptr[0] == '+' || l->fields[0].ptr[0] == '-'))
        defect = "nis-leftover";
    else if (l->fields[0].len == 0)
        defect = "empty-name";
    else if (l->field_count < 4)
        defect = "fields-missing";
    else if (l->field_count > 4)
        defect = "fields-extra";
    bool has_gid = l->field_count > 2 && account_number_field(f, l->fields[2], &gid);
    if (!defect && !has_gid)
        defect = "bad-gid";
    if (defect)
        account_add_row(f, file, l->line, 0, l->fields[0], defect,
                        arena_printf(f->arena, "%zu fields, 4 expected", l->field_count));
    bool hidden = !has_gid || l->fields[0].len == 0 ||
                  (defect && strcmp(defect, "nis-leftover") == 0) ||
                  (accounts_musl(f) && l->field_count < 4);
    if (hidden || !facts_has_room(f, "group", f->groups.count))
        return;
    vec_push(f->arena, &f->groups,
             ((struct group_fact){.name = secret_text(f->arena, l->fields[0]),
                                  .gid = gid,
                                  .members = members_of(f, l),
                                  .at = {file->path, l->line, 0}}));
}

static void mark_shadowed(struct facts *f, const struct account_file *file)
{
    size_t n = f->groups.count;
    struct name_entry *entries = arena_alloc_array(f->arena, n, sizeof *entries);
    for (size_t i = 0; i < n; i++)
        entries[i] = (struct name_entry){f->groups.items[i].name, i};
    struct name_index names = name_index_make(entries, n);
    for (size_t i = 0; i < n; i++) {
        if (!name_index_repeats(&names, i))
            continue;
        struct group_fact *group = &f->groups.items[names.entries[i].index];
        group->shadowed = true;
        account_add_row(f, file, group->at.line, 0, bytes_of(group->name), "duplicate-name", NULL);
    }
}

/* The gids an account has, as they are met. */
struct membership {
    VEC(int64_t) gids;
};

/* getgrgid: the first line with that number. GROUPS sorted by gid. */
static const char *group_name(const struct facts *f, const struct gid_entry *sorted, int64_t gid)
{
    size_t low = 0, high = f->groups.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle].gid < gid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->groups.count && sorted[low].gid == gid ? f->groups.items[sorted[low].order].name
                                                           : NULL;
}

/* Each gid once, in the order first met; names where a group has one. */
static void set_groups(struct facts *f, struct account_fact *account, const struct membership *m,
                       const struct gid_entry *groups)
{
    size_t n = m->gids.count, kept = 0;
    struct gid_entry *list = arena_alloc_array(f->arena, n, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct gid_entry){m->gids.items[i], i};
    if (n > 1)
        qsort(list, n, sizeof *list, by_gid);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || list[i].gid != list[kept - 1].gid)
            list[kept++] = list[i];
    if (kept > 1)
        qsort(list, kept, sizeof *list, by_order);
    int64_t *gids = arena_alloc_array(f->arena, kept, sizeof *gids);
    for (size_t i = 0; i < kept; i++) {
        gids[i] = list[i].gid;
        const char *name = group_name(f, groups, list[i].gid);
        if (name)
            text_list_add(f->arena, &account->groups, name);
    }
    account->group_ids = gids;
    account->group_id_count = kept;
}

void accounts_read_groups(struct facts *f, const struct name_index *names)
{
    struct account_file file;
    account_file_read(f, GROUP, "group", LENS_GROUP, &file);
    vec_each (line, &file.lines)
        add_group(f, &file, line);
    mark_shadowed(f, &file);
    struct membership *all = arena_alloc_array(f->arena, f->accounts.count, sizeof *all);
    for (size_t i = 0; i < f->accounts.count; i++)
        if (f->accounts.items[i].gid != FACT_NO_NUMBER)
            vec_push(f->arena, &all[i].gids, f->accounts.items[i].gid);
    struct gid_entry *sorted = arena_alloc_array(f->arena, f->groups.count, sizeof *sorted);
    for (size_t i = 0; i < f->groups.count; i++) {
        const struct group_fact *group = &f->groups.items[i];
        sorted[i] = (struct gid_entry){group->gid, i};
        for (size_t k = 0; k < group->members.count; k++) {
            size_t account = name_index_first(names, group->members.items[k]);
            if (account != NO_INDEX)
                vec_push(f->arena, &all[account].gids, group->gid);
        }
    }
    if (f->groups.count > 1)
        qsort(sorted, f->groups.count, sizeof *sorted, by_gid);
    for (size_t i = 0; i < f->accounts.count; i++)
        set_groups(f, &f->accounts.items[i], &all[i], sorted);
}
