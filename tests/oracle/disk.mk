# Disks as their own programs make them, against what guest/ reads of them.
check_PROGRAMS += tests/oracle/disk_probe
tests_oracle_disk_probe_SOURCES = tests/oracle/disk_probe.c
tests_oracle_disk_probe_LDADD = libguest.a libmodel.a libbase.a $(room_libs)
TESTS += tests/oracle/disk.test
EXTRA_DIST += tests/oracle/disk.test
