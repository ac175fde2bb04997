# Damaged account files against getent, pwck, grpck and sshd of each Debian tree.
check_PROGRAMS += tests/oracle/account_verdict
tests_oracle_account_verdict_SOURCES = tests/oracle/account_verdict.c tests/oracle/directory_guest.h
tests_oracle_account_verdict_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_oracle_account_verdict_LDADD = libfacts.a libsyntax.a libguest.a libmodel.a libbase.a \
	$(room_libs)
TESTS += tests/oracle/accounts.test
EXTRA_DIST += tests/oracle/accounts.test tests/oracle/damaged_accounts.py
