/* Fixtures as trees: healthy guests from a directory of files with a meta.json, and changes to them
 * written as JSON (cases, and the examples every rule carries). For tests, `rules check` and the
 * demo; never for a guest. */
#ifndef DISKMEND_GUEST_FIXTURE_H
#define DISKMEND_GUEST_FIXTURE_H

#include "guest/memory.h"

/* The healthy guest DIRECTORY/guests/NAME. NULL and E on error. */
struct tree *fixture_guest(struct arena *a, const char *directory, const char *name, struct err *e);

/* Apply an array of changes ({"do": "write", "path": …} …); 0, or the error with the change's
 * number. */
int fixture_change(struct tree *t, const struct json *changes, struct err *e);

/* The broken guest DIRECTORY/cases/NAME: its case.json names a healthy guest and the changes. The
 * case document is handed out through CASE_DOCUMENT (caller frees; may be NULL). */
struct tree *fixture_case(struct arena *a, const char *directory, const char *name,
                          struct json **case_document, struct err *e);

#endif
