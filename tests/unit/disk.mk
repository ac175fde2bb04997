# What is below the filesystems, and gate disk.
check_PROGRAMS += tests/unit/test_disk
tests_unit_test_disk_SOURCES = \
	tests/unit/test_disk.c tests/unit/login_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_disk_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_disk_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_disk_LDADD = $(login_test_libs)
TESTS += tests/unit/test_disk
