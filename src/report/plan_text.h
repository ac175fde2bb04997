/* A plan as a person reads it before it is written, and what was written: documents
 * diskmend.repair/1, undo/1 and runs/1. For text.c only. */
#ifndef DISKMEND_REPORT_PLAN_TEXT_H
#define DISKMEND_REPORT_PLAN_TEXT_H

#include "report/page.h"

void plan_print(struct page *p);
/* What came after the question: the rest was shown before it. */
void plan_print_end(struct page *p);
void runs_print(struct page *p);

#endif
