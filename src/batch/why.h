/* One subject's document: each reason of the walk worded by its rule. For batch/, and the tests
 * that hold it against scan. */
#ifndef DISKMEND_BATCH_WHY_H
#define DISKMEND_BATCH_WHY_H

#include "login/login.h"
#include "report/report.h"
#include "rules/rules.h"

/* diskmend.why/1 of one walk of ANSWER; FACTS is the document with its login section. The caller
 * owns it. */
struct json *why_document(struct arena *a, const struct rule_set *rules, const struct json *facts,
                          const struct login_answer *answer, const struct walk *walk,
                          const struct report_input *input);

/* Is this walk one that why was asked about? Everybody's key login, and passwords where they were
 * asked for or are the way in that was set up. */
bool why_is_asked(const struct login_question *question, const struct walk *walk);

#endif
