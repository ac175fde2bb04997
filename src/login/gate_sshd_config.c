/* Gate sshd, what the configuration does to the start: each diagnosis that ends sshd, as the reason
 * that names its kind. Judged once for the guest. */
#include "login/visit.h"

#include <string.h>

#include "base/limits.h"

struct code_row {
    const char *code;
    const char *reason;
};

/* Diagnosis codes of facts/sshd.h that end sshd. What is not listed is a bad value. */
static const struct code_row fatal_codes[] = {
    {"unknown-keyword", "sshd-config-bad-keyword"},
    {"byte-order-mark", "sshd-config-bad-keyword"},
    {"not-in-match", "sshd-config-global-in-match"},
    {"bad-algorithm", "sshd-config-algorithm-unknown"},
    {"keys-command-no-user", "sshd-authkeyscommand-no-user"},
    {"principals-command-no-user", "sshd-authkeyscommand-no-user"},
    {"auth-methods-unsatisfiable", "sshd-authmethods-unsatisfiable"},
    {"bad-command-line", "sshd-start-options-bad"},
    {"config-missing", "sshd-config-missing"},
    {"config-unreadable", "sshd-config-unreadable"},
    {"config-not-regular", "sshd-config-unreadable"},
    {"include-dangling", "sshd-config-unreadable"},
    {"include-unreadable", "sshd-config-unreadable"},
    {"include-not-regular", "sshd-config-unreadable"},
};

/* Codes that end nothing and are worth a word all the same. */
static const struct code_row noted_codes[] = {
    {"config-empty", "sshd-config-empty"},
    {"byte-order-mark", "sshd-config-control-bytes"},
    {"nul-byte", "sshd-config-control-bytes"},
    {"control-byte", "sshd-config-control-bytes"},
};

static const char *find_code(const struct code_row *rows, size_t count, const char *code,
                             const char *otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].code, code) == 0)
            return rows[i].reason;
    return otherwise;
}

/* "sshd refuses to start: …": what sshd says, with the value where it does not quote it itself. */
static const char *says_of(struct arena *a, const struct diag_fact *d)
{
    if (!d->value || !*d->value || !d->says || strstr(d->says, d->value))
        return d->says;
    return arena_printf(a, "%s (at \"%s\")", d->says, d->value);
}

static void fill(struct reason *r, const struct diag_fact *d)
{
    r->value = d->value;
    r->keyword = d->keyword;
    r->detail = d->says;
}

static void note(const struct diag_fact *d, struct reason_list *out)
{
    const char *id =
        find_code(noted_codes, sizeof noted_codes / sizeof *noted_codes, d->code, NULL);
    if (id && !reason_list_has(out, id))
        fill(reason_for_all(out, id, GATE_OPEN, d->at), d);
}

/* "terminating, N bad configuration options" only sums up what stands before it. */
static bool is_summary(const struct diag_fact *d)
{
    return strcmp(d->code, "bad-options") == 0;
}

/* A fault on sshd's command line stands in the unit or in its environment file; so does -f with a
 * file that is not there. */
static bool is_command_line(const struct sshd_config *config, const struct diag_fact *d)
{
    static const char *const directories[] = {"/etc/default/",     "/etc/sysconfig/",
                                              "/etc/conf.d/",      "/etc/systemd/",
                                              "/usr/lib/systemd/", "/lib/systemd/"};
    for (size_t i = 0; d->at.file && i < sizeof directories / sizeof *directories; i++)
        if (strncmp(d->at.file, directories[i], strlen(directories[i])) == 0)
            return true;
    return strcmp(d->code, "config-missing") == 0 &&
           strcmp(config->path, "/etc/ssh/sshd_config") != 0 &&
           strcmp(config->path, "/usr/etc/ssh/sshd_config") != 0;
}

static bool ends_sshd(const struct diag_fact *d)
{
    return d->reached && (d->diag_level == DIAG_COUNTED || d->diag_level == DIAG_FATAL);
}

void gate_sshd_config(const struct facts *f, struct reason_list *out)
{
    const struct sshd_config *config = f->sshd;
    bool shut = false;
    for (size_t i = 0; i < config->diagnoses.count; i++) {
        const struct diag_fact *d = &config->diagnoses.items[i];
        if (!ends_sshd(d)) {
            note(d, out);
            continue;
        }
        if ((is_summary(d) && shut) || out->items.count >= LIMIT_FINDINGS_PER_RULE)
            continue; /* so many are as good as all: facts have every one */
        const char *id = find_code(fatal_codes, sizeof fatal_codes / sizeof *fatal_codes, d->code,
                                   "sshd-config-bad-value");
        if (is_command_line(config, d))
            id = "sshd-start-options-bad";
        struct reason *r = reason_for_all(out, id, GATE_SHUT, d->at);
        fill(r, d);
        if (strcmp(id, "sshd-config-bad-value") == 0)
            r->detail = says_of(f->arena, d);
        shut = true;
    }
    if (config->unreadable && !shut) {
        /* Links in a circle stop sshd as they stop us. */
        bool loop = config->unreadable_reason && strstr(config->unreadable_reason, "symbolic link");
        struct reason *r =
            reason_for_all(out, "sshd-config-unreadable", loop ? GATE_SHUT : GATE_UNKNOWN,
                           config->unreadable_at.file ? config->unreadable_at
                                                      : place_of_file(config->path));
        r->detail = config->unreadable_reason;
    }
}
