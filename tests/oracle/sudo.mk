# The real sudo and visudo of each Debian tree against what we say of sudoers.
check_PROGRAMS += tests/oracle/sudo_verdict
tests_oracle_sudo_verdict_SOURCES = tests/oracle/sudo_verdict.c tests/oracle/directory_guest.h
tests_oracle_sudo_verdict_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_oracle_sudo_verdict_LDADD = liblogin.a libfacts.a libsyntax.a libguest.a libmodel.a \
	libbase.a $(room_libs)
TESTS += tests/oracle/sudo.test
EXTRA_DIST += tests/oracle/sudo.test
