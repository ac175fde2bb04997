/* Templates in messages and repair steps: "{field}" of the record, "{@parameter}", "{{" and "[["
 * for a brace and a bracket. What stands in [brackets] is left out when the record lacks a field
 * in it; outside of brackets such a field reads "?". Long guest text is cut. */
#ifndef DISKMEND_RULES_TEMPLATE_H
#define DISKMEND_RULES_TEMPLATE_H

#include "rules/value.h"

/* Bytes of one field that a message shows. */
#define TEMPLATE_FIELD_BYTES 200u

/* RECORD may be NULL (a finding about something that is not there). */
const char *template_render(const struct rule_context *context, const char *text,
                            const struct json *record);

/* The same for the argument of a step: nothing is cut, and a field that is missing (outside of
 * brackets) is an error: NULL. */
const char *template_fill(const struct rule_context *context, const char *text,
                          const struct json *record, struct err *e);

/* Call FOUND with every name in braces ("at.file", "@limit"). The answer is NULL, or the fault of
 * the template itself as a constant sentence. */
typedef void template_name_function(void *context, const char *name);
const char *template_names(struct arena *a, const char *text, template_name_function *found,
                           void *context);

#endif
