/* The keyword table (rules/sshd-keywords.json) in memory, and what a word of a configuration means
 * to one guest's sshd. For the sshd_* files of this room; the table itself is loaded once, before
 * any guest is opened, and never changes. */
#ifndef DISKMEND_FACTS_SSHD_KEYWORDS_H
#define DISKMEND_FACTS_SSHD_KEYWORDS_H

#include "facts/os.h"
#include "facts/sshd.h"

/* Judged when the guest's version is unknown: recent, and neutral towards distributions. */
#define SSHD_RECENT_VERSION 1000

struct sshd_choice {
    const char *value;
    int since;
};

struct sshd_synonym {
    const char *value, *same_as;
};

struct sshd_default {
    int since;
    const char *family; /* NULL: any */
    const char *value;
};

struct sshd_backport {
    const char *family;
    int since;
};

struct sshd_keyword {
    const char *name;
    const struct sshd_keyword *next; /* the next of the same first letter */
    const char *type;
    const struct sshd_keyword *target; /* itself, or what it is an alias of */
    int alias_since;                   /* below it, a keyword of its own with type SEPARATE_TYPE */
    const char *separate_type;         /* NULL: always an alias */
    int since, match_since;            /* match_since 0: never inside Match */
    int deprecated_since, deprecated_until, unsupported_until, removed_since;
    int unknown_upstream_in, not_in_match_in; /* single releases with a slip in their table */
    bool is_silent;                           /* ignored without a line in the log */
    bool needs_gssapi_kex;
    const char *build;         /* compile-time support it needs; NULL: none */
    struct text_list families; /* empty: upstream's */
    bool accumulates, last_wins;
    int first_wins_since; /* 0: as last_wins says */
    int64_t min, max;
    VEC(struct sshd_backport) backports;
    VEC(struct sshd_choice) values;
    VEC(struct sshd_synonym) synonyms;
    VEC(struct sshd_default) defaults;
};

/* What one release offers and knows in one kind of algorithm. */
struct sshd_algorithm_era {
    int since, until;   /* until 0: to the next era */
    const char *family; /* NULL: any */
    struct text_list defaults, known, sign_only;
};

struct sshd_algorithm_kind {
    const char *name; /* "Ciphers" "MACs" "KexAlgorithms" "Keys" "CASignatureAlgorithms" */
    VEC(struct sshd_algorithm_era) eras;
};

struct sshd_keyword_table {
    VEC(struct sshd_keyword) keywords;
    VEC(struct sshd_algorithm_kind) algorithms;
    const struct sshd_keyword *by_letter[32]; /* the first of each; asked for in every walk */
};

enum sshd_standing {
    SSHD_LIVE,
    SSHD_DEPRECATED,
    SSHD_UNSUPPORTED,
    SSHD_SILENT, /* ignored without a word */
    SSHD_UNKNOWN
};

/* A word as this guest's sshd takes it. */
struct sshd_meaning {
    const struct sshd_keyword *keyword; /* aliases resolved; NULL when unknown */
    const struct sshd_keyword *entry;   /* the row of the word itself */
    const char *type;
    enum sshd_standing standing;
    bool in_match; /* allowed inside Match */
};

/* The version to judge by: the guest's, or a recent one. */
int sshd_judged_version(const struct os_facts *os);
void sshd_keyword_look_up(const struct sshd_keyword_table *table, const struct os_facts *os,
                          const char *written, struct sshd_meaning *out);
/* By canonical name; NULL when the table has none. */
const struct sshd_keyword *sshd_keyword_named(const struct sshd_keyword_table *table,
                                              const char *name);
/* This version lets the last line win. */
bool sshd_keyword_last_wins(const struct sshd_keyword *keyword, int version);
const char *sshd_keyword_default(const struct sshd_keyword *keyword, const struct os_facts *os);

#endif
