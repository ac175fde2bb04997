# cli/: the program, one file per command.
bin_PROGRAMS += diskmend
diskmend_SOURCES = \
	src/cli/access.c \
	src/cli/command.h src/cli/commands.c \
	src/cli/data.c src/cli/data.h \
	src/cli/disk_check.c src/cli/disk_check.h \
	src/cli/disk_keys.c src/cli/disk_keys.h \
	src/cli/environment.c src/cli/environment.h \
	src/cli/facts.c \
	src/cli/help.c \
	src/cli/judging.c src/cli/judging.h \
	src/cli/main.c \
	src/cli/mending.c src/cli/mending.h \
	src/cli/near.c src/cli/near.h \
	src/cli/repair.c \
	src/cli/undo.c \
	src/cli/option_values.c src/cli/option_values.h \
	src/cli/options.c src/cli/options.h \
	src/cli/outputs.c src/cli/outputs.h \
	src/cli/progress.c src/cli/progress.h \
	src/cli/rules.c \
	src/cli/say.c src/cli/say.h \
	src/cli/secret_input.c src/cli/secret_input.h \
	src/cli/scan.c \
	src/cli/targets.c src/cli/targets.h \
	src/cli/verify.c \
	src/cli/why.c
diskmend_CPPFLAGS = $(AM_CPPFLAGS) \
	-DBUILT_PROGRAM=\"$(abs_top_builddir)/diskmend$(EXEEXT)\" \
	-DSOURCE_DIRECTORY=\"$(abs_top_srcdir)\" \
	-DPACKAGE_DATA_DIRECTORY=\"$(pkgdatadir)\"
# Linking order: a room after those that call it.
room_archives = libbatch.a libreport.a librepair.a librules.a liblogin.a libfacts.a libsyntax.a libguest.a \
	libmodel.a libbase.a
room_libs = $(LIBGUESTFS_LIBS) $(AUGEAS_LIBS) $(CJSON_LIBS) $(CRYPTO_LIBS) $(YAML_LIBS) $(BLKID_LIBS) $(XCRYPT_LIBS) -lm
diskmend_LDADD = $(room_archives) $(room_libs)

dist_man_MANS += src/cli/diskmend.1
bashcompdir = $(datadir)/bash-completion/completions
install-data-hook: install-completion
install-completion:
	$(MKDIR_P) '$(DESTDIR)$(bashcompdir)'
	$(INSTALL_DATA) '$(srcdir)/src/cli/diskmend.bash' '$(DESTDIR)$(bashcompdir)/diskmend'
uninstall-hook: uninstall-completion
uninstall-completion:
	rm -f '$(DESTDIR)$(bashcompdir)/diskmend'
EXTRA_DIST += src/cli/diskmend.bash COPYING README.md autogen.sh .ci/run

# The fixtures that the examples of the rules start from ("diskmend rules check" runs them).
install-data-local: install-fixtures
install-fixtures:
	cd '$(srcdir)' && find fixtures/guests -type d | while read -r d; do \
		$(MKDIR_P) '$(DESTDIR)$(pkgdatadir)'/"$$d" || exit 1; done
	cd '$(srcdir)' && find fixtures/guests -type f | while read -r f; do \
		$(INSTALL_DATA) "$$f" '$(DESTDIR)$(pkgdatadir)'/"$$f" || exit 1; done
uninstall-local: uninstall-fixtures
uninstall-fixtures:
	rm -rf '$(DESTDIR)$(pkgdatadir)/fixtures'
