/* Gate key: the files AuthorizedKeysFile leads to for this subject, in order, until one line lets
 * the key in. sshd: auth2-pubkey.c user_key_allowed, misc.c safe_path. */
#include "login/key_line.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"
#include "syntax/ssh_key.h"

/* The keys of one subject and what was found out about them. */
struct search {
    const struct visit *v;
    const struct key_file_fact **files;
    size_t file_count;
    const struct key_fact **keys;
    size_t key_count;
    const char *offered;       /* fingerprint of --identity; NULL: any key */
    struct reason_list locks;  /* why files and lines that hold keys do not count */
    struct text_list accepted; /* fingerprints that get in */
    struct text_list refused;  /* … that a line in force keeps out: sshd looks no further */
    bool all_sha1_type;        /* every accepted key is an RSA key */
    const struct key_fact *without_terminal; /* the first accepted one that gets no terminal */
    bool some_with_terminal;
};

static bool is_state(const struct key_file_fact *file, const char *state)
{
    return file->state && strcmp(file->state, state) == 0;
}

static bool is_missing(const struct key_file_fact *file)
{
    return is_state(file, "missing") || is_state(file, "none");
}

static bool is_effective(const struct search *s, const struct key_file_fact *file)
{
    struct text_list words = effective_words(s->v->settings, "AuthorizedKeysFile");
    for (size_t i = 0; i < words.count; i++)
        if (file->pattern && strcmp(words.items[i], file->pattern) == 0)
            return true;
    return false;
}

static struct place file_place(const struct key_file_fact *file)
{
    return file->at.file ? file->at : place_of_file(file->path);
}

/* What the user's own rights do not pass. */
static void lock_blocked(struct search *s, const struct key_file_fact *file)
{
    const struct account_fact *a = s->v->account;
    const char *where = file->blocked_at ? file->blocked_at : file->path;
    const char *id = "key-file-unreadable";
    if (strcmp(where, file->path) != 0 && strcmp(path_name(where), ".ssh") == 0)
        id = "key-sshdir-perms";
    else if ((a->home && strcmp(where, a->home) == 0) ||
             (a->home_real && strcmp(where, a->home_real) == 0))
        id = "key-home-perms";
    struct reason *r = reason_add(&s->locks, id, GATE_SHUT, place_of_file(where));
    r->value = arena_printf(s->v->facts->arena, "%s has no right to look into it", a->name);
    r->keyword = file->path;
    r->detail = file->detail;
}

static bool owns_nothing(const struct facts *f, int64_t uid)
{
    for (size_t i = 0; i < f->accounts.count; i++)
        if (f->accounts.items[i].uid == uid)
            return false;
    return true;
}

/* The number in passwd changed, or the disk came from elsewhere: the key file belongs to a number
 * that is nobody's. */
static bool is_uid_changed(const struct search *s, const struct key_file_fact *file)
{
    return file->unsafe_why && strcmp(file->unsafe_why, "owner") == 0 && file->unsafe_kind &&
           strcmp(file->unsafe_kind, "file") == 0 && s->v->account->home_uid == file->unsafe_uid &&
           owns_nothing(s->v->facts, file->unsafe_uid);
}

static const char *say_unsafe(struct arena *a, const struct key_file_fact *file)
{
    const char *why = file->unsafe_why ? file->unsafe_why : "";
    if (strcmp(why, "owner") == 0)
        return arena_printf(a, "owner %lld is neither root nor the user",
                            (long long)file->unsafe_uid);
    return arena_printf(a, "mode %04o lets %s write", file->unsafe_mode & 07777,
                        strcmp(why, "group-writable") == 0 ? "the group" : "others");
}

static void lock_unsafe(struct search *s, const struct key_file_fact *file)
{
    static const struct {
        const char *kind, *reason;
    } rows[] = {{"file", "key-file-writable"},
                {"ssh-directory", "key-sshdir-perms"},
                {"home", "key-home-perms"}};
    const char *id = "key-sshdir-perms";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (file->unsafe_kind && strcmp(file->unsafe_kind, rows[i].kind) == 0)
            id = rows[i].reason;
    if (path_is_below("/etc/ssh", file->unsafe_path))
        id = "etc-ssh-dir-mode";
    if (is_uid_changed(s, file))
        id = "uid-clash-or-changed";
    bool by_acl = file->has_acl && file->unsafe_kind && strcmp(file->unsafe_kind, "file") == 0 &&
                  file->unsafe_why && strcmp(file->unsafe_why, "group-writable") == 0;
    if (by_acl)
        id = "key-acl-mask";
    struct arena *a = s->v->facts->arena;
    bool strict = strncmp(id, "key-", 4) == 0 && !by_acl;
    struct reason *r = reason_add(&s->locks, id, GATE_SHUT, place_of_file(file->unsafe_path));
    r->value = say_unsafe(a, file);
    r->keyword = file->path;
    r->detail = strict ? "StrictModes"
                       : arena_printf(a, "mode %04o, owner %lld", file->unsafe_mode & 07777,
                                    (long long)file->unsafe_uid);
    r->wanted = arena_printf(a, "%lld", (long long)s->v->account->uid);
}

static void add_line_lock(struct search *s, const struct key_fact *key,
                          const struct line_verdict *verdict)
{
    struct reason *r =
        reason_add(&s->locks, verdict->reason, GATE_SHUT, verdict->at.file ? verdict->at : key->at);
    r->value = verdict->value;
    r->keyword = verdict->keyword;
    r->wanted = verdict->wanted;
    r->detail = verdict->detail;
}

static bool is_offered(const struct search *s, const struct key_fact *key)
{
    return !s->offered || (key->fingerprint && strcmp(key->fingerprint, s->offered) == 0);
}

/* sshd: auth-options.c sshauthopt_parse: the last of these words holds. */
static bool may_have_terminal(const struct key_fact *key)
{
    bool may = true;
    for (size_t i = 0; i < key->options.count; i++) {
        if (strcasecmp(key->options.items[i], "restrict") == 0 ||
            strcasecmp(key->options.items[i], "no-pty") == 0)
            may = false;
        else if (strcasecmp(key->options.items[i], "pty") == 0)
            may = true;
    }
    return may;
}

static void note_terminal(const struct search *s)
{
    const struct visit *v = s->v;
    const char *forced = effective_value(v->settings, "ForceCommand");
    if (!s->without_terminal || s->some_with_terminal || s->without_terminal->command ||
        (*forced && strcasecmp(forced, "none") != 0))
        return;
    struct reason *r =
        reason_add(v->reasons, "pty-unavailable", GATE_OPEN, s->without_terminal->at);
    r->keyword = "the key's options";
    r->value = text_list_join(v->facts->arena, &s->without_terminal->options, ",");
    r->wanted = "pty";
}

/* Every line of a file that may be read. LET_IN is false where a lock on the file stands already:
 * then the lines are looked at all the same, since people mend one lock only to meet the next. */
static void judge_lines(struct search *s, const struct key_file_fact *file, bool let_in)
{
    for (size_t i = 0; i < s->key_count; i++) {
        const struct key_fact *key = s->keys[i];
        if (!key->file || strcmp(key->file, file->path) != 0)
            continue;
        /* A line that is no key could be the one offered. */
        if (!is_offered(s, key) && key->fingerprint)
            continue;
        if (key->fingerprint && text_list_has(&s->refused, key->fingerprint))
            continue;
        struct line_verdict verdict = key_line_judge(s->v, key);
        if (verdict.reason) {
            add_line_lock(s, key, &verdict);
            if (let_in && verdict.decides && key->fingerprint &&
                !text_list_has(&s->accepted, key->fingerprint))
                text_list_add(s->v->facts->arena, &s->refused, key->fingerprint);
        } else if (let_in) {
            const char *name = key->fingerprint ? key->fingerprint : "";
            if (!text_list_has(&s->accepted, name))
                text_list_add(s->v->facts->arena, &s->accepted, name);
            s->all_sha1_type &= strcmp(key->type, "ssh-rsa") == 0;
            if (may_have_terminal(key))
                s->some_with_terminal = true;
            else if (!s->without_terminal)
                s->without_terminal = key;
        }
    }
}

static void judge_file(struct search *s, const struct key_file_fact *file)
{
    size_t before = s->locks.items.count;
    if (is_missing(file))
        return;
    if (is_state(file, "unreadable")) {
        struct reason *r =
            reason_add(&s->locks, "key-file-unreadable", GATE_UNKNOWN, file_place(file));
        r->keyword = file->path;
        r->detail = file->detail;
        return;
    }
    if (is_state(file, "bad-token")) {
        const struct sshd_directive *d = effective_winner(s->v->settings, "AuthorizedKeysFile");
        struct reason *r = reason_add(&s->locks, "key-path-elsewhere", GATE_SHUT,
                                      effective_place(s->v->settings, d));
        r->keyword = "AuthorizedKeysFile";
        r->value = file->pattern;
        r->detail = "a token sshd does not know ends the login";
        return;
    }
    if (!is_state(file, "ok")) {
        struct reason *r =
            reason_add(&s->locks, "key-file-not-regular", GATE_SHUT, file_place(file));
        r->keyword = file->path;
        r->value = file->state;
        r->detail = file->detail;
        return;
    }
    if (file->lines == 0)
        return;
    if (!file->readable_by_user)
        lock_blocked(s, file);
    if (file->unsafe_path && strict_modes(s->v->facts) &&
        !(s->locks.items.count > before &&
          strcmp(s->locks.items.items[before].at.file, file->unsafe_path) == 0))
        lock_unsafe(s, file);
    judge_lines(s, file, s->locks.items.count == before);
}

/* Would one of this file's lines do, if sshd looked there? */
static bool holds_a_key(const struct search *s, const struct key_file_fact *file)
{
    for (size_t i = 0; i < s->key_count; i++)
        if (s->keys[i]->file && strcmp(s->keys[i]->file, file->path) == 0 &&
            is_offered(s, s->keys[i]) && !key_line_judge(s->v, s->keys[i]).reason)
            return true;
    return false;
}

static const struct key_file_fact *first_effective(const struct search *s)
{
    for (size_t i = 0; i < s->file_count; i++)
        if (is_effective(s, s->files[i]) && !is_state(s->files[i], "none"))
            return s->files[i];
    return NULL;
}

/* No effective file holds anything: does a key lie where sshd does not look? */
static bool lock_elsewhere(struct search *s)
{
    for (size_t i = 0; i < s->file_count; i++) {
        const struct key_file_fact *file = s->files[i];
        bool wrong_home = file->pattern && strcmp(file->pattern, "(home)") == 0;
        if ((is_effective(s, file) && !wrong_home) || !holds_a_key(s, file))
            continue;
        const struct sshd_directive *d = effective_winner(s->v->settings, "AuthorizedKeysFile");
        struct place at = wrong_home ? file_place(file) : effective_place(s->v->settings, d);
        struct reason *r =
            reason_add(s->v->reasons, wrong_home ? "key-in-wrong-home" : "key-path-elsewhere",
                       GATE_SHUT, at);
        r->keyword = wrong_home ? s->v->account->home : "AuthorizedKeysFile";
        r->value = file->path;
        r->wanted = effective_value(s->v->settings, "AuthorizedKeysFile");
        const struct key_file_fact *first = first_effective(s);
        if (wrong_home && first)
            r->detail = first->path; /* where it would be read */
        return true;
    }
    return false;
}

/* A setting made only for some connections that would have led to keys: it stands below a Match
 * that does not hold here. */
static void lock_nothing_there(struct search *s)
{
    if (lock_elsewhere(s))
        return;
    const struct visit *v = s->v;
    if (reason_list_has(v->reasons, "home-missing") && reason_list_shuts(v->reasons, GATE_ACCOUNT))
        return;
    const struct key_file_fact *file = first_effective(s);
    if (!file && effective_winner(v->settings, "AuthorizedKeysFile")) {
        const struct sshd_directive *d = effective_winner(v->settings, "AuthorizedKeysFile");
        struct reason *r = reason_add(v->reasons, "key-path-elsewhere", GATE_SHUT,
                                      effective_place(v->settings, d));
        r->keyword = "AuthorizedKeysFile";
        r->value = effective_value(v->settings, "AuthorizedKeysFile");
        return;
    }
    struct reason *r = reason_add(v->reasons, "key-file-missing-or-empty", GATE_SHUT,
                                  file ? file_place(file) : v->account->at);
    r->keyword = file ? file->path : NULL;
    r->value = !file || is_missing(file) ? "missing" : file->lines == 0 ? "empty" : "no-such-key";
    if (s->offered)
        r->wanted = s->offered;
}

static bool is_set(const struct visit *v, const char *keyword)
{
    const char *value = effective_value(v->settings, keyword);
    return *value && strcasecmp(value, "none") != 0;
}

/* Keys may also come from a program, or a certificate may be signed by a trusted CA: what neither
 * disk nor we can tell leaves the gate unknown instead of shut. */
static void hand_over(struct search *s, size_t first)
{
    const struct visit *v = s->v;
    bool unknown = is_set(v, "AuthorizedKeysCommand") ||
                   (is_set(v, "TrustedUserCAKeys") && !v->subject->identity);
    for (size_t i = 0; i < s->locks.items.count; i++)
        vec_push(v->reasons->arena, &v->reasons->items, s->locks.items.items[i]);
    for (size_t i = first; unknown && i < v->reasons->items.count; i++)
        if (v->reasons->items.items[i].state == GATE_SHUT)
            v->reasons->items.items[i].state = GATE_UNKNOWN;
}

/* Labels a confined sshd may read; anything else only counts while SELinux enforces. */
static void note_label(struct search *s, const struct key_file_fact *file)
{
    static const char *const good[] = {"ssh_home_t",   "sshd_key_t", "etc_t",     "user_home_t",
                                       "admin_home_t", "usr_t",      "var_auth_t"};
    bool enforcing = false;
    for (size_t i = 0; i < s->v->facts->conf.count; i++) {
        const struct conf_fact *c = &s->v->facts->conf.items[i];
        enforcing |= c->purpose && c->key && c->value && strcmp(c->purpose, "selinux") == 0 &&
                     strcmp(c->key, "SELINUX") == 0 && strcmp(c->value, "enforcing") == 0;
    }
    if (!enforcing || !file->label)
        return;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (strstr(file->label, good[i]))
            return;
    struct reason *r = reason_add(s->v->reasons, "key-selinux-label", GATE_OPEN, file_place(file));
    r->value = file->label;
    r->keyword = file->path;
    r->wanted = "ssh_home_t";
}

static void note_agent(struct search *s, const struct key_file_fact *file)
{
    for (size_t i = 0; i < s->key_count; i++) {
        const struct key_fact *key = s->keys[i];
        bool here = key->file && strcmp(key->file, file->path) == 0;
        if (!here || !key->comment || !strstr(key->comment, "google-ssh {"))
            continue;
        struct reason *r = reason_add(s->v->reasons, "key-agent-owns-file", GATE_OPEN, key->at);
        r->value = "Google guest agent";
        r->keyword = file->path;
        return;
    }
}

static size_t judge_keys(const struct visit *v)
{
    struct search s = {.v = v, .locks = {.arena = v->facts->arena}, .all_sha1_type = true};
    s.files = key_index_files(v->index, v->account->name, &s.file_count);
    s.keys = key_index_keys(v->index, v->account->name, &s.key_count);
    if (v->subject->identity) {
        const char *fingerprint =
            ssh_public_key_fingerprint(v->facts->arena, bytes_of(v->subject->identity));
        s.offered = fingerprint ? fingerprint : "(not a public key)";
    }
    size_t first = v->reasons->items.count;
    for (size_t i = 0; i < s.file_count; i++)
        if (is_effective(&s, s.files[i])) {
            judge_file(&s, s.files[i]);
            if (is_state(s.files[i], "ok")) {
                note_label(&s, s.files[i]);
                note_agent(&s, s.files[i]);
            }
        }
    if (s.accepted.count > 0) {
        note_terminal(&s);
        if (s.all_sha1_type && v->facts->os.openssh_version >= 808)
            reason_add(v->reasons, "rsa-sha1-client", GATE_OPEN, file_place(s.files[0]))->value =
                "ssh-rsa";
        return s.accepted.count;
    }
    if (s.locks.items.count == 0)
        lock_nothing_there(&s);
    hand_over(&s, first);
    return 0;
}

size_t gate_key(const struct visit *v)
{
    if (!v->account)
        return 0;
    if (v->subject->method == METHOD_PUBLICKEY)
        return judge_keys(v);
    /* Only to know how many keys a second factor could be: the locks are the other walk's. */
    struct subject with_key = *v->subject;
    with_key.identity = v->question->identity;
    struct visit quiet = *v;
    quiet.reasons = v->unheard;
    quiet.reasons->items.count = 0;
    quiet.subject = &with_key;
    return judge_keys(&quiet);
}
