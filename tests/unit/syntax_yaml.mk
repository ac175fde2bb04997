check_PROGRAMS += tests/unit/test_syntax_yaml
tests_unit_test_syntax_yaml_SOURCES = tests/unit/test_syntax_yaml.c tests/unit/random_text.h \
	tests/unit/suite.h
tests_unit_test_syntax_yaml_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_syntax_yaml_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_syntax_yaml_LDADD = libsyntax.a libmodel.a libbase.a $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_syntax_yaml
