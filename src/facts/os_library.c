/* Library directories of the guest, and what a program misses there. */
#include "facts/os_library.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"


/* Debian's multiarch name of an architecture. */
static const char *multiarch_of(const char *architecture)
{
    static const struct {
        const char *architecture, *triplet;
    } names[] = {
        {"x86_64", "x86_64-linux-gnu"},       {"aarch64", "aarch64-linux-gnu"},
        {"i386", "i386-linux-gnu"},           {"arm", "arm-linux-gnueabihf"},
        {"ppc64le", "powerpc64le-linux-gnu"}, {"s390x", "s390x-linux-gnu"},
        {"riscv64", "riscv64-linux-gnu"},
    };
    for (size_t i = 0; architecture && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].architecture, architecture) == 0)
            return names[i].triplet;
    return NULL;
}

static void read_ld_conf(struct facts *f, const char *path, struct text_list *out, int depth,
                         size_t *files_read)
{
    if (++*files_read > LIMIT_LD_CONF_FILES)
        return;
    struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
    if (r.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "os", place_of_file(path), r.reason);
    if (r.presence != PRESENCE_PRESENT)
        return;
    struct bytes rest = r.content, line;
    while (text_next_line(&rest, &line) && out->count < 256 && *files_read <= LIMIT_LD_CONF_FILES) {
        const char *hash = line.len ? memchr(line.ptr, '#', line.len) : NULL;
        if (hash)
            line = bytes_cut(line, 0, (size_t)(hash - line.ptr));
        struct text_list words = text_words(f->arena, line, " \t\r,:");
        if (words.count == 0)
            continue;
        if (strcmp(words.items[0], "include") != 0) {
            if (words.items[0][0] == '/')
                text_list_add(f->arena, out, words.items[0]);
            continue;
        }
        for (size_t i = 1; i < words.count && depth < LIMIT_LD_CONF_DEPTH; i++) {
            const char *pattern = words.items[i][0] == '/'
                                      ? words.items[i]
                                      : path_join(f->arena, "/etc", words.items[i]);
            struct list_answer files = tree_glob(f->tree, pattern);
            for (size_t k = 0; files.presence == PRESENCE_PRESENT && k < files.count; k++)
                read_ld_conf(f, files.names[k], out, depth + 1, files_read);
        }
    }
}

struct text_list facts_library_directories(struct facts *f)
{
    struct arena *a = f->arena;
    struct text_list list = {0};
    const char *triplet = multiarch_of(f->os.architecture);
    if (triplet) {
        text_list_add(a, &list, path_join(a, "/usr/lib", triplet));
        text_list_add(a, &list, path_join(a, "/lib", triplet));
    }
    static const char *const usual[] = {"/usr/lib64", "/lib64", "/usr/lib", "/lib",
                                        "/usr/local/lib"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        text_list_add(a, &list, usual[i]);
    size_t files_read = 0;
    read_ld_conf(f, "/etc/ld.so.conf", &list, 0, &files_read);
    return list;
}

/* Absent, or cut to nothing by a full or damaged disk: ld.so says "file too short" and ends. */
static bool is_gone(struct facts *f, const char *path)
{
    struct stat_answer s = tree_stat(f->tree, path);
    return s.presence == PRESENCE_ABSENT ||
           (s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && s.node.size == 0);
}

/* Gone everywhere; a directory that cannot be read may hold it. */
static bool is_missing(struct facts *f, const char *name, const struct text_list *directories)
{
    for (size_t i = 0; i < directories->count; i++)
        if (!is_gone(f, path_join(f->arena, directories->items[i], name)))
            return false;
    return true;
}

struct text_list facts_missing_libraries(struct facts *f, const struct elf_facts *program)
{
    struct text_list directories = {0}, missing = {0};
    struct text_list common = facts_library_directories(f);
    for (size_t i = 0; i < program->search.count; i++)
        text_list_add(f->arena, &directories, program->search.items[i]);
    for (size_t i = 0; i < common.count; i++)
        text_list_add(f->arena, &directories, common.items[i]);
    if (program->interpreter && program->interpreter[0] == '/' && is_gone(f, program->interpreter))
        text_list_add(f->arena, &missing, program->interpreter);
    for (size_t i = 0; i < program->needed.count && i < 256; i++) {
        const char *name = program->needed.items[i];
        bool gone = strchr(name, '/') ? name[0] == '/' && is_gone(f, name)
                                      : is_missing(f, name, &directories);
        if (gone && !text_list_has(&missing, name))
            text_list_add(f->arena, &missing, name);
    }
    return missing;
}

void facts_find_missing_libraries(struct facts *f, const struct elf_facts *program)
{
    struct text_list missing = facts_missing_libraries(f, program);
    for (size_t i = 0; i < missing.count; i++)
        if (!text_list_has(&f->os.libraries_missing, missing.items[i]))
            text_list_add(f->arena, &f->os.libraries_missing, missing.items[i]);
}
