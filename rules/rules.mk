# Rule files, schemas, lenses and the keyword table: installed below $(pkgdatadir)/rules.
rulesdir = $(pkgdatadir)/rules
dist_rules_DATA = \
	rules/account.json \
	rules/allow.json \
	rules/auth.json \
	rules/boot.json \
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
	rules/why-1.schema.json

lensesdir = $(pkgdatadir)/rules/lenses
dist_lenses_DATA = \
	rules/lenses/diskmend_fstab.aug \
	rules/lenses/diskmend_group.aug \
	rules/lenses/diskmend_gshadow.aug \
	rules/lenses/diskmend_passwd.aug \
	rules/lenses/diskmend_rows.aug \
	rules/lenses/diskmend_shadow.aug \
	rules/lenses/diskmend_sshd.aug
