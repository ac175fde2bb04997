# batch/: one forked worker a target.
noinst_LIBRARIES += libbatch.a
libbatch_a_SOURCES = \
	src/batch/worker.h
