/* The patterns of file_contexts against paths: POSIX ERE with the few extras of PCRE that policies
 * use, matched from end to end in bounded time. For label.c only. */
#ifndef DISKMEND_REPAIR_LABEL_PATTERN_H
#define DISKMEND_REPAIR_LABEL_PATTERN_H

#include <stdbool.h>

#include "base/arena.h"

enum label_match {
    LABEL_MATCH_NO,
    LABEL_MATCH_YES,
    LABEL_MATCH_UNSURE, /* a construct we do not know, or the budget is spent */
};

/* BUDGET is counted down by the work done. */
enum label_match label_pattern_match(struct arena *a, const char *pattern, const char *path,
                                     long *budget);

/* Is PATTERN a plain name? libselinux label_file.h spec_hasMetaChars. */
bool label_pattern_is_plain(const char *pattern);
/* How many bytes at its start stand for themselves. */
size_t label_pattern_stem(const char *pattern);

#endif
