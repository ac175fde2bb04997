# report/: one file per output format.
noinst_LIBRARIES += libreport.a
libreport_a_SOURCES = \
	src/report/report.h
