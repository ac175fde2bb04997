#include "repair/account_lift.h"

#include <string.h>
#include <time.h>

#define SECONDS_A_DAY 86400
#define TALLY_RECORD  64u /* pam_tally2.h: struct tallylog */

static int64_t today_of(const struct verb_context *c)
{
    return c->facts->at / SECONDS_A_DAY;
}

const char *account_day_text(struct arena *a, int64_t day)
{
    char text[64];
    struct tm parts;
    time_t moment = (time_t)day * SECONDS_A_DAY;
    if (day < 0 || day > 3000000 || !gmtime_r(&moment, &parts) ||
        strftime(text, sizeof text, "%Y-%m-%d", &parts) == 0)
        return arena_printf(a, "day %lld", (long long)day);
    return arena_strdup(a, text);
}

/* --- the line --------------------------------------------------------------------------------- */

int account_shadow_entry(struct verb_context *c, const struct account_fact *account,
                         bool *in_passwd, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = account_open_line(c, PASSWD_PATH, account->name, &f, &line, e);
    *in_passwd = false;
    if (code != 0)
        return code;
    bool asks_shadow = bytes_equal_text(account_field(line->text, PASSWD_PASSWORD), "x");
    if (!asks_shadow && !account_has_file(c, SHADOW_PATH)) {
        *in_passwd = true;
        return 0;
    }
    struct json *step = json_new_object(c->arena);
    json_set_string(c->arena, step, "name", account->name);
    code = verb_shadow_entry(c, step, e);
    json_free(step);
    return code;
}

static int set_day(struct verb_context *c, const char *name, size_t field, const char *value,
                   struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = account_open_line(c, SHADOW_PATH, name, &f, &line, e);
    if (code != 0)
        return code;
    account_field_set(c, line, field, bytes_of(value));
    return text_save(c, &f, e);
}

/* A number of days of the line as it is now; FACT_NO_NUMBER: none. */
static int64_t day_of(struct bytes line, size_t field)
{
    uint32_t n;
    return account_number_of(account_field(line, field), &n) ? (int64_t)n : FACT_NO_NUMBER;
}

static int lift_expiry(struct verb_context *c, const struct account_fact *account, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    if (!account_has_file(c, SHADOW_PATH) ||
        account_open_line(c, SHADOW_PATH, account->name, &f, &line, e) != 0) {
        *e = (struct err){0};
        return 0;
    }
    int64_t ends = day_of(line->text, SHADOW_EXPIRES);
    if (ends == FACT_NO_NUMBER || today_of(c) < ends)
        return 0;
    verb_note(c, arena_printf(c->arena, "the account %s had expired on %s: it no longer ends",
                              account->name, account_day_text(c->arena, ends)));
    return set_day(c, account->name, SHADOW_EXPIRES, "", e);
}

/* Linux-PAM 1.6 and later count the last day as too old already; one day is no matter here. */
static int lift_ageing(struct verb_context *c, const struct account_fact *account, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    if (!account_has_file(c, SHADOW_PATH) ||
        account_open_line(c, SHADOW_PATH, account->name, &f, &line, e) != 0) {
        *e = (struct err){0};
        return 0;
    }
    int64_t changed = day_of(line->text, SHADOW_CHANGED);
    int64_t most = day_of(line->text, SHADOW_MAXIMUM);
    bool has_run_out = changed == 0 || (changed != FACT_NO_NUMBER && most != FACT_NO_NUMBER &&
                                        today_of(c) - changed >= most);
    int code = 0;
    if (most == 0) {
        verb_note(c, arena_printf(c->arena,
                                  "the password of %s had to be changed every day: no longer",
                                  account->name));
        code = set_day(c, account->name, SHADOW_MAXIMUM, "99999", e);
    }
    if (!has_run_out || code != 0)
        return code;
    verb_note(c, changed == 0
                     ? arena_printf(c->arena, "%s no longer has to change the password at once",
                                    account->name)
                     : arena_printf(c->arena,
                                    "the password of %s had become too old: its age begins "
                                    "anew today",
                                    account->name));
    return set_day(c, account->name, SHADOW_CHANGED, account_today(c), e);
}

/* --- counted failures ------------------------------------------------------------------------- */

/* pam_faillock keeps a file for each user, pam_tally2 a record for each uid in one. */
static bool counts_against(const struct pam_file_fact *file, const struct account_fact *account)
{
    static const char nothing[TALLY_RECORD];
    if (file->content.len == 0)
        return false;
    if (file->user)
        return strcmp(file->user, account->name) == 0 &&
               (strncmp(file->module, "pam_faillock", 12) == 0);
    if (strncmp(file->module, "pam_tally2", 10) != 0 || account->uid < 0)
        return false;
    size_t at = (size_t)account->uid * TALLY_RECORD;
    return at + TALLY_RECORD <= file->content.len &&
           memcmp(file->content.ptr + at, nothing, TALLY_RECORD) != 0;
}

static int clear_tallies(struct verb_context *c, const struct account_fact *account, struct err *e)
{
    int code = 0;
    vec_each (file, &c->facts->pam_files) {
        if (code != 0 || !counts_against(file, account))
            continue;
        struct json *step = json_new_object(c->arena);
        json_set_string(c->arena, step, "path", file->path);
        json_set_string(c->arena, step, "user", account->name);
        code = verb_tally_clear(c, step, e);
        json_free(step);
        verb_note(c, arena_printf(c->arena,
                                  "the failed logins of %s that %s had counted are forgotten",
                                  account->name, file->module));
    }
    return code;
}

int account_lift(struct verb_context *c, const struct account_fact *account, bool expiry,
                 struct err *e)
{
    int code = expiry ? lift_expiry(c, account, e) : 0;
    if (code == 0)
        code = lift_ageing(c, account, e);
    return code == 0 ? clear_tallies(c, account, e) : code;
}
