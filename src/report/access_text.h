/* The access matrix as text: a row a person, a column a way in. For report/ only. */
#ifndef DISKMEND_REPORT_ACCESS_TEXT_H
#define DISKMEND_REPORT_ACCESS_TEXT_H

#include "base/json.h"
#include "report/table.h"

/* Nothing when nobody was judged. */
void access_print(struct strbuf *out, const struct json *document, const struct table_style *style);

/* "ana (publickey), root (publickey, password)": who can get in, "" when nobody; at most a few. */
const char *access_open_people(struct arena *a, const struct json *document);

/* "with password": the member "sudo" in words; NULL when it was not judged. */
const char *access_sudo_words(const char *kind);

/* The first person who should get in and does not; NULL when there is none. */
const char *access_shut_person(const struct json *document);

/* Can repair, with that person named, mend what shuts the ways in that were set up? Only what a
 * rule's class tells: the plan knows better. */
bool access_is_mendable(const struct json *document, const char *person);

#endif
