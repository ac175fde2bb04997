# cli/: the program, one file per command.
bin_PROGRAMS += diskmend
diskmend_SOURCES = \
	src/cli/main.c
# Linking order: a room after those that call it.
room_archives = libbatch.a libreport.a librules.a liblogin.a libfacts.a libsyntax.a libguest.a \
	libmodel.a libbase.a
room_libs = $(LIBGUESTFS_LIBS) $(AUGEAS_LIBS) $(CJSON_LIBS) $(CRYPTO_LIBS) $(BLKID_LIBS) -lm
diskmend_LDADD = $(room_archives) $(room_libs)
