# repair/: verbs on units, mounts, settings, firewalls and PAM.
check_PROGRAMS += tests/unit/test_repair_system
tests_unit_test_repair_system_SOURCES = tests/unit/test_repair_system.c tests/unit/login_suite.h \
	tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_repair_system_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_repair_system_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_repair_system_LDADD = librepair.a librules.a liblogin.a libfacts.a libsyntax.a \
	libguest.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_repair_system
