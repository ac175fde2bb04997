/* Gate session, what concerns everybody: the sftp subsystem, and directories for temporary files.
 * Neither shuts a login. sshd: session.c session_subsystem_req. */
#include "login/visit.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"

static const struct sshd_directive *sftp_line(const struct sshd_config *config)
{
    vec_each (d, &config->directives)
        if (d->is_valid && d->match == 0 && strcasecmp(d->keyword, "Subsystem") == 0 &&
            d->arguments.count > 1 && strcmp(d->arguments.items[0], "sftp") == 0)
            return d;
    return NULL;
}

static void note_sftp(const struct facts *f, struct reason_list *out)
{
    const struct sshd_config *config = f->sshd;
    /* A file of nothing, or of nothing that holds, is a finding of its own. */
    if (config->directives.count == 0 || config->unreadable)
        return;
    const struct sshd_directive *d = sftp_line(config);
    const struct session_fact *program = NULL;
    vec_each (s, &f->session)
        if (d && strcmp(s->item, "program") == 0 && strcmp(s->name, d->arguments.items[1]) == 0)
            program = s;
    if (d && (!program || !program->defect))
        return;
    struct reason *r = reason_for_all(out, "sftp-subsystem-path", GATE_OPEN,
                                      d ? d->at : place_of_file(config->path));
    r->keyword = "Subsystem sftp";
    r->value = program ? program->path : NULL;
    r->wanted = "internal-sftp";
    r->detail = !program                                  ? "no line of that name"
                : strcmp(program->defect, "missing") == 0 ? "there is no such program"
                                                          : "it is not executable";
}

/* systemd-tmpfiles sets both right at each boot (tmpfiles.d/tmp.conf). */
static void note_temporary(const struct facts *f, struct reason_list *out)
{
    static const char *const paths[] = {"/tmp", "/var/tmp"};
    if (f->os.service_manager == SERVICES_SYSTEMD)
        return;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct file_fact *d = facts_file(f, paths[i]);
        if (!d || !d->exists || strcmp(d->type, "directory") != 0 || (d->mode & 01777) == 01777)
            continue;
        struct reason *r = reason_for_all(out, "root-or-tmp-dir-mode", GATE_OPEN, d->at);
        r->keyword = d->path;
        r->value = arena_printf(f->arena, "%04o", d->mode & 07777);
        r->wanted = "1777";
        r->detail = "programs that keep temporary files there fail";
    }
}

/* The login itself goes on, and a shell at a prompt mostly sets PATH anew (/etc/profile). */
static void note_path(const struct facts *f, struct reason_list *out)
{
    vec_each (s, &f->session) {
        if (strcmp(s->item, "path") != 0)
            continue;
        struct reason *r = reason_for_all(out, "session-path-broken", GATE_OPEN, s->at);
        r->keyword = s->path;
        r->value = *s->value ? s->value : "nothing";
        return;
    }
}

void gate_session_guest(const struct facts *f, struct reason_list *out)
{
    note_path(f, out);
    note_sftp(f, out);
    note_temporary(f, out);
}
