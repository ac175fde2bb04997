# login/: the subject's walk through the gates.
noinst_LIBRARIES += liblogin.a
liblogin_a_SOURCES = \
	src/login/login.h
