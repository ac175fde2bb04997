# The program once more with faults built in: what writes is compiled again, the rest is the same.
check_PROGRAMS += tests/fault/diskmend_faults
tests_fault_diskmend_faults_SOURCES = $(diskmend_SOURCES) tests/fault/fault.c \
	src/guest/directory_meta.c src/guest/directory_write.c \
	src/repair/commit.c src/repair/journal.c
tests_fault_diskmend_faults_CPPFLAGS = $(AM_CPPFLAGS) -DDISKMEND_FAULTS \
	-DBUILT_PROGRAM=\"$(abs_top_builddir)/tests/fault/diskmend_faults$(EXEEXT)\" \
	-DSOURCE_DIRECTORY=\"$(abs_top_srcdir)\" \
	-DPACKAGE_DATA_DIRECTORY=\"$(pkgdatadir)\"
tests_fault_diskmend_faults_LDADD = $(diskmend_LDADD)
TESTS += tests/fault/fault.test tests/fault/filesystems.test
EXTRA_DIST += tests/fault/fault.test tests/fault/filesystems.test tests/fault/trees.py
