#include "facts/secret.h"

#include <ctype.h>

#include "facts/collect.h"

#define SCHEME_MAX 8u  /* "sha1", "argon2id": the id between the first two '$' */
#define DIGEST_MIN 16u /* salt and digest together: no scheme has less */

static bool is_hash_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("./$,=+-", c));
}

bool secret_has_hash(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '$')
            continue;
        size_t id = i + 1;
        while (id < text.len && id - i <= SCHEME_MAX && isalnum((unsigned char)text.ptr[id]))
            id++;
        if (id == i + 1 || id >= text.len || text.ptr[id] != '$')
            continue;
        size_t end = id + 1;
        while (end < text.len && end - id <= DIGEST_MIN && is_hash_char(text.ptr[end]))
            end++;
        if (end - id > DIGEST_MIN)
            return true;
    }
    return false;
}

static bool holds(struct bytes text, const char *words)
{
    return text_find(text, words) < text.len;
}

/* PEM and OpenSSH's form; PuTTY's. */
static bool key_begins(struct bytes line)
{
    return (holds(line, "BEGIN ") && holds(line, "PRIVATE KEY")) || holds(line, "Private-Lines:");
}

const char *secret_text(struct arena *a, struct bytes text)
{
    return secret_has_hash(text) || key_begins(text) ? SECRET_WITHHELD : arena_text(a, text);
}

bool secret_line(struct secret_block *block, struct bytes line)
{
    bool begins = key_begins(line);
    bool is_secret = block->inside || begins || secret_has_hash(line);
    block->inside =
        (block->inside || begins) && !holds(line, "-----END ") && !holds(line, "Private-MAC:");
    return is_secret;
}

bool secret_path(const char *path)
{
    static const char *const files[] = {"/etc/shadow", "/etc/shadow-", "/etc/gshadow",
                                        "/etc/gshadow-"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(path, files[i]) == 0)
            return true;
    return false;
}
