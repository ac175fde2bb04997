/* sshd: auth2-pubkeyfile.c auth_check_authkey_line and auth_authorise_keyopts, auth2-pubkey.c
 * userauth_pubkey (algorithm, size), auth.c auth_root_allowed (forced command). */
#include "login/key_line.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "facts/collect.h"
#include "login/match_pattern.h"
#include "login/session.h"

bool key_line_is_cloud_init(const struct key_fact *key)
{
    return key->command && strstr(key->command, "lease login as the user") != NULL;
}

/* A forced command that ends the login whatever the caller wants, allows file transfers only, or is
 * not there. ForceCommand goes before it (session.c do_exec). */
static bool command_refuses(const struct visit *v, const struct key_fact *key)
{
    static const char *const programs[] = {"/bin/false",        "/usr/bin/false", "/sbin/nologin",
                                           "/usr/sbin/nologin", "false",          "exit",
                                           "nologin",           "internal-sftp"};
    const char *forced = effective_value(v->settings, "ForceCommand");
    if (!key->command || (*forced && strcasecmp(forced, "none") != 0))
        return false;
    const struct session_fact *program = session_find(v, "program", NULL, key->command);
    if (program && program->defect)
        return true;
    if (key_line_is_cloud_init(key))
        return true;
    size_t word = strcspn(key->command, " \t;");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (strlen(programs[i]) == word && strncmp(programs[i], key->command, word) == 0)
            return true;
    return false;
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/* sshd: misc.c parse_absolute_time: YYYYMMDD[HHMM[SS]][Z]. Without Z it is the guest's local time,
 * which the disk does not give with certainty: read as UTC. False when it is no such text. */
static bool parse_expiry(const char *text, int64_t *seconds)
{
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    if ((digits != 8 && digits != 12 && digits != 14) || (*rest && strcasecmp(rest, "Z") != 0))
        return false;
    struct tm tm = {0};
    tm.tm_year = two_digits(text) * 100 + two_digits(text + 2) - 1900;
    tm.tm_mon = two_digits(text + 4) - 1;
    tm.tm_mday = two_digits(text + 6);
    if (digits >= 12) {
        tm.tm_hour = two_digits(text + 8);
        tm.tm_min = two_digits(text + 10);
    }
    if (digits == 14)
        tm.tm_sec = two_digits(text + 12);
    *seconds = timegm(&tm);
    return true;
}

static struct line_verdict refuse(const char *reason, const char *keyword, const char *value)
{
    return (struct line_verdict){.reason = reason, .keyword = keyword, .value = value};
}

static const char *defect_reason(const struct key_fact *key)
{
    static const struct {
        const char *defect, *reason;
    } rows[] = {
        {"glued", "key-lines-glued"},
        {"ssh2-format", "key-foreign-format"},
        {"pem", "key-foreign-format"},
        {"putty", "key-foreign-format"},
        {"unknown-type", "key-type-unsupported"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].defect, key->defect) == 0)
            return rows[i].reason;
    return "key-line-malformed";
}

/* What stands in front of the key. */
static struct line_verdict judge_options(const struct visit *v, const struct key_fact *key)
{
    if (key->cert_authority)
        return refuse("key-options-block", "cert-authority", key->type);
    if (key->from &&
        match_host_and_address(v->settings->host, v->settings->from, key->from) != MATCH_FOUND) {
        struct line_verdict verdict = refuse("key-options-block", "from", key->from);
        verdict.wanted = v->subject->from ? v->subject->from : "any outside address";
        return verdict;
    }
    int64_t expiry;
    if (key->expiry_time && parse_expiry(key->expiry_time, &expiry) && v->subject->at > expiry)
        return refuse("key-options-block", "expiry-time", key->expiry_time);
    if (key->principals)
        return refuse("key-options-block", "principals", key->principals);
    return (struct line_verdict){0};
}

static bool list_takes(const struct text_list *algorithms, const char *name)
{
    for (size_t i = 0; i < algorithms->count; i++)
        if (match_pattern(name, algorithms->items[i]))
            return true;
    return false;
}

/* RSA keys sign by any of three algorithms; of the others each is its own. Every client since
 * OpenSSH 7.2 signs with SHA-2 as soon as the server knows it, whatever this list says. */
static bool list_takes_key(const struct text_list *algorithms, const char *type, int version)
{
    if (strcmp(type, "ssh-rsa") != 0 || (version > 0 && version < 702))
        return list_takes(algorithms, type);
    return list_takes(algorithms, "rsa-sha2-512") || list_takes(algorithms, "rsa-sha2-256");
}

static struct line_verdict judge_algorithm(const struct visit *v, const struct key_fact *key)
{
    const char *keyword = "PubkeyAcceptedAlgorithms";
    struct arena *a = v->facts->arena;
    int version = v->facts->os.openssh_version;
    const struct sshd_directive *d = effective_winner(v->settings, keyword);
    const char *standard = sshd_config_default(v->settings->config, keyword);
    struct text_list usual =
        sshd_config_algorithms(a, v->settings->config, keyword, standard ? standard : "");
    struct text_list list =
        d ? sshd_config_algorithms(a, v->settings->config, keyword, d->value) : usual;
    /* An empty list is filled with the default again when Match blocks are applied. */
    if (list.count == 0)
        list = usual;
    if (list.count == 0 || list_takes_key(&list, key->type, version))
        return (struct line_verdict){0};
    if (usual.count > 0 && !list_takes_key(&usual, key->type, version))
        return refuse("key-type-unsupported", keyword, key->type);
    struct line_verdict verdict = refuse("pubkey-algorithms-restricted", keyword, key->type);
    verdict.at = effective_place(v->settings, d);
    verdict.detail = d ? d->value : NULL;
    return verdict;
}

static struct line_verdict judge_size(const struct visit *v, const struct key_fact *key)
{
    if (strcmp(key->type, "ssh-rsa") != 0 || key->bits <= 0)
        return (struct line_verdict){0};
    const char *bits = arena_printf(v->facts->arena, "%lld", (long long)key->bits);
    int64_t required = effective_number(v->settings, "RequiredRSASize");
    if (required != FACT_NO_NUMBER && key->bits < required) {
        const struct sshd_directive *d = effective_winner(v->settings, "RequiredRSASize");
        struct line_verdict verdict =
            refuse(d ? "pubkey-algorithms-restricted" : "key-type-unsupported", "RequiredRSASize",
                   arena_printf(v->facts->arena, "ssh-rsa of %s bits", bits));
        verdict.wanted = effective_value(v->settings, "RequiredRSASize");
        if (d)
            verdict.at = effective_place(v->settings, d);
        return verdict;
    }
    /* sshd: SSH_RSA_MINIMUM_MODULUS_SIZE, 768 before 7.6. */
    if (key->bits < (v->facts->os.openssh_version >= 706 ? 1024 : 768))
        return refuse("key-type-unsupported", "ssh-rsa",
                      arena_printf(v->facts->arena, "ssh-rsa of %s bits", bits));
    return (struct line_verdict){0};
}

static struct line_verdict judge_root(const struct visit *v, const struct key_fact *key)
{
    bool commands_only =
        strcasecmp(effective_value(v->settings, "PermitRootLogin"), "forced-commands-only") == 0;
    if (!v->account || v->account->uid != 0 || !commands_only || key->command)
        return (struct line_verdict){0};
    struct line_verdict verdict =
        refuse("root-login-refused", "PermitRootLogin", "forced-commands-only");
    verdict.at = effective_place(v->settings, effective_winner(v->settings, "PermitRootLogin"));
    verdict.decides = true;
    return verdict;
}

/* The login succeeds, and the one thing it runs ends it. */
static struct line_verdict judge_command(const struct visit *v, const struct key_fact *key)
{
    if (!command_refuses(v, key))
        return (struct line_verdict){0};
    struct line_verdict verdict = refuse("key-options-block", "command", key->command);
    verdict.decides = true;
    return verdict;
}

/* sshd: auth.c auth_key_is_revoked. */
static struct line_verdict judge_revoked(const struct visit *v, const struct key_fact *key)
{
    struct text_list paths = effective_words(v->settings, "RevokedKeys");
    vec_each (file, &v->facts->files)
        if (file->purpose && strcmp(file->purpose, "revoked-keys") == 0 && key->fingerprint &&
            text_list_has(&paths, file->path) &&
            (text_list_has(&file->keys, key->fingerprint) ||
             (key->sha1 && text_list_has(&file->keys, key->sha1))))
            return refuse("key-revoked", "RevokedKeys", file->path);
    return (struct line_verdict){0};
}

struct line_verdict key_line_judge(const struct visit *v, const struct key_fact *key)
{
    if (key->defect || !key->type) {
        struct line_verdict verdict =
            refuse(key->defect ? defect_reason(key) : "key-line-malformed", NULL,
                   key->defect ? key->defect : "malformed");
        verdict.detail = key->detail;
        if (key->type && strcmp(verdict.reason, "key-type-unsupported") == 0)
            verdict.value = key->type;
        return verdict;
    }
    struct line_verdict verdict = judge_options(v, key);
    if (!verdict.reason)
        verdict = judge_algorithm(v, key);
    if (!verdict.reason)
        verdict = judge_size(v, key);
    if (!verdict.reason)
        verdict = judge_revoked(v, key);
    if (!verdict.reason)
        verdict = judge_root(v, key);
    if (!verdict.reason)
        verdict = judge_command(v, key);
    return verdict;
}
