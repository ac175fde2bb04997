/* What let a person in by key may have stood before the password as well (a list that left the name
 * out). Who asked for a key alone gets in by key alone. */
#include <string.h>

#include "repair/access_parts.h"
#include "repair/sshd_edit.h"

static bool is_open(const struct judgement *j, const char *user, enum login_method method)
{
    const struct login_answer *const answers[] = {j->people, j->subjects};
    const struct walk wanted = {.subject = {.user = user, .method = method}};
    for (size_t i = 0; i < 2; i++) {
        const struct walk *w = login_same_walk(answers[i], &wanted);
        if (w)
            return walk_admission(w) == GATE_OPEN;
    }
    return false;
}

/* PAM asks for the same password by keyboard-interactive. */
static bool has_opened(const struct plan *p, const char *user)
{
    static const enum login_method methods[] = {METHOD_PASSWORD, METHOD_KEYBOARD_INTERACTIVE};
    for (size_t i = 0; i < 2; i++)
        if (!is_open(p->before, user, methods[i]) && is_open(p->after, user, methods[i]))
            return true;
    return false;
}

/* No other job was asked for that opens a way by password itself. */
static bool is_key_alone(const struct access_request *r)
{
    return r->key_count > 0 && !r->password.ptr && !r->password_for_all && !r->unlock &&
           !r->reset_ssh && !r->restore_ssh && r->create == ACCESS_CREATE_NO;
}

static int shut(struct verb_context *c, const char *user, const char *key, struct err *e)
{
    if (!sshd_edit_in_match(c, key))
        return err_set(e, ERR_REFUSED,
                       "with the key, %s would get in by password as well, and this sshd cannot "
                       "keep one from the other: give a password too, or lift the lock by hand",
                       user);
    vec_push(c->arena, &c->notes,
             arena_printf(c->arena,
                          "what kept %s out kept the password out as well; only a key was asked "
                          "for, so sshd takes no password from %s (%s no)",
                          user, user, key));
    return sshd_edit_for_user(c, user, key, "no", e);
}

/* Judge again after each: two lines of one block. */
int access_shut_other_ways(const struct repair_input *input, const struct access_request *request,
                           struct plan *p, struct err *e)
{
    static const char *const keys[] = {"PasswordAuthentication", "KbdInteractiveAuthentication"};
    int code = 0;
    for (size_t i = 0; is_key_alone(request) && i < 2 && code == 0; i++) {
        if (!has_opened(p, request->user))
            return 0;
        struct line_moves moves = {0};
        struct verb_context c = {.input = input,
                                 .arena = input->arena,
                                 .tree = input->tree,
                                 .facts = p->after->facts,
                                 .rule = "ssh-key",
                                 .user = request->user,
                                 .moves = &moves};
        size_t mark = overlay_mark(input->tree);
        code = shut(&c, request->user, keys[i], e);
        plan_note_causes(input, p, mark, NULL, "ssh-key");
        vec_each (note, &c.notes)
            vec_push(input->arena, &p->notes, *note);
        if (p->after != p->before)
            judgement_free(p->after);
        p->after = judgement_make(input);
    }
    return code;
}
