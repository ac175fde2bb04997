# base/: one idea per file, no knowledge of guests.
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/arena.c src/base/arena.h \
	src/base/bytes.h \
	src/base/cleanup.h \
	src/base/err.c src/base/err.h \
	src/base/escape.c src/base/escape.h \
	src/base/hash.c src/base/hash.h \
	src/base/json.c src/base/json.h \
	src/base/limits.h \
	src/base/map.c src/base/map.h \
	src/base/path.c src/base/path.h \
	src/base/strbuf.c src/base/strbuf.h \
	src/base/vec.c src/base/vec.h
