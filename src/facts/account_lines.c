/* Account files as lines and fields. What damages a file as a whole becomes rows here. */
#include "facts/account_lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "facts/secret.h"

void account_add_row(struct facts *f, const struct account_file *file, int line, int column,
                     struct bytes name, const char *defect, const char *detail)
{
    if (!facts_has_room(f, "row", f->rows.count))
        return;
    if (name.len > 256)
        name.len = 256;
    if (name.len > 1 && memchr(name.ptr, '$', name.len - 1))
        name.len = 0; /* a line so broken that a hash, or what is left of one, stands there */
    vec_push(f->arena, &f->rows,
             ((struct row_fact){.db = file->db,
                                .name = secret_text(f->arena, name),
                                .defect = defect,
                                .detail = detail,
                                .at = {file->path, line, column}}));
}

static void split_fields(struct account_line *l)
{
    size_t start = 0;
    for (size_t i = 0; i <= l->text.len; i++) {
        if (i < l->text.len && l->text.ptr[i] != ':')
            continue;
        if (l->field_count < ACCOUNT_FIELDS_MAX) {
            l->fields[l->field_count] = bytes_cut(l->text, start, i);
            l->columns[l->field_count] = (int)start + 1;
        }
        l->field_count++;
        start = i + 1;
    }
}

/* nss_files skips leading blanks, empty lines and comments (nss_readline.c). */
static bool is_counted(struct bytes text)
{
    size_t i = 0;
    while (i < text.len && isspace((unsigned char)text.ptr[i]))
        i++;
    return i < text.len && text.ptr[i] != '#';
}

static void check_bytes(struct facts *f, const struct account_file *file, struct bytes text,
                        int line, struct bytes name)
{
    if (text.len > 0 && text.ptr[text.len - 1] == '\r')
        account_add_row(f, file, line, (int)text.len, name, "carriage-return", NULL);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < 0x20 && c != '\t' && !(c == '\r' && i + 1 == text.len)) || c == 0x7f) {
            account_add_row(f, file, line, (int)i + 1, name, "control-byte",
                            arena_printf(f->arena, "byte 0x%02x", c));
            return;
        }
    }
}

#define LINES_RESERVED 16384u

/* Thousands of accounts: growing step by step would leave as much again behind in the arena. */
static void reserve_lines(struct facts *f, struct account_file *out, struct bytes content)
{
    size_t lines = 1;
    for (size_t i = 0; i < content.len && lines < LINES_RESERVED; i++)
        lines += content.ptr[i] == '\n';
    out->lines.capacity = lines;
    out->lines.items = arena_alloc_array(f->arena, lines, sizeof *out->lines.items);
}

static void add_line(struct facts *f, struct account_file *file, struct bytes text, int line)
{
    const char *nul = text.len ? memchr(text.ptr, '\0', text.len) : NULL;
    struct bytes whole = text;
    if (nul)
        text.len = (size_t)(nul - text.ptr);
    if (!is_counted(whole))
        return;
    struct account_line l = {.text = text, .line = line};
    while (l.text.len > 0 && isspace((unsigned char)l.text.ptr[0]))
        l.text = bytes_cut(l.text, 1, l.text.len);
    split_fields(&l);
    check_bytes(f, file, whole, line, l.fields[0]);
    if (facts_has_room(f, file->db, file->lines.count))
        vec_push(f->arena, &file->lines, l);
}

void account_file_read(struct facts *f, const char *path, const char *db, enum lens_kind kind,
                       struct account_file *out)
{
    *out = (struct account_file){.path = path, .db = db};
    struct read_answer r = tree_read(f->tree, path, LIMIT_ACCOUNT_BYTES);
    out->presence = r.presence;
    if (r.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, db, place_of_file(path), r.reason);
    if (r.presence != PRESENCE_PRESENT)
        return;
    if (r.cut)
        facts_add_gap(f, db, place_of_file(path),
                      "a limit was hit: larger than 4 MiB, the rest is not read");
    if (bytes_start_with(r.content, "\xef\xbb\xbf"))
        account_add_row(f, out, 1, 1, (struct bytes){0}, "byte-order-mark", NULL);
    struct lens_text text = {0};
    struct err e = {0};
    reserve_lines(f, out, r.content);
    if (f->lenses && lens_parse(f->lenses, kind, r.content, &text, &e) == ERR_NONE) {
        vec_each (l, &text.lines)
            add_line(f, out, l->text, l->line);
    } else {
        /* Too much for the lens's time limit: the lines alone are enough to judge by. */
        struct bytes rest = r.content, line;
        for (int n = 1; text_next_line(&rest, &line); n++)
            add_line(f, out, line, n);
    }
    if (r.content.len > 0 && r.content.ptr[r.content.len - 1] != '\n' && !r.cut)
        account_add_row(f, out, out->lines.count ? out->lines.items[out->lines.count - 1].line : 1,
                        0, (struct bytes){0}, "no-final-newline", NULL);
}

bool account_number(struct bytes text, int64_t *out, struct bytes *rest)
{
    size_t i = 0;
    while (i < text.len && isspace((unsigned char)text.ptr[i]))
        i++;
    bool negative = i < text.len && text.ptr[i] == '-';
    if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+'))
        i++;
    size_t start = i;
    uint64_t n = 0;
    for (; i < text.len && isdigit((unsigned char)text.ptr[i]); i++)
        if (n <= UINT32_MAX)
            n = n * 10 + (uint64_t)(text.ptr[i] - '0');
    if (i == start)
        return false;
    if (n > UINT32_MAX || (negative && n > 0))
        n = (uint64_t)UINT32_MAX + 1; /* strtoul wraps to something huge */
    *out = (int64_t)n;
    *rest = bytes_cut(text, i, text.len);
    return true;
}

/* Up to glibc 2.28 strtou32 clamped what does not fit in 32 bits; since then the line is refused,
 * and musl has never known a sign. */
static bool clamps_numbers(const struct facts *f)
{
    long release = f->os.version ? strtol(f->os.version, NULL, 10) : 0;
    bool fedora = f->os.id && strcmp(f->os.id, "fedora") == 0;
    return f->os.family_code == FAMILY_RHEL && !fedora && release > 0 && release <= 8;
}

bool account_number_field(const struct facts *f, struct bytes field, int64_t *out)
{
    struct bytes rest = {0};
    if (!account_number(field, out, &rest) || rest.len > 0)
        return false;
    if (*out <= UINT32_MAX)
        return true;
    *out = UINT32_MAX;
    return clamps_numbers(f);
}
