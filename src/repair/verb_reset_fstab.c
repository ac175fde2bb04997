/* An fstab where there is none: only what the disk itself says for certain is a line in force. */
#include <string.h>

#include "repair/text_edit.h"
#include "repair/verb_reset.h"

static bool is_plain(const char *word)
{
    for (const char *p = word; *p; p++)
        if (*p <= ' ' || *p == '#' || *p == '"' || *p == '\\' || (unsigned char)*p >= 0x7f)
            return false;
    return *word != '\0';
}

static bool is_type(const struct filesystem_fact *fs, const char *type)
{
    return fs->type && strcmp(fs->type, type) == 0;
}

static bool is_esp(const struct filesystem_fact *fs)
{
    return is_type(fs, "vfat") && ((fs->partlabel && strstr(fs->partlabel, "EFI")) ||
                                   (fs->label && strstr(fs->label, "EFI")));
}

static const char *root_options(struct verb_context *c, const struct filesystem_fact *fs)
{
    if (fs->subvolume && is_plain(fs->subvolume))
        return arena_printf(c->arena, "subvol=%s", fs->subvolume);
    return strncmp(fs->type, "ext", 3) == 0 ? "errors=remount-ro" : "defaults";
}

static void put_line(struct verb_context *c, struct strbuf *out, const struct filesystem_fact *fs)
{
    struct stat_answer esp = tree_stat(c->tree, "/boot/efi");
    bool is_root = fs->mounted_on && strcmp(fs->mounted_on, "/") == 0;
    if (!fs->uuid || !is_plain(fs->uuid) || !fs->type || !is_plain(fs->type))
        return;
    if (is_root)
        strbuf_printf(out, "UUID=%s / %s %s 0 %d\n", fs->uuid, fs->type, root_options(c, fs),
                      strncmp(fs->type, "ext", 3) == 0);
    else if (fs->subvolume)
        return;
    else if (is_type(fs, "swap"))
        strbuf_printf(out, "UUID=%s none swap sw,nofail 0 0\n", fs->uuid);
    else if (is_esp(fs) && esp.presence == PRESENCE_PRESENT && esp.node.type == NODE_DIRECTORY)
        strbuf_printf(out, "UUID=%s /boot/efi vfat umask=0077,nofail 0 1\n", fs->uuid);
    else
        strbuf_printf(out, "# UUID=%s (%s%s%s) belongs to a directory that nobody remembers\n",
                      fs->uuid, fs->type, fs->label && is_plain(fs->label) ? ", " : "",
                      fs->label && is_plain(fs->label) ? fs->label : "");
}

int reset_fstab(struct verb_context *c, const char *path, struct err *e)
{
    struct strbuf out;
    bool root = false;
    strbuf_init(&out, c->arena);
    strbuf_printf(&out, "# diskmend %s: from the filesystems on the disk\n", c->rule);
    vec_each (fs, &c->facts->filesystems)
        root |= fs->mounted_on && strcmp(fs->mounted_on, "/") == 0 && fs->uuid &&
                is_plain(fs->uuid) && fs->type && is_plain(fs->type);
    if (!root || c->facts->disks_of_host)
        return err_set_at(e, ERR_NOT_FOUND, path, 0, 0,
                          "which filesystem is / cannot be told from here");
    vec_each (fs, &c->facts->filesystems)
        if (fs->mounted_on && strcmp(fs->mounted_on, "/") == 0)
            put_line(c, &out, fs);
    vec_each (fs, &c->facts->filesystems)
        if (!fs->mounted_on || strcmp(fs->mounted_on, "/") != 0)
            put_line(c, &out, fs);
    return text_put(c, path, strbuf_bytes(&out), 0644, 0, 0, e);
}
