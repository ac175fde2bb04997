# guest/: the disk as a tree of files.
noinst_LIBRARIES += libguest.a
libguest_a_SOURCES = \
	src/guest/fixture.c src/guest/fixture.h \
	src/guest/memory.c src/guest/memory.h \
	src/guest/open.h \
	src/guest/overlay.c src/guest/overlay.h \
	src/guest/tree.c src/guest/tree.h
