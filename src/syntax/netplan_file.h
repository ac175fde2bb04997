/* netplan's files as its parser takes them: the definitions of interfaces, and the first thing in
 * each file that its parser refuses. Files are read one after another, as netplan does: a later
 * one amends what an earlier one defines. Held to netplan 1.1.2; what it knows more of than older
 * ones is accepted. Settings of Wi-Fi, tunnels, modems and Open vSwitch are not looked into. */
#ifndef DISKMEND_SYNTAX_NETPLAN_FILE_H
#define DISKMEND_SYNTAX_NETPLAN_FILE_H

#include <stdbool.h>

#include "base/vec.h"

struct netplan_definition {
    const char *id;
    const char *type;     /* "ethernets" "bonds" … */
    const char *renderer; /* its own; NULL: that of all */
    const char *file;
    int line, mac_line;
    bool has_match, has_driver, has_dhcp, is_manual;
    const char *match_name, *match_mac, *set_name;
    VEC(const char *) addresses;
    VEC(const char *) members; /* of a bond or bridge; a VLAN's link */
};

struct netplan_fault {
    const char *file, *text;
    int line, column;
    bool is_whole_file; /* no YAML at all: not even what stands above counts */
    bool is_limit;      /* of ours: what netplan makes of it is not known */
};

struct netplan {
    struct arena *arena;
    const char *renderer; /* NULL: networkd */
    VEC(struct netplan_definition) definitions;
    VEC(struct netplan_fault) faults; /* at most one a definition, and one a file */
};

/* N starts zeroed but for its arena. */
void netplan_read(struct netplan *n, const char *file, struct bytes text);
/* The one of that name, or NULL. */
const struct netplan_definition *netplan_find(const struct netplan *n, const char *id);

#endif
