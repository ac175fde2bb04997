# Host keys, accounts and whole files: repaired, then asked of the real programs.
TESTS += tests/oracle/repair-accounts.test
EXTRA_DIST += tests/oracle/repair-accounts.test
