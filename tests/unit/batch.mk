check_PROGRAMS += tests/unit/test_batch
tests_unit_test_batch_SOURCES = tests/unit/test_batch.c tests/unit/suite.h
tests_unit_test_batch_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_batch_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_batch_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_batch
check_PROGRAMS += tests/unit/test_disk_check
tests_unit_test_disk_check_SOURCES = tests/unit/test_disk_check.c tests/unit/login_suite.h \
	tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_disk_check_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_disk_check_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_disk_check_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_disk_check
