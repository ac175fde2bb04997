/* shadow as getspnam of the guest sees it: states and ageing go to the accounts. */
#include "facts/account_parts.h"

#include "facts/account_lines.h"
#include "facts/account_password.h"
#include "facts/collect.h"

#define SHADOW "/etc/shadow"

/* Field I as a number of days; empty is none. False: getspnam refuses the whole line. */
static bool days(const struct facts *f, const struct account_line *l, size_t i, int64_t *out)
{
    *out = FACT_NO_NUMBER;
    if (i >= l->field_count || l->fields[i].len == 0)
        return true;
    int64_t n;
    if (!account_number_field(f, l->fields[i], &n))
        return false;
    /* A cast to int: 4294967295 stands for "none". */
    *out = n > INT32_MAX ? n - ((int64_t)1 << 32) : n;
    if (*out == -1)
        *out = FACT_NO_NUMBER;
    return true;
}

static bool is_blank(struct bytes b)
{
    return text_trim(b).len == 0;
}

/* glibc fgetspent_r parse_line: five fields alone are the old form; from six on all of the first
 * eight must be there. musl wants all nine. False: getspnam skips it, for DEFECT. */
static bool line_visible(const struct facts *f, const struct account_line *l,
                         struct account_fact *ages, const char **defect, int *column)
{
    int64_t *fields[] = {&ages->last_change, &ages->minimum,  &ages->maximum,
                         &ages->warn,        &ages->inactive, &ages->expires};
    *defect = l->field_count < 9 ? "fields-missing" : l->field_count > 9 ? "fields-extra" : NULL;
    *column = 0;
    bool blank_end = l->field_count == 6 && is_blank(l->fields[5]);
    for (size_t i = 2; i < 8; i++) {
        if (days(f, l, i, fields[i - 2]))
            continue;
        if (i == 5 && blank_end) /* blanks end the old form: they are no number that is wrong */
            continue;
        *defect = "bad-number";
        *column = l->columns[i];
        return false;
    }
    if (l->field_count >= 9) {
        int64_t flag;
        struct bytes last = bytes_cut(l->text, (size_t)l->columns[8] - 1, l->text.len);
        if (last.len > 0 && !account_number_field(f, last, &flag)) {
            *defect = "bad-number";
            *column = l->columns[8];
            return false;
        }
        return true;
    }
    if (accounts_musl(f) || l->field_count < 5)
        return false;
    bool old_form = (l->field_count == 5 && l->fields[4].len > 0) || blank_end;
    /* INT_FIELD_MAYBE_NULL wants something left on the line: the last of eight may not be empty. */
    return old_form || (l->field_count == 8 && l->fields[7].len > 0);
}

static void take_entry(struct facts *f, const struct account_file *file,
                       const struct account_line *l, const struct name_index *names)
{
    const char *name = arena_text(f->arena, l->fields[0]), *defect;
    struct account_fact ages;
    int column;
    if (name[0] == '+' || name[0] == '-') {
        account_add_row(f, file, l->line, 0, l->fields[0], "nis-leftover", NULL);
        return;
    }
    bool visible = line_visible(f, l, &ages, &defect, &column);
    if (!visible)
        account_add_row(f, file, l->line, column, l->fields[0], defect, "the line is not seen");
    size_t i = name_index_first(names, name);
    if (i == NO_INDEX) {
        account_add_row(f, file, l->line, 0, l->fields[0], "no-passwd-entry", NULL);
        return;
    }
    struct account_fact *account = &f->accounts.items[i];
    if (!visible)
        return;
    if (account->shadow_at.file) {
        account_add_row(f, file, l->line, 0, l->fields[0], "duplicate-name",
                        "an earlier line has the same name and wins");
        return;
    }
    account->shadow_at = (struct place){file->path, l->line, 0};
    account->last_change = ages.last_change;
    account->minimum = ages.minimum;
    account->maximum = ages.maximum;
    account->warn = ages.warn;
    account->inactive = ages.inactive;
    account->expires = ages.expires;
    struct password_field p = account_password_read(l->fields[1]);
    account->shadow_state = p.state;
    account->shadow_scheme = p.scheme;
    if (strcmp(account->password_source, "shadow") != 0)
        return;
    account->password_state = p.state;
    account->scheme = p.scheme;
    account->password = account_password_name(p.state);
}

static void read_gshadow(struct facts *f)
{
    struct account_file file;
    account_file_read(f, "/etc/gshadow", "gshadow", LENS_GSHADOW, &file);
    vec_each (l, &file.lines)
        if (l->field_count != 4)
            account_add_row(f, &file, l->line, 0, l->fields[0],
                            l->field_count < 4 ? "fields-missing" : "fields-extra", NULL);
}

void accounts_read_shadow(struct facts *f, const struct name_index *names)
{
    struct account_file file;
    account_file_read(f, SHADOW, "shadow", LENS_SHADOW, &file);
    if (file.presence != PRESENCE_UNREADABLE) {
        vec_each (account, &f->accounts) {
            if (strcmp(account->password_source, "shadow") != 0)
                continue;
            account->password_state = PASSWORD_NO_ENTRY;
            account->password = account_password_name(PASSWORD_NO_ENTRY);
        }
    }
    vec_each (line, &file.lines)
        take_entry(f, &file, line, names);
    read_gshadow(f);
}
