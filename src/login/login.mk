# login/: the subject's walk through the gates.
noinst_LIBRARIES += liblogin.a
liblogin_a_SOURCES = \
	src/login/document.c \
	src/login/effective.c \
	src/login/effective.h \
	src/login/expected.c \
	src/login/expected.h \
	src/login/firewall_iptables.c \
	src/login/firewall_nft.c \
	src/login/firewall_nft.h \
	src/login/firewall_nft_match.c \
	src/login/firewall_packet.c \
	src/login/firewall_packet.h \
	src/login/firewall_walk.c \
	src/login/firewall_walk.h \
	src/login/gate_account.c \
	src/login/gate_account_files.c \
	src/login/gate_allow.c \
	src/login/gate_auth.c \
	src/login/gate_auth_guest.c \
	src/login/gate_boot.c \
	src/login/gate_boot_conf.c \
	src/login/gate_boot_initramfs.c \
	src/login/gate_boot_loader.c \
	src/login/gate_boot_system.c \
	src/login/gate_disk.c \
	src/login/gate_disk_volumes.c \
	src/login/gate_firewall.c \
	src/login/gate_key.c \
	src/login/gate_listen.c \
	src/login/gate_network.c src/login/gate_network.h \
	src/login/gate_network_names.c src/login/gate_network_surroundings.c \
	src/login/network_specs.c src/login/network_specs.h \
	src/login/gate_session.c \
	src/login/gate_session_guest.c \
	src/login/gate_sshd.c \
	src/login/gate_sshd_config.c \
	src/login/gate_sshd_keys.c \
	src/login/gate_sshd_unit.c \
	src/login/gate_sudo.c \
	src/login/gate_sudo.h \
	src/login/gate_pam.c \
	src/login/hosts_access.c \
	src/login/key_index.c \
	src/login/key_index.h \
	src/login/key_line.c \
	src/login/key_line.h \
	src/login/login.c \
	src/login/login.h \
	src/login/match_pattern.c \
	src/login/match_pattern.h \
	src/login/people.c \
	src/login/people.h \
	src/login/pam_access.c \
	src/login/pam_factor.c \
	src/login/pam_limits.c \
	src/login/pam_lists.c \
	src/login/pam_session.c \
	src/login/pam_tally.c \
	src/login/pam_time.c \
	src/login/pam_verdict.c \
	src/login/pam_verdict.h \
	src/login/reasons.c \
	src/login/reasons.h \
	src/login/session.h \
	src/login/sudo_match.c \
	src/login/sudo_match.h \
	src/login/sudo_pam.c \
	src/login/sudo_pam.h \
	src/login/sudo_standing.c src/login/sudo_standing.h \
	src/login/visit.h
