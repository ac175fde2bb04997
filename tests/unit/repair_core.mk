check_PROGRAMS += tests/unit/test_repair_overlay tests/unit/test_repair_commit tests/unit/test_repair_journal
tests_unit_test_repair_overlay_SOURCES = tests/unit/test_repair_overlay.c tests/unit/suite.h \
	tests/unit/repair_tree.h
tests_unit_test_repair_overlay_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_repair_overlay_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_repair_overlay_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
tests_unit_test_repair_commit_SOURCES = tests/unit/test_repair_commit.c tests/unit/suite.h \
	tests/unit/repair_tree.h
tests_unit_test_repair_commit_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_repair_commit_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_repair_commit_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
tests_unit_test_repair_journal_SOURCES = tests/unit/test_repair_journal.c tests/unit/suite.h \
	tests/unit/repair_tree.h
tests_unit_test_repair_journal_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_repair_journal_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_repair_journal_LDADD = $(room_archives) $(room_libs) $(CHECK_LIBS)
TESTS += tests/unit/test_repair_overlay tests/unit/test_repair_commit tests/unit/test_repair_journal
