/* Password fields to states and schemes. The field itself goes no further. */
#include "facts/account_password.h"

#include <ctype.h>
#include <stdlib.h>

/* crypt(5): prefix, length of the digest after the last '$', 0 where it is not fixed. */
static const struct {
    const char *prefix, *name;
    size_t digest;
    size_t parts; /* parts between '$' after the prefix, without options */
} schemes[] = {
    {"$y$", "yescrypt", 43, 3}, {"$gy$", "gost-yescrypt", 43, 3}, {"$7$", "scrypt", 43, 2},
    {"$6$", "sha512", 86, 2},   {"$5$", "sha256", 43, 2},         {"$1$", "md5", 22, 2},
    {"$2a$", "bcrypt", 53, 2},  {"$2b$", "bcrypt", 53, 2},        {"$2x$", "bcrypt", 53, 2},
    {"$2y$", "bcrypt", 53, 2},  {"$sha1$", "sha1", 28, 3},        {"$md5", "sunmd5", 22, 2},
    {"$3$", "nt", 32, 2},
};

static bool is_hash_text(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++) {
        unsigned char c = (unsigned char)b.ptr[i];
        if (!isgraph(c) || strchr(":;*!\\\"'", c))
            return false;
    }
    return b.len > 0;
}

static bool is_itoa64(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (!isalnum((unsigned char)b.ptr[i]) && b.ptr[i] != '.' && b.ptr[i] != '/')
            return false;
    return true;
}

static struct password_field hash_read(struct bytes b)
{
    struct password_field bad = {PASSWORD_INVALID, NULL};
    if (!is_hash_text(b))
        return bad;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (!bytes_start_with(b, schemes[i].prefix))
            continue;
        size_t last = b.len, dollars = 0;
        while (last > 0 && b.ptr[last - 1] != '$')
            last--;
        for (size_t k = strlen(schemes[i].prefix); k < b.len; k++)
            dollars += b.ptr[k] == '$';
        struct bytes digest = bytes_cut(b, last, b.len);
        if (digest.len != schemes[i].digest || dollars + 1 < schemes[i].parts || !is_itoa64(digest))
            return (struct password_field){PASSWORD_INVALID, schemes[i].name};
        return (struct password_field){PASSWORD_SET, schemes[i].name};
    }
    if (b.ptr[0] == '_' && b.len == 20 && is_itoa64(bytes_cut(b, 1, b.len)))
        return (struct password_field){PASSWORD_SET, "bsdi"};
    if (b.len == 13 && is_itoa64(b))
        return (struct password_field){PASSWORD_SET, "des"};
    return bad;
}

struct password_field account_password_read(struct bytes field)
{
    struct password_field p = {PASSWORD_EMPTY, NULL};
    if (field.len == 0)
        return p;
    if (field.ptr[0] == '!') { /* auth.c: the one prefix that locks, "!!" and "!*" included */
        size_t i = 0;
        while (i < field.len && field.ptr[i] == '!')
            i++;
        p = i < field.len && field.ptr[i] != '*' ? hash_read(bytes_cut(field, i, field.len)) : p;
        p.state = PASSWORD_LOCKED;
        return p;
    }
    if (field.ptr[0] == '*') {
        p.state = PASSWORD_STAR;
        return p;
    }
    p = hash_read(field);
    /* A short word without a '$' was never a hash: "x", "NP", "NOLOGIN". */
    if (p.state == PASSWORD_INVALID && !memchr(field.ptr, '$', field.len) && field.len < 13)
        p.state = PASSWORD_STAR;
    return p;
}

const char *account_password_name(enum password_state state)
{
    static const char *const names[] = {
        [PASSWORD_UNKNOWN] = "unknown", [PASSWORD_SET] = "set",
        [PASSWORD_LOCKED] = "locked",   [PASSWORD_STAR] = "none",
        [PASSWORD_EMPTY] = "empty",     [PASSWORD_NO_ENTRY] = "no-entry",
        [PASSWORD_INVALID] = "invalid",
    };
    return names[state];
}

/* yescrypt came with libxcrypt 4.3; musl's crypt has never had it. */
bool account_scheme_is_known(const struct os_facts *os, const char *scheme)
{
    if (!scheme || !strstr(scheme, "yescrypt"))
        return true;
    long release = os->version ? strtol(os->version, NULL, 10) : 0;
    if (os->family_code == FAMILY_ALPINE)
        return false;
    if (release == 0 || !os->id)
        return true;
    if (os->family_code == FAMILY_RHEL)
        return release > 8 || (strcmp(os->id, "fedora") == 0 && release >= 30);
    if (os->family_code == FAMILY_DEBIAN)
        return release >= (strcmp(os->id, "ubuntu") == 0 ? 20 : 11);
    return true;
}
