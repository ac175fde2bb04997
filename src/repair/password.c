#include "repair/password.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/limits.h"

#define SALT_BYTES 16 /* as passwd(1) takes; enough for each of them */

/* crypt(5). The greatest cost takes about a second and 128 MiB, here and at each login. */
static const struct {
    const char *name, *prefix;
    unsigned long usual, least, most;
} schemes[PASSWORD_SCHEME_COUNT] = {
    [PASSWORD_YESCRYPT] = {"yescrypt", "$y$", 5, 3, 8},
    [PASSWORD_GOST_YESCRYPT] = {"gost-yescrypt", "$gy$", 5, 3, 8},
    [PASSWORD_BCRYPT] = {"bcrypt", "$2b$", 8, 4, 14},
    [PASSWORD_SHA512] = {"sha512", "$6$", 0, 1000, 1000000},
    [PASSWORD_SHA256] = {"sha256", "$5$", 0, 1000, 1000000},
};

const char *password_scheme_name(enum password_scheme scheme)
{
    return schemes[scheme].name;
}

const char *password_scheme_prefix(enum password_scheme scheme)
{
    return schemes[scheme].prefix;
}

unsigned long password_cost(enum password_scheme scheme, long asked)
{
    if (asked <= 0)
        return schemes[scheme].usual;
    if ((unsigned long)asked < schemes[scheme].least)
        return schemes[scheme].least;
    return (unsigned long)asked > schemes[scheme].most ? schemes[scheme].most
                                                       : (unsigned long)asked;
}

int password_check(struct bytes password, const char *user, struct err *e)
{
    size_t blanks = 0;
    if (password.len == 0)
        return err_set(e, ERR_USAGE, "the password is empty");
    if (password.len > LIMIT_PASSWORD_BYTES)
        return err_set(e, ERR_USAGE, "the password is longer than %u bytes: no libcrypt takes it",
                       LIMIT_PASSWORD_BYTES);
    for (size_t i = 0; i < password.len; i++) {
        unsigned char byte = (unsigned char)password.ptr[i];
        if (byte == '\n' || byte == '\r')
            return err_set(e, ERR_USAGE, "the password has more than one line");
        if (byte < 0x20 || byte == 0x7f)
            return err_set(e, ERR_USAGE,
                           "the password holds a byte that nobody can type (a control character)");
        blanks += byte == ' ';
    }
    if (blanks == password.len)
        return err_set(e, ERR_USAGE, "the password is nothing but blanks");
    if (user && bytes_equal_text(password, user))
        return err_set(e, ERR_USAGE, "the password is the name of the user");
    return 0;
}

/* A setting for crypt(3) with a new salt, from malloc; NULL: libcrypt does not know the scheme, or
 * there is no randomness. */
static char *new_setting(enum password_scheme scheme, unsigned long cost)
{
    char salt[SALT_BYTES];
    if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt)
        return NULL;
    return crypt_gensalt_ra(schemes[scheme].prefix, cost, salt, sizeof salt);
}

bool password_can(enum password_scheme scheme)
{
    char *setting = new_setting(scheme, schemes[scheme].usual);
    bool known = setting != NULL;
    free(setting);
    return known;
}

/* crypt(3) of both, in the arena; NULL when it fails. Everything that held the password is wiped.
 */
static const char *hash_with(struct arena *a, struct bytes password, const char *setting)
{
    char phrase[LIMIT_PASSWORD_BYTES + 1] = {0};
    void *data = NULL;
    int size = 0;
    if (password.len == 0 || password.len > LIMIT_PASSWORD_BYTES)
        return NULL;
    memcpy(phrase, password.ptr, password.len);
    const char *hash = crypt_ra(phrase, setting, &data, &size);
    explicit_bzero(phrase, sizeof phrase);
    const char *out = hash && *hash != '*' ? arena_strdup(a, hash) : NULL;
    if (data && size > 0)
        explicit_bzero(data, (size_t)size);
    free(data);
    return out;
}

const char *password_hash(struct arena *a, enum password_scheme scheme, unsigned long cost,
                          struct bytes password, struct err *e)
{
    char *setting = new_setting(scheme, cost);
    if (!setting) {
        err_set(e, ERR_UNSUPPORTED, "this machine's libcrypt makes no %s", schemes[scheme].name);
        return NULL;
    }
    const char *hash = hash_with(a, password, setting);
    free(setting);
    if (!hash)
        err_set(e, ERR_INTERNAL, "libcrypt made no %s of it", schemes[scheme].name);
    return hash;
}

/* Length of what stands before the salt: "$y$j9T$", "$6$". */
static size_t head_of(const char *setting)
{
    size_t n = strlen(setting);
    while (n > 0 && setting[n - 1] == '$')
        n--;
    while (n > 0 && setting[n - 1] != '$')
        n--;
    return n;
}

bool password_is(struct arena *a, enum password_scheme scheme, unsigned long cost,
                 struct bytes password, struct bytes hash)
{
    char *setting = new_setting(scheme, cost);
    size_t head = setting ? head_of(setting) : 0;
    bool same_kind = head > 0 && hash.len > head && memcmp(hash.ptr, setting, head) == 0 &&
                     !memchr(hash.ptr, '\0', hash.len);
    free(setting);
    if (!same_kind)
        return false;
    /* "$6$rounds=…" begins as "$6$" does. */
    const char *rest = arena_text(a, bytes_cut(hash, head, hash.len));
    if (strncmp(rest, "rounds=", 7) == 0)
        return false;
    const char *again = hash_with(a, password, arena_text(a, hash));
    return again && bytes_equal_text(hash, again);
}
