/* Addresses as sshd's getaddrinfo and addr_match_list take them, from the text alone: nothing is
 * ever looked up in a network. For the sshd_* files of this room. */
#ifndef DISKMEND_FACTS_SSHD_ADDRESS_H
#define DISKMEND_FACTS_SSHD_ADDRESS_H

#include <stdbool.h>

enum sshd_address { SSHD_ADDRESS_NAME, SSHD_ADDRESS_INET, SSHD_ADDRESS_INET6 };

/* What kind of literal TEXT is (inet_aton's short forms count); a scope id is ignored. */
enum sshd_address sshd_address_kind(const char *text);
/* addr_match_list(NULL, LIST) of VERSION: false when an element is empty or a CIDR has a mask too
 * long or bits beyond its mask. What is no address at all is a wildcard and passes. */
bool sshd_address_list_ok(const char *list, int version);

#endif
