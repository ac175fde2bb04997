/* pam_limits: the limits that leave no session: maxlogins and nproc of 0. Source: Linux-PAM
 * modules/pam_limits/pam_limits.c parse_config_file, process_limit, setup_limits. */
#include "login/pam_verdict.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"

/* How closely a line is meant for the user: a closer one wins, else the later one. */
enum source { SOURCE_USER = 1, SOURCE_GROUP, SOURCE_ALL_OF_GROUP, SOURCE_ALL, SOURCE_DEFAULT };

struct setting {
    int source; /* 0: not set */
    long long value;
    struct place at;
    const char *text;
};

struct limits {
    struct setting logins, soft_processes, hard_processes, soft_files, hard_files;
    bool ended;   /* "NAME -": this user has no limits */
    bool unknown; /* a range of numbers: not modelled */
};

static int source_of(const struct visit *v, const char *domain)
{
    if (strcmp(domain, v->account->name) == 0)
        return SOURCE_USER;
    if (domain[0] == '@')
        return pam_in_group(v, domain + 1) ? SOURCE_GROUP : 0;
    if (domain[0] == '%')
        return !domain[1] ? SOURCE_ALL : pam_in_group(v, domain + 1) ? SOURCE_ALL_OF_GROUP : 0;
    return strcmp(domain, "*") == 0 ? SOURCE_DEFAULT : 0;
}

static void set(struct setting *s, const struct setting *to)
{
    if (s->source == 0 || to->source <= s->source)
        *s = *to;
}

static void read_line(const struct visit *v, struct limits *l, struct bytes line, struct place at)
{
    const char *hash = line.len ? memchr(line.ptr, '#', line.len) : NULL;
    if (hash)
        line = bytes_cut(line, 0, (size_t)(hash - line.ptr));
    struct text_list w = text_words(v->facts->arena, line, " \t");
    if (w.count < 2)
        return;
    if (strchr(w.items[0], ':')) {
        l->unknown = true;
        return;
    }
    int source = source_of(v, w.items[0]);
    if (source == 0)
        return;
    if (w.count == 2) {
        if (strcmp(w.items[1], "-") == 0 && source <= SOURCE_GROUP)
            l->ended = true;
        return;
    }
    if (w.count != 4)
        return;
    char *end;
    struct setting to = {.source = source, .value = strtoll(w.items[3], &end, 10), .at = at};
    to.text = arena_text(v->facts->arena, text_trim(line));
    bool maxlogins = strcasecmp(w.items[2], "maxlogins") == 0;
    if ((source == SOURCE_ALL || source == SOURCE_ALL_OF_GROUP) && !maxlogins)
        return;
    bool endless = strcmp(w.items[3], "-") == 0 || strcasecmp(w.items[3], "unlimited") == 0 ||
                   strcasecmp(w.items[3], "infinity") == 0 || to.value < 0;
    if (end == w.items[3] && !endless)
        return;
    if (endless)
        to.value = LLONG_MAX;
    const char *type = w.items[1];
    bool both = strcmp(type, "-") == 0;
    if (maxlogins || strcasecmp(w.items[2], "maxsyslogins") == 0) {
        set(&l->logins, &to);
    } else if (strcasecmp(w.items[2], "nproc") == 0) {
        if (both || strcasecmp(type, "soft") == 0)
            set(&l->soft_processes, &to);
        if (both || strcasecmp(type, "hard") == 0)
            set(&l->hard_processes, &to);
    } else if (strcasecmp(w.items[2], "nofile") == 0) {
        if (both || strcasecmp(type, "soft") == 0)
            set(&l->soft_files, &to);
        if (both || strcasecmp(type, "hard") == 0)
            set(&l->hard_files, &to);
    }
}

static struct pam_verdict too_tight(const struct setting *s, int code, const char *detail)
{
    struct pam_verdict no = pam_fails(code, "pam-limits-too-tight", s->at);
    no.value = s->text;
    no.detail = detail;
    return no;
}

/* Linux-PAM 1.5.3 was the first to do without limits.conf; which release has which is known for
 * these. */
static bool needs_file(const struct os_facts *os)
{
    long release = os->version ? strtol(os->version, NULL, 10) : 0;
    if (!os->id || release == 0)
        return false;
    if (strcmp(os->id, "debian") == 0)
        return release < 13;
    if (strcmp(os->id, "ubuntu") == 0)
        return release < 24;
    return os->family_code == FAMILY_RHEL && release < 10 && strcmp(os->id, "fedora") != 0;
}

/* All that limits.conf and its drop-ins say about the user. False: VERDICT is the answer. */
static bool read_limits(const struct visit *v, const struct pam_fact *e, struct limits *l,
                        struct pam_verdict *verdict)
{
    const char *given = pam_argument(e, "conf=");
    for (size_t i = 0; i < v->facts->pam_files.count && !l->ended; i++) {
        const struct pam_file_fact *file = &v->facts->pam_files.items[i];
        bool ours = given ? strcmp(file->path, given) == 0
                          : strcmp(file->path, "/etc/security/limits.conf") == 0 ||
                                path_is_below(file->path, "/etc/security/limits.d");
        if (!ours)
            continue;
        if (pam_file_is(file, "unreadable")) {
            *verdict = (struct pam_verdict){0};
            return false;
        }
        if (pam_file_is(file, "missing") && (given || needs_file(&v->facts->os))) {
            *verdict = pam_fails(PAM_CODE_SERVICE_ERR, "pam-limits-file-missing", file->at);
            verdict->value = file->path;
            return false;
        }
        for (size_t k = 0; k < file->lines.count && !l->ended; k++)
            read_line(v, l, file->lines.items[k], (struct place){file->path, (int)k + 1, 0});
    }
    /* Ranges of numbers ("1000:") are not modelled. */
    *verdict = (struct pam_verdict){.known = !l->unknown};
    return !l->unknown;
}

/* fs.nr_open: what sysctl sets, else systemd's raise of it, else the kernel's own. RHEL 8 has a
 * systemd before the raise; of others than RHEL it is not known, and the higher one is taken. */
static long long files_at_most(const struct visit *v, bool *set_here)
{
    const struct os_facts *os = &v->facts->os;
    long release = os->version ? strtol(os->version, NULL, 10) : 0;
    bool raised = !(os->family_code == FAMILY_RHEL && os->id && strcmp(os->id, "fedora") != 0 &&
                    strcmp(os->id, "amzn") != 0 && release <= 8);
    *set_here = false;
    vec_each (file, &v->facts->pam_files)
        if (strcmp(file->module, "sysctl") == 0)
            vec_each (line, &file->lines)
                *set_here |= text_find(*line, "nr_open") < line->len;
    return raised ? 1073741816 : 1048576;
}

/* setrlimit(2): not even root gets more than fs.nr_open. Debian's pam_limits goes on without it
 * (tried with 1.4 to 1.7). */
static bool wants_too_many_files(const struct visit *v, const struct limits *l,
                                 struct pam_verdict *verdict)
{
    const struct setting *s = &l->hard_files;
    if (s->source == 0 || s->value == LLONG_MAX || v->facts->os.family_code == FAMILY_DEBIAN)
        return false;
    bool set_here;
    long long most = files_at_most(v, &set_here);
    if (s->value <= most)
        return false;
    *verdict = (struct pam_verdict){0};
    if (set_here)
        return true;
    *verdict = pam_fails(PAM_CODE_PERM_DENIED, "pam-limits-unsettable", s->at);
    verdict->value = s->text;
    verdict->detail = arena_printf(v->facts->arena, "the kernel allows %lld open files", most);
    return true;
}

struct pam_verdict pam_limits_verdict(const struct visit *v, const struct pam_fact *e)
{
    struct limits l = {0};
    struct pam_verdict verdict;
    if (!read_limits(v, e, &l, &verdict))
        return verdict;
    if (!l.ended && wants_too_many_files(v, &l, &verdict))
        return verdict;
    /* Root's logins are not counted. */
    if (l.ended || v->account->uid == 0 || l.logins.source == 0 || l.logins.value != 0)
        return pam_answers(PAM_CODE_SUCCESS);
    return too_tight(&l.logins, PAM_CODE_PERM_DENIED, "no login is allowed at all");
}

bool pam_limits_leave_no_process(const struct visit *v, const struct pam_fact *e,
                                 struct pam_verdict *verdict)
{
    struct limits l = {0};
    if (v->account->uid == 0 || !read_limits(v, e, &l, verdict) || l.ended)
        return false;
    const struct setting *s = l.soft_processes.source ? &l.soft_processes : &l.hard_processes;
    if (l.hard_processes.source && l.hard_processes.value < s->value)
        s = &l.hard_processes;
    /* The user's own sshd process is one already. */
    if (s->source == 0 || s->value > 1)
        return false;
    *verdict = too_tight(s, PAM_CODE_PERM_DENIED, "sshd cannot start a process for the user");
    return true;
}
