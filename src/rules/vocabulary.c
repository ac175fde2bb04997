#include "rules/vocabulary.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Fields as the headers of facts/ and login/login.h declare them; tests/rules/rule_examples holds
 * these tables against the documents of the fixtures. */
static const struct vocabulary_field target_fields[] = {
    {"name", FIELD_IS_TEXT},   {"kind", FIELD_IS_TEXT}, {"format", FIELD_IS_TEXT},
    {"engine", FIELD_IS_TEXT}, {"root", FIELD_IS_TEXT},
};
static const struct vocabulary_field os_fields[] = {
    {"id", FIELD_IS_TEXT},
    {"version", FIELD_IS_TEXT},
    {"name", FIELD_IS_TEXT},
    {"family", FIELD_IS_TEXT},
    {"openssh", FIELD_IS_TEXT},
    {"openssh_banner", FIELD_IS_TEXT},
    {"openssh_source", FIELD_IS_TEXT},
    {"architecture", FIELD_IS_TEXT},
    {"services", FIELD_IS_TEXT},
    {"sshd_path", FIELD_IS_TEXT},
    {"session_path", FIELD_IS_TEXT},
    {"auth_path", FIELD_IS_TEXT},
    {"libraries_missing", FIELD_IS_LIST},
    {"pam", FIELD_IS_TRUTH},
    {"libwrap", FIELD_IS_TRUTH},
    {"gssapi_kex", FIELD_IS_TRUTH},
    {"private_group", FIELD_IS_TRUTH},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field file_fields[] = {
    {"path", FIELD_IS_TEXT},       {"purpose", FIELD_IS_TEXT}, {"exists", FIELD_IS_TRUTH},
    {"unreadable", FIELD_IS_TEXT}, {"type", FIELD_IS_TEXT},    {"mode", FIELD_IS_MODE},
    {"uid", FIELD_IS_NUMBER},      {"gid", FIELD_IS_NUMBER},   {"owner", FIELD_IS_TEXT},
    {"group", FIELD_IS_TEXT},      {"size", FIELD_IS_NUMBER},  {"link", FIELD_IS_TEXT},
    {"real_path", FIELD_IS_TEXT},  {"safe", FIELD_IS_TRUTH},   {"unsafe_path", FIELD_IS_TEXT},
    {"unsafe_why", FIELD_IS_TEXT}, {"content", FIELD_IS_TEXT}, {"label", FIELD_IS_TEXT},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field account_fields[] = {
    {"name", FIELD_IS_TEXT},
    {"uid", FIELD_IS_NUMBER},
    {"gid", FIELD_IS_NUMBER},
    {"home", FIELD_IS_TEXT},
    {"shell", FIELD_IS_TEXT},
    {"password", FIELD_IS_TEXT},
    {"password_source", FIELD_IS_TEXT},
    {"scheme", FIELD_IS_TEXT},
    {"last_change", FIELD_IS_DAYS},
    {"minimum", FIELD_IS_NUMBER},
    {"maximum", FIELD_IS_NUMBER},
    {"warn", FIELD_IS_NUMBER},
    {"inactive", FIELD_IS_NUMBER},
    {"expires", FIELD_IS_DAYS},
    {"groups", FIELD_IS_LIST},
    {"is_admin", FIELD_IS_TRUTH},
    {"is_system", FIELD_IS_TRUTH},
    {"can_log_in_shell", FIELD_IS_TRUTH},
    {"shell_state", FIELD_IS_TEXT},
    {"home_state", FIELD_IS_TEXT},
    {"home_real", FIELD_IS_TEXT},
    {"home_uid", FIELD_IS_NUMBER},
    {"shadowed", FIELD_IS_TRUTH},
    {"defect", FIELD_IS_TEXT},
    {"at", FIELD_IS_PLACE},
    {"shadow_at", FIELD_IS_PLACE},
};
static const struct vocabulary_field row_fields[] = {
    {"db", FIELD_IS_TEXT},     {"name", FIELD_IS_TEXT}, {"defect", FIELD_IS_TEXT},
    {"detail", FIELD_IS_TEXT}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field group_fields[] = {
    {"name", FIELD_IS_TEXT},      {"gid", FIELD_IS_NUMBER}, {"members", FIELD_IS_LIST},
    {"shadowed", FIELD_IS_TRUTH}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field host_key_fields[] = {
    {"path", FIELD_IS_TEXT},
    {"named", FIELD_IS_TRUTH},
    {"state", FIELD_IS_TEXT},
    {"type", FIELD_IS_TEXT},
    {"bits", FIELD_IS_NUMBER},
    {"fingerprint", FIELD_IS_TEXT},
    {"encrypted", FIELD_IS_TRUTH},
    {"loadable", FIELD_IS_TRUTH},
    {"mode", FIELD_IS_MODE},
    {"uid", FIELD_IS_NUMBER},
    {"gid", FIELD_IS_NUMBER},
    {"group", FIELD_IS_TEXT},
    {"public_matches", FIELD_IS_TRUTH},
    {"detail", FIELD_IS_TEXT},
    {"at", FIELD_IS_PLACE},
    {"named_at", FIELD_IS_PLACE},
};
static const struct vocabulary_field key_file_fields[] = {
    {"user", FIELD_IS_TEXT},        {"pattern", FIELD_IS_TEXT},
    {"path", FIELD_IS_TEXT},        {"real_path", FIELD_IS_TEXT},
    {"state", FIELD_IS_TEXT},       {"readable_by_user", FIELD_IS_TRUTH},
    {"blocked_at", FIELD_IS_TEXT},  {"unsafe_path", FIELD_IS_TEXT},
    {"unsafe_kind", FIELD_IS_TEXT}, {"unsafe_why", FIELD_IS_TEXT},
    {"unsafe_mode", FIELD_IS_MODE}, {"unsafe_uid", FIELD_IS_NUMBER},
    {"label", FIELD_IS_TEXT},       {"has_acl", FIELD_IS_TRUTH},
    {"lines", FIELD_IS_NUMBER},     {"usable_lines", FIELD_IS_NUMBER},
    {"detail", FIELD_IS_TEXT},      {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field key_fields[] = {
    {"user", FIELD_IS_TEXT},        {"file", FIELD_IS_TEXT},
    {"type", FIELD_IS_TEXT},        {"bits", FIELD_IS_NUMBER},
    {"fingerprint", FIELD_IS_TEXT}, {"comment", FIELD_IS_TEXT},
    {"options", FIELD_IS_LIST},     {"cert_authority", FIELD_IS_TRUTH},
    {"from", FIELD_IS_TEXT},        {"expiry_time", FIELD_IS_TEXT},
    {"command", FIELD_IS_TEXT},     {"principals", FIELD_IS_TEXT},
    {"defect", FIELD_IS_TEXT},      {"detail", FIELD_IS_TEXT},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field unit_fields[] = {
    {"name", FIELD_IS_TEXT},         {"manager", FIELD_IS_TEXT},
    {"role", FIELD_IS_TEXT},         {"state", FIELD_IS_TEXT},
    {"at_boot", FIELD_IS_TRUTH},     {"path", FIELD_IS_TEXT},
    {"target", FIELD_IS_TEXT},       {"wanted_by", FIELD_IS_LIST},
    {"drop_ins", FIELD_IS_LIST},     {"exec_start", FIELD_IS_TEXT},
    {"exec_path", FIELD_IS_TEXT},    {"exec_ok", FIELD_IS_TRUTH},
    {"exec_options", FIELD_IS_LIST}, {"runtime_directories", FIELD_IS_LIST},
    {"listen", FIELD_IS_LIST},       {"condition_failed", FIELD_IS_TEXT},
    {"problem", FIELD_IS_TEXT},      {"unreadable", FIELD_IS_TEXT},
    {"at", FIELD_IS_PLACE},          {"problem_at", FIELD_IS_PLACE},
};
static const struct vocabulary_field mount_fields[] = {
    {"device", FIELD_IS_TEXT},        {"directory", FIELD_IS_TEXT},
    {"type", FIELD_IS_TEXT},          {"options", FIELD_IS_LIST},
    {"field_count", FIELD_IS_NUMBER}, {"defect", FIELD_IS_TEXT},
    {"device_found", FIELD_IS_TRUTH}, {"all_disks_known", FIELD_IS_TRUTH},
    {"required", FIELD_IS_TRUTH},     {"system", FIELD_IS_TRUTH},
    {"is_network", FIELD_IS_TRUTH},   {"is_swap", FIELD_IS_TRUTH},
    {"in_tree", FIELD_IS_TRUTH},      {"filesystem", FIELD_IS_TEXT},
    {"identifies", FIELD_IS_TEXT},    {"detail", FIELD_IS_TEXT},
    {"pass", FIELD_IS_NUMBER},        {"refusal", FIELD_IS_TEXT},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field filesystem_fields[] = {
    {"device", FIELD_IS_TEXT},     {"type", FIELD_IS_TEXT},      {"uuid", FIELD_IS_TEXT},
    {"label", FIELD_IS_TEXT},      {"partuuid", FIELD_IS_TEXT},  {"partlabel", FIELD_IS_TEXT},
    {"mounted_on", FIELD_IS_TEXT}, {"subvolume", FIELD_IS_TEXT}, {"size", FIELD_IS_NUMBER},
    {"damage", FIELD_IS_TEXT},     {"on_errors", FIELD_IS_TEXT}, {"unclean", FIELD_IS_TRUTH},
};
static const struct vocabulary_field disk_fields[] = {
    {"device", FIELD_IS_TEXT},
    {"table", FIELD_IS_TEXT},
    {"problem", FIELD_IS_TEXT},
};
static const struct vocabulary_field volume_group_fields[] = {
    {"name", FIELD_IS_TEXT},    {"uuid", FIELD_IS_TEXT},    {"physical", FIELD_IS_LIST},
    {"missing", FIELD_IS_LIST}, {"logical", FIELD_IS_LIST},
};
static const struct vocabulary_field lvm_device_fields[] = {
    {"device", FIELD_IS_TEXT},    {"id_type", FIELD_IS_TEXT}, {"pvid", FIELD_IS_TEXT},
    {"on_disks", FIELD_IS_TRUTH}, {"in_use", FIELD_IS_TRUTH}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field crypt_fields[] = {
    {"name", FIELD_IS_TEXT},   {"device", FIELD_IS_TEXT},     {"options", FIELD_IS_LIST},
    {"found", FIELD_IS_TRUTH}, {"filesystem", FIELD_IS_TEXT}, {"key", FIELD_IS_TEXT},
    {"key_state", FIELD_IS_TEXT}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field space_fields[] = {
    {"path", FIELD_IS_TEXT},
    {"purpose", FIELD_IS_TEXT},
    {"filesystem", FIELD_IS_TEXT},
    {"bytes_total", FIELD_IS_NUMBER},
    {"bytes_free", FIELD_IS_NUMBER},
    {"inodes_total", FIELD_IS_NUMBER},
    {"inodes_free", FIELD_IS_NUMBER},
    {"block_bytes", FIELD_IS_NUMBER},
    {"used_percent", FIELD_IS_NUMBER},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field boot_fields[] = {
    {"item", FIELD_IS_TEXT},   {"token", FIELD_IS_TEXT},        {"entry", FIELD_IS_TEXT},
    {"origin", FIELD_IS_TEXT}, {"is_recovery", FIELD_IS_TRUTH}, {"is_default", FIELD_IS_TRUTH},
    {"path", FIELD_IS_TEXT},   {"found", FIELD_IS_TRUTH},       {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field sshd_fields[] = {
    {"key", FIELD_IS_TEXT},   {"value", FIELD_IS_TEXT},       {"values", FIELD_IS_LIST},
    {"match", FIELD_IS_TEXT}, {"is_default", FIELD_IS_TRUTH}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field diag_fields[] = {
    {"code", FIELD_IS_TEXT},     {"level", FIELD_IS_TEXT}, {"keyword", FIELD_IS_TEXT},
    {"value", FIELD_IS_TEXT},    {"says", FIELD_IS_TEXT},  {"exit_status", FIELD_IS_NUMBER},
    {"reached", FIELD_IS_TRUTH}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field algo_fields[] = {
    {"key", FIELD_IS_TEXT},    {"name", FIELD_IS_TEXT}, {"origin", FIELD_IS_TEXT},
    {"known", FIELD_IS_TRUTH}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field conf_fields[] = {
    {"purpose", FIELD_IS_TEXT},
    {"key", FIELD_IS_TEXT},
    {"value", FIELD_IS_TEXT},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field pam_fields[] = {
    {"service", FIELD_IS_TEXT},   {"type", FIELD_IS_TEXT},   {"control", FIELD_IS_TEXT},
    {"module", FIELD_IS_TEXT},    {"path", FIELD_IS_TEXT},   {"arguments", FIELD_IS_LIST},
    {"present", FIELD_IS_TRUTH},  {"level", FIELD_IS_NUMBER}, {"problem", FIELD_IS_TEXT},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field pam_file_fields[] = {
    {"path", FIELD_IS_TEXT}, {"module", FIELD_IS_TEXT},  {"state", FIELD_IS_TEXT},
    {"mode", FIELD_IS_MODE}, {"count", FIELD_IS_NUMBER}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field firewall_fields[] = {
    {"kind", FIELD_IS_TEXT},     {"source", FIELD_IS_TEXT},  {"loader", FIELD_IS_TEXT},
    {"at_boot", FIELD_IS_TRUTH}, {"family", FIELD_IS_TEXT},  {"table", FIELD_IS_TEXT},
    {"chain", FIELD_IS_TEXT},    {"hook", FIELD_IS_TEXT},    {"policy", FIELD_IS_TEXT},
    {"words", FIELD_IS_LIST},    {"problem", FIELD_IS_TEXT}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field nsswitch_fields[] = {
    {"db", FIELD_IS_TEXT},
    {"sources", FIELD_IS_LIST},
    {"missing_modules", FIELD_IS_LIST},
    {"has_files", FIELD_IS_TRUTH},
    {"is_default", FIELD_IS_TRUTH},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field network_fields[] = {
    {"item", FIELD_IS_TEXT},     {"manager", FIELD_IS_TEXT},    {"name", FIELD_IS_TEXT},
    {"started", FIELD_IS_TRUTH}, {"automatic", FIELD_IS_TRUTH}, {"method", FIELD_IS_TEXT},
    {"mac", FIELD_IS_TEXT},      {"problem", FIELD_IS_TEXT},    {"addresses", FIELD_IS_LIST},
    {"value", FIELD_IS_TEXT},    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field session_fields[] = {
    {"item", FIELD_IS_TEXT},  {"user", FIELD_IS_TEXT},    {"name", FIELD_IS_TEXT},
    {"path", FIELD_IS_TEXT},  {"defect", FIELD_IS_TEXT},  {"mode", FIELD_IS_MODE},
    {"value", FIELD_IS_TEXT}, {"missing", FIELD_IS_LIST}, {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field sudo_fields[] = {
    {"item", FIELD_IS_TEXT},          {"path", FIELD_IS_TEXT},
    {"defect", FIELD_IS_TEXT},        {"mode", FIELD_IS_MODE},
    {"uid", FIELD_IS_NUMBER},         {"gid", FIELD_IS_NUMBER},
    {"counts", FIELD_IS_TRUTH},       {"name", FIELD_IS_TEXT},
    {"value", FIELD_IS_TEXT},         {"scope", FIELD_IS_TEXT},
    {"users", FIELD_IS_LIST},         {"hosts", FIELD_IS_LIST},
    {"runas", FIELD_IS_LIST},         {"command", FIELD_IS_TEXT},
    {"shell", FIELD_IS_TEXT},         {"authenticate", FIELD_IS_TRUTH},
    {"runas_default_only", FIELD_IS_TRUTH}, {"in_time", FIELD_IS_TRUTH},
    {"at", FIELD_IS_PLACE},
};
static const struct vocabulary_field login_fields[] = {
    {"user", FIELD_IS_TEXT},   {"method", FIELD_IS_TEXT},  {"gate", FIELD_IS_TEXT},
    {"reason", FIELD_IS_TEXT}, {"state", FIELD_IS_TEXT},   {"expected", FIELD_IS_TRUTH},
    {"value", FIELD_IS_TEXT},  {"keyword", FIELD_IS_TEXT}, {"wanted", FIELD_IS_TEXT},
    {"detail", FIELD_IS_TEXT}, {"at", FIELD_IS_PLACE},
};

#define SOURCE(name, fields)                                                                       \
    {                                                                                              \
        name, fields, COUNT_OF(fields)                                                             \
    }
static const struct vocabulary_source sources[] = {
    SOURCE("target", target_fields),     SOURCE("os", os_fields),
    SOURCE("file", file_fields),         SOURCE("account", account_fields),
    SOURCE("row", row_fields),           SOURCE("group", group_fields),
    SOURCE("host_key", host_key_fields), SOURCE("key_file", key_file_fields),
    SOURCE("key", key_fields),           SOURCE("unit", unit_fields),
    SOURCE("mount", mount_fields),       SOURCE("filesystem", filesystem_fields),
    SOURCE("boot", boot_fields),         SOURCE("sshd", sshd_fields),
    SOURCE("diag", diag_fields),         SOURCE("algo", algo_fields),
    SOURCE("conf", conf_fields),         SOURCE("nsswitch", nsswitch_fields),
    SOURCE("sudo", sudo_fields),
    SOURCE("session", session_fields),
    SOURCE("pam", pam_fields),
    SOURCE("pam_file", pam_file_fields),
    SOURCE("firewall", firewall_fields), SOURCE("login", login_fields),
    SOURCE("network", network_fields),   SOURCE("disk", disk_fields),
    SOURCE("volume_group", volume_group_fields),
    SOURCE("lvm_device", lvm_device_fields),
    SOURCE("crypt", crypt_fields),       SOURCE("space", space_fields),
};

static const char *const operator_names[OP_COUNT] = {"eq",     "ne",       "in",     "not_in",
                                                     "lt",     "le",       "gt",     "ge",
                                                     "match",  "nomatch",  "has",    "lacks",
                                                     "subset", "mode_max", "before", "after",
                                                     "exists", "absent"};

/* The verbs a repair step may use; repair/ holds what they do. */
static const struct vocabulary_verb verbs[] = {
    {"sshd_set", "key value", "user"},
    {"sshd_unset", "key", "path line"},
    {"sshd_move", "path line", "to"},
    {"sshd_list_add", "key value", "user"},
    {"sshd_list_drop", "key value", "user"},
    {"sshd_list_split", "path line", ""},
    {"sshd_algo_drop", "path line", ""},
    {"line_comment", "path line", "state"},
    {"line_replace", "path line text", "last"},
    {"line_insert", "path text", "before after"},
    {"conf_set", "path", "key value section text"},
    {"conf_unset", "path key", "section"},
    {"file_mode", "path", "mode clear set"},
    {"file_owner", "path", "owner group"},
    {"file_create", "path", "text mode owner group"},
    {"file_aside", "path", ""},
    {"file_reset", "path", "from"},
    {"dir_make", "path", "mode owner group from"},
    {"link_set", "path target", ""},
    {"link_remove", "path", ""},
    {"hostkey_new", "", "path type"},
    {"account_add", "name", "template"},
    {"account_admit_key", "name key value", ""},
    {"account_unlock", "name", ""},
    {"account_lock", "name", ""},
    {"account_shell", "name", "shell"},
    {"account_home", "name", "home"},
    {"account_field", "name field value", ""},
    {"account_renew", "name", ""},
    {"account_hash_trim", "name", ""},
    {"account_mend", "path", ""},
    {"shadow_entry", "name", ""},
    {"group_admit", "name key value", ""},
    {"group_restore", "name", ""},
    {"group_add", "name group", ""},
    {"group_drop", "name group", ""},
    {"key_add", "name path", ""},
    {"key_copy", "name from path", ""},
    {"key_mend", "name path line", ""},
    {"key_option", "path line option", ""},
    {"key_path", "name from value", ""},
    {"key_replace", "name path", ""},
    {"key_safe", "name path", ""},
    {"sudo_conf", "name what path", "line"},
    {"sudo_nopasswd", "name path line", ""},
    {"sudo_read", "name path", ""},
    {"sudo_rule", "name", ""},
    {"sudo_safe", "path", ""},
    {"sudo_targetpw", "name path line setting", ""},
    {"setuid_restore", "path mode", ""},
    {"shell_mend", "name path shell", ""},
    {"startup_mend", "name path line", ""},
    {"chroot_safe", "name path", "mode owner"},
    {"key_comment", "path line", ""},
    {"key_split", "path line", ""},
    {"pam_arg", "path line", "add drop"},
    {"pam_comment", "path line", ""},
    {"pam_relax", "path line", ""},
    {"pam_list_admit", "user", ""},
    {"access_admit", "path line user", ""},
    {"limit_lift", "path line user", ""},
    {"tally_clear", "path user", ""},
    {"sudo_default", "name value", ""},
    {"sudo_comment", "path line", ""},
    {"unit_enable", "name", ""},
    {"unit_disable", "name", ""},
    {"unit_mask", "name", ""},
    {"unit_unmask", "name", ""},
    {"default_target", "target", ""},
    {"boot_token_drop", "token", ""},
    {"mount_option", "path line", "add drop"},
    {"mount_comment", "path line", ""},
    {"mount_device", "path line", "device"},
    {"firewall_allow", "port", ""},
    {"hosts_allow", "daemon", ""},
    {"mount_efi", "path line", "add drop"},
    {"nic_dhcp", "path", "line replace"},
    {"cloud_init_off", "path", ""},
    {"privsep_dir", "path", "mode owner group"},
    {"profile_mend", "path", ""},
    {"selinux_policy", "path", ""},
    {"usr_link", "path", ""},
    {"label_fix", "path", ""},
};

const char *const vocabulary_rule_keys[] = {
    "id",   "gate",    "profile", "severity", "severity_when", "title", "message",   "why",
    "refs", "applies", "params",  "check",    "repair",        "tests", "overrides", NULL};
const char *const vocabulary_leaf_keys[] = {"for",   "in",   "where", "expect",
                                            "count", "none", "at",    NULL};
const char *const vocabulary_profiles[] = {"access", "baseline", "cis-l1", "cis-l2",
                                           "stig",   "forensic", NULL};
const char *const vocabulary_classes[] = {"report", "flag", "auto", NULL};
const char *const vocabulary_case_keys[] = {"name",    "guest",  "changes", "question",
                                            "profile", "expect", NULL};
const char *const vocabulary_changes[] = {"write",     "append",     "replace",    "remove",
                                          "mode",      "owner",      "symlink",    "directory",
                                          "special",   "unreadable", "filesystem", "no-filesystem",
                                          "write-hex", "xattr",      "space",      "volume-group",
                                          "disk",      NULL};
const char *const vocabulary_comparisons[] = {"eq", "le", "ge", NULL};
const char *const vocabulary_nones[] = {"pass", "fail", "not-applicable", NULL};

const struct vocabulary_source *vocabulary_source(const char *name)
{
    for (size_t i = 0; name && i < COUNT_OF(sources); i++)
        if (strcmp(sources[i].name, name) == 0)
            return &sources[i];
    return NULL;
}

const struct vocabulary_source *vocabulary_sources(size_t *count)
{
    *count = COUNT_OF(sources);
    return sources;
}

bool vocabulary_field(const struct vocabulary_source *source, const char *path,
                      enum field_kind *kind)
{
    size_t head = strcspn(path, ".");
    const char *rest = path[head] ? path + head + 1 : NULL;
    for (size_t i = 0; i < source->field_count; i++) {
        const struct vocabulary_field *f = &source->fields[i];
        if (strncmp(f->name, path, head) != 0 || f->name[head])
            continue;
        if ((f->kind == FIELD_IS_PLACE) != (rest != NULL))
            return false;
        if (kind)
            *kind = f->kind;
        if (!rest)
            return true;
        if (kind)
            *kind = strcmp(rest, "file") == 0 ? FIELD_IS_TEXT : FIELD_IS_NUMBER;
        return strcmp(rest, "file") == 0 || strcmp(rest, "line") == 0 ||
               strcmp(rest, "column") == 0;
    }
    return false;
}

enum operator_name vocabulary_operator(const char *name)
{
    for (int i = 0; i < OP_COUNT; i++)
        if (strcmp(operator_names[i], name) == 0)
            return (enum operator_name)i;
    return OP_COUNT;
}

const char *vocabulary_operator_name(enum operator_name op)
{
    return op < OP_COUNT ? operator_names[op] : "none";
}

const struct vocabulary_verb *vocabulary_verb(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

const struct vocabulary_verb *vocabulary_verbs(size_t *count)
{
    *count = COUNT_OF(verbs);
    return verbs;
}

bool vocabulary_has(vocabulary_words words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}
