/* What sshd asks the guest's name service for while it reads its configuration: ports by service
 * name, hosts by name, home directories. From the guest's files only; read once, when first asked.
 * For the sshd_* files of this room. */
#ifndef DISKMEND_FACTS_SSHD_GUEST_H
#define DISKMEND_FACTS_SSHD_GUEST_H

#include "facts/record.h"
#include "guest/tree.h"

struct sshd_guest {
    struct tree *tree;
    struct arena *arena;
    bool services_read, hosts_read, passwd_read;
    struct bytes services, hosts, passwd;
    enum presence passwd_presence;
    unsigned lookups;   /* so far: a file full of odd names must not cost a pass each over ours */
    size_t searched;    /* bytes of those files gone through so far, for the same reason */
    bool other_sources; /* nsswitch.conf sends passwd look-ups elsewhere as well */
};

/* misc.c a2port of VERSION: -1 when TEXT is no port. */
int sshd_guest_port(struct sshd_guest *g, const char *text, int version);
/* /etc/hosts (or every resolver by rule: localhost) knows the name. */
bool sshd_guest_knows_host(struct sshd_guest *g, const char *name);
/* misc.c tilde_expand_filename of VERSION for root: TEXT with a leading ~ or ~user replaced. NULL
 * when the user certainly does not exist; TEXT itself when that cannot be told. */
const char *sshd_guest_expand_home(struct sshd_guest *g, const char *text, int version);

#endif
