# netplan's own generator and ifupdown's ifquery against our readers of their files.
check_PROGRAMS += tests/oracle/network_verdict
tests_oracle_network_verdict_SOURCES = tests/oracle/network_verdict.c
tests_oracle_network_verdict_LDADD = libsyntax.a libmodel.a libbase.a $(room_libs)
TESTS += tests/oracle/interfaces.test tests/oracle/netplan.test tests/oracle/networkd.test \
	tests/oracle/networkmanager.test
EXTRA_DIST += tests/oracle/interfaces.test tests/oracle/interfaces-cases \
	tests/oracle/netplan.test tests/oracle/netplan-cases \
	tests/oracle/networkd.test tests/oracle/networkd-cases \
	tests/oracle/networkmanager.test tests/oracle/networkmanager-cases
