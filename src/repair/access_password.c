/* Job: a new password where this guest looks for it, the account open for it, and sshd asking for
 * it. The password goes into libcrypt and nowhere else. */
#include "repair/access_parts.h"

#include <string.h>

#include "base/limits.h"
#include "facts/account_password.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "repair/account_lift.h"
#include "repair/password_scheme.h"
#include "repair/sshd_edit.h"

/* --- the hash --------------------------------------------------------------------------------- */

/* bcrypt would let the rest of a long password go unseen. */
static int choose(struct verb_context *c, const struct access_request *r,
                  struct password_choice *choice, struct err *e)
{
    int code = password_choose(c, choice, e);
    if (code != 0)
        return code;
    if (r->password.len > choice->bytes_max)
        return err_set(e, ERR_REFUSED,
                       "the password is longer than %zu bytes, which this guest's libcrypt takes",
                       choice->bytes_max);
    if (choice->scheme == PASSWORD_BCRYPT && r->password.len > PASSWORD_BYTES_BCRYPT) {
        choice->scheme = PASSWORD_SHA512;
        choice->cost = password_cost(PASSWORD_SHA512, 0);
        choice->note = "bcrypt looks at the first 72 bytes alone";
    }
    return 0;
}

static void say_scheme(struct verb_context *c, const struct access_request *r,
                       const struct password_choice *choice)
{
    const char *name = password_scheme_name(choice->scheme);
    verb_note(c, choice->note ? arena_printf(c->arena, "the password of %s is hashed with %s: %s",
                                             r->user, name, choice->note)
                              : arena_printf(c->arena, "the password of %s is hashed with %s (%s)",
                                             r->user, name, choice->source));
}

/* What stands behind the marks of a lock. */
static struct bytes unmarked(struct bytes field)
{
    size_t marks = 0;
    while (marks < field.len && field.ptr[marks] == '!')
        marks++;
    return bytes_cut(field, marks, field.len);
}

/* A password that is there already keeps its salt, so that the same request has nothing to do. */
static int put_hash(struct verb_context *c, const struct access_request *r, const char *path,
                    struct err *e)
{
    struct password_choice choice;
    struct text_file f;
    struct text_line *line;
    int code = choose(c, r, &choice, e);
    if (code == 0)
        code = account_open_line(c, path, r->user, &f, &line, e);
    if (code != 0)
        return code;
    struct bytes field = account_field(line->text, PASSWD_PASSWORD), own = unmarked(field);
    if (account_password_read(field).state == PASSWORD_LOCKED)
        verb_note(c, arena_printf(c->arena, "%s was locked, and is not any more", r->user));
    if (password_is(c->arena, choice.scheme, choice.cost, r->password, own)) {
        verb_note(c, arena_printf(c->arena, "it is the password that %s has already", r->user));
        account_field_set(c, line, PASSWD_PASSWORD, own);
        return text_save(c, &f, e);
    }
    const char *hash = password_hash(c->arena, choice.scheme, choice.cost, r->password, e);
    if (!hash)
        return e->code;
    say_scheme(c, r, &choice);
    account_field_set(c, line, PASSWD_PASSWORD, bytes_of(hash));
    if (strcmp(path, SHADOW_PATH) == 0)
        account_field_set(c, line, SHADOW_CHANGED, bytes_of(account_today(c)));
    return text_save(c, &f, e);
}

/* passwd sends whoever asks to shadow. */
static int point_to_shadow(struct verb_context *c, const char *name, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = account_open_line(c, PASSWD_PATH, name, &f, &line, e);
    if (code != 0 || bytes_equal_text(account_field(line->text, PASSWD_PASSWORD), "x"))
        return code;
    account_field_set(c, line, PASSWD_PASSWORD, bytes_of("x"));
    verb_note(c,
              arena_printf(c->arena,
                           "the password of %s moves from " PASSWD_PATH " to " SHADOW_PATH, name));
    return text_save(c, &f, e);
}

static int set_password(struct verb_context *c, const struct access_request *r,
                        const struct account_fact *account, struct err *e)
{
    bool in_passwd;
    int code = account_shadow_entry(c, account, &in_passwd, e);
    if (code == 0 && !in_passwd)
        code = point_to_shadow(c, r->user, e);
    return code == 0 ? put_hash(c, r, in_passwd ? PASSWD_PATH : SHADOW_PATH, e) : code;
}

/* --- the guest's own wishes ------------------------------------------------------------------- */

/* The least length that its PAM asks of people; 0: none. */
static int64_t least_length(struct verb_context *c)
{
    int64_t least = 0;
    vec_each (entry, &c->facts->pam)
        for (size_t i = 0;
             entry->type && strcmp(entry->type, "password") == 0 && i < entry->arguments.count; i++)
            if (strncmp(entry->arguments.items[i], "minlen=", 7) == 0)
                text_number(bytes_of(entry->arguments.items[i] + 7), 0, 1000, &least);
    struct read_answer r = tree_read(c->tree, "/etc/security/pwquality.conf", LIMIT_CONFIG_BYTES);
    struct bytes rest = r.content, line;
    while (least == 0 && r.presence == PRESENCE_PRESENT && text_next_line(&rest, &line)) {
        struct text_list words = text_words(c->arena, line, " \t\r=");
        if (words.count == 2 && strcmp(words.items[0], "minlen") == 0)
            text_number(bytes_of(words.items[1]), 0, 1000, &least);
    }
    return least;
}

/* --- the way in ------------------------------------------------------------------------------- */

/* The user's walk by password, as sshd has it now. */
static const struct walk *password_walk(struct verb_context *c, const char *user)
{
    const char *const users[] = {user};
    struct login_question question = *c->input->question;
    question.users = users;
    question.user_count = 1;
    question.password = true;
    struct login_answer *answer = login_judge(c->facts, &question);
    vec_each (walk, &answer->walks)
        if (walk->subject.method == METHOD_PASSWORD && strcmp(walk->subject.user, user) == 0)
            return walk;
    return NULL;
}

/* The lock of gate auth about KEYWORD; NULL: there is none. */
static const struct reason *lock_of(const struct walk *w, const char *keyword)
{
    const struct gate_answer *auth = &w->gates[GATE_AUTH];
    for (size_t i = 0; i < auth->reason_count; i++) {
        const struct reason *r = &auth->reasons[i];
        if (r->state == GATE_SHUT && r->keyword && strcmp(r->keyword, keyword) == 0)
            return r;
    }
    return NULL;
}

/* For this user alone, whoever else may type one or not; nothing where sshd asks already. A second
 * factor that it asks for as well stays (plan_scope.kept). */
static int open_way(struct verb_context *c, const struct access_request *r, struct err *e)
{
    const struct walk *walk = password_walk(c, r->user);
    if (!walk)
        return 0;
    if (lock_of(walk, "PermitRootLogin"))
        verb_note(c,
                  arena_printf(c->arena,
                               "sshd has refused passwords of root; for %s alone it takes them now",
                               r->user));
    if (r->password_for_all || !lock_of(walk, "PasswordAuthentication"))
        return 0;
    int code = sshd_edit_for_user(c, r->user, "PasswordAuthentication", "yes", e);
    if (code != 0)
        return code;
    verb_note(c, arena_printf(c->arena,
                              "sshd asks %s for a password now, and nobody else whom it did not "
                              "ask before",
                              r->user));
    return 0;
}

/* --password-auth all: the line whose value wins, in whatever file that is. */
static int open_for_all(struct verb_context *c, struct err *e)
{
    static const char key[] = "PasswordAuthentication";
    if (strcmp(sshd_config_value(c->facts->sshd, key), "yes") == 0)
        return 0;
    struct json *step = json_new_object(c->arena);
    json_set_string(c->arena, step, "key", key);
    json_set_string(c->arena, step, "value", "yes");
    int code = verb_sshd_set(c, step, e);
    json_free(step);
    if (code == 0)
        verb_note(c, "sshd asks everybody for a password now");
    return code;
}

int access_set_password(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *r = context;
    if (!r->password.ptr)
        return 0;
    const struct account_fact *account = access_account(c, r, e);
    if (!account)
        return e->code;
    int code = password_check(r->password, r->user, e);
    int64_t least = least_length(c);
    if (code == 0 && (int64_t)r->password.len < least)
        verb_note(c, arena_printf(c->arena,
                                  "the password is shorter than the %lld characters that the "
                                  "guest asks of people",
                                  (long long)least));
    if (code == 0)
        code = set_password(c, r, account, e);
    if (code == 0)
        code = account_lift(c, account, r->expiry == ACCESS_EXPIRY_UNSAID, e);
    if (code == 0)
        code = open_way(c, r, e);
    return code == 0 && r->password_for_all ? open_for_all(c, e) : code;
}
