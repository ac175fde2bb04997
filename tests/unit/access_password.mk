# access: passwords, locks, expiry.
check_PROGRAMS += tests/unit/test_access_password
tests_unit_test_access_password_SOURCES = tests/unit/test_access_password.c tests/unit/access_suite.h \
	tests/unit/login_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_access_password_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_access_password_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_access_password_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_access_password
