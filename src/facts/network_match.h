/* For which NICs the [Match] section of a .network file is. systemd: net-condition.c
 * net_match_config, net_match_is_empty. What the disk does not tell (addresses, drivers) may fit.
 * Only for network*.c. */
#ifndef DISKMEND_FACTS_NETWORK_MATCH_H
#define DISKMEND_FACTS_NETWORK_MATCH_H

#include "facts/network_parts.h"

enum network_fit {
    NETWORK_FITS_NOT,
    NETWORK_FITS_MAYBE, /* one NIC of that name, but perhaps not another one */
    NETWORK_FITS,
};

/* Nothing in [Match] that networkd takes: it passes the file over. */
bool network_match_is_empty(struct arena *a, const struct unit_file *u);
enum network_fit network_match_fits(struct facts *f, const struct unit_file *u, const char *nic);
/* Names that fit the patterns of Name=, of what may carry the network of a VM; never the loopback,
 * Wi-Fi or a modem. */
void network_match_names(struct arena *a, const struct unit_file *u, struct text_list *out);

#endif
