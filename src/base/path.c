#include "base/path.h"

#include "base/strbuf.h"

char *path_parent(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return arena_strdup(a, "/");
    return arena_text(a, (struct bytes){path, (size_t)(slash - path)});
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_join(struct arena *a, const char *directory, const char *name)
{
    size_t n = strlen(directory);
    while (n > 0 && directory[n - 1] == '/')
        n--;
    while (*name == '/')
        name++;
    struct strbuf s;
    strbuf_init(&s, a);
    strbuf_add_bytes(&s, (struct bytes){directory, n});
    strbuf_add_char(&s, '/');
    strbuf_add(&s, name);
    return s.ptr;
}

char *path_tidy(struct arena *a, const char *path)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (const char *p = path; *p;) {
        while (*p == '/')
            p++;
        size_t n = strcspn(p, "/");
        if (n > 0 && !(n == 1 && *p == '.')) {
            strbuf_add_char(&s, '/');
            strbuf_add_bytes(&s, (struct bytes){p, n});
        }
        p += n;
    }
    if (s.len == 0)
        strbuf_add_char(&s, '/');
    return s.ptr;
}

bool path_is_below(const char *path, const char *directory)
{
    size_t n = strlen(directory);
    if (n > 0 && directory[n - 1] == '/')
        n--;
    return strncmp(path, directory, n) == 0 && (path[n] == '\0' || path[n] == '/');
}
