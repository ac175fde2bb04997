/* What the saved rules say and which service loads them: the ordered rules of every packet filter
 * on the disk, not a verdict (login/ walks them). ufw and firewalld are given as the rules they
 * would hand to the kernel, each with the place in their own files. */
#ifndef DISKMEND_FACTS_FIREWALL_H
#define DISKMEND_FACTS_FIREWALL_H

#include "facts/record.h"

struct firewall_fact {
    const char *kind;     /* "chain" "rule" "set" (or map, its elements in words) "access" (a line of
                           * hosts.allow or hosts.deny) "problem" (what is outside of the model)
                           * "refused" (a fault for which its loader loads nothing) */
    const char *source;   /* "nftables" "iptables" "boot-script" "ufw" "firewalld" "SuSEfirewall2" "hosts.allow"
                           * "hosts.deny" */
    const char *loader;   /* the unit that loads it; NULL where programs read it themselves */
    bool at_boot;         /* that unit runs when the VM starts */
    const char *family;   /* "ip" "ip6" "inet" "netdev" */
    const char *table;
    const char *chain;    /* or the name of the set */
    const char *hook;     /* of a base chain: "input" "prerouting" … NULL: only jumped to */
    const char *policy;   /* of a base chain: "accept" "drop" */
    struct text_list words; /* the rule */
    const char *problem;
    struct place at;
};

extern const struct fact_kind firewall_kind;

#endif
