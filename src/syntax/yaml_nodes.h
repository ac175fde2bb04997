/* YAML as nodes with places: the first document of a text, as libyaml sees it. The only door to
 * libyaml. Aliases stay aliases (nothing is copied, so a small text stays a small tree), merge keys
 * and tags mean nothing here; what they mean is the reader's to know. Pure text. */
#ifndef DISKMEND_SYNTAX_YAML_NODES_H
#define DISKMEND_SYNTAX_YAML_NODES_H

#include <stdbool.h>

#include "base/arena.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP, YAML_ALIAS };

struct yaml_node {
    enum yaml_kind kind;
    bool is_plain;            /* a scalar that is not quoted and no block */
    int line, column;         /* from 1 */
    const char *text;         /* a scalar's value, an alias's name; else "" */
    const char *tag;          /* NULL: none is written */
    struct yaml_node *key;    /* of a member of a map; NULL: not in a map */
    struct yaml_node *first;  /* items of a list, values of a map */
    struct yaml_node *next;   /* in the list or map around it */
    struct yaml_node *target; /* of an alias; NULL: it stands inside of what it names */
};

struct yaml_nodes {
    struct yaml_node *root; /* NULL: no document, or one with a problem */
    const char *problem;    /* why the first document is no YAML */
    int line, column;       /* of the problem */
    bool is_limit;          /* the problem is a bound of ours, not a fault of the text */
    int duplicate_anchor;   /* line of a second anchor of one name (libyaml's own loader refuses it,
                             * others take the later one); 0: none */
    bool has_more;          /* another document follows, or what follows is no YAML */
    const char *more_problem;
    int more_line;
};

void yaml_nodes_read(struct arena *a, struct bytes text, struct yaml_nodes *out);

/* What an alias stands for, else the node itself; NULL for NULL and for an alias inside of itself. */
const struct yaml_node *yaml_real(const struct yaml_node *n);
/* The value of the last member of this name, with aliases followed; NULL: none, or no map. */
const struct yaml_node *yaml_member(const struct yaml_node *map, const char *name);
/* Text of a scalar; NULL for NULL and for all else. */
const char *yaml_text(const struct yaml_node *n);

#endif
