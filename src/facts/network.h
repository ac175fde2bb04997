/* What would give the machine an address at boot: one record for each network service that is
 * installed, and one for each profile that one of them reads. Verdicts are login/'s. */
#ifndef DISKMEND_FACTS_NETWORK_H
#define DISKMEND_FACTS_NETWORK_H

#include "facts/record.h"

struct network_fact {
    const char *item;    /* "service" "profile"; "setting": of the manager; "rename": a rule of udev
                          * or a .link file that names a NIC; "sysctl"; "modules": of one kernel;
                          * "resolver"; "subnet": of containers; "cloud-init" "cloud" */
    const char *manager; /* "networkd" "NetworkManager" "ifupdown" "ifcfg" "wicked" "netplan"
                          * "dhcpcd" "connman" "cloud-init" "other" */
    const char *name;    /* the unit; or the interface a profile is for, NULL: any */
    bool started;        /* a service: it runs at boot. A profile: its service does */
    bool automatic;      /* a profile: it is brought up without anybody asking */
    const char *method;  /* "dhcp" "static" "none" "other" */
    const char *mac;     /* the hardware address that the profile is tied to */
    struct text_list addresses; /* static ones, with their prefix where that is said */
    const char *value;   /* a setting's; netplan's renderer; a version; the text of a fault */
    const char *problem; /* why its service ignores it: "insecure-mode" "refused" … */
    struct place at;     /* of what makes it not automatic, when it is not */
};

extern const struct fact_kind network_kind;

#endif
