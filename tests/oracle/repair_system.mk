# Repairs of settings, units, mounts and firewalls against the programs they are for.
TESTS += tests/oracle/repair-system.test
EXTRA_DIST += tests/oracle/repair-system.test
