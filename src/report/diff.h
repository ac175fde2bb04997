/* Two texts as a unified diff that git and patch can apply. Knows no guest; writes into memory. */
#ifndef DISKMEND_REPORT_DIFF_H
#define DISKMEND_REPORT_DIFF_H

#include <stdbool.h>

#include "base/strbuf.h"

/* Must this line (of the old or the new text, without its end) not be quoted? */
typedef bool diff_is_hidden(void *context, bool is_new, size_t line, struct bytes text);

/* Append the diff of the file PATH (absolute; shown as a/… and b/…). BEFORE or AFTER NULL: the file
 * is made or taken away; MODE is the mode of a new file. A hidden line shows as "(not shown)",
 * and true is the answer: the diff cannot be applied. Nothing is appended when both texts are the same. A text with a NUL byte is
 * binary: one sentence takes the place of the hunks. BEHIND (NULL: none) is said at each hunk: what
 * the change is made for, where git puts the function. */
bool diff_unified(struct strbuf *out, const char *path, const struct bytes *before,
                  const struct bytes *after, uint32_t mode, const char *behind,
                  diff_is_hidden *is_hidden, void *context);

#endif
