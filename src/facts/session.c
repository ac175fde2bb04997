/* The section session: login shells, what execve and ld.so need of them and whether their users may
 * have it. sshd: session.c do_child; kernel: fs/exec.c, fs/binfmt_elf.c, fs/binfmt_script.c. */
#include "facts/session.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/os_library.h"
#include "facts/safe_path.h"
#include "facts/session_parts.h"

#define SHELLS_MAX    32u
#define MAY_READ      4u
#define MAY_EXECUTE   1u
#define SCRIPT_LEVELS 4

static const struct fact_field session_fields[] = {
    FACT_FIELD(session_fact, item, FIELD_TEXT),   FACT_FIELD(session_fact, user, FIELD_TEXT),
    FACT_FIELD(session_fact, name, FIELD_TEXT),   FACT_FIELD(session_fact, path, FIELD_TEXT),
    FACT_FIELD(session_fact, defect, FIELD_TEXT), FACT_FIELD(session_fact, mode, FIELD_TEXT),
    FACT_FIELD(session_fact, value, FIELD_TEXT),  FACT_FIELD(session_fact, missing, FIELD_TEXTS),
    FACT_FIELD(session_fact, at, FIELD_PLACE),
};
const struct fact_kind session_kind = FACT_KIND("session", session_fact, session_fields);

/* A file or directory that not everybody may pass. */
struct hurdle {
    const char *path;
    struct node node;
    unsigned bit;
};

struct hurdles {
    VEC(struct hurdle) items;
};

bool session_is_asked(const struct account_fact *account)
{
    return account->nss_visible && !account->shadowed && account->name && account->shell &&
           account->shell_state && account->can_log_in_shell;
}

struct session_fact *session_add(struct facts *f, struct session_fact s)
{
    if (!facts_has_room(f, "session", f->session.count))
        return arena_new_struct(f->arena, struct session_fact);
    vec_push(f->arena, &f->session, s);
    return &f->session.items[f->session.count - 1];
}

/* "#!/bin/sh -e": the program; NULL when the line names none. */
static const char *script_program(struct arena *a, struct bytes text)
{
    const char *newline = memchr(text.ptr, '\n', text.len);
    size_t end = newline ? (size_t)(newline - text.ptr) : text.len;
    struct text_list words = text_words(a, bytes_cut(text, 2, end), " \t");
    return words.count > 0 ? words.items[0] : NULL;
}

const char *session_program_defect(struct facts *f, const char *root, const char *path,
                                   struct text_list *missing, struct elf_facts *elf)
{
    for (int level = 0; level < SCRIPT_LEVELS; level++) {
        const char *inside = session_resolve(f, root, path);
        struct read_answer r =
            inside ? tree_read(f->tree, path_join(f->arena, root, inside), LIMIT_BINARY_BYTES)
                   : (struct read_answer){.presence = PRESENCE_ABSENT};
        if (r.presence == PRESENCE_ABSENT) {
            text_list_add(f->arena, missing, path);
            return "no-interpreter";
        }
        if (r.presence == PRESENCE_UNREADABLE)
            return NULL;
        if (r.content.len == 0)
            return "empty";
        if (r.content.len >= 4 && memcmp(r.content.ptr, "\0\0\0\0", 4) == 0)
            return "garbage";
        if (bytes_start_with(r.content, "#!")) {
            path = script_program(f->arena, r.content);
            if (!path || path[0] != '/')
                return NULL;
            continue;
        }
        elf_read(f->arena, r.content, elf);
        return NULL;
    }
    return NULL;
}

const char *session_resolve(struct facts *f, const char *root, const char *path)
{
    struct arena *a = f->arena;
    const char *done = "", *rest = path;
    for (int links = 0; links < LIMIT_SYMLINKS;) {
        rest += strspn(rest, "/");
        if (!*rest)
            return *done ? done : "/";
        size_t n = strcspn(rest, "/");
        const char *name = arena_text(a, bytes_cut(bytes_of(rest), 0, n));
        rest += n;
        if (strcmp(name, ".") == 0)
            continue;
        if (strcmp(name, "..") == 0) {
            done = *done ? path_parent(a, done) : done;
            done = strcmp(done, "/") == 0 ? "" : done;
            continue;
        }
        const char *next = path_join(a, *done ? done : "/", name);
        struct stat_answer s = tree_lstat(f->tree, path_join(a, root, next));
        if (s.presence == PRESENCE_ABSENT)
            return NULL;
        if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_SYMLINK) {
            struct link_answer link = tree_readlink(f->tree, path_join(a, root, next));
            if (link.presence != PRESENCE_PRESENT)
                return NULL;
            links++;
            if (link.target[0] == '/')
                done = "";
            rest = arena_printf(a, "%s/%s", link.target, rest);
            continue;
        }
        done = next;
    }
    return NULL;
}

static void add_hurdle(struct facts *f, struct hurdles *list, const char *path,
                       const struct node *node, unsigned bit)
{
    uint32_t all = bit | bit << 3 | bit << 6;
    if ((node->mode & all) == all)
        return;
    vec_each (known, &list->items)
        if (strcmp(known->path, path) == 0)
            return;
    vec_push(f->arena, &list->items, ((struct hurdle){path, *node, bit}));
}

static void add_directories_above(struct facts *f, struct hurdles *list, const char *real_path)
{
    for (const char *path = real_path; strcmp(path, "/") != 0;) {
        path = path_parent(f->arena, path);
        struct stat_answer s = tree_lstat(f->tree, path);
        if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY)
            add_hurdle(f, list, path, &s.node, MAY_EXECUTE);
    }
}

/* PATH and all directories on the way to it, by its names and in truth. False: it is not there. */
static bool add_way(struct facts *f, struct hurdles *list, const char *path, unsigned bit)
{
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence != PRESENCE_PRESENT)
        return false;
    add_hurdle(f, list, s.real_path, &s.node, bit);
    add_directories_above(f, list, s.real_path);
    for (const char *named = path; strcmp(named, "/") != 0;) {
        named = path_parent(f->arena, named);
        struct stat_answer d = tree_stat(f->tree, named);
        if (d.presence == PRESENCE_PRESENT && d.node.type == NODE_DIRECTORY) {
            add_hurdle(f, list, d.real_path, &d.node, MAY_EXECUTE);
            add_directories_above(f, list, d.real_path);
        }
    }
    return true;
}

static void add_library_ways(struct facts *f, struct hurdles *list, const struct elf_facts *elf)
{
    if (elf->interpreter && elf->interpreter[0] == '/')
        add_way(f, list, elf->interpreter, MAY_EXECUTE);
    struct text_list directories = facts_library_directories(f);
    for (size_t i = 0; i < elf->needed.count && i < 64; i++) {
        const char *name = elf->needed.items[i];
        bool found = strchr(name, '/') != NULL;
        for (size_t k = 0; !found && k < elf->search.count; k++)
            found = add_way(f, list, path_join(f->arena, elf->search.items[k], name), MAY_READ);
        for (size_t k = 0; !found && k < directories.count; k++)
            found = add_way(f, list, path_join(f->arena, directories.items[k], name), MAY_READ);
    }
}

static void add_blocked(struct facts *f, const struct account_fact *account,
                        const struct hurdles *list)
{
    vec_each (h, &list->items) {
        if (safe_path_may(account, &h->node, h->bit))
            continue;
        session_add(f, (struct session_fact){.item = "shell-path",
                                             .user = account->name,
                                             .name = account->shell,
                                             .path = h->path,
                                             .defect = h->node.type == NODE_DIRECTORY ? "no-search"
                                                       : h->bit == MAY_EXECUTE        ? "no-execute"
                                                                                      : "no-read",
                                             .mode = arena_printf(f->arena, "%04o",
                                                                  h->node.mode & 07777),
                                             .at = place_of_file(h->path)});
        return;
    }
}

/* sshd looks for a relative one from "/", and starts it from the home directory. */
static void add_relative(struct facts *f, const struct account_fact *account)
{
    const char *home = account->home_real;
    if (!*account->shell || account->shell[0] == '/' || !home || strcmp(home, "/") == 0 ||
        tree_stat(f->tree, path_join(f->arena, home, account->shell)).presence != PRESENCE_ABSENT)
        return;
    session_add(f, (struct session_fact){.item = "shell-path",
                                         .user = account->name,
                                         .name = account->shell,
                                         .path = path_join(f->arena, home, account->shell),
                                         .defect = "relative",
                                         .at = account->at});
}

/* One shell of passwd, and everybody who has it. */
static void read_shell(struct facts *f, const char *field)
{
    const char *path = *field ? path_join(f->arena, "/", field) : "/bin/sh";
    struct elf_facts elf = {0};
    struct session_fact s = {.item = "shell",
                             .name = field,
                             .path = path,
                             .at = place_of_file(path)};
    s.defect = session_program_defect(f, "", path, &s.missing, &elf);
    bool same_machine =
        elf.architecture && f->os.architecture && strcmp(elf.architecture, f->os.architecture) == 0;
    if (!s.defect && same_machine) {
        s.missing = facts_missing_libraries(f, &elf);
        s.defect = s.missing.count > 0 ? "library-missing" : NULL;
    }
    session_add(f, s);
    struct hurdles hurdles = {0};
    add_way(f, &hurdles, path, MAY_EXECUTE);
    if (same_machine)
        add_library_ways(f, &hurdles, &elf);
    if (hurdles.items.count == 0 && *field == '/')
        return;
    vec_each (account, &f->accounts) {
        if (!session_is_asked(account) || strcmp(account->shell, field) != 0)
            continue;
        add_relative(f, account);
        add_blocked(f, account, &hurdles);
    }
}

void facts_read_session(struct facts *f)
{
    struct text_list shells = {0};
    vec_each (account, &f->accounts) {
        if (!session_is_asked(account) || text_list_has(&shells, account->shell))
            continue;
        if (strcmp(account->shell_state, "ok") != 0)
            continue;
        if (shells.count == SHELLS_MAX) {
            facts_add_gap(f, "session", account->at, "a limit was hit: more than 32 login shells");
            break;
        }
        text_list_add(f->arena, &shells, account->shell);
        read_shell(f, account->shell);
    }
    session_read_programs(f);
    session_read_chroots(f);
    session_read_startup(f);
    session_read_environment(f);
}
