/* What a plan may never do (DESIGN 9.2): shut out who could get in, take the last way to root, or
 * let in somebody who was not to be let in. Compares two judgements. For plan*.c and the jobs of access. */
#ifndef DISKMEND_REPAIR_GUARD_H
#define DISKMEND_REPAIR_GUARD_H

#include "repair/repair.h"

/* Which reasons may vanish from the walk of somebody who was not named. */
typedef bool guard_may_vanish(void *context, const struct reason *r);

/* NULL when AFTER is no worse than BEFORE; else a sentence that says whom it hits and how. */
const char *guard_worse(const struct repair_input *input, const struct judgement *before,
                        const struct judgement *after, guard_may_vanish *may_vanish,
                        void *context);

/* Does somebody but BUT (may be NULL) get in and become root? */
bool guard_somebody_reaches_root(const struct login_answer *answer, const char *but);

#endif
