# repair/: verbs on keys, sudoers, sessions and labels.
check_PROGRAMS += tests/unit/test_repair_keys
tests_unit_test_repair_keys_SOURCES = tests/unit/test_repair_keys.c tests/unit/login_suite.h \
	tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_repair_keys_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_repair_keys_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_repair_keys_LDADD = librepair.a librules.a liblogin.a libfacts.a libsyntax.a \
	libguest.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_repair_keys
