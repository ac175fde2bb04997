/* What the guest's own programs say, beside what we say: diskmend.verify/1 as text. For text.c only. */
#ifndef DISKMEND_REPORT_VERIFY_TEXT_H
#define DISKMEND_REPORT_VERIFY_TEXT_H

#include "report/page.h"

void verify_print(struct page *p);

#endif
