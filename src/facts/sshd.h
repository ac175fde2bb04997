/* sshd_config as this guest's sshd reads it: every directive in reading order (Include followed),
 * every Match block, every diagnosis. Global values are resolved here; what a Match does to one
 * person is resolved in login/. Mirrors sshd: servconf.c parse_server_config_depth and
 * process_server_config_line_depth. */
#ifndef DISKMEND_FACTS_SSHD_H
#define DISKMEND_FACTS_SSHD_H

#include "facts/os.h"
#include "facts/record.h"
#include "base/vec.h"
#include "guest/tree.h"
#include "syntax/lens.h"

/* One criterion of a Match line: name lower-case ("user"), value as sshd compares it. */
struct sshd_criterion {
    const char *name;
    const char *value; /* NULL for "all" and "invalid-user" */
};

/* One Match line. Holds only where its parent holds too (an Include inside a block). */
struct sshd_match {
    size_t parent; /* index + 1 of the block around the Include, 0 for none */
    struct sshd_criterion *criteria;
    size_t criterion_count;
    bool always; /* "Match all" (and what this version treats as such): active in the global part */
    bool dead;   /* this version never applies it (8.2, 8.3: a Match in an included file) */
    const char *text; /* the criteria as written */
    struct place at;
};

/* One `keyword arguments` line that sshd accepts, or would but for the value. */
struct sshd_directive {
    const char *keyword;  /* canonical spelling of the real keyword, aliases resolved: "PermitRootLogin" */
    const char *written;  /* as it stands in the file */
    struct text_list arguments; /* as this version's tokenizer gives them */
    struct text_list values; /* what sshd makes of them: "yes"/"no" and other closed words in their
                              * usual spelling, numbers plain, times in seconds, paths absolute */
    const char *value;    /* the values joined by blanks, or the raw rest for rest-of-line keywords;
                           * the arguments as written where the line is not valid */
    size_t match;         /* index + 1 of the block it stands in, 0: global */
    bool from_command_line; /* -o, -p, -4, -6 of the unit */
    bool is_valid;        /* false: a diagnosis of level fatal or counted stands for it */
    bool is_global;       /* in force without any connection: no block, or one that always holds */
    struct place at;
};

enum diag_level {
    DIAG_INFO,    /* sshd logs it and goes on: deprecated, unsupported */
    DIAG_COUNTED, /* sshd reads on, then "terminating, N bad configuration options", exit 255 */
    DIAG_FATAL,   /* sshd stops there */
    DIAG_LINT     /* sshd says nothing; we do (a directive that can never win, …) */
};

struct diag_fact {
    const char *code;    /* "unknown-keyword" "missing-argument" "extra-argument" "bad-quotes"
                          * "bad-value" "bad-port" "bad-time" "bad-algorithm" "bad-pattern"
                          * "not-in-match" "bad-match" "include-depth" "include-dangling"
                          * "include-unreadable" "config-missing" "config-empty" "config-unreadable"
                          * "config-not-regular" "keys-command-no-user" "principals-command-no-user"
                          * "auth-methods-unsatisfiable" "auth-methods-any" "subsystem-twice"
                          * "bad-address" "too-many-sockets" "deprecated" "unsupported"
                          * "byte-order-mark" "nul-byte" "control-byte" "bad-options"
                          * "bad-command-line" "address-unresolved" "max-startups-zero"
                          * "version-unknown" */
    const char *level;   /* "info" "counted" "fatal" "lint" */
    const char *keyword; /* as written; NULL when there is none */
    const char *value;
    const char *says;    /* what sshd prints, without the file and line */
    int64_t exit_status; /* 255 or 1 for what ends sshd, else FACT_NO_NUMBER */
    bool reached;        /* sshd gets this far before an earlier error ends it */
    enum diag_level diag_level;
    struct place at;
};

/* A global value or one of a Match block, as rendered in the `sshd` section: one record per
 * keyword (globals, defaults included) and one per directive inside a Match block. */
struct sshd_fact {
    const char *key;   /* "PermitRootLogin" */
    const char *value; /* effective text; lists joined by blanks (algorithm lists by commas) */
    struct text_list values;
    const char *match; /* the criteria of the block, NULL for a global value */
    bool is_default;
    struct place at;   /* the line that wins; file NULL for a default */
};

/* One algorithm in force globally, after + - ^ and wildcards are expanded. */
struct algo_fact {
    const char *key;    /* "Ciphers" */
    const char *name;
    const char *origin; /* "default" "explicit" */
    bool known;         /* this release has it */
    struct place at;    /* the line that sets the list; file NULL for the default */
};

/* Everything about sshd's configuration, for login/ and repair/. */
struct sshd_config {
    struct arena *arena;
    const char *path; /* /etc/ssh/sshd_config, the vendor file, or what -f says */
    struct os_facts os; /* the version and traits it was judged for */
    const struct sshd_keyword_table *keywords;
    VEC(struct sshd_directive) directives; /* command line first, then reading order */
    VEC(struct sshd_match) matches;
    VEC(struct diag_fact) diagnoses;       /* in the order sshd would meet them */
    VEC(struct sshd_fact) values;          /* see struct sshd_fact */
    VEC(struct algo_fact) algorithms;
    VEC(struct place) files;               /* every file read, in reading order */
    bool unreadable; /* some part could not be read: verdicts that need it are unknown */
    const char *unreadable_reason;
    struct place unreadable_at;
};

/* The keyword table (rules/sshd-keywords.json), loaded once before the fork. */
struct sshd_keyword_table;
/* TEXT is the file's content, PATH only for messages. NULL and E when it does not hold together. */
struct sshd_keyword_table *sshd_keywords_load(struct arena *a, struct bytes text, const char *path,
                                              struct err *e);

/* Read and diagnose. COMMAND_LINE holds sshd's options from the unit (may be empty), PLACES where
 * each was written; NULL: nobody knows. */
struct sshd_config *sshd_config_read(struct tree *t, struct lens_session *lenses,
                                     const struct sshd_keyword_table *keywords,
                                     const struct os_facts *os,
                                     const struct text_list *command_line,
                                     const struct place *places);
/* The first diagnosis that ends sshd (as `sshd -t` would report it first), or NULL: it starts. */
const struct diag_fact *sshd_config_verdict(const struct sshd_config *config);

/* UnusedConnectionTimeout: "none" is written over an earlier time (servconf.c, all versions). */
bool sshd_directive_overrides(const struct sshd_directive *d);
/* The directive whose value wins globally for KEYWORD (first or last wins, as this version has it), or
 * NULL when the default holds. */
const struct sshd_directive *sshd_config_winner(const struct sshd_config *config,
                                                const char *keyword);
/* Global value as text, default filled in; "" when there is none. */
const char *sshd_config_value(const struct sshd_config *config, const char *keyword);
/* This version's default of a keyword; NULL when it has none. */
const char *sshd_config_default(const struct sshd_config *config, const char *keyword);
/* Every global value of an accumulating keyword (Port, HostKey …) in order; default filled in. */
struct text_list sshd_config_values(const struct sshd_config *config, const char *keyword);
/* Expand an algorithm keyword's value (+ - ^ against the compiled default of this version) into
 * names. */
struct text_list sshd_config_algorithms(struct arena *a, const struct sshd_config *config,
                                        const char *keyword, const char *value);

extern const struct fact_kind sshd_kind, diag_kind, algo_kind;

#endif
