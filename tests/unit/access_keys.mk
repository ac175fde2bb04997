# access: keys given and taken away; sudo; accounts removed.
check_PROGRAMS += tests/unit/test_access_keys
tests_unit_test_access_keys_SOURCES = tests/unit/test_access_keys.c tests/unit/given_keys.h \
	tests/unit/access_suite.h tests/unit/login_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_access_keys_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_access_keys_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_access_keys_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_access_keys

check_PROGRAMS += tests/unit/test_access_sudo
tests_unit_test_access_sudo_SOURCES = tests/unit/test_access_sudo.c tests/unit/access_suite.h \
	tests/unit/login_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_access_sudo_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_access_sudo_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_access_sudo_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_access_sudo
