/* ChrootDirectory for each person it could be for: every component of it as session.c
 * safely_chroot looks at it, and the shell that must be inside. */
#include "facts/session_parts.h"

#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/os_library.h"
#include "facts/sshd_tokens.h"

#define CHROOTS_MAX 32u
#define PEOPLE_MAX  500u

/* NULL: safely_chroot takes PATH. */
static const char *component_defect(struct facts *f, const char *path, struct session_fact *out)
{
    struct stat_answer s = tree_stat(f->tree, path);
    out->path = path;
    out->mode = NULL;
    out->at = place_of_file(path);
    if (s.presence == PRESENCE_UNREADABLE)
        return "unreadable";
    if (s.presence == PRESENCE_ABSENT)
        return "missing";
    out->mode = arena_printf(f->arena, "%04o", s.node.mode & 07777);
    if (s.node.uid != 0)
        return "owner";
    if (s.node.mode & 022)
        return "writable";
    return s.node.type == NODE_DIRECTORY ? NULL : "not-directory";
}

static const char *directory_defect(struct facts *f, const char *path, struct session_fact *out)
{
    if (path[0] != '/')
        return "relative";
    if (strlen(path) >= LIMIT_PATH_BYTES)
        return "missing";
    for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
        size_t n = slash == path ? 1 : (size_t)(slash - path);
        const char *component = arena_text(f->arena, bytes_cut(bytes_of(path), 0, n));
        const char *defect = component_defect(f, component, out);
        if (defect)
            return defect;
    }
    return component_defect(f, path, out);
}

/* The loader and libraries below ROOT. What ld.so.conf in there names is not followed: then
 * nothing is said to be missing. */
static void find_missing_inside(struct facts *f, const char *root, const struct elf_facts *elf,
                                struct text_list *missing)
{
    if (elf->interpreter && elf->interpreter[0] == '/' &&
        !session_resolve(f, root, elf->interpreter))
        text_list_add(f->arena, missing, elf->interpreter);
    if (session_resolve(f, root, "/etc/ld.so.conf") || session_resolve(f, root, "/etc/ld.so.cache"))
        return;
    struct text_list directories = facts_library_directories(f);
    for (size_t i = 0; i < elf->needed.count && i < 64; i++) {
        const char *name = elf->needed.items[i];
        bool found = strchr(name, '/') != NULL;
        for (size_t k = 0; !found && k < elf->search.count; k++)
            found = session_resolve(f, root, path_join(f->arena, elf->search.items[k], name));
        for (size_t k = 0; !found && k < directories.count; k++)
            found = session_resolve(f, root, path_join(f->arena, directories.items[k], name));
        if (!found)
            text_list_add(f->arena, missing, name);
    }
}

static void look_at_shell(struct facts *f, const struct account_fact *account, const char *value,
                          const char *root)
{
    const char *shell = *account->shell ? account->shell : "/bin/sh";
    struct session_fact s = {.item = "chroot-shell",
                             .user = account->name,
                             .name = value,
                             .path = path_join(f->arena, root, shell),
                             .at = place_of_file(path_join(f->arena, root, shell))};
    struct stat_answer real = tree_stat(f->tree, root);
    root =
        real.presence != PRESENCE_PRESENT || strcmp(real.real_path, "/") == 0 ? "" : real.real_path;
    const char *inside = session_resolve(f, root, shell);
    struct stat_answer there = {.presence = PRESENCE_ABSENT};
    if (inside)
        there = tree_stat(f->tree, path_join(f->arena, root, inside));
    struct elf_facts elf = {0};
    if (there.presence == PRESENCE_ABSENT)
        s.defect = "missing";
    else if (there.presence == PRESENCE_PRESENT &&
             (there.node.type != NODE_FILE || !(there.node.mode & 0111)))
        s.defect = "not-executable";
    else if (there.presence == PRESENCE_PRESENT)
        s.defect = session_program_defect(f, root, shell, &s.missing, &elf);
    if (!s.defect && elf.architecture) {
        find_missing_inside(f, root, &elf, &s.missing);
        s.defect = s.missing.count > 0 ? "library-missing" : NULL;
    }
    session_add(f, s);
}

static void look_at(struct facts *f, const struct account_fact *account, const char *value)
{
    const char *path = value[0] == '~' ? NULL : sshd_tokens_expand(f->arena, account, value);
    struct session_fact s = {.item = "chroot",
                             .user = account->name,
                             .name = value,
                             .path = path,
                             .at = place_of_file(path)};
    s.defect = value[0] == '~' ? "unreadable" : path ? directory_defect(f, path, &s) : "token";
    session_add(f, s);
    if (!s.defect)
        look_at_shell(f, account, value, path);
}

void session_read_chroots(struct facts *f)
{
    struct text_list values = {0};
    vec_each (d, &f->sshd->directives) {
        if (!d->is_valid || strcmp(d->keyword, "ChrootDirectory") != 0 || !d->value ||
            strcasecmp(d->value, "none") == 0 || text_list_has(&values, d->value))
            continue;
        if (values.count == CHROOTS_MAX) {
            facts_add_gap(f, "session", d->at, "a limit was hit: more than 32 ChrootDirectory");
            return;
        }
        text_list_add(f->arena, &values, d->value);
    }
    size_t people = 0;
    for (size_t k = 0; values.count > 0 && k < f->accounts.count; k++) {
        const struct account_fact *account = &f->accounts.items[k];
        if (!account->nss_visible || account->shadowed || !account->name || !account->shell ||
            (account->is_system && !account->can_log_in_shell))
            continue;
        if (people++ == PEOPLE_MAX) {
            facts_add_gap(f, "session", account->at,
                          "a limit was hit: ChrootDirectory of more than 500 people");
            return;
        }
        for (size_t i = 0; i < values.count; i++)
            look_at(f, account, values.items[i]);
    }
}
