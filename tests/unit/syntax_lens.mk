check_PROGRAMS += tests/unit/test_syntax_lens
tests_unit_test_syntax_lens_SOURCES = tests/unit/test_syntax_lens.c tests/unit/suite.h
tests_unit_test_syntax_lens_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_syntax_lens_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_syntax_lens_LDADD = libsyntax.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_syntax_lens
