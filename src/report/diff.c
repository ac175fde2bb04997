#include "report/diff.h"

#include <stdint.h>
#include <string.h>

#include "base/vec.h"

#define CONTEXT_LINES 3u
/* Above this many comparisons the changed middle is shown as replaced whole. */
#define COMPARISONS_MAX (4u * 1024u * 1024u)

typedef VEC(struct bytes) lines;

struct diff {
    struct strbuf *out;
    lines old, new;
    bool old_ends, new_ends; /* the last line has its newline */
    diff_ranges changes;
    diff_behind *behind;
    diff_is_hidden *is_hidden;
    void *context;
    bool hid_something;
};

static bool split(struct arena *a, const struct bytes *text, lines *out)
{
    size_t at = 0;
    while (text && at < text->len) {
        const char *newline = memchr(text->ptr + at, '\n', text->len - at);
        size_t end = newline ? (size_t)(newline - text->ptr) : text->len;
        vec_push(a, out, bytes_cut(*text, at, end));
        if (!newline)
            return false;
        at = end + 1;
    }
    return true;
}

/* Line I of the old and J of the new are the same, their ends too. */
static bool same(const struct diff *d, size_t i, size_t j)
{
    bool old_bare = !d->old_ends && i + 1 == d->old.count;
    bool new_bare = !d->new_ends && j + 1 == d->new.count;
    return old_bare == new_bare && bytes_equal(d->old.items[i], d->new.items[j]);
}

static void add_change(struct diff *d, struct diff_range c)
{
    struct diff_range *last = d->changes.count ? &d->changes.items[d->changes.count - 1] : NULL;
    if (last && last->old_from + last->old_count == c.old_from &&
        last->new_from + last->new_count == c.new_from) {
        last->old_count += c.old_count;
        last->new_count += c.new_count;
    } else {
        vec_push(d->out->arena, &d->changes, c);
    }
}

/* The longest common subsequence of the N and M lines from I and J on, by the table from the end.
 */
static void compare_middle(struct diff *d, size_t i, size_t n, size_t j, size_t m)
{
    size_t width = m + 1, x = 0, y = 0;
    uint32_t *length = arena_alloc_array(d->out->arena, (n + 1) * width, sizeof *length);
    for (size_t p = n; p-- > 0;)
        for (size_t q = m; q-- > 0;) {
            uint32_t down = length[(p + 1) * width + q], right = length[p * width + q + 1];
            length[p * width + q] = same(d, i + p, j + q) ? length[(p + 1) * width + q + 1] + 1
                                    : down > right        ? down
                                                          : right;
        }
    while (x < n || y < m) {
        if (x < n && y < m && same(d, i + x, j + y)) {
            x++;
            y++;
        } else if (x < n && (y == m || length[(x + 1) * width + y] >= length[x * width + y + 1])) {
            add_change(d, (struct diff_range){i + x++, 1, j + y, 0});
        } else {
            add_change(d, (struct diff_range){i + x, 0, j + y++, 1});
        }
    }
}

static void compare(struct diff *d)
{
    size_t n = d->old.count, m = d->new.count, head = 0, tail = 0;
    while (head < n && head < m && same(d, head, head))
        head++;
    while (tail < n - head && tail < m - head && same(d, n - 1 - tail, m - 1 - tail))
        tail++;
    size_t old_middle = n - head - tail, new_middle = m - head - tail;
    if (old_middle == 0 && new_middle == 0)
        return;
    if (old_middle == 0 || new_middle == 0 || old_middle > COMPARISONS_MAX / new_middle)
        add_change(d, (struct diff_range){head, old_middle, head, new_middle});
    else
        compare_middle(d, head, old_middle, head, new_middle);
}

diff_ranges diff_compare(struct arena *a, struct bytes before, struct bytes after)
{
    struct strbuf none;
    strbuf_init(&none, a);
    struct diff d = {.out = &none};
    d.old_ends = split(a, &before, &d.old);
    d.new_ends = split(a, &after, &d.new);
    compare(&d);
    return d.changes;
}

static void print_line(struct diff *d, char sign, bool is_new, size_t index)
{
    struct bytes text = is_new ? d->new.items[index] : d->old.items[index];
    bool is_last = index + 1 == (is_new ? d->new.count : d->old.count);
    strbuf_add_char(d->out, sign);
    if (d->is_hidden && d->is_hidden(d->context, is_new, index, text)) {
        strbuf_add(d->out, "(not shown)");
        d->hid_something = true;
    } else {
        strbuf_add_bytes(d->out, text);
    }
    strbuf_add(d->out, "\n");
    if (is_last && !(is_new ? d->new_ends : d->old_ends))
        strbuf_add(d->out, "\\ No newline at end of file\n");
}

static void print_range(struct diff *d, char sign, size_t from, size_t count)
{
    strbuf_printf(d->out, " %c%zu", sign, count == 0 ? from : from + 1);
    if (count != 1)
        strbuf_printf(d->out, ",%zu", count);
}

/* One hunk: the changes FIRST to LAST with what stands around them. */
static void print_hunk(struct diff *d, size_t first, size_t last)
{
    const struct diff_range *a = &d->changes.items[first], *b = &d->changes.items[last];
    size_t before = a->old_from < CONTEXT_LINES ? a->old_from : CONTEXT_LINES;
    size_t rest = d->old.count - (b->old_from + b->old_count);
    size_t after = rest < CONTEXT_LINES ? rest : CONTEXT_LINES;
    size_t old_from = a->old_from - before, new_from = a->new_from - before;
    size_t old_end = b->old_from + b->old_count + after;
    size_t new_end = b->new_from + b->new_count + after;
    strbuf_add(d->out, "@@");
    print_range(d, '-', old_from, old_end - old_from);
    print_range(d, '+', new_from, new_end - new_from);
    strbuf_add(d->out, " @@");
    const struct diff_range all = {old_from, old_end - old_from, new_from, new_end - new_from};
    const char *behind = d->behind ? d->behind(d->context, all) : NULL;
    if (behind && *behind)
        strbuf_printf(d->out, " %s", behind);
    strbuf_add(d->out, "\n");
    size_t at = old_from;
    for (size_t i = first; i <= last; i++) {
        const struct diff_range *c = &d->changes.items[i];
        for (; at < c->old_from; at++)
            print_line(d, ' ', false, at);
        for (size_t k = 0; k < c->old_count; k++)
            print_line(d, '-', false, at++);
        for (size_t k = 0; k < c->new_count; k++)
            print_line(d, '+', true, c->new_from + k);
    }
    for (; at < old_end; at++)
        print_line(d, ' ', false, at);
}

static bool is_binary(const struct bytes *text)
{
    return text && text->len > 0 && memchr(text->ptr, '\0', text->len) != NULL;
}

/* As git quotes it: bytes that are no plain text in C's escapes. */
static void print_name(struct strbuf *out, const char *side, const char *path)
{
    bool quoted = false;
    for (const char *p = path; *p; p++)
        quoted |= (unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || *p == '"' || *p == '\\';
    if (!quoted) {
        strbuf_printf(out, "%s%s", side, path);
        return;
    }
    strbuf_printf(out, "\"%s", side);
    for (const char *p = path; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            strbuf_printf(out, "\\%c", c);
        else if (c < ' ' || c >= 0x7f)
            strbuf_printf(out, "\\%03o", c);
        else
            strbuf_add_char(out, *p);
    }
    strbuf_add(out, "\"");
}

static void print_header(struct diff *d, const char *path, bool is_new, bool is_gone, uint32_t mode)
{
    const char *git_mode = mode & 0111 ? "100755" : "100644";
    if (is_new || is_gone) {
        strbuf_add(d->out, "diff --git ");
        print_name(d->out, "a", path);
        strbuf_add(d->out, " ");
        print_name(d->out, "b", path);
        strbuf_printf(d->out, "\n%s file mode %s\n", is_new ? "new" : "deleted", git_mode);
    }
    if (d->old.count == 0 && d->new.count == 0)
        return; /* git knows an empty file by the lines above */
    strbuf_add(d->out, "--- ");
    print_name(d->out, is_new ? "/dev/null" : "a", is_new ? "" : path);
    strbuf_add(d->out, "\n+++ ");
    print_name(d->out, is_gone ? "/dev/null" : "b", is_gone ? "" : path);
    strbuf_add(d->out, "\n");
}

bool diff_unified(struct strbuf *out, const char *path, const struct bytes *before,
                  const struct bytes *after, uint32_t mode, diff_behind *behind,
                  diff_is_hidden *is_hidden, void *context)
{
    struct diff d = {.out = out, .behind = behind, .is_hidden = is_hidden, .context = context};
    if (before && after && bytes_equal(*before, *after))
        return false;
    if (is_binary(before) || is_binary(after)) {
        strbuf_add(out, "Binary files ");
        print_name(out, before ? "a" : "/dev/null", before ? path : "");
        strbuf_add(out, " and ");
        print_name(out, after ? "b" : "/dev/null", after ? path : "");
        strbuf_add(out, " differ\n");
        return false;
    }
    d.old_ends = split(out->arena, before, &d.old);
    d.new_ends = split(out->arena, after, &d.new);
    print_header(&d, path, !before, !after, mode);
    compare(&d);
    for (size_t first = 0; first < d.changes.count;) {
        size_t last = first;
        while (last + 1 < d.changes.count &&
               d.changes.items[last + 1].old_from -
                       (d.changes.items[last].old_from + d.changes.items[last].old_count) <=
                   2 * (size_t)CONTEXT_LINES)
            last++;
        print_hunk(&d, first, last);
        first = last + 1;
    }
    return d.hid_something;
}
