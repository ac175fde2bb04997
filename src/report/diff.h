/* Two texts as a unified diff that git and patch can apply. Knows no guest; writes into memory. */
#ifndef DISKMEND_REPORT_DIFF_H
#define DISKMEND_REPORT_DIFF_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "base/vec.h"

/* Lines (from 0) of the old text that gave way to lines of the new one. */
struct diff_range {
    size_t old_from, old_count, new_from, new_count;
};
typedef VEC(struct diff_range) diff_ranges;

/* What differs between two texts, from top to bottom; lines with their ends. */
diff_ranges diff_compare(struct arena *a, struct bytes before, struct bytes after);

/* Must this line (of the old or the new text, without its end) not be quoted? */
typedef bool diff_is_hidden(void *context, bool is_new, size_t line, struct bytes text);
/* What a hunk is made for, NULL for nothing to say: the hunk's lines, those around the change too. */
typedef const char *diff_behind(void *context, struct diff_range hunk);

/* Append the diff of the file PATH (absolute; shown as a/… and b/…). BEFORE or AFTER NULL: the file
 * is made or taken away; MODE is the mode of a new file. A hidden line shows as "(not shown)",
 * and true is the answer: the diff cannot be applied. Nothing is appended when both texts are the same. A text with a NUL byte is
 * binary: one sentence takes the place of the hunks. BEHIND (NULL: none) is asked at each hunk: what
 * the change is made for stands where git puts the function. */
bool diff_unified(struct strbuf *out, const char *path, const struct bytes *before,
                  const struct bytes *after, uint32_t mode, diff_behind *behind,
                  diff_is_hidden *is_hidden, void *context);

#endif
