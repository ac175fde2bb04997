/* One rule of nftables against the packet, statement by statement. Mirrors nft(8); a statement that
 * is not known here may hold or not. */
#include "login/firewall_walk.h"

#include <string.h>

#include "base/limits.h"

#define KEYS_MAX     5

/* What a selector looks at. */
enum key {
    KEY_NONE,
    KEY_NEVER, /* not of this packet: udp, icmp, arp … */
    KEY_UNKNOWN,
    KEY_ADDRESS,
    KEY_DESTINATION,
    KEY_PORT,
    KEY_SOURCE_PORT,
    KEY_INTERFACE,
    KEY_PROTOCOL,
    KEY_FAMILY,
    KEY_STATE,
    KEY_TYPE,
    KEY_TCP_FLAGS
};

struct nft_reader {
    struct firewall_walk *w;
    const struct firewall_fact *rule;
    const struct text_list *words;
    size_t i;
    enum truth holds;
};

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static const char *peek(const struct nft_reader *r)
{
    return r->i < r->words->count ? r->words->items[r->i] : "";
}

static const char *take(struct nft_reader *r)
{
    return r->i < r->words->count ? r->words->items[r->i++] : "";
}

static bool take_if(struct nft_reader *r, const char *word)
{
    if (r->i >= r->words->count || strcmp(peek(r), word) != 0)
        return false;
    r->i++;
    return true;
}

static void skip_braces(struct nft_reader *r)
{
    int depth = 0;
    do {
        const char *word = take(r);
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
    while (strcmp(peek(r), "type") != 0 && strcmp(peek(r), "oif") != 0 &&
           strcmp(peek(r), "oifname") != 0 && r->i < r->words->count)
        r->i++;
    return strcmp(take(r), "type") == 0 ? KEY_TYPE : KEY_UNKNOWN;
}

/* The selector at the reader; KEY_NONE and nothing taken: it is none. */
static enum key take_key(struct nft_reader *r)
{
    static const char *const others[] = {"udp",  "udplite", "icmp", "icmpv6", "igmp", "esp", "ah",
                                         "comp", "sctp",    "dccp", "arp",    "vlan", NULL};
    static const char *const strange[] = {"ether",  "rt",    "ipsec",   "osf", "socket",
                                          "exthdr", "frag",  "hbh",     "mh",  "dst",
                                          "numgen", "jhash", "symhash", NULL};
    static const char *const bare[] = {"iif", "iifname", "oif", "oifname", NULL};
    static const char *const bare_strange[] = {"mark",    "iiftype", "iifgroup", "skuid", "skgid",
                                               "pkttype", "cpu",     "cgroup",   NULL};
    const char *word = peek(r);
    if (strcmp(word, "tcp") == 0 || strcmp(word, "th") == 0) {
        r->i++;
        return tcp_key(take(r));
    }
    if (strcmp(word, "ip") == 0 || strcmp(word, "ip6") == 0) {
        r->i++;
        return ip_key(r, word, take(r));
    }
    if (strcmp(word, "meta") == 0) {
        r->i++;
        return meta_key(take(r));
    }
    if (strcmp(word, "fib") == 0) {
        r->i++;
        return fib_key(r);
    }
    if (strcmp(word, "ct") == 0) {
        r->i++;
        if (!take_if(r, "original"))
            take_if(r, "reply");
        return strcmp(take(r), "state") == 0 ? KEY_STATE : KEY_UNKNOWN;
    }
    if (is_one_of(word, others) || is_one_of(word, strange)) {
        bool never = is_one_of(word, others);
        r->i += 2;
        return never ? KEY_NEVER : KEY_UNKNOWN;
    }
    if (is_one_of(word, bare)) {
        r->i++;
        return meta_key(word);
    }
    if (is_one_of(word, bare_strange)) {
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
    return is_one_of(name, tcp) ? TRUTH_YES : is_one_of(name, others) ? TRUTH_NO : TRUTH_UNKNOWN;
}

static enum truth family_fits(const struct nft_reader *r, const char *name)
{
    static const char *const four[] = {"ipv4", "ip", "2", NULL};
    static const char *const six[] = {"ipv6", "ip6", "10", NULL};
    if (is_one_of(name, four) || is_one_of(name, six))
        return is_one_of(name, six) == r->w->packet->from.six ? TRUTH_YES : TRUTH_NO;
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
        return strcmp(word, "new") == 0  ? TRUTH_YES
               : is_one_of(word, states) ? TRUTH_NO
                                         : TRUTH_UNKNOWN;
    case KEY_TYPE:
        return is_one_of(word, to_me) ? TRUTH_YES : TRUTH_NO;
    case KEY_NEVER:
        return TRUTH_NO;
    default:
        return TRUTH_UNKNOWN;
    }
}

/* A value: a word, or a range with blanks around its dash. */
static enum truth take_value(struct nft_reader *r, enum key key)
{
    const char *word = take(r);
    if (strcmp(peek(r), "-") == 0) {
        r->i++;
        word = arena_printf(r->w->arena, "%s-%s", word, take(r));
    }
    return word_fits(r, key, word);
}

static bool at_end_of_element(const struct nft_reader *r)
{
    static const char *const ends[] = {",", "}", ":", NULL};
    return r->i >= r->words->count || is_one_of(peek(r), ends);
}

/* One element: its parts between dots, then timeout, comment and the like. */
static enum truth take_element(struct nft_reader *r, const enum key *keys, size_t count)
{
    enum truth out = TRUTH_YES;
    for (size_t k = 0; k < count && !at_end_of_element(r); k++) {
        if (k > 0 && !take_if(r, "."))
            return TRUTH_UNKNOWN;
        out = truth_and(out, take_value(r, keys[k]));
    }
    while (!at_end_of_element(r))
        r->i++;
    return out;
}

static unsigned take_verdict(struct nft_reader *r, bool *is_verdict);

/* The elements of a set from its brace on (of a map: the outcome of what fits goes to OUTCOME). */
static enum truth take_elements(struct nft_reader *r, const enum key *keys, size_t count,
                                unsigned *outcome)
{
    enum truth out = TRUTH_NO;
    if (!take_if(r, "{"))
        return TRUTH_UNKNOWN;
    for (size_t n = 0; r->i < r->words->count && n < LIMIT_NFT_ELEMENTS; n++) {
        if (take_if(r, "}"))
            break;
        if (take_if(r, ",") || take_if(r, "{"))
            continue;
        enum truth one = take_element(r, keys, count);
        if (take_if(r, ":")) {
            bool is_verdict = false;
            size_t at = r->i;
            if (outcome && one != TRUTH_NO && out != TRUTH_YES)
                *outcome |= take_verdict(r, &is_verdict);
            if (outcome && one != TRUTH_NO && out != TRUTH_YES && !is_verdict)
                *outcome |= OUTCOME_OTHER;
            r->i = at;
            while (r->i < r->words->count && strcmp(peek(r), ",") != 0 && strcmp(peek(r), "}") != 0)
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
    while (is_one_of(peek(r), names) && r->i < r->words->count) {
        const char *word = take(r);
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
    if (take_if(r, "!=") || take_if(r, "ne") || take_if(r, "!"))
        return IS_NOT;
    if (is_one_of(peek(r), ordered))
        return IS_ORDERED;
    if (!take_if(r, "=="))
        take_if(r, "eq");
    return IS_EQUAL;
}

/* `tcp dport > 1024` */
static enum truth take_ordered(struct nft_reader *r, enum key key)
{
    const char *op = take(r), *value = take(r);
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

/* SELECTOR [. SELECTOR …] [op] VALUE, or … vmap MAP: then the map decides. */
static void take_match(struct nft_reader *r, enum key first, unsigned *outcome)
{
    enum key keys[KEYS_MAX] = {first};
    size_t count = 1;
    while (count < KEYS_MAX && take_if(r, ".")) {
        enum key next = take_key(r);
        keys[count++] = next == KEY_NONE ? KEY_UNKNOWN : next;
    }
    if (take_if(r, "vmap")) {
        unsigned found = 0;
        const char *name = peek(r);
        enum truth one = name[0] == '@' ? (r->i++, named_set_fits(r, name + 1, keys, count, &found))
                                        : take_elements(r, keys, count, &found);
        if (one == TRUTH_UNKNOWN && found == 0)
            found = OUTCOME_OTHER;
        *outcome = one == TRUTH_YES ? found : found | OUTCOME_ON;
        return;
    }
    if (take_if(r, "set")) { /* meta mark set …: changes something, asks nothing */
        if (strcmp(peek(r), "{") == 0)
            skip_braces(r);
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
    } else if (strcmp(peek(r), "{") == 0) {
        one = take_elements(r, keys, count, NULL);
    } else if (peek(r)[0] == '@') {
        one = named_set_fits(r, take(r) + 1, keys, count, NULL);
    } else {
        one = TRUTH_YES;
        for (size_t k = 0; k < count; k++) {
            if (k > 0)
                take_if(r, ".");
            one = truth_and(one, take_value(r, keys[k]));
        }
        while (count == 1 && (strcmp(peek(r), ",") == 0 || strcmp(peek(r), "|") == 0)) {
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

static void skip_words(struct nft_reader *r, const char *const *names)
{
    while (is_one_of(peek(r), names) && r->i < r->words->count)
        r->i += 2;
}

/* limit rate [over] N/unit [burst N packets]: the first packet is within every limit. */
static void take_limit(struct nft_reader *r)
{
    static const char *const units[] = {"packets", "bytes", "kbytes", "mbytes", NULL};
    if (!take_if(r, "rate")) {
        r->i++;
        r->holds = truth_and(r->holds, TRUTH_UNKNOWN);
        return;
    }
    if (take_if(r, "over"))
        r->holds = TRUTH_NO;
    r->i++;
    while (peek(r)[0] == '/' || strchr(peek(r), '/'))
        r->i++;
    if (take_if(r, "burst"))
        r->i++;
    if (is_one_of(peek(r), units))
        r->i++;
}

/* add @set { ip saddr … limit rate over N }: holds for a first packet unless it is "over". */
static void take_dynamic(struct nft_reader *r)
{
    while (r->i < r->words->count && strcmp(peek(r), "{") != 0)
        r->i++;
    size_t start = r->i;
    skip_braces(r);
    for (size_t i = start; i < r->i; i++)
        if (strcmp(r->words->items[i], "over") == 0)
            r->holds = TRUTH_NO;
}

static unsigned take_verdict(struct nft_reader *r, bool *is_verdict)
{
    static const char *const other[] = {"queue", "dnat", "redirect", "tproxy", "synproxy",
                                        "dup",   "fwd",  "notrack",  NULL};
    const char *word = take(r);
    *is_verdict = true;
    if (strcmp(word, "accept") == 0)
        return OUTCOME_ACCEPT;
    if (strcmp(word, "drop") == 0 || strcmp(word, "reject") == 0)
        return firewall_drop(r->w, r->rule, word);
    if (strcmp(word, "return") == 0)
        return OUTCOME_RETURN;
    if (strcmp(word, "continue") == 0)
        return OUTCOME_ON;
    if (strcmp(word, "jump") == 0 || strcmp(word, "goto") == 0) {
        bool go_to = word[0] == 'g';
        if (strcmp(peek(r), "{") == 0) { /* a chain without a name */
            skip_braces(r);
            return OUTCOME_OTHER;
        }
        return firewall_jump(r->w, r->rule, take(r), go_to);
    }
    if (is_one_of(word, other))
        return OUTCOME_OTHER;
    r->i--;
    *is_verdict = false;
    return OUTCOME_ON;
}

/* Statements that let the packet pass on, with their options. */
static bool take_passing(struct nft_reader *r)
{
    static const char *const log_options[] = {"prefix", "level",           "group", "snaplen",
                                              "flags",  "queue-threshold", NULL};
    static const char *const counts[] = {"packets", "bytes", "name", NULL};
    if (take_if(r, "counter")) {
        skip_words(r, counts);
    } else if (take_if(r, "log")) {
        skip_words(r, log_options);
    } else if (take_if(r, "comment")) {
        r->i++;
    } else if (take_if(r, "limit")) {
        take_limit(r);
    } else if (strcmp(peek(r), "meter") == 0 || strcmp(peek(r), "add") == 0 ||
               strcmp(peek(r), "update") == 0 || strcmp(peek(r), "delete") == 0) {
        r->i++;
        take_dynamic(r);
    } else if (take_if(r, "masquerade") || take_if(r, "snat")) {
        r->i = r->words->count;
    } else {
        return false;
    }
    return true;
}

/* `ct count over N`: a first connection is not over any. */
static bool take_count(struct nft_reader *r)
{
    if (strcmp(peek(r), "ct") != 0 || r->i + 1 >= r->words->count ||
        strcmp(r->words->items[r->i + 1], "count") != 0)
        return false;
    r->i += 2;
    if (take_if(r, "over"))
        r->holds = TRUTH_NO;
    r->i++;
    return true;
}

unsigned nft_rule_outcome(struct firewall_walk *w, const struct firewall_fact *rule)
{
    struct nft_reader r = {.w = w, .rule = rule, .words = &rule->words, .holds = TRUTH_YES};
    while (r.i < r.words->count && r.holds != TRUTH_NO) {
        bool is_verdict;
        unsigned outcome = 0;
        if (take_passing(&r) || take_count(&r))
            continue;
        enum key key = take_key(&r);
        if (key != KEY_NONE)
            take_match(&r, key, &outcome);
        else
            outcome = take_verdict(&r, &is_verdict) | (is_verdict ? 0 : OUTCOME_OTHER << 4);
        if (outcome & (OUTCOME_OTHER << 4)) { /* a word that is not known: it may be a match */
            outcome = 0;
            r.holds = truth_and(r.holds, TRUTH_UNKNOWN);
            r.i++;
        }
        if (outcome != 0 && r.holds != TRUTH_NO)
            return r.holds == TRUTH_YES ? outcome : outcome | OUTCOME_ON;
    }
    return OUTCOME_ON;
}
