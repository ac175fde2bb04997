# Checks of the source tree itself: layers, doors, headers, banned words, reasons and rules, the manual.
check_PROGRAMS += tests/tree/list_reasons
tests_tree_list_reasons_SOURCES = tests/tree/list_reasons.c
tests_tree_list_reasons_LDADD = liblogin.a libfacts.a libsyntax.a libguest.a libmodel.a libbase.a \
	$(room_libs)
TESTS += tests/tree/layers.test tests/tree/headers.test tests/tree/manual.test \
	tests/tree/reasons.test
EXTRA_DIST += \
	tests/tree/headers.test \
	tests/tree/layers.test \
	tests/tree/manual.test \
	tests/tree/reasons.test
# headers.test compiles with the flags of the program.
AM_TESTS_ENVIRONMENT += \
	TEST_CC='$(CC) $(DEFS) -I$(top_srcdir)/src -I$(top_builddir) -D_GNU_SOURCE $(AM_CFLAGS)'; \
	export TEST_CC;
