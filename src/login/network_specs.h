/* Lists of devices as NetworkManager's configuration has them: unmanaged-devices, match-device.
 * nm-core-utils.c nm_match_spec_device. Pure text; for gate network only. */
#ifndef DISKMEND_LOGIN_NETWORK_SPECS_H
#define DISKMEND_LOGIN_NETWORK_SPECS_H

#include <stdbool.h>

#include "base/arena.h"

/* Is every Ethernet NIC that a VM may show among them? What hangs on a hardware address or a driver
 * is taken to be of another one. */
bool network_specs_take_all(struct arena *a, const char *specs);

#endif
