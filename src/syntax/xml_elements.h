/* The little XML that firewalld's files are made of: elements with attributes, in order. No DTD, no
 * entities but the five; what else there is, is a problem. Pure text. */
#ifndef DISKMEND_SYNTAX_XML_ELEMENTS_H
#define DISKMEND_SYNTAX_XML_ELEMENTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"

struct xml_attribute {
    const char *name, *value;
};

struct xml_element {
    const char *name;
    size_t parent; /* index + 1 of the element around it, 0: none */
    int line;
    VEC(struct xml_attribute) attributes;
};

struct xml_elements {
    VEC(struct xml_element) items;
    const char *problem; /* NULL: well-formed as far as this reader looks */
    int problem_line;
};

void xml_elements_read(struct arena *a, struct bytes text, struct xml_elements *out);
/* NULL when the element has no such attribute. */
const char *xml_attribute(const struct xml_element *e, const char *name);

#endif
