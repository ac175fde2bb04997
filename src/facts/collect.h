/* Small pieces every producer needs: growing lists of texts, lines and words of a text. For
 * facts/ and login/. Knows nothing of guests. */
#ifndef DISKMEND_FACTS_COLLECT_H
#define DISKMEND_FACTS_COLLECT_H

#include <stdbool.h>

#include "facts/record.h"

/* Append TEXT (borrowed). Only for lists that started empty and grew by this function. */
void text_list_add(struct arena *a, struct text_list *list, const char *text);
bool text_list_has(const struct text_list *list, const char *text);
/* Joined by SEPARATOR. */
const char *text_list_join(struct arena *a, const struct text_list *list, const char *separator);

/* Take the next line (without its newline) off REST; false at the end. */
bool text_next_line(struct bytes *rest, struct bytes *line);
/* Without blanks, tabs and CR at both ends. */
struct bytes text_trim(struct bytes b);
/* Words between any of the SEPARATORS, empty ones left out. */
struct text_list text_words(struct arena *a, struct bytes b, const char *separators);
/* Where NEEDLE first stands in B; B.len when it does not. */
size_t text_find(struct bytes b, const char *needle);
/* A whole decimal number in MINIMUM..MAXIMUM. */
bool text_number(struct bytes b, int64_t minimum, int64_t maximum, int64_t *out);

#endif
