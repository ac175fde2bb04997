/* One rule of iptables against the packet. Mirrors iptables-extensions(8): a match that is not
 * known here may hold or not. */
#include "login/firewall_walk.h"

#include <string.h>
#include <strings.h>

#include "facts/collect.h"

struct rule_reader {
    struct firewall_walk *w;
    const struct firewall_fact *rule;
    size_t i;
    enum truth holds;
    const char *target;
    bool go_to;
};

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static const char *value_of(struct rule_reader *r)
{
    return r->i < r->rule->words.count ? r->rule->words.items[r->i++] : "";
}

/* One of the parts between commas. */
enum list_kind { LIST_ADDRESS, LIST_DESTINATION, LIST_PORT, LIST_SOURCE_PORT, LIST_STATE };

static enum truth part_fits(struct rule_reader *r, enum list_kind kind, const char *part)
{
    switch (kind) {
    case LIST_ADDRESS:
        return firewall_address_fits(r->w->arena, r->w->packet, part);
    case LIST_DESTINATION:
        return firewall_destination_fits(r->w->arena, r->w->packet, part);
    case LIST_PORT:
        return firewall_port_fits(part, r->w->packet->port);
    case LIST_SOURCE_PORT:
        return firewall_source_port_fits(part);
    case LIST_STATE:
        return strcasecmp(part, "NEW") == 0 ? TRUTH_YES : TRUTH_NO;
    }
    return TRUTH_UNKNOWN;
}

static enum truth list_fits(struct rule_reader *r, enum list_kind kind, const char *list)
{
    struct text_list parts = text_words(r->w->arena, bytes_of(list), ",");
    enum truth out = TRUTH_NO;
    for (size_t i = 0; i < parts.count; i++)
        out = truth_or(out, part_fits(r, kind, parts.items[i]));
    return out;
}

static enum truth protocol_fits(const char *name)
{
    static const char *const others[] = {"udp",  "icmp", "ipv6-icmp", "icmpv6",  "esp",  "ah",
                                         "gre",  "sctp", "igmp",      "udplite", "ipip", "1",
                                         "2",    "17",   "47",        "50",      "51",   "58",
                                         "ipv6", "vrrp", "ospf",      "112",     "89",   "pim",
                                         "dccp", "mh",   "41",        "132",     NULL};
    if (strcasecmp(name, "tcp") == 0 || strcmp(name, "6") == 0 || strcasecmp(name, "all") == 0 ||
        strcmp(name, "0") == 0)
        return TRUTH_YES;
    return is_one_of(name, others) ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* --tcp-flags MASK SET, for a packet that has SYN alone. */
static enum truth flags_fit(const char *mask, const char *set)
{
    bool in_mask = strstr(mask, "SYN") || strcmp(mask, "ALL") == 0;
    if (strcmp(set, "NONE") == 0)
        return in_mask ? TRUTH_NO : TRUTH_YES;
    if (strcmp(set, "SYN") == 0)
        return in_mask ? TRUTH_YES : TRUTH_NO;
    return TRUTH_NO; /* another flag is wanted too */
}

static enum truth type_fits(const char *list)
{
    static const char *const unicast[] = {"LOCAL", "UNICAST", NULL};
    static const char *const others[] = {"BROADCAST",   "MULTICAST", "ANYCAST", "BLACKHOLE",
                                         "UNREACHABLE", "PROHIBIT",  "THROW",   "NAT",
                                         "UNSPEC",      NULL};
    if (is_one_of(list, unicast))
        return strcmp(list, "LOCAL") == 0 ? TRUTH_YES : TRUTH_NO;
    return is_one_of(list, others) ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* Options with one value that say nothing of the packet. */
static bool is_silent(const char *option)
{
    static const char *const names[] = {"--comment",
                                        "--limit-burst",
                                        "--hashlimit-burst",
                                        "--hashlimit-mode",
                                        "--hashlimit-name",
                                        "--hashlimit-htable-size",
                                        "--hashlimit-htable-max",
                                        "--hashlimit-htable-expire",
                                        "--hashlimit-htable-gcinterval",
                                        "--hashlimit-srcmask",
                                        "--name",
                                        "--mask",
                                        "--seconds",
                                        "--hitcount",
                                        "--log-prefix",
                                        "--log-level",
                                        "--reject-with",
                                        "--nflog-prefix",
                                        "--nflog-group",
                                        "--nflog-threshold",
                                        "--set-mark",
                                        "--set-xmark",
                                        "--connlimit-mask",
                                        "--nfmask",
                                        "--ctmask",
                                        "-c",
                                        "--set-counters",
                                        "--restore-mark-mask",
                                        "--zone",
                                        NULL};
    return is_one_of(option, names);
}

static bool is_flag(const char *option)
{
    static const char *const names[] = {"--rsource",
                                        "--rdest",
                                        "--rttl",
                                        "--log-ip-options",
                                        "--log-tcp-options",
                                        "--log-tcp-sequence",
                                        "--log-uid",
                                        "--connlimit-saddr",
                                        "--reap",
                                        "--save-mark",
                                        "--restore-mark",
                                        "--loose",
                                        "--invert",
                                        NULL};
    return is_one_of(option, names);
}

/* Matches a first connection of a quiet client always (or never) fits. */
static bool answer_fixed(struct rule_reader *r, const char *option, enum truth *out)
{
    static const char *const yes[] = {"--limit", "--hashlimit", "--hashlimit-upto",
                                      "--connlimit-upto", NULL};
    static const char *const no[] = {
        "--hashlimit-above", "--connlimit-above", "--icmp-type", "--icmpv6-type",
        "--physdev-in",      "--rt-type",         NULL};
    static const char *const recent_no[] = {"--update", "--rcheck", "--remove", NULL};
    bool is_yes = is_one_of(option, yes);
    if (is_yes || is_one_of(option, no)) {
        value_of(r);
        *out = is_yes ? TRUTH_YES : TRUTH_NO;
        return true;
    }
    if (is_one_of(option, recent_no) || strcmp(option, "--physdev-is-bridged") == 0 ||
        strcmp(option, "-f") == 0 || strcmp(option, "--fragment") == 0) {
        *out = TRUTH_NO;
        return true;
    }
    if (strcmp(option, "--set") == 0 || strcmp(option, "--syn") == 0) {
        *out = TRUTH_YES;
        return true;
    }
    return false;
}

static bool answer_asked(struct rule_reader *r, const char *option, enum truth *out)
{
    static const struct {
        const char *option;
        enum list_kind kind;
    } lists[] = {
        {"-s", LIST_ADDRESS},           {"--source", LIST_ADDRESS},
        {"--src", LIST_ADDRESS},        {"--src-range", LIST_ADDRESS},
        {"-d", LIST_DESTINATION},       {"--destination", LIST_DESTINATION},
        {"--dst", LIST_DESTINATION},    {"--dst-range", LIST_DESTINATION},
        {"--dport", LIST_PORT},         {"--destination-port", LIST_PORT},
        {"--dports", LIST_PORT},        {"--destination-ports", LIST_PORT},
        {"--sport", LIST_SOURCE_PORT},  {"--source-port", LIST_SOURCE_PORT},
        {"--sports", LIST_SOURCE_PORT}, {"--source-ports", LIST_SOURCE_PORT},
        {"--state", LIST_STATE},        {"--ctstate", LIST_STATE},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(lists[i].option, option) == 0) {
            *out = list_fits(r, lists[i].kind, value_of(r));
            return true;
        }
    if (strcmp(option, "-p") == 0 || strcmp(option, "--protocol") == 0 ||
        strcmp(option, "--proto") == 0) {
        *out = protocol_fits(value_of(r));
    } else if (strcmp(option, "-i") == 0 || strcmp(option, "--in-interface") == 0) {
        *out = firewall_interface_fits(value_of(r));
    } else if (strcmp(option, "-o") == 0 || strcmp(option, "--out-interface") == 0) {
        *out = strcmp(value_of(r), "+") == 0 ? TRUTH_YES : TRUTH_NO;
    } else if (strcmp(option, "--tcp-flags") == 0) {
        const char *mask = value_of(r);
        *out = flags_fit(mask, value_of(r));
    } else if (strcmp(option, "--dst-type") == 0) {
        *out = type_fits(value_of(r));
    } else if (strcmp(option, "--pkt-type") == 0) {
        *out = strcmp(value_of(r), "unicast") == 0 ? TRUTH_YES : TRUTH_NO;
    } else if (strcmp(option, "--ports") == 0) {
        const char *list = value_of(r);
        *out = truth_or(list_fits(r, LIST_PORT, list), list_fits(r, LIST_SOURCE_PORT, list));
    } else {
        return answer_fixed(r, option, out);
    }
    return true;
}

static void read_option(struct rule_reader *r, bool *negate)
{
    const char *option = value_of(r);
    enum truth one;
    if (strcmp(option, "!") == 0) {
        *negate = true;
        return;
    }
    if (strcmp(option, "-j") == 0 || strcmp(option, "--jump") == 0 || strcmp(option, "-g") == 0 ||
        strcmp(option, "--goto") == 0) {
        r->go_to = strchr(option, 'g') != NULL;
        r->target = value_of(r);
    } else if (strcmp(option, "-m") == 0 || strcmp(option, "--match") == 0 || is_silent(option)) {
        value_of(r);
    } else if (!is_flag(option)) {
        /* "-s ! 10.0.0.0/8": the old place of the mark */
        if (r->i < r->rule->words.count && strcmp(r->rule->words.items[r->i], "!") == 0) {
            *negate = true;
            r->i++;
        }
        if (!answer_asked(r, option, &one)) {
            one = TRUTH_UNKNOWN;
            while (r->i < r->rule->words.count && r->rule->words.items[r->i][0] != '-')
                r->i++;
        }
        r->holds = truth_and(r->holds, *negate ? truth_not(one) : one);
    }
    *negate = false;
}

static unsigned target_outcome(struct rule_reader *r)
{
    static const char *const passing[] = {"LOG",         "NFLOG",      "ULOG",  "MARK",
                                          "CONNMARK",    "TRACE",      "SET",   "CHECKSUM",
                                          "TCPMSS",      "CLASSIFY",   "DSCP",  "TOS",
                                          "TTL",         "HL",         "AUDIT", "SECMARK",
                                          "CONNSECMARK", "MASQUERADE", "SNAT",  NULL};
    const char *t = r->target;
    if (!t || is_one_of(t, passing))
        return OUTCOME_ON;
    if (strcmp(t, "ACCEPT") == 0)
        return OUTCOME_ACCEPT;
    if (strcmp(t, "DROP") == 0)
        return firewall_drop(r->w, r->rule, "drop");
    if (strcmp(t, "REJECT") == 0)
        return firewall_drop(r->w, r->rule, "reject");
    if (strcmp(t, "DNAT") == 0) /* to another port or host: no sshd of this one sees it */
        return firewall_drop(r->w, r->rule, "forward");
    if (strcmp(t, "RETURN") == 0)
        return OUTCOME_RETURN;
    return firewall_jump(r->w, r->rule, t, r->go_to);
}

/* RETURN of a built-in chain leads to its policy, which is what ON at its end does as well. */
unsigned iptables_rule_outcome(struct firewall_walk *w, const struct firewall_fact *rule)
{
    struct rule_reader r = {.w = w, .rule = rule, .holds = TRUTH_YES};
    bool negate = false;
    while (r.i < rule->words.count)
        read_option(&r, &negate);
    if (r.holds == TRUTH_NO)
        return OUTCOME_ON;
    unsigned out = target_outcome(&r);
    return r.holds == TRUTH_YES ? out : out | OUTCOME_ON;
}
