/* hosts.allow and hosts.deny, line by line as libwrap splits them; only for an sshd that asks it.
 * Mirrors tcp_wrappers: hosts_access.c table_match, misc.c xgets. */
#include "base/strbuf.h"
#include "facts/collect.h"
#include "facts/firewall_parts.h"

#include <ctype.h>

/* hosts_access.c BUFLEN: a longer line is passed over, in pieces. */
#define LINE_BYTES 2048

static size_t next_colon(struct bytes b, size_t from)
{
    for (size_t i = from; i < b.len; i++) {
        if (b.ptr[i] == ':')
            return i;
        if (b.ptr[i] != '[')
            continue;
        size_t end = i + 1; /* skip_ipv6_addrs: an address in brackets */
        while (end < b.len && (isxdigit((unsigned char)b.ptr[end]) || strchr(":.", b.ptr[end])))
            end++;
        if (end < b.len && b.ptr[end] == ']')
            i = end;
    }
    return b.len;
}

static void add_line(struct facts *f, const struct firewall_source *s, struct bytes line,
                     struct place at)
{
    size_t first = next_colon(line, 0);
    if (first == line.len)
        return; /* libwrap: missing ":" separator */
    struct firewall_fact *r = firewall_add(f, s, "access", at);
    if (!r)
        return;
    size_t second = next_colon(line, first + 1);
    text_list_add(f->arena, &r->words, arena_text(f->arena, bytes_cut(line, 0, first)));
    text_list_add(f->arena, &r->words, arena_text(f->arena, bytes_cut(line, first + 1, second)));
    if (second < line.len)
        text_list_add(f->arena, &r->words,
                      arena_text(f->arena, bytes_cut(line, second + 1, line.len)));
}

static bool is_empty(struct bytes line)
{
    return line.len == 0 || line.ptr[0] == '#' || text_trim(line).len == 0;
}

static void read_table(struct facts *f, const char *name, const char *path)
{
    const struct firewall_source s = {name, NULL, NULL};
    struct bytes text;
    if (!firewall_file(f, &s, path, &text))
        return;
    int line = 1, start = 1;
    struct strbuf b;
    strbuf_init(&b, f->arena);
    for (size_t at = 0; at < text.len; line++) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t stop = end ? (size_t)(end - text.ptr) : text.len; /* Debian: its last line counts */
        bool goes_on = stop > at && text.ptr[stop - 1] == '\\';
        strbuf_add_bytes(&b, bytes_cut(text, at, goes_on ? stop - 1 : stop));
        at = stop + 1;
        if (goes_on)
            continue;
        if (!is_empty(strbuf_bytes(&b)) && b.len < LINE_BYTES - 1)
            add_line(f, &s, arena_bytes(f->arena, strbuf_bytes(&b)),
                     (struct place){path, start, 0});
        strbuf_init(&b, f->arena);
        start = line + 1;
    }
}

void firewall_read_wrappers(struct facts *f)
{
    read_table(f, "hosts.allow", "/etc/hosts.allow");
    read_table(f, "hosts.deny", "/etc/hosts.deny");
}
