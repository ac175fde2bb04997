# cli/: the program, one file per command.
bin_PROGRAMS += diskmend
diskmend_SOURCES = \
	src/cli/command.h src/cli/commands.c \
	src/cli/data.c src/cli/data.h \
	src/cli/environment.c src/cli/environment.h \
	src/cli/facts.c \
	src/cli/help.c \
	src/cli/judging.c src/cli/judging.h \
	src/cli/main.c \
	src/cli/option_values.c src/cli/option_values.h \
	src/cli/options.c src/cli/options.h \
	src/cli/outputs.c src/cli/outputs.h \
	src/cli/progress.c src/cli/progress.h \
	src/cli/rules.c \
	src/cli/say.c src/cli/say.h \
	src/cli/scan.c \
	src/cli/targets.c src/cli/targets.h
diskmend_CPPFLAGS = $(AM_CPPFLAGS) \
	-DBUILT_PROGRAM=\"$(abs_top_builddir)/diskmend$(EXEEXT)\" \
	-DSOURCE_DIRECTORY=\"$(abs_top_srcdir)\" \
	-DPACKAGE_DATA_DIRECTORY=\"$(pkgdatadir)\"
# Linking order: a room after those that call it.
room_archives = libbatch.a libreport.a librules.a liblogin.a libfacts.a libsyntax.a libguest.a \
	libmodel.a libbase.a
room_libs = $(LIBGUESTFS_LIBS) $(AUGEAS_LIBS) $(CJSON_LIBS) $(CRYPTO_LIBS) $(BLKID_LIBS) -lm
diskmend_LDADD = $(room_archives) $(room_libs)
