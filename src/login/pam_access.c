/* pam_access: the first line of access.conf that fits user and origin decides. Source: Linux-PAM
 * modules/pam_access/pam_access.c login_access, list_match, user_match, from_match. */
#include "login/pam_verdict.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"
#include "login/match_pattern.h"

struct matching {
    const struct visit *v;
    bool only_new_groups;
    bool numbers; /* uids and gids count as names: Linux-PAM 1.7 */
    bool unknown; /* a netgroup, or a name that DNS would have to know */
};

/* Bits of NUMBER/MASK, or of an address mask ("255.255.0.0"); -1 when it is none. */
static long mask_bits(const char *text, int family)
{
    unsigned char mask[16];
    char *end;
    if (inet_pton(family, text, mask) != 1) {
        long bits = strtol(text, &end, 0);
        return end == text || *end || bits < 0 || bits > (family == AF_INET ? 32 : 128) ? -1 : bits;
    }
    long bits = 0;
    size_t bytes = family == AF_INET ? 4 : 16;
    for (size_t i = 0; i < bytes * 8 && mask[i / 8] & (0x80 >> i % 8); i++)
        bits++;
    return bits;
}

static bool in_network(const struct matching *m, const char *token)
{
    const char *slash = strchr(token, '/');
    const char *base =
        arena_text(m->v->facts->arena,
                   bytes_cut(bytes_of(token), 0, slash ? (size_t)(slash - token) : SIZE_MAX));
    int family = address_family(base) == 6 ? AF_INET6 : AF_INET;
    unsigned char network[16], address[16];
    if (!m->v->subject->from || inet_pton(family, base, network) != 1 ||
        inet_pton(family, m->v->subject->from, address) != 1)
        return false;
    long bits = slash ? mask_bits(slash + 1, family) : family == AF_INET ? 32 : 128;
    for (long i = 0; i < bits; i++)
        if ((network[i / 8] ^ address[i / 8]) & (0x80 >> i % 8))
            return false;
    return bits >= 0;
}

/* Linux-PAM 1.7 and later take the two loopback addresses for one. */
static bool is_own_address(const char *text)
{
    return strcmp(text, "127.0.0.1") == 0 || strcmp(text, "::1") == 0;
}

/* TOKEN without a mask of one address. */
static const char *origin_base(const struct matching *m, const char *token)
{
    const char *slash = strchr(token, '/');
    if (!slash || (strcmp(slash, "/128") != 0 && strcmp(slash, "/32") != 0))
        return token;
    return arena_text(m->v->facts->arena,
                      bytes_cut(bytes_of(token), 0, (size_t)(slash - token)));
}

/* One origin; the client always is a remote host, known by its address. */
static bool from_fits(struct matching *m, const char *token)
{
    const char *from = m->v->subject->from;
    size_t n = strlen(token);
    if (strcasecmp(token, "ALL") == 0)
        return true;
    if (token[0] == '@') {
        m->unknown = true;
        return false;
    }
    if (from && strcasecmp(token, from) == 0)
        return true;
    if (m->numbers && from && is_own_address(from) && is_own_address(origin_base(m, token)))
        return true;
    if (strcasecmp(token, "LOCAL") == 0 || strcasecmp(token, "NONE") == 0 || token[0] == ':' ||
        token[0] == '.')
        return false;
    if (token[n - 1] == '.') {
        const char *dotted = from ? arena_printf(m->v->facts->arena, "%s.", from) : "";
        return strncmp(token, dotted, n) == 0;
    }
    size_t base = strcspn(token, "/");
    if (token[base] == '/' || address_family(token) != 0)
        return in_network(m, token);
    /* Terminals and services ("tty1", "cron") are not hosts; a name with a dot may be one. */
    if (strchr(token, '.'))
        m->unknown = true;
    return false;
}

/* Linux-PAM 1.7 and later take numbers; releases not named here have an older one. */
static bool takes_numbers(const struct os_facts *os)
{
    long release = os->version ? strtol(os->version, NULL, 10) : 0;
    if (!os->id)
        return false;
    return os_is_debian_from(os, 13) ||
           (strcmp(os->id, "ubuntu") == 0 && release >= 26) ||
           (strcmp(os->id, "fedora") == 0 && release >= 42);
}

static bool name_or_number(const struct matching *m, const char *token, const char *name,
                           int64_t number)
{
    if (strcasecmp(token, name) == 0)
        return true;
    char *end;
    if (!m->numbers || !*token || token[strspn(token, "0123456789")])
        return false;
    return strtoll(token, &end, 10) == number;
}

static bool group_fits(const struct matching *m, const char *token)
{
    const struct account_fact *a = m->v->account;
    if (pam_in_group(m->v, token))
        return true;
    char *end;
    if (!m->numbers || !*token || token[strspn(token, "0123456789")])
        return false;
    long long gid = strtoll(token, &end, 10);
    for (size_t i = 0; i < a->group_id_count; i++)
        if (a->group_ids[i] == gid)
            return true;
    return false;
}

static bool user_fits(struct matching *m, const char *token)
{
    size_t n = strlen(token);
    if (token[0] == '(' && token[n - 1] == ')')
        return n > 2 &&
               group_fits(m, arena_text(m->v->facts->arena, bytes_cut(bytes_of(token), 1, n - 1)));
    if (strchr(token, '@')) {
        m->unknown = true; /* a netgroup, or a user of one host: its own name is not on the disk */
        return false;
    }
    if (strcasecmp(token, "ALL") == 0 ||
        name_or_number(m, token, m->v->account->name, m->v->account->uid))
        return true;
    return !m->only_new_groups && pam_in_group(m->v, token);
}

/* list_match: "A B EXCEPT C": in the first list and not in the one behind EXCEPT. */
static bool list_fits(struct matching *m, struct bytes list, const char *separators,
                      bool (*fits)(struct matching *, const char *))
{
    struct text_list words = text_words(m->v->facts->arena, list, separators);
    bool including = true, matched = false, result = false;
    for (size_t i = 0; i < words.count; i++) {
        if (strcasecmp(words.items[i], "EXCEPT") == 0) {
            if (!matched)
                break;
            including = !including;
            matched = false;
        } else if (fits(m, words.items[i])) {
            result = including;
            matched = true;
        }
    }
    return result;
}

/* 1: let in, 0: kept out, -1: no line fits. */
static int judge_line(struct matching *m, const struct pam_fact *e, struct bytes line)
{
    const char *fs = pam_argument(e, "fieldsep="), *ls = pam_argument(e, "listsep=");
    fs = fs && *fs ? fs : ":";
    size_t starts[3], ends[3], n = 0;
    for (size_t i = 0; i < line.len && n < 3; n++) {
        while (n < 2 && i < line.len && strchr(fs, line.ptr[i]))
            i++;
        /* After the second field strtok has taken one separator; "\n" ends the third. */
        starts[n] = i;
        while (i < line.len && (n == 2 || !strchr(fs, line.ptr[i])))
            i++;
        ends[n] = i;
        i += n < 2;
    }
    if (n < 3 || ends[2] == starts[2] || (line.ptr[starts[0]] != '+' && line.ptr[starts[0]] != '-'))
        return -1;
    const char *separators = ls && *ls ? ls : ", \t";
    if (!list_fits(m, bytes_cut(line, starts[1], ends[1]), separators, user_fits) ||
        !list_fits(m, bytes_cut(line, starts[2], ends[2]), separators, from_fits))
        return -1;
    return line.ptr[starts[0]] == '+';
}

static bool judge_file(struct matching *m, const struct pam_fact *e,
                       const struct pam_file_fact *file, struct pam_verdict *out)
{
    for (size_t i = 0; i < file->lines.count; i++) {
        struct bytes line = file->lines.items[i];
        /* A last line without its newline is not read. */
        if (i + 1 == file->lines.count && !file->ends_with_newline)
            continue;
        if (line.len == 0 || line.ptr[0] == '#' || memchr(line.ptr, '\0', line.len))
            continue;
        while (line.len > 0 && strchr(" \t\r\v\f", line.ptr[line.len - 1]))
            line.len--;
        int answer = judge_line(m, e, line);
        if (m->unknown) {
            *out = (struct pam_verdict){0};
            return true;
        }
        if (answer < 0)
            continue;
        *out = pam_answers(PAM_CODE_SUCCESS);
        if (answer == 0) {
            *out = pam_fails(PAM_CODE_PERM_DENIED, "pam-access-rules",
                             (struct place){file->path, (int)i + 1, 0});
            out->value = arena_text(m->v->facts->arena, line);
            out->wanted = m->v->account->name;
            out->detail = "the first line that fits decides";
        }
        return true;
    }
    return false;
}

struct pam_verdict pam_access_verdict(const struct visit *v, const struct pam_fact *e)
{
    struct matching m = {.v = v,
                         .only_new_groups = pam_has_argument(e, "nodefgroup"),
                         .numbers = takes_numbers(&v->facts->os)};
    const char *given = pam_argument(e, "accessfile=");
    struct pam_verdict verdict = pam_answers(PAM_CODE_SUCCESS);
    for (size_t i = 0; i < v->facts->pam_files.count; i++) {
        const struct pam_file_fact *file = &v->facts->pam_files.items[i];
        bool ours = given ? strcmp(file->path, given) == 0
                          : strcmp(file->path, "/etc/security/access.conf") == 0 ||
                                path_is_below(file->path, "/etc/security/access.d");
        if (!ours)
            continue;
        if (pam_file_is(file, "missing") && given) {
            struct pam_verdict no = pam_fails(PAM_CODE_ABORT, "pam-access-rules", file->at);
            no.value = "missing";
            no.wanted = v->account->name;
            return no;
        }
        if (pam_file_is(file, "unreadable") || pam_file_is(file, "not-regular"))
            return (struct pam_verdict){0};
        if (judge_file(&m, e, file, &verdict))
            return verdict;
    }
    return verdict;
}
