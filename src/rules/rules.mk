# rules/: load, check and evaluate rule files.
noinst_LIBRARIES += librules.a
librules_a_SOURCES = \
	src/rules/rules.h
