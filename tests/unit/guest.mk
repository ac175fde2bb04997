check_PROGRAMS += tests/unit/test_guest
tests_unit_test_guest_SOURCES = tests/unit/test_guest.c tests/unit/suite.h
tests_unit_test_guest_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_guest_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_guest_LDADD = libguest.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_guest
