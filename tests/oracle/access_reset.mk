# access --reset-ssh and --restore-ssh before the real sshd.
TESTS += tests/oracle/access-reset.test
EXTRA_DIST += tests/oracle/access-reset.test
