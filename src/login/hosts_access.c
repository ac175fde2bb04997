/* hosts_access(3) as an sshd with libwrap asks it, from the lines of hosts.allow and hosts.deny.
 * Mirrors tcp_wrappers: hosts_access.c list_match, client_match, host_match, string_match. A name
 * that only a network can tell fits maybe. */
#include "login/firewall_walk.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/collect.h"
#include "login/match_pattern.h"

typedef enum truth token_function(struct firewall_walk *w, const char *token);

static enum truth as_truth(bool b)
{
    return b ? TRUTH_YES : TRUTH_NO;
}

static enum truth string_fits(const char *token, const char *text)
{
    size_t n = strlen(token), m = strlen(text);
    if (strpbrk(token, "*?"))
        return as_truth(match_pattern(text, token));
    if (token[0] == '.')
        return as_truth(m > n && strcasecmp(text + m - n, token) == 0);
    if (strcasecmp(token, "ALL") == 0 || strcasecmp(token, "KNOWN") == 0)
        return TRUTH_YES;
    if (n > 0 && token[n - 1] == '.')
        return as_truth(strncasecmp(token, text, n) == 0);
    return as_truth(strcasecmp(token, text) == 0);
}

static enum truth daemon_fits(struct firewall_walk *w, const char *token)
{
    const char *at = token[0] ? strchr(token + 1, '@') : NULL;
    if (!at)
        return string_fits(token, "sshd");
    const char *daemon = arena_text(w->arena, (struct bytes){token, (size_t)(at - token)});
    bool all = strcasecmp(at + 1, "ALL") == 0;
    return truth_and(string_fits(daemon, "sshd"), all ? TRUTH_YES : TRUTH_UNKNOWN);
}

/* NET/MASK: the net is compared as it is written, bits beyond the mask too. */
static enum truth network_fits(struct firewall_walk *w, const char *net, const char *mask)
{
    struct in_addr n, m;
    if (w->packet->from.six || inet_pton(AF_INET, net, &n) != 1)
        return TRUTH_NO;
    uint32_t address = 0, bits;
    for (size_t i = 0; i < 4; i++)
        address = address << 8 | w->packet->from.bytes[i];
    if (inet_pton(AF_INET, mask, &m) == 1) {
        bits = ntohl(m.s_addr);
    } else {
        int64_t length;
        if (!text_number(bytes_of(mask), 1, 32, &length))
            return TRUTH_NO;
        bits = length == 32 ? 0xffffffffu : ~(0xffffffffu >> length);
    }
    return as_truth((address & bits) == ntohl(n.s_addr));
}

static enum truth bracket_fits(struct firewall_walk *w, const char *token)
{
    size_t n = strcspn(token + 1, "]");
    const char *address = arena_text(w->arena, (struct bytes){token + 1, n});
    const char *rest = token[1 + n] ? token + 2 + n : "";
    if (!w->packet->from.six)
        return TRUTH_NO;
    return firewall_address_fits(w->arena, w->packet,
                                 arena_printf(w->arena, "%s%s", address, rest));
}

/* Could the text be part of a host name, and never of an address? */
static bool is_name(const char *token)
{
    return strspn(token, "0123456789.*?:abcdefABCDEF") < strlen(token) ||
           (strpbrk(token, "abcdefABCDEF") && !strchr(token, ':'));
}

static enum truth host_fits(struct firewall_walk *w, const char *token)
{
    static const char *const maybe[] = {"KNOWN", "UNKNOWN", "LOCAL"};
    if (token[0] == '@' || token[0] == '/')
        return TRUTH_UNKNOWN; /* a netgroup; a file of patterns */
    if (token[0] == '[')
        return bracket_fits(w, token);
    for (size_t i = 0; i < sizeof maybe / sizeof *maybe; i++)
        if (strcasecmp(token, maybe[i]) == 0)
            return TRUTH_UNKNOWN;
    if (strcasecmp(token, "ALL") == 0)
        return TRUTH_YES;
    if (strcasecmp(token, "PARANOID") == 0)
        return TRUTH_NO; /* a client whose name and address agree */
    const char *slash = token[0] ? strchr(token + 1, '/') : NULL;
    if (slash)
        return network_fits(w, arena_text(w->arena, (struct bytes){token, (size_t)(slash - token)}),
                            slash + 1);
    if (token[0] == '.' || is_name(token))
        return TRUTH_UNKNOWN;
    return string_fits(token, w->packet->text);
}

/* user@host: the user's name would be asked of the client. */
static enum truth client_fits(struct firewall_walk *w, const char *token)
{
    const char *at = token[0] ? strchr(token + 1, '@') : NULL;
    if (!at)
        return host_fits(w, token);
    bool all = strncasecmp(token, "ALL@", 4) == 0;
    return truth_and(host_fits(w, at + 1), all ? TRUTH_YES : TRUTH_UNKNOWN);
}

/* The part up to EXCEPT, and not what comes behind it. */
static enum truth list_fits(struct firewall_walk *w, const struct text_list *list, size_t from,
                            token_function *fits, int depth)
{
    enum truth out = TRUTH_NO;
    size_t i = from;
    for (; i < list->count && strcasecmp(list->items[i], "EXCEPT") != 0; i++)
        out = truth_or(out, fits(w, list->items[i]));
    if (i >= list->count || out == TRUTH_NO || depth > 64)
        return out;
    return truth_and(out, truth_not(list_fits(w, list, i + 1, fits, depth + 1)));
}

/* What the options make of a line that fits: the last of allow, deny, twist. */
static unsigned options_outcome(struct firewall_walk *w, const char *options, unsigned outcome)
{
    static const char *const quiet[] = {"spawn",   "severity", "keepalive", "linger",
                                        "rfc931",  "setenv",   "umask",     "nice",
                                        "banners", "group",    "user"};
    for (const char *at = options; at && *at;) {
        size_t n = 0;
        while (at[n] && at[n] != ':')
            n += at[n] == '\\' && at[n + 1] ? 2 : 1;
        struct bytes option = text_trim((struct bytes){at, n});
        size_t word = 0;
        while (word < option.len && !strchr(" \t=", option.ptr[word]))
            word++;
        const char *name = arena_text(w->arena, bytes_cut(option, 0, word));
        at += n + (at[n] == ':');
        if (strcasecmp(name, "allow") == 0)
            return OUTCOME_ACCEPT; /* hosts_options(5): must stand last */
        if (strcasecmp(name, "deny") == 0 || strcasecmp(name, "twist") == 0)
            return OUTCOME_DROP;
        bool known = option.len == 0;
        for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
            known |= strcasecmp(name, quiet[i]) == 0;
        if (!known)
            return OUTCOME_ACCEPT | OUTCOME_DROP;
    }
    return outcome;
}

static unsigned line_outcome(struct firewall_walk *w, const struct firewall_fact *line)
{
    bool allows = strcmp(line->source, "hosts.allow") == 0;
    struct text_list daemons = text_words(w->arena, bytes_of(line->words.items[0]), ", \t\r\n");
    struct text_list clients = text_words(w->arena, bytes_of(line->words.items[1]), ", \t\r\n");
    enum truth fits = truth_and(list_fits(w, &daemons, 0, daemon_fits, 0),
                                list_fits(w, &clients, 0, client_fits, 0));
    if (fits == TRUTH_NO)
        return OUTCOME_ON;
    unsigned out = options_outcome(w, line->words.count > 2 ? line->words.items[2] : NULL,
                                   allows ? OUTCOME_ACCEPT : OUTCOME_DROP);
    if (out & OUTCOME_DROP)
        firewall_drop(w, line, "deny");
    return fits == TRUTH_YES ? out : out | OUTCOME_ON;
}

unsigned hosts_access_outcome(struct firewall_walk *w)
{
    static const char *const tables[] = {"hosts.allow", "hosts.deny"};
    unsigned all = 0;
    w->dropped_by = NULL;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; i < w->facts->firewall.count; i++) {
            const struct firewall_fact *line = &w->facts->firewall.items[i];
            if (strcmp(line->source, tables[t]) != 0)
                continue;
            if (strcmp(line->kind, "problem") == 0) {
                all |= OUTCOME_ACCEPT | OUTCOME_DROP;
                continue;
            }
            unsigned one = line_outcome(w, line);
            all |= one & ~(unsigned)OUTCOME_ON;
            if (!(one & OUTCOME_ON))
                return all;
        }
    return all | OUTCOME_ACCEPT;
}
