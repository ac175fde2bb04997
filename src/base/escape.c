#include "base/escape.h"

#include <stdint.h>

size_t escape_utf8_length(struct bytes b)
{
    if (b.len == 0)
        return 0;
    const unsigned char *p = (const unsigned char *)b.ptr;
    size_t n;
    uint32_t code, least;
    if (p[0] < 0x80)
        return 1;
    if ((p[0] & 0xe0) == 0xc0) {
        n = 2, code = p[0] & 0x1fu, least = 0x80;
    } else if ((p[0] & 0xf0) == 0xe0) {
        n = 3, code = p[0] & 0x0fu, least = 0x800;
    } else if ((p[0] & 0xf8) == 0xf0) {
        n = 4, code = p[0] & 0x07u, least = 0x10000;
    } else {
        return 0;
    }
    if (b.len < n)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3fu);
    }
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    return n;
}

static uint32_t decode(const unsigned char *p, size_t n)
{
    static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = p[0] & mask[n];
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (p[i] & 0x3fu);
    return code;
}

/* Characters that can reorder, hide or forge what a person reads. */
static bool is_treacherous(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
           (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);
}

void escape_terminal(struct strbuf *out, struct bytes text)
{
    for (size_t i = 0; i < text.len;) {
        struct bytes rest = bytes_cut(text, i, text.len);
        size_t n = escape_utf8_length(rest);
        if (n == 0) {
            strbuf_printf(out, "\\x%02x", (unsigned char)rest.ptr[0]);
            i++;
            continue;
        }
        uint32_t code = decode((const unsigned char *)rest.ptr, n);
        if (code == '\n')
            strbuf_add(out, "\\n");
        else if (code == '\t')
            strbuf_add(out, "\\t");
        else if (code == '\r')
            strbuf_add(out, "\\r");
        else if (is_treacherous(code) && code < 0x80)
            strbuf_printf(out, "\\x%02x", code);
        else if (is_treacherous(code))
            strbuf_printf(out, "\\u{%04x}", code);
        else
            strbuf_add_bytes(out, bytes_cut(rest, 0, n));
        i += n;
    }
}

char *escape_terminal_text(struct arena *a, const char *text)
{
    struct strbuf s;
    strbuf_init(&s, a);
    escape_terminal(&s, bytes_of(text));
    return s.ptr;
}

char *escape_shell_word(struct arena *a, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "._-/+:@%,=";
    struct strbuf s;
    strbuf_init(&s, a);
    if (*text && !text[strspn(text, plain)]) {
        strbuf_add(&s, text);
        return s.ptr;
    }
    strbuf_add_char(&s, '\'');
    for (const char *p = text; *p; p++)
        if (*p == '\'')
            strbuf_add(&s, "'\\''");
        else
            strbuf_add_char(&s, *p);
    strbuf_add_char(&s, '\'');
    return s.ptr;
}

char *escape_to_utf8(struct arena *a, const char *text)
{
    struct strbuf s;
    strbuf_init(&s, a);
    struct bytes b = bytes_of(text);
    for (size_t i = 0; i < b.len;) {
        struct bytes rest = bytes_cut(b, i, b.len);
        size_t n = escape_utf8_length(rest);
        if (n == 0) {
            strbuf_printf(&s, "\\x%02x", (unsigned char)rest.ptr[0]);
            n = 1;
        } else {
            strbuf_add_bytes(&s, bytes_cut(rest, 0, n));
        }
        i += n;
    }
    return s.ptr;
}
