# Passwords, locks and new accounts by access: asked of the real programs.
TESTS += tests/oracle/access-password.test
EXTRA_DIST += tests/oracle/access-password.test
