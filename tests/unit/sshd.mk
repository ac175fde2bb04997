check_PROGRAMS += tests/unit/test_sshd
tests_unit_test_sshd_SOURCES = tests/unit/test_sshd.c tests/unit/suite.h
tests_unit_test_sshd_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_sshd_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_sshd_LDADD = libfacts.a libsyntax.a libguest.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_sshd
