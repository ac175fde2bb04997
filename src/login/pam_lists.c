/* pam_listfile and pam_succeed_if: who is on a list, who meets a condition. */
#include "login/pam_verdict.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* pam_listfile.c: what the list is compared with; NULL when that is not modelled. */
static const char *list_item(const struct visit *v, const char *item)
{
    if (strcmp(item, "user") == 0 || strcmp(item, "group") == 0)
        return v->account->name;
    if (strcmp(item, "shell") == 0)
        return v->account->shell ? v->account->shell : "";
    if (strcmp(item, "tty") == 0)
        return "ssh";
    if (strcmp(item, "rhost") == 0)
        return v->subject->from;
    return NULL;
}

static struct pam_verdict list_fails(const struct pam_fact *e, const struct pam_file_fact *file,
                                     int code, const char *detail)
{
    struct pam_verdict no = pam_fails(code, "pam-lists", file ? file->at : e->at);
    no.detail = detail;
    no.wanted = file ? file->path : NULL;
    return no;
}

struct pam_verdict pam_listfile_verdict(const struct visit *v, const struct pam_fact *e)
{
    const char *item = pam_argument(e, "item="), *sense = pam_argument(e, "sense=");
    const char *path = pam_argument(e, "file="), *onerr = pam_argument(e, "onerr=");
    const struct pam_file_fact *file = pam_file(v, path);
    bool forgives = onerr && strcmp(onerr, "succeed") == 0;
    bool allow = sense && strcmp(sense, "allow") == 0;
    if (!item || !path || !sense || (!allow && strcmp(sense, "deny") != 0))
        return forgives ? pam_answers(PAM_CODE_SUCCESS)
                        : list_fails(e, NULL, PAM_CODE_SERVICE_ERR, "an argument is missing");
    const char *subject = list_item(v, item);
    if (!subject || !file || pam_file_is(file, "unreadable") || pam_argument(e, "apply="))
        return (struct pam_verdict){0};
    if (pam_file_is(file, "missing"))
        return forgives ? pam_answers(PAM_CODE_SUCCESS)
                        : list_fails(e, file, PAM_CODE_SERVICE_ERR, "the list is missing");
    if (!pam_file_is(file, "ok") || (file->mode & 0002))
        return list_fails(e, file, PAM_CODE_AUTH_ERR, "the list is writable for all, or no file");
    bool found = false;
    for (size_t i = 0; i < file->lines.count && !found; i++) {
        struct bytes line = file->lines.items[i];
        while (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (line.len == 0)
            continue;
        const char *text = arena_text(v->facts->arena, line);
        found = strcmp(item, "group") == 0 ? pam_in_group(v, text) : strcmp(text, subject) == 0;
    }
    if (found == allow)
        return pam_answers(PAM_CODE_SUCCESS);
    struct pam_verdict no =
        list_fails(e, file, PAM_CODE_AUTH_ERR,
                   allow ? "not in the list of those let in" : "in the list of those kept out");
    no.value = subject;
    return no;
}

/* The left side of a condition; NULL when it is not modelled. */
static const char *attribute(const struct visit *v, const char *name)
{
    const struct account_fact *a = v->account;
    struct arena *arena = v->facts->arena;
    if (strcasecmp(name, "user") == 0 || strcasecmp(name, "login") == 0 ||
        strcasecmp(name, "name") == 0)
        return a->name;
    if (strcasecmp(name, "uid") == 0)
        return arena_printf(arena, "%lld", (long long)a->uid);
    if (strcasecmp(name, "gid") == 0)
        return arena_printf(arena, "%lld", (long long)a->gid);
    if (strcasecmp(name, "shell") == 0)
        return a->shell ? a->shell : "";
    if (strcasecmp(name, "home") == 0 || strcasecmp(name, "dir") == 0 ||
        strcasecmp(name, "homedir") == 0)
        return a->home ? a->home : "";
    if (strcasecmp(name, "service") == 0)
        return v->facts->pam_service.name;
    if (strcasecmp(name, "tty") == 0)
        return "ssh";
    if (strcasecmp(name, "rhost") == 0)
        return v->subject->from;
    return strcasecmp(name, "ruser") == 0 ? "" : NULL;
}

static bool in_list(const char *left, const char *list, bool groups, const struct visit *v)
{
    while (*list) {
        size_t n = strcspn(list, ":");
        const char *one = arena_text(v->facts->arena, (struct bytes){list, n});
        if (groups ? n > 0 && pam_in_group(v, one) : strcmp(one, left) == 0)
            return true;
        list += n + (list[n] == ':');
    }
    return false;
}

static bool whole_number(const char *text, long long *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 0);
    return end != text && !*end && errno == 0;
}

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

static enum answer compare_numbers(const char *left, const char *word, const char *right)
{
    static const char *const words[][2] = {{"lt", "<"},  {"le", "<="}, {"gt", ">"},
                                           {"ge", ">="}, {"eq", "eq"}, {"ne", "ne"}};
    long long l, r;
    for (int i = 0; i < 6; i++) {
        if (strcasecmp(word, words[i][0]) != 0 && strcmp(word, words[i][1]) != 0)
            continue;
        if (!whole_number(left, &l) || !whole_number(right, &r))
            return ANSWER_NO;
        const bool results[] = {l<r, l <= r, l> r, l >= r, l == r, l != r};
        return results[i] ? ANSWER_YES : ANSWER_NO;
    }
    return ANSWER_UNKNOWN;
}

static enum answer condition(const struct visit *v, const char *name, const char *word,
                             const char *right)
{
    const char *left = attribute(v, name);
    if (!left)
        return ANSWER_UNKNOWN;
    enum answer number = compare_numbers(left, word, right);
    if (number != ANSWER_UNKNOWN)
        return number;
    /* fnmatch takes ever longer with each star. */
    size_t stars = 0;
    for (const char *p = right; *p; p++)
        stars += *p == '*';
    bool yes;
    if (stars > 6)
        return ANSWER_UNKNOWN;
    if (strcmp(word, "=") == 0 || strcmp(word, "!=") == 0)
        yes = (strcmp(left, right) == 0) == (*word == '=');
    else if (strcmp(word, "=~") == 0 || strcasecmp(word, "glob") == 0)
        yes = fnmatch(right, left, 0) == 0;
    else if (strcmp(word, "!~") == 0 || strcasecmp(word, "noglob") == 0)
        yes = fnmatch(right, left, 0) != 0;
    else if (strcasecmp(word, "in") == 0 || strcasecmp(word, "notin") == 0)
        yes = in_list(left, right, false, v) == (strlen(word) == 2);
    else if (strcasecmp(word, "ingroup") == 0 || strcasecmp(word, "notingroup") == 0)
        yes = in_list(left, right, true, v) == (*word == 'i' || *word == 'I');
    else
        return ANSWER_UNKNOWN;
    return yes ? ANSWER_YES : ANSWER_NO;
}

struct pam_verdict pam_succeed_if_verdict(const struct visit *v, const struct pam_fact *e)
{
    static const char *const flags[] = {"debug",      "use_uid",       "quiet",
                                        "quiet_fail", "quiet_success", "audit"};
    const char *parts[3];
    size_t n = 0;
    /* use_uid asks about the caller, who is root in sshd; only the user's own traits differ. */
    bool about_root = pam_has_argument(e, "use_uid");
    for (size_t i = 0; i < e->arguments.count; i++) {
        const char *word = e->arguments.items[i];
        bool flag = false;
        for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
            flag |= strcmp(flags[k], word) == 0;
        if (flag)
            continue;
        parts[n++] = word;
        if (n < 3)
            continue;
        n = 0;
        bool of_session = strcasecmp(parts[0], "service") == 0 ||
                          strcasecmp(parts[0], "tty") == 0 || strcasecmp(parts[0], "rhost") == 0 ||
                          strcasecmp(parts[0], "ruser") == 0;
        enum answer answer =
            about_root && !of_session ? ANSWER_UNKNOWN : condition(v, parts[0], parts[1], parts[2]);
        if (answer == ANSWER_UNKNOWN)
            return (struct pam_verdict){0};
        if (answer == ANSWER_NO) {
            struct pam_verdict no = pam_fails(PAM_CODE_AUTH_ERR, "pam-lists", (struct place){0});
            no.value = arena_printf(v->facts->arena, "%s %s %s", parts[0], parts[1], parts[2]);
            no.detail = "the requirement is not met";
            return no;
        }
    }
    return n > 0 ? pam_fails(PAM_CODE_SERVICE_ERR, "pam-lists", (struct place){0})
                 : pam_answers(PAM_CODE_SUCCESS);
}
