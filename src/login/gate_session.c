/* Gate session: what becomes of an accepted login. First the shell, which sshd itself asks for
 * before any key is weighed (auth.c allowed_user), then session.c: do_setusercontext
 * (ChrootDirectory), do_exec (forced commands), do_child (execve of the shell). */
#include "login/session.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"

bool session_is(const struct session_fact *s, const char *item, const char *user, const char *name)
{
    return strcmp(s->item, item) == 0 && (!user || (s->user && strcmp(s->user, user) == 0)) &&
           (!name || (s->name && strcmp(s->name, name) == 0));
}

const struct session_fact *session_find(const struct visit *v, const char *item, const char *user,
                                        const char *name)
{
    vec_each (s, &v->facts->session)
        if (session_is(s, item, user, name))
            return s;
    return NULL;
}

/* NULL: none is set, or "none". */
static const char *setting_of(const struct visit *v, const char *keyword)
{
    const char *value = effective_value(v->settings, keyword);
    return *value && strcasecmp(value, "none") != 0 ? value : NULL;
}

/* session.c IS_INTERNAL_SFTP. */
static bool is_internal_sftp(const char *command)
{
    size_t n = strlen("internal-sftp");
    return command && strncmp(command, "internal-sftp", n) == 0 &&
           (command[n] == '\0' || command[n] == ' ' || command[n] == '\t');
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

static void lock_shell(const struct visit *v, enum gate_state state, struct place at,
                       const char *detail)
{
    const char *shell = *v->account->shell ? v->account->shell : "/bin/sh";
    struct reason *r = reason_add(v->reasons, "shell-missing-or-not-executable", state, at);
    r->value = shell;
    r->detail = detail;
}

/* auth.c allowed_user. True: that is what shuts. */
static bool judge_field(const struct visit *v)
{
    const struct account_fact *a = v->account;
    static const struct {
        const char *state, *detail;
    } rows[] = {
        {"missing", "it is missing, and sshd refuses the account before it looks at a key"},
        {"not-executable", "it is not executable, and sshd refuses the account before it looks at "
                           "a key"},
        {"not-regular", "it is not a regular file, and sshd refuses the account before it looks at "
                        "a key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(a->shell_state, rows[i].state) == 0) {
            lock_shell(v, GATE_SHUT, a->at, rows[i].detail);
            return true;
        }
    if (strcmp(a->shell_state, "unreadable") == 0) {
        lock_shell(v, GATE_UNKNOWN, a->at, "it cannot be read from here");
        return true;
    }
    return false;
}

/* What sshd's own program misses is said there. */
static bool is_missing_for_sshd(const struct visit *v, const struct session_fact *shell)
{
    for (size_t i = 0; i < shell->missing.count; i++)
        if (!text_list_has(&v->facts->os.libraries_missing, shell->missing.items[i]))
            return false;
    return shell->missing.count > 0;
}

static const char *say_defect(struct arena *a, const struct session_fact *s)
{
    const char *names = text_list_join(a, &s->missing, ", ");
    if (strcmp(s->defect, "library-missing") == 0)
        return arena_printf(a, "%s missing", names);
    if (strcmp(s->defect, "no-interpreter") == 0)
        return arena_printf(a, "the program it is run by, %s, is missing", names);
    if (strcmp(s->defect, "empty") == 0)
        return "the file is empty";
    if (strcmp(s->defect, "garbage") == 0)
        return "the file holds nothing but NUL bytes";
    if (strcmp(s->defect, "not-executable") == 0)
        return "it is not executable";
    return "it is missing";
}

/* The person has no right to a directory on the way, the program, or a library of it. */
static void judge_way(const struct visit *v, const struct session_fact *s)
{
    struct arena *a = v->facts->arena;
    if (strcmp(s->defect, "relative") == 0) {
        lock_shell(v, GATE_SHUT, s->at,
                   arena_printf(a, "the name is relative, and there is no %s", s->path));
        return;
    }
    if (strcmp(s->defect, "no-search") != 0 ||
        (v->account->home && path_is_below(s->path, v->account->home))) {
        lock_shell(v, GATE_SHUT, s->at,
                   arena_printf(a, "%s may not %s %s (mode %s)", v->account->name,
                                strcmp(s->defect, "no-execute") == 0 ? "run" : "read", s->path,
                                s->mode));
        return;
    }
    struct reason *r = reason_add(v->reasons, "root-or-tmp-dir-mode", GATE_SHUT, s->at);
    r->keyword = s->path;
    r->value = s->mode;
    r->wanted = "0755";
    r->detail = arena_printf(a, "%s cannot reach the shell %s", v->account->name,
                             *s->name ? s->name : "/bin/sh");
}

/* session.c do_child: execve as the person. */
static void judge_start(const struct visit *v)
{
    const struct account_fact *a = v->account;
    const struct session_fact *shell = session_find(v, "shell", NULL, a->shell);
    if (shell && shell->defect) {
        if (!is_missing_for_sshd(v, shell))
            lock_shell(v, GATE_SHUT, shell->at, say_defect(v->facts->arena, shell));
        return;
    }
    const struct session_fact *way = session_find(v, "shell-path", a->name, a->shell);
    if (way)
        judge_way(v, way);
}

static void judge_chroot_shell(const struct visit *v, const char *value)
{
    const struct session_fact *s = session_find(v, "chroot-shell", v->account->name, value);
    if (s && s->defect)
        lock_shell(v, GATE_SHUT, s->at,
                   arena_printf(v->facts->arena, "inside ChrootDirectory %s %s", value,
                                say_defect(v->facts->arena, s)));
}

/* session.c safely_chroot. True: it lets the session on. */
static bool judge_chroot(const struct visit *v, const char *value)
{
    static const struct {
        const char *defect, *detail;
    } rows[] = {
        {"relative", "the path does not begin with /"},
        {"token", "a token in it that sshd does not know ends the session"},
        {"missing", "it is not there"},
        {"owner", "it does not belong to root"},
        {"writable", "group or others may write in it"},
        {"not-directory", "it is no directory"},
    };
    const struct session_fact *s = session_find(v, "chroot", v->account->name, value);
    if (s && !s->defect)
        return true;
    const struct sshd_directive *d = effective_winner(v->settings, "ChrootDirectory");
    bool unknown = !s || strcmp(s->defect, "unreadable") == 0;
    struct reason *r =
        reason_add(v->reasons, "chroot-dir-unsafe", unknown ? GATE_UNKNOWN : GATE_SHUT,
                   s && s->at.file && s->mode ? s->at : effective_place(v->settings, d));
    r->keyword = "ChrootDirectory";
    r->value = s && s->path ? s->path : value;
    r->wanted = s ? s->mode : NULL;
    r->detail = unknown ? "it cannot be looked at" : NULL;
    for (size_t i = 0; !unknown && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].defect, s->defect) == 0)
            r->detail = rows[i].detail;
    return false;
}

static const char *refusing_program(const char *command)
{
    static const char *const programs[] = {"/bin/false",        "/usr/bin/false", "/sbin/nologin",
                                           "/usr/sbin/nologin", "false",          "exit"};
    size_t word = strcspn(command, " \t;");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (strlen(programs[i]) == word && strncmp(programs[i], command, word) == 0)
            return programs[i];
    return NULL;
}

/* session.c do_exec: the administrator's command takes the place of shell and command alike. */
static void judge_forced(const struct visit *v, const char *command)
{
    const struct sshd_directive *d = effective_winner(v->settings, "ForceCommand");
    const struct session_fact *program = session_find(v, "program", NULL, command);
    bool sftp = is_internal_sftp(command);
    bool refuses = refusing_program(command) != NULL;
    bool gone = program && program->defect;
    /* One lock, one reason: gate auth says so of a block that refuses. */
    if (refuses && d && effective_in_match(v->settings, d))
        return;
    struct reason *r = reason_add(v->reasons, "forcecommand-or-sftp-only",
                                  sftp || refuses || gone ? GATE_SHUT : GATE_OPEN,
                                  effective_place(v->settings, d));
    r->keyword = "ForceCommand";
    r->value = command;
    r->detail = sftp      ? "file transfers only: there is no shell"
                : gone    ? arena_printf(v->facts->arena, "%s is %s", program->path,
                                      strcmp(program->defect, "missing") == 0 ? "missing"
                                                                                 : "not executable")
                : refuses ? "it ends the session at once"
                          : "it runs instead of the shell";
    const char *match = effective_match_text(v->settings, d);
    if (match)
        r->wanted = match;
}

/* A startup file that ends the shell. With a forced command the shell is started for one command.
 */
static void judge_startup(const struct visit *v, bool forced)
{
    vec_each (s, &v->facts->session) {
        if (!session_is(s, "startup", v->account->name, NULL))
            continue;
        bool one_command = strcmp(s->defect, "command") == 0;
        if (forced && !one_command)
            continue;
        bool said = false;
        vec_each (known, &v->reasons->items)
            said |= strcmp(known->id, "startup-file-exits") == 0 && known->state == GATE_SHUT;
        if (said)
            return;
        struct reason *r = reason_add(v->reasons, "startup-file-exits",
                                      one_command && !forced ? GATE_OPEN : GATE_SHUT, s->at);
        r->keyword = s->path;
        r->value = s->value && strcmp(s->name, "exec") == 0
                       ? arena_printf(v->facts->arena, "%s %s", s->name, s->value)
                       : s->name;
        r->detail = forced        ? "before the forced command runs"
                    : one_command ? "where ssh is given a command; a login at a terminal goes on"
                                  : "as soon as somebody logs in";
    }
}

/* session.c do_nologin: sshd itself looks where PAM does not; systemd-user-sessions of some
 * releases takes the file away at each boot. */
static void judge_nologin(const struct visit *v)
{
    const struct facts *f = v->facts;
    const struct file_fact *file = facts_file(f, "/etc/nologin");
    const struct unit_fact *u = facts_unit(f, "systemd-user-sessions.service");
    bool cleared = f->os.service_manager == SERVICES_SYSTEMD && u && u->at_boot &&
                   f->pam_service.clears_nologin;
    if (uses_pam(f) || v->account->uid == 0 || !file || !file->exists || cleared)
        return;
    reason_add(v->reasons, "nologin-file", GATE_SHUT, file->at)->value = file->path;
}

static void note_terminal(const struct visit *v)
{
    if (effective_yes(v->settings, "PermitTTY"))
        return;
    const struct sshd_directive *d = effective_winner(v->settings, "PermitTTY");
    struct reason *r =
        reason_add(v->reasons, "pty-unavailable", GATE_OPEN, effective_place(v->settings, d));
    r->keyword = "PermitTTY";
    r->value = "no";
    r->wanted = "yes";
}

void gate_session(const struct visit *v)
{
    const struct account_fact *a = v->account;
    if (!a || !a->shell_state || !a->shell)
        return;
    judge_nologin(v);
    const char *command = setting_of(v, "ForceCommand");
    const char *chroot = setting_of(v, "ChrootDirectory");
    bool sftp = is_internal_sftp(command);
    /* A line end of DOS in the shell field is the account gate's: passwd itself is damaged. */
    bool damaged = strpbrk(a->shell, "\r:") != NULL;
    if (damaged || (!chroot && judge_field(v)))
        return;
    if (command)
        judge_forced(v, command);
    if (chroot && !judge_chroot(v, chroot))
        return;
    if (sftp)
        return;
    if (is_refusing_shell(a->shell) && (v->is_named || (a->is_admin && has_key(v))))
        reason_add(v->reasons, "shell-nologin", GATE_SHUT, a->at)->value = a->shell;
    else if (chroot)
        judge_chroot_shell(v, chroot);
    else {
        judge_start(v);
        judge_startup(v, command != NULL);
    }
    if (!command)
        note_terminal(v);
}
