# facts/: what is true of this guest.
noinst_LIBRARIES += libfacts.a
libfacts_a_SOURCES = \
	src/facts/account.c src/facts/account.h \
	src/facts/account_admin.c \
	src/facts/account_group.c \
	src/facts/account_index.c src/facts/account_index.h \
	src/facts/account_lines.c src/facts/account_lines.h \
	src/facts/account_parts.h \
	src/facts/account_passwd.c \
	src/facts/account_password.c src/facts/account_password.h \
	src/facts/account_place.c \
	src/facts/account_shadow.c \
	src/facts/assignments.c src/facts/assignments.h \
	src/facts/boot.c src/facts/boot.h \
	src/facts/boot_conf.c \
	src/facts/boot_initramfs.c \
	src/facts/collect.c src/facts/collect.h \
	src/facts/conf.c src/facts/conf.h \
	src/facts/crypttab.c \
	src/facts/facts.c src/facts/facts.h \
	src/facts/file.c src/facts/file.h \
	src/facts/firewall.c src/facts/firewall.h \
	src/facts/firewall_nft.c src/facts/firewall_parts.h \
	src/facts/firewall_bans.c src/facts/firewall_scripts.c src/facts/firewall_suse.c src/facts/firewall_ufw.c \
	src/facts/firewall_wrappers.c \
	src/facts/firewall_zones.c \
	src/facts/key.c src/facts/key.h \
	src/facts/key_access.c \
	src/facts/key_files.c src/facts/key_parts.h \
	src/facts/key_host.c \
	src/facts/key_lines.c \
	src/facts/key_paths.c \
	src/facts/mount.c src/facts/mount.h \
	src/facts/mount_device.c src/facts/mount_parts.h \
	src/facts/mount_options.c \
	src/facts/mount_units.c \
	src/facts/network.c src/facts/network.h \
	src/facts/network_cloud.c src/facts/network_manager.c src/facts/network_modules.c \
	src/facts/network_netplan.c src/facts/network_surroundings.c \
	src/facts/network_ifcfg.c src/facts/network_parts.h \
	src/facts/network_ifupdown.c \
	src/facts/network_match.c src/facts/network_match.h src/facts/network_systemd.c \
	src/facts/nsswitch.c src/facts/nsswitch.h \
	src/facts/os.c src/facts/os.h \
	src/facts/os_elf.c src/facts/os_elf.h \
	src/facts/os_library.c src/facts/os_library.h \
	src/facts/os_openssh.c src/facts/os_openssh.h \
	src/facts/pam.c src/facts/pam.h \
	src/facts/pam_files.c src/facts/pam_parts.h \
	src/facts/pam_users.c \
	src/facts/record.c src/facts/record.h \
	src/facts/safe_path.c src/facts/safe_path.h \
	src/facts/secret.c src/facts/secret.h \
	src/facts/space.c src/facts/space.h \
	src/facts/session.c src/facts/session.h \
	src/facts/session_chroot.c src/facts/session_parts.h \
	src/facts/session_environment.c src/facts/session_program.c \
	src/facts/session_startup.c \
	src/facts/sshd.c src/facts/sshd.h \
	src/facts/sshd_address.c src/facts/sshd_address.h \
	src/facts/sshd_algorithms.c src/facts/sshd_algorithms.h \
	src/facts/sshd_check.c src/facts/sshd_check.h \
	src/facts/sshd_check_forward.c \
	src/facts/sshd_check_limits.c \
	src/facts/sshd_check_list.c \
	src/facts/sshd_check_plain.c \
	src/facts/sshd_command_line.c \
	src/facts/sshd_effective.c src/facts/sshd_effective.h \
	src/facts/sshd_guest.c src/facts/sshd_guest.h \
	src/facts/sshd_include.c \
	src/facts/sshd_keywords.c src/facts/sshd_keywords.h \
	src/facts/sshd_match.c src/facts/sshd_match.h \
	src/facts/sshd_number.c src/facts/sshd_number.h \
	src/facts/sshd_read.c src/facts/sshd_read.h \
	src/facts/sshd_start.c \
	src/facts/sshd_tokens.c src/facts/sshd_tokens.h \
	src/facts/sudo.c src/facts/sudo.h \
	src/facts/sudo_conf.c \
	src/facts/sudo_files.c src/facts/sudo_parts.h \
	src/facts/sudo_rules.c \
	src/facts/unit.c src/facts/unit.h \
	src/facts/unit_boot.c \
	src/facts/unit_exec.c \
	src/facts/unit_file.c \
	src/facts/unit_legacy.c \
	src/facts/unit_parts.h \
	src/facts/unit_paths.c \
	src/facts/unit_state.c \
	src/facts/volume.c src/facts/volume.h
