check_PROGRAMS += tests/unit/test_repair_accounts
tests_unit_test_repair_accounts_SOURCES = tests/unit/test_repair_accounts.c tests/unit/suite.h
tests_unit_test_repair_accounts_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_repair_accounts_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_repair_accounts_LDADD = librepair.a librules.a liblogin.a libfacts.a libsyntax.a \
	libguest.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_repair_accounts
