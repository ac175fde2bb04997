check_PROGRAMS += tests/unit/test_wiping
tests_unit_test_wiping_SOURCES = tests/unit/test_wiping.c tests/unit/suite.h
tests_unit_test_wiping_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_wiping_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_wiping_LDFLAGS = -Wl,--wrap=free
tests_unit_test_wiping_LDADD = libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_wiping
