check_PROGRAMS += tests/unit/test_access_settings
tests_unit_test_access_settings_SOURCES = tests/unit/test_access_settings.c tests/unit/suite.h
tests_unit_test_access_settings_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_access_settings_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_access_settings_LDADD = librepair.a librules.a liblogin.a libfacts.a libsyntax.a \
	libguest.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_access_settings
