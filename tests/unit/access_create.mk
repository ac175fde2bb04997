# access: new accounts.
check_PROGRAMS += tests/unit/test_access_create
tests_unit_test_access_create_SOURCES = tests/unit/test_access_create.c tests/unit/access_suite.h \
	tests/unit/login_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_access_create_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_access_create_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_access_create_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_access_create
