check_PROGRAMS += tests/unit/test_guest_open
tests_unit_test_guest_open_SOURCES = tests/unit/test_guest_open.c tests/unit/suite.h
tests_unit_test_guest_open_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_guest_open_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_guest_open_LDADD = libguest.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_guest_open
