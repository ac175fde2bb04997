/* Modules that count failed logins in files which outlive a boot. Sources: Linux-PAM
 * modules/pam_faillock/pam_faillock.c check_tally, faillock_config.c set_conf_opt; up to 1.3
 * modules/pam_tally2/pam_tally2.c tally_bump, tally_check. */
#include "login/pam_verdict.h"

#include <stdlib.h>
#include <string.h>

#include "facts/collect.h"

/* struct tally, struct tallylog: a name of 52 bytes, two numbers of 16 bits, a time of 64. */
#define RECORD_BYTES 64u
#define VALID        1u
#define LONGEST      604800 /* faillock_config.c: MAX_TIME_INTERVAL */

struct policy {
    int64_t deny, interval, unlock, root_unlock, lock;
    bool even_root, succeeds_on_error, magic_root;
    const char *admin_group;
};

/* Guests are little-endian, every one we know. */
static uint64_t number_at(struct bytes b, size_t at, size_t bytes)
{
    uint64_t out = 0;
    while (bytes-- > 0)
        out = out << 8 | (uint8_t)b.ptr[at + bytes];
    return out;
}

/* Times out of files and arguments may be anything. */
static int64_t moment_after(int64_t when, int64_t seconds)
{
    int64_t sum;
    if (__builtin_add_overflow(when, seconds, &sum))
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

static void set_time(int64_t *out, const char *value)
{
    char *end;
    long long n = strtoll(value, &end, 10);
    if (strcmp(value, "never") == 0)
        *out = 0;
    else if (end != value && n >= 0 && n <= LONGEST)
        *out = n;
}

static void set_option(struct policy *p, const char *name, const char *value)
{
    char *end;
    if (strcmp(name, "deny") == 0) {
        long n = strtol(value, &end, 10);
        if (end != value)
            p->deny = (uint16_t)n;
    } else if (strcmp(name, "fail_interval") == 0) {
        set_time(&p->interval, value);
    } else if (strcmp(name, "unlock_time") == 0) {
        set_time(&p->unlock, value);
    } else if (strcmp(name, "root_unlock_time") == 0) {
        set_time(&p->root_unlock, value);
    } else if (strcmp(name, "admin_group") == 0) {
        p->admin_group = value;
    } else if (strcmp(name, "even_deny_root") == 0) {
        p->even_root = true;
    }
}

static void set_arguments(struct arena *a, struct policy *p, const struct pam_fact *e)
{
    for (size_t i = 0; i < e->arguments.count; i++) {
        const char *word = e->arguments.items[i], *equals = strchr(word, '=');
        size_t n = equals ? (size_t)(equals - word) : strlen(word);
        set_option(p, arena_text(a, bytes_cut(bytes_of(word), 0, n)), equals ? equals + 1 : "");
    }
}

static struct policy faillock_policy(const struct visit *v, const struct pam_fact *e,
                                     const struct pam_file_fact *conf)
{
    struct arena *a = v->facts->arena;
    struct policy p = {.deny = 3, .interval = 900, .unlock = 600, .root_unlock = -1};
    for (size_t i = 0; conf && i < conf->lines.count; i++) {
        const char *text = arena_text(a, conf->lines.items[i]);
        struct text_list words =
            text_words(a, bytes_cut(bytes_of(text), 0, strcspn(text, "#")), " \t=\r\v\f");
        if (words.count > 0)
            set_option(&p, words.items[0], words.count > 1 ? words.items[1] : "");
    }
    set_arguments(a, &p, e);
    if (p.root_unlock < 0)
        p.root_unlock = p.unlock;
    return p;
}

static const struct pam_file_fact *tally_of(const struct visit *v, const char *module)
{
    vec_each (file, &v->facts->pam_files)
        if (file->user && strcmp(file->module, module) == 0 &&
            strcmp(file->user, v->account->name) == 0)
            return file;
    return NULL;
}

static struct pam_verdict locked(const struct visit *v, const struct pam_file_fact *file,
                                 int64_t failures, int64_t allowed, int64_t until)
{
    struct arena *a = v->facts->arena;
    struct pam_verdict no = pam_fails(PAM_CODE_AUTH_ERR, "pam-lockout-persisted", file->at);
    no.value = arena_printf(a, "%lld", (long long)failures);
    no.wanted = arena_printf(a, "%lld", (long long)allowed);
    no.detail = until == 0 ? "until it is reset by hand"
                           : arena_printf(a, "for %lld seconds more",
                                          (long long)moment_after(until, 1 - v->subject->at));
    return no;
}

/* Is the user locked out by what FILE holds? Then VERDICT is the answer. */
static bool faillock_denies(const struct visit *v, const struct policy *p,
                            const struct pam_file_fact *file, struct pam_verdict *verdict)
{
    bool admin = v->account->uid == 0 ||
                 (p->admin_group && *p->admin_group && pam_in_group(v, p->admin_group));
    size_t count = file->content.len / RECORD_BYTES;
    uint64_t latest = 0;
    int64_t failures = 0;
    if (admin && !p->even_root)
        return false;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            uint64_t when = number_at(file->content, i * RECORD_BYTES + 56, 8);
            if (!(number_at(file->content, i * RECORD_BYTES + 54, 2) & VALID))
                continue;
            if (pass == 0 && when > latest)
                latest = when;
            failures += pass == 1 && latest - when < (uint64_t)p->interval;
        }
    if (p->deny == 0 || failures < p->deny)
        return false;
    int64_t wait = admin ? p->root_unlock : p->unlock;
    if (wait != 0 && latest + (uint64_t)wait < (uint64_t)v->subject->at)
        return false;
    *verdict = locked(v, file, failures, p->deny, wait ? moment_after((int64_t)latest, wait) : 0);
    return true;
}

struct pam_verdict pam_faillock_verdict(const struct visit *v, const struct pam_fact *e)
{
    const char *given = pam_argument(e, "conf=");
    const struct pam_file_fact *conf = pam_file(v, given ? given : "/etc/security/faillock.conf");
    const struct pam_file_fact *file = tally_of(v, "pam_faillock.so");
    struct pam_verdict verdict;
    if (strcmp(e->type, "auth") != 0)
        return pam_answers(PAM_CODE_SUCCESS);
    if (given && !pam_file_is(conf, "ok"))
        return pam_file_is(conf, "missing")
                   ? pam_fails(PAM_CODE_SERVICE_ERR, NULL, (struct place){0})
                   : (struct pam_verdict){0};
    if (pam_file_is(conf, "unreadable") || pam_file_is(file, "unreadable"))
        return (struct pam_verdict){0};
    struct policy p = faillock_policy(v, e, conf);
    if (file && faillock_denies(v, &p, file, &verdict))
        return verdict;
    return pam_answers(pam_has_argument(e, "authfail") ? PAM_CODE_IGNORE : PAM_CODE_SUCCESS);
}

/* This attempt is counted before the count is looked at. */
static bool tally2_denies(const struct visit *v, const struct policy *p,
                          const struct pam_file_fact *file, struct pam_verdict *verdict)
{
    size_t at = (size_t)v->account->uid * RECORD_BYTES;
    if (v->account->uid < 0 || at + RECORD_BYTES > file->content.len)
        return false;
    int64_t failures = (int64_t)number_at(file->content, at + 54, 2);
    int64_t when = (int64_t)number_at(file->content, at + 56, 8);
    bool root = v->account->uid == 0;
    if (p->deny > 0 && failures + 1 > p->deny && (!root || p->even_root)) {
        int64_t wait = root ? p->root_unlock : p->unlock;
        int64_t end = moment_after(when, wait);
        if (wait != 0 && when > 0 && end <= v->subject->at)
            return false;
        *verdict = locked(v, file, failures, p->deny, wait && when ? moment_after(end, -1) : 0);
        return true;
    }
    int64_t end = moment_after(when, p->lock);
    if (p->lock == 0 || when <= 0 || end == INT64_MAX || end <= v->subject->at)
        return false;
    *verdict = locked(v, file, failures, p->deny, end - 1);
    return true;
}

static long long long_argument(const struct pam_fact *e, const char *name, long long without)
{
    const char *value = pam_argument(e, name);
    return value ? strtoll(value, NULL, 10) : without;
}

struct pam_verdict pam_tally2_verdict(const struct visit *v, const struct pam_fact *e)
{
    const char *given = pam_argument(e, "file=");
    const struct pam_file_fact *file = pam_file(v, given ? given : "/var/log/tallylog");
    struct pam_verdict verdict;
    if (strcmp(e->type, "auth") != 0)
        return pam_answers(PAM_CODE_SUCCESS);
    if (!file || pam_file_is(file, "unreadable"))
        return (struct pam_verdict){0};
    bool odd = pam_file_is(file, "not-regular") || (file->mode & 0002);
    if (odd && !pam_has_argument(e, "onerr=succeed"))
        return pam_fails(PAM_CODE_AUTH_ERR, "pam-lists", file->at);
    if (!pam_file_is(file, "ok") || odd || pam_has_argument(e, "magic_root"))
        return pam_answers(PAM_CODE_SUCCESS);
    struct policy p = {
        .deny = (uint16_t)long_argument(e, "deny=", 0),
        .unlock = long_argument(e, "unlock_time=", 0),
        .lock = long_argument(e, "lock_time=", 0),
        .even_root = pam_has_argument(e, "even_deny_root") ||
                     pam_has_argument(e, "even_deny_root_account") ||
                     pam_argument(e, "root_unlock_time="),
    };
    p.root_unlock = long_argument(e, "root_unlock_time=", p.unlock);
    if (tally2_denies(v, &p, file, &verdict))
        return verdict;
    return pam_answers(PAM_CODE_SUCCESS);
}
