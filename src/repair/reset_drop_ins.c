/* The drop-ins of /etc/ssh/sshd_config.d in a reset. */
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "repair/reset.h"
#include "repair/sshd_edit.h"
#include "repair/template.h"

/* What packages and cloud images put there, and the only keywords that they set in it. Fedora and
 * RHEL: openssh-server. Ubuntu: cloud images and cloud-init. SUSE: openssh-server-config-*.
 * systemd 256: tmpfiles.d/20-systemd-ssh-generator.conf. */
static const struct shipped {
    const char *name;
    const char *keywords;
} shipped[] = {
    {"50-redhat.conf",
     "Include SyslogFacility ChallengeResponseAuthentication KbdInteractiveAuthentication "
     "GSSAPIAuthentication GSSAPICleanupCredentials UsePAM X11Forwarding PrintMotd AcceptEnv"},
    {"40-redhat-crypto-policies.conf", "Include"},
    {"40-suse-crypto-policies.conf", "Include"},
    {"50-cloud-init.conf", "PasswordAuthentication"},
    {"50-cloudimg-settings.conf", "PasswordAuthentication ClientAliveInterval"},
    {"60-cloudimg-settings.conf", "PasswordAuthentication ClientAliveInterval"},
    {"20-systemd-userdb.conf", "AuthorizedKeysCommand AuthorizedKeysCommandUser"},
};

static const struct shipped *shipped_of(const char *name)
{
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++)
        if (strcmp(shipped[i].name, name) == 0)
            return &shipped[i];
    return NULL;
}

/* Where only packages write. */
static bool is_vendors(const char *path)
{
    return path_is_below(path, "/usr") || path_is_below(path, "/etc/crypto-policies");
}

static bool belongs(const struct shipped *s, const struct sshd_line *words)
{
    size_t n = strlen(words->keyword.text);
    bool listed = false;
    for (const char *p = s->keywords; *p && !listed; p += strcspn(p, " "), p += *p == ' ')
        listed = strncasecmp(p, words->keyword.text, n) == 0 && (p[n] == ' ' || !p[n]);
    if (!listed || strcasecmp(words->keyword.text, "Include") != 0)
        return listed;
    for (size_t i = 0; i < words->arguments.count; i++)
        if (!is_vendors(words->arguments.items[i].text))
            return false;
    return words->arguments.count > 0;
}

/* Comment out what somebody added to it: the line stays readable. */
static int keep_what_belongs(struct sshd_reset *r, const struct shipped *s, const char *path,
                             struct err *e)
{
    struct text_file f;
    bool in_match = false;
    int code = text_open(r->c, path, false, &f, e);
    if (code != 0)
        return code;
    vec_each (line, &f.lines) {
        struct sshd_line words;
        sshd_edit_split(r->c, line, &words);
        if (words.is_empty)
            continue;
        in_match = in_match || strcasecmp(words.keyword.text, "Match") == 0;
        if (in_match || !belongs(s, &words))
            text_comment(r->c, line);
    }
    return text_save(r->c, &f, e);
}

/* Lines that sshd itself takes offence at, once the file is read again. */
static int comment_faults(struct sshd_reset *r, const char *path, struct err *e)
{
    int code = 0;
    vec_each (d, &r->c->facts->sshd->diagnoses) {
        if (code != 0 || (d->diag_level != DIAG_FATAL && d->diag_level != DIAG_COUNTED) ||
            !d->at.file || strcmp(d->at.file, path) != 0 || d->at.line <= 0)
            continue;
        struct text_file f;
        code = text_open(r->c, path, false, &f, e);
        struct text_line *line = code == 0 ? text_line_at(&f, d->at.line, e) : NULL;
        if (line) {
            text_comment(r->c, line);
            code = text_save(r->c, &f, e);
        }
    }
    return code;
}

static int reset_one(struct sshd_reset *r, const char *path, struct err *e)
{
    const struct shipped *s = shipped_of(path_name(path));
    struct stat_answer is = tree_lstat(r->c->tree, path), leads = tree_stat(r->c->tree, path);
    bool there = leads.presence == PRESENCE_PRESENT && leads.node.type == NODE_FILE &&
                 leads.node.size <= LIMIT_CONFIG_BYTES;
    if (there && is.node.type == NODE_SYMLINK && is_vendors(leads.real_path))
        return 0;
    if (!s || !there || is.node.type == NODE_SYMLINK)
        return reset_aside(r->c, path, e);
    return keep_what_belongs(r, s, path, e);
}

int reset_drop_ins(struct sshd_reset *r, struct err *e)
{
    struct tree *t = r->c->tree;
    struct stat_answer is = tree_lstat(t, RESET_DIRECTORY);
    int code = 0;
    if (is.presence == PRESENCE_ABSENT)
        return 0;
    if (is.presence == PRESENCE_PRESENT && is.node.type != NODE_DIRECTORY)
        return reset_aside(r->c, RESET_DIRECTORY, e); /* a link to an admin's own, or junk */
    struct list_answer names = tree_list(t, RESET_DIRECTORY);
    if (names.presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_REFUSED, RESET_DIRECTORY, 0, 0, "cannot be read: %s",
                          names.reason ? names.reason : "the reason is not known");
    for (size_t i = 0; i < names.count && code == 0; i++) {
        const char *name = names.names[i];
        size_t n = strlen(name);
        if (n >= 5 && strcmp(name + n - 5, ".conf") == 0)
            code = reset_one(r, path_join(r->c->arena, RESET_DIRECTORY, name), e);
    }
    if (code != 0)
        return code;
    reset_judge(r);
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped && code == 0; i++)
        code = comment_faults(r, path_join(r->c->arena, RESET_DIRECTORY, shipped[i].name), e);
    return code;
}

/* --- what is lost ----------------------------------------------------------------------------- */

#define CRYPTO_POLICY "/etc/crypto-policies/back-ends/opensshserver.config"

static bool reads(const struct sshd_config *config, const char *path)
{
    vec_each (file, &config->files)
        if (file->file && strcmp(file->file, path) == 0)
            return true;
    return false;
}

/* RHEL 9 and its like: without it sshd forgets the system's crypto policy. Before Include (8.2),
 * and on RHEL 8, the policy comes by the command line. */
int reset_lost_drop_ins(struct sshd_reset *r, struct err *e)
{
    struct verb_context *c = r->c;
    const struct os_facts *os = &c->facts->os;
    struct stat_answer policy = tree_stat(c->tree, CRYPTO_POLICY);
    struct stat_answer directory = tree_lstat(c->tree, RESET_DIRECTORY);
    struct bytes text;
    const char *path = RESET_DIRECTORY "/50-redhat.conf";
    if (os->family_code != FAMILY_RHEL || os->openssh_version < 802 ||
        policy.presence != PRESENCE_PRESENT || policy.node.type != NODE_FILE ||
        reads(c->facts->sshd, CRYPTO_POLICY) || reads(c->facts->sshd, policy.real_path) ||
        tree_lstat(c->tree, path).presence != PRESENCE_ABSENT ||
        !template_lines(c, "sshd_config.d/50-redhat.conf", &text))
        return 0;
    vec_each (unit, &c->facts->units)
        if (unit->role && strcmp(unit->role, "sshd") == 0 && unit->exec_options.count > 0)
            for (size_t i = 0; i < unit->option_places.count; i++)
                if (unit->option_places.items[i].file &&
                    is_vendors(unit->option_places.items[i].file) &&
                    strstr(unit->option_places.items[i].file, "crypto-policies"))
                    return 0;
    int code = 0;
    if (directory.presence == PRESENCE_ABSENT) {
        struct node_state made = {.exists = true, .type = NODE_DIRECTORY, .mode = 0700};
        const char *real = real_path_of(c, RESET_DIRECTORY, e);
        code = real ? overlay_put(c->tree, real, &made, e) : ERR_REFUSED;
    }
    if (code == 0)
        code = text_put(c, path, text, 0600, 0, 0, e);
    if (code == 0)
        reset_judge(r);
    return code;
}
