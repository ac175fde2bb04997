# Unit tests: one program per room, each linked with its room and those below only.
UNIT_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -DTEST_SOURCE_DIRECTORY=\"$(abs_top_srcdir)\"

include tests/unit/base.mk
include tests/unit/facts.mk
include tests/unit/facts_network.mk
include tests/unit/guest.mk
include tests/unit/guest_open.mk
include tests/unit/sshd.mk
include tests/unit/syntax_lens.mk
include tests/unit/report.mk
include tests/unit/rules.mk
include tests/unit/syntax_pam_lines.mk
include tests/unit/syntax_ssh_key.mk
include tests/unit/login.mk
include tests/unit/disk.mk
include tests/unit/batch.mk
include tests/unit/repair_system.mk
include tests/unit/syntax_readers.mk
include tests/unit/syntax_yaml.mk
include tests/unit/repair_accounts.mk
include tests/unit/repair_core.mk
include tests/unit/repair_keys.mk
include tests/unit/wiping.mk
include tests/unit/access_reset.mk
include tests/unit/access_settings.mk
include tests/unit/access_create.mk
include tests/unit/access_keys.mk
include tests/unit/access_password.mk
