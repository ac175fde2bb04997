check_PROGRAMS += tests/unit/test_syntax_readers
tests_unit_test_syntax_readers_SOURCES = tests/unit/test_syntax_readers.c tests/unit/random_text.h \
	tests/unit/suite.h
tests_unit_test_syntax_readers_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_syntax_readers_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_syntax_readers_LDADD = libsyntax.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_syntax_readers
