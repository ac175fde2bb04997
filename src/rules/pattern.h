/* Patterns that a rule or the command line gives: globs over ids and fields, and bounded POSIX
 * regular expressions. Linear or bounded time whatever the guest's text is. */
#ifndef DISKMEND_RULES_PATTERN_H
#define DISKMEND_RULES_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

/* The longest guest text a regular expression is run on; a longer one is "not checked". */
#define PATTERN_SUBJECT_BYTES 65536u

/* '*' and '?' only, the whole text. Time is bounded by both lengths multiplied. */
bool pattern_glob(const char *glob, const char *text);

/* Compile a POSIX extended expression within our bounds: LIMIT_REGEX_BYTES, no back-references, no
 * escapes of letters (they are a C library's own), repetitions of at most 255 altogether. NULL, or
 * the fault as a constant sentence. On success the caller frees OUT with regfree. */
const char *pattern_compile(const char *expression, regex_t *out);

#endif
