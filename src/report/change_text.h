/* Gate by gate, what a plan changes for the people it was made for. For report/ only. */
#ifndef DISKMEND_REPORT_CHANGE_TEXT_H
#define DISKMEND_REPORT_CHANGE_TEXT_H

#include "report/page.h"

/* Section "access": every way in judged, before → after, and the gates of those that matter. */
void change_print(struct page *p);
/* Is what is LEFT told of there, at the gate it shuts? */
bool change_tells(const struct json *document, const struct json *left);
/* Somebody who was to get in and does not; NULL when there is nobody. */
const char *change_still_shut(const struct json *document);

#endif
