/* Single settings of other programs that bear on a login: SELinux's mode and ports, cloud-init's
 * ssh settings, names of crypttab. One record for each value met, in the order of reading. */
#ifndef DISKMEND_FACTS_CONF_H
#define DISKMEND_FACTS_CONF_H

#include "facts/record.h"

struct conf_fact {
    const char *purpose; /* "selinux" "selinux-port" "cloud-init" "crypttab" "login-defs"
                          * "modprobe" "modules-builtin" "auditd"
                          * "selinux-label" (key: path) "sysctl" "preload" "preload-needs" "esp"
                          * "initramfs" (key: path) "initramfs-has" "initramfs-lacks" (key: driver)
                          * "initramfs-conf" (key: "MODULES" "omit_drivers")
                          * "ban" (key: who bans, value: an address) "ban-database" (key: path) */
    const char *key;     /* "SELINUX" "SELINUXTYPE" "ssh_port_t" "ssh_pwauth" "disable_root" … */
    const char *value;   /* "enforcing", "2222", "2200-2210", "false" … */
    struct place at;
};

extern const struct fact_kind conf_kind;

#endif
