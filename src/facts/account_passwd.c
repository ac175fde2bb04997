/* passwd as getpwnam of the guest sees it: one account record for each line with fields. */
#include "facts/account_parts.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/account_lines.h"
#include "facts/account_password.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/secret.h"

#define PASSWD          "/etc/passwd"
#define DEFAULT_UID_MIN 1000

static int64_t uid_minimum(struct facts *f)
{
    static const char *const files[] = {"/etc/login.defs", "/usr/etc/login.defs"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct read_answer r = tree_read(f->tree, files[i], LIMIT_CONFIG_BYTES);
        if (r.presence != PRESENCE_PRESENT)
            continue;
        struct bytes rest = r.content, line;
        while (text_next_line(&rest, &line)) {
            line = text_trim(line);
            int64_t n;
            if (bytes_start_with(line, "UID_MIN") && line.len > 8 &&
                text_number(text_trim(bytes_cut(line, 7, line.len)), 1, UINT32_MAX, &n))
                return n;
        }
        break;
    }
    return DEFAULT_UID_MIN;
}

/* Programs that end the session at once or that nobody logs in for. */
static bool is_login_shell(const char *shell)
{
    static const char *const none[] = {"nologin", "false", "sync",     "shutdown",
                                       "halt",    "true",  "poweroff", "reboot"};
    const char *name = path_name(shell);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (strcmp(name, none[i]) == 0)
            return false;
    return true;
}

/* From field 7 on: glibc takes the rest of the line, further colons included. */
static struct bytes shell_of(const struct account_line *l)
{
    if (l->field_count < 7)
        return (struct bytes){"", 0};
    return bytes_cut(l->text, (size_t)l->columns[6] - 1, l->text.len);
}

/* nss_files fgetpwent_r parse_line; musl getpwent_a.c. NULL when the line is seen as written. */
static const char *line_defect(const struct facts *f, const struct account_line *l,
                               struct account_fact *account)
{
    bool has_uid = l->field_count > 2 && account_number_field(f, l->fields[2], &account->uid);
    bool has_gid = l->field_count > 3 && account_number_field(f, l->fields[3], &account->gid);
    account->nss_visible = has_uid && has_gid && l->fields[0].len > 0;
    if (l->fields[0].len > 0 && (l->fields[0].ptr[0] == '+' || l->fields[0].ptr[0] == '-')) {
        account->nss_visible = false;
        return "nis-leftover";
    }
    if (accounts_musl(f) && l->field_count < 7)
        account->nss_visible = false;
    if (l->field_count < 7)
        return "fields-missing";
    if (l->fields[0].len == 0)
        return "empty-name";
    if (!has_uid)
        return "bad-uid";
    if (!has_gid)
        return "bad-gid";
    return l->field_count > 7 ? "fields-extra" : NULL;
}

static void add_account(struct facts *f, const struct account_file *file,
                        const struct account_line *l, int64_t uid_min)
{
    struct arena *a = f->arena;
    struct account_fact *account = vec_push_new(a, &f->accounts);
    *account = (struct account_fact){
        .name = secret_text(a, l->fields[0]),
        .uid = FACT_NO_NUMBER,
        .gid = FACT_NO_NUMBER,
        .home = l->field_count > 5 ? secret_text(a, l->fields[5]) : "",
        .shell = secret_text(a, shell_of(l)),
        .last_change = FACT_NO_NUMBER,
        .minimum = FACT_NO_NUMBER,
        .maximum = FACT_NO_NUMBER,
        .warn = FACT_NO_NUMBER,
        .inactive = FACT_NO_NUMBER,
        .expires = FACT_NO_NUMBER,
        .at = {file->path, l->line, 0},
    };
    account->defect = line_defect(f, l, account);
    account->is_system =
        account->uid != FACT_NO_NUMBER && account->uid > 0 && account->uid < uid_min;
    account->can_log_in_shell = is_login_shell(account->shell);
    /* x (or pam_unix's ## form) sends readers to shadow; anything else is the password itself. */
    bool in_shadow = l->field_count > 1 &&
                     (bytes_equal_text(l->fields[1], "x") || bytes_start_with(l->fields[1], "##"));
    account->password_source = in_shadow ? "shadow" : "passwd";
    if (!in_shadow) {
        struct password_field p =
            account_password_read(l->field_count > 1 ? l->fields[1] : (struct bytes){0});
        account->password_state = p.state;
        account->scheme = p.scheme;
    }
    account->password = account_password_name(account->password_state);
    if (account->defect) {
        int column = strcmp(account->defect, "bad-uid") == 0   ? l->columns[2]
                     : strcmp(account->defect, "bad-gid") == 0 ? l->columns[3]
                                                               : 0;
        account_add_row(f, file, l->line, column, l->fields[0], account->defect,
                        arena_printf(a, "%zu fields, 7 expected", l->field_count));
    }
}

static int by_uid(const void *a, const void *b)
{
    const struct account_fact *const *x = a, *const *y = b;
    if ((*x)->uid != (*y)->uid)
        return (*x)->uid < (*y)->uid ? -1 : 1;
    return (*x)->at.line < (*y)->at.line ? -1 : (*x)->at.line > (*y)->at.line;
}

static void find_same_uids(struct facts *f, const struct account_file *file)
{
    size_t n = 0;
    struct account_fact **sorted = arena_alloc_array(f->arena, f->accounts.count, sizeof *sorted);
    vec_each (account, &f->accounts)
        if (account->nss_visible && !account->shadowed)
            sorted[n++] = account;
    if (n > 1)
        qsort(sorted, n, sizeof *sorted, by_uid);
    const struct account_fact *first = n > 0 ? sorted[0] : NULL;
    for (size_t i = 1; i < n; i++) {
        if (sorted[i]->uid != first->uid) {
            first = sorted[i];
            continue;
        }
        account_add_row(f, file, sorted[i]->at.line, 0, bytes_of(sorted[i]->name), "duplicate-uid",
                        arena_printf(f->arena, "%s has uid %lld too", first->name,
                                     (long long)first->uid));
    }
}

struct name_index accounts_read_passwd(struct facts *f)
{
    struct account_file file;
    account_file_read(f, PASSWD, "passwd", LENS_PASSWD, &file);
    int64_t uid_min = uid_minimum(f);
    vec_each (line, &file.lines)
        if (facts_has_room(f, "account", f->accounts.count))
            add_account(f, &file, line, uid_min);
    size_t n = f->accounts.count, seen = 0;
    struct name_entry *entries = arena_alloc_array(f->arena, n, sizeof *entries);
    for (size_t i = 0; i < n; i++)
        if (f->accounts.items[i].nss_visible)
            entries[seen++] = (struct name_entry){f->accounts.items[i].name, i};
    struct name_index names = name_index_make(entries, seen);
    for (size_t i = 0; i < seen; i++) {
        if (!name_index_repeats(&names, i))
            continue;
        struct account_fact *account = &f->accounts.items[names.entries[i].index];
        account->shadowed = true;
        account_add_row(f, &file, account->at.line, 0, bytes_of(account->name), "duplicate-name",
                        "an earlier line has the same name and wins");
    }
    find_same_uids(f, &file);
    return names;
}
