# Real disks: what needs libguestfs, root or qemu SKIPs where it is missing.
check_PROGRAMS += tests/image/open_probe
tests_image_open_probe_SOURCES = tests/image/open_probe.c
tests_image_open_probe_LDADD = libguest.a libmodel.a libbase.a $(room_libs)
check_PROGRAMS += tests/image/write_probe
tests_image_write_probe_SOURCES = tests/image/write_probe.c
tests_image_write_probe_LDADD = librepair.a librules.a liblogin.a libfacts.a libsyntax.a libguest.a \
	libmodel.a libbase.a $(room_libs)
image_tests = tests/image/errors.test tests/image/engine.test tests/image/disks.test \
	tests/image/appliance.test tests/image/facts-equal.test tests/image/luks.test \
	tests/image/repair-image.test tests/image/write-image.test tests/image/write-kinds.test \
	tests/image/verify.test tests/image/access-disk.test
TESTS += $(image_tests)
EXTRA_DIST += $(image_tests) tests/image/tap.sh tests/image/tree_hash.sh
