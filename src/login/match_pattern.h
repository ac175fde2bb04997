/* Pattern lists, host and address criteria as sshd compares them. Pure text; knows no subject. */
#ifndef DISKMEND_LOGIN_MATCH_PATTERN_H
#define DISKMEND_LOGIN_MATCH_PATTERN_H

#include <stdbool.h>

/* sshd: match.c match_pattern: `*` and `?`, nothing else, case matters. */
bool match_pattern(const char *text, const char *pattern);

enum match_result {
    MATCH_BAD = -2,     /* an entry sshd cannot read: bits beyond the mask, an empty entry */
    MATCH_NEGATED = -1, /* a `!` entry fits */
    MATCH_NONE = 0,
    MATCH_FOUND = 1
};

/* sshd: match.c match_pattern_list: entries between commas, `!` negates and wins. FOLD: the pattern
 * is lowered before comparing (host names). */
enum match_result match_pattern_list(const char *text, const char *list, bool fold);

/* sshd: addrmatch.c addr_match_list: CIDR, addresses and wildcards. ADDRESS NULL is any outside
 * address: only what fits every address (a bare wildcard, /0) fits it. */
enum match_result match_address_list(const char *address, const char *list);

/* sshd: match.c match_hostname; without a name (no UseDNS) HOST is the address; NULL as above. */
enum match_result match_host_list(const char *host, const char *list);

/* sshd: match.c match_host_and_ip: MATCH_FOUND, MATCH_NONE, or MATCH_BAD. */
enum match_result match_host_and_address(const char *host, const char *address, const char *list);

/* sshd: match.c match_user: `name` or `name@hosts` of AllowUsers and DenyUsers. */
enum match_result match_user(const char *user, const char *host, const char *address,
                             const char *pattern);

/* A literal IPv4 (4) or IPv6 (6) address, or 0. */
int address_family(const char *text);
/* In 127.0.0.0/8, or ::1. */
bool address_is_loopback(const char *text);
/* The address that stands for nothing on a network: documentation, multicast, reserved ranges. */
bool address_is_impossible(const char *text);

#endif
