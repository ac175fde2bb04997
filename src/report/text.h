/* The report a person reads on a terminal, drawn from the JSON document. For report/ only. Every
 * string of the document is escaped on its way out. */
#ifndef DISKMEND_REPORT_TEXT_H
#define DISKMEND_REPORT_TEXT_H

#include "report/report.h"

void report_render_text(struct strbuf *out, const struct json *const *documents, size_t count,
                        const struct report_options *options);

#endif
