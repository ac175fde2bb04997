/* One rule put into a file of saved firewall rules, in the language of that file. For
 * verb_firewall.c only. */
#ifndef DISKMEND_REPAIR_FIREWALL_EDIT_H
#define DISKMEND_REPAIR_FIREWALL_EDIT_H

#include "login/firewall_walk.h"
#include "repair/text_edit.h"

/* Behind the type and policy of a base chain of nftables, before its first rule. */
int firewall_edit_nft(struct verb_context *c, const struct firewall_fact *head, const char *port,
                      struct err *e);
/* Is the file what iptables-restore reads (and not a script that calls iptables)? */
bool firewall_edit_is_restored(struct verb_context *c, const char *path);
/* Before the first rule of INPUT in the table filter of what iptables-restore reads. */
int firewall_edit_restored(struct verb_context *c, const char *path, const char *port,
                           struct err *e);
/* As `ufw allow PORT/tcp` would, before the other rules of the user. */
int firewall_edit_ufw(struct verb_context *c, bool six, const char *port, struct err *e);

#endif
