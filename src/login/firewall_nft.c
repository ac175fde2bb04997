/* One rule of nftables against the packet, statement by statement. Mirrors nft(8); a statement that
 * is not known here may hold or not. */
#include "login/firewall_nft.h"

static void skip_words(struct nft_reader *r, const char *const *names)
{
    while (nft_is_one_of(nft_peek(r), names) && r->i < r->words->count)
        r->i += 2;
}

/* limit rate [over] N/unit [burst N packets]: the first packet is within every limit. */
static void take_limit(struct nft_reader *r)
{
    static const char *const units[] = {"packets", "bytes", "kbytes", "mbytes", NULL};
    if (!nft_take_if(r, "rate")) {
        r->i++;
        r->holds = truth_and(r->holds, TRUTH_UNKNOWN);
        return;
    }
    if (nft_take_if(r, "over"))
        r->holds = TRUTH_NO;
    r->i++;
    while (nft_peek(r)[0] == '/' || strchr(nft_peek(r), '/'))
        r->i++;
    if (nft_take_if(r, "burst"))
        r->i++;
    if (nft_is_one_of(nft_peek(r), units))
        r->i++;
}

/* add @set { ip saddr … limit rate over N }: holds for a first packet unless it is "over". */
static void take_dynamic(struct nft_reader *r)
{
    while (r->i < r->words->count && strcmp(nft_peek(r), "{") != 0)
        r->i++;
    size_t start = r->i;
    nft_skip_braces(r);
    for (size_t i = start; i < r->i; i++)
        if (strcmp(r->words->items[i], "over") == 0)
            r->holds = TRUTH_NO;
}

unsigned nft_take_verdict(struct nft_reader *r, bool *is_verdict)
{
    static const char *const other[] = {"queue", "dnat", "redirect", "tproxy", "synproxy",
                                        "dup",   "fwd",  "notrack",  NULL};
    const char *word = nft_take(r);
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
        if (strcmp(nft_peek(r), "{") == 0) { /* a chain without a name */
            nft_skip_braces(r);
            return OUTCOME_OTHER;
        }
        return firewall_jump(r->w, r->rule, nft_take(r), go_to);
    }
    if (nft_is_one_of(word, other))
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
    if (nft_take_if(r, "counter")) {
        skip_words(r, counts);
    } else if (nft_take_if(r, "log")) {
        skip_words(r, log_options);
    } else if (nft_take_if(r, "comment")) {
        r->i++;
    } else if (nft_take_if(r, "limit")) {
        take_limit(r);
    } else if (strcmp(nft_peek(r), "meter") == 0 || strcmp(nft_peek(r), "add") == 0 ||
               strcmp(nft_peek(r), "update") == 0 || strcmp(nft_peek(r), "delete") == 0) {
        r->i++;
        take_dynamic(r);
    } else if (nft_take_if(r, "masquerade") || nft_take_if(r, "snat")) {
        r->i = r->words->count;
    } else {
        return false;
    }
    return true;
}

/* `ct count over N`: a first connection is not over any. */
static bool take_count(struct nft_reader *r)
{
    if (strcmp(nft_peek(r), "ct") != 0 || r->i + 1 >= r->words->count ||
        strcmp(r->words->items[r->i + 1], "count") != 0)
        return false;
    r->i += 2;
    if (nft_take_if(r, "over"))
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
        enum key key = nft_take_key(&r);
        if (key != KEY_NONE)
            nft_take_match(&r, key, &outcome);
        else
            outcome = nft_take_verdict(&r, &is_verdict) | (is_verdict ? 0 : OUTCOME_OTHER << 4);
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
