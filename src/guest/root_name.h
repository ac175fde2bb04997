/* How a root calls itself, for people who have several to choose from. */
#ifndef DISKMEND_GUEST_ROOT_NAME_H
#define DISKMEND_GUEST_ROOT_NAME_H

#include "guest/tree.h"

/* PRETTY_NAME of its os-release, else NAME and VERSION_ID; "" when there is none. */
const char *root_name(struct tree *tree);

#endif
