# repair/: from a plan in the overlay to a written, journalled, undoable change.
noinst_LIBRARIES += librepair.a
librepair_a_SOURCES = \
	src/repair/guard.c src/repair/guard.h \
	src/repair/judge.c \
	src/repair/plan.c \
	src/repair/policy.c src/repair/policy.h \
	src/repair/repair.h \
	src/repair/text_edit.c src/repair/text_edit.h \
	src/repair/verb.c src/repair/verb.h \
	src/repair/verb_file.c \
	src/repair/verb_line.c
