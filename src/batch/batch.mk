# batch/: one forked worker a target, several at a time.
noinst_LIBRARIES += libbatch.a
libbatch_a_SOURCES = \
	src/batch/edit_blame.c src/batch/edit_blame.h \
	src/batch/disk_check.c src/batch/disk_check.h \
	src/batch/edit_document.c src/batch/edit_document.h \
	src/batch/frame.c src/batch/frame.h \
	src/batch/judge.c src/batch/judge.h \
	src/batch/mend.h \
	src/batch/mend_places.c src/batch/mend_places.h \
	src/batch/mend_plan.c \
	src/batch/mend_write.c \
	src/batch/pool.c src/batch/pool.h \
	src/batch/rule_examples.c src/batch/rule_examples.h \
	src/batch/verify.c src/batch/verify.h \
	src/batch/why.c src/batch/why.h \
	src/batch/worker.c src/batch/worker.h \
	src/batch/worker_child.c src/batch/worker_child.h
