/* Which rules of sudoers fit a person who wants to be root, and which settings hold then. sudo:
 * plugins/sudoers/match.c, parse.c sudoers_lookup, defaults.c update_defaults. */
#include "login/sudo_match.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/collect.h"

bool sudo_is_item(const struct sudo_fact *s, const char *item)
{
    return strcmp(s->item, item) == 0;
}

const struct sudo_fact *sudo_find_item(const struct facts *f, const char *item)
{
    vec_each (s, &f->sudo)
        if (sudo_is_item(s, item))
            return s;
    return NULL;
}

/* 10905 for "1.9.5p2"; 0 when unknown. */
int sudo_program_version(const struct facts *f)
{
    const struct sudo_fact *program = sudo_find_item(f, "program");
    const char *text = program ? program->value : NULL;
    long n[3] = {0};
    for (int i = 0; text && i < 3; i++) {
        char *end;
        n[i] = strtol(text, &end, 10);
        if (n[i] < 0 || n[i] > 99)
            return 0;
        text = *end == '.' ? end + 1 : NULL;
    }
    return (int)(n[0] * 10000 + n[1] * 100 + n[2]);
}

static enum sudo_match verdict(bool matches, bool negated)
{
    return !matches ? SUDO_MATCH_NO : negated ? SUDO_MATCH_EXCLUDED : SUDO_MATCH_YES;
}

static bool is_id(const char *text, int64_t id)
{
    int64_t n;
    return text_number(bytes_of(text), 0, UINT32_MAX, &n) && n == id;
}

static bool in_group_id(const struct account_fact *a, const char *text)
{
    for (size_t i = 0; i < a->group_id_count; i++)
        if (is_id(text, a->group_ids[i]))
            return true;
    return false;
}

/* match.c userlist_matches: from the end, the first member that matches decides. */
enum sudo_match sudo_match_users(const struct text_list *list, const struct account_fact *a)
{
    for (size_t i = list->count; i-- > 0;) {
        const char *text = list->items[i];
        bool negated = *text == '!';
        text += negated;
        bool matches;
        if (*text == '+' || strncmp(text, "%:", 2) == 0)
            return SUDO_MATCH_UNSURE; /* netgroups and plugins: not on this disk */
        else if (strncmp(text, "%#", 2) == 0)
            matches = in_group_id(a, text + 2);
        else if (*text == '%')
            matches = text_list_has(&a->groups, text + 1);
        else if (*text == '#')
            matches = is_id(text + 1, a->uid);
        else
            matches = strcmp(text, "ALL") == 0 || strcmp(text, a->name) == 0;
        if (matches)
            return verdict(true, negated);
    }
    return SUDO_MATCH_NO;
}

static bool is_address(const char *text)
{
    return strchr(text, ':') || (strspn(text, "0123456789./") == strlen(text) && strchr(text, '.'));
}

/* The name the guest gives itself; a cloud may give it another one at boot. */
static const char *host_name(const struct facts *f)
{
    const struct sudo_fact *host = sudo_find_item(f, "host");
    return host && strncasecmp(host->value, "localhost", 9) != 0 ? host->value : NULL;
}

static bool is_host(struct arena *arena, const char *pattern, const char *host)
{
    const char *shortened = arena_text(arena, (struct bytes){host, strcspn(host, ".")});
    if (strpbrk(pattern, "*?["))
        return fnmatch(pattern, host, FNM_CASEFOLD) == 0 ||
               fnmatch(pattern, shortened, FNM_CASEFOLD) == 0;
    return strcasecmp(pattern, host) == 0 || strcasecmp(pattern, shortened) == 0;
}

static enum sudo_match match_hosts(const struct facts *f, const struct text_list *list)
{
    const char *host = host_name(f);
    for (size_t i = list->count; i-- > 0;) {
        const char *text = list->items[i];
        bool negated = *text == '!';
        text += negated;
        if (strcmp(text, "ALL") == 0)
            return verdict(true, negated);
        if (*text == '+' || is_address(text) || !host)
            return SUDO_MATCH_UNSURE;
        if (is_host(f->arena, text, host))
            return verdict(true, negated);
    }
    return SUDO_MATCH_NO;
}

static bool setting_holds(const struct visit *v, const struct sudo_fact *s)
{
    if (strcmp(s->scope, "host") == 0)
        return match_hosts(v->facts, &s->hosts) == SUDO_MATCH_YES;
    if (strcmp(s->scope, "user") == 0)
        return sudo_match_users(&s->users, v->account) == SUDO_MATCH_YES;
    if (strcmp(s->scope, "command") == 0)
        return strcmp(s->shell, "allow") == 0;
    const struct account_fact *root = facts_account(v->facts, "root");
    if (strcmp(s->scope, "runas") == 0)
        return root && sudo_match_users(&s->runas, root) == SUDO_MATCH_YES;
    return true;
}

/* defaults.c update_defaults: global, host and user ones as they stand, then those for the target,
 * then those for the command; the last one wins. */
const struct sudo_fact *sudo_setting(const struct visit *v, const char *name)
{
    const struct sudo_fact *winner = NULL;
    for (int pass = 0; pass < 3; pass++)
        vec_each (s, &v->facts->sudo) {
            if (!sudo_is_item(s, "setting") || !s->counts || strcmp(s->name, name) != 0)
                continue;
            int order = strcmp(s->scope, "runas") == 0     ? 1
                        : strcmp(s->scope, "command") == 0 ? 2
                                                           : 0;
            if (order == pass && setting_holds(v, s))
                winner = s;
        }
    return winner;
}

bool sudo_is_on(const struct sudo_fact *s)
{
    return s && strcmp(s->value, "true") == 0;
}

/* match.c runaslist_matches, for the target root. */
static enum sudo_match match_target(const struct visit *v, const struct sudo_fact *rule)
{
    if (rule->runas_default_only) {
        const struct sudo_fact *target = sudo_setting(v, "runas_default");
        return !target || strcmp(target->value, "root") == 0 || strcmp(target->value, "#0") == 0
                   ? SUDO_MATCH_YES
                   : SUDO_MATCH_NO;
    }
    const struct account_fact *root = facts_account(v->facts, "root");
    return root ? sudo_match_users(&rule->runas, root) : SUDO_MATCH_UNSURE;
}

/* parse.c sudoers_lookup_check: from the end, the first rule that knows the command decides.
 * COUNTED: the rules sudo reads, or those in files it does not. */
struct sudo_outcome sudo_look_up(const struct visit *v, bool counted)
{
    struct sudo_outcome o = {.kind = SUDO_RULE_NONE};
    bool unsure = false;
    const struct facts *f = v->facts;
    for (size_t i = f->sudo.count; i-- > 0;) {
        const struct sudo_fact *s = &f->sudo.items[i];
        if (!sudo_is_item(s, "rule") || s->counts != counted || !s->in_time ||
            strcmp(s->shell, "none") == 0)
            continue;
        enum sudo_match user = sudo_match_users(&s->users, v->account);
        enum sudo_match target = match_target(v, s);
        enum sudo_match host = match_hosts(f, &s->hosts);
        if (user == SUDO_MATCH_NO || user == SUDO_MATCH_EXCLUDED || target == SUDO_MATCH_NO ||
            target == SUDO_MATCH_EXCLUDED)
            continue;
        if (host == SUDO_MATCH_NO || host == SUDO_MATCH_EXCLUDED) {
            if (!o.elsewhere && strcmp(s->shell, "allow") == 0)
                o.elsewhere = s;
            continue;
        }
        if (user == SUDO_MATCH_UNSURE || target == SUDO_MATCH_UNSURE || host == SUDO_MATCH_UNSURE ||
            strcmp(s->shell, "unknown") == 0) {
            unsure = true;
            o.unsure = s;
            continue;
        }
        o.kind = strcmp(s->shell, "deny") == 0 ? SUDO_RULE_DENIES : SUDO_RULE_ALLOWS;
        o.rule = s;
        break;
    }
    if (unsure)
        o.kind = SUDO_RULE_UNSURE;
    return o;
}

/* check.c check_user: tags beat the setting, exempt_group beats both. */
bool sudo_asks_password(const struct visit *v, const struct sudo_fact *rule)
{
    const struct sudo_fact *exempt = sudo_setting(v, "exempt_group");
    if (exempt && text_list_has(&v->account->groups, exempt->value))
        return false;
    if (rule->authenticate != TRUTH_UNKNOWN)
        return rule->authenticate == TRUTH_YES;
    const struct sudo_fact *s = sudo_setting(v, "authenticate");
    return !s || sudo_is_on(s);
}

const struct sudo_fact *sudo_target_password(const struct visit *v)
{
    static const char *const names[] = {"rootpw", "runaspw", "targetpw"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sudo_is_on(sudo_setting(v, names[i])))
            return sudo_setting(v, names[i]);
    return NULL;
}
