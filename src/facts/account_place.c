/* Homes and shells looked up in the tree; bounded, since a passwd can name 100000. */
#include "facts/account_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"


/* What sshd takes the field for: relative is from "/", the directory it runs in. */
static const char *home_path(struct arena *a, const char *home)
{
    return path_tidy(a, path_join(a, "/", home));
}

/* auth.c allowed_user: stat, a regular file, any x bit. */
static const char *shell_state(struct facts *f, const char *shell)
{
    const char *path = *shell ? path_join(f->arena, "/", shell) : "/bin/sh";
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE)
        return "unreadable";
    if (s.presence == PRESENCE_ABSENT)
        return "missing";
    if (s.node.type != NODE_FILE)
        return "not-regular";
    return s.node.mode & 0111 ? "ok" : "not-executable";
}

static void look_at_home(struct facts *f, struct account_fact *account)
{
    struct stat_answer s = tree_stat(f->tree, home_path(f->arena, account->home));
    account->home_uid = FACT_NO_NUMBER;
    if (s.presence == PRESENCE_UNREADABLE) {
        account->home_state = "unreadable";
    } else if (s.presence == PRESENCE_ABSENT) {
        account->home_state = "missing";
    } else if (s.node.type != NODE_DIRECTORY) {
        account->home_state = "not-directory";
    } else {
        account->home_state = "ok";
        account->home_real = s.real_path;
        account->home_uid = s.node.uid;
    }
}

void accounts_look_at_places(struct facts *f)
{
    struct text_list paths = {0};
    size_t n = f->accounts.count < LIMIT_ACCOUNT_PLACES ? f->accounts.count : LIMIT_ACCOUNT_PLACES;
    for (size_t i = 0; i < n; i++) {
        const struct account_fact *account = &f->accounts.items[i];
        text_list_add(f->arena, &paths, home_path(f->arena, account->home));
        text_list_add(f->arena, &paths, *account->shell ? account->shell : "/bin/sh");
    }
    tree_prefetch(f->tree, paths.items, paths.count);
    for (size_t i = 0; i < f->accounts.count; i++) {
        struct account_fact *account = &f->accounts.items[i];
        if (i >= n) {
            account->shell_state = account->home_state = "not-looked-at";
            account->home_uid = FACT_NO_NUMBER;
            continue;
        }
        account->shell_state = shell_state(f, account->shell);
        look_at_home(f, account);
    }
    if (n < f->accounts.count)
        facts_add_gap(f, "account", place_of_file("/etc/passwd"),
                      "a limit was hit: homes and shells of the first 2000 accounts only");
}
