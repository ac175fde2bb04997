# facts/: what is true of this guest.
noinst_LIBRARIES += libfacts.a
libfacts_a_SOURCES = \
	src/facts/account.h \
	src/facts/boot.h \
	src/facts/facts.h \
	src/facts/file.h \
	src/facts/key.h \
	src/facts/mount.h \
	src/facts/os.h \
	src/facts/record.c src/facts/record.h \
	src/facts/sshd.h \
	src/facts/unit.h
