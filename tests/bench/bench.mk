# make bench: the figures of speed and size, printed as ratios.
bench: all tests/tools/fixture_to_image
	$(AM_TESTS_ENVIRONMENT) bash '$(srcdir)/tests/bench/scan'
	$(AM_TESTS_ENVIRONMENT) '$(srcdir)/tests/bench/access'
	$(AM_TESTS_ENVIRONMENT) '$(srcdir)/tests/bench/repair'
	$(AM_TESTS_ENVIRONMENT) '$(srcdir)/tests/bench/repair-image'
EXTRA_DIST += tests/bench/access tests/bench/repair tests/bench/repair-image tests/bench/scan
