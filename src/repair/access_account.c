/* Jobs on what lets an account in: its lock and its expiry. What else keeps a person out (a shell,
 * a key, sshd's lists) is no lock of the account, and stays. */
#include "repair/access_parts.h"

#include <string.h>

#include "facts/account_password.h"
#include "repair/account_lift.h"

/* PAM's account phase takes nobody without a line in shadow. */
static int make_entry(struct verb_context *c, const struct account_fact *account, struct err *e)
{
    bool in_passwd;
    vec_push(c->arena, &c->notes,
             arena_printf(c->arena, "%s had no line in " SHADOW_PATH ", and has one now",
                          account->name));
    return account_shadow_entry(c, account, &in_passwd, e);
}

/* Leading marks go where a hash stands behind them; a mark alone becomes a star, which lets keys in
 * and no password (as account_unlock, verb_account.c). */
static int take_mark(struct verb_context *c, const struct account_fact *account, struct err *e)
{
    bool in_shadow = strcmp(account->password_source, "shadow") == 0 || account->shadow_at.file;
    struct text_file f;
    struct text_line *line;
    if (account->password_state == PASSWORD_NO_ENTRY)
        return make_entry(c, account, e);
    int code =
        account_open_line(c, in_shadow ? SHADOW_PATH : PASSWD_PATH, account->name, &f, &line, e);
    if (code != 0)
        return code;
    struct bytes field = account_field(line->text, PASSWD_PASSWORD);
    if (account_password_read(field).state != PASSWORD_LOCKED)
        return 0;
    size_t marks = 0;
    while (marks < field.len && field.ptr[marks] == '!')
        marks++;
    struct bytes hash = bytes_cut(field, marks, field.len);
    bool has_hash = account_password_read(hash).state == PASSWORD_SET;
    account_field_set(c, line, PASSWD_PASSWORD, has_hash ? hash : bytes_of("*"));
    vec_push(c->arena, &c->notes,
             has_hash
                 ? arena_printf(c->arena, "%s is unlocked: the old password counts again",
                                account->name)
                 : arena_printf(c->arena,
                                "%s is unlocked for keys: there was no password behind the lock",
                                account->name));
    return text_save(c, &f, e);
}

int access_unlock(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *r = context;
    if (!r->unlock)
        return 0;
    const struct account_fact *account = access_account(c, r, e);
    if (!account)
        return e->code;
    size_t said = c->notes.count;
    int code = take_mark(c, account, e);
    if (code == 0)
        code = account_lift(c, account, r->expiry == ACCESS_EXPIRY_UNSAID, e);
    if (code == 0 && c->notes.count == said)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "the account %s is not locked", account->name));
    if (code == 0 && !account->can_log_in_shell)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "the shell of %s (%s) lets nobody in, and stays",
                              account->name, account->shell));
    return code;
}

/* pam_unix: from that day on the account is over. Day 0 is none to some tools and 1970 to others.
 */
static const char *day_wanted(struct verb_context *c, const struct access_request *r)
{
    if (r->expiry == ACCESS_EXPIRY_NEVER)
        return "";
    return arena_printf(c->arena, "%lld", (long long)(r->expires_on < 1 ? 1 : r->expires_on));
}

int access_expire(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *r = context;
    bool in_passwd;
    struct text_file f;
    struct text_line *line;
    if (r->expiry == ACCESS_EXPIRY_UNSAID)
        return 0;
    const struct account_fact *account = access_account(c, r, e);
    if (!account)
        return e->code;
    int code = account_shadow_entry(c, account, &in_passwd, e);
    if (code != 0)
        return code;
    if (in_passwd && r->expiry == ACCESS_EXPIRY_NEVER)
        return 0;
    if (in_passwd)
        return err_set(e, ERR_UNSUPPORTED,
                       "this guest has no " SHADOW_PATH ": no account of it can expire");
    code = account_open_line(c, SHADOW_PATH, account->name, &f, &line, e);
    if (code != 0)
        return code;
    account_field_set(c, line, SHADOW_EXPIRES, bytes_of(day_wanted(c, r)));
    if (r->expiry == ACCESS_EXPIRY_DAY) {
        const char *day = account_day_text(c->arena, r->expires_on);
        bool is_over = c->facts->at / 86400 >= r->expires_on;
        vec_push(c->arena, &c->notes,
                 is_over ? arena_printf(c->arena, "%s is past: %s no longer gets in, by any way",
                                        day, account->name)
                         : arena_printf(c->arena, "from %s on %s no longer gets in", day,
                                        account->name));
    }
    return text_save(c, &f, e);
}
