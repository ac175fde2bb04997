/* Gate sudo: would `sudo -i` give this person a root shell. Only for those who were set up to
 * become root: for everybody else there is nothing to lose. sudo: src/sudo.c,
 * plugins/sudoers/parse.c sudoers_lookup, match.c, defaults.c, check.c. */
#include "login/gate_sudo.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "facts/collect.h"

enum match { MATCH_NO, MATCH_YES, MATCH_EXCLUDED, MATCH_UNSURE };

struct outcome {
    enum { RULE_NONE, RULE_ALLOWS, RULE_DENIES, RULE_UNSURE } kind;
    const struct sudo_fact *rule;
    const struct sudo_fact *elsewhere; /* would allow, on another host */
};

static bool is_item(const struct sudo_fact *s, const char *item)
{
    return strcmp(s->item, item) == 0;
}

static const struct sudo_fact *find_item(const struct facts *f, const char *item)
{
    vec_each (s, &f->sudo)
        if (is_item(s, item))
            return s;
    return NULL;
}

/* 10905 for "1.9.5p2"; 0 when unknown. */
static int sudo_version(const struct facts *f)
{
    const struct sudo_fact *program = find_item(f, "program");
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

static enum match verdict(bool matches, bool negated)
{
    return !matches ? MATCH_NO : negated ? MATCH_EXCLUDED : MATCH_YES;
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
static enum match match_users(const struct text_list *list, const struct account_fact *a)
{
    for (size_t i = list->count; i-- > 0;) {
        const char *text = list->items[i];
        bool negated = *text == '!';
        text += negated;
        bool matches;
        if (*text == '+' || strncmp(text, "%:", 2) == 0)
            return MATCH_UNSURE; /* netgroups and plugins: not on this disk */
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
    return MATCH_NO;
}

static bool is_address(const char *text)
{
    return strchr(text, ':') || (strspn(text, "0123456789./") == strlen(text) && strchr(text, '.'));
}

/* The name the guest gives itself; a cloud may give it another one at boot. */
static const char *host_name(const struct facts *f)
{
    const struct sudo_fact *host = find_item(f, "host");
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

static enum match match_hosts(const struct facts *f, const struct text_list *list)
{
    const char *host = host_name(f);
    for (size_t i = list->count; i-- > 0;) {
        const char *text = list->items[i];
        bool negated = *text == '!';
        text += negated;
        if (strcmp(text, "ALL") == 0)
            return verdict(true, negated);
        if (*text == '+' || is_address(text) || !host)
            return MATCH_UNSURE;
        if (is_host(f->arena, text, host))
            return verdict(true, negated);
    }
    return MATCH_NO;
}

static bool setting_holds(const struct visit *v, const struct sudo_fact *s)
{
    if (strcmp(s->scope, "host") == 0)
        return match_hosts(v->facts, &s->hosts) == MATCH_YES;
    if (strcmp(s->scope, "user") == 0)
        return match_users(&s->users, v->account) == MATCH_YES;
    if (strcmp(s->scope, "command") == 0)
        return strcmp(s->shell, "allow") == 0;
    const struct account_fact *root = facts_account(v->facts, "root");
    if (strcmp(s->scope, "runas") == 0)
        return root && match_users(&s->runas, root) == MATCH_YES;
    return true;
}

/* defaults.c update_defaults: global, host and user ones as they stand, then those for the target,
 * then those for the command; the last one wins. */
static const struct sudo_fact *setting(const struct visit *v, const char *name)
{
    const struct sudo_fact *winner = NULL;
    for (int pass = 0; pass < 3; pass++)
        vec_each (s, &v->facts->sudo) {
            if (!is_item(s, "setting") || !s->counts || strcmp(s->name, name) != 0)
                continue;
            int order = strcmp(s->scope, "runas") == 0     ? 1
                        : strcmp(s->scope, "command") == 0 ? 2
                                                           : 0;
            if (order == pass && setting_holds(v, s))
                winner = s;
        }
    return winner;
}

static bool is_on(const struct sudo_fact *s)
{
    return s && strcmp(s->value, "true") == 0;
}

/* match.c runaslist_matches, for the target root. */
static enum match match_target(const struct visit *v, const struct sudo_fact *rule)
{
    if (rule->runas_default_only) {
        const struct sudo_fact *target = setting(v, "runas_default");
        return !target || strcmp(target->value, "root") == 0 || strcmp(target->value, "#0") == 0
                   ? MATCH_YES
                   : MATCH_NO;
    }
    const struct account_fact *root = facts_account(v->facts, "root");
    return root ? match_users(&rule->runas, root) : MATCH_UNSURE;
}

/* parse.c sudoers_lookup_check: from the end, the first rule that knows the command decides.
 * COUNTED: the rules sudo reads, or those in files it does not. */
static struct outcome look_up(const struct visit *v, bool counted)
{
    struct outcome o = {RULE_NONE, NULL, NULL};
    bool unsure = false;
    const struct facts *f = v->facts;
    for (size_t i = f->sudo.count; i-- > 0;) {
        const struct sudo_fact *s = &f->sudo.items[i];
        if (!is_item(s, "rule") || s->counts != counted || !s->in_time ||
            strcmp(s->shell, "none") == 0)
            continue;
        enum match user = match_users(&s->users, v->account);
        enum match target = match_target(v, s);
        enum match host = match_hosts(f, &s->hosts);
        if (user == MATCH_NO || user == MATCH_EXCLUDED || target == MATCH_NO ||
            target == MATCH_EXCLUDED)
            continue;
        if (host == MATCH_NO || host == MATCH_EXCLUDED) {
            if (!o.elsewhere && strcmp(s->shell, "allow") == 0)
                o.elsewhere = s;
            continue;
        }
        if (user == MATCH_UNSURE || target == MATCH_UNSURE || host == MATCH_UNSURE ||
            strcmp(s->shell, "unknown") == 0) {
            unsure = true;
            continue;
        }
        o.kind = strcmp(s->shell, "deny") == 0 ? RULE_DENIES : RULE_ALLOWS;
        o.rule = s;
        break;
    }
    if (unsure)
        o.kind = RULE_UNSURE;
    return o;
}

/* check.c check_user: tags beat the setting, exempt_group beats both. */
static bool asks_password(const struct visit *v, const struct sudo_fact *rule)
{
    const struct sudo_fact *exempt = setting(v, "exempt_group");
    if (exempt && text_list_has(&v->account->groups, exempt->value))
        return false;
    if (rule->authenticate != TRUTH_UNKNOWN)
        return rule->authenticate == TRUTH_YES;
    const struct sudo_fact *s = setting(v, "authenticate");
    return !s || is_on(s);
}

static const struct sudo_fact *target_password(const struct visit *v)
{
    static const char *const names[] = {"rootpw", "runaspw", "targetpw"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_on(setting(v, names[i])))
            return setting(v, names[i]);
    return NULL;
}

static const struct sudo_fact *file_record(const struct facts *f, const char *path)
{
    const char *parent = path_parent(f->arena, path);
    vec_each (s, &f->sudo)
        if (is_item(s, "directory") && s->defect && strcmp(s->defect, "not-included") != 0 &&
            strcmp(s->path, parent) == 0)
            return s;
    vec_each (s, &f->sudo)
        if (is_item(s, "file") && strcmp(s->path, path) == 0)
            return s;
    return NULL;
}

/* "owner", "group-writable" … as a clause. */
static const char *insecurity(struct arena *a, const struct sudo_fact *file)
{
    if (strcmp(file->defect, "owner") == 0)
        return arena_printf(a, "belongs to uid %lld", (long long)file->uid);
    if (strcmp(file->defect, "world-writable") == 0)
        return arena_printf(a, "can be written by everybody (mode %s)", file->mode);
    if (strcmp(file->defect, "group-writable") == 0)
        return arena_printf(a, "can be written by group %lld (mode %s)", (long long)file->gid,
                            file->mode);
    return NULL;
}

static void add_insecure(const struct visit *v, const struct sudo_fact *file)
{
    const char *detail = insecurity(v->facts->arena, file);
    struct reason *r = reason_add(v->reasons, detail ? "sudoers-mode-owner" : "sudo-no-rule",
                                  GATE_SHUT, place_of_file(file->path));
    r->value = file->mode;
    r->detail = detail                                 ? detail
                : strcmp(file->defect, "missing") == 0 ? "the file is missing"
                                                       : "it is not a regular file";
}

/* The file of a rule that would have helped, and why sudo does not read it. */
static void add_left_out(const struct visit *v, const struct sudo_fact *rule, enum gate_state state)
{
    const struct sudo_fact *file = file_record(v->facts, rule->at.file);
    if (!file || !file->defect)
        return;
    if (insecurity(v->facts->arena, file)) {
        add_insecure(v, file);
        return;
    }
    struct reason *r = reason_add(v->reasons, "sudoers-dropin-ignored", state, rule->at);
    r->value = path_name(rule->at.file);
    r->detail = strcmp(file->defect, "name") == 0
                    ? "sudo skips names with a dot and those that end in \"~\""
                    : "no line of sudoers includes it";
}

/* Is the first word of a broken line this person, or one of the person's groups? */
static bool names_person(const struct sudo_fact *error, const struct account_fact *a)
{
    struct text_list one = {0};
    const char *word = error->name;
    if (!word || *word == '+' || *word == '!')
        return false;
    one.items = &word;
    one.count = 1;
    return match_users(&one, a) == MATCH_YES;
}

/* Before 1.9.3 one bad line, or one bad include, and sudo refuses all. Up to 1.9.5 a bad include
 * takes the line behind it along, which is not modelled. SUDO_NOT_JUDGED: nothing of the kind. */
static enum sudo_kind refused_as_a_whole(const struct visit *v)
{
    const struct facts *f = v->facts;
    const struct sudo_fact *main_file = find_item(f, "file");
    int version = sudo_version(f);
    if (!main_file || main_file->defect) {
        if (main_file)
            add_insecure(v, main_file);
        return SUDO_NONE;
    }
    if (version == 0 || version > 10905)
        return SUDO_NOT_JUDGED;
    vec_each (s, &f->sudo) {
        bool bad_line = is_item(s, "error") && s->counts;
        bool bad_include = is_item(s, "file") && s->defect && s->at.line > 0;
        if (!bad_include && !(bad_line && version < 10903))
            continue;
        bool old = version < 10903;
        struct reason *r =
            reason_add(v->reasons, "sudoers-syntax", old ? GATE_SHUT : GATE_UNKNOWN, s->at);
        r->value = bad_line ? s->name : s->path;
        r->detail = bad_line ? s->defect : "the file to include cannot be used";
        return old ? SUDO_NONE : SUDO_UNKNOWN;
    }
    return SUDO_NOT_JUDGED;
}

static const struct mount_fact *mount_of(const struct facts *f, const char *path)
{
    const struct mount_fact *best = NULL;
    vec_each (m, &f->mounts)
        if (m->directory && !m->defect && !m->is_swap && path_is_below(path, m->directory) &&
            (!best || strlen(m->directory) >= strlen(best->directory)))
            best = m;
    return best;
}

static bool has_nosuid(const struct mount_fact *m)
{
    bool nosuid = false;
    for (size_t i = 0; m && i < m->options.count; i++) {
        if (strcmp(m->options.items[i], "nosuid") == 0 ||
            strcmp(m->options.items[i], "user") == 0 || strcmp(m->options.items[i], "users") == 0)
            nosuid = true;
        else if (strcmp(m->options.items[i], "suid") == 0)
            nosuid = false;
    }
    return nosuid;
}

/* src/sudo.c: "must be owned by uid 0 and have the setuid bit set". */
static bool program_broken(const struct visit *v, const struct sudo_fact *program)
{
    const struct mount_fact *mount = mount_of(v->facts, program->path);
    if (!program->defect && !has_nosuid(mount))
        return false;
    struct reason *r = reason_add(v->reasons, "sudo-setuid-lost", GATE_SHUT,
                                  program->defect ? program->at : mount->at);
    r->value = program->mode;
    r->keyword = program->path;
    r->wanted = v->facts->os.family_code == FAMILY_RHEL ? "4111" : "4755";
    r->detail =
        !program->defect ? "its filesystem is mounted nosuid"
        : strcmp(program->defect, "owner") == 0
            ? arena_printf(v->facts->arena, "it belongs to uid %lld", (long long)program->uid)
        : strcmp(program->defect, "not-setuid") == 0 ? "its setuid bit is gone"
                                                     : "it cannot be executed";
    return true;
}

static bool in_admin_group(const struct visit *v)
{
    const struct text_list *groups = &v->account->groups;
    if (v->facts->os.family_code == FAMILY_DEBIAN)
        return text_list_has(groups, "sudo");
    return text_list_has(groups, "wheel");
}

/* Rules from elsewhere: sudo asks the sources that nsswitch.conf names. */
static bool other_sources(const struct facts *f)
{
    vec_each (n, &f->nsswitch)
        if (strcmp(n->db, "sudoers") == 0)
            for (size_t i = 0; i < n->sources.count; i++)
                if (strcmp(n->sources.items[i], "files") != 0 &&
                    !text_list_has(&n->missing_modules, n->sources.items[i]))
                    return true;
    return false;
}

static enum sudo_kind without_rule(const struct visit *v, const struct outcome *o)
{
    struct outcome aside = look_up(v, false);
    if (aside.kind == RULE_ALLOWS) {
        add_left_out(v, aside.rule, GATE_SHUT);
        return SUDO_NONE;
    }
    vec_each (s, &v->facts->sudo)
        if (is_item(s, "error") && s->counts && names_person(s, v->account)) {
            struct reason *r = reason_add(v->reasons, "sudoers-syntax", GATE_SHUT, s->at);
            r->value = s->name;
            r->detail = s->defect;
            return SUDO_NONE;
        }
    if (!in_admin_group(v) && !o->elsewhere)
        return SUDO_NONE; /* named for single commands only */
    if (other_sources(v->facts))
        return SUDO_UNKNOWN;
    struct place at = o->elsewhere ? o->elsewhere->at : find_item(v->facts, "file")->at;
    struct reason *r = reason_add(v->reasons, "sudo-no-rule", GATE_SHUT, at);
    r->detail = o->elsewhere
                    ? arena_printf(v->facts->arena, "the rule is for host %s",
                                   text_list_join(v->facts->arena, &o->elsewhere->hosts, ", "))
                    : "no line of it fits";
    return SUDO_NONE;
}

/* A password is asked for: has the person one, or root where root's is asked for? */
static enum sudo_kind with_password(const struct visit *v, const struct sudo_fact *rule)
{
    const struct sudo_fact *other = target_password(v);
    const struct account_fact *owner = other ? facts_account(v->facts, "root") : v->account;
    if (!owner || owner->password_state == PASSWORD_UNKNOWN)
        return SUDO_UNKNOWN;
    if (owner->password_state == PASSWORD_SET || owner->password_state == PASSWORD_EMPTY)
        return SUDO_PASSWORD;
    if (other) {
        struct reason *r = reason_add(v->reasons, "sudo-targetpw", GATE_SHUT, other->at);
        r->keyword = other->name;
        r->value = owner->password;
        return SUDO_NONE;
    }
    struct outcome aside = look_up(v, false);
    if (aside.kind == RULE_ALLOWS && !asks_password(v, aside.rule)) {
        add_left_out(v, aside.rule, GATE_OPEN);
        return SUDO_NONE;
    }
    bool overrides = false;
    vec_each (s, &v->facts->sudo)
        overrides |= is_item(s, "rule") && s->counts && s < rule && s->authenticate == TRUTH_NO &&
                     strcmp(s->shell, "allow") == 0 &&
                     match_users(&s->users, v->account) == MATCH_YES;
    bool agent = overrides && strcmp(path_name(rule->at.file), "waagent") == 0;
    struct reason *r =
        reason_add(v->reasons, agent ? "sudo-waagent-overrides" : "sudo-locked-password", GATE_OPEN,
                   rule->at);
    r->value = owner->password;
    r->detail =
        overrides && !agent ? "an earlier line asks for none, but the last one holds" : NULL;
    return SUDO_NONE;
}

void gate_sudo_guest(const struct facts *f, struct reason_list *out)
{
    int version = sudo_version(f);
    if (version > 0 && version < 10903)
        return; /* then it shuts everybody out who needs it */
    vec_each (s, &f->sudo)
        if (is_item(s, "error") && s->counts) {
            struct reason *r = reason_for_all(out, "sudoers-syntax", GATE_OPEN, s->at);
            r->value = s->name;
            r->detail = s->defect;
        }
}

struct sudo_verdict gate_sudo(const struct visit *v)
{
    const struct account_fact *a = v->account;
    struct sudo_verdict answer = {SUDO_NOT_JUDGED, false};
    if (!a)
        return answer;
    if (a->uid == 0)
        return (struct sudo_verdict){SUDO_NOPASSWD, false};
    const struct sudo_fact *program = find_item(v->facts, "program");
    const struct gap_fact *gap = find_gap(v->facts, "sudo");
    if (gap) {
        answer = (struct sudo_verdict){SUDO_UNKNOWN, a->is_admin};
        if (a->is_admin)
            reason_add(v->reasons, "sudo-no-rule", GATE_UNKNOWN, gap->at)->detail = gap->reason;
        return answer;
    }
    if (!program)
        return (struct sudo_verdict){SUDO_NONE, false};
    struct outcome o = look_up(v, true);
    answer = (struct sudo_verdict){SUDO_NONE, a->is_admin || o.kind == RULE_ALLOWS};
    if (!answer.judged)
        return answer;
    if (program_broken(v, program))
        return answer;
    enum sudo_kind refused = refused_as_a_whole(v);
    if (refused != SUDO_NOT_JUDGED) {
        answer.kind = refused;
        return answer;
    }
    if (o.kind == RULE_UNSURE) {
        answer.kind = SUDO_UNKNOWN;
        return answer;
    }
    if (o.kind == RULE_NONE) {
        answer.kind = without_rule(v, &o);
        return answer;
    }
    if (o.kind == RULE_DENIES)
        return answer; /* somebody wrote that down */
    answer.kind = asks_password(v, o.rule) ? with_password(v, o.rule) : SUDO_NOPASSWD;
    const struct sudo_fact *tty = setting(v, "requiretty");
    if (is_on(tty)) {
        struct reason *r = reason_add(v->reasons, "sudo-tty-or-conf", GATE_OPEN, tty->at);
        r->keyword = tty->name;
    }
    return answer;
}
