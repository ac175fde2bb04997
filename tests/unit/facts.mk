facts_tests = tests/unit/test_facts_account tests/unit/test_facts_unit tests/unit/test_facts_guest \
	tests/unit/test_facts_trees tests/unit/test_facts_hostile tests/unit/test_facts_initramfs
check_PROGRAMS += $(facts_tests)
TESTS += $(facts_tests)
facts_test_libs = libfacts.a libsyntax.a libguest.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
tests_unit_test_facts_account_SOURCES = \
	tests/unit/test_facts_account.c tests/unit/facts_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_facts_account_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_facts_account_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_facts_account_LDADD = $(facts_test_libs)
tests_unit_test_facts_unit_SOURCES = \
	tests/unit/test_facts_unit.c tests/unit/facts_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_facts_unit_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_facts_unit_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_facts_unit_LDADD = $(facts_test_libs)
tests_unit_test_facts_guest_SOURCES = \
	tests/unit/test_facts_guest.c tests/unit/facts_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_facts_guest_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_facts_guest_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_facts_guest_LDADD = $(facts_test_libs)
tests_unit_test_facts_trees_SOURCES = \
	tests/unit/test_facts_trees.c tests/unit/facts_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_facts_trees_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_facts_trees_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_facts_trees_LDADD = $(facts_test_libs)
tests_unit_test_facts_hostile_SOURCES = \
	tests/unit/test_facts_hostile.c tests/unit/facts_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_facts_hostile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_facts_hostile_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_facts_hostile_LDADD = $(facts_test_libs)
tests_unit_test_facts_initramfs_SOURCES = \
	tests/unit/test_facts_initramfs.c tests/unit/facts_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_facts_initramfs_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_facts_initramfs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_facts_initramfs_LDADD = $(facts_test_libs)
