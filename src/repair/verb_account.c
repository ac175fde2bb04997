/* Verbs on one account that is there: its fields in passwd and shadow. A password field never
 * becomes empty, and no verb sets a password. */
#include <string.h>

#include "base/path.h"
#include "facts/account_password.h"
#include "repair/account_edit.h"

static const struct account_fact *account_of(struct verb_context *c, const char *name,
                                             struct err *e)
{
    const struct account_fact *account = facts_account(c->facts, name);
    if (!account)
        err_set(e, ERR_NOT_FOUND, "there is no account \"%s\"", name);
    return account;
}

/* Where the password of NAME stands: shadow where passwd says so (or has a line of that name for an
 * sshd without PAM, which asks shadow first), else passwd. */
static int open_password(struct verb_context *c, const char *name, struct text_file *f,
                         struct text_line **line, struct err *e)
{
    const struct account_fact *account = account_of(c, name, e);
    if (!account)
        return ERR_NOT_FOUND;
    bool in_shadow = strcmp(account->password_source, "shadow") == 0 || account->shadow_at.file;
    const char *counted = json_member_string(json_member(c->record, "at"), "file");
    if (counted && strcmp(counted, PASSWD_PATH) == 0)
        in_shadow = false;
    return account_open_line(c, in_shadow ? SHADOW_PATH : PASSWD_PATH, name, f, line, e);
}

static int set_password(struct verb_context *c, const char *name, const char *value, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    if (!*value || strpbrk(value, ":\n\r"))
        return err_set(e, ERR_REFUSED, "a password field is never made empty");
    int code = open_password(c, name, &f, &line, e);
    if (code != 0)
        return code;
    account_field_set(c, line, PASSWD_PASSWORD, bytes_of(value)); /* field 2 in both files */
    return text_save(c, &f, e);
}

static int set_day(struct verb_context *c, const char *name, size_t field, const char *value,
                   struct err *e)
{
    struct text_file f;
    struct text_line *line;
    if (strcmp(value, "today") == 0)
        value = account_today(c);
    if (strlen(value) > 9 || value[strspn(value, "0123456789")])
        return err_set(e, ERR_INTERNAL, "\"%s\" is no number of days", value);
    int code = account_open_line(c, SHADOW_PATH, name, &f, &line, e);
    if (code != 0)
        return code;
    account_field_set(c, line, field, bytes_of(value));
    return text_save(c, &f, e);
}

int verb_account_field(struct verb_context *c, const struct json *step, struct err *e)
{
    static const struct {
        const char *name;
        size_t field;
    } days[] = {{"last_change", SHADOW_CHANGED}, {"minimum", SHADOW_MINIMUM},
                {"maximum", SHADOW_MAXIMUM},     {"warn", SHADOW_WARN},
                {"inactive", SHADOW_INACTIVE},   {"expires", SHADOW_EXPIRES}};
    const char *name = step_text(step, "name"), *field = step_text(step, "field");
    const char *value = step_text(step, "value");
    if (strcmp(field, "password") == 0)
        return set_password(c, name, value, e);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (strcmp(days[i].name, field) == 0)
            return set_day(c, name, days[i].field, value, e);
    return err_set(e, ERR_INTERNAL, "an account has no field \"%s\"", field);
}

/* What has run out of an account, and only that: the day of the account, or the time in which the
 * password had to be changed. */
int verb_account_renew(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name");
    const struct account_fact *a = account_of(c, name, e);
    if (!a)
        return ERR_NOT_FOUND;
    int64_t today = c->facts->at / 86400;
    if (a->expires != FACT_NO_NUMBER && a->expires >= 0 && today >= a->expires)
        return set_day(c, name, SHADOW_EXPIRES, "", e);
    bool has_maximum = a->maximum != FACT_NO_NUMBER && a->maximum >= 0;
    bool aged = a->last_change != FACT_NO_NUMBER &&
                (a->last_change == 0 || (has_maximum && today - a->last_change >= a->maximum));
    return aged ? set_day(c, name, SHADOW_CHANGED, "today", e) : 0;
}

/* Keys need no more than that the field does not begin with "!": a star takes its place, in front
 * of a hash too, and no password counts that did not before. For a password the marks go from its
 * hash, as usermod -U takes them. */
int verb_account_unlock(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name");
    const char *method = json_member_string(c->record, "method");
    struct text_file f;
    struct text_line *line;
    int code = open_password(c, name, &f, &line, e);
    if (code != 0)
        return code;
    struct bytes field = account_field(line->text, PASSWD_PASSWORD);
    size_t marks = 0;
    while (marks < field.len && (field.ptr[marks] == '!' || field.ptr[marks] == '*'))
        marks++;
    struct bytes rest = bytes_cut(field, marks, field.len);
    bool has_hash = account_password_read(rest).state == PASSWORD_SET;
    if (method && strcmp(method, "publickey") != 0) {
        if (!has_hash)
            return err_set(e, ERR_NOT_FOUND,
                           "there is no password behind the lock of %s: a new one has to be set",
                           name);
        account_field_set(c, line, PASSWD_PASSWORD, rest);
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "the old password of %s counts again", name));
    } else if (marks > 0 && field.ptr[0] == '!') {
        const char *kept = has_hash ? arena_text(c->arena, rest) : "";
        account_field_set(c, line, PASSWD_PASSWORD, bytes_of(arena_printf(c->arena, "*%s", kept)));
        if (has_hash)
            vec_push(c->arena, &c->notes,
                     arena_printf(c->arena, "keys of %s count again; the password stays locked",
                                  name));
    }
    return text_save(c, &f, e);
}

/* A locked password that stops keys where PAM is off: a star for the one who was named, which
 * changes nothing for others; PAM where it is everybody's. */
int verb_account_admit_key(struct verb_context *c, const struct json *step, struct err *e)
{
    return c->input->question->user_count > 0 ? verb_account_unlock(c, step, e)
                                              : verb_sshd_set(c, step, e);
}

/* Quotes, blanks and the like that a script left around a hash. */
int verb_account_hash_trim(struct verb_context *c, const struct json *step, struct err *e)
{
    static const char around[] = "\"'` \t\r";
    const char *name = step_text(step, "name");
    struct text_file f;
    struct text_line *line;
    int code = open_password(c, name, &f, &line, e);
    if (code != 0)
        return code;
    struct bytes field = account_field(line->text, PASSWD_PASSWORD);
    size_t from = 0, to = field.len;
    while (from < to && field.ptr[from] && strchr(around, field.ptr[from]))
        from++;
    while (to > from && field.ptr[to - 1] && strchr(around, field.ptr[to - 1]))
        to--;
    struct bytes hash = bytes_cut(field, from, to);
    if (hash.len == field.len || account_password_read(hash).state != PASSWORD_SET)
        return err_set(e, ERR_NOT_FOUND, "no hash is left of it: a new password has to be set");
    account_field_set(c, line, PASSWD_PASSWORD, hash);
    return text_save(c, &f, e);
}

/* A program that everybody may run, and not the one at NOT_THIS. */
static bool is_program(struct verb_context *c, const char *path, const char *not_this)
{
    struct stat_answer s = tree_stat(c->tree, path), other = tree_stat(c->tree, not_this);
    return s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && s.node.size > 0 &&
           (s.node.mode & 0111) == 0111 &&
           (other.presence != PRESENCE_PRESENT || strcmp(other.real_path, s.real_path) != 0);
}

static int set_passwd_field(struct verb_context *c, const char *name, size_t field,
                            const char *value, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    if (strpbrk(value, ":\n\r"))
        return err_set(e, ERR_REFUSED, "\"%s\" cannot stand in " PASSWD_PATH, value);
    int code = account_open_line(c, PASSWD_PATH, name, &f, &line, e);
    if (code != 0)
        return code;
    account_field_set(c, line, field, bytes_of(value));
    return text_save(c, &f, e);
}

/* A shell of the system's that has lost nothing but the right to run it. */
static int restore_mode(struct verb_context *c, const char *shell, struct err *e)
{
    struct stat_answer s = tree_stat(c->tree, shell);
    struct node_state state;
    bool is_system = s.presence == PRESENCE_PRESENT &&
                     (path_is_below(s.real_path, "/bin") || path_is_below(s.real_path, "/usr/bin"));
    if (!is_system || s.node.type != NODE_FILE || s.node.uid != 0 || s.node.size == 0 ||
        (s.node.mode & 07022) || (s.node.mode & 0111) == 0111)
        return err_set(e, ERR_NOT_FOUND, "there is no shell on this disk that works");
    int code = overlay_state(c->tree, s.real_path, false, &state, e);
    state.mode |= 0555;
    return code == 0 ? overlay_put(c->tree, s.real_path, &state, e) : code;
}

/* The shell that the step names, or another that this guest has; without any, the account's own is
 * made runnable again. Accounts of services keep theirs. */
int verb_account_shell(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name"), *shell = step_text(step, "shell");
    const char *const known[] = {"/bin/bash", shell,      "/usr/bin/bash",
                                 "/bin/sh",   "/bin/ash", "/bin/dash"};
    const struct account_fact *account = account_of(c, name, e);
    if (!account)
        return ERR_NOT_FOUND;
    if (account->is_system)
        return err_set(e, ERR_REFUSED, "%s is an account of the system, not of a person", name);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i] && *known[i] == '/' && is_program(c, known[i], account->shell))
            return set_passwd_field(c, name, PASSWD_SHELL, known[i], e);
    return restore_mode(c, *account->shell ? account->shell : "/bin/sh", e);
}

/* The home must be there, and a directory. */
int verb_account_home(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *home = step_text(step, "home");
    struct stat_answer s = tree_stat(c->tree, home);
    if (*home != '/' || s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
        return err_set_at(e, ERR_REFUSED, home, 0, 0, "is no directory that could be a home");
    return set_passwd_field(c, step_text(step, "name"), PASSWD_HOME, home, e);
}
