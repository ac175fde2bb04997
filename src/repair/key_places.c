#include "repair/key_places.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "repair/text_edit.h"
#include "syntax/ssh_key.h"

#define EVERYBODY "everybody"

const struct effective *key_places_settings(struct verb_context *c,
                                            const struct account_fact *account)
{
    const struct login_question *q = c->input->question;
    struct subject *s = arena_new_struct(c->arena, struct subject);
    *s = (struct subject){.user = account->name,
                          .from = q->from,
                          .method = METHOD_PUBLICKEY,
                          .at = q->at};
    s->port = q->port;
    return effective_for(c->facts, s, account, q->port);
}

/* The same words give every account the same path: a list for all of them. */
static bool is_for_all(const char *pattern)
{
    return (*pattern == '/' || *pattern == '~') && !strstr(pattern, "%u") &&
           !strstr(pattern, "%U") && !strstr(pattern, "%h");
}

static bool same_file(const struct key_file_fact *a, const struct key_file_fact *b)
{
    return strcmp(a->path, b->path) == 0 ||
           (a->real_path && b->real_path && strcmp(a->real_path, b->real_path) == 0);
}

/* Somebody else who is let in by the same file. */
static const char *others_of(struct verb_context *c, const struct account_fact *account,
                             const struct key_file_fact *file)
{
    if (is_for_all(file->pattern))
        return EVERYBODY;
    vec_each (other, &c->facts->key_files)
        if (strcmp(other->user, account->name) != 0 && same_file(file, other))
            return other->user;
    return NULL;
}

/* A link out of the home that leads to something else than keys: the person may have made it, and
 * what is written would go there as root. */
static const char *strangeness_of(struct verb_context *c, const struct account_fact *account,
                                  const struct key_file_fact *file)
{
    const char *home = account->home_real;
    if (strcmp(file->state, "ok") != 0 || strcmp(file->path, file->real_path) == 0 ||
        (home && strcmp(home, "/") != 0 && path_is_below(file->real_path, home)))
        return NULL;
    struct stat_answer at_end = tree_lstat(c->tree, file->path);
    if (at_end.presence == PRESENCE_PRESENT && at_end.node.type != NODE_SYMLINK)
        return NULL; /* a directory on the way is a link, as /home may be */
    struct read_answer r = tree_read(c->tree, file->path, LIMIT_CONFIG_BYTES);
    struct bytes rest = r.content, line;
    while (text_next_line(&rest, &line)) {
        struct ssh_key_line key;
        ssh_key_line_parse(c->arena, line, c->facts->os.openssh_version, &key);
        if (!key.is_empty && !key.fingerprint)
            return arena_printf(c->arena, "a link to %s, which is no file of keys",
                                file->real_path);
    }
    return NULL;
}

static void add(struct verb_context *c, const struct account_fact *account,
                const struct key_file_fact *file, bool is_read, struct key_places *out)
{
    bool globs = (c->facts->os.openssh_version == 0 || c->facts->os.openssh_version >= 1000) &&
                 strpbrk(file->path, "*?[");
    vec_push(c->arena, &out->list,
             ((struct key_place){.file = file,
                                 .is_read = is_read,
                                 .may_be_made = strcmp(file->state, "missing") == 0 && !globs,
                                 .others = others_of(c, account, file),
                                 .strange = strangeness_of(c, account, file)}));
}

void key_places_read(struct verb_context *c, const struct account_fact *account,
                     struct key_places *out)
{
    struct text_list words = effective_words(key_places_settings(c, account), "AuthorizedKeysFile");
    for (size_t i = 0; i < words.count; i++)
        vec_each (file, &c->facts->key_files)
            if (strcmp(file->user, account->name) == 0 &&
                strcmp(file->pattern, words.items[i]) == 0)
                add(c, account, file, true, out);
    vec_each (file, &c->facts->key_files) {
        bool is_place = *file->pattern != '(' && strcmp(file->user, account->name) == 0;
        if (is_place && !text_list_has(&words, file->pattern))
            add(c, account, file, false, out);
    }
}

int key_place_refuse(const struct key_place *place, struct err *e)
{
    const struct key_file_fact *file = place->file;
    if (place->strange)
        return err_set_at(e, ERR_REFUSED, file->path, 0, 0, "%s", place->strange);
    if (place->others)
        return err_set_at(e, ERR_REFUSED, file->path, 0, 0,
                          "sshd reads this file for %s, too: a key in it would let in more than "
                          "one person",
                          place->others);
    if (strcmp(file->state, "not-regular") == 0)
        return err_set_at(e, ERR_REFUSED, file->path, 0, 0,
                          "it is no file (%s): take it away first", file->detail);
    return err_set_at(e, ERR_REFUSED, file->path, 0, 0, "cannot be read: %s",
                      file->detail ? file->detail : file->state);
}
