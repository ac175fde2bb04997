/* One subject's walk as text, gate by gate. For report/ only. */
#ifndef DISKMEND_REPORT_WHY_TEXT_H
#define DISKMEND_REPORT_WHY_TEXT_H

#include "report/page.h"

void why_print(struct page *p);

#endif
