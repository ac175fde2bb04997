/* The access matrix as text: a row a person, a column a way in. For report/ only. */
#ifndef DISKMEND_REPORT_ACCESS_TEXT_H
#define DISKMEND_REPORT_ACCESS_TEXT_H

#include "base/json.h"
#include "report/table.h"

/* Nothing when nobody was judged. */
void access_print(struct strbuf *out, const struct json *document, const struct table_style *style);

/* "ana (publickey), root (publickey, password)": who can get in, "" when nobody; at most a few. */
const char *access_open_people(struct arena *a, const struct json *document);

#endif
