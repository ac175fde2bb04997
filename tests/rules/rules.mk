# Rules: every rule's own examples, and the rule files against their schema.
check_PROGRAMS += tests/rules/rule_examples
tests_rules_rule_examples_SOURCES = tests/rules/rule_examples.c
tests_rules_rule_examples_LDADD = libbatch.a librules.a liblogin.a libfacts.a libsyntax.a \
	libguest.a libmodel.a libbase.a $(room_libs)
TESTS += tests/rules/rule_examples.test tests/rules/schema.test
EXTRA_DIST += tests/rules/rule_examples.test tests/rules/schema.test
