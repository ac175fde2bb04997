#include "syntax/ssh_key_given.h"

#include <string.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "syntax/ssh_key_mend.h"

#define VERSION_LATEST   9999 /* of sshd, as in ssh_key.h */
#define VERSION_WITH_DSA 907  /* the last that always has it */

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct reading {
    struct arena *arena;
    const char *source;
    int version;
    struct ssh_keys_given *out;
    struct err *e;
    VEC(struct bytes) lines;
    size_t at, certificates, taken;
};

static int refuse(struct reading *r, const char *sentence)
{
    return err_set_at(r->e, ERR_REFUSED, r->source, (int)r->at + 1, 0, "%s", sentence);
}

/* --- what must never come here ----------------------------------------------------------------
 */

static bool holds(struct bytes text, const char *mark)
{
    return text.len > 0 && memmem(text.ptr, text.len, mark, strlen(mark));
}

/* The last is "openssh-key-v1" in base64: the body of a file whose first line was not copied. */
static bool is_private(struct bytes text)
{
    static const char *const marks[] = {
        "PRIVATE KEY-----", "PRIVATE KEY ----",    "PuTTY-User-Key-File-",        "Private-Lines:",
        "Private-MAC:",     "b3BlbnNzaC1rZXktdjE", "SSH PRIVATE KEY FILE FORMAT",
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (holds(text, marks[i]))
            return true;
    return false;
}

static int refuse_private(struct bytes text, const char *source, struct err *e)
{
    if (holds(text, "PuTTY-User-Key-File-"))
        return err_set_at(e, ERR_REFUSED, source, 0, 0,
                          "this is PuTTY's own file with the private key in it: keep it to "
                          "yourself, and give the public key that PuTTYgen shows for "
                          "authorized_keys (or ssh-keygen -i -f of its \"Save public key\")");
    return err_set_at(e, ERR_REFUSED, source, 0, 0,
                      "this is a private key: keep it to yourself, and give its public half (the "
                      "file beside it that ends in .pub, or what ssh-keygen -y -f FILE prints)");
}

int ssh_keys_given_refuse_private(struct arena *a, struct bytes text, const char *source,
                                  struct err *e)
{
    struct bytes plain;
    if (is_private(text))
        return refuse_private(text, source, e);
    if (!ssh_key_from_utf16(a, text, &plain) || !is_private(plain))
        return 0;
    int code = refuse_private(plain, source, e);
    explicit_bzero((void *)(uintptr_t)plain.ptr, plain.len);
    return code;
}

/* --- lines ------------------------------------------------------------------------------------
 */

static struct bytes trimmed(struct bytes b)
{
    if (bytes_start_with(b, BYTE_ORDER_MARK))
        b = bytes_cut(b, 3, b.len);
    while (b.len > 0 && (b.ptr[b.len - 1] == ' ' || b.ptr[b.len - 1] == '\t'))
        b.len--;
    while (b.len > 0 && (b.ptr[0] == ' ' || b.ptr[0] == '\t'))
        b = bytes_cut(b, 1, b.len);
    return b;
}

/* Ends of Unix, DOS and old Macs. */
static void split(struct reading *r, struct bytes text)
{
    for (size_t from = 0, at = 0; at <= text.len; at++) {
        if (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\r')
            continue;
        vec_push(r->arena, &r->lines, trimmed(bytes_cut(text, from, at)));
        if (at + 1 < text.len && text.ptr[at] == '\r' && text.ptr[at + 1] == '\n')
            at++;
        from = at + 1;
    }
}

/* As the sshd in question reads it. Where that is not known: as any of them would. */
static void parse(const struct reading *r, struct bytes line, struct ssh_key_line *out)
{
    ssh_key_line_parse(r->arena, line, r->version ? r->version : VERSION_LATEST, out);
    if (r->version == 0 && out->defect)
        ssh_key_line_parse(r->arena, line, VERSION_WITH_DSA, out);
}

/* What a comment may not bring into the file: control bytes. */
static const char *clean(struct arena *a, const char *line)
{
    char *copy = arena_strdup(a, line), *to = copy;
    for (const char *p = copy; *p; p++)
        if (*p == '\t' || *p == ' ')
            *to++ = ' ';
        else if ((unsigned char)*p > ' ' && *p != 0x7f)
            *to++ = *p;
    *to = '\0';
    return copy;
}

/* --- one key ----------------------------------------------------------------------------------
 */

static bool is_certificate(const struct ssh_key_line *key)
{
    return key->type && strstr(key->type, "-cert");
}

/* Only details made of our own words and numbers are passed on. */
static int refuse_line(struct reading *r, const struct ssh_key_line *key)
{
    const char *d = key->defect;
    if (is_certificate(key))
        return refuse(r, "this is a certificate of OpenSSH's, signed for a key: sshd takes it by "
                         "its authority (TrustedUserCAKeys); give the plain key (the .pub without "
                         "\"-cert\" in its name)");
    if (strcmp(d, "unknown-option") == 0 || strcmp(d, "bad-option") == 0)
        return refuse(r, "options stand in front of the key: give the key alone");
    bool own_words =
        key->type && key->detail &&
        (strcmp(d, "unknown-type") == 0 || strcmp(d, "type-mismatch") == 0 ||
         strcmp(d, "bad-base64") == 0 || strcmp(d, "malformed") == 0 || strcmp(d, "glued") == 0);
    if (own_words)
        return refuse(r, arena_printf(r->arena, "sshd would not take this key: %s", key->detail));
    return refuse(r, "this is no public key that could be read: one line of OpenSSH's, SSH2 (RFC "
                     "4716), or PEM (PUBLIC KEY, RSA PUBLIC KEY, CERTIFICATE)");
}

static int add(struct reading *r, const char *text)
{
    const char *line = clean(r->arena, text);
    struct ssh_key_line key;
    parse(r, bytes_of(line), &key);
    if (key.defect || !key.fingerprint)
        return refuse_line(r, &key);
    if (key.options.count > 0 || key.cert_authority)
        return refuse(r, "options stand in front of the key: give the key alone, and put them into "
                         "the guest's file by hand where they are wanted");
    r->taken++;
    vec_each (known, &r->out->keys)
        if (strcmp(known->fingerprint, key.fingerprint) == 0)
            return 0;
    vec_push(r->arena, &r->out->keys,
             ((struct ssh_key_given){line, key.type, key.bits, key.fingerprint, key.comment}));
    return 0;
}

/* SSH2 or PEM, USED lines of it; LINE is what it says to sshd. */
static int take_block(struct reading *r, const char *line)
{
    struct bytes first = r->lines.items[r->at];
    if (holds(first, "CERTIFICATE-----") && r->certificates++ > 0)
        return refuse(r, "a second certificate: it cannot be told which one is the person's and "
                         "which one an authority's; give one alone");
    if (line)
        return add(r, line);
    return refuse(r, "this block holds no public key that sshd could take (RSA, ECDSA on a NIST "
                     "curve, Ed25519)");
}

/* A line of sshd's, or what a copy made of one where there is but one way back. */
static int take_line(struct reading *r, size_t *used)
{
    struct arena *a = r->arena;
    struct bytes line = r->lines.items[r->at];
    struct ssh_key_line key;
    struct ssh_key_pieces pieces = {0};
    *used = 1;
    parse(r, line, &key);
    if (key.is_empty)
        return 0;
    if (!key.defect && key.glued_column == 0)
        return add(r, arena_text(a, line));
    if (is_certificate(&key))
        return refuse_line(r, &key);
    if (ssh_key_line_split(a, line, r->version ? r->version : VERSION_LATEST, &pieces)) {
        int code = 0;
        for (size_t i = 0; i < pieces.lines.count && code == 0; i++)
            code = add(r, arena_text(a, pieces.lines.items[i]));
        return code;
    }
    const char *mended = ssh_key_line_mend(a, &r->lines.items[r->at], r->lines.count - r->at,
                                           r->version ? r->version : VERSION_LATEST, used);
    return mended ? add(r, mended) : refuse_line(r, &key);
}

static int read_lines(struct reading *r)
{
    while (r->at < r->lines.count) {
        struct bytes line = r->lines.items[r->at];
        size_t used = 1;
        int code = 0;
        if (line.len > 0 && line.ptr[0] != '#') {
            const char *block = ssh_key_foreign_line(r->arena, &r->lines.items[r->at],
                                                     r->lines.count - r->at, &used);
            code = used > 0 ? take_block(r, block) : take_line(r, &used);
        }
        if (code != 0)
            return code;
        r->at += used;
    }
    return 0;
}

int ssh_keys_given_read(struct arena *a, struct bytes text, const char *source, int version,
                        struct ssh_keys_given *out, struct err *e)
{
    struct reading r = {.arena = a, .source = source, .version = version, .out = out, .e = e};
    struct bytes plain;
    if (ssh_keys_given_refuse_private(a, text, source, e))
        return e->code;
    if (text.len > LIMIT_CONFIG_BYTES)
        return err_set_at(e, ERR_LIMIT, source, 0, 0, "too large to be a file of public keys");
    if (ssh_key_from_utf16(a, text, &plain))
        text = plain;
    if (text.len > 0 && memchr(text.ptr, '\0', text.len))
        return err_set_at(e, ERR_REFUSED, source, 0, 0,
                          "this is no text: give the public key as one line of OpenSSH's, SSH2 "
                          "(RFC 4716), or PEM");
    split(&r, text);
    int code = read_lines(&r);
    if (code == 0 && r.taken == 0)
        return err_set_at(e, ERR_REFUSED, source, 0, 0, "there is no public key in it");
    return code;
}
