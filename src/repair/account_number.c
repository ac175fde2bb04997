#include "repair/account_number.h"

#include <string.h>

#include "base/path.h"
#include "repair/account_defaults.h"

#define HOMES_MAX 1000u /* whose owners are looked at */

typedef VEC(uint32_t) numbers;

static bool has(const numbers *list, uint32_t number)
{
    vec_each (n, list)
        if (*n == number)
            return true;
    return false;
}

static void add_column(struct verb_context *c, const char *path, size_t field, numbers *out)
{
    struct text_file f;
    struct err e = {0};
    uint32_t n;
    if (text_open(c, path, false, &f, &e) != 0)
        return;
    vec_each (line, &f.lines)
        if (account_number_of(account_field(line->text, field), &n))
            vec_push(c->arena, out, n);
}

/* A home that outlived its account would become the newcomer's. */
static void add_home_owners(struct verb_context *c, numbers *out)
{
    struct list_answer homes = tree_list(c->tree, "/home");
    for (size_t i = 0; homes.presence == PRESENCE_PRESENT && i < homes.count && i < HOMES_MAX;
         i++) {
        struct stat_answer s = tree_lstat(c->tree, path_join(c->arena, "/home", homes.names[i]));
        if (s.presence == PRESENCE_PRESENT)
            vec_push(c->arena, out, s.node.uid);
    }
}

/* useradd's find_new_uid: one above the highest in use, else the lowest that is free. */
static uint32_t free_in(const numbers *used, int64_t least, int64_t most)
{
    int64_t next = least;
    vec_each (n, used)
        if (*n >= next && *n <= most)
            next = (int64_t)*n + 1;
    if (next <= most)
        return (uint32_t)next;
    for (int64_t n = least; n <= most && n - least <= (int64_t)used->count; n++)
        if (!has(used, (uint32_t)n))
            return (uint32_t)n;
    return 0;
}

/* What login.defs says, held to what makes sense; (uid_t)-1 and 65534 have meanings of their own.
 */
static void bounds(struct verb_context *c, const char *least_name, const char *most_name,
                   int64_t *least, int64_t *most)
{
    *least = login_defs_number(c, least_name, 1000);
    *most = login_defs_number(c, most_name, 60000);
    if (*least < 1 || *least > INT32_MAX)
        *least = 1000;
    if (*most < *least || *most > INT32_MAX)
        *most = *least + 59000;
}

uint32_t account_free_uid(struct verb_context *c, uint32_t preferred, struct err *e)
{
    numbers taken = {0};
    int64_t least, most;
    bounds(c, "UID_MIN", "UID_MAX", &least, &most);
    add_column(c, PASSWD_PATH, PASSWD_UID, &taken);
    if (preferred >= least && preferred <= most && !has(&taken, preferred))
        return preferred;
    add_home_owners(c, &taken);
    vec_push(c->arena, &taken, 65534);
    uint32_t uid = free_in(&taken, least, most);
    if (uid == 0)
        err_set(e, ERR_LIMIT, "every uid from %lld to %lld is taken", (long long)least,
                (long long)most);
    return uid;
}

uint32_t account_free_gid(struct verb_context *c, uint32_t preferred, struct err *e)
{
    numbers taken = {0};
    int64_t least, most;
    bounds(c, "GID_MIN", "GID_MAX", &least, &most);
    add_column(c, GROUP_PATH, GROUP_GID, &taken);
    add_column(c, PASSWD_PATH, PASSWD_GID, &taken);
    vec_push(c->arena, &taken, 65534);
    if (preferred > 0 && !has(&taken, preferred))
        return preferred;
    uint32_t gid = free_in(&taken, least, most);
    if (gid == 0)
        err_set(e, ERR_LIMIT, "every gid from %lld to %lld is taken", (long long)least,
                (long long)most);
    return gid;
}

uint32_t account_free_range(struct verb_context *c, const char *path, uint32_t from, uint32_t to,
                            uint32_t count)
{
    numbers starts = {0}, counts = {0};
    struct text_file f;
    struct err e = {0};
    uint32_t start, length;
    if (text_open(c, path, false, &f, &e) != 0)
        return 0;
    vec_each (line, &f.lines)
        if (account_number_of(account_field(line->text, 1), &start) &&
            account_number_of(account_field(line->text, 2), &length)) {
            vec_push(c->arena, &starts, start);
            vec_push(c->arena, &counts, length);
        }
    /* Each step gets past one range at least. */
    uint64_t first = from;
    for (size_t step = 0; step <= starts.count; step++) {
        uint64_t next = first;
        for (size_t i = 0; i < starts.count; i++) {
            uint64_t end = (uint64_t)starts.items[i] + counts.items[i];
            if (starts.items[i] < first + count && end > first && end > next)
                next = end;
        }
        if (next == first)
            return first + count - 1 <= to ? (uint32_t)first : 0;
        first = next;
    }
    return 0;
}
