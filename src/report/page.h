/* One document on its way to becoming text, and what all pages draw alike. For report/ only. */
#ifndef DISKMEND_REPORT_PAGE_H
#define DISKMEND_REPORT_PAGE_H

#include "report/report.h"
#include "report/table.h"

struct page {
    struct strbuf *out;
    const struct json *document;
    const struct report_options *options;
    struct table_style style;
};

/* "file:line:column", "" when there is no place. */
const char *page_place(struct arena *a, const struct json *at);
enum colour page_severity_colour(const char *severity);

#endif
