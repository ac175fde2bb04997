/* Edits of an overlay as a person and a program read them: one entry per path and kind of change,
 * with the diff of what is no secret. For batch/ only. */
#ifndef DISKMEND_BATCH_EDIT_DOCUMENT_H
#define DISKMEND_BATCH_EDIT_DOCUMENT_H

#include "repair/repair.h"

/* The array "plan" of diskmend.repair/1: {"path", "change", "from", "to", "rules", "job", "diff"}.
 * `from` and `to` say modes, owners, link targets, labels and new names; `diff` is the unified diff
 * of contents, null otherwise, and then `hunks` says of each hunk what it is made for. The caller
 * owns it. */
struct json *edit_document(struct arena *a, const struct overlay_edit *edits, size_t count,
                           const struct plan *plan);

#endif
