# syntax/: bytes to nodes with places, and back.
noinst_LIBRARIES += libsyntax.a
libsyntax_a_SOURCES = \
	src/syntax/lens.c src/syntax/lens.h \
	src/syntax/ssh_key.h \
	src/syntax/sshd_words.h
