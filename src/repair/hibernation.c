#include "repair/hibernation.h"

#include <string.h>

#include "base/limits.h"
#include "guest/superblock.h"

/* Where installers and the manuals of distributions put one; fstab may call it by another name, or
 * a unit may switch it on. */
static const char *const usual_files[] = {"/swapfile",     "/swap.img",     "/swap/swapfile",
                                          "/var/swapfile", "/var/swap.img", "/swap"};

static int sleeping(const char *where, const char *what, struct err *e)
{
    return err_set_at(
        e, ERR_REFUSED, where, 0, 0,
        "the guest is hibernated (its memory is in this swap %s): when it wakes up it "
        "would write over every change; start it and shut it down first",
        what);
}

static bool is_asleep(struct arena *a, struct bytes start)
{
    struct superblock s;
    return superblock_identify(a, start, &s) && strcmp(s.type, "swsuspend") == 0;
}

/* The kernel and uswsusp put their mark into the first page, where mkswap's was. */
static int check_file(struct arena *a, struct tree *t, const char *path, struct err *e)
{
    struct stat_answer there = tree_stat(t, path);
    if (there.presence != PRESENCE_PRESENT || there.node.type != NODE_FILE)
        return 0;
    struct read_answer read = tree_read(t, path, SUPERBLOCK_BYTES);
    bool asleep = read.presence == PRESENCE_PRESENT && is_asleep(a, read.content);
    return asleep ? sleeping(path, "file", e) : 0;
}

static bool is_named(const struct filesystem *fs, const char *device)
{
    const struct {
        const char *prefix, *value;
    } ways[] = {{"UUID=", fs->uuid},
                {"LABEL=", fs->label},
                {"PARTUUID=", fs->partuuid},
                {"PARTLABEL=", fs->partlabel},
                {"/dev/disk/by-uuid/", fs->uuid},
                {"/dev/disk/by-label/", fs->label},
                {"/dev/disk/by-partuuid/", fs->partuuid}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        size_t n = strlen(ways[i].prefix);
        if (ways[i].value && *ways[i].value && strncmp(device, ways[i].prefix, n) == 0 &&
            strcmp(device + n, ways[i].value) == 0)
            return true;
    }
    return false;
}

static int check_partition(struct tree *t, const char *device, struct err *e)
{
    struct filesystems_answer disks = tree_filesystems(t);
    for (size_t i = 0; i < disks.count; i++) {
        const struct filesystem *fs = &disks.items[i];
        if (fs->type && strcmp(fs->type, "swsuspend") == 0 && is_named(fs, device))
            return sleeping(fs->device, "partition", e);
    }
    return 0;
}

/* The next word of a line, without quotation marks around it (`UUID="…"`). */
static const char *next_word(struct arena *a, struct bytes *line)
{
    size_t from = 0;
    while (from < line->len && (line->ptr[from] == ' ' || line->ptr[from] == '\t'))
        from++;
    size_t to = from;
    while (to < line->len && line->ptr[to] != ' ' && line->ptr[to] != '\t')
        to++;
    const char *word = arena_text(a, bytes_cut(*line, from, to));
    *line = bytes_cut(*line, to, line->len);
    return word;
}

static const char *without_quotes(struct arena *a, const char *word)
{
    char *out = arena_strdup(a, word), *to = out;
    for (const char *p = word; *p; p++)
        if (*p != '"')
            *to++ = *p;
    *to = '\0';
    return out;
}

static int check_line(struct arena *a, struct tree *t, struct bytes line, struct err *e)
{
    const char *device = without_quotes(a, next_word(a, &line));
    next_word(a, &line); /* "none", or whatever stands there */
    if (*device == '#' || strcmp(next_word(a, &line), "swap") != 0)
        return 0;
    if (*device == '/' && strncmp(device, "/dev/", 5) != 0)
        return check_file(a, t, device, e);
    return check_partition(t, device, e);
}

int hibernation_check(struct arena *a, struct tree *t, struct err *e)
{
    struct read_answer fstab = tree_read(t, "/etc/fstab", LIMIT_CONFIG_BYTES);
    struct bytes text = fstab.presence == PRESENCE_PRESENT ? fstab.content : (struct bytes){0};
    int code = 0;
    for (size_t at = 0; at < text.len && code == 0;) {
        const char *newline = memchr(text.ptr + at, '\n', text.len - at);
        size_t end = newline ? (size_t)(newline - text.ptr) : text.len;
        code = check_line(a, t, bytes_cut(text, at, end), e);
        at = end + 1;
    }
    for (size_t i = 0; i < sizeof usual_files / sizeof *usual_files && code == 0; i++)
        code = check_file(a, t, usual_files[i], e);
    return code;
}
