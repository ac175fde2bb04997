# Real guests, booted: not part of "make check" (minutes), but of .ci/run.
BOOT_TESTS = tests/boot/boot.test tests/boot/repair.test tests/boot/access.test
EXTRA_DIST += $(BOOT_TESTS) tests/boot/machine.sh tests/boot/make-guest \
	tests/boot/make-guest-inside tests/boot/accesses tests/boot/cases \
	tests/boot/repairs

.PHONY: check-boot
check-boot:
	DISKMEND_BOOT_CASES='$(BOOT_CASES)' $(MAKE) $(AM_MAKEFLAGS) check TESTS="$(BOOT_TESTS)"
# Names of tests/boot/cases, repairs and accesses; all of them where there is none.
BOOT_CASES =
