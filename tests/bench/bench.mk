# make bench: the figures of speed and size, printed as ratios.
bench: all tests/tools/fixture_to_image
	$(AM_TESTS_ENVIRONMENT) bash '$(srcdir)/tests/bench/scan'
EXTRA_DIST += tests/bench/scan
