# model/: lean structs that rooms hand on.
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	src/model/finding.c src/model/finding.h \
	src/model/place.h \
	src/model/target.c src/model/target.h \
	src/model/walk.c src/model/walk.h
