/* Pieces that the files of gate network share. */
#ifndef DISKMEND_LOGIN_GATE_NETWORK_H
#define DISKMEND_LOGIN_GATE_NETWORK_H

#include "login/visit.h"

bool network_is_profile(const struct network_fact *n);
/* A service of that name starts at boot. */
bool network_runs(const struct facts *f, const char *manager);
/* Its service would bring this profile up, as far as the disk tells. */
bool network_works(const struct facts *f, const struct network_fact *n);
/* On a new instance, and on some clouds at every boot, cloud-init writes the profiles anew. */
bool network_cloud_init_runs(const struct facts *f);
/* The first record of that item and name (NULL: any), or NULL. */
const struct network_fact *network_find(const struct facts *f, const char *item, const char *name);
/* NetworkManager makes a DHCP profile of its own for a NIC that none is for. */
bool network_manager_helps_itself(const struct facts *f);
/* The rule that words what is wrong with a profile. */
const char *network_reason_of(const struct network_fact *n);

void network_note_surroundings(const struct facts *f, struct reason_list *out);
void network_note_names(const struct facts *f, bool shut, struct reason_list *out);

#endif
