/* One step of the way to a key file made right: what sshd's StrictModes (misc.c safe_path) and the
 * person's own rights ask for, and no more. */
#include <string.h>

#include "base/path.h"
#include "repair/key_edit.h"

enum part { PART_HOME, PART_OWN, PART_OUTSIDE };

static enum part part_of(const struct account_fact *a, const char *path)
{
    const char *home = a->home_real ? a->home_real : a->home;
    if (!home || strcmp(home, "/") == 0)
        return PART_OUTSIDE;
    if (strcmp(path, home) == 0 || (a->home && strcmp(path, a->home) == 0))
        return PART_HOME;
    return path_is_below(path, home) ? PART_OWN : PART_OUTSIDE;
}

static const char *name_of_uid(const struct verb_context *c, uint32_t uid)
{
    vec_each (a, &c->facts->accounts)
        if (a->uid == (int64_t)uid && !a->shadowed)
            return a->name;
    return NULL;
}

/* A home, or a directory outside of it, that another account owns stays that account's. */
static int take_over(struct verb_context *c, struct node_state *s, const char *path, uint32_t uid,
                     uint32_t gid, struct err *e)
{
    const char *other = s->uid != 0 ? name_of_uid(c, s->uid) : NULL;
    if (other)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "it belongs to %s", other);
    s->uid = uid;
    s->gid = gid;
    return 0;
}

static int mend_home(struct verb_context *c, const struct account_fact *a, const char *path,
                     struct node_state *s, struct err *e)
{
    bool is_own = s->uid == (uint32_t)a->uid;
    bool gets_in = is_own || (s->mode & 0001) != 0;
    s->mode &= ~(uint32_t)022;
    if (is_own)
        s->mode |= 0700;
    if (is_own || (s->uid == 0 && gets_in))
        return 0;
    if (a->uid != 0 && strchr(path + 1, '/') == NULL)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a directory of the system is no home");
    return take_over(c, s, path, (uint32_t)a->uid, (uint32_t)a->gid, e);
}

static int mend_own(const struct account_fact *a, struct node_state *s)
{
    s->mode = s->type == NODE_DIRECTORY ? 0700 : (s->mode & ~(uint32_t)022) | 0600;
    if (s->uid != (uint32_t)a->uid) {
        s->uid = (uint32_t)a->uid;
        s->gid = (uint32_t)a->gid;
    }
    return 0;
}

/* Which of the three bits of rights are the person's: as the kernel picks them. */
static unsigned class_of(const struct account_fact *a, const struct node_state *s)
{
    if (s->uid == (uint32_t)a->uid)
        return 6;
    for (size_t i = 0; i < a->group_id_count; i++)
        if (s->gid == (uint32_t)a->group_ids[i])
            return 3;
    return 0;
}

/* A store for everybody's keys is root's; what the person may not do there, everybody may: keys are
 * no secret. */
static int mend_outside(struct verb_context *c, const struct account_fact *a, const char *path,
                        struct node_state *s, struct err *e)
{
    bool is_own = s->uid == (uint32_t)a->uid;
    int code = is_own || s->uid == 0 ? 0 : take_over(c, s, path, 0, 0, e);
    uint32_t needed = s->type == NODE_DIRECTORY ? 1 : 4;
    s->mode &= ~(uint32_t)022;
    if ((s->mode >> class_of(a, s) & needed) == 0)
        s->mode |= is_own ? needed << 6 : needed << 3 | needed;
    return code;
}

int verb_key_safe(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct account_fact *a = key_edit_account(c, step, e);
    const char *path = step_text(step, "path");
    struct stat_answer there = tree_stat(c->tree, path);
    struct node_state s;
    if (!a)
        return ERR_NOT_FOUND;
    if (there.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "is not there");
    int code = overlay_state(c->tree, there.real_path, false, &s, e);
    if (code != 0)
        return code;
    if (s.type == NODE_DIRECTORY && (s.mode & 01000) && (s.mode & 022))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "a directory for everybody's files is no place for keys");
    switch (part_of(a, there.real_path)) {
    case PART_HOME:
        code = mend_home(c, a, there.real_path, &s, e);
        break;
    case PART_OWN:
        code = mend_own(a, &s);
        break;
    case PART_OUTSIDE:
        code = mend_outside(c, a, there.real_path, &s, e);
        break;
    }
    if (code != 0)
        return code;
    return overlay_put(c->tree, there.real_path, &s, e);
}
