/* Lines that a copy, a mail program or an editor broke. Every answer is held against sshd's own
 * reading (ssh_key_line_parse) before it is given. */
#include "syntax/ssh_key_mend.h"

#include "syntax/ssh_key.h"
#include "syntax/ssh_key_blob.h"

#define WRAPPED_MAX 64u /* lines of one key: RSA of 16384 bits at 64 characters a line is 43 */
#define PIECES_MAX  64u

#define BYTE_ORDER_MARK    "\xef\xbb\xbf"
#define NON_BREAKING_SPACE "\xc2\xa0"

static bool is_good(struct arena *a, struct bytes line, int version)
{
    struct ssh_key_line parsed;
    ssh_key_line_parse(a, line, version, &parsed);
    return !parsed.is_empty && !parsed.defect;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct bytes trimmed(struct bytes b)
{
    while (b.len > 0 && is_blank(b.ptr[b.len - 1]))
        b.len--;
    while (b.len > 0 && is_blank(b.ptr[0]))
        b = bytes_cut(b, 1, b.len);
    return b;
}

/* --- marks of a copy ---------------------------------------------------------------------------
 */

static const char *const quotes[] = {
    "\"", "'", "`", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x98", "\xe2\x80\x99"};

static size_t quote_at_start(struct bytes b)
{
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
        if (bytes_start_with(b, quotes[i]))
            return strlen(quotes[i]);
    return 0;
}

static size_t quote_at_end(struct bytes b)
{
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        size_t n = strlen(quotes[i]);
        if (b.len >= n && memcmp(b.ptr + b.len - n, quotes[i], n) == 0)
            return n;
    }
    return 0;
}

/* The text without a byte order mark, quotes around it, and blanks that only look like blanks. */
static struct bytes without_marks(struct arena *a, struct bytes line)
{
    struct strbuf out;
    strbuf_init(&out, a);
    for (size_t at = 0; at < line.len;) {
        struct bytes rest = bytes_cut(line, at, line.len);
        if (bytes_start_with(rest, BYTE_ORDER_MARK)) {
            at += 3;
        } else if (bytes_start_with(rest, NON_BREAKING_SPACE)) {
            strbuf_add_char(&out, ' ');
            at += 2;
        } else {
            strbuf_add_char(&out, line.ptr[at++]);
        }
    }
    struct bytes text = trimmed(strbuf_bytes(&out));
    size_t n = quote_at_start(text);
    if (n > 0) {
        text = bytes_cut(text, n, text.len);
        text.len -= quote_at_end(text);
    }
    return trimmed(text);
}

/* --- type and options --------------------------------------------------------------------------
 */

/* The first word that decodes to a whole key; the length of the text when there is none. */
static size_t find_blob(struct arena *a, struct bytes text, size_t *end, const char **type)
{
    for (size_t at = 0; at + 4 <= text.len; at++) {
        if (memcmp(text.ptr + at, "AAAA", 4) != 0 || (at > 0 && !is_blank(text.ptr[at - 1])))
            continue;
        size_t stop = at;
        while (stop < text.len && !is_blank(text.ptr[stop]))
            stop++;
        uint8_t *raw = arena_alloc(a, stop - at);
        size_t len, wrong;
        struct ssh_key_blob blob = {0};
        if (wire_base64_decode(bytes_cut(text, at, stop), raw, &len, &wrong) &&
            !ssh_key_blob_read(a, (struct bytes){(const char *)raw, len}, &blob)) {
            *end = stop;
            *type = blob.type->name;
            return at;
        }
        at = stop;
    }
    return text.len;
}

/* A word that was meant to be a type: one in capitals, cut short, or of another key. */
static bool looks_like_type(struct bytes word)
{
    static const char *const starts[] = {"ssh-", "ecdsa-", "sk-", "rsa-sha2-"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t n = strlen(starts[i]), k = 0;
        while (k < n && k < word.len && (word.ptr[k] | 0x20) == (starts[i][k] | 0x20))
            k++;
        if (k == n && !memchr(word.ptr, '=', word.len) && !memchr(word.ptr, ',', word.len))
            return true;
    }
    return false;
}

/* What stands before the key, types at its end taken away. */
static struct bytes options_of(struct bytes before)
{
    for (;;) {
        before = trimmed(before);
        size_t from = before.len;
        while (from > 0 && !is_blank(before.ptr[from - 1]))
            from--;
        if (from == before.len || !looks_like_type(bytes_cut(before, from, before.len)))
            return before;
        before.len = from;
    }
}

/* Blanks beside commas, out of quotes, that end the options for sshd. */
static void add_options(struct strbuf *out, struct bytes options)
{
    bool quoted = false;
    for (size_t i = 0; i < options.len; i++) {
        char c = options.ptr[i];
        if (c == '"' && (i == 0 || options.ptr[i - 1] != '\\'))
            quoted = !quoted;
        size_t next = i;
        while (next < options.len && is_blank(options.ptr[next]))
            next++;
        bool beside = (i > 0 && out->len > 0 && out->ptr[out->len - 1] == ',') ||
                      (next < options.len && options.ptr[next] == ',');
        if (is_blank(c) && !quoted && beside)
            continue;
        strbuf_add_char(out, c);
    }
}

static const char *mend_one(struct arena *a, struct bytes line, int version)
{
    struct bytes text = without_marks(a, line);
    if (is_good(a, text, version))
        return arena_text(a, text);
    size_t end;
    const char *type;
    size_t at = find_blob(a, text, &end, &type);
    if (at == text.len)
        return NULL;
    struct strbuf out;
    strbuf_init(&out, a);
    add_options(&out, options_of(bytes_cut(text, 0, at)));
    strbuf_printf(&out, "%s%s ", out.len > 0 ? " " : "", type);
    strbuf_add_bytes(&out, bytes_cut(text, at, text.len));
    return is_good(a, strbuf_bytes(&out), version) ? arena_text(a, strbuf_bytes(&out)) : NULL;
}

/* --- wrapped lines -----------------------------------------------------------------------------
 */

/* Does TEXT end in a whole type word? Then a blank is missing, not nothing. */
static bool ends_in_type(struct bytes text)
{
    size_t from = text.len;
    while (from > 0 && !is_blank(text.ptr[from - 1]))
        from--;
    return ssh_key_type_find(bytes_cut(text, from, text.len)) != NULL;
}

static bool begins_anew(struct arena *a, struct bytes line, int version)
{
    struct ssh_key_line parsed;
    size_t n = 0;
    struct bytes text = trimmed(line);
    while (n < text.len && !is_blank(text.ptr[n]))
        n++;
    ssh_key_line_parse(a, line, version, &parsed);
    return parsed.is_empty || !parsed.defect || ssh_key_type_find(bytes_cut(text, 0, n));
}

const char *ssh_key_line_mend(struct arena *a, const struct bytes *lines, size_t count, int version,
                              size_t *used)
{
    struct strbuf joined;
    strbuf_init(&joined, a);
    for (size_t i = 0; i < count && i < WRAPPED_MAX; i++) {
        struct bytes piece = trimmed(lines[i]);
        if (i > 0 && begins_anew(a, piece, version))
            return NULL;
        if (i > 0 && ends_in_type(strbuf_bytes(&joined)))
            strbuf_add(&joined, " ");
        strbuf_add_bytes(&joined, piece);
        const char *whole = mend_one(a, strbuf_bytes(&joined), version);
        *used = i + 1;
        if (whole)
            return whole;
    }
    return NULL;
}

/* --- glued lines -------------------------------------------------------------------------------
 */

bool ssh_key_line_split(struct arena *a, struct bytes line, int version, struct ssh_key_pieces *out)
{
    struct bytes rest = line;
    while (out->lines.count < PIECES_MAX) {
        struct ssh_key_line parsed;
        ssh_key_line_parse(a, rest, version, &parsed);
        int column = parsed.glued_column;
        if (parsed.defect)
            column = strcmp(parsed.defect, "glued") == 0 ? parsed.defect_column : 0;
        if (column <= 1) {
            vec_push(a, &out->lines, rest);
            return !parsed.defect && !parsed.is_empty && out->lines.count > 1;
        }
        struct bytes first = bytes_cut(rest, 0, (size_t)column - 1);
        while (first.len > 0 && is_blank(first.ptr[first.len - 1]))
            first.len--;
        if (!is_good(a, first, version))
            return false;
        vec_push(a, &out->lines, first);
        rest = bytes_cut(rest, (size_t)column - 1, rest.len);
    }
    return false;
}

/* --- UTF-16 ------------------------------------------------------------------------------------
 */

bool ssh_key_from_utf16(struct arena *a, struct bytes text, struct bytes *out)
{
    bool marked = bytes_start_with(text, "\xff\xfe") || bytes_start_with(text, "\xfe\xff");
    size_t at = marked ? 2 : 0;
    if (text.len < 8 || text.len % 2 != 0)
        return false;
    size_t high = marked ? (text.ptr[0] == '\xff' ? 1 : 0) : (text.ptr[0] == '\0' ? 0 : 1);
    struct strbuf plain;
    strbuf_init(&plain, a);
    for (; at < text.len; at += 2) {
        char c = text.ptr[at + 1 - high];
        if (text.ptr[at + high] != '\0' || c == '\0' || (unsigned char)c > 0x7e)
            return false;
        if (c != '\r')
            strbuf_add_char(&plain, c);
    }
    *out = strbuf_bytes(&plain);
    return true;
}
