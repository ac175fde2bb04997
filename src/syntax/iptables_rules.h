/* The text iptables-save writes and iptables-restore reads: tables, chains with their policies,
 * rules as words. Pure text; judges nothing. Mirrors iptables: xtables-restore.c, add_param. */
#ifndef DISKMEND_SYNTAX_IPTABLES_RULES_H
#define DISKMEND_SYNTAX_IPTABLES_RULES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"

struct iptables_chain {
    const char *table, *name;
    const char *policy; /* NULL for "-": a chain of the user's own */
    int line;
};

struct iptables_rule {
    const char *table, *chain;
    const char **words; /* without "-A CHAIN" and without counters */
    size_t count;
    bool is_first; /* -I: before those that are there */
    int line;
};

struct iptables_rules {
    bool is_alone; /* set by the caller: no chain is there but those of the text */
    VEC(struct iptables_chain) chains;
    VEC(struct iptables_rule) rules;
    const char *problem; /* the first line that is outside of this reader; NULL: none */
    int problem_line;
    const char *refused; /* iptables-restore ends here: what is not committed yet is not loaded */
    int refused_line;
};

/* Appends what TEXT says. A table without its COMMIT is not loaded, and is left out. */
void iptables_rules_read(struct arena *a, struct bytes text, struct iptables_rules *out);

#endif
