# login/: patterns, effective values, whole walks over changed fixtures.
login_tests = tests/unit/test_login_match tests/unit/test_login_effective tests/unit/test_login \
	tests/unit/test_login_session tests/unit/test_login_hostile
check_PROGRAMS += $(login_tests)
TESTS += $(login_tests)
login_test_libs = liblogin.a libfacts.a libsyntax.a libguest.a libmodel.a libbase.a $(room_libs) \
	$(CHECK_LIBS)
tests_unit_test_login_match_SOURCES = tests/unit/test_login_match.c tests/unit/suite.h
tests_unit_test_login_match_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_login_match_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_login_match_LDADD = $(login_test_libs)
tests_unit_test_login_effective_SOURCES = \
	tests/unit/test_login_effective.c tests/unit/login_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_login_effective_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_login_effective_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_login_effective_LDADD = $(login_test_libs)
tests_unit_test_login_SOURCES = \
	tests/unit/test_login.c tests/unit/login_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_login_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_login_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_login_LDADD = $(login_test_libs)
tests_unit_test_login_session_SOURCES = \
	tests/unit/test_login_session.c tests/unit/login_suite.h tests/unit/suite.h
tests_unit_test_login_session_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_login_session_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_login_session_LDADD = $(login_test_libs)
tests_unit_test_login_hostile_SOURCES = \
	tests/unit/test_login_hostile.c tests/unit/login_suite.h tests/unit/host_file.h tests/unit/suite.h
tests_unit_test_login_hostile_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_login_hostile_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_login_hostile_LDADD = $(login_test_libs)
