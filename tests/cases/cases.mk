# Fixtures judged in memory, and the images made of them.
check_PROGRAMS += tests/cases/case_runner
tests_cases_case_runner_SOURCES = tests/cases/case_runner.c tests/cases/trial.c tests/cases/trial.h
tests_cases_case_runner_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_cases_case_runner_LDADD = $(room_archives) $(room_libs)
TESTS += tests/cases/cases.test
EXTRA_DIST += tests/cases/cases.test fixtures

check_PROGRAMS += tests/cases/mend_runner
tests_cases_mend_runner_SOURCES = tests/cases/mend_runner.c tests/cases/matrix.c \
	tests/cases/matrix.h tests/cases/trial.c tests/cases/trial.h tests/cases/written.c \
	tests/cases/written.h
tests_cases_mend_runner_CPPFLAGS = $(tests_cases_case_runner_CPPFLAGS)
tests_cases_mend_runner_LDADD = $(tests_cases_case_runner_LDADD)
TESTS += tests/cases/mend.test
EXTRA_DIST += tests/cases/mend.test tests/cases/not-mended

check_PROGRAMS += tests/cases/access_runner
tests_cases_access_runner_SOURCES = tests/cases/access_runner.c tests/cases/matrix.c \
	tests/cases/matrix.h tests/cases/trial.c tests/cases/trial.h tests/cases/written.c \
	tests/cases/written.h
tests_cases_access_runner_CPPFLAGS = $(tests_cases_case_runner_CPPFLAGS)
tests_cases_access_runner_LDADD = $(tests_cases_case_runner_LDADD)
TESTS += tests/cases/access.test
EXTRA_DIST += tests/cases/access.test

check_PROGRAMS += tests/cases/mutations
tests_cases_mutations_SOURCES = tests/cases/mutations.c
tests_cases_mutations_LDADD = $(tests_cases_case_runner_LDADD)
TESTS += tests/cases/mutations.test
EXTRA_DIST += tests/cases/mutations.test

check_PROGRAMS += tests/tools/fixture_to_image
tests_tools_fixture_to_image_SOURCES = tests/tools/fixture_to_image.c
tests_tools_fixture_to_image_LDADD = libguest.a libmodel.a libbase.a $(room_libs)
TESTS += tests/tools/make-image.test
EXTRA_DIST += tests/tools/make-image tests/tools/make-image.test
