# Real Debian trees, untouched and broken.
TESTS += tests/oracle/real-trees.test
EXTRA_DIST += tests/oracle/real-trees.test
