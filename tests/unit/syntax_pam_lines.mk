check_PROGRAMS += tests/unit/test_syntax_pam_lines
tests_unit_test_syntax_pam_lines_SOURCES = tests/unit/test_syntax_pam_lines.c tests/unit/suite.h
tests_unit_test_syntax_pam_lines_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_syntax_pam_lines_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_syntax_pam_lines_LDADD = libsyntax.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_syntax_pam_lines
