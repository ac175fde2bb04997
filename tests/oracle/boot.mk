# fstab and units against the programs of systemd and util-linux in each Debian tree.
check_PROGRAMS += tests/oracle/boot_verdict
tests_oracle_boot_verdict_SOURCES = tests/oracle/boot_verdict.c tests/oracle/directory_guest.h
tests_oracle_boot_verdict_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_oracle_boot_verdict_LDADD = libfacts.a libsyntax.a libguest.a libmodel.a libbase.a \
	$(room_libs)
TESTS += tests/oracle/fstab.test tests/oracle/units.test
EXTRA_DIST += tests/oracle/fstab.test tests/oracle/units.test
