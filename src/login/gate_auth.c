/* Gate auth: which methods sshd offers this subject, and what it demands besides. sshd: auth2.c
 * auth2_setup_methods_lists, auth.c auth_root_allowed, monitor.c (MaxAuthTries). */
#include "login/visit.h"

#include <string.h>
#include <strings.h>

#include "facts/collect.h"
#include "facts/sshd_keywords.h"

/* The main file says otherwise further down: the line people look at is not the one that counts. */
static bool main_file_contradicts(const struct sshd_config *config, const struct sshd_directive *d)
{
    if (!d->at.file || strcmp(d->at.file, config->path) == 0)
        return false;
    for (const struct sshd_directive *o = d + 1;
         o < config->directives.items + config->directives.count; o++)
        if (o->is_valid && o->match == d->match && o->at.file &&
            strcmp(o->at.file, config->path) == 0 && strcasecmp(o->keyword, d->keyword) == 0 &&
            strcasecmp(o->value ? o->value : "", d->value ? d->value : "") != 0)
            return true;
    return false;
}

const char *blame(const struct visit *v, const struct sshd_directive *d, const char *plain)
{
    if (!d || d->from_command_line)
        return plain;
    if (effective_in_match(v->settings, d))
        return "match-locks-out";
    return main_file_contradicts(v->settings->config, d) ? "dropin-overrides-main" : plain;
}

/* A line of a block that starts at the margin while one before it is set in: whoever wrote it took
 * the block for closed. */
static bool is_outdented(const struct sshd_config *config, size_t index)
{
    const struct sshd_directive *d = &config->directives.items[index];
    for (size_t i = index; d->at.column == 1 && i-- > 0;) {
        const struct sshd_directive *before = &config->directives.items[i];
        if (before->match != d->match)
            return false;
        if (before->at.column > 1)
            return true;
    }
    return false;
}

/* The default shuts, and a line that would open stands in a Match block for others: it was meant
 * for everybody and got below a Match. */
static const struct sshd_directive *swallowed_line(const struct visit *v, const char *keyword,
                                                   const char *opening, bool by_default)
{
    const struct sshd_config *config = v->settings->config;
    for (size_t i = 0; i < config->directives.count; i++) {
        const struct sshd_directive *d = &config->directives.items[i];
        if (d->match > 0 && d->is_valid && strcasecmp(d->keyword, keyword) == 0 && d->value &&
            strcasecmp(d->value, opening) == 0 && (by_default || is_outdented(config, i)))
            return d;
    }
    return NULL;
}

/* Lock by a keyword that stands at a value it should not have. */
static struct reason *lock_setting(const struct visit *v, const char *keyword, const char *plain,
                                   const char *opening)
{
    const struct sshd_directive *d = effective_winner(v->settings, keyword);
    const char *id = blame(v, d, plain);
    const struct sshd_directive *swallowed = opening && !effective_in_match(v->settings, d)
                                                 ? swallowed_line(v, keyword, opening, d == NULL)
                                                 : NULL;
    if (swallowed)
        id = "match-swallows-global";
    const struct sshd_directive *shown = swallowed ? swallowed : d;
    struct reason *r = reason_add(v->reasons, id, GATE_SHUT, effective_place(v->settings, shown));
    r->keyword = keyword;
    r->value = effective_value(v->settings, keyword);
    r->wanted = opening;
    const char *match = effective_match_text(v->settings, shown);
    if (match)
        r->detail = arena_printf(v->facts->arena, "in the block Match %s", match);
    return r;
}

/* Up to 8.6 ChallengeResponseAuthentication (yes by default) switches keyboard-interactive on,
 * whatever the global KbdInteractiveAuthentication says. sshd: sshd.c main, servconf.c. */
static bool old_challenge_response(const struct visit *v)
{
    const struct sshd_config *config = v->settings->config;
    const char *value = NULL;
    for (size_t i = 0; i < config->directives.count && !value; i++) {
        const struct sshd_directive *d = &config->directives.items[i];
        bool here = d->match == 0 && d->is_valid && d->written &&
                    (strcasecmp(d->written, "ChallengeResponseAuthentication") == 0 ||
                     strcasecmp(d->written, "SKeyAuthentication") == 0);
        if (here)
            value = d->value;
    }
    return !value || strcasecmp(value, "yes") == 0;
}

static bool old_keyboard_interactive(const struct visit *v)
{
    /* auth2-kbdint.c userauth_kbdint asks no device without it. */
    if (!old_challenge_response(v))
        return false;
    const struct sshd_config *config = v->settings->config;
    for (size_t i = 0; i < config->directives.count; i++) {
        const struct sshd_directive *d = &config->directives.items[i];
        if (d->is_valid && d->written && d->match > 0 && v->settings->active[d->match - 1] &&
            strcasecmp(d->written, "KbdInteractiveAuthentication") == 0)
            return d->value && strcasecmp(d->value, "yes") == 0;
    }
    return true;
}

static bool keyboard_interactive(const struct visit *v)
{
    int version = v->facts->os.openssh_version;
    if (version > 0 && version < 807)
        return old_keyboard_interactive(v);
    return effective_yes(v->settings, "KbdInteractiveAuthentication");
}

/* A password typed gets through by method password, or by PAM's conversation. */
static bool password_on_offer(const struct visit *v)
{
    return effective_yes(v->settings, "PasswordAuthentication") ||
           (keyboard_interactive(v) && uses_pam(v->facts));
}

static bool has_password(const struct visit *v)
{
    if (!v->account)
        return false;
    enum password_state state = counted_password(v).state;
    return state == PASSWORD_SET || state == PASSWORD_UNKNOWN ||
           (state == PASSWORD_EMPTY && effective_yes(v->settings, "PermitEmptyPasswords"));
}

static bool starts_with_method(const char *element, const char *method)
{
    size_t n = strlen(method);
    return strncasecmp(element, method, n) == 0 && (element[n] == '\0' || element[n] == ':');
}

enum step { STEP_DONE, STEP_IMPOSSIBLE, STEP_UNKNOWN };

/* sshd: auth2.c authmethods_check_abandonment, auth2-chall.c: the devices are those of the build,
 * and PAM's is the only one here. */
static bool interactive_on_offer(const struct visit *v, const char *element)
{
    const char *device = strchr(element, ':');
    return keyboard_interactive(v) && uses_pam(v->facts) &&
           (!device || strcmp(device, ":pam") == 0);
}

/* sshd: auth.c auth_root_allowed is asked for each step. */
static bool root_may_type(const struct visit *v)
{
    return v->account->uid != 0 ||
           strcasecmp(effective_value(v->settings, "PermitRootLogin"), "yes") == 0;
}

/* One method of an AuthenticationMethods list: can this person pass it? */
static enum step judge_step(const struct visit *v, const char *element, size_t usable_keys,
                            size_t keys_asked)
{
    if (starts_with_method(element, "publickey"))
        return effective_yes(v->settings, "PubkeyAuthentication") && usable_keys >= keys_asked
                   ? STEP_DONE
                   : STEP_IMPOSSIBLE;
    if (starts_with_method(element, "password"))
        return effective_yes(v->settings, "PasswordAuthentication") && has_password(v) &&
                       root_may_type(v)
                   ? STEP_DONE
                   : STEP_IMPOSSIBLE;
    if (starts_with_method(element, "keyboard-interactive"))
        return interactive_on_offer(v, element) && has_password(v) && root_may_type(v)
                   ? STEP_DONE
                   : STEP_IMPOSSIBLE;
    if (starts_with_method(element, "none"))
        return STEP_IMPOSSIBLE;
    return STEP_UNKNOWN; /* hostbased, gssapi-with-mic: not modelled */
}

static bool is_walked_method(const struct visit *v, const char *element)
{
    if (v->subject->method == METHOD_PUBLICKEY)
        return starts_with_method(element, "publickey");
    return starts_with_method(element, "password") ||
           starts_with_method(element, "keyboard-interactive");
}

/* sshd drops a list with a method that is off: auth2.c auth2_setup_methods_lists. */
static bool own_step_is_off(const struct visit *v, const char *element)
{
    if (starts_with_method(element, "password"))
        return !effective_yes(v->settings, "PasswordAuthentication");
    return starts_with_method(element, "keyboard-interactive") && !interactive_on_offer(v, element);
}

/* A list counts for this walk when its own method is in it; the other steps must be passable. */
static enum step judge_list(const struct visit *v, const char *list, size_t usable_keys)
{
    char *copy = arena_strdup(v->facts->arena, list);
    bool has_own = false, unknown = false;
    size_t keys_asked = 0;
    for (char *rest = copy, *element; (element = strsep(&rest, ","));) {
        bool own = is_walked_method(v, element);
        has_own |= own;
        if (starts_with_method(element, "publickey"))
            keys_asked++;
        if (own && own_step_is_off(v, element))
            return STEP_IMPOSSIBLE;
        /* The first step by the walk's own method is judged by the gates key and account. */
        if (own && keys_asked <= 1)
            continue;
        enum step step = judge_step(v, element, usable_keys, keys_asked ? keys_asked : 1);
        if (step == STEP_IMPOSSIBLE)
            return STEP_IMPOSSIBLE;
        unknown |= step == STEP_UNKNOWN;
    }
    if (!has_own)
        return STEP_IMPOSSIBLE;
    return unknown ? STEP_UNKNOWN : STEP_DONE;
}

/* In whatever block it is, it ends the connection when the file is read for it. */
static void judge_any(const struct visit *v)
{
    const struct sshd_directive *d = effective_ending(v->settings);
    if (!d)
        return;
    struct reason *r =
        reason_add(v->reasons, "match-locks-out", GATE_SHUT, effective_place(v->settings, d));
    r->keyword = "AuthenticationMethods";
    r->value = "any";
    r->detail = "below other methods, at which this sshd ends the connection,";
}

static void judge_methods(const struct visit *v, size_t usable_keys)
{
    struct text_list lists = effective_words(v->settings, "AuthenticationMethods");
    if (lists.count == 0 || strcmp(lists.items[0], "any") == 0 || !v->account)
        return;
    /* No password by any method: that lock stands already. */
    if (v->subject->method == METHOD_PASSWORD && !password_on_offer(v))
        return;
    bool unknown = false;
    for (size_t i = 0; i < lists.count; i++) {
        enum step step = judge_list(v, lists.items[i], usable_keys);
        if (step == STEP_DONE)
            return;
        unknown |= step == STEP_UNKNOWN;
    }
    const struct sshd_directive *d = effective_winner(v->settings, "AuthenticationMethods");
    /* sshd does not even start with it: one lock, one reason. */
    if (!effective_in_match(v->settings, d) &&
        reason_list_has(v->guest, "sshd-authmethods-unsatisfiable"))
        return;
    struct reason *r =
        reason_add(v->reasons, "authmethods-extra-factor", unknown ? GATE_UNKNOWN : GATE_SHUT,
                   effective_place(v->settings, d));
    r->keyword = "AuthenticationMethods";
    r->value = effective_value(v->settings, "AuthenticationMethods");
    r->wanted = login_method_name(v->subject->method);
    r->detail = effective_match_text(v->settings, d);
}

/* sshd: auth.c auth_root_allowed; forced-commands-only is a matter of the key line. */
static void judge_root(const struct visit *v)
{
    if (!v->account || v->account->uid != 0)
        return;
    const char *value = effective_value(v->settings, "PermitRootLogin");
    bool key = v->subject->method == METHOD_PUBLICKEY;
    if (strcasecmp(value, "yes") == 0)
        return;
    if (key && strcasecmp(value, "no") != 0)
        return;
    /* Before 7.0 without-password stopped the password method alone. */
    int version = v->facts->os.openssh_version;
    bool lenient = version > 0 && version < 700 && strcasecmp(value, "without-password") == 0;
    if (!key && lenient && keyboard_interactive(v) && uses_pam(v->facts))
        return;
    const struct sshd_directive *d = effective_winner(v->settings, "PermitRootLogin");
    struct reason *r =
        lock_setting(v, "PermitRootLogin", "root-login-refused", key ? "prohibit-password" : "yes");
    if (!d && strcmp(r->id, "match-swallows-global") != 0)
        r->detail = "the default";
}

/* UsePAM off in a build that has PAM: a "!" in shadow then refuses keys too. */
static void judge_pam(const struct visit *v)
{
    /* No configuration at all: sshd does not run, and what its defaults would do is no news. */
    if (v->settings->config->directives.count == 0 && reason_list_shuts(v->guest, GATE_SSHD))
        return;
    if (v->facts->os.pam == TRUTH_NO || uses_pam(v->facts) || !v->account ||
        v->subject->method != METHOD_PUBLICKEY || counted_password(v).state != PASSWORD_LOCKED)
        return;
    const struct sshd_directive *d = sshd_config_winner(v->settings->config, "UsePAM");
    struct reason *r = reason_add(v->reasons, blame(v, d, "usepam-off"), GATE_SHUT,
                                  effective_place(v->settings, d));
    r->keyword = "UsePAM";
    r->value = "no";
    r->wanted = "yes";
    r->detail = d ? NULL : "the default: no line sets it";
}

static void judge_tries(const struct visit *v)
{
    int64_t tries = effective_number(v->settings, "MaxAuthTries");
    if (tries != 0 && tries != 1)
        return;
    const struct sshd_directive *d = effective_winner(v->settings, "MaxAuthTries");
    struct reason *r =
        reason_add(v->reasons, "maxauthtries-low", tries == 0 ? GATE_SHUT : GATE_OPEN,
                   effective_place(v->settings, d));
    r->everybody = !effective_in_match(v->settings, d);
    r->keyword = "MaxAuthTries";
    r->value = effective_value(v->settings, "MaxAuthTries");
    r->wanted = "6";
}

/* Why sshd counts every key as revoked because of this file; NULL: it does not. */
static const char *revoked_list_fault(const struct file_fact *file, enum gate_state *state)
{
    const char *content = file->content ? file->content : "";
    *state = file->unreadable || strcmp(content, "krl-unclear") == 0 ? GATE_UNKNOWN : GATE_SHUT;
    if (file->unreadable)
        return file->unreadable;
    if (!file->exists)
        return "missing";
    if (!file->type || strcmp(file->type, "file") != 0)
        return "not a regular file";
    if (strcmp(content, "garbage") == 0)
        return "a line in it is no key: every key counts as revoked";
    if (strcmp(content, "krl-garbage") == 0)
        return "the binary list is damaged: every key counts as revoked";
    return *state == GATE_UNKNOWN ? "the binary list holds parts that releases of sshd differ on"
                                  : NULL;
}

/* sshd: servconf.c clears "none" in the global part only; from a Match block it is taken for the
 * name of a file, and there is none. */
static bool revokes_by_none(const struct visit *v)
{
    const struct sshd_directive *d = effective_winner(v->settings, "RevokedKeys");
    if (!d || d->match == 0 || strcasecmp(d->value, "none") != 0)
        return false;
    struct reason *r = reason_add(v->reasons, "revoked-keys-unreadable", GATE_SHUT,
                                  effective_place(v->settings, d));
    r->everybody = !effective_in_match(v->settings, d);
    r->keyword = "RevokedKeys";
    r->value = d->value;
    r->detail = "in a Match block this is the name of a file, and it is missing";
    return true;
}

static void judge_revoked(const struct visit *v)
{
    struct text_list paths = effective_words(v->settings, "RevokedKeys");
    if (revokes_by_none(v))
        return;
    for (size_t i = 0; i < v->facts->files.count; i++) {
        const struct file_fact *file = &v->facts->files.items[i];
        enum gate_state state;
        if (!file->purpose || strcmp(file->purpose, "revoked-keys") != 0 ||
            !text_list_has(&paths, file->path))
            continue;
        const char *fault = revoked_list_fault(file, &state);
        if (!fault)
            continue;
        const struct sshd_directive *d = effective_winner(v->settings, "RevokedKeys");
        struct reason *r = reason_add(v->reasons, "revoked-keys-unreadable", state,
                                      effective_place(v->settings, d));
        r->everybody = !effective_in_match(v->settings, d);
        r->keyword = "RevokedKeys";
        r->value = file->path;
        r->detail = fault;
        return;
    }
}

/* ForceCommand of a block that ends the login whatever the caller wants. */
static void judge_forced(const struct visit *v)
{
    static const char *const programs[] = {"/bin/false",        "/usr/bin/false", "/sbin/nologin",
                                           "/usr/sbin/nologin", "false",          "exit"};
    const struct sshd_directive *d = effective_winner(v->settings, "ForceCommand");
    if (!d || !d->value || !effective_in_match(v->settings, d))
        return;
    size_t word = strcspn(d->value, " \t;");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (strlen(programs[i]) == word && strncmp(programs[i], d->value, word) == 0) {
            lock_setting(v, "ForceCommand", "match-locks-out", NULL);
            return;
        }
}

void gate_auth(const struct visit *v, size_t usable_keys)
{
    if (v->subject->method == METHOD_PUBLICKEY) {
        if (!effective_yes(v->settings, "PubkeyAuthentication"))
            lock_setting(v, "PubkeyAuthentication", "pubkey-auth-off", "yes");
        else
            judge_revoked(v);
    } else if (!password_on_offer(v)) {
        lock_setting(v, "PasswordAuthentication", "password-auth-off-without-key", "yes");
    }
    judge_any(v);
    judge_methods(v, usable_keys);
    judge_root(v);
    judge_pam(v);
    judge_tries(v);
    judge_forced(v);
}
