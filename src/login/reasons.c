/* The table of reasons: the id of the rule that words a lock, and the gate that the lock shuts. One
 * row for each rule that is "for": "login"; a tree test holds the table against the rule files. */
#include "login/reasons.h"

#include <string.h>

static const struct login_reason_row rows[] = {
    /* disk */
    {"root-fs-full", GATE_DISK},
    {"inodes-exhausted", GATE_DISK},
    {"audit-halt-on-full-log", GATE_DISK},
    {"fs-corrupt", GATE_DISK},
    {"partition-missing", GATE_DISK},
    {"lvm-pv-missing", GATE_DISK},
    {"lvm-vg-renamed", GATE_DISK},
    {"lvm-devices-file-stale", GATE_DISK},
    {"duplicate-fs-identifiers", GATE_DISK},
    {"encrypted-volume-locked", GATE_DISK},
    /* boot */
    {"fstab-device-missing", GATE_BOOT},
    {"fstab-root-id-wrong", GATE_BOOT},
    {"fstab-line-invalid", GATE_BOOT},
    {"fstab-boot-efi-wrong", GATE_BOOT},
    {"fstab-network-mount", GATE_BOOT},
    {"fstab-missing", GATE_BOOT},
    {"fstab-unstable-device-name", GATE_BOOT},
    {"fstab-hides-system-dir", GATE_BOOT},
    {"fstab-flags-on-system", GATE_BOOT},
    {"systemd-target-or-unit-masked", GATE_BOOT},
    {"cmdline-debug-leftover", GATE_BOOT},
    {"cmdline-root-wrong", GATE_BOOT},
    {"kernel-or-initramfs-missing", GATE_BOOT},
    {"grub-config-broken", GATE_BOOT},
    {"init-or-loader-missing", GATE_BOOT},
    {"selinux-config-invalid", GATE_BOOT},
    {"boot-module-blacklisted", GATE_BOOT},
    {"mass-permission-damage", GATE_BOOT},
    {"default-kernel-broken", GATE_BOOT},
    {"grub-core-broken", GATE_BOOT},
    {"esp-damaged", GATE_BOOT},
    {"selinux-labels-lost", GATE_BOOT},
    {"hugepages-exceed-memory", GATE_BOOT},
    {"cloud-init-blocks-boot", GATE_BOOT},
    {"initramfs-lacks-driver", GATE_BOOT},
    /* network */
    {"no-network-manager-enabled", GATE_NETWORK},
    {"ifcfg-stale", GATE_NETWORK},
    {"nm-profile-unusable", GATE_NETWORK},
    {"interfaces-file-incomplete", GATE_NETWORK},
    {"netplan-broken", GATE_NETWORK},
    {"nic-name-changed", GATE_NETWORK},
    {"persistent-net-rules-stale", GATE_NETWORK},
    {"static-address-foreign", GATE_NETWORK},
    {"cloud-init-network-frozen", GATE_NETWORK},
    {"cloud-init-instance-stale", GATE_NETWORK},
    {"sysctl-network-hostile", GATE_NETWORK},
    {"nic-driver-missing", GATE_NETWORK},
    {"route-conflict", GATE_NETWORK},
    {"resolver-broken", GATE_NETWORK},
    /* sshd */
    {"sshd-binary-missing", GATE_SSHD},
    {"sshd-library-missing", GATE_SSHD},
    {"sshd-unit-disabled", GATE_SSHD},
    {"sshd-unit-masked", GATE_SSHD},
    {"sshd-unit-override-broken", GATE_SSHD},
    {"sshd-not-to-be-run", GATE_SSHD},
    {"sshd-keygen-blocked", GATE_SSHD},
    {"sshd-config-missing", GATE_SSHD},
    {"sshd-config-empty", GATE_SSHD},
    {"sshd-config-bad-keyword", GATE_SSHD},
    {"sshd-config-bad-value", GATE_SSHD},
    {"sshd-config-global-in-match", GATE_SSHD},
    {"sshd-config-algorithm-unknown", GATE_SSHD},
    {"sshd-config-unreadable", GATE_SSHD},
    {"sshd-config-control-bytes", GATE_SSHD},
    {"sshd-authkeyscommand-no-user", GATE_SSHD},
    {"sshd-authmethods-unsatisfiable", GATE_SSHD},
    {"hostkeys-missing", GATE_SSHD},
    {"hostkey-too-open", GATE_SSHD},
    {"hostkey-legacy-group-mode", GATE_SSHD},
    {"hostkey-unusable", GATE_SSHD},
    {"hostkey-path-or-label", GATE_SSHD},
    {"privsep-user-missing", GATE_SSHD},
    {"privsep-dir-bad", GATE_SSHD},
    {"etc-ssh-dir-mode", GATE_SSHD},
    {"sshd-start-options-bad", GATE_SSHD},
    /* listen */
    {"listen-port-moved", GATE_LISTEN},
    {"listen-socket-unit-overrides", GATE_LISTEN},
    {"listen-address-wrong", GATE_LISTEN},
    {"listen-family-mismatch", GATE_LISTEN},
    {"listen-port-taken", GATE_LISTEN},
    {"listen-selinux-port", GATE_LISTEN},
    {"listen-limits-too-low", GATE_LISTEN},
    {"listen-source-penalty", GATE_LISTEN},
    /* firewall */
    {"fw-nftables-saved", GATE_FIREWALL},
    {"fw-iptables-saved", GATE_FIREWALL},
    {"fw-ufw", GATE_FIREWALL},
    {"fw-firewalld", GATE_FIREWALL},
    {"fw-susefirewall2", GATE_FIREWALL},
    {"hosts-deny", GATE_FIREWALL},
    {"fw-some-addresses-only", GATE_FIREWALL},
    {"fw-one-family-only", GATE_FIREWALL},
    {"ban-daemon-persisted", GATE_FIREWALL},
    /* auth */
    {"pubkey-auth-off", GATE_AUTH},
    {"password-auth-off-without-key", GATE_AUTH},
    {"dropin-overrides-main", GATE_AUTH},
    {"include-line-lost", GATE_AUTH},
    {"match-swallows-global", GATE_AUTH},
    {"match-locks-out", GATE_AUTH},
    {"authmethods-extra-factor", GATE_AUTH},
    {"usepam-off", GATE_AUTH},
    {"root-login-refused", GATE_AUTH},
    {"maxauthtries-low", GATE_AUTH},
    {"pubkey-algorithms-restricted", GATE_AUTH},
    {"kex-or-hostkey-mismatch", GATE_AUTH},
    {"revoked-keys-unreadable", GATE_AUTH},
    {"ca-or-principals-missing", GATE_AUTH},
    {"authkeyscommand-unsafe", GATE_AUTH},
    {"cloud-init-rewrites-auth", GATE_AUTH},
    {"rsa-sha1-client", GATE_AUTH},
    /* allow */
    {"allowusers-excludes", GATE_ALLOW},
    {"denyusers-matches", GATE_ALLOW},
    {"allow-deny-groups", GATE_ALLOW},
    {"allowusers-comma-list", GATE_ALLOW},
    {"groups-unresolvable", GATE_ALLOW},
    /* account */
    {"user-missing", GATE_ACCOUNT},
    {"remote-directory-only", GATE_ACCOUNT},
    {"passwd-file-damaged", GATE_ACCOUNT},
    {"shadow-entry-missing", GATE_ACCOUNT},
    {"id-files-mode-owner", GATE_ACCOUNT},
    {"uid-clash-or-changed", GATE_ACCOUNT},
    {"account-locked", GATE_ACCOUNT},
    {"password-hash-unsupported", GATE_ACCOUNT},
    {"password-expired", GATE_ACCOUNT},
    {"account-expired", GATE_ACCOUNT},
    {"home-missing", GATE_ACCOUNT},
    {"nsswitch-broken", GATE_ACCOUNT},
    {"password-empty", GATE_ACCOUNT},
    {"edit-blocked", GATE_ACCOUNT},
    {"nobody-can-log-in", GATE_ACCOUNT},
    /* key */
    {"key-home-perms", GATE_KEY},
    {"key-sshdir-perms", GATE_KEY},
    {"key-file-writable", GATE_KEY},
    {"key-file-unreadable", GATE_KEY},
    {"key-file-missing-or-empty", GATE_KEY},
    {"key-file-not-regular", GATE_KEY},
    {"key-line-malformed", GATE_KEY},
    {"key-lines-glued", GATE_KEY},
    {"key-foreign-format", GATE_KEY},
    {"key-options-block", GATE_KEY},
    {"key-revoked", GATE_KEY},
    {"key-type-unsupported", GATE_KEY},
    {"key-path-elsewhere", GATE_KEY},
    {"key-in-wrong-home", GATE_KEY},
    {"key-selinux-label", GATE_KEY},
    {"key-acl-mask", GATE_KEY},
    {"key-agent-owns-file", GATE_KEY},
    /* pam */
    {"nologin-file", GATE_PAM},
    {"pam-service-file-missing", GATE_PAM},
    {"pam-include-broken", GATE_PAM},
    {"pam-module-missing", GATE_PAM},
    {"pam-oslogin-leftover", GATE_PAM},
    {"pam-stack-denies", GATE_PAM},
    {"pam-access-rules", GATE_PAM},
    {"pam-lists", GATE_PAM},
    {"pam-limits-too-tight", GATE_PAM},
    {"pam-limits-unsettable", GATE_PAM},
    {"pam-limits-file-missing", GATE_PAM},
    {"pam-chkpwd-broken", GATE_PAM},
    {"pam-lockout-persisted", GATE_PAM},
    {"pam-mfa-not-enrolled", GATE_PAM},
    {"pam-session-hangs-or-fails", GATE_PAM},
    {"user-sessions-unit-stuck", GATE_PAM},
    /* session */
    {"shell-missing-or-not-executable", GATE_SESSION},
    {"shell-nologin", GATE_SESSION},
    {"startup-file-exits", GATE_SESSION},
    {"forcecommand-or-sftp-only", GATE_SESSION},
    {"chroot-dir-unsafe", GATE_SESSION},
    {"pty-unavailable", GATE_SESSION},
    {"sftp-subsystem-path", GATE_SESSION},
    {"root-or-tmp-dir-mode", GATE_SESSION},
    {"session-path-broken", GATE_SESSION},
    /* sudo */
    {"sudoers-mode-owner", GATE_SUDO},
    {"sudoers-syntax", GATE_SUDO},
    {"sudo-setuid-lost", GATE_SUDO},
    {"sudoers-dropin-ignored", GATE_SUDO},
    {"sudo-no-rule", GATE_SUDO},
    {"sudo-waagent-overrides", GATE_SUDO},
    {"sudo-targetpw", GATE_SUDO},
    {"sudo-locked-password", GATE_SUDO},
    {"sudo-tty-or-conf", GATE_SUDO},
    {"sudo-etc-dir", GATE_SUDO},
};

const struct login_reason_row *login_reasons(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}

enum gate reason_gate(const char *id)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].id, id) == 0)
            return rows[i].gate;
    return GATE_COUNT;
}

struct reason *reason_add(struct reason_list *list, const char *id, enum gate_state state,
                          struct place at)
{
    struct reason *r = vec_push_new(list->arena, &list->items);
    /* A list that is used again holds old ones there. */
    *r = (struct reason){.id = id, .gate = reason_gate(id), .state = state, .at = at};
    return r;
}

struct reason *reason_for_all(struct reason_list *list, const char *id, enum gate_state state,
                              struct place at)
{
    struct reason *r = reason_add(list, id, state, at);
    r->everybody = true;
    return r;
}

bool reason_list_has(const struct reason_list *list, const char *id)
{
    for (size_t i = 0; i < list->items.count; i++)
        if (strcmp(list->items.items[i].id, id) == 0)
            return true;
    return false;
}

bool reason_list_has_lock(const struct reason_list *list, const char *id)
{
    for (size_t i = 0; i < list->items.count; i++)
        if (strcmp(list->items.items[i].id, id) == 0 && list->items.items[i].state == GATE_SHUT)
            return true;
    return false;
}

bool reason_list_shuts(const struct reason_list *list, enum gate gate)
{
    for (size_t i = 0; i < list->items.count; i++)
        if (list->items.items[i].gate == gate && list->items.items[i].state == GATE_SHUT)
            return true;
    return false;
}
