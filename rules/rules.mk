# Rule files, schemas, lenses and the keyword table: installed below $(pkgdatadir)/rules.
rulesdir = $(pkgdatadir)/rules
dist_rules_DATA = \
	rules/sshd-keywords.json
