# syntax/: bytes to nodes with places, and back.
noinst_LIBRARIES += libsyntax.a
libsyntax_a_SOURCES = \
	src/syntax/cpio_header.c src/syntax/cpio_header.h \
	src/syntax/interfaces_lines.c src/syntax/interfaces_lines.h \
	src/syntax/iptables_rules.c src/syntax/iptables_rules.h \
	src/syntax/lens.c src/syntax/lens.h \
	src/syntax/pam_lines.c src/syntax/pam_lines.h \
	src/syntax/netplan_file.c src/syntax/netplan_file.h \
	src/syntax/netplan_values.c src/syntax/netplan_values.h \
	src/syntax/nft_check.c \
	src/syntax/nft_rules.c src/syntax/nft_rules.h \
	src/syntax/shell_lines.c src/syntax/shell_lines.h \
	src/syntax/shell_words.c src/syntax/shell_words.h \
	src/syntax/ssh_key.c src/syntax/ssh_key.h \
	src/syntax/ssh_key_blob.c src/syntax/ssh_key_blob.h \
	src/syntax/ssh_key_der.c src/syntax/ssh_key_der.h \
	src/syntax/ssh_key_make.c src/syntax/ssh_key_make.h \
	src/syntax/ssh_key_foreign.c \
	src/syntax/ssh_key_given.c src/syntax/ssh_key_given.h \
	src/syntax/ssh_key_mend.c src/syntax/ssh_key_mend.h \
	src/syntax/ssh_key_options.c src/syntax/ssh_key_options.h \
	src/syntax/ssh_key_private.c src/syntax/ssh_key_private.h \
	src/syntax/ssh_key_private_pem.c \
	src/syntax/ssh_key_revoked.c src/syntax/ssh_key_revoked.h \
	src/syntax/ssh_key_wire.c src/syntax/ssh_key_wire.h \
	src/syntax/sshd_words.c src/syntax/sshd_words.h \
	src/syntax/sudoers_lines.c src/syntax/sudoers_lines.h \
	src/syntax/sudoers_words.c src/syntax/sudoers_words.h \
	src/syntax/xml_elements.c src/syntax/xml_elements.h \
	src/syntax/yaml_nodes.c src/syntax/yaml_nodes.h
