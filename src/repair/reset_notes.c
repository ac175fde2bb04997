/* What a reset takes away and gives, in sentences: nothing that widens or narrows access is silent.
 */
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"
#include "repair/reset.h"

static const char *value_of(const struct facts *f, const char *key)
{
    const char *value = sshd_config_value(f->sshd, key);
    return value ? value : "";
}

static void note_change(struct sshd_reset *r, const struct facts *before, const char *key,
                        const char *meaning)
{
    const char *was = value_of(before, key), *is = value_of(r->c->facts, key);
    if (strcasecmp(was, is) != 0)
        vec_push(r->c->arena, &r->c->notes,
                 arena_printf(r->c->arena, "%s was \"%s\" and is \"%s\" now%s%s", key, was, is,
                              *meaning ? ": " : "", meaning));
}

/* A second factor that is asked for, be it of one person only. */
static bool has_factor(const struct facts *f)
{
    vec_each (d, &f->sshd->directives)
        if (strcasecmp(d->keyword, "AuthenticationMethods") == 0 && d->is_valid &&
            strcasecmp(d->value, "any") != 0)
            return true;
    return false;
}

static bool is_set(const struct facts *f, const struct sshd_directive *like)
{
    vec_each (d, &f->sshd->directives)
        if (d->match == 0 && strcasecmp(d->keyword, like->keyword) == 0 &&
            strcmp(d->value ? d->value : "", like->value ? like->value : "") == 0)
            return true;
    return false;
}

/* What has a sentence of its own. */
static bool is_told(const char *keyword)
{
    static const char *const told[] = {"AuthenticationMethods",  "KbdInteractiveAuthentication",
                                       "PasswordAuthentication", "PermitRootLogin",
                                       "PermitEmptyPasswords",   "Include",
                                       "PubkeyAuthentication"};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (strcasecmp(told[i], keyword) == 0)
            return true;
    return false;
}

/* Settings of before that the guest no longer has, by name. */
static void note_gone(struct sshd_reset *r, const struct facts *before)
{
    enum { NAMES_MAX = 40 };
    struct text_list names = {0};
    size_t matches = 0;
    vec_each (d, &before->sshd->directives)
        if (d->match == 0 && d->is_valid && !d->from_command_line && !is_told(d->keyword) &&
            !is_set(r->c->facts, d) && names.count < NAMES_MAX &&
            !text_list_has(&names, d->keyword))
            text_list_add(r->c->arena, &names, d->keyword);
    vec_each (m, &before->sshd->matches)
        matches += m->at.file != NULL;
    vec_each (m, &r->c->facts->sshd->matches)
        matches -= m->at.file != NULL && matches > 0;
    if (names.count > 0)
        vec_push(r->c->arena, &r->c->notes,
                 arena_printf(r->c->arena, "settings that no longer hold: %s",
                              text_list_join(r->c->arena, &names, ", ")));
    if (matches > 0)
        vec_push(r->c->arena, &r->c->notes,
                 arena_printf(r->c->arena, "%zu Match block%s gone", matches,
                              matches == 1 ? " is" : "s are"));
}

/* What no reset reaches. */
static void note_command_line(struct sshd_reset *r)
{
    vec_each (d, &r->c->facts->sshd->directives)
        if (d->from_command_line && d->at.file && !path_is_below(d->at.file, "/usr") &&
            !path_is_below(d->at.file, "/lib") &&
            !path_is_below(d->at.file, "/etc/crypto-policies"))
            vec_push(r->c->arena, &r->c->notes,
                     arena_printf(r->c->arena,
                                  "%s is set on sshd's command line by %s, which beats the file",
                                  d->keyword, d->at.file));
    const char *path = r->c->facts->sshd->path;
    if (strcmp(path, RESET_CONFIG) != 0 && !path_is_below(path, "/usr"))
        vec_push(r->c->arena, &r->c->notes,
                 arena_printf(r->c->arena, "sshd is started with %s, which is not what was reset",
                              path));
}

void reset_notes(struct sshd_reset *r, const struct facts *before)
{
    if (has_factor(before) && !has_factor(r->c->facts))
        vec_push(r->c->arena, &r->c->notes,
                 "AuthenticationMethods is gone: what was asked for beside the first factor is no "
                 "longer asked for");
    note_change(r, before, "KbdInteractiveAuthentication",
                "logins with a second factor by PAM go through it");
    note_change(r, before, "PasswordAuthentication", "who has a password is asked for it or not");
    note_change(r, before, "PermitRootLogin", "");
    note_change(r, before, "PermitEmptyPasswords", "");
    note_change(r, before, "PubkeyAuthentication", "");
    note_gone(r, before);
    note_command_line(r);
}
