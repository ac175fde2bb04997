#include "repair/verb.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static const struct verb verbs[] = {
    {"dir_make", verb_dir_make},         {"file_aside", verb_file_aside},
    {"file_create", verb_file_create},   {"file_mode", verb_file_mode},
    {"file_owner", verb_file_owner},     {"line_comment", verb_line_comment},
    {"line_insert", verb_line_insert},   {"line_replace", verb_line_replace},
    {"link_remove", verb_link_remove},   {"link_set", verb_link_set},
    {"sshd_algo_drop", verb_sshd_algo_drop},
    {"sshd_list_add", verb_sshd_list_add},
    {"sshd_list_drop", verb_sshd_list_drop},
    {"sshd_list_split", verb_sshd_list_split},
    {"sshd_move", verb_sshd_move},
    {"sshd_set", verb_sshd_set},
    {"sshd_unset", verb_sshd_unset},
    {"account_add", verb_account_add},
    {"account_field", verb_account_field},
    {"account_hash_trim", verb_account_hash_trim},
    {"account_home", verb_account_home},
    {"account_mend", verb_account_mend},
    {"account_renew", verb_account_renew},
    {"account_shell", verb_account_shell},
    {"account_admit_key", verb_account_admit_key},
    {"account_unlock", verb_account_unlock},
    {"boot_token_drop", verb_boot_token_drop},
    {"conf_set", verb_conf_set},
    {"conf_unset", verb_conf_unset},
    {"default_target", verb_default_target},
    {"file_reset", verb_file_reset},
    {"group_add", verb_group_add},
    {"group_admit", verb_group_admit},
    {"group_drop", verb_group_drop},
    {"group_restore", verb_group_restore},
    {"hostkey_new", verb_hostkey_new},
    {"mount_comment", verb_mount_comment},
    {"mount_device", verb_mount_device},
    {"mount_option", verb_mount_option},
    {"shadow_entry", verb_shadow_entry},
    {"unit_disable", verb_unit_disable},
    {"unit_enable", verb_unit_enable},
    {"unit_mask", verb_unit_mask},
    {"unit_unmask", verb_unit_unmask},
    {"mount_efi", verb_mount_efi},
    {"nic_dhcp", verb_nic_dhcp},
    {"cloud_init_off", verb_cloud_init_off},
    {"privsep_dir", verb_privsep_dir},
    {"profile_mend", verb_profile_mend},
    {"selinux_policy", verb_selinux_policy},
    {"usr_link", verb_usr_link},
    {"firewall_allow", verb_firewall_allow},
    {"hosts_allow", verb_hosts_allow},
    {"access_admit", verb_access_admit},
    {"limit_lift", verb_limit_lift},
    {"pam_arg", verb_pam_arg},
    {"pam_comment", verb_pam_comment},
    {"pam_list_admit", verb_pam_list_admit},
    {"pam_relax", verb_pam_relax},
    {"tally_clear", verb_tally_clear},
    {"key_add", verb_key_add},
    {"key_comment", verb_key_comment},
    {"key_copy", verb_key_copy},
    {"key_mend", verb_key_mend},
    {"key_option", verb_key_option},
    {"key_path", verb_key_path},
    {"key_replace", verb_key_replace},
    {"key_safe", verb_key_safe},
    {"key_split", verb_key_split},
    {"label_fix", verb_label_fix},
    {"setuid_restore", verb_setuid_restore},
    {"shell_mend", verb_shell_mend},
    {"startup_mend", verb_startup_mend},
    {"chroot_safe", verb_chroot_safe},
    {"sudo_comment", verb_sudo_comment},
    {"sudo_conf", verb_sudo_conf},
    {"sudo_default", verb_sudo_default},
    {"sudo_nopasswd", verb_sudo_nopasswd},
    {"sudo_read", verb_sudo_read},
    {"sudo_rule", verb_sudo_rule},
    {"sudo_safe", verb_sudo_safe},
    {"sudo_targetpw", verb_sudo_targetpw},
};

const struct verb *verbs_all(size_t *count)
{
    *count = sizeof verbs / sizeof *verbs;
    return verbs;
}

const struct verb *verb_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

void verb_note(struct verb_context *c, const char *text)
{
    vec_push(c->arena, &c->notes, text);
}

const char *step_text(const struct json *step, const char *name)
{
    return json_string(json_member(step, name));
}

struct text_list step_list(struct arena *a, const struct json *step, const char *name)
{
    VEC(const char *) list = {0};
    const struct json *value = json_member(step, name);
    if (json_type(value) == JSON_ARRAY)
        for (const struct json *item = json_first(value); item; item = json_next(item))
            vec_push(a, &list, arena_strdup(a, json_string(item)));
    for (const char *p = json_string(value) ? json_string(value) : ""; *p;) {
        size_t n = strcspn(p, " ,\t");
        if (n > 0)
            vec_push(a, &list, arena_text(a, (struct bytes){p, n}));
        p += n + (p[n] != '\0');
    }
    return (struct text_list){list.items, list.count};
}

/* Digits only, at most MAX. */
static bool number(const char *text, int base, unsigned long max, unsigned long *out)
{
    char *end;
    if (!text || *text < '0' || *text > '9')
        return false;
    unsigned long value = strtoul(text, &end, base);
    *out = value;
    return *end == '\0' && value <= max;
}

int step_line(const struct json *step, struct err *e)
{
    unsigned long line;
    if (number(step_text(step, "line"), 10, INT32_MAX, &line) && line > 0)
        return (int)line;
    err_set(e, ERR_NOT_FOUND, "the line of the fault is not known");
    return 0;
}

bool step_mode(const struct json *step, const char *name, uint32_t *mode, struct err *e)
{
    unsigned long value;
    const char *text = step_text(step, name);
    if (!number(text, 8, 07777, &value)) {
        err_set(e, ERR_INTERNAL, "\"%s\" is not a mode", text ? text : "");
        return false;
    }
    *mode = (uint32_t)value;
    return true;
}

/* The accounts as edited so far in this round are not in the facts yet: what the plan needs of
 * them twice is found once it is judged again. */
bool verb_uid(struct verb_context *c, const char *name, uint32_t *uid, uint32_t *gid,
              struct err *e)
{
    unsigned long value;
    const struct account_fact *account = facts_account(c->facts, name);
    if (account) {
        *uid = (uint32_t)account->uid;
        *gid = (uint32_t)account->gid;
        return true;
    }
    if (strcmp(name, "root") == 0 || (number(name, 10, UINT32_MAX - 1, &value) && value == 0)) {
        *uid = *gid = 0;
        return true;
    }
    if (number(name, 10, UINT32_MAX - 1, &value)) {
        *uid = *gid = (uint32_t)value;
        return true;
    }
    err_set(e, ERR_NOT_FOUND, "there is no account \"%s\"", name);
    return false;
}

bool verb_gid(struct verb_context *c, const char *name, uint32_t *gid, struct err *e)
{
    unsigned long value;
    vec_each (group, &c->facts->groups) {
        if (!group->shadowed && strcmp(group->name, name) == 0) {
            *gid = (uint32_t)group->gid;
            return true;
        }
    }
    if (strcmp(name, "root") == 0 || number(name, 10, UINT32_MAX - 1, &value)) {
        *gid = strcmp(name, "root") == 0 ? 0 : (uint32_t)value;
        return true;
    }
    err_set(e, ERR_NOT_FOUND, "there is no group \"%s\"", name);
    return false;
}
