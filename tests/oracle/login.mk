# Real logins against our verdicts.
check_PROGRAMS += tests/oracle/login_verdict
tests_oracle_login_verdict_SOURCES = tests/oracle/login_verdict.c tests/oracle/directory_guest.h
tests_oracle_login_verdict_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_oracle_login_verdict_LDADD = liblogin.a libfacts.a libsyntax.a libguest.a libmodel.a \
	libbase.a $(room_libs)
TESTS += tests/oracle/login.test
EXTRA_DIST += tests/oracle/login.test tests/oracle/session-logins.sh

# Saved firewall rules against the kernel's own verdict.
TESTS += tests/oracle/firewall.test tests/oracle/firewalld.test
EXTRA_DIST += tests/oracle/firewall.test tests/oracle/firewalld.test tests/oracle/firewalld-cases

# Binary revocation lists against ssh-keygen.
check_PROGRAMS += tests/oracle/revoked_verdict
tests_oracle_revoked_verdict_SOURCES = tests/oracle/revoked_verdict.c tests/oracle/directory_guest.h
tests_oracle_revoked_verdict_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_oracle_revoked_verdict_LDADD = libfacts.a libsyntax.a libguest.a libmodel.a libbase.a \
	$(room_libs)
TESTS += tests/oracle/revoked.test
EXTRA_DIST += tests/oracle/revoked.test

# Logins on trees made by chance.
TESTS += tests/oracle/login-generated.test
EXTRA_DIST += \
	tests/oracle/chance.py \
	tests/oracle/generated_keys.py \
	tests/oracle/generated_pam.py \
	tests/oracle/generated_sshd_config.py \
	tests/oracle/generated_tree.py \
	tests/oracle/login-generated.test \
	tests/oracle/login_generated.py
