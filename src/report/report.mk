# report/: one file per output format.
noinst_LIBRARIES += libreport.a
libreport_a_SOURCES = \
	src/report/access_text.c src/report/access_text.h \
	src/report/change_text.c src/report/change_text.h \
	src/report/check_text.c src/report/check_text.h \
	src/report/diff.c src/report/diff.h \
	src/report/document.c src/report/document.h \
	src/report/formats.c \
	src/report/page.h \
	src/report/plan_text.c src/report/plan_text.h \
	src/report/report.h \
	src/report/symptom.c src/report/symptom.h \
	src/report/table.c src/report/table.h \
	src/report/text.c src/report/text.h \
	src/report/verify_text.c src/report/verify_text.h \
	src/report/why.c \
	src/report/why_text.c src/report/why_text.h
