/* nsswitch.conf: the order of look-ups and the modules that are not installed. */
#include "facts/nsswitch.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/facts.h"
#include "facts/os_library.h"

#define NSSWITCH "/etc/nsswitch.conf"

static const struct fact_field nsswitch_fields[] = {
    FACT_FIELD(nsswitch_fact, db, FIELD_TEXT),
    FACT_FIELD(nsswitch_fact, sources, FIELD_TEXTS),
    FACT_FIELD(nsswitch_fact, missing_modules, FIELD_TEXTS),
    FACT_FIELD(nsswitch_fact, has_files, FIELD_BOOL),
    FACT_FIELD(nsswitch_fact, is_default, FIELD_BOOL),
    FACT_FIELD(nsswitch_fact, at, FIELD_PLACE),
};
const struct fact_kind nsswitch_kind = FACT_KIND("nsswitch", nsswitch_fact, nsswitch_fields);

static const char *const databases[] = {"passwd",     "group",   "shadow",
                                        "initgroups", "gshadow", "sudoers"};

/* files and dns are part of libc itself from glibc 2.34 on, and always shipped with it before. */
static bool module_missing(struct facts *f, const char *name, const struct text_list *directories)
{
    if (strcmp(name, "files") == 0 || strcmp(name, "dns") == 0 || strchr(name, '/'))
        return false;
    const char *file = arena_printf(f->arena, "libnss_%s.so.2", name);
    for (size_t i = 0; i < directories->count; i++)
        if (tree_stat(f->tree, path_join(f->arena, directories->items[i], file)).presence !=
            PRESENCE_ABSENT)
            return false;
    return true;
}

/* Sources without their [STATUS=action] parts, which may hold blanks. */
static struct text_list sources_of(struct arena *a, struct bytes text)
{
    struct text_list list = {0};
    for (size_t i = 0; i < text.len && list.count < 64;) {
        char c = text.ptr[i];
        if (c == '[') {
            while (i < text.len && text.ptr[i] != ']')
                i++;
            i++;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            i++;
        } else {
            size_t start = i;
            while (i < text.len && !memchr(" \t\r[", text.ptr[i], 4))
                i++;
            text_list_add(a, &list, arena_text(a, bytes_cut(text, start, i)));
        }
    }
    return list;
}

static void add_database(struct facts *f, const char *db, struct text_list sources, bool is_default,
                         struct place at, const struct text_list *directories)
{
    struct nsswitch_fact n = {.db = db, .sources = sources, .is_default = is_default, .at = at};
    n.has_files = text_list_has(&sources, "files") || text_list_has(&sources, "compat") ||
                  text_list_has(&sources, "altfiles");
    for (size_t i = 0; !is_default && i < sources.count; i++)
        if (module_missing(f, sources.items[i], directories))
            text_list_add(f->arena, &n.missing_modules, sources.items[i]);
    vec_push(f->arena, &f->nsswitch, n);
}

/* "passwd: files systemd" → its part behind the colon; false when the line is of another DB. */
static bool line_of(struct bytes line, const char *db, struct bytes *sources)
{
    const char *hash = line.len ? memchr(line.ptr, '#', line.len) : NULL;
    if (hash)
        line = bytes_cut(line, 0, (size_t)(hash - line.ptr));
    line = text_trim(line);
    size_t n = strlen(db);
    if (!bytes_start_with(line, db))
        return false;
    struct bytes rest = text_trim(bytes_cut(line, n, line.len));
    if (rest.len == 0 || rest.ptr[0] != ':')
        return false;
    *sources = bytes_cut(rest, 1, rest.len);
    return true;
}

void facts_read_nsswitch(struct facts *f)
{
    if (f->os.family_code == FAMILY_ALPINE)
        return; /* musl reads the files and nothing else */
    static const char *const paths[] = {NSSWITCH, "/usr/etc/nsswitch.conf"};
    const char *path = NULL;
    struct read_answer r = {0};
    for (size_t i = 0; i < sizeof paths / sizeof *paths && !path; i++) {
        r = tree_read(f->tree, paths[i], LIMIT_CONFIG_BYTES);
        if (r.presence == PRESENCE_UNREADABLE) {
            facts_add_gap(f, "nsswitch", place_of_file(paths[i]), r.reason);
            return;
        }
        if (r.presence == PRESENCE_PRESENT)
            path = paths[i];
        if (r.cut)
            facts_add_gap(f, "nsswitch", place_of_file(paths[i]),
                          "a limit was hit: larger than 1 MiB, the rest is not read");
    }
    struct text_list directories = facts_library_directories(f);
    for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
        struct bytes rest = path ? r.content : (struct bytes){0}, line, sources;
        bool found = false;
        for (int n = 1; !found && text_next_line(&rest, &line); n++) {
            if (!line_of(line, databases[i], &sources))
                continue;
            found = true;
            add_database(f, databases[i], sources_of(f->arena, sources), false,
                         (struct place){path, n, 0}, &directories);
        }
        if (!found && i < 3) {
            struct text_list files = {0};
            text_list_add(f->arena, &files, "files");
            add_database(f, databases[i], files, true, (struct place){path, 0, 0}, &directories);
        }
    }
}
