/* What a checker says of a filesystem: diskmend.check/1 as text. For text.c only. */
#ifndef DISKMEND_REPORT_CHECK_TEXT_H
#define DISKMEND_REPORT_CHECK_TEXT_H

#include "report/page.h"

void check_print(struct page *p);

#endif
