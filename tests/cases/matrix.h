/* Who gets in before and after a repair, held against what a repair may do (DESIGN 9.2), over all
 * accounts of the guest and without a look at how the planner guards itself. */
#ifndef DISKMEND_TESTS_MATRIX_H
#define DISKMEND_TESTS_MATRIX_H

#include "repair/repair.h"
#include "tests/cases/trial.h"

/* FAILs of T where somebody who could log in cannot any more, somebody not named can for whom a lock
 * was taken away that no auto rule takes away and that was not everybody's, or no way to root is
 * left. NAMED may be NULL. */
void matrix_expect_no_worse(struct trial *t, const struct judgement *before,
                            const struct judgement *after, const char *named);

/* FAILs of T where anybody but NAMED gets in now and did not, or the other way round, by any method. */
void matrix_expect_same_for_others(struct trial *t, const struct judgement *before,
                                   const struct judgement *after, const char *named);

#endif
