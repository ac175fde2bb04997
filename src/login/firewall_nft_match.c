/* What a rule of nftables asks of the packet: selectors, values, sets and maps. Mirrors nft(8). */
#include "login/firewall_nft.h"

#include "base/limits.h"

#define KEYS_MAX 5

void nft_skip_braces(struct nft_reader *r)
{
    int depth = 0;
    do {
        const char *word = nft_take(r);
        depth += strcmp(word, "{") == 0;
        depth -= strcmp(word, "}") == 0;
    } while (depth > 0 && r->i < r->words->count);
}

static enum key tcp_key(const char *field)
{
    return strcmp(field, "dport") == 0   ? KEY_PORT
           : strcmp(field, "sport") == 0 ? KEY_SOURCE_PORT
           : strcmp(field, "flags") == 0 ? KEY_TCP_FLAGS
                                         : KEY_UNKNOWN;
}

static enum key ip_key(const struct nft_reader *r, const char *layer, const char *field)
{
    bool six = strcmp(layer, "ip6") == 0;
    if (six != r->w->packet->from.six)
        return KEY_NEVER;
    return strcmp(field, "saddr") == 0                                       ? KEY_ADDRESS
           : strcmp(field, "daddr") == 0                                     ? KEY_DESTINATION
           : strcmp(field, "protocol") == 0 || strcmp(field, "nexthdr") == 0 ? KEY_PROTOCOL
                                                                             : KEY_UNKNOWN;
}

static enum key meta_key(const char *field)
{
    return strcmp(field, "iifname") == 0 || strcmp(field, "iif") == 0        ? KEY_INTERFACE
           : strcmp(field, "l4proto") == 0                                   ? KEY_PROTOCOL
           : strcmp(field, "nfproto") == 0 || strcmp(field, "protocol") == 0 ? KEY_FAMILY
           : strcmp(field, "pkttype") == 0                                   ? KEY_TYPE
           : strcmp(field, "oifname") == 0 || strcmp(field, "oif") == 0      ? KEY_NEVER
                                                                             : KEY_UNKNOWN;
}

/* "fib daddr type": local, for what comes in. "fib saddr . iif oif": there is a way back. */
static enum key fib_key(struct nft_reader *r)
{
    while (strcmp(nft_peek(r), "type") != 0 && strcmp(nft_peek(r), "oif") != 0 &&
           strcmp(nft_peek(r), "oifname") != 0 && r->i < r->words->count)
        r->i++;
    return strcmp(nft_take(r), "type") == 0 ? KEY_TYPE : KEY_UNKNOWN;
}

enum key nft_take_key(struct nft_reader *r)
{
    static const char *const others[] = {"udp",  "udplite", "icmp", "icmpv6", "igmp", "esp", "ah",
                                         "comp", "sctp",    "dccp", "arp",    "vlan", NULL};
    static const char *const strange[] = {"ether",  "rt",    "ipsec",   "osf", "socket",
                                          "exthdr", "frag",  "hbh",     "mh",  "dst",
                                          "numgen", "jhash", "symhash", NULL};
    static const char *const bare[] = {"iif", "iifname", "oif", "oifname", NULL};
    static const char *const bare_strange[] = {"mark",    "iiftype", "iifgroup", "skuid", "skgid",
                                               "pkttype", "cpu",     "cgroup",   NULL};
    const char *word = nft_peek(r);
    if (strcmp(word, "tcp") == 0 || strcmp(word, "th") == 0) {
        r->i++;
        return tcp_key(nft_take(r));
    }
    if (strcmp(word, "ip") == 0 || strcmp(word, "ip6") == 0) {
        r->i++;
        return ip_key(r, word, nft_take(r));
    }
    if (strcmp(word, "meta") == 0) {
        r->i++;
        return meta_key(nft_take(r));
    }
    if (strcmp(word, "fib") == 0) {
        r->i++;
        return fib_key(r);
    }
    if (strcmp(word, "ct") == 0) {
        r->i++;
        if (!nft_take_if(r, "original"))
            nft_take_if(r, "reply");
        return strcmp(nft_take(r), "state") == 0 ? KEY_STATE : KEY_UNKNOWN;
    }
    if (nft_is_one_of(word, others) || nft_is_one_of(word, strange)) {
        bool never = nft_is_one_of(word, others);
        r->i += 2;
        return never ? KEY_NEVER : KEY_UNKNOWN;
    }
    if (nft_is_one_of(word, bare)) {
        r->i++;
        return meta_key(word);
    }
    if (nft_is_one_of(word, bare_strange)) {
        r->i++;
        return meta_key(word);
    }
    return KEY_NONE;
}

static enum truth protocol_fits(const char *name)
{
    static const char *const tcp[] = {"tcp", "6", NULL};
    static const char *const others[] = {"udp",     "icmp", "icmpv6", "ipv6-icmp", "igmp",
                                         "esp",     "ah",   "gre",    "sctp",      "dccp",
                                         "udplite", "1",    "17",     "58",        "vrrp",
                                         "ospf",    "47",   "50",     "51",        "2",
                                         "132",     "comp", "112",    "89",        NULL};
    return nft_is_one_of(name, tcp)      ? TRUTH_YES
           : nft_is_one_of(name, others) ? TRUTH_NO
                                         : TRUTH_UNKNOWN;
}

static enum truth family_fits(const struct nft_reader *r, const char *name)
{
    static const char *const four[] = {"ipv4", "ip", "2", NULL};
    static const char *const six[] = {"ipv6", "ip6", "10", NULL};
    if (nft_is_one_of(name, four) || nft_is_one_of(name, six))
        return nft_is_one_of(name, six) == r->w->packet->from.six ? TRUTH_YES : TRUTH_NO;
    return strcmp(name, "arp") == 0 || strcmp(name, "vlan") == 0 ? TRUTH_NO : TRUTH_UNKNOWN;
}

static enum truth word_fits(const struct nft_reader *r, enum key key, const char *word)
{
    static const char *const states[] = {"established", "related", "invalid", "untracked", NULL};
    static const char *const to_me[] = {"local", "unicast", "host", NULL};
    if (strcmp(word, "*") == 0)
        return TRUTH_YES;
    switch (key) {
    case KEY_ADDRESS:
        return firewall_address_fits(r->w->arena, r->w->packet, word);
    case KEY_DESTINATION:
        return firewall_destination_fits(r->w->arena, r->w->packet, word);
    case KEY_PORT:
        return firewall_port_fits(word, r->w->packet->port);
    case KEY_SOURCE_PORT:
        return firewall_source_port_fits(word);
    case KEY_INTERFACE:
        return firewall_interface_fits(word);
    case KEY_PROTOCOL:
        return protocol_fits(word);
    case KEY_FAMILY:
        return family_fits(r, word);
    case KEY_STATE:
        return strcmp(word, "new") == 0      ? TRUTH_YES
               : nft_is_one_of(word, states) ? TRUTH_NO
                                             : TRUTH_UNKNOWN;
    case KEY_TYPE:
        return nft_is_one_of(word, to_me) ? TRUTH_YES : TRUTH_NO;
    case KEY_NEVER:
        return TRUTH_NO;
    default:
        return TRUTH_UNKNOWN;
    }
}

/* A value: a word, or a range with blanks around its dash. */
static enum truth take_value(struct nft_reader *r, enum key key)
{
    const char *word = nft_take(r);
    if (strcmp(nft_peek(r), "-") == 0) {
        r->i++;
        word = arena_printf(r->w->arena, "%s-%s", word, nft_take(r));
    }
    return word_fits(r, key, word);
}

static bool at_end_of_element(const struct nft_reader *r)
{
    static const char *const ends[] = {",", "}", ":", NULL};
    return r->i >= r->words->count || nft_is_one_of(nft_peek(r), ends);
}

/* One element: its parts between dots, then timeout, comment and the like. */
static enum truth take_element(struct nft_reader *r, const enum key *keys, size_t count)
{
    enum truth out = TRUTH_YES;
    for (size_t k = 0; k < count && !at_end_of_element(r); k++) {
        if (k > 0 && !nft_take_if(r, "."))
            return TRUTH_UNKNOWN;
        out = truth_and(out, take_value(r, keys[k]));
    }
    while (!at_end_of_element(r))
        r->i++;
    return out;
}

/* The elements of a set from its brace on (of a map: the outcome of what fits goes to OUTCOME). */
static enum truth take_elements(struct nft_reader *r, const enum key *keys, size_t count,
                                unsigned *outcome)
{
    enum truth out = TRUTH_NO;
    if (!nft_take_if(r, "{"))
        return TRUTH_UNKNOWN;
    for (size_t n = 0; r->i < r->words->count && n < LIMIT_NFT_ELEMENTS; n++) {
        if (nft_take_if(r, "}"))
            break;
        if (nft_take_if(r, ",") || nft_take_if(r, "{"))
            continue;
        enum truth one = take_element(r, keys, count);
        if (nft_take_if(r, ":")) {
            bool is_verdict = false;
            size_t at = r->i;
            if (outcome && one != TRUTH_NO && out != TRUTH_YES)
                *outcome |= nft_take_verdict(r, &is_verdict);
            if (outcome && one != TRUTH_NO && out != TRUTH_YES && !is_verdict)
                *outcome |= OUTCOME_OTHER;
            r->i = at;
            while (r->i < r->words->count && strcmp(nft_peek(r), ",") != 0 &&
                   strcmp(nft_peek(r), "}") != 0)
                r->i++;
        }
        out = truth_or(out, one);
    }
    return out;
}

static enum truth named_set_fits(struct nft_reader *r, const char *name, const enum key *keys,
                                 size_t count, unsigned *outcome)
{
    const struct firewall_fact *set = firewall_set(r->w, r->rule, name);
    if (!set)
        return TRUTH_UNKNOWN;
    enum truth out = TRUTH_NO;
    struct nft_reader elements = {.w = r->w, .rule = r->rule, .words = &set->words};
    while (elements.i < set->words.count)
        out = truth_or(out, take_elements(&elements, keys, count, outcome));
    return out;
}

/* tcp flags: MASK, `& MASK == VALUE`, `VALUE / MASK`; the packet has SYN alone. */
static enum truth take_flags(struct nft_reader *r)
{
    static const char *const names[] = {"fin", "syn", "rst", "psh", "ack", "urg", "ecn",
                                        "cwr", "(",   ")",   "|",   ",",   "==",  "!=",
                                        "&",   "/",   "{",   "}",   "0x0", NULL};
    enum { FLAGS_MAX = 4 };
    bool syn[FLAGS_MAX] = {0}, other[FLAGS_MAX] = {0};
    size_t part = 0;
    bool negate = false, exact = false, masked = false, slash = false, braces = false;
    while (nft_is_one_of(nft_peek(r), names) && r->i < r->words->count) {
        const char *word = nft_take(r);
        if (strcmp(word, "&") == 0) {
            masked = true;
        } else if (strcmp(word, "/") == 0) {
            slash = true;
            part++;
        } else if (strcmp(word, "==") == 0 || strcmp(word, "!=") == 0) {
            negate = word[0] == '!';
            exact = true;
            part += masked;
        } else if (strcmp(word, "{") == 0) {
            braces = true;
        } else if (strcmp(word, "syn") == 0) {
            syn[part] = true;
        } else if (strlen(word) == 3 && strcmp(word, "0x0") != 0) {
            other[part] = true;
        }
        if (part >= FLAGS_MAX - 1)
            return TRUTH_UNKNOWN;
    }
    if (braces)
        return TRUTH_UNKNOWN;
    bool fits;
    if (masked)
        fits = part == 1 && syn[1] == syn[0] && !other[1];
    else if (slash)
        fits = syn[0] == syn[1] && !other[0];
    else
        fits = exact ? syn[0] && !other[0] : syn[0];
    if (masked && part == 0)
        return TRUTH_UNKNOWN;
    return fits != negate ? TRUTH_YES : TRUTH_NO;
}

enum comparison { IS_EQUAL, IS_NOT, IS_ORDERED };

static enum comparison take_comparison(struct nft_reader *r)
{
    static const char *const ordered[] = {"<", ">", "<=", ">=", "lt", "gt", "le", "ge", NULL};
    if (nft_take_if(r, "!=") || nft_take_if(r, "ne") || nft_take_if(r, "!"))
        return IS_NOT;
    if (nft_is_one_of(nft_peek(r), ordered))
        return IS_ORDERED;
    if (!nft_take_if(r, "=="))
        nft_take_if(r, "eq");
    return IS_EQUAL;
}

/* `tcp dport > 1024` */
static enum truth take_ordered(struct nft_reader *r, enum key key)
{
    const char *op = nft_take(r), *value = nft_take(r);
    if (key != KEY_PORT)
        return TRUTH_UNKNOWN;
    enum truth equal = firewall_port_fits(value, r->w->packet->port);
    enum truth more =
        firewall_port_fits(arena_printf(r->w->arena, "%s-", value), r->w->packet->port);
    if (strcmp(op, ">=") == 0 || strcmp(op, "ge") == 0)
        return more;
    if (strcmp(op, "<") == 0 || strcmp(op, "lt") == 0)
        return truth_not(more);
    if (strcmp(op, ">") == 0 || strcmp(op, "gt") == 0)
        return truth_and(more, truth_not(equal));
    return truth_or(truth_not(more), equal);
}

void nft_take_match(struct nft_reader *r, enum key first, unsigned *outcome)
{
    enum key keys[KEYS_MAX] = {first};
    size_t count = 1;
    while (count < KEYS_MAX && nft_take_if(r, ".")) {
        enum key next = nft_take_key(r);
        keys[count++] = next == KEY_NONE ? KEY_UNKNOWN : next;
    }
    if (nft_take_if(r, "vmap")) {
        unsigned found = 0;
        const char *name = nft_peek(r);
        enum truth one = name[0] == '@' ? (r->i++, named_set_fits(r, name + 1, keys, count, &found))
                                        : take_elements(r, keys, count, &found);
        if (one == TRUTH_UNKNOWN && found == 0)
            found = OUTCOME_OTHER;
        *outcome = one == TRUTH_YES ? found : found | OUTCOME_ON;
        return;
    }
    if (nft_take_if(r, "set")) { /* meta mark set …: changes something, asks nothing */
        if (strcmp(nft_peek(r), "{") == 0)
            nft_skip_braces(r);
        else
            r->i++;
        return;
    }
    enum truth one;
    if (first == KEY_TCP_FLAGS) {
        one = take_flags(r);
        r->holds = truth_and(r->holds, one);
        return;
    }
    enum comparison how = take_comparison(r);
    if (how == IS_ORDERED) {
        one = take_ordered(r, first);
    } else if (strcmp(nft_peek(r), "{") == 0) {
        one = take_elements(r, keys, count, NULL);
    } else if (nft_peek(r)[0] == '@') {
        one = named_set_fits(r, nft_take(r) + 1, keys, count, NULL);
    } else {
        one = TRUTH_YES;
        for (size_t k = 0; k < count; k++) {
            if (k > 0)
                nft_take_if(r, ".");
            one = truth_and(one, take_value(r, keys[k]));
        }
        while (count == 1 && (strcmp(nft_peek(r), ",") == 0 || strcmp(nft_peek(r), "|") == 0)) {
            r->i++; /* ct state established,related */
            one = truth_or(one, take_value(r, first));
        }
    }
    /* What is not in the packet at all fits neither way. */
    if (first == KEY_NEVER)
        one = TRUTH_NO;
    else if (how == IS_NOT)
        one = truth_not(one);
    r->holds = truth_and(r->holds, one);
}
