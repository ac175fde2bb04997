/* Guest bytes made harmless for the medium they go to. Every guest string that reaches a person
 * or a file of ours passes through here exactly once, at the moment of output. */
#ifndef DISKMEND_BASE_ESCAPE_H
#define DISKMEND_BASE_ESCAPE_H

#include <stdbool.h>

#include "base/strbuf.h"

/* Length of the well-formed UTF-8 sequence at the start of B (1 to 4), 0 if there is none. */
size_t escape_utf8_length(struct bytes b);

/* For a terminal or a text report: control characters, DEL, C1, bidirectional overrides, zero-width
 * characters, line and paragraph separators and bytes that are not UTF-8 become \xNN or \u{NNNN};
 * a backslash stays as it is. Tab and newline are escaped too (\t, \n). */
void escape_terminal(struct strbuf *out, struct bytes text);
/* The same into a fresh string. */
char *escape_terminal_text(struct arena *a, const char *text);

/* One word of a command that a person may paste into a shell, quoted where it has to be. */
char *escape_shell_word(struct arena *a, const char *text);

/* Make valid UTF-8 for JSON: bytes that are not UTF-8 become the six characters \xNN (control
 * characters stay, the JSON writer escapes them). */
char *escape_to_utf8(struct arena *a, const char *text);

#endif
