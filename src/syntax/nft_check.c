/* What nft surely refuses in a script that was read: then it loads no line of it. Only where no
 * release takes the text; what is not known here passes. Mirrors nftables: parser_bison.y stmt,
 * match_stmt; evaluate.c (chains that are not there). */
#include "syntax/nft_rules.h"

#include <ctype.h>

struct rule_words {
    const struct nft_words *words;
    size_t i;
};

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* Every word a statement may begin with. */
static bool starts_statement(const char *word)
{
    static const char *const words[] = {
        /* selectors */
        "meta", "mark", "iif", "iifname", "iiftype", "iifgroup", "oif", "oifname", "oiftype",
        "oifgroup", "skuid", "skgid", "nftrace", "rtclassid", "pkttype", "cpu", "cgroup", "length",
        "nfproto", "l4proto", "protocol", "priority", "random", "ibrname", "obrname", "ibriport",
        "obriport", "secpath", "secmark", "time", "day", "hour", "ether", "vlan", "arp", "ip",
        "ip6", "icmp", "icmpv6", "igmp", "ah", "esp", "comp", "udp", "udplite", "tcp", "dccp",
        "sctp", "th", "geneve", "gre", "gretap", "vxlan", "tunnel", "hbh", "rt", "rt0", "rt2",
        "rt4", "srh", "frag", "dst", "mh", "exthdr", "ct", "ipsec", "socket", "fib", "osf",
        "numgen", "jhash", "symhash", "hash", "xfrm",
        /* statements */
        "accept", "drop", "continue", "jump", "goto", "return", "reject", "counter", "quota",
        "limit", "log", "queue", "dnat", "snat", "masquerade", "redirect", "tproxy", "synproxy",
        "dup", "fwd", "notrack", "flow", "set", "add", "update", "delete", "meter", "comment",
        "last", "reset", "map", "vmap", "xt", "objref", "helper", "chain", NULL};
    return isdigit((unsigned char)word[0]) || strchr("@$({!\"'*-+/\\:.&|^~<>=", word[0]) ||
           (unsigned char)word[0] >= 0x80 || is_one_of(word, words);
}

static const char *peek(const struct rule_words *r)
{
    return r->i < r->words->items.count ? r->words->items.items[r->i] : "";
}

/* The field of a header whose fields are all known. */
static bool is_field(const char *header, const char *field)
{
    static const char *const tcp[] = {"sport",    "dport",  "sequence", "ackseq", "doff",   "flags",
                                      "reserved", "window", "checksum", "urgptr", "option", NULL};
    static const char *const udp[] = {"sport", "dport", "length", "csumcov", "checksum", NULL};
    static const char *const ip[] = {"version",  "hdrlength", "dscp",   "ecn",   "length",
                                     "id",       "frag-off",  "ttl",    "saddr", "daddr",
                                     "protocol", "checksum",  "option", NULL};
    if (strcmp(header, "tcp") == 0)
        return is_one_of(field, tcp);
    if (strcmp(header, "udp") == 0)
        return is_one_of(field, udp);
    return is_one_of(field, ip);
}

static bool is_value(const char *word)
{
    return word[0] && (isalnum((unsigned char)word[0]) || word[0] == '@' || word[0] == '*');
}

/* Over [op] VALUE. False: it is of a kind not known here. */
static bool skip_value(struct rule_words *r, const char **error)
{
    static const char *const operators[] = {"==", "!=", "eq", "ne", "lt", "gt", "le",
                                            "ge", "<",  ">",  "<=", ">=", NULL};
    static const char *const goes_on[] = {".", "-", "|", "&", "/",    "^",   ":",
                                          "<", ">", "=", "!", "vmap", "map", NULL};
    if (is_one_of(peek(r), operators))
        r->i++;
    if (r->i >= r->words->items.count)
        *error = "a value is missing";
    if (strcmp(peek(r), "{") == 0) {
        int depth = 0;
        do {
            depth += strcmp(peek(r), "{") == 0;
            depth -= strcmp(peek(r), "}") == 0;
            r->i++;
        } while (depth > 0 && r->i < r->words->items.count);
    } else if (is_value(peek(r))) {
        r->i++;
        while (strcmp(peek(r), ",") == 0) /* established,related */
            r->i += 2;
    } else {
        return false;
    }
    return !is_one_of(peek(r), goes_on);
}

/* One statement. False: nothing more can be told of the rule. ERROR is set where it is refused. */
static bool check_statement(struct rule_words *r, const char **error)
{
    static const char *const headers[] = {"tcp", "udp", "ip", NULL};
    static const char *const bare[] = {"iif", "iifname", "oif", "oifname", NULL};
    static const char *const counts[] = {"packets", "bytes", "name", "{", NULL};
    const char *word = peek(r);
    if (!starts_statement(word)) {
        *error = "a word that no statement begins with";
        return false;
    }
    r->i++;
    if (is_one_of(word, headers)) {
        if (!is_field(word, peek(r))) {
            *error = "a header has no such field";
            return false;
        }
        bool flags = strcmp(peek(r), "flags") == 0 || strcmp(peek(r), "option") == 0;
        r->i++;
        return !flags && skip_value(r, error);
    }
    if (is_one_of(word, bare))
        return skip_value(r, error);
    if (strcmp(word, "ct") == 0 && strcmp(peek(r), "state") == 0) {
        r->i++;
        return skip_value(r, error);
    }
    if (strcmp(word, "jump") == 0 || strcmp(word, "goto") == 0) {
        r->i++;
        return false; /* what follows a verdict is not looked at */
    }
    return strcmp(word, "counter") == 0 && !is_one_of(peek(r), counts);
}

static bool has_item(const struct nft_script *script, enum nft_item_kind kind,
                     const struct nft_item *near, const char *name)
{
    vec_each (item, &script->items)
        if (item->kind == kind && !item->is_gone && strcmp(item->family, near->family) == 0 &&
            strcmp(item->table, near->table) == 0 && strcmp(item->name, name) == 0)
            return true;
    return false;
}

static const char *rule_error(const struct nft_script *script, const struct nft_item *rule)
{
    struct rule_words r = {&rule->words, 0};
    const char *error = NULL;
    while (r.i < rule->words.items.count && check_statement(&r, &error))
        ;
    /* "jump NAME" at the end; braces hold a chain without a name, a map its own. */
    size_t n = rule->words.items.count;
    const char *verb = n >= 2 ? rule->words.items.items[n - 2] : "";
    bool jumps = strcmp(verb, "jump") == 0 || strcmp(verb, "goto") == 0;
    if (!error && jumps && strcmp(rule->words.items.items[n - 1], "}") != 0 &&
        !has_item(script, NFT_CHAIN, rule, rule->words.items.items[n - 1]))
        error = "a jump to a chain that is not there";
    return error;
}

void nft_script_refuse(struct nft_script *script, const char *why, const char *file, int line)
{
    if (script->refused)
        return;
    script->refused = why;
    script->refused_file = file;
    script->refused_line = line;
}

void nft_script_check(struct nft_script *script)
{
    vec_each (item, &script->items) {
        const char *error = NULL;
        if (item->is_gone)
            continue;
        if (item->kind == NFT_RULE)
            error = rule_error(script, item);
        else if (item->kind == NFT_CHAIN && item->hook && strcmp(item->policy, "accept") != 0 &&
                 strcmp(item->policy, "drop") != 0)
            error = "a policy that is neither accept nor drop";
        if (error)
            nft_script_refuse(script, error, item->file, item->line);
    }
}
