# guest/: the disk as a tree of files.
noinst_LIBRARIES += libguest.a
libguest_a_SOURCES = \
	src/guest/memory.h \
	src/guest/open.h \
	src/guest/overlay.h \
	src/guest/tree.h
