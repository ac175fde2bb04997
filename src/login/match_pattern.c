#include "login/match_pattern.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* sshd: match.c match_pattern_list: a longer entry ends the comparison without a match. */
#define ENTRY_MAX 1024

bool match_pattern(const char *text, const char *pattern)
{
    const char *star = NULL, *retry = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            retry = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* Take the next entry off *LIST into ENTRY, as strsep would (an empty one after a last comma too);
 * false at the end, or when it does not fit (*TOO_LONG). */
static bool next_entry(const char **list, char entry[ENTRY_MAX], bool *too_long)
{
    if (!*list)
        return false;
    const char *comma = strchr(*list, ',');
    size_t length = comma ? (size_t)(comma - *list) : strlen(*list);
    if (length >= ENTRY_MAX) {
        *too_long = true;
        return false;
    }
    memcpy(entry, *list, length);
    entry[length] = '\0';
    *list = comma ? comma + 1 : NULL;
    return true;
}

static void fold_case(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

enum match_result match_pattern_list(const char *text, const char *list, bool fold)
{
    char entry[ENTRY_MAX];
    bool too_long = false, found = false;
    while (next_entry(&list, entry, &too_long)) {
        const char *pattern = entry;
        bool negated = *pattern == '!';
        if (negated)
            pattern++;
        if (fold)
            fold_case(entry);
        if (!match_pattern(text, pattern))
            continue;
        if (negated)
            return MATCH_NEGATED;
        found = true;
    }
    return found && !too_long ? MATCH_FOUND : MATCH_NONE;
}

struct address {
    int family;        /* 4, 6, or 0 */
    uint8_t bytes[16]; /* network order; 4 are used for IPv4 */
};

static struct address parse_address(const char *text)
{
    struct address a = {0};
    char plain[ENTRY_MAX];
    /* A scope ("fe80::1%eth0") says where an address holds, not which it is. */
    size_t length = strcspn(text, "%");
    if (length == 0 || length >= sizeof plain)
        return a;
    memcpy(plain, text, length);
    plain[length] = '\0';
    if (inet_pton(AF_INET, plain, a.bytes) == 1) {
        a.family = 4;
    } else if (inet_pton(AF_INET6, plain, a.bytes) == 1) {
        a.family = 6;
    }
    return a;
}

/* sshd: canohost.c ipv64_normalise_mapped; patterns are left as they are. */
static struct address parse_client(const char *text)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    struct address a = parse_address(text);
    if (a.family == 6 && memcmp(a.bytes, mapped, sizeof mapped) == 0) {
        memmove(a.bytes, a.bytes + 12, 4);
        a.family = 4;
    }
    return a;
}

static bool bit_of(const struct address *a, unsigned bit)
{
    return (a->bytes[bit / 8] >> (7 - bit % 8)) & 1;
}

/* sshd: addrmatch.c addr_pton_cidr: 0 good, -1 no address, -2 a mask that does not fit it. */
static int parse_network(const char *text, struct address *network, unsigned *bits)
{
    char copy[ENTRY_MAX];
    size_t length = strlen(text);
    if (length >= sizeof copy)
        return -1;
    memcpy(copy, text, length + 1);
    char *slash = strchr(copy, '/');
    unsigned mask = 0;
    if (slash) {
        *slash++ = '\0';
        if (*slash == '\0' || strlen(slash) > 9 || strspn(slash, "0123456789") != strlen(slash))
            return -1;
        for (const char *p = slash; *p; p++)
            mask = mask * 10 + (unsigned)(*p - '0');
        if (mask > 128)
            return -1;
    }
    *network = parse_address(copy);
    if (network->family == 0)
        return -1;
    unsigned whole = network->family == 4 ? 32 : 128;
    *bits = slash ? mask : whole;
    if (*bits > whole)
        return -2;
    for (unsigned i = *bits; i < whole; i++)
        if (bit_of(network, i))
            return -2;
    return 0;
}

static bool in_network(const struct address *a, const struct address *network, unsigned bits)
{
    if (a->family != network->family)
        return false;
    for (unsigned i = 0; i < bits; i++)
        if (bit_of(a, i) != bit_of(network, i))
            return false;
    return true;
}

/* Does a wildcard pattern fit every address there is? */
static bool fits_every_address(const char *pattern)
{
    return strchr(pattern, '*') && strspn(pattern, "*?.:") == strlen(pattern);
}

enum match_result match_address_list(const char *address, const char *list)
{
    struct address client = {0};
    if (address) {
        client = parse_client(address);
        if (client.family == 0)
            return MATCH_NONE;
    }
    char entry[ENTRY_MAX];
    bool too_long = false;
    enum match_result result = MATCH_NONE;
    while (next_entry(&list, entry, &too_long)) {
        const char *pattern = entry;
        bool negated = *pattern == '!';
        if (negated)
            pattern++;
        if (!*pattern)
            return MATCH_BAD;
        struct address network;
        unsigned bits;
        int parsed = parse_network(pattern, &network, &bits);
        bool fits;
        if (parsed == -2)
            return MATCH_BAD;
        if (parsed == 0)
            fits = address ? in_network(&client, &network, bits) : bits == 0;
        else
            fits = address ? match_pattern(address, pattern) : fits_every_address(pattern);
        if (fits && negated)
            return MATCH_NEGATED;
        if (fits)
            result = MATCH_FOUND;
    }
    return too_long ? MATCH_BAD : result;
}

enum match_result match_host_list(const char *host, const char *list)
{
    if (host)
        return match_pattern_list(host, list, true);
    char entry[ENTRY_MAX];
    bool too_long = false, found = false;
    while (next_entry(&list, entry, &too_long)) {
        bool negated = entry[0] == '!';
        if (!fits_every_address(entry + (negated ? 1 : 0)))
            continue;
        if (negated)
            return MATCH_NEGATED;
        found = true;
    }
    return found ? MATCH_FOUND : MATCH_NONE;
}

enum match_result match_host_and_address(const char *host, const char *address, const char *list)
{
    enum match_result by_address = match_address_list(address, list);
    if (by_address == MATCH_BAD)
        return MATCH_BAD;
    if (by_address == MATCH_NEGATED)
        return MATCH_NONE;
    enum match_result by_host = match_host_list(host, list);
    if (by_host == MATCH_NEGATED)
        return MATCH_NONE;
    return by_host == MATCH_FOUND || by_address == MATCH_FOUND ? MATCH_FOUND : MATCH_NONE;
}

enum match_result match_user(const char *user, const char *host, const char *address,
                             const char *pattern)
{
    const char *at = strrchr(pattern, '@');
    if (!at)
        return match_pattern(user, pattern) ? MATCH_FOUND : MATCH_NONE;
    char name[ENTRY_MAX];
    size_t length = (size_t)(at - pattern);
    if (length >= sizeof name)
        return MATCH_NONE;
    memcpy(name, pattern, length);
    name[length] = '\0';
    if (!match_pattern(user, name))
        return MATCH_NONE;
    return match_host_and_address(host, address, at + 1);
}

int address_family(const char *text)
{
    return text ? parse_client(text).family : 0;
}

bool address_is_loopback(const char *text)
{
    return match_address_list(text, "127.0.0.0/8,::1") == MATCH_FOUND;
}

bool address_is_impossible(const char *text)
{
    return match_address_list(text, "0.0.0.0/8,192.0.2.0/24,198.51.100.0/24,203.0.113.0/24,"
                                    "224.0.0.0/3,2001:db8::/32,ff00::/8") == MATCH_FOUND;
}
