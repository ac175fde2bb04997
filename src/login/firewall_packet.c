#include "login/firewall_packet.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum truth truth_not(enum truth t)
{
    return t == TRUTH_YES ? TRUTH_NO : t == TRUTH_NO ? TRUTH_YES : TRUTH_UNKNOWN;
}

enum truth truth_and(enum truth a, enum truth b)
{
    if (a == TRUTH_NO || b == TRUTH_NO)
        return TRUTH_NO;
    return a == TRUTH_YES && b == TRUTH_YES ? TRUTH_YES : TRUTH_UNKNOWN;
}

enum truth truth_or(enum truth a, enum truth b)
{
    return truth_not(truth_and(truth_not(a), truth_not(b)));
}

static bool parse_address(const char *text, struct firewall_address *out)
{
    *out = (struct firewall_address){0};
    if (inet_pton(AF_INET, text, out->bytes) == 1)
        return true;
    out->six = true;
    return inet_pton(AF_INET6, text, out->bytes) == 1;
}

static size_t length_of(const struct firewall_address *address)
{
    return address->six ? 16 : 4;
}

static bool whole_number(const char *text, long maximum, long *out)
{
    if (!isdigit((unsigned char)*text) || strlen(text) > 9)
        return false;
    char *end;
    *out = strtol(text, &end, 10);
    return *end == '\0' && *out <= maximum;
}

/* MASK: a length, or an address of ones and zeros (a mask with holes is none to us). */
static bool apply_mask(const char *text, struct firewall_address *first,
                       struct firewall_address *last)
{
    struct firewall_address mask = {0};
    size_t n = length_of(first);
    long bits;
    if (whole_number(text, (long)n * 8, &bits)) {
        for (size_t i = 0; i < n * 8; i++)
            if (i < (size_t)bits)
                mask.bytes[i / 8] |= (uint8_t)(0x80u >> (i % 8));
    } else if (!parse_address(text, &mask) || mask.six != first->six) {
        return false;
    }
    bool zero = false;
    for (size_t i = 0; i < n * 8; i++) {
        bool one = mask.bytes[i / 8] & (0x80u >> (i % 8));
        if (one && zero)
            return false;
        zero |= !one;
    }
    for (size_t i = 0; i < n; i++) {
        first->bytes[i] &= mask.bytes[i];
        last->bytes[i] = (uint8_t)(first->bytes[i] | (uint8_t)~mask.bytes[i]);
    }
    return true;
}

bool firewall_address_range(struct arena *a, const char *text, struct firewall_address *first,
                            struct firewall_address *last)
{
    size_t n = strcspn(text, "/-");
    if (n > 64)
        return false;
    const char *head = arena_text(a, (struct bytes){text, n});
    if (!parse_address(head, first))
        return false;
    *last = *first;
    if (text[n] == '\0')
        return true;
    if (text[n] == '/')
        return apply_mask(text + n + 1, first, last);
    return parse_address(text + n + 1, last) && last->six == first->six;
}

const char *firewall_address_text(struct arena *a, const struct firewall_address *address)
{
    char buffer[INET6_ADDRSTRLEN];
    if (!inet_ntop(address->six ? AF_INET6 : AF_INET, address->bytes, buffer, sizeof buffer))
        return "";
    return arena_strdup(a, buffer);
}

enum truth firewall_address_fits(struct arena *a, const struct firewall_packet *p, const char *text)
{
    struct firewall_address first, last;
    if (!firewall_address_range(a, text, &first, &last))
        return TRUTH_UNKNOWN;
    size_t n = length_of(&first);
    if (first.six != p->from.six)
        return TRUTH_NO;
    return memcmp(p->from.bytes, first.bytes, n) >= 0 && memcmp(p->from.bytes, last.bytes, n) <= 0
               ? TRUTH_YES
               : TRUTH_NO;
}

enum truth firewall_destination_fits(struct arena *a, const struct firewall_packet *p,
                                     const char *text)
{
    static const char *const nobody[] = {"127.0.0.0/8", "224.0.0.0/3", "::1", "ff00::/8"};
    struct firewall_address first, last, from, to;
    if (!firewall_address_range(a, text, &first, &last))
        return TRUTH_UNKNOWN;
    if (first.six != p->from.six)
        return TRUTH_NO;
    size_t n = length_of(&first);
    bool all = true;
    for (size_t i = 0; i < n; i++)
        all = all && first.bytes[i] == 0 && last.bytes[i] == 0xff;
    if (all)
        return TRUTH_YES;
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
        if (firewall_address_range(a, nobody[i], &from, &to) && from.six == first.six &&
            memcmp(first.bytes, from.bytes, n) >= 0 && memcmp(last.bytes, to.bytes, n) <= 0)
            return TRUTH_NO;
    return TRUTH_UNKNOWN;
}

/* The names of /etc/services people write into rules. */
static bool port_number(const char *text, long *out)
{
    static const struct {
        const char *name;
        long port;
    } names[] = {
        {"ssh", 22},          {"http", 80},          {"https", 443},      {"www", 80},
        {"domain", 53},       {"smtp", 25},          {"ftp", 21},         {"ftp-data", 20},
        {"telnet", 23},       {"imap", 143},         {"imap2", 143},      {"imaps", 993},
        {"pop3", 110},        {"pop3s", 995},        {"ntp", 123},        {"snmp", 161},
        {"ldap", 389},        {"ldaps", 636},        {"mysql", 3306},     {"nfs", 2049},
        {"sunrpc", 111},      {"rsync", 873},        {"auth", 113},       {"ident", 113},
        {"bootps", 67},       {"bootpc", 68},        {"submission", 587}, {"submissions", 465},
        {"kerberos", 88},     {"postgresql", 5432},  {"netbios-ns", 137}, {"netbios-dgm", 138},
        {"netbios-ssn", 139}, {"microsoft-ds", 445}, {"ipp", 631},        {"mdns", 5353},
        {"http-alt", 8080},   {"webcache", 8080},    {"syslog", 514},     {"tftp", 69},
        {"isakmp", 500},      {"openvpn", 1194},
    };
    if (whole_number(text, 65535, out))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, text) == 0) {
            *out = names[i].port;
            return true;
        }
    return false;
}

static bool port_range(const char *text, long *first, long *last)
{
    if (port_number(text, first)) {
        *last = *first;
        return true;
    }
    char head[32];
    size_t n = strcspn(text, ":-");
    if (n >= sizeof head || text[n] == '\0')
        return false;
    memcpy(head, text, n);
    head[n] = '\0';
    *first = 0;
    *last = 65535;
    return (n == 0 || port_number(head, first)) &&
           (text[n + 1] == '\0' || port_number(text + n + 1, last));
}

enum truth firewall_port_fits(const char *text, int port)
{
    long first, last;
    if (!port_range(text, &first, &last))
        return TRUTH_UNKNOWN;
    return port >= first && port <= last ? TRUTH_YES : TRUTH_NO;
}

enum truth firewall_source_port_fits(const char *text)
{
    long first, last;
    if (!port_range(text, &first, &last))
        return TRUTH_UNKNOWN;
    return first <= 1024 && last == 65535 ? TRUTH_YES : last < 1024 ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* Names that programs give to what they make; nobody comes by them from outside. */
enum truth firewall_interface_fits(const char *text)
{
    static const char *const inside[] = {"docker",  "virbr", "veth",      "lxcbr", "lxdbr", "cni",
                                         "podman",  "tun",   "tap",       "wg",    "br-",   "vnet",
                                         "flannel", "cali",  "tailscale", "dummy", "ifb"};
    size_t n = strlen(text);
    bool wild = n > 0 && (text[n - 1] == '*' || text[n - 1] == '+');
    if (n == 1 && wild)
        return TRUTH_YES;
    if (strcmp(text, "lo") == 0)
        return TRUTH_NO;
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        if (strncmp(text, inside[i], strlen(inside[i])) == 0)
            return TRUTH_NO;
    return TRUTH_UNKNOWN;
}
