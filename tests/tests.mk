# Tests: unit (Check) in tests/unit/unit.mk, the rest as scripts (*.test) that print TAP.
TEST_EXTENSIONS = .test
TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
AM_TESTS_ENVIRONMENT = \
	DISKMEND='$(abs_top_builddir)/diskmend'; export DISKMEND; \
	DISKMEND_SOURCE='$(abs_top_srcdir)'; export DISKMEND_SOURCE; \
	DISKMEND_BUILD='$(abs_top_builddir)'; export DISKMEND_BUILD; \
	DISKMEND_LENS_TEXTS="$${DISKMEND_LENS_TEXTS:-$$(test -n "$$DISKMEND_QUICK" && echo 500 || echo 20000)}"; \
	export DISKMEND_LENS_TEXTS; \
	LC_ALL=C.UTF-8; export LC_ALL; \
	unset NO_COLOR FORCE_COLOR COLUMNS;
EXTRA_DIST += build-aux/tap-driver.sh tests/allowed-skips

# What needs root, a network or an appliance lives below these; check-quick leaves it out, and every
# test that can be long or short looks at DISKMEND_QUICK.
SLOW_TEST_PATTERNS = tests/oracle/% tests/image/% tests/fault/% tests/boot/%
QUICK_TESTS = $(filter-out $(SLOW_TEST_PATTERNS),$(TESTS))

.PHONY: check-quick check-asan bench
check-quick:
	DISKMEND_QUICK=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS="$(QUICK_TESTS)"

# The quick set once more, in a build of its own with both sanitizers.
check-asan:
	$(MKDIR_P) asan
	test -f asan/config.status || { cd asan && $(abs_top_srcdir)/configure --enable-asan \
		--enable-ubsan CFLAGS='-g -O1' $(ASAN_CONFIGURE_FLAGS); }
	cd asan && $(MAKE) $(AM_MAKEFLAGS) check-quick
ASAN_CONFIGURE_FLAGS =

include tests/unit/unit.mk
include tests/tree/tree.mk
include tests/golden/golden.mk
include tests/bench/bench.mk
include tests/cases/cases.mk
include tests/rules/rules.mk
include tests/oracle/sshd.mk
include tests/image/image.mk
include tests/oracle/accounts.mk
include tests/oracle/login.mk
include tests/oracle/sudo.mk
include tests/oracle/repair_accounts.mk
include tests/oracle/repair_system.mk
include tests/oracle/disk.mk
include tests/oracle/network.mk
include tests/oracle/real_trees.mk
include tests/oracle/repair_keys.mk
include tests/oracle/access_reset.mk
include tests/oracle/access_keys.mk
include tests/oracle/access_password.mk
include tests/oracle/boot.mk
include tests/boot/boot.mk
include tests/fault/fault.mk
