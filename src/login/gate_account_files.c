/* Gate account, what concerns everybody: passwd and its kin as files, nsswitch.conf, locks that
 * keep tools from writing. Judged once for the guest. */
#include "login/visit.h"

#include <string.h>

#include "facts/collect.h"

static bool anybody_resolves(const struct facts *f)
{
    for (size_t i = 0; i < f->accounts.count; i++)
        if (f->accounts.items[i].nss_visible)
            return true;
    return false;
}

static bool root_resolves(const struct facts *f)
{
    for (size_t i = 0; i < f->accounts.count; i++)
        if (f->accounts.items[i].nss_visible && f->accounts.items[i].uid == 0)
            return true;
    return false;
}

/* A line of the database that leaves out the local files, or that waits for a module that is not
 * there. A missing module after files costs nothing. */
static void judge_nsswitch(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; i < f->nsswitch.count; i++) {
        const struct nsswitch_fact *n = &f->nsswitch.items[i];
        bool decides = n->db && (strcmp(n->db, "passwd") == 0 || strcmp(n->db, "shadow") == 0);
        if (!decides || n->is_default || n->has_files)
            continue;
        /* shadow is asked by PAM only. */
        if (strcmp(n->db, "shadow") == 0 && !uses_pam(f))
            continue;
        struct reason *r = reason_for_all(out, "nsswitch-broken", GATE_SHUT, n->at);
        r->keyword = n->db;
        r->value = text_list_join(f->arena, &n->sources, " ");
        r->wanted = "files";
        if (n->missing_modules.count > 0)
            r->detail = arena_printf(f->arena, "not installed: %s",
                                     text_list_join(f->arena, &n->missing_modules, ", "));
    }
}

static void judge_passwd(const struct facts *f, struct reason_list *out)
{
    const struct gap_fact *gap = find_gap(f, "passwd");
    if (gap) {
        struct reason *r = reason_for_all(out, "passwd-file-damaged", GATE_UNKNOWN, gap->at);
        r->value = "unreadable";
        r->keyword = "/etc/passwd";
        r->detail = gap->reason;
        return;
    }
    if (reason_list_has(out, "nsswitch-broken"))
        return;
    const struct file_fact *file = facts_file(f, "/etc/passwd");
    if (!anybody_resolves(f)) {
        struct reason *r =
            reason_for_all(out, "passwd-file-damaged", GATE_SHUT, place_of_file("/etc/passwd"));
        r->keyword = "/etc/passwd";
        r->value = file && !file->exists ? "missing" : f->accounts.count == 0 ? "empty" : "damaged";
    } else if (!root_resolves(f)) {
        struct reason *r =
            reason_for_all(out, "passwd-file-damaged", GATE_OPEN, place_of_file("/etc/passwd"));
        r->keyword = "/etc/passwd";
        r->value = "root-missing";
        r->wanted = "root";
    }
}

/* Modes that keep others from reading names, or let them write. sshd itself reads as root. */
static void note_modes(const struct facts *f, struct reason_list *out)
{
    static const struct {
        const char *path;
        bool is_public;
    } id_files[] = {
        {"/etc/passwd", true},
        {"/etc/group", true},
        {"/etc/shadow", false},
        {"/etc/gshadow", false},
    };
    for (size_t i = 0; i < sizeof id_files / sizeof *id_files; i++) {
        const struct file_fact *file = facts_file(f, id_files[i].path);
        if (!file || !file->exists || !file->type || strcmp(file->type, "file") != 0)
            continue;
        const char *why = NULL;
        if (file->uid != 0)
            why = "not root's";
        else if (file->mode & (id_files[i].is_public ? 0022 : 0027))
            why = "open to others";
        else if (id_files[i].is_public && (file->mode & 0044) != 0044)
            why = "names cannot be read by everybody";
        if (!why)
            continue;
        struct reason *r =
            reason_for_all(out, "id-files-mode-owner", GATE_OPEN, place_of_file(file->path));
        r->keyword = file->path;
        r->value =
            arena_printf(f->arena, "mode %04o, owner %lld", file->mode, (long long)file->uid);
        r->detail = why;
        r->wanted = id_files[i].is_public ? "0644" : NULL;
    }
}

static void note_edit_locks(const struct facts *f, struct reason_list *out)
{
    static const char *const locks[] = {"/etc/passwd.lock", "/etc/shadow.lock", "/etc/group.lock",
                                        "/etc/gshadow.lock", "/etc/ptmp"};
    for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
        const struct file_fact *file = facts_file(f, locks[i]);
        if (!file || !file->exists)
            continue;
        struct reason *r = reason_for_all(out, "edit-blocked", GATE_OPEN, place_of_file(locks[i]));
        r->keyword = locks[i];
    }
}

void gate_account_files(const struct facts *f, struct reason_list *out)
{
    judge_nsswitch(f, out);
    judge_passwd(f, out);
    note_modes(f, out);
    note_edit_locks(f, out);
}
