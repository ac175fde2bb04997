# rules/: load, check and evaluate rule files.
noinst_LIBRARIES += librules.a
librules_a_SOURCES = \
	src/rules/check.c src/rules/check.h \
	src/rules/evaluate.c \
	src/rules/load.c \
	src/rules/order.c src/rules/order.h \
	src/rules/pattern.c src/rules/pattern.h \
	src/rules/predicate.c src/rules/predicate.h \
	src/rules/rules.h \
	src/rules/shape.c src/rules/shape.h \
	src/rules/shape_check.c \
	src/rules/shape_repair.c \
	src/rules/steps.c \
	src/rules/template.c src/rules/template.h \
	src/rules/value.c src/rules/value.h \
	src/rules/vocabulary.c src/rules/vocabulary.h
