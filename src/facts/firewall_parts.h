/* The pieces of the firewall producer. Only for firewall*.c. */
#ifndef DISKMEND_FACTS_FIREWALL_PARTS_H
#define DISKMEND_FACTS_FIREWALL_PARTS_H

#include "facts/facts.h"

/* Who speaks: the members that all records of one source share. */
struct firewall_source {
    const char *name, *loader, *family;
};

/* NULL when there is no room for one more. */
struct firewall_fact *firewall_add(struct facts *f, const struct firewall_source *s,
                                   const char *kind, struct place at);
void firewall_add_problem(struct facts *f, const struct firewall_source *s, struct place at,
                          const char *problem);
/* The loader refuses what stands there, and loads nothing: no rule holds. */
void firewall_add_refused(struct facts *f, const struct firewall_source *s, struct place at,
                          const char *why);
/* A chain, and a rule of it from words between blanks. */
void firewall_add_chain(struct facts *f, const struct firewall_source *s, const char *table,
                        const char *name, const char *hook, const char *policy, struct place at);
void firewall_add_rule(struct facts *f, const struct firewall_source *s, const char *table,
                       const char *chain, const char *words, struct place at);
/* Content of PATH; false when it is not there. What cannot be read becomes a problem record. */
bool firewall_file(struct facts *f, const struct firewall_source *s, const char *path,
                   struct bytes *content);

/* What iptables-restore would load from PATH. */
void firewall_add_iptables(struct facts *f, const struct firewall_source *s, const char *path);

/* The same from TEXT, which stands in PATH. */
void firewall_add_restored(struct facts *f, const struct firewall_source *s, const char *path,
                           struct bytes text);

void firewall_read_nft(struct facts *f, const struct unit_fact *loader);  /* firewall_nft.c */
void firewall_read_bans(struct facts *f); /* firewall_bans.c */
void firewall_read_suse(struct facts *f, const struct unit_fact *loader); /* firewall_suse.c */
void firewall_read_ufw(struct facts *f, const struct unit_fact *loader);  /* firewall_ufw.c */
void firewall_read_zones(struct facts *f, const struct unit_fact *loader); /* firewall_zones.c */
void firewall_read_wrappers(struct facts *f);                             /* firewall_wrappers.c */
void firewall_read_scripts(struct facts *f);                              /* firewall_scripts.c */

#endif
