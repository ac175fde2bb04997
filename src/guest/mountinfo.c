#include "guest/mountinfo.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/path.h"

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; *p; p += *p == ',') {
        size_t len = strcspn(p, ",");
        if (len == n && memcmp(p, word, n) == 0)
            return true;
        p += len;
    }
    return false;
}

/* "\040" and its like, as the kernel writes blanks, tabs, newlines and backslashes. */
static char *unescaped(struct arena *a, const char *text)
{
    char *out = arena_strdup(a, text), *to = out;
    for (const char *p = text; *p; p++) {
        bool is_octal = p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
                        p[3] >= '0' && p[3] <= '7';
        if (is_octal) {
            *to++ = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0'));
            p += 3;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return out;
}

/* The next field of *REST, which moves on; NULL at the end. */
static char *next_field(char **rest)
{
    *rest += strspn(*rest, " \n");
    return **rest ? strsep(rest, " \n") : NULL;
}

/* proc(5): id parent major:minor root mountpoint options [tags…] - type source super-options */
static bool parse_line(struct arena *a, char *line, struct host_mount *m)
{
    char *rest = line, *fields[6], *tail[3];
    for (int i = 0; i < 6; i++)
        if (!rest || !(fields[i] = next_field(&rest)))
            return false;
    for (char *tag; rest && (tag = next_field(&rest)) != NULL;)
        if (strcmp(tag, "-") == 0)
            break;
    for (int i = 0; i < 3; i++)
        if (!rest || !(tail[i] = next_field(&rest)))
            return false;
    char *colon = NULL;
    unsigned long major_number = strtoul(fields[2], &colon, 10);
    if (*colon != ':')
        return false;
    m->device = makedev((unsigned)major_number, (unsigned)strtoul(colon + 1, NULL, 10));
    m->root = unescaped(a, fields[3]);
    m->directory = unescaped(a, fields[4]);
    m->type = arena_strdup(a, tail[0]);
    m->source = unescaped(a, tail[1]);
    m->read_only = has_word(fields[5], "ro") || has_word(tail[2], "ro");
    m->no_atime = has_word(fields[5], "noatime");
    return true;
}

struct host_mounts mountinfo_read(struct arena *a)
{
    struct host_mounts all = {0};
    CLEANUP_FILE FILE *f = fopen("/proc/self/mountinfo", "re");
    CLEANUP_FREE char *line = NULL;
    size_t room = 0;
    while (f && getline(&line, &room, f) > 0) {
        struct host_mount m = {0};
        if (parse_line(a, line, &m))
            vec_push(a, &all.mounts, m);
    }
    return all;
}

const struct host_mount *mountinfo_of(const struct host_mounts *all, const char *path)
{
    const struct host_mount *best = NULL;
    vec_each (m, &all->mounts) {
        if (!path_is_below(path, m->directory))
            continue;
        if (!best || strlen(m->directory) >= strlen(best->directory))
            best = m;
    }
    return best;
}
