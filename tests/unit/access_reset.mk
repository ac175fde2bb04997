# access --reset-ssh, --restore-ssh.
check_PROGRAMS += tests/unit/test_access_reset tests/unit/test_access_restore
reset_suite = tests/unit/reset_suite.h tests/unit/login_suite.h tests/unit/host_file.h \
	tests/unit/repair_tree.h tests/unit/suite.h
tests_unit_test_access_reset_SOURCES = tests/unit/test_access_reset.c $(reset_suite)
tests_unit_test_access_reset_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_access_reset_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_access_reset_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
tests_unit_test_access_restore_SOURCES = tests/unit/test_access_restore.c $(reset_suite)
tests_unit_test_access_restore_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_access_restore_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_access_restore_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_access_reset tests/unit/test_access_restore
