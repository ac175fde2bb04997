/* Which distribution, which sshd: the column of every version table. The one `os` object of the
 * facts document. Source of the OpenSSH version: the sshd binary's own text (it is what will run),
 * else the package status, else unknown, and said so. */
#ifndef DISKMEND_FACTS_OS_H
#define DISKMEND_FACTS_OS_H

#include "facts/record.h"

enum os_family {
    FAMILY_UNKNOWN, /* judged as plain upstream, with a note */
    FAMILY_DEBIAN,  /* Debian, Ubuntu and what says ID_LIKE of them */
    FAMILY_RHEL,    /* RHEL, CentOS, Rocky, Alma, Oracle, Fedora, Amazon */
    FAMILY_SUSE,
    FAMILY_ALPINE,
    FAMILY_ARCH,
    FAMILY_FLATCAR,
    FAMILY_AZURELINUX
};

enum service_manager { SERVICES_UNKNOWN, SERVICES_SYSTEMD, SERVICES_OPENRC, SERVICES_SYSV };

struct os_facts {
    const char *id;      /* os-release ID, "" when unknown */
    const char *version; /* VERSION_ID */
    const char *name;    /* PRETTY_NAME */
    const char *family;  /* "debian" "rhel" "suse" "alpine" "arch" "flatcar" "azurelinux" "unknown" */
    const char *openssh; /* "9.2p1"; NULL when unknown */
    const char *openssh_banner; /* "OpenSSH_9.2p1 Debian-2+deb12u3" when the binary says so */
    const char *openssh_source; /* "binary" "dpkg" "rpm" "apk" "distribution" "unknown" */
    const char *architecture;   /* of the sshd binary: "x86_64"; NULL when unknown */
    const char *services;       /* "systemd" "openrc" "sysv" "unknown" */
    const char *sshd_path;      /* "/usr/sbin/sshd"; NULL when there is no sshd */
    struct place at;            /* the os-release read */
    enum truth pam;             /* this sshd was built with PAM */
    enum truth libwrap;         /* … with TCP wrappers */
    enum truth gssapi_kex;      /* … with the GSSAPI key exchange patch (GSSAPIKeyExchange …) */
    enum truth private_group;   /* … tolerates a group-writable file of a private group (Debian) */
    const char *session_path;   /* sshd-session (9.8 on): where this family has it; NULL before */
    const char *auth_path;      /* sshd-auth (10.0 on) */
    struct text_list programs_cut; /* of sshd: ELF files that end before their segments do; not rendered */
    struct text_list libraries_missing; /* shared objects sshd needs that are in no library directory */
    /* Not rendered. */
    enum os_family family_code;
    enum service_manager service_manager;
    int openssh_version; /* major * 100 + minor: 902; 0 when unknown */
    int openssh_patch;   /* the p of 9.2p1 */
};

extern const struct fact_kind os_kind;

/* Debian (itself) RELEASE or later. Without a VERSION_ID it is testing or unstable. */
bool os_is_debian_from(const struct os_facts *os, long release);

#endif
