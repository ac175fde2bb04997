# Rule files, schemas, lenses and the keyword table: installed below $(pkgdatadir)/rules.
rulesdir = $(pkgdatadir)/rules
dist_rules_DATA = \
	rules/account.json \
	rules/allow.json \
	rules/auth.json \
	rules/boot.json \
	rules/check-1.schema.json \
	rules/disk.json \
	rules/facts-1.schema.json \
	rules/firewall.json \
	rules/key.json \
	rules/listen.json \
	rules/network.json \
	rules/pam.json \
	rules/report-1.schema.json \
	rules/schema.json \
	rules/session.json \
	rules/sudo.json \
	rules/sshd-keywords.json \
	rules/sshd.json \
	rules/repair-1.schema.json \
	rules/runs-1.schema.json \
	rules/undo-1.schema.json \
	rules/verify-1.schema.json \
	rules/why-1.schema.json

nobase_dist_pkgdata_DATA = \
	rules/templates/alpine/pam.d/base-account \
	rules/templates/alpine/pam.d/base-auth \
	rules/templates/alpine/pam.d/base-password \
	rules/templates/alpine/pam.d/base-session \
	rules/templates/alpine/pam.d/base-session-noninteractive \
	rules/templates/alpine/pam.d/sshd \
	rules/templates/alpine/sshd_config \
	rules/templates/amazon/sshd_config \
	rules/templates/arch/pam.d/sshd \
	rules/templates/arch/pam.d/system-auth \
	rules/templates/arch/pam.d/system-login \
	rules/templates/arch/pam.d/system-remote-login \
	rules/templates/arch/sshd_config \
	rules/templates/azurelinux/pam.d/sshd \
	rules/templates/azurelinux/sshd_config \
	rules/templates/debian/pam.d/common-account \
	rules/templates/debian/pam.d/common-auth \
	rules/templates/debian/pam.d/common-password \
	rules/templates/debian/pam.d/common-session \
	rules/templates/debian/pam.d/common-session-noninteractive \
	rules/templates/debian/pam.d/sshd \
	rules/templates/debian/sshd_config \
	rules/templates/flatcar/pam.d/sshd \
	rules/templates/flatcar/pam.d/system-auth \
	rules/templates/flatcar/pam.d/system-login \
	rules/templates/flatcar/pam.d/system-remote-login \
	rules/templates/flatcar/sshd_config \
	rules/templates/generic/sshd_config \
	rules/templates/rhel/pam.d/password-auth \
	rules/templates/rhel/pam.d/postlogin \
	rules/templates/rhel/pam.d/sshd \
	rules/templates/rhel/pam.d/system-auth \
	rules/templates/rhel/sshd_config \
	rules/templates/rhel/sshd_config.d/50-redhat.conf \
	rules/templates/suse/pam.d/common-account \
	rules/templates/suse/pam.d/common-auth \
	rules/templates/suse/pam.d/common-password \
	rules/templates/suse/pam.d/common-session \
	rules/templates/suse/pam.d/sshd \
	rules/templates/suse/sshd_config \
	rules/templates/ubuntu/sshd_config

lensesdir = $(pkgdatadir)/rules/lenses
dist_lenses_DATA = \
	rules/lenses/diskmend_fstab.aug \
	rules/lenses/diskmend_group.aug \
	rules/lenses/diskmend_gshadow.aug \
	rules/lenses/diskmend_passwd.aug \
	rules/lenses/diskmend_rows.aug \
	rules/lenses/diskmend_shadow.aug \
	rules/lenses/diskmend_sshd.aug
