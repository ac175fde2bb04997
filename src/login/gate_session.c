/* Gate session, as far as sshd itself refuses before any key is weighed: the login shell. The rest
 * of a session (chroot, start files, forced commands) is not judged here. sshd: auth.c
 * allowed_user. */
#include "login/visit.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"

static bool has_chroot(const struct visit *v)
{
    const char *directory = effective_value(v->settings, "ChrootDirectory");
    return *directory && strcasecmp(directory, "none") != 0;
}

static bool is_refusing_shell(const char *shell)
{
    const char *name = path_name(shell);
    return strcmp(name, "nologin") == 0 || strcmp(name, "false") == 0;
}

static bool has_key(const struct visit *v)
{
    size_t count;
    const struct key_file_fact **files = key_index_files(v->index, v->account->name, &count);
    for (size_t i = 0; i < count; i++)
        if (files[i]->lines > 0)
            return true;
    return false;
}

void gate_session(const struct visit *v)
{
    const struct account_fact *a = v->account;
    if (!a || !a->shell_state || !a->shell)
        return;
    const char *shell = *a->shell ? a->shell : "/bin/sh";
    /* A line end of DOS in the shell field is the account gate's: passwd itself is damaged. */
    bool damaged = strchr(shell, '\r') != NULL;
    bool bad = strcmp(a->shell_state, "missing") == 0 ||
               strcmp(a->shell_state, "not-executable") == 0 ||
               strcmp(a->shell_state, "not-regular") == 0;
    bool unreadable = strcmp(a->shell_state, "unreadable") == 0;
    if ((bad || unreadable) && !damaged && !has_chroot(v)) {
        struct reason *r = reason_add(v->reasons, "shell-missing-or-not-executable",
                                      unreadable ? GATE_UNKNOWN : GATE_SHUT, a->at);
        r->value = shell;
        r->detail = a->shell_state;
    } else if (is_refusing_shell(shell) && (v->is_named || (a->is_admin && has_key(v)))) {
        struct reason *r = reason_add(v->reasons, "shell-nologin", GATE_SHUT, a->at);
        r->value = shell;
    }
}
