# The judge of sshd_config against real sshd programs.
check_PROGRAMS += tests/oracle/sshd_oracle
tests_oracle_sshd_oracle_SOURCES = tests/oracle/sshd_oracle.c
tests_oracle_sshd_oracle_CPPFLAGS = $(AM_CPPFLAGS)
tests_oracle_sshd_oracle_LDADD = libfacts.a libsyntax.a libguest.a libmodel.a libbase.a $(room_libs)
TESTS += tests/oracle/sshd.test
EXTRA_DIST += \
	tests/oracle/make-tree \
	tests/oracle/sshd-answers \
	tests/oracle/sshd-cases \
	tests/oracle/sshd-exceptions \
	tests/oracle/sshd.test

# The same against Debian unstable: what the next release brings. Not required.
.PHONY: check-sid
check-sid:
	$(abs_srcdir)/tests/oracle/make-tree sid
	DISKMEND_RELEASES=sid $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS="tests/oracle/sshd.test tests/oracle/login.test"
EXTRA_DIST += tests/oracle/sshd_values.h

# What is in force for one connection.
check_PROGRAMS += tests/oracle/effective_oracle
tests_oracle_effective_oracle_SOURCES = tests/oracle/effective_oracle.c \
	tests/oracle/directory_guest.h tests/oracle/sshd_values.h
tests_oracle_effective_oracle_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_oracle_effective_oracle_LDADD = liblogin.a libfacts.a libsyntax.a libguest.a libmodel.a \
	libbase.a $(room_libs)
TESTS += tests/oracle/effective.test
EXTRA_DIST += \
	tests/oracle/effective.test \
	tests/oracle/effective_answers.py \
	tests/oracle/generated_settings.py
