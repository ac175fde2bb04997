/* Which rule changed which lines of a file: the texts that each repair left, compared one after the
 * other. For edit_document.c only. */
#ifndef DISKMEND_BATCH_EDIT_BLAME_H
#define DISKMEND_BATCH_EDIT_BLAME_H

#include "repair/repair.h"
#include "report/diff.h"

struct edit_blame;

/* Of PATH, whose text was BEFORE the plan (empty where there was no file). */
struct edit_blame *edit_blame_of(struct arena *a, const struct plan *plan, const char *path,
                                 struct bytes before);
/* The rules that took or put a line of HUNK, each once; none where that cannot be told. */
struct text_list edit_blame_rules(const struct edit_blame *blame, struct diff_range hunk);

#endif
