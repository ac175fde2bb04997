check_PROGRAMS += tests/unit/test_facts_network
tests_unit_test_facts_network_SOURCES = \
	tests/unit/test_facts_network.c tests/unit/facts_suite.h tests/unit/host_file.h tests/unit/random_text.h \
	tests/unit/suite.h
tests_unit_test_facts_network_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_facts_network_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_facts_network_LDADD = $(facts_test_libs)
TESTS += tests/unit/test_facts_network
