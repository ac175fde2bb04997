/* The words of one rule of nftables and how far they are read. Only for the firewall_nft files. */
#ifndef DISKMEND_LOGIN_FIREWALL_NFT_H
#define DISKMEND_LOGIN_FIREWALL_NFT_H

#include <string.h>

#include "login/firewall_walk.h"

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

static inline bool nft_is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static inline const char *nft_peek(const struct nft_reader *r)
{
    return r->i < r->words->count ? r->words->items[r->i] : "";
}

static inline const char *nft_take(struct nft_reader *r)
{
    return r->i < r->words->count ? r->words->items[r->i++] : "";
}

static inline bool nft_take_if(struct nft_reader *r, const char *word)
{
    if (r->i >= r->words->count || strcmp(nft_peek(r), word) != 0)
        return false;
    r->i++;
    return true;
}

void nft_skip_braces(struct nft_reader *r);
/* The selector at the reader; KEY_NONE and nothing taken: it is none. */
enum key nft_take_key(struct nft_reader *r);
/* SELECTOR [. SELECTOR …] [op] VALUE, or … vmap MAP: then the map decides. */
void nft_take_match(struct nft_reader *r, enum key first, unsigned *outcome);
/* Of a verdict; where it is none, nothing is taken. */
unsigned nft_take_verdict(struct nft_reader *r, bool *is_verdict);

#endif
