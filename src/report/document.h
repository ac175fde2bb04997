/* What the documents of all commands have in common, built once. For report/ only. */
#ifndef DISKMEND_REPORT_DOCUMENT_H
#define DISKMEND_REPORT_DOCUMENT_H

#include "report/report.h"

/* Schema, tool, target, status, failure and notes: the same in every document. */
struct json *document_new(struct arena *a, const char *schema, const struct report_input *input);
/* The few fields of OS that a report shows; null without one. */
struct json *document_os(struct arena *a, const struct json *os);
/* The names of the gates in this state. */
struct json *document_gates(struct arena *a, const struct walk *w, enum gate_state state);
struct json *document_not_checked(struct arena *a, const struct report_input *input);
/* Member "at" of O. */
void document_set_place(struct arena *a, struct json *o, const struct place *at);

#endif
