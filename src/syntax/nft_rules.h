/* The script language of nft -f: tables, chains with hook and policy, rules as words, sets with
 * their elements; variables put in, what is flushed or deleted taken out. Pure text; judges
 * nothing. Mirrors nftables: parser_bison.y, scanner.l. */
#ifndef DISKMEND_SYNTAX_NFT_RULES_H
#define DISKMEND_SYNTAX_NFT_RULES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"

struct nft_words {
    VEC(const char *) items;
};

enum nft_item_kind { NFT_CHAIN, NFT_RULE, NFT_SET };

struct nft_item {
    enum nft_item_kind kind;
    bool is_gone;
    bool is_first; /* "insert rule" */
    const char *family, *table;
    const char *name;   /* of the chain or set */
    const char *hook;   /* NULL: not a base chain */
    const char *policy; /* "accept" where a base chain says nothing */
    struct nft_words words; /* braces and commas are words of their own */
    const char *file;
    int line;
};

struct nft_script;

/* Called for `include "PATTERN"`; reads what fits it with nft_script_read. */
typedef void nft_include_function(struct nft_script *script, const char *pattern, void *context);

struct nft_script {
    struct arena *arena;
    nft_include_function *include;
    void *context;
    VEC(struct nft_item) items;
    VEC(struct nft_define { const char *name; struct nft_words words; }) defines;
    size_t nodes; /* words so far, against the limit */
    int depth;
    const char *problem; /* the first thing outside of this reader */
    const char *problem_file;
    int problem_line;
    const char *refused; /* nft refuses the script, and loads nothing of it */
    const char *refused_file;
    int refused_line;
};

void nft_script_read(struct nft_script *script, const char *file, struct bytes text);
/* Once all is read: sets `refused` for what is surely wrong. NULL there proves nothing. */
void nft_script_check(struct nft_script *script);
/* The first one counts. */
void nft_script_refuse(struct nft_script *script, const char *why, const char *file, int line);

#endif
