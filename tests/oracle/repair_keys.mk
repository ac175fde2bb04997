# What repairs of keys, sudoers, shells and labels leave, before the real programs.
check_PROGRAMS += tests/oracle/label_probe
tests_oracle_label_probe_SOURCES = tests/oracle/label_probe.c
tests_oracle_label_probe_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_oracle_label_probe_LDADD = librepair.a librules.a liblogin.a libfacts.a libsyntax.a \
	libguest.a libmodel.a libbase.a $(room_libs)
TESTS += tests/oracle/repair-keys.test tests/oracle/labels.test
EXTRA_DIST += tests/oracle/repair-keys.test tests/oracle/labels.test
