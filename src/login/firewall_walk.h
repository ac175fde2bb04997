/* A packet's way through the chains of one packet filter. Each rule answers in three values; what
 * may decide either way leaves both outcomes open. For the firewall files of login/ only. */
#ifndef DISKMEND_LOGIN_FIREWALL_WALK_H
#define DISKMEND_LOGIN_FIREWALL_WALK_H

#include "base/map.h"
#include "facts/facts.h"
#include "login/firewall_packet.h"

/* What may come of a packet, a set of bits. */
enum {
    OUTCOME_ACCEPT = 1,
    OUTCOME_DROP = 2,
    OUTCOME_ON = 4,    /* to the next rule */
    OUTCOME_RETURN = 8, /* back to the rule behind the jump */
    OUTCOME_OTHER = 16 /* something that is not modelled: queued, sent elsewhere … */
};

struct firewall_walk;

/* One chain with its rules, in order. */
struct firewall_chain {
    const struct firewall_fact *head;
    VEC(const struct firewall_fact *) rules;
    bool is_open; /* the walk is inside: a loop */
};

struct firewall_walk {
    struct arena *arena;
    const struct facts *facts;
    const struct firewall_packet *packet;
    struct map chains; /* "family table chain" */
    struct map sets;
    size_t steps;
    /* What dropped it, for the message. */
    struct place dropped_at;
    const char *dropped_by, *dropped_chain;
};

/* The outcomes of one rule for the packet; languages: firewall_iptables.c, firewall_nft.c. */
unsigned iptables_rule_outcome(struct firewall_walk *w, const struct firewall_fact *rule);
unsigned nft_rule_outcome(struct firewall_walk *w, const struct firewall_fact *rule);

/* Go into CHAIN of RULE's table. GO_TO: it does not come back to the next rule. */
unsigned firewall_jump(struct firewall_walk *w, const struct firewall_fact *rule,
                       const char *chain, bool go_to);
bool firewall_has_chain(const struct firewall_walk *w, const struct firewall_fact *rule,
                        const char *chain);
/* The words of a named set of RULE's table; NULL when there is none. */
const struct firewall_fact *firewall_set(const struct firewall_walk *w,
                                         const struct firewall_fact *rule, const char *name);
/* A drop at RULE: remembered for the message. */
unsigned firewall_drop(struct firewall_walk *w, const struct firewall_fact *rule, const char *how);

/* Everything that SOURCE loads, every base chain on the way in: accept, drop, or more than one. */
unsigned firewall_judge(struct firewall_walk *w, const char *source);
/* The base chains of SOURCE that may drop the packet, each as its head's record. */
struct firewall_heads {
    VEC(const struct firewall_fact *) items;
};
void firewall_dropping(struct firewall_walk *w, const char *source, struct firewall_heads *out);

/* hosts_access(3) for sshd and the packet's address; OUTCOME_ACCEPT, OUTCOME_DROP or both. */
unsigned hosts_access_outcome(struct firewall_walk *w);

#endif
