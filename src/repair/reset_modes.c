/* Modes and owners of /etc/ssh in a reset. What is read by everybody is made readable again, what
 * is secret is made so; nothing else is widened. */
#include <string.h>

#include "base/path.h"
#include "repair/reset.h"
#include "repair/template.h"

#define SSH_DIRECTORY "/etc/ssh"

struct wanted_meta {
    uint32_t clear, set;
};

static bool starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool ends(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool is_private_key(struct verb_context *c, const char *path, const char *name)
{
    vec_each (key, &c->facts->host_keys)
        if (strcmp(key->path, path) == 0)
            return true;
    return starts(name, "ssh_host_") && ends(name, "_key");
}

/* Files of the client, and what strangers may know. */
static bool is_public(const char *name)
{
    return ends(name, ".pub") || strcmp(name, "ssh_config") == 0 || strcmp(name, "moduli") == 0 ||
           strcmp(name, "ssh_known_hosts") == 0;
}

static int put_meta(struct verb_context *c, const char *path, struct wanted_meta want, bool owner,
                    struct err *e)
{
    struct node_state s;
    int code = overlay_state(c->tree, path, false, &s, e);
    if (code != 0 || !s.exists || s.type == NODE_SYMLINK)
        return code;
    s.mode = (s.mode & ~want.clear) | want.set;
    if (owner)
        s.uid = s.gid = 0;
    return overlay_put(c->tree, path, &s, e);
}

/* 0600 root:root; the older way of the RHEL family, a group that may read, is left where it is. */
static int reset_private_key(struct verb_context *c, const char *path, struct err *e)
{
    struct node_state s;
    int code = overlay_state(c->tree, path, false, &s, e);
    if (code != 0 || !s.exists || s.type != NODE_FILE)
        return code;
    bool by_group = false;
    if (host_key_group_mode_accepted(c->facts) && s.mode & 040)
        vec_each (group, &c->facts->groups)
            by_group |=
                !group->shadowed && group->gid == s.gid && strcmp(group->name, "ssh_keys") == 0;
    s.mode = by_group ? 0640 : 0600;
    s.uid = 0;
    if (!by_group)
        s.gid = 0;
    return overlay_put(c->tree, path, &s, e);
}

static int reset_file(struct verb_context *c, const char *path, const char *name, struct err *e)
{
    struct wanted_meta want = {07133, 0600};
    if (strcmp(path, RESET_CONFIG) == 0)
        want = (struct wanted_meta){07777, sshd_config_mode(&c->facts->os)};
    else if (is_private_key(c, path, name))
        return reset_private_key(c, path, e);
    else if (path_is_below(path, RESET_DIRECTORY))
        want.clear = 07777 & ~sshd_config_mode(&c->facts->os);
    else if (is_public(name) || path_is_below(path, SSH_DIRECTORY "/ssh_config.d"))
        want.set = 0644;
    return put_meta(c, path, want, true, e);
}

/* Programs in there keep their x; what others keep there, their owner. */
static int reset_children(struct verb_context *c, const char *directory, bool deep, struct err *e)
{
    struct list_answer names = tree_list(c->tree, directory);
    int code = 0;
    for (size_t i = 0; names.presence == PRESENCE_PRESENT && i < names.count && code == 0; i++) {
        const char *name = names.names[i], *path = path_join(c->arena, directory, name);
        struct stat_answer s = tree_lstat(c->tree, path);
        if (s.presence != PRESENCE_PRESENT || strstr(name, ".diskmend"))
            continue;
        bool own = strcmp(name, "sshd_config.d") == 0 || strcmp(name, "ssh_config.d") == 0;
        if (s.node.type == NODE_FILE && (s.node.mode & 0111) && !is_public(name) &&
            strcmp(path, RESET_CONFIG) != 0 && !is_private_key(c, path, name) &&
            !ends(name, ".conf"))
            code = put_meta(c, path, (struct wanted_meta){022, 0}, s.node.uid == 0, e);
        else if (s.node.type == NODE_FILE)
            code = reset_file(c, path, name, e);
        else if (s.node.type == NODE_DIRECTORY && own && deep) {
            struct wanted_meta want = {07022, strcmp(name, "ssh_config.d") == 0 ? 0755 : 0700};
            if (want.set == 0700 && sshd_config_mode(&c->facts->os) == 0600)
                want.clear = 07077; /* where the file is nobody else's to read, so are its parts */
            code = put_meta(c, path, want, true, e);
            if (code == 0)
                code = reset_children(c, path, false, e);
        } else if (s.node.type == NODE_DIRECTORY)
            code = put_meta(c, path, (struct wanted_meta){02, 0}, false, e);
    }
    return code;
}

int reset_modes(struct sshd_reset *r, struct err *e)
{
    struct verb_context *c = r->c;
    struct stat_answer s = tree_stat(c->tree, SSH_DIRECTORY);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
        return err_set_at(e, ERR_REFUSED, SSH_DIRECTORY, 0, 0, "%s",
                          s.reason ? s.reason : "is no directory");
    int code = put_meta(c, s.real_path, (struct wanted_meta){07777, 0755}, true, e);
    if (code == 0)
        code = reset_children(c, s.real_path, true, e);
    return code;
}
