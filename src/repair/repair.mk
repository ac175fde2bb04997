# repair/: from a plan in the overlay to a written, journalled, undoable change.
noinst_LIBRARIES += librepair.a
librepair_a_SOURCES = \
	src/repair/access.c src/repair/access.h \
	src/repair/access_account.c \
	src/repair/access_check.c \
	src/repair/access_create.c \
	src/repair/access_key.c \
	src/repair/access_key_remove.c \
	src/repair/access_other_ways.c \
	src/repair/access_parts.h \
	src/repair/access_password.c \
	src/repair/access_remove.c \
	src/repair/access_remove_home.c \
	src/repair/access_reset.c \
	src/repair/access_restore.c \
	src/repair/access_settings.c src/repair/access_settings.h \
	src/repair/access_sudo.c \
	src/repair/account_defaults.c src/repair/account_defaults.h \
	src/repair/account_edit.c src/repair/account_edit.h \
	src/repair/account_lift.c src/repair/account_lift.h \
	src/repair/account_number.c src/repair/account_number.h \
	src/repair/commit.c src/repair/commit.h \
	src/repair/commit_parts.h \
	src/repair/commit_room.c \
	src/repair/commit_state.c \
	src/repair/edit_list.c src/repair/edit_list.h \
	src/repair/fips.c src/repair/fips.h \
	src/repair/firewall_edit.c src/repair/firewall_edit.h \
	src/repair/guard.c src/repair/guard.h \
	src/repair/hibernation.c src/repair/hibernation.h \
	src/repair/journal.c src/repair/journal.h \
	src/repair/judge.c \
	src/repair/key_edit.c src/repair/key_edit.h \
	src/repair/key_places.c src/repair/key_places.h \
	src/repair/label.c src/repair/label.h \
	src/repair/label_pass.h \
	src/repair/label_pattern.c src/repair/label_pattern.h \
	src/repair/leftovers.c src/repair/leftovers.h \
	src/repair/link_edit.c src/repair/link_edit.h \
	src/repair/password.c src/repair/password.h \
	src/repair/password_scheme.c src/repair/password_scheme.h \
	src/repair/plan.c \
	src/repair/plan_jobs.c \
	src/repair/policy.c src/repair/policy.h \
	src/repair/repair.h \
	src/repair/reset.h \
	src/repair/reset_config.c \
	src/repair/reset_drop_ins.c \
	src/repair/reset_modes.c \
	src/repair/reset_notes.c \
	src/repair/reset_start.c \
	src/repair/stages.h \
	src/repair/sshd_edit.c src/repair/sshd_edit.h \
	src/repair/sudo_edit.c src/repair/sudo_edit.h \
	src/repair/sudo_forget.c \
	src/repair/template.c src/repair/template.h \
	src/repair/text_edit.c src/repair/text_edit.h \
	src/repair/tree_copy.c src/repair/tree_copy.h \
	src/repair/trust.c src/repair/trust.h \
	src/repair/undo.c src/repair/undo.h \
	src/repair/verb.c src/repair/verb.h \
	src/repair/verb_account.c \
	src/repair/verb_account_make.c \
	src/repair/verb_account_mend.c \
	src/repair/verb_boot.c \
	src/repair/verb_conf.c \
	src/repair/verb_file.c \
	src/repair/verb_firewall.c \
	src/repair/verb_group.c \
	src/repair/verb_hostkey.c \
	src/repair/verb_key.c \
	src/repair/verb_key_line.c \
	src/repair/verb_key_safe.c \
	src/repair/verb_label.c \
	src/repair/verb_line.c \
	src/repair/verb_mount.c \
	src/repair/verb_network.c \
	src/repair/verb_pam.c \
	src/repair/verb_pam_file.c \
	src/repair/verb_reset.c src/repair/verb_reset.h \
	src/repair/verb_reset_fstab.c \
	src/repair/verb_session.c \
	src/repair/verb_sshd.c \
	src/repair/verb_sshd_list.c \
	src/repair/verb_sudo.c \
	src/repair/verb_unit.c
