/* Verbs on what the boot leans on: the links of a merged /usr, SELinux's policy, profiles of the
 * network's managers. */
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "repair/text_edit.h"

/* /bin, /sbin, /lib*: a link to what stands below /usr, where nothing else is in the way. */
int verb_usr_link(struct verb_context *c, const struct json *step, struct err *e)
{
    static const char *const links[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
    const char *path = step_text(step, "path");
    bool known = false;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        known |= strcmp(links[i], path) == 0;
    if (!known)
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0,
                          "its package must be installed again, which no edit of a file does");
    const char *target = arena_printf(c->arena, "usr%s", path);
    struct stat_answer s = tree_stat(c->tree, arena_printf(c->arena, "/%s", target));
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0, "there is no directory /%s to lead to",
                          target);
    struct node_state link;
    int code = overlay_state(c->tree, path, false, &link, e);
    if (code != 0)
        return code;
    if (link.exists && link.type != NODE_SYMLINK)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "a %s is in the way",
                          node_type_name(link.type));
    if (!link.exists)
        link = (struct node_state){.exists = true, .type = NODE_SYMLINK, .mode = 0777};
    link.target = target;
    return overlay_put(c->tree, path, &link, e);
}

/* A directory of policies that holds one: "policy.33". */
static bool has_policy(struct verb_context *c, const char *type)
{
    struct list_answer names =
        tree_list(c->tree, arena_printf(c->arena, "/etc/selinux/%s/policy", type));
    for (size_t i = 0; names.presence == PRESENCE_PRESENT && i < names.count; i++)
        if (strncmp(names.names[i], "policy.", 7) == 0)
            return true;
    return false;
}

int verb_selinux_policy(struct verb_context *c, const struct json *step, struct err *e)
{
    static const char *const types[] = {"targeted", "minimum", "mls", "default"};
    const char *key = json_member_string(c->record, "keyword");
    if (key && strcmp(key, "SELINUXTYPE") != 0)
        return err_set_at(e, ERR_REFUSED, step_text(step, "path"), 0, 0,
                          "which mode was meant is not ours to guess");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (has_policy(c, types[i]))
            return conf_set_key(c, step_text(step, "path"), NULL, "SELINUXTYPE", types[i], e);
    return err_set(e, ERR_NOT_FOUND,
                   "there is no policy below /etc/selinux: its package is missing");
}

/* NetworkManager passes over a profile that others than root can read; one that is right in this
 * is not brought up for its autoconnect=false. */
int verb_profile_mend(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path");
    struct text_file f;
    int code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    if ((f.state.mode & 077) != 0 || f.state.uid != 0) {
        f.state.mode = 0600;
        f.state.uid = f.state.gid = 0;
        return overlay_put(c->tree, f.path, &f.state, e);
    }
    vec_each (line, &f.lines) {
        struct bytes text = text_trim(line->text);
        if (bytes_start_with(text, "autoconnect=") || bytes_start_with(text, "autoconnect ="))
            return conf_set_key(c, path, "connection", "autoconnect", "true", e);
    }
    return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0, "what it lacks is the owner's to say");
}

/* Without cloud-init nobody gets an account or a key any more: only where somebody has both. */
int verb_cloud_init_off(struct verb_context *c, const struct json *step, struct err *e)
{
    vec_each (file, &c->facts->key_files) {
        const struct account_fact *a = facts_account(c->facts, file->user);
        if (file->usable_lines == 0 || !a || a->is_system || !a->can_log_in_shell)
            continue;
        struct stat_answer s = tree_stat(c->tree, step_text(step, "path"));
        return s.presence == PRESENCE_PRESENT
                   ? 0
                   : text_put(c, step_text(step, "path"), bytes_of(""), 0644, 0, 0, e);
    }
    return err_set(e, ERR_REFUSED,
                   "nobody has an account and a key yet: cloud-init is what would make them");
}
