/* From the words of AuthorizedKeysFile to paths. sshd: auth.c expand_authorized_keys. */
#include "facts/key_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/sshd_tokens.h"

static void add_pattern(struct facts *f, struct text_list *list, const char *word)
{
    if (list->count < LIMIT_KEY_PATTERNS && !text_list_has(list, word))
        text_list_add(f->arena, list, word);
}

struct text_list key_patterns(struct facts *f)
{
    struct text_list list = {0};
    vec_each (d, &f->sshd->directives) {
        if (!d->is_valid || strcmp(d->keyword, "AuthorizedKeysFile") != 0)
            continue;
        for (size_t i = 0; i < d->arguments.count; i++)
            add_pattern(f, &list, d->arguments.items[i]);
    }
    const char *otherwise = sshd_config_default(f->sshd, "AuthorizedKeysFile");
    struct text_list words =
        text_words(f->arena,
                   bytes_of(otherwise && *otherwise ? otherwise
                                                    : ".ssh/authorized_keys .ssh/authorized_keys2"),
                   " \t");
    for (size_t i = 0; i < words.count; i++)
        add_pattern(f, &list, words.items[i]);
    return list;
}

/* servconf.c derelativise_path → misc.c tilde_expand: "~" is the home of root, who runs sshd. */
static const char *expand_tilde(struct facts *f, const char *pattern)
{
    if (pattern[0] != '~')
        return pattern;
    size_t n = strcspn(pattern, "/");
    const char *name = n > 1 ? arena_text(f->arena, (struct bytes){pattern + 1, n - 1}) : "root";
    const struct account_fact *account = facts_account(f, name);
    return account ? path_join(f->arena, path_join(f->arena, "/", account->home), pattern + n)
                   : pattern;
}

struct key_path key_path_expand(struct facts *f, const struct account_fact *account,
                                const char *pattern)
{
    if (strcasecmp(pattern, "none") == 0)
        return (struct key_path){pattern, "none"};
    const char *path = sshd_tokens_expand(f->arena, account, expand_tilde(f, pattern));
    if (!path)
        return (struct key_path){pattern, "bad-token"};
    if (path[0] != '/') /* auth.c expand_authorized_keys */
        path = path_join(f->arena, path_join(f->arena, "/", account->home), path);
    return (struct key_path){path_tidy(f->arena, path), NULL};
}

bool key_path_is_glob(const struct facts *f, const char *path)
{
    bool globs = f->os.openssh_version == 0 || f->os.openssh_version >= 1000;
    return globs && strpbrk(path, "*?[") != NULL;
}
