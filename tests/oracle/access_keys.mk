# Keys, sudo and removed accounts by access: asked of the real programs.
TESTS += tests/oracle/access-keys.test
EXTRA_DIST += tests/oracle/access-keys.test
