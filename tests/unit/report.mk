# report/: what a shut gate looks like from outside.
check_PROGRAMS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c tests/unit/suite.h
tests_unit_test_report_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_report_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_report_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_report

check_PROGRAMS += tests/unit/test_diff
tests_unit_test_diff_SOURCES = tests/unit/test_diff.c tests/unit/suite.h
tests_unit_test_diff_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_diff_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_diff_LDADD = libreport.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_diff
