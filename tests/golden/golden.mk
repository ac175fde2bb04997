# Whole commands: output against stored output, JSON against its schemas, exit codes, terminals.
check_PROGRAMS += tests/golden/fixture_to_directory
tests_golden_fixture_to_directory_SOURCES = tests/golden/fixture_to_directory.c
tests_golden_fixture_to_directory_LDADD = libguest.a libmodel.a libbase.a $(room_libs)
TESTS += tests/golden/reports.test tests/golden/command_line.test tests/golden/schemas.test \
	tests/golden/secrets.test tests/golden/repair.test tests/golden/repair_write.test \
	tests/golden/access.test tests/golden/access_settings.test
EXTRA_DIST += \
	tests/golden/access.test \
	tests/golden/access_settings.test \
	tests/golden/command_line.test \
	tests/golden/demo.text \
	tests/golden/healthy.text \
	tests/golden/hostile.text \
	tests/golden/lib.sh \
	tests/golden/mending.sh \
	tests/golden/repair.test \
	tests/golden/repair_write.test \
	tests/golden/reports.test \
	tests/golden/schemas.test \
	tests/golden/secrets.test \
	tests/golden/terminal.py \
	tests/golden/validate.py \
	tests/golden/why.text
