#include "repair/account_edit.h"

#include <string.h>

#include "base/limits.h"

#define SECONDS_A_DAY 86400

size_t account_field_count(struct bytes line)
{
    size_t n = 1;
    for (size_t i = 0; i < line.len; i++)
        n += line.ptr[i] == ':';
    return n;
}

/* Where field INDEX begins and ends; false when the line has not so many. */
static bool find_field(struct bytes line, size_t index, size_t *from, size_t *to)
{
    size_t start = 0;
    for (size_t i = 0; i <= line.len; i++) {
        if (i < line.len && line.ptr[i] != ':')
            continue;
        if (index-- == 0) {
            *from = start;
            *to = i;
            return true;
        }
        start = i + 1;
    }
    return false;
}

struct bytes account_field(struct bytes line, size_t index)
{
    size_t from, to;
    return find_field(line, index, &from, &to) ? bytes_cut(line, from, to) : (struct bytes){"", 0};
}

void account_field_set(struct verb_context *c, struct text_line *line, size_t index,
                       struct bytes value)
{
    size_t from, to;
    struct strbuf out;
    strbuf_init(&out, c->arena);
    if (find_field(line->text, index, &from, &to)) {
        strbuf_add_bytes(&out, bytes_cut(line->text, 0, from));
        strbuf_add_bytes(&out, value);
        strbuf_add_bytes(&out, bytes_cut(line->text, to, line->text.len));
    } else {
        strbuf_add_bytes(&out, line->text);
        for (size_t n = account_field_count(line->text); n <= index; n++)
            strbuf_add_char(&out, ':');
        strbuf_add_bytes(&out, value);
    }
    text_set(line, strbuf_bytes(&out));
}

void account_list_change(struct verb_context *c, struct text_line *line, size_t index,
                        const char *name, bool wanted)
{
    struct bytes list = account_field(line->text, index);
    struct strbuf out;
    strbuf_init(&out, c->arena);
    bool is_there = false, any = false;
    for (size_t at = 0; at <= list.len && list.len > 0;) {
        const char *comma = memchr(list.ptr + at, ',', list.len - at);
        size_t stop = comma ? (size_t)(comma - list.ptr) : list.len;
        struct bytes member = bytes_cut(list, at, stop);
        bool same = bytes_equal_text(member, name);
        is_there |= same;
        if (wanted || !same) {
            strbuf_add(&out, any ? "," : "");
            strbuf_add_bytes(&out, member);
            any = true;
        }
        at = stop + 1;
    }
    if (wanted && !is_there)
        strbuf_printf(&out, "%s%s", any ? "," : "", name);
    if (wanted != is_there)
        account_field_set(c, line, index, strbuf_bytes(&out));
}

struct text_line *account_line(struct text_file *f, const char *name, int *number)
{
    for (size_t i = 0; i < f->lines.count; i++) {
        if (!bytes_equal_text(account_field(f->lines.items[i].text, 0), name))
            continue;
        if (number)
            *number = (int)i + 1;
        return &f->lines.items[i];
    }
    return NULL;
}

int account_open_line(struct verb_context *c, const char *path, const char *name,
                      struct text_file *f, struct text_line **line, struct err *e)
{
    int code = text_open(c, path, false, f, e);
    if (code != 0)
        return code;
    *line = account_line(f, name, NULL);
    return *line ? 0 : err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "there is no line of %s", name);
}

bool account_has_file(struct verb_context *c, const char *path)
{
    return tree_stat(c->tree, path).presence == PRESENCE_PRESENT;
}

/* Mode and group of a new file as the family has them. */
static void meta_of(struct verb_context *c, const char *path, uint32_t *mode, uint32_t *gid)
{
    bool is_secret = strcmp(path, SHADOW_PATH) == 0 || strcmp(path, GSHADOW_PATH) == 0;
    *gid = 0;
    *mode = is_secret ? 0600 : 0644;
    if (is_secret &&
        (c->facts->os.family_code == FAMILY_RHEL || c->facts->os.family_code == FAMILY_AZURELINUX))
        *mode = 0;
    vec_each (group, &c->facts->groups)
        if (is_secret && *mode != 0 && !group->shadowed && group->gid >= 0 &&
            strcmp(group->name, "shadow") == 0) {
            *mode = 0640;
            *gid = (uint32_t)group->gid;
            return;
        }
}

/* The first of the lines at the end ("+", "+@admins::::::") that send whoever asks to NIS: what is
 * not found before them is asked of others. 0: there is none. */
static int first_foreign(const struct text_file *f)
{
    size_t i = f->lines.count;
    while (i > 0 && f->lines.items[i - 1].text.len > 0 &&
           strchr("+-", f->lines.items[i - 1].text.ptr[0]))
        i--;
    return i < f->lines.count ? (int)i + 1 : 0;
}

int account_add_line(struct verb_context *c, const char *path, const char *line, struct err *e)
{
    struct text_file f;
    if (!account_has_file(c, path)) {
        uint32_t mode, gid;
        meta_of(c, path, &mode, &gid);
        return text_put(c, path, bytes_of(arena_printf(c->arena, "%s\n", line)), mode, 0, gid, e);
    }
    int code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    int number = first_foreign(&f);
    text_insert(c, &f, number, line);
    /* Whatever ends the others: a return would be the last byte of the shell. */
    f.lines.items[number > 0 ? (size_t)number - 1 : f.lines.count - 1].end = bytes_of("\n");
    return text_save(c, &f, e);
}

bool account_is_plain_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-");
    return n > 0 && n <= 256 && strchr(first, *name) && (!name[n] || strcmp(name + n, "$") == 0);
}

bool account_number_of(struct bytes field, uint32_t *out)
{
    uint64_t n = 0;
    if (field.len == 0 || field.len > 10)
        return false;
    for (size_t i = 0; i < field.len; i++) {
        if (field.ptr[i] < '0' || field.ptr[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(field.ptr[i] - '0');
    }
    *out = (uint32_t)n;
    return n < UINT32_MAX;
}

const char *account_today(struct verb_context *c)
{
    return arena_printf(c->arena, "%lld", (long long)(c->facts->at / SECONDS_A_DAY));
}

bool account_backup(struct verb_context *c, const char *path, struct bytes *out)
{
    const char *backup = arena_printf(c->arena, "%s-", path);
    struct stat_answer s = tree_lstat(c->tree, backup);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_FILE || s.node.uid != 0 ||
        (s.node.mode & 022))
        return false;
    struct read_answer r = tree_read(c->tree, backup, LIMIT_ACCOUNT_BYTES);
    *out = r.content;
    return r.presence == PRESENCE_PRESENT && !r.cut;
}

static bool is_printable(struct bytes line)
{
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)line.ptr[i] < 0x20 || line.ptr[i] == 0x7f)
            return false;
    return true;
}

const char *account_backup_line(struct verb_context *c, const char *path, const char *name,
                                size_t count)
{
    struct bytes content;
    if (!account_backup(c, path, &content))
        return NULL;
    for (size_t at = 0; at < content.len;) {
        const char *end = memchr(content.ptr + at, '\n', content.len - at);
        size_t stop = end ? (size_t)(end - content.ptr) : content.len;
        struct bytes line = bytes_cut(content, at, stop);
        at = stop + 1;
        if (bytes_equal_text(account_field(line, 0), name))
            return account_field_count(line) == count && is_printable(line)
                       ? arena_text(c->arena, line)
                       : NULL;
    }
    return NULL;
}
