/* What every unit test program shares: its main. Include once, define `static Suite *suite(void)`
 * above UNIT_MAIN. */
#ifndef DISKMEND_TESTS_UNIT_SUITE_H
#define DISKMEND_TESTS_UNIT_SUITE_H

#include <check.h>
#include <stdlib.h>

#define UNIT_MAIN(suite)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        SRunner *runner = srunner_create(suite());                                                 \
        srunner_run_all(runner, CK_NORMAL);                                                        \
        int failed = srunner_ntests_failed(runner);                                                \
        srunner_free(runner);                                                                      \
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                                          \
    }

#endif
