/* Job: no key that let the person in before does so any more. The journal keeps the lines. */
#include <string.h>
#include <strings.h>

#include "facts/secret.h"
#include "repair/access_parts.h"
#include "repair/key_edit.h"
#include "repair/key_places.h"
#include "syntax/ssh_key_given.h"

#define SAID_MAX 20u /* keys that are named one by one */

/* A key that is given anew stays where it stands, unless options bind it. */
static bool stays(const struct ssh_keys_given *given, const struct ssh_key_line *key)
{
    vec_each (one, &given->keys)
        if (!key->defect && key->options.count == 0 && key->glued_column == 0 && key->fingerprint &&
            strcmp(one->fingerprint, key->fingerprint) == 0)
            return true;
    return false;
}

static void say_gone(struct verb_context *c, const struct account_fact *account, const char *path,
                     int number, const struct ssh_key_line *key, size_t *said)
{
    if (!key->fingerprint || key->defect || (*said)++ >= SAID_MAX)
        return;
    /* whoever pastes a private key behind a public one makes a comment of it */
    const char *comment = key->comment ? secret_text(c->arena, bytes_of(key->comment)) : "";
    verb_note(c, arena_printf(c->arena, "no longer lets %s in: %s%s%s%s (%s:%d)", account->name,
                              key->cert_authority ? "certificates signed by " : "",
                              key->fingerprint, key->comment ? ", " : "", comment, path, number));
}

/* Every line that is or was meant to be a key: what is broken today may be mended tomorrow.
 * Comments stay, but for an agent's mark on the key that goes. */
static int empty_file(struct verb_context *c, const struct account_fact *account, const char *path,
                      const struct ssh_keys_given *given, size_t *said, struct err *e)
{
    struct text_file f;
    int code = text_open(c, path, false, &f, e);
    for (size_t i = 0, number = 1; code == 0 && i < f.lines.count; number++) {
        struct ssh_key_line key;
        ssh_key_line_parse(c->arena, f.lines.items[i].text, c->facts->os.openssh_version, &key);
        if (key.is_empty || stays(given, &key)) {
            i++;
            continue;
        }
        say_gone(c, account, path, (int)number, &key, said);
        text_remove(&f, (int)i + 1, 1);
        if (i > 0 && key_edit_is_agents_mark(f.lines.items[i - 1].text)) {
            text_remove(&f, (int)i, 1);
            i--;
        }
    }
    return code == 0 ? text_save(c, &f, e) : code;
}

/* Ways in by key that no line of the person's files opens. */
static void say_what_stays(struct verb_context *c, const struct account_fact *account)
{
    static const char *const ways[] = {"AuthorizedKeysCommand", "TrustedUserCAKeys",
                                       "AuthorizedPrincipalsCommand", "AuthorizedPrincipalsFile"};
    const struct effective *settings = key_places_settings(c, account);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const char *value = effective_value(settings, ways[i]);
        if (*value && strcasecmp(value, "none") != 0)
            verb_note(
                c, arena_printf(c->arena,
                                "sshd also lets in by %s %s: what that admits for %s is not in a "
                                "key file, and stays as it is",
                                ways[i], value, account->name));
    }
}

static int check_place(struct verb_context *c, const struct account_fact *account,
                       const struct key_place *place, bool *skip, struct err *e)
{
    const struct key_file_fact *file = place->file;
    bool has_keys = strcmp(file->state, "ok") == 0 && file->lines > 0;
    *skip = true;
    if (strcmp(file->state, "unreadable") == 0)
        return key_place_refuse(place, e);
    if (!has_keys)
        return 0;
    if (place->others || place->strange) {
        verb_note(c,
                  arena_printf(c->arena, "%s was left as it is: %s", file->path,
                               place->strange ? place->strange
                                              : arena_printf(c->arena, "sshd reads it for %s, too",
                                                             place->others)));
        if (place->is_read)
            verb_note(c, arena_printf(c->arena, "keys in %s still let %s in", file->path,
                                      account->name));
        return 0;
    }
    *skip = false;
    return 0;
}

int access_remove_prior_keys(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    struct ssh_keys_given given = {0};
    struct key_places places = {0};
    size_t said = 0;
    if (!request->remove_prior_keys)
        return 0;
    int code = access_keys_given(c, request, &given, e);
    const struct account_fact *account = code == 0 ? access_account(c, request, e) : NULL;
    if (!account)
        return code != 0 ? code : ERR_NOT_FOUND;
    key_places_read(c, account, &places);
    vec_each (place, &places.list) {
        bool skip = true;
        if (code == 0)
            code = check_place(c, account, place, &skip, e);
        if (code == 0 && !skip)
            code = empty_file(c, account, place->file->path, &given, &said, e);
    }
    if (said > SAID_MAX)
        verb_note(c, arena_printf(c->arena, "and %zu keys more", said - SAID_MAX));
    if (code == 0)
        say_what_stays(c, account);
    return code;
}
