/* Gate auth, what concerns everybody: algorithms no client or host key fits, and settings whose
 * files lead nowhere. Judged once for the guest. */
#include "login/visit.h"

#include <string.h>
#include <strings.h>

#include "facts/collect.h"
#include "login/match_pattern.h"

/* What common clients offer: OpenSSH 7.4 to 10, PuTTY, libssh. One of them is enough. */
static const char *const client_kex[] = {"curve25519-sha256",
                                         "curve25519-sha256@libssh.org",
                                         "ecdh-sha2-nistp256",
                                         "ecdh-sha2-nistp384",
                                         "ecdh-sha2-nistp521",
                                         "sntrup761x25519-sha512@openssh.com",
                                         "sntrup761x25519-sha512",
                                         "mlkem768x25519-sha256",
                                         "diffie-hellman-group-exchange-sha256",
                                         "diffie-hellman-group16-sha512",
                                         "diffie-hellman-group18-sha512",
                                         "diffie-hellman-group14-sha256",
                                         NULL};
static const char *const client_ciphers[] = {"chacha20-poly1305@openssh.com",
                                             "aes128-ctr",
                                             "aes192-ctr",
                                             "aes256-ctr",
                                             "aes128-gcm@openssh.com",
                                             "aes256-gcm@openssh.com",
                                             NULL};
static const char *const client_macs[] = {"umac-64-etm@openssh.com",
                                          "umac-128-etm@openssh.com",
                                          "hmac-sha2-256-etm@openssh.com",
                                          "hmac-sha2-512-etm@openssh.com",
                                          "hmac-sha1-etm@openssh.com",
                                          "umac-64@openssh.com",
                                          "umac-128@openssh.com",
                                          "hmac-sha2-256",
                                          "hmac-sha2-512",
                                          "hmac-sha1",
                                          NULL};

static bool overlaps(const struct text_list *list, const char *const *names)
{
    for (; *names; names++)
        for (size_t i = 0; i < list->count; i++)
            if (match_pattern(*names, list->items[i]))
                return true;
    return false;
}

static struct reason *lock_keyword(const struct facts *f, const char *keyword,
                                   const struct sshd_directive *d, struct reason_list *out)
{
    struct reason *r = reason_for_all(out, "kex-or-hostkey-mismatch", GATE_SHUT,
                                      d->at.file ? d->at : place_of_file(f->sshd->path));
    r->keyword = keyword;
    r->value = d->value;
    return r;
}

static void judge_list(const struct facts *f, const char *keyword, const char *const *names,
                       struct reason_list *out)
{
    const struct sshd_directive *d = sshd_config_winner(f->sshd, keyword);
    if (!d || !d->is_valid || !d->value)
        return;
    struct text_list list = sshd_config_algorithms(f->arena, f->sshd, keyword, d->value);
    if (!overlaps(&list, names))
        lock_keyword(f, keyword, d, out)->detail = list.count == 0
                                                       ? "nothing is left in the list"
                                                       : "no common client offers any of these";
}

static bool fits_host_key(const struct text_list *list, const struct host_key_fact *k)
{
    static const struct {
        const char *type;
        const char *names[4];
    } rows[] = {
        {"rsa", {"rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", NULL}},
        {"ecdsa", {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", NULL}},
        {"ed25519", {"ssh-ed25519", NULL}},
        {"dsa", {"ssh-dss", NULL}},
    };
    for (size_t i = 0; k->type && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].type, k->type) == 0)
            return overlaps(list, rows[i].names);
    return true; /* not a type we know: no verdict against it */
}

static void judge_host_key_algorithms(const struct facts *f, struct reason_list *out)
{
    const char *keyword = "HostKeyAlgorithms";
    const struct sshd_directive *d = sshd_config_winner(f->sshd, keyword);
    if (!d || !d->is_valid || !d->value)
        return;
    struct text_list list = sshd_config_algorithms(f->arena, f->sshd, keyword, d->value);
    bool loaded = false;
    for (size_t i = 0; i < f->host_keys.count; i++) {
        const struct host_key_fact *k = &f->host_keys.items[i];
        if (!k->loadable)
            continue;
        if (fits_host_key(&list, k))
            return;
        loaded = true;
    }
    if (loaded)
        lock_keyword(f, keyword, d, out)->detail = "no host key that loads is of these types";
}

void gate_auth_algorithms(const struct facts *f, struct reason_list *out)
{
    judge_list(f, "KexAlgorithms", client_kex, out);
    judge_list(f, "Ciphers", client_ciphers, out);
    judge_list(f, "MACs", client_macs, out);
    judge_host_key_algorithms(f, out);
}

static void note_pointed_file(const struct file_fact *file, struct reason_list *out)
{
    static const struct {
        const char *purpose, *keyword, *reason;
    } rows[] = {
        {"trusted-ca", "TrustedUserCAKeys", "ca-or-principals-missing"},
        {"principals-file", "AuthorizedPrincipalsFile", "ca-or-principals-missing"},
        {"keys-command", "AuthorizedKeysCommand", "authkeyscommand-unsafe"},
        {"principals-command", "AuthorizedPrincipalsCommand", "authkeyscommand-unsafe"},
    };
    for (size_t i = 0; file->purpose && i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(file->purpose, rows[i].purpose) != 0)
            continue;
        bool command = i >= 2;
        bool bad = !file->exists || (command && (file->safe == TRUTH_NO || !(file->mode & 0111)));
        if (!bad || file->unreadable)
            return;
        struct reason *r = reason_for_all(out, rows[i].reason, GATE_OPEN,
                                          file->at.file ? file->at : place_of_file(file->path));
        r->keyword = rows[i].keyword;
        r->value = !file->exists            ? "missing"
                   : file->safe == TRUTH_NO ? file->unsafe_why
                                            : "not-executable";
        r->wanted = file->unsafe_path ? file->unsafe_path : file->path;
        r->detail = file->path;
        return;
    }
}

static bool was_read(const struct sshd_config *config, const char *path)
{
    for (size_t i = 0; i < config->files.count; i++)
        if (config->files.items[i].file && strcmp(config->files.items[i].file, path) == 0)
            return true;
    return false;
}

/* Drop-ins that the distribution's own Include would have read, and nothing reads them now. */
static void note_lost_include(const struct facts *f, struct reason_list *out)
{
    for (size_t i = 0; f->sshd->files.count > 0 && i < f->files.count; i++) {
        const struct file_fact *file = &f->files.items[i];
        if (!file->purpose || strcmp(file->purpose, "sshd-drop-in") != 0 || !file->exists ||
            file->size == 0 || was_read(f->sshd, file->path))
            continue;
        struct reason *r =
            reason_for_all(out, "include-line-lost", GATE_OPEN, place_of_file(f->sshd->path));
        r->keyword = "Include";
        r->value = file->path;
        r->wanted = "/etc/ssh/sshd_config.d/*.conf";
        return;
    }
}

static bool is_no(const char *value)
{
    return value && (strcasecmp(value, "false") == 0 || strcasecmp(value, "no") == 0 ||
                     strcmp(value, "0") == 0);
}

/* cloud-init will write "PasswordAuthentication no" again over what was opened by hand. */
static void note_cloud_init(const struct facts *f, struct reason_list *out)
{
    const struct sshd_directive *d = sshd_config_winner(f->sshd, "PasswordAuthentication");
    if (!d || !d->value || strcasecmp(d->value, "yes") != 0)
        return;
    const struct conf_fact *last = NULL;
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (!c->purpose || !c->key || strcmp(c->purpose, "cloud-init") != 0)
            continue;
        if (strcmp(c->key, "disabled") == 0)
            return;
        if (strcmp(c->key, "ssh_pwauth") == 0)
            last = c;
    }
    if (!last || !is_no(last->value))
        return;
    struct reason *r = reason_for_all(out, "cloud-init-rewrites-auth", GATE_OPEN, last->at);
    r->keyword = last->key;
    r->value = last->value;
    r->wanted = "true";
}

void gate_auth_guest(const struct facts *f, struct reason_list *out)
{
    gate_auth_algorithms(f, out);
    for (size_t i = 0; i < f->files.count; i++)
        note_pointed_file(&f->files.items[i], out);
    note_lost_include(f, out);
    note_cloud_init(f, out);
}
