#include "guest/volume_group.h"

#include <ctype.h>

#include "base/limits.h"

/* lib/format_text/layout.h, lib/label/label.h of LVM2 */
enum { SECTOR = 512, LABEL_SECTORS = 4, MDA_HEADER = 512, AREAS_MAX = 16 };
enum { RAW_LOCATION_IGNORED = 0x1 };

struct area {
    uint64_t offset, size;
};

static bool read_at(const struct disk_reader *disk, uint64_t offset, void *buffer, size_t length)
{
    return disk->read(disk->context, offset, buffer, length) == length;
}

/* The label's sector, in one of the first four; NULL: none. */
static const unsigned char *find_label(const unsigned char *start)
{
    for (size_t i = 0; i < LABEL_SECTORS; i++) {
        const unsigned char *p = start + i * SECTOR;
        if (memcmp(p, "LABELONE", 8) == 0 && memcmp(p + 24, "LVM2 001", 8) == 0)
            return p;
    }
    return NULL;
}

/* Two lists behind the id and the size, each ended by zeros: the data, then the metadata areas. */
static size_t find_areas(const unsigned char *label, struct area *out)
{
    size_t at = disk_le32(label + 20) + 32 + 8, count = 0;
    for (int list = 0; list < 2; list++) {
        for (size_t i = 0; i < AREAS_MAX; i++, at += 16) {
            if (at > SECTOR - 16)
                return count;
            struct area area = {disk_le64(label + at), disk_le64(label + at + 8)};
            if (area.offset == 0)
                break;
            if (list == 1)
                out[count++] = area;
        }
        at += 16;
    }
    return count;
}

/* The text of one metadata area: a ring behind the area's header. */
static bool read_text(struct arena *a, const struct disk_reader *disk, uint64_t start,
                      const struct area *area, struct bytes *out)
{
    static const char magic[16] = {' ', 'L', 'V', 'M', '2', ' ', 'x', '[',
                                   '5', 'A', '%', 'r', '0', 'N', '*', '>'};
    unsigned char header[MDA_HEADER];
    if (area->offset > INT64_MAX / 2 || start > INT64_MAX / 2 ||
        !read_at(disk, start + area->offset, header, sizeof header) ||
        memcmp(header + 4, magic, sizeof magic) != 0)
        return false;
    uint64_t size = disk_le64(header + 32);
    uint64_t offset = disk_le64(header + 40), length = disk_le64(header + 48);
    if ((disk_le32(header + 60) & RAW_LOCATION_IGNORED) || length == 0 ||
        length > LIMIT_CONFIG_BYTES || size <= MDA_HEADER || size > INT64_MAX / 2 ||
        offset < MDA_HEADER || offset >= size || length > size - MDA_HEADER)
        return false;
    char *text = arena_alloc(a, (size_t)length);
    uint64_t first = length < size - offset ? length : size - offset;
    if (!read_at(disk, start + area->offset + offset, text, (size_t)first))
        return false;
    if (first < length &&
        !read_at(disk, start + area->offset + MDA_HEADER, text + first, (size_t)(length - first)))
        return false;
    *out = (struct bytes){text, (size_t)length};
    return true;
}

bool volume_group_read(struct arena *a, const struct disk_reader *disk, uint64_t offset,
                       struct volume_group *out)
{
    unsigned char start[LABEL_SECTORS * SECTOR];
    struct area areas[AREAS_MAX];
    struct bytes text;
    if (!read_at(disk, offset, start, sizeof start))
        return false;
    const unsigned char *label = find_label(start);
    if (!label || disk_le32(label + 20) > SECTOR)
        return false;
    size_t count = find_areas(label, areas);
    for (size_t i = 0; i < count; i++)
        if (read_text(a, disk, offset, &areas[i], &text) && volume_group_parse(a, text, out))
            return true;
    return false;
}

/* --- the text: NAME { KEY = VALUE … NAME { … } } -------------------------------------------- */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_TEXT, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_OTHER };

struct token {
    enum token_kind kind;
    struct bytes text;
};

static size_t skip_blanks(struct bytes b, size_t at)
{
    while (at < b.len) {
        if (b.ptr[at] == '#')
            while (at < b.len && b.ptr[at] != '\n')
                at++;
        else if (isspace((unsigned char)b.ptr[at]) || b.ptr[at] == '\0')
            at++;
        else
            break;
    }
    return at;
}

static bool is_word(unsigned char c)
{
    return isalnum(c) || c == '_' || c == '-' || c == '+' || c == '.' || c == '/';
}

static struct token next_token(struct bytes b, size_t *at)
{
    size_t start = *at = skip_blanks(b, *at);
    if (start >= b.len)
        return (struct token){TOKEN_END, {"", 0}};
    char c = b.ptr[start];
    if (c == '"') {
        size_t end = start + 1;
        while (end < b.len && b.ptr[end] != '"')
            end += b.ptr[end] == '\\' ? 2 : 1;
        end = end < b.len ? end : b.len;
        *at = end + 1;
        return (struct token){TOKEN_TEXT, bytes_cut(b, start + 1, end)};
    }
    if (!is_word((unsigned char)c)) {
        *at = start + 1;
        return (struct token){c == '{'   ? TOKEN_OPEN
                              : c == '}' ? TOKEN_CLOSE
                                         : TOKEN_OTHER,
                              bytes_cut(b, start, start + 1)};
    }
    while (*at < b.len && is_word((unsigned char)b.ptr[*at]))
        (*at)++;
    return (struct token){TOKEN_WORD, bytes_cut(b, start, *at)};
}

struct parse {
    struct arena *arena;
    VEC(const char *) physical, logical;
    const char *name, *uuid;
    const char *path[8]; /* names of the sections we stand in */
    size_t depth;
};

static bool stands_in(const struct parse *p, size_t depth, const char *section)
{
    return p->depth == depth && strcmp(p->path[1], section) == 0;
}

static void enter(struct parse *p, struct bytes name)
{
    const char *text = arena_text(p->arena, name);
    if (p->depth == 0 && !p->name)
        p->name = text;
    if (p->depth == 2 && strcmp(p->path[1], "logical_volumes") == 0 &&
        p->logical.count < LIMIT_FILESYSTEMS)
        vec_push(p->arena, &p->logical, text);
    if (p->depth < sizeof p->path / sizeof *p->path)
        p->path[p->depth] = text;
    p->depth++;
}

static void take_id(struct parse *p, const char *id)
{
    if (p->depth == 1)
        p->uuid = id;
    if (stands_in(p, 3, "physical_volumes") && p->physical.count < LIMIT_FILESYSTEMS)
        vec_push(p->arena, &p->physical, id);
}

bool volume_group_parse(struct arena *a, struct bytes text, struct volume_group *out)
{
    struct parse p = {.arena = a};
    struct token last = {TOKEN_END, {"", 0}};
    bool wants_id = false;
    size_t at = 0;
    for (;;) {
        struct token t = next_token(text, &at);
        if (t.kind == TOKEN_END)
            break;
        if (t.kind == TOKEN_OPEN) {
            if (last.kind != TOKEN_WORD)
                return false;
            enter(&p, last.text);
        } else if (t.kind == TOKEN_CLOSE) {
            if (p.depth == 0)
                return false;
            if (--p.depth == 0)
                break; /* what follows names the program that wrote it */
        } else if (t.kind == TOKEN_TEXT && wants_id) {
            take_id(&p, arena_text(a, t.text));
        }
        bool is_equal = t.kind == TOKEN_OTHER && bytes_equal_text(t.text, "=");
        wants_id = is_equal && last.kind == TOKEN_WORD && bytes_equal_text(last.text, "id");
        last = t;
    }
    if (!p.name || p.depth != 0 || p.physical.count == 0)
        return false;
    *out = (struct volume_group){.name = p.name,
                                 .uuid = p.uuid ? p.uuid : "",
                                 .physical = p.physical.items,
                                 .physical_count = p.physical.count,
                                 .logical = p.logical.items,
                                 .logical_count = p.logical.count};
    return true;
}
