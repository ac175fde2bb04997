/* Authorized key files of everybody who may log in: state, StrictModes, access, lines. */
#include "facts/key_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/safe_path.h"


static void read_labels(struct facts *f, struct key_file_fact *out)
{
    struct xattrs_answer x = tree_xattrs(f->tree, out->real_path);
    for (size_t i = 0; x.presence == PRESENCE_PRESENT && i < x.count; i++) {
        struct bytes value = x.xattrs[i].value;
        if (strcmp(x.xattrs[i].name, "system.posix_acl_access") == 0)
            out->has_acl = true;
        if (strcmp(x.xattrs[i].name, "security.selinux") != 0)
            continue;
        while (value.len > 0 && value.ptr[value.len - 1] == '\0')
            value.len--;
        out->label = arena_text(f->arena, value);
    }
}

static void look_at(struct facts *f, struct key_lines_cache *cache,
                    const struct account_fact *account, struct key_file_fact *out)
{
    struct stat_answer s = tree_stat(f->tree, out->path);
    if (s.presence == PRESENCE_ABSENT) {
        struct stat_answer l = tree_lstat(f->tree, out->path);
        out->state =
            l.presence == PRESENCE_PRESENT && l.node.type == NODE_SYMLINK ? "dangling" : "missing";
        return;
    }
    if (s.presence == PRESENCE_UNREADABLE) {
        out->state = s.reason && strstr(s.reason, "symbolic links") ? "loop" : "unreadable";
        out->detail = s.reason;
        if (strcmp(out->state, "unreadable") == 0)
            facts_add_gap(f, "key_file", out->at, s.reason);
        return;
    }
    out->real_path = s.real_path;
    if (s.node.type != NODE_FILE) {
        out->state = "not-regular";
        out->detail = arena_printf(f->arena, "a %s", node_type_name(s.node.type));
        return;
    }
    key_judge_access(f, account, &s.node, out);
    struct safe_path_answer safe =
        safe_path_check(f, s.real_path, &s.node, account->home_real, account->uid);
    out->unsafe_path = safe.path;
    out->unsafe_kind = safe.kind;
    out->unsafe_why = safe.why;
    out->unsafe_mode = safe.mode;
    out->unsafe_uid = safe.path ? safe.uid : FACT_NO_NUMBER;
    read_labels(f, out);
    struct read_answer r = tree_read(f->tree, out->path, LIMIT_CONFIG_BYTES);
    if (r.presence != PRESENCE_PRESENT) {
        out->state = "unreadable";
        out->detail = r.reason;
        facts_add_gap(f, "key_file", out->at, r.reason);
        return;
    }
    if (r.cut)
        facts_add_gap(f, "key_file", out->at,
                      "a limit was hit: larger than 1 MiB, the rest is not read");
    key_read_lines(f, cache, r.content, out);
}

static void add_file(struct facts *f, struct key_lines_cache *cache,
                     const struct account_fact *account, const char *pattern, const char *path,
                     const char *state)
{
    if (!facts_has_room(f, "key_file", f->key_files.count))
        return;
    struct key_file_fact out = {.user = account->name,
                                .pattern = pattern,
                                .path = path,
                                .state = state ? state : "ok",
                                .unsafe_uid = FACT_NO_NUMBER,
                                .at = place_of_file(path)};
    if (!state)
        look_at(f, cache, account, &out);
    vec_push(f->arena, &f->key_files, out);
}

static void add_pattern(struct facts *f, struct key_lines_cache *cache,
                        const struct account_fact *account, const char *pattern)
{
    struct key_path p = key_path_expand(f, account, pattern);
    if (p.state || !key_path_is_glob(f, p.path)) {
        add_file(f, cache, account, pattern, p.path, p.state);
        return;
    }
    struct list_answer found = tree_glob(f->tree, p.path);
    bool unreadable = found.presence == PRESENCE_UNREADABLE;
    if (unreadable || found.cut || found.count > LIMIT_KEY_FILES_OF_ONE)
        facts_add_gap(f, "key_file", place_of_file(p.path),
                      unreadable ? found.reason
                                 : "a limit was hit: too many files fit the pattern");
    for (size_t i = 0; i < found.count && i < LIMIT_KEY_FILES_OF_ONE; i++)
        add_file(f, cache, account, pattern, found.names[i], NULL);
    if (unreadable)
        add_file(f, cache, account, pattern, p.path, "unreadable");
    else if (found.count == 0)
        add_file(f, cache, account, pattern, p.path, "missing");
}

/* Somebody who could ask to be let in with a key, or who is meant to. */
static bool is_candidate(const struct account_fact *account)
{
    if (!account->nss_visible || account->shadowed)
        return false;
    return account->uid == 0 || account->can_log_in_shell || account->is_admin ||
           (!account->is_system && strcmp(account->home_state, "ok") == 0);
}

/* Keys below /home/NAME while passwd sends sshd elsewhere. */
static void add_wrong_home(struct facts *f, struct key_lines_cache *cache,
                           const struct account_fact *account)
{
    const char *name = account->name;
    if (strchr(name, '/') || name[0] == '.' || !*name)
        return;
    const char *usual = path_join(f->arena, "/home", name);
    const char *home = path_tidy(f->arena, path_join(f->arena, "/", account->home));
    if (strcmp(home, usual) == 0 || (account->home_real && strcmp(account->home_real, usual) == 0))
        return;
    const char *path = path_join(f->arena, usual, ".ssh/authorized_keys");
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE)
        add_file(f, cache, account, "(home)", path, NULL);
}

static void prefetch(struct facts *f, const struct text_list *patterns)
{
    struct text_list paths = {0};
    size_t n = 0;
    vec_each (account, &f->accounts) {
        if (!is_candidate(account) || n++ >= LIMIT_ACCOUNTS_WITH_KEYS)
            continue;
        for (size_t i = 0; i < patterns->count; i++) {
            struct key_path p = key_path_expand(f, account, patterns->items[i]);
            if (p.state)
                continue;
            text_list_add(f->arena, &paths, path_parent(f->arena, p.path));
            text_list_add(f->arena, &paths, p.path);
        }
    }
    tree_prefetch(f->tree, paths.items, paths.count);
}

void keys_read_authorized(struct facts *f)
{
    struct text_list patterns = key_patterns(f);
    struct key_lines_cache cache;
    map_init(&cache.files, f->arena);
    prefetch(f, &patterns);
    size_t n = 0;
    vec_each (account, &f->accounts) {
        if (!is_candidate(account))
            continue;
        if (n++ >= LIMIT_ACCOUNTS_WITH_KEYS) {
            facts_add_gap(f, "key_file", place_of_file("/etc/passwd"),
                          "a limit was hit: key files of the first 2000 people only");
            return;
        }
        for (size_t i = 0; i < patterns.count; i++)
            add_pattern(f, &cache, account, patterns.items[i]);
        add_wrong_home(f, &cache, account);
    }
}
