/* What is wrong with a request whatever the guest is. */
#include "repair/access.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "repair/password.h"
#include "syntax/ssh_key_given.h"

/* --- words ------------------------------------------------------------------------------------ */

int access_take_expiry(const char *text, struct access_request *r, struct err *e)
{
    static const char shape[] = "dddd-dd-dd";
    struct tm when = {0};
    bool is_date = strlen(text) == sizeof shape - 1;
    for (size_t i = 0; is_date && shape[i]; i++)
        is_date = shape[i] == 'd' ? isdigit((unsigned char)text[i]) != 0 : text[i] == shape[i];
    if (strcmp(text, "never") == 0) {
        r->expiry = ACCESS_EXPIRY_NEVER;
        return 0;
    }
    if (is_date && strptime(text, "%Y-%m-%d", &when)) {
        struct tm asked = when;
        time_t seconds = timegm(&when); /* makes March of 31 February: that is no date */
        r->expiry = ACCESS_EXPIRY_DAY;
        r->expires_on = seconds / (24 * 60 * 60);
        if (when.tm_mday == asked.tm_mday && when.tm_mon == asked.tm_mon && seconds > 0)
            return 0;
    }
    return err_set(
        e, ERR_USAGE,
        "a day is wanted, such as 2026-12-31 (from which on the account lets nobody in), "
        "or never; not \"%s\"",
        text);
}

/* What no account database could hold; whether the distribution's useradd takes it is another
 * question. */
static int check_name(const char *name, struct err *e)
{
    bool bad = !*name || *name == '-' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    for (const char *c = name; *c; c++)
        bad |= iscntrl((unsigned char)*c) || isspace((unsigned char)*c) || strchr(":/,\"'<>", *c);
    return bad ? err_set(e, ERR_USAGE, "\"%s\" is no name of a user", name) : 0;
}

/* --- jobs ------------------------------------------------------------------------------------- */

static bool grants(const struct access_request *r)
{
    return r->create != ACCESS_CREATE_NO || r->key_count > 0 || r->remove_prior_keys ||
           r->password.ptr || r->sudo != ACCESS_SUDO_UNSAID || r->expiry != ACCESS_EXPIRY_UNSAID ||
           r->unlock;
}

static int check_jobs(const struct access_request *r, struct err *e)
{
    if (!access_has_job(r) && !r->check_disk && !r->repair_disk)
        return err_set(e, ERR_USAGE,
                       "nothing was asked for: say what access is to do (--ssh-key FILE, "
                       "--password-prompt, --reset-ssh …)");
    if (grants(r) && !r->user)
        return err_set(e, ERR_USAGE, "whose access is it? say --user NAME");
    if (r->remove_user && r->user && strcmp(r->remove_user, r->user) == 0)
        return err_set(e, ERR_USAGE, "%s cannot be removed and given access at once", r->user);
    if (r->remove_user && (r->reset_ssh || r->restore_ssh))
        return err_set(e, ERR_USAGE,
                       "to remove a user and to reset sshd are two jobs: one after the other");
    if (r->reset_ssh && r->restore_ssh)
        return err_set(e, ERR_USAGE, "sshd's configuration is reset or restored, not both");
    if (r->check_disk && r->repair_disk)
        return err_set(e, ERR_USAGE, "a disk is checked or repaired, not both");
    return 0;
}

int access_check(struct arena *a, const struct access_request *r, struct err *e)
{
    for (size_t i = 0; i < r->key_count; i++)
        if (ssh_keys_given_refuse_private(a, r->keys[i].text, r->keys[i].source, e))
            return e->code;
    if (check_jobs(r, e) || (r->user && check_name(r->user, e)) ||
        (r->remove_user && check_name(r->remove_user, e)))
        return e->code;
    return r->password.ptr ? password_check(r->password, r->user, e) : 0;
}
