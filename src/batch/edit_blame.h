/* Which rule or job changed which lines of a file: the texts that each of them left, compared one
 * after the other. For edit_document.c only. */
#ifndef DISKMEND_BATCH_EDIT_BLAME_H
#define DISKMEND_BATCH_EDIT_BLAME_H

#include "repair/repair.h"
#include "report/diff.h"

struct edit_blame;

/* Of PATH, whose text was BEFORE the plan (empty where there was no file). */
struct edit_blame *edit_blame_of(struct arena *a, const struct plan *plan, const char *path,
                                 struct bytes before);
/* What took or put a line of HUNK, each once; none where that cannot be told. */
struct hunk_causes {
    struct text_list rules, jobs;
};
struct hunk_causes edit_blame_hunk(const struct edit_blame *blame, struct diff_range hunk);

#endif
