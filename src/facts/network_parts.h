/* The pieces of the network producer. Only for network*.c. */
#ifndef DISKMEND_FACTS_NETWORK_PARTS_H
#define DISKMEND_FACTS_NETWORK_PARTS_H

#include "facts/facts.h"
#include "facts/unit_parts.h"

/* Profiles of one manager that are looked at. */
#define NETWORK_PROFILES 256

/* The profile just added: valid until the next one. NULL at the limit of records. */
struct network_fact *network_add(struct facts *f, const char *item, const char *manager,
                                 const char *name, struct place at);
bool network_started(const struct facts *f, const char *manager);
/* Content of a file below the limit; what cannot be read is a gap. */
bool network_read(struct facts *f, const char *path, struct bytes *out);
/* A name that a NIC of a VM may have: not the loopback, no bridge, bond, tunnel or wireless. */
bool network_is_nic(const char *name);
/* The last value of a key, NULL where it has none. */
const char *network_value(const struct unit_file *u, const char *section, const char *key);
/* What systemd and NetworkManager read as "no". nm-core-utils: _nm_utils_ascii_str_to_bool, and
 * GKeyFile before it; systemd: parse_boolean. */
bool network_is_no(const char *value);

void network_read_networkd(struct facts *f); /* network_systemd.c */
void network_read_keyfiles(struct facts *f); /* network_manager.c */
void network_read_netplan(struct facts *f);  /* network_netplan.c */
void network_read_ifupdown(struct facts *f); /* network_ifupdown.c */
void network_read_ifcfg(struct facts *f);    /* network_ifcfg.c */
void network_read_surroundings(struct facts *f); /* network_surroundings.c */
void network_read_modules(struct facts *f);      /* network_modules.c */
void network_read_cloud(struct facts *f);        /* network_cloud.c */

#endif
