/* What would give the machine an address at boot: one record for each network service that is
 * installed, and one for each profile that one of them reads. Verdicts are login/'s. */
#ifndef DISKMEND_FACTS_NETWORK_H
#define DISKMEND_FACTS_NETWORK_H

#include "facts/record.h"

struct network_fact {
    const char *item;    /* "service" "profile" */
    const char *manager; /* "networkd" "NetworkManager" "ifupdown" "ifcfg" "wicked" "netplan"
                          * "dhcpcd" "connman" "cloud-init" "other" */
    const char *name;    /* the unit; or the interface a profile is for, NULL: any */
    bool started;        /* a service: it runs at boot. A profile: its service does */
    bool automatic;      /* a profile: it is brought up without anybody asking */
    const char *method;  /* "dhcp" "static" "none" "other" */
    const char *mac;     /* the hardware address that the profile is tied to */
    const char *problem; /* why its service ignores it: "insecure-mode" "tab" … */
    struct place at;     /* of what makes it not automatic, when it is not */
};

extern const struct fact_kind network_kind;

#endif
