#include "repair/trust.h"

#include <string.h>

#include "base/path.h"
#include "repair/journal.h"

/* Binaries of the login path that distributions ship set-id: what a repair may restore, and so what
 * an undo may take back to. */
static const char *const set_id_binaries[] = {
    "/bin/su",
    "/bin/mount",
    "/bin/umount",
    "/usr/bin/chage",
    "/usr/bin/chfn",
    "/usr/bin/chsh",
    "/usr/bin/expiry",
    "/usr/bin/gpasswd",
    "/usr/bin/mount",
    "/usr/bin/newgrp",
    "/usr/bin/passwd",
    "/usr/bin/su",
    "/usr/bin/sudo",
    "/usr/bin/umount",
    "/usr/bin/doas",
    "/usr/lib/openssh/ssh-keysign",
    "/usr/libexec/openssh/ssh-keysign",
    "/sbin/unix_chkpwd",
    "/usr/sbin/unix_chkpwd",
    "/usr/sbin/pam_timestamp_check",
};

static bool is_set_id_binary(const char *path)
{
    for (size_t i = 0; i < sizeof set_id_binaries / sizeof *set_id_binaries; i++)
        if (strcmp(set_id_binaries[i], path) == 0)
            return true;
    return false;
}

/* Trees that no repair edits. */
static const char *const foreign[] = {JOURNAL_DIRECTORY, "/proc", "/sys", "/dev"};

static int check_path(const char *path, struct err *e)
{
    for (size_t i = 0; path && i < sizeof foreign / sizeof *foreign; i++)
        if (path_is_below(path, foreign[i]))
            return err_set_at(e, ERR_REFUSED, path, 0, 0, "no run of ours changes anything there");
    return 0;
}

static bool has_powers(const struct node_state *s)
{
    return s->exists && s->type != NODE_DIRECTORY &&
           ((s->mode & 06000 && s->type != NODE_SYMLINK) ||
            node_state_xattr(s, "security.capability"));
}

/* New content under a set-id bit would be a new program with its powers; so would be the powers on
 * a program that comes from elsewhere. */
static int check_powers(const struct overlay_edit *edit, enum trust_direction direction,
                        struct err *e)
{
    bool back = direction == TRUST_BACK;
    const struct node_state *to = back ? &edit->before : &edit->after;
    const struct node_state *from = back ? &edit->after : &edit->before;
    if (!has_powers(to))
        return 0;
    if (is_set_id_binary(edit->path) && from->exists && from->type == to->type &&
        !to->has_content && !to->hash && !edit->moved_to && !edit->moved_from)
        return 0;
    return err_set_at(e, ERR_REFUSED, edit->path, 0, 0,
                      "the journal would %s a program with set-id bits or capabilities, which no "
                      "run of ours does: it is damaged or forged",
                      back ? "bring back" : "make");
}

int trust_edits(const struct edit_list *edits, enum trust_direction direction, struct err *e)
{
    vec_each (edit, &edits->edits) {
        int code = check_path(edit->path, e);
        if (code == 0)
            code = check_path(edit->moved_to, e);
        if (code == 0)
            code = check_powers(edit, direction, e);
        if (code != 0)
            return code;
    }
    return 0;
}
