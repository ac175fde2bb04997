/* One line of authorized_keys as sshd takes it, and for a line it does not take, what a person most
 * likely did to it. The reading is sshd's; the diagnosis behind it is ours and never makes a line
 * good that sshd refuses. Called by facts/. */
#include "syntax/ssh_key.h"

#include "base/hash.h"
#include "syntax/ssh_key_blob.h"
#include "syntax/ssh_key_options.h"

#define SHOWN_MAX 40u /* bytes of a word that a detail quotes */

#define BYTE_ORDER_MARK    "\xef\xbb\xbf"
#define NON_BREAKING_SPACE "\xc2\xa0"

enum key_fault {
    KEY_GOOD,
    KEY_NO_TYPE, /* the first word is no type */
    KEY_TOO_NEW, /* a type this version does not know */
    KEY_NO_BLOB, /* nothing behind the type */
    KEY_BAD_BASE64,
    KEY_BAD_BLOB,
    KEY_OTHER_TYPE /* the blob is of another type than the text says */
};

/* A key tried at some place of a line (sshkey.c sshkey_read). Offsets into the line. */
struct attempt {
    enum key_fault fault;
    const struct ssh_key_type *type;
    size_t type_at, blob_at, blob_end, wrong_at;
    const char *detail;
    struct ssh_key_blob blob;
};

static size_t skip_blanks(const char *line, size_t at)
{
    return at + strspn(line + at, " \t");
}

static size_t word_end(const char *line, size_t at)
{
    return at + strcspn(line + at, " \t");
}

static struct bytes line_part(const char *line, size_t from, size_t to)
{
    return (struct bytes){line + from, to - from};
}

static struct attempt key_try(struct arena *a, const char *line, size_t at, int version)
{
    struct attempt t = {.fault = KEY_NO_TYPE, .type_at = at};
    size_t end = word_end(line, at);
    t.type = ssh_key_type_find(line_part(line, at, end));
    if (!t.type)
        return t;
    t.blob_at = skip_blanks(line, end);
    t.blob_end = word_end(line, t.blob_at);
    if (t.blob_at == t.blob_end) {
        t.fault = KEY_NO_BLOB;
        return t;
    }
    struct bytes word = line_part(line, t.blob_at, t.blob_end);
    uint8_t *raw = arena_alloc(a, word.len);
    size_t len, wrong;
    if (!wire_base64_decode(word, raw, &len, &wrong)) {
        t.fault = KEY_BAD_BASE64;
        t.wrong_at = t.blob_at + wrong;
        return t;
    }
    t.detail = ssh_key_blob_read(a, (struct bytes){(const char *)raw, len}, &t.blob);
    if (t.detail)
        t.fault = KEY_BAD_BLOB;
    else if (!ssh_key_types_agree(t.type, t.blob.type))
        t.fault = KEY_OTHER_TYPE;
    else
        t.fault = KEY_GOOD;
    if (!ssh_key_type_known_to(t.type, version))
        t.fault = KEY_TOO_NEW;
    return t;
}

static void defect(struct ssh_key_line *out, const char *what, size_t at, const char *detail)
{
    out->defect = what;
    out->defect_column = (int)at + 1;
    out->detail = detail;
}

/* ---- a line that sshd takes -------------------------------------------------------------------
 */

/* A whole key further on in the comment: the newline before it is missing. */
static void glued_find(struct arena *a, const char *line, size_t from, int version,
                       struct ssh_key_line *out)
{
    struct bytes text = bytes_of(line);
    const struct ssh_key_type *type = NULL;
    for (size_t at = ssh_key_type_search(text, from, &type); at < text.len;
         at = ssh_key_type_search(text, at + strlen(type->name), &type)) {
        size_t end = at + strlen(type->name);
        if ((line[end] != ' ' && line[end] != '\t') ||
            strncmp(line + skip_blanks(line, end), "AAAA", 4) != 0)
            continue;
        if (key_try(a, line, at, version).fault == KEY_GOOD) {
            out->glued_column = (int)at + 1;
            out->detail = arena_printf(a, "a second key starts at column %d; to sshd it is comment",
                                       out->glued_column);
            return;
        }
    }
}

static const char *key_sha1(struct arena *a, struct bytes plain)
{
    uint8_t hash[HASH_SHA1_BYTES];
    bool done = plain.ptr && hash_sha1(plain, hash);
    return done ? wire_hash_text(a, "SHA1:", (struct bytes){(const char *)hash, sizeof hash}) : NULL;
}

static void key_fill(struct arena *a, const char *line, const struct attempt *t,
                     struct ssh_key_line *out)
{
    if (!t->type)
        return;
    out->type = t->type->name;
    out->bits = t->blob.bits;
    out->fingerprint = t->blob.fingerprint;
    out->sha1 = key_sha1(a, t->blob.plain);
    size_t from = skip_blanks(line, t->blob_end);
    size_t to = strlen(line);
    while (to > from && strchr(" \t\r", line[to - 1]))
        to--;
    if (to > from)
        out->comment = arena_text(a, line_part(line, from, to));
}

static void key_take(struct arena *a, const char *line, const struct attempt *t, int version,
                     struct ssh_key_line *out)
{
    key_fill(a, line, t, out);
    if (out->defect)
        return;
    if (t->type
            ->certificate) /* auth2-pubkeyfile.c: compared with plain keys and with authorities */
        defect(out, "malformed", t->type_at,
               "this is a certificate: sshd only compares with plain public keys here");
    else
        glued_find(a, line, t->blob_end, version, out);
}

/* ---- a line that sshd does not take ------------------------------------------------------------
 */

static const char *shown(struct arena *a, const char *line, size_t from, size_t to)
{
    return arena_text(a, line_part(line, from, to - from > SHOWN_MAX ? from + SHOWN_MAX : to));
}

/* Lines of other key formats. */
static const char *foreign_format(const char *text)
{
    static const struct {
        const char *start, *defect;
    } formats[] = {
        {"-----BEGIN ", "pem"},
        {"-----END ", "pem"},
        {"---- BEGIN SSH2 ", "ssh2-format"},
        {"---- END SSH2 ", "ssh2-format"},
        {"Comment: ", "ssh2-format"},
        {"Subject: ", "ssh2-format"},
        {"PuTTY-User-Key-File-", "putty"},
        {"Public-Lines: ", "putty"},
        {"Private-Lines: ", "putty"},
        {"Private-MAC: ", "putty"},
        {"Encryption: ", "putty"},
        {"Key-Derivation: ", "putty"},
        {"Argon2-", "putty"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (bytes_start_with(bytes_of(text), formats[i].start))
            return *text == '-' && strstr(text, "PRIVATE KEY") ? "private-key" : formats[i].defect;
    return NULL;
}

/* Quotes, straight or typographic, around the whole line or before the type. */
static bool is_quoted(const char *text)
{
    static const char *const quotes[] = {"\"", "'", "`", "\xe2\x80\x9c", "\xe2\x80\x98"};
    const struct ssh_key_type *type;
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        size_t n = strlen(quotes[i]);
        if (strncmp(text, quotes[i], n) == 0) {
            struct bytes rest = bytes_of(text + n);
            return ssh_key_type_search(rest, 0, &type) < rest.len;
        }
    }
    return false;
}

/* The first word that is a type with base64 behind it, from AT on; the length of the line if none.
 */
static size_t key_search(const char *line, size_t at, const struct ssh_key_type **type)
{
    struct bytes text = bytes_of(line);
    for (at = ssh_key_type_search(text, at, type); at < text.len;
         at = ssh_key_type_search(text, at + strlen((*type)->name), type)) {
        const char *behind = line + at + strlen((*type)->name);
        behind +=
            bytes_start_with(bytes_of(behind), NON_BREAKING_SPACE) ? 2 : strspn(behind, " \t");
        if (strncmp(behind, "AAAA", 4) == 0)
            return at;
    }
    return text.len;
}

static void base64_diagnose(struct arena *a, const char *line, const struct attempt *t,
                            struct ssh_key_line *out)
{
    struct bytes text = bytes_of(line);
    const struct ssh_key_type *second;
    size_t at = ssh_key_type_search(bytes_cut(text, 0, t->blob_end), t->blob_at + 1, &second);
    if (at < t->blob_end)
        defect(out, "glued", at,
               arena_printf(a, "a second key starts at column %zu, within the first", at + 1));
    else if (t->wrong_at >= t->blob_end)
        defect(out, "bad-base64", t->blob_at, "the base64 of the key ends too early");
    else if (bytes_start_with(bytes_cut(text, t->wrong_at, text.len), NON_BREAKING_SPACE))
        defect(out, "bad-base64", t->wrong_at,
               arena_printf(a, "a non-breaking space stands at column %zu", t->wrong_at + 1));
    else
        defect(out, "bad-base64", t->wrong_at,
               arena_printf(a, "the byte at column %zu is wrong in base64", t->wrong_at + 1));
}

static void attempt_diagnose(struct arena *a, const char *line, const struct attempt *t,
                             int version, struct ssh_key_line *out)
{
    key_fill(a, line, t, out);
    switch (t->fault) {
    case KEY_TOO_NEW:
        defect(out, "unknown-type", t->type_at,
               arena_printf(a, "sshd %d.%d takes no %s keys", version / 100, version % 100,
                            t->type->name));
        return;
    case KEY_NO_BLOB:
        defect(out, "malformed", t->type_at, "no key stands behind the type");
        return;
    case KEY_BAD_BASE64:
        base64_diagnose(a, line, t, out);
        return;
    case KEY_OTHER_TYPE:
        defect(out, "type-mismatch", t->type_at,
               arena_printf(a, "the line says %s, the key itself %s", t->type->name,
                            t->blob.type->name));
        return;
    case KEY_BAD_BLOB:
        if (t->blob.type && !ssh_key_types_agree(t->type, t->blob.type))
            defect(out, "type-mismatch", t->type_at,
                   arena_printf(a, "the line says %s, the key itself %s", t->type->name,
                                t->blob.type->name));
        else
            defect(out, "malformed", t->blob_at, t->detail);
        return;
    case KEY_GOOD:
    case KEY_NO_TYPE:
        return;
    }
}

static bool type_in_capitals(const char *word, size_t len)
{
    char lower[64];
    if (len >= sizeof lower)
        return false;
    for (size_t i = 0; i < len; i++)
        lower[i] = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] | 0x20) : word[i];
    return ssh_key_type_find((struct bytes){lower, len}) != NULL;
}

/* Neither the first word nor the one behind the options is a type. */
static void stray_diagnose(struct arena *a, const char *line, size_t at, struct ssh_key_line *out)
{
    const struct ssh_key_type *type = NULL;
    size_t end = word_end(line, at);
    size_t next = skip_blanks(line, end);
    size_t key = key_search(line, at, &type);
    const char *word = shown(a, line, at, end);
    if (line[key]) {
        size_t behind = key + strlen(type->name);
        if (line[behind] == NON_BREAKING_SPACE[0]) {
            defect(out, "malformed", behind,
                   arena_printf(a, "a non-breaking space stands at column %zu", behind + 1));
            return;
        }
        if (key > at && strchr(" \t", line[key - 1])) {
            defect(out, "bad-option", end,
                   arena_printf(a, "a blank within the options, at column %zu", end + 1));
            return;
        }
    }
    if (strncmp(line + at, "AAAA", 4) == 0)
        defect(out, "malformed", at, "no key type stands before the key");
    else if (strncmp(line + next, "AAAA", 4) == 0)
        defect(out, "unknown-type", at,
               arena_printf(a, "\"%s\" is no key type%s", word,
                            type_in_capitals(line + at, end - at) ? " (they are in lower case)"
                                                                  : ""));
    else
        defect(out, "malformed", at, "the line is no key");
}

static void line_diagnose(struct arena *a, const char *line, size_t at, int version,
                          const struct attempt *first, struct ssh_key_line *out)
{
    const char *foreign = foreign_format(line + at);
    if (foreign) {
        defect(out, foreign, at, "the line belongs to another format of key file");
        return;
    }
    if (first->fault != KEY_NO_TYPE) {
        attempt_diagnose(a, line, first, version, out);
        return;
    }
    if (is_quoted(line + at)) {
        defect(out, "quoted", at, "the key stands in quotes");
        return;
    }
    size_t len;
    if (!ssh_key_options_end(line + at, &len)) {
        defect(out, "bad-option", at, "a double quote is not closed");
        return;
    }
    struct attempt second = key_try(a, line, skip_blanks(line, at + len), version);
    if (second.fault != KEY_NO_TYPE)
        attempt_diagnose(a, line, &second, version, out);
    else
        stray_diagnose(a, line, at, out);
}

/* ---- the line ----------------------------------------------------------------------------------
 */

/* Every other byte a NUL, at the start at least: a file in UTF-16, cut at the bytes of its
 * newlines. */
static bool is_utf16(struct bytes line)
{
    if (bytes_start_with(line, "\xff\xfe") || bytes_start_with(line, "\xfe\xff"))
        return true;
    size_t n = line.len < 16 ? line.len : 16;
    size_t nuls[2] = {0}, others[2] = {0};
    for (size_t i = 0; i < n; i++)
        (line.ptr[i] ? others : nuls)[i % 2]++;
    return n >= 8 && ((nuls[0] == (n + 1) / 2 && others[1] == n / 2) ||
                      (nuls[1] == n / 2 && others[0] == (n + 1) / 2));
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r")] == '\0' || text[strspn(text, " \t")] == '#';
}

static void mark_diagnose(struct arena *a, const char *line, size_t at, struct ssh_key_line *out)
{
    if (is_blank(line + at + 3)) { /* nothing is lost */
        out->is_empty = true;
        return;
    }
    struct attempt t = key_try(a, line, at + 3, 9999);
    if (t.fault == KEY_GOOD)
        key_fill(a, line, &t, out);
    defect(out, "byte-order-mark", at, "a byte order mark stands before the first word");
}

void ssh_key_line_parse(struct arena *a, struct bytes bytes, int version, struct ssh_key_line *out)
{
    *out = (struct ssh_key_line){0};
    if (is_utf16(bytes)) {
        defect(out, "utf16", 0, "the file is written in UTF-16");
        return;
    }
    /* sshd reads with getline(3) into a C string: a NUL ends the line. */
    const char *nul = bytes.len ? memchr(bytes.ptr, '\0', bytes.len) : NULL;
    size_t len = nul ? (size_t)(nul - bytes.ptr) : bytes.len;
    const char *line = arena_text(a, bytes_cut(bytes, 0, len));
    size_t at = skip_blanks(line, 0);
    if (is_blank(line + at)) {
        out->is_empty = true;
        return;
    }
    if (bytes_start_with(bytes_of(line + at), BYTE_ORDER_MARK)) {
        mark_diagnose(a, line, at, out);
        return;
    }
    struct attempt first = key_try(a, line, at, version);
    if (first.fault == KEY_GOOD) {
        key_take(a, line, &first, version, out);
        return;
    }
    size_t options;
    if (first.fault == KEY_NO_TYPE && ssh_key_options_end(line + at, &options)) {
        struct attempt t = key_try(a, line, skip_blanks(line, at + options), version);
        if (t.fault == KEY_GOOD) {
            ssh_key_options_read(a, line, at, version, out);
            key_take(a, line, &t, version, out);
            return;
        }
    }
    line_diagnose(a, line, at, version, &first, out);
    if (nul && strcmp(out->defect, "malformed") == 0)
        defect(out, "malformed", len,
               arena_printf(a, "a NUL byte ends the line at column %zu", len + 1));
}

static bool line_is_good(struct arena *a, struct bytes line, int version)
{
    struct ssh_key_line parsed;
    ssh_key_line_parse(a, line, version, &parsed);
    return !parsed.is_empty && !parsed.defect;
}

bool ssh_key_lines_join(struct arena *a, struct bytes first, struct bytes second, int version)
{
    while (first.len > 0 && strchr(" \t\r", first.ptr[first.len - 1]) && first.ptr[first.len - 1])
        first.len--;
    while (second.len > 0 && (second.ptr[0] == ' ' || second.ptr[0] == '\t'))
        second = bytes_cut(second, 1, second.len);
    if (first.len == 0 || second.len == 0 || line_is_good(a, first, version) ||
        line_is_good(a, second, version))
        return false;
    static const char *const between[] = {"", " "};
    for (size_t i = 0; i < 2; i++) {
        struct strbuf s;
        strbuf_init(&s, a);
        strbuf_add_bytes(&s, first);
        strbuf_add(&s, between[i]);
        strbuf_add_bytes(&s, second);
        if (line_is_good(a, strbuf_bytes(&s), version))
            return true;
    }
    return false;
}

/* authfile.c sshkey_try_load_public: the first line that is a key, without options. */
const char *ssh_public_key_fingerprint(struct arena *a, struct bytes file)
{
    for (size_t from = 0; from < file.len;) {
        const char *newline = memchr(file.ptr + from, '\n', file.len - from);
        size_t to = newline ? (size_t)(newline - file.ptr) : file.len;
        const char *line = arena_text(a, bytes_cut(file, from, to));
        from = to + 1;
        if (*line == '#')
            continue;
        if (bytes_start_with(bytes_of(line), "-----BEGIN"))
            return NULL;
        struct attempt t = key_try(a, line, skip_blanks(line, 0), 9999);
        if (t.fault == KEY_GOOD || (t.fault == KEY_TOO_NEW && !t.detail && t.blob.fingerprint))
            return t.blob.fingerprint;
    }
    return NULL;
}
