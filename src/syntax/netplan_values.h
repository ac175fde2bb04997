/* What netplan takes as the value of a setting. Only for netplan_file.c. */
#ifndef DISKMEND_SYNTAX_NETPLAN_VALUES_H
#define DISKMEND_SYNTAX_NETPLAN_VALUES_H

#include "syntax/yaml_nodes.h"

/* Why netplan refuses KEY (NULL: not a scalar) with VALUE in a definition of TYPE; NULL: it does
 * not. AT becomes the node to blame. */
const char *netplan_setting_problem(struct arena *a, const char *type, const char *key,
                                    const struct yaml_node *value, const struct yaml_node **at);

#endif
