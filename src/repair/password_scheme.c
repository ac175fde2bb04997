#include "repair/password_scheme.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/account_password.h"
#include "facts/collect.h"
#include "repair/account_defaults.h"
#include "repair/fips.h"

/* What the guest asks for. */
struct wish {
    const char *word; /* as it is written; NULL: nothing is said */
    long rounds;
    const char *source;
};

/* --- what PAM and login.defs say -------------------------------------------------------------- */

/* pam_unix support.h unix_args: the last of these in the line counts. */
static const struct {
    const char *word;
    enum password_scheme scheme;
} words[] = {
    {"yescrypt", PASSWORD_YESCRYPT}, {"gost_yescrypt", PASSWORD_GOST_YESCRYPT},
    {"blowfish", PASSWORD_BCRYPT},   {"bcrypt", PASSWORD_BCRYPT},
    {"sha512", PASSWORD_SHA512},     {"sha256", PASSWORD_SHA256},
};

static bool is_weak(const char *word)
{
    return strcasecmp(word, "md5") == 0 || strcasecmp(word, "des") == 0 ||
           strcasecmp(word, "bigcrypt") == 0;
}

static bool scheme_of(const char *word, enum password_scheme *out)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(words[i].word, word) == 0) {
            *out = words[i].scheme;
            return true;
        }
    return false;
}

static void take_argument(struct wish *w, const char *argument)
{
    enum password_scheme scheme;
    if (strncmp(argument, "rounds=", 7) == 0)
        w->rounds = strtol(argument + 7, NULL, 10);
    else if (scheme_of(argument, &scheme) || is_weak(argument))
        w->word = argument;
}

static bool is_pam_unix(const char *module)
{
    return module && strcmp(path_name(module), "pam_unix.so") == 0;
}

/* The stack that sshd's own service would change a password with. */
static bool ask_stack(struct verb_context *c, struct wish *w)
{
    vec_each (entry, &c->facts->pam) {
        if (!c->facts->pam_service.name || !entry->type ||
            strcmp(entry->service, c->facts->pam_service.name) != 0 ||
            strcmp(entry->type, "password") != 0 || !is_pam_unix(entry->module))
            continue;
        for (size_t i = 0; i < entry->arguments.count; i++)
            take_argument(w, entry->arguments.items[i]);
        w->source = arena_printf(c->arena, "%s:%d", entry->at.file, entry->at.line);
        return true;
    }
    return false;
}

/* Without it, the file that passwd(1) would come to. */
static void ask_files(struct verb_context *c, struct wish *w)
{
    static const char *const names[] = {"common-password", "system-auth", "password-auth"};
    static const char *const directories[] = {"/etc/pam.d", "/usr/etc/pam.d", "/usr/lib/pam.d"};
    for (size_t i = 0; i < sizeof names / sizeof *names * 3; i++) {
        const char *path = path_join(c->arena, directories[i % 3], names[i / 3]);
        struct read_answer r = tree_read(c->tree, path, LIMIT_CONFIG_BYTES);
        if (r.presence != PRESENCE_PRESENT)
            continue;
        struct pam_lines lines = pam_lines_read(c->arena, r.content);
        vec_each (line, &lines.items) {
            if (!line->type || strcasecmp(line->type, "password") != 0 ||
                !is_pam_unix(line->module))
                continue;
            for (size_t k = 0; k < line->argument_count; k++)
                take_argument(w, line->arguments[k]);
            w->source = arena_printf(c->arena, "%s:%d", path, line->line);
            return;
        }
    }
}

/* pam_unix goes by login.defs as well where its own line names no scheme, and so does passwd(1). */
static void ask_login_defs(struct verb_context *c, struct wish *w)
{
    const char *place = NULL;
    const char *word = login_defs_value(c, "ENCRYPT_METHOD", &place);
    enum password_scheme scheme;
    if (!word)
        return;
    w->word = word;
    w->source = place;
    if (!scheme_of(word, &scheme) || w->rounds > 0)
        return;
    const char *cost = scheme == PASSWORD_YESCRYPT ? "YESCRYPT_COST_FACTOR"
                       : scheme == PASSWORD_BCRYPT ? "BCRYPT_MAX_ROUNDS"
                                                   : "SHA_CRYPT_MAX_ROUNDS";
    int64_t rounds = login_defs_number(c, cost, 0);
    w->rounds = rounds > 0 && rounds < INT32_MAX ? (long)rounds : 0;
}

static struct wish wish_of(struct verb_context *c)
{
    struct wish w = {0};
    if (!ask_stack(c, &w))
        ask_files(c, &w);
    if (!w.word)
        ask_login_defs(c, &w);
    return w;
}

/* --- what the guest can check ----------------------------------------------------------------- */

static bool is_musl(const struct verb_context *c)
{
    return c->facts->os.family_code == FAMILY_ALPINE;
}

/* Does the text of the guest's libcrypt hold the prefix? -1: there is none to be read. */
static int libcrypt_holds(struct verb_context *c, const char *prefix)
{
    static const char *const patterns[] = {"/usr/lib/*-linux-gnu*/libcrypt.so.[12]",
                                           "/lib/*-linux-gnu*/libcrypt.so.[12]",
                                           "/usr/lib64/libcrypt.so.[12]",
                                           "/lib64/libcrypt.so.[12]",
                                           "/usr/lib/libcrypt.so.[12]",
                                           "/lib/libcrypt.so.[12]"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct list_answer files = tree_glob(c->tree, patterns[i]);
        for (size_t k = 0; files.presence == PRESENCE_PRESENT && k < files.count; k++) {
            struct read_answer r = tree_read(c->tree, files.names[k], LIMIT_BINARY_BYTES);
            if (r.presence == PRESENCE_PRESENT &&
                bytes_start_with(r.content, "\x7f"
                                            "ELF") &&
                text_find(r.content, "$6$") < r.content.len)
                return text_find(r.content, prefix) < r.content.len;
        }
    }
    return -1;
}

static bool guest_knows(struct verb_context *c, enum password_scheme scheme, bool fips)
{
    bool is_sha = scheme == PASSWORD_SHA512 || scheme == PASSWORD_SHA256;
    if (is_sha)
        return true; /* glibc since 2.7, musl, libxcrypt: everybody's */
    if (fips)
        return false;
    if (is_musl(c))
        return scheme == PASSWORD_BCRYPT;
    int held = libcrypt_holds(c, password_scheme_prefix(scheme));
    if (held >= 0)
        return held;
    return scheme != PASSWORD_BCRYPT && scheme != PASSWORD_GOST_YESCRYPT &&
           account_scheme_is_known(&c->facts->os, password_scheme_name(scheme));
}

/* --- what it comes to ------------------------------------------------------------------------- */

/* The wish, or the best that is left, in that order. */
static bool settle(struct verb_context *c, enum password_scheme wanted, bool fips,
                   struct password_choice *out)
{
    const enum password_scheme order[] = {wanted,
                                          wanted == PASSWORD_GOST_YESCRYPT ? PASSWORD_YESCRYPT
                                                                           : PASSWORD_SHA512,
                                          PASSWORD_SHA512, PASSWORD_SHA256};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        bool knows = guest_knows(c, order[i], fips);
        if (knows && password_can(order[i])) {
            out->scheme = order[i];
            return true;
        }
        if (i == 0)
            out->note = knows ? arena_printf(c->arena, "this machine's libcrypt makes no %s",
                                             password_scheme_name(wanted))
                              : arena_printf(c->arena, "%s has no %s",
                                             fips ? "FIPS mode" : "the guest's libcrypt",
                                             password_scheme_name(wanted));
    }
    return false;
}

int password_choose(struct verb_context *c, struct password_choice *out, struct err *e)
{
    struct wish w = wish_of(c);
    enum password_scheme wanted = PASSWORD_SHA512;
    const char *why = NULL;
    *out = (struct password_choice){.bytes_max = LIMIT_PASSWORD_BYTES};
    if (is_musl(c))
        out->bytes_max = PASSWORD_BYTES_MUSL;
    if (w.word && is_weak(w.word))
        why = arena_printf(c->arena, "%s, which the guest asks for, is no protection any more",
                           w.word);
    else if (w.word && !scheme_of(w.word, &wanted))
        why = arena_printf(c->arena, "\"%s\" is no scheme", w.word);
    if (!settle(c, wanted, fips_rules(c), out))
        return err_set(e, ERR_UNSUPPORTED,
                       "this machine's libcrypt makes no hash that the guest could check");
    out->source = w.word ? w.source : "nothing on the disk names another";
    out->cost = password_cost(out->scheme, out->scheme == wanted && !why ? w.rounds : 0);
    if (why)
        out->note = why;
    return 0;
}
