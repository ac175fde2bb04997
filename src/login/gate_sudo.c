/* Gate sudo: would `sudo -i` give this person a root shell. Only for those who were set up to
 * become root: for everybody else there is nothing to lose. sudo: src/sudo.c,
 * plugins/sudoers/parse.c sudoers_lookup, match.c, defaults.c, check.c. */
#include "login/gate_sudo.h"

#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "login/sudo_match.h"
#include "login/sudo_pam.h"

static const struct sudo_fact *file_record(const struct facts *f, const char *path)
{
    const char *parent = path_parent(f->arena, path);
    vec_each (s, &f->sudo)
        if (sudo_is_item(s, "directory") && s->defect && strcmp(s->defect, "not-included") != 0 &&
            strcmp(s->path, parent) == 0)
            return s;
    vec_each (s, &f->sudo)
        if (sudo_is_item(s, "file") && strcmp(s->path, path) == 0)
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
    return sudo_match_users(&one, a) == SUDO_MATCH_YES;
}

/* Before 1.9.3 one bad line, or one bad include, and sudo refuses all. Up to 1.9.5 a bad include
 * takes the line behind it along, which is not modelled. SUDO_NOT_JUDGED: nothing of the kind. */
static enum sudo_kind refused_as_a_whole(const struct visit *v)
{
    const struct facts *f = v->facts;
    const struct sudo_fact *main_file = sudo_find_item(f, "file");
    int version = sudo_program_version(f);
    if (!main_file || main_file->defect) {
        if (main_file)
            add_insecure(v, main_file);
        return SUDO_NONE;
    }
    if (version == 0 || version > 10905)
        return SUDO_NOT_JUDGED;
    vec_each (s, &f->sudo) {
        bool bad_line = sudo_is_item(s, "error") && s->counts;
        bool bad_include = sudo_is_item(s, "file") && s->defect && s->at.line > 0;
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

static enum sudo_kind without_rule(const struct visit *v, const struct sudo_outcome *o)
{
    struct sudo_outcome aside = sudo_look_up(v, false);
    if (aside.kind == SUDO_RULE_ALLOWS) {
        add_left_out(v, aside.rule, GATE_SHUT);
        return SUDO_NONE;
    }
    vec_each (s, &v->facts->sudo)
        if (sudo_is_item(s, "error") && s->counts && names_person(s, v->account)) {
            struct reason *r = reason_add(v->reasons, "sudoers-syntax", GATE_SHUT, s->at);
            r->value = s->name;
            r->detail = s->defect;
            return SUDO_NONE;
        }
    if (!in_admin_group(v) && !o->elsewhere)
        return SUDO_NONE; /* named for single commands only */
    if (other_sources(v->facts))
        return SUDO_UNKNOWN;
    struct place at = o->elsewhere ? o->elsewhere->at : sudo_find_item(v->facts, "file")->at;
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
    const struct sudo_fact *other = sudo_target_password(v);
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
    struct sudo_outcome aside = sudo_look_up(v, false);
    if (aside.kind == SUDO_RULE_ALLOWS && !sudo_asks_password(v, aside.rule)) {
        add_left_out(v, aside.rule, GATE_OPEN);
        return SUDO_NONE;
    }
    bool overrides = false;
    vec_each (s, &v->facts->sudo)
        overrides |= sudo_is_item(s, "rule") && s->counts && s < rule &&
                     s->authenticate == TRUTH_NO && strcmp(s->shell, "allow") == 0 &&
                     sudo_match_users(&s->users, v->account) == SUDO_MATCH_YES;
    bool agent = overrides && strcmp(path_name(rule->at.file), "waagent") == 0;
    struct reason *r =
        reason_add(v->reasons, agent ? "sudo-waagent-overrides" : "sudo-locked-password", GATE_OPEN,
                   rule->at);
    r->value = owner->password;
    r->detail =
        overrides && !agent ? "an earlier line asks for none, but the last one holds" : NULL;
    return SUDO_NONE;
}

/* Why a rule that may fit cannot be told to. */
static const char *say_unsure(const struct visit *v, const struct sudo_fact *rule)
{
    struct arena *a = v->facts->arena;
    const struct text_list *const lists[] = {&rule->users, &rule->hosts, &rule->runas};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (size_t k = 0; k < lists[i]->count; k++) {
            const char *text = lists[i]->items[k] + (lists[i]->items[k][0] == '!');
            if (text[0] == '+')
                return arena_printf(a, "who is in the netgroup %s is not on this disk", text + 1);
            if (strncmp(text, "%:", 2) == 0)
                return arena_printf(a, "who is in the group %s is not on this disk", text + 2);
        }
    if (strcmp(rule->shell, "unknown") == 0)
        return "its command cannot be told to be the shell or not";
    return "its host cannot be told to be this one or not";
}

/* sudo itself does not look at /etc; whoever may write there may replace what sudo and PAM read. */
static void note_etc(const struct facts *f, struct reason_list *out)
{
    const struct file_fact *etc = facts_file(f, "/etc");
    if (!etc || !etc->exists || !(etc->mode & 0020) || etc->mode & 0002 || etc->gid == 0 ||
        etc->uid != 0 || !sudo_find_item(f, "program"))
        return;
    struct reason *r = reason_for_all(out, "sudo-etc-dir", GATE_OPEN, etc->at);
    r->keyword = etc->path;
    r->value = arena_printf(f->arena, "%04o", (unsigned)etc->mode & 07777);
    r->wanted = "0755";
    r->detail =
        arena_printf(f->arena, "group %s may replace sudoers and PAM's files",
                     etc->group ? etc->group : arena_printf(f->arena, "%lld", (long long)etc->gid));
}

void gate_sudo_guest(const struct facts *f, struct reason_list *out)
{
    note_etc(f, out);
    int version = sudo_program_version(f);
    if (version > 0 && version < 10903)
        return; /* then it shuts everybody out who needs it */
    vec_each (s, &f->sudo)
        if (sudo_is_item(s, "error") && s->counts) {
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
    const struct sudo_fact *program = sudo_find_item(v->facts, "program");
    const struct gap_fact *gap = find_gap(v->facts, "sudo");
    if (gap) {
        answer = (struct sudo_verdict){SUDO_UNKNOWN, a->is_admin};
        if (a->is_admin)
            reason_add(v->reasons, "sudo-no-rule", GATE_UNKNOWN, gap->at)->detail = gap->reason;
        return answer;
    }
    if (!program)
        return (struct sudo_verdict){SUDO_NONE, false};
    struct sudo_outcome o = sudo_look_up(v, true);
    answer = (struct sudo_verdict){SUDO_NONE, a->is_admin || o.kind == SUDO_RULE_ALLOWS};
    if (!answer.judged)
        return answer;
    if (program_broken(v, program) || sudo_judge_conf(v) == GATE_SHUT)
        return answer;
    enum sudo_kind refused = refused_as_a_whole(v);
    if (refused != SUDO_NOT_JUDGED) {
        answer.kind = refused;
        return answer;
    }
    if (o.kind == SUDO_RULE_UNSURE) {
        reason_add(v->reasons, "sudo-no-rule", GATE_UNKNOWN, o.unsure->at)->detail =
            say_unsure(v, o.unsure);
        answer.kind = SUDO_UNKNOWN;
        return answer;
    }
    if (o.kind == SUDO_RULE_NONE) {
        answer.kind = without_rule(v, &o);
        return answer;
    }
    if (o.kind == SUDO_RULE_DENIES)
        return answer; /* somebody wrote that down */
    bool asks = sudo_asks_password(v, o.rule);
    answer.kind = asks ? with_password(v, o.rule) : SUDO_NOPASSWD;
    enum gate_state pam = sudo_judge_pam(v, asks);
    if (pam == GATE_SHUT)
        answer.kind = SUDO_NONE;
    else if (pam == GATE_UNKNOWN && answer.kind != SUDO_NONE)
        answer.kind = SUDO_UNKNOWN;
    const struct sudo_fact *tty = sudo_setting(v, "requiretty");
    if (sudo_is_on(tty)) {
        struct reason *r = reason_add(v->reasons, "sudo-tty-or-conf", GATE_OPEN, tty->at);
        r->keyword = tty->name;
        r->detail = "sudo fails where there is no terminal, as in scripts over ssh";
    }
    return answer;
}
