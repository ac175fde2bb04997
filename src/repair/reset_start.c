/* How sshd is started, in a reset: no options that beat its file, unit, keys and firewall as they
 * have to be. */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/path.h"
#include "facts/collect.h"
#include "repair/reset.h"

/* --- files of settings ------------------------------------------------------------------------ */

static const char *const settings_files[] = {"/etc/default/ssh", "/etc/default/sshd",
                                             "/etc/sysconfig/ssh", "/etc/sysconfig/sshd",
                                             "/etc/conf.d/sshd"};

/* NAME=VALUE with a value, where NAME gives sshd options, another file, or another program. */
static bool gives_options(struct bytes line)
{
    static const char *const names[] = {"SSHD_OPTS=", "OPTIONS=", "SSHD_CONFIG=", "SSHD_BINARY=",
                                        "command_args="};
    struct bytes text = text_trim(line);
    if (bytes_start_with(text, "export "))
        text = text_trim(bytes_cut(text, strlen("export "), text.len));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!bytes_start_with(text, names[i]))
            continue;
        struct bytes value = text_trim(bytes_cut(text, strlen(names[i]), text.len));
        return value.len > 0 && !bytes_equal_text(value, "\"\"") && !bytes_equal_text(value, "''");
    }
    return false;
}

static int reset_settings(struct verb_context *c, const char *path, struct err *e)
{
    struct stat_answer s = tree_stat(c->tree, path);
    struct text_file f;
    bool goes_on = false, changed = false;
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_FILE)
        return 0;
    int code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    vec_each (line, &f.lines) {
        bool ours = goes_on || gives_options(line->text);
        goes_on = ours && line->text.len > 0 && line->text.ptr[line->text.len - 1] == '\\';
        if (ours)
            text_comment(c, line);
        changed |= ours;
    }
    if (changed)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena,
                              "%s: its options for sshd are commented out: they beat the file",
                              path));
    return text_save(c, &f, e);
}

/* --- drop-ins of the unit --------------------------------------------------------------------- */

/* Options that say something which sshd_config says as well, or name another file. */
static bool overrides(const char *word)
{
    return word[0] == '-' && word[1] && strchr("fpo46hcuCEgbk", word[1]);
}

static bool is_own_drop_in(const char *path)
{
    return path && path_is_below(path, "/etc/systemd/system") && strstr(path, ".d/");
}

/* Each drop-in once: the facts do not change while they are moved. */
static int reset_unit_options(struct verb_context *c, struct err *e)
{
    int code = 0;
    vec_each (unit, &c->facts->units) {
        if (!unit->role || strcmp(unit->role, "sshd") != 0)
            continue;
        for (size_t i = 0; i < unit->option_places.count && i < unit->exec_options.count; i++) {
            const char *path = unit->option_places.items[i].file;
            if (code == 0 && overrides(unit->exec_options.items[i]) && is_own_drop_in(path))
                code = reset_aside(c, path, e);
        }
    }
    return code;
}

int reset_start_options(struct sshd_reset *r, struct err *e)
{
    int code = reset_unit_options(r->c, e);
    for (size_t i = 0; i < sizeof settings_files / sizeof *settings_files && code == 0; i++)
        code = reset_settings(r->c, settings_files[i], e);
    return code;
}

/* --- by rules --------------------------------------------------------------------------------- */

/* One lock of the gates that a reset opens. */
static const char *key_of(struct arena *a, const struct reason *reason)
{
    return arena_printf(a, "%s\x1f%s\x1f%d\x1f%s\x1f%s", reason->id,
                        reason->at.file ? reason->at.file : "", reason->at.line,
                        reason->value ? reason->value : "", reason->keyword ? reason->keyword : "");
}

static const char *sentence(struct arena *a, const struct err *e)
{
    return *e->path ? arena_printf(a, "%s: %s", e->path, e->text) : arena_strdup(a, e->text);
}

/* All steps or none. */
static int apply_steps(struct sshd_reset *r, const struct rule *rule, const struct json *record,
                       struct err *e)
{
    struct verb_context context = *r->c;
    size_t mark = overlay_mark(r->c->tree);
    const char *user = json_member_string(record, "user");
    struct json *steps = rules_steps(r->c->input->rules, r->now->document, rule, record, e);
    int code = steps ? 0 : (int)e->code;
    context.record = record;
    context.user = user && strcmp(user, "*") != 0 ? user : NULL;
    for (const struct json *s = json_first(steps); s && code == 0; s = json_next(s)) {
        const struct verb *verb = verb_by_name(json_member_string(s, "do"));
        code = verb ? verb->apply(&context, s, e)
                    : err_set(e, ERR_INTERNAL, "a step of %s that nobody knows", rule->id);
    }
    if (code != 0)
        overlay_roll_back(r->c->tree, mark);
    else
        r->c->notes.items = context.notes.items, r->c->notes.count = context.notes.count,
        r->c->notes.capacity = context.notes.capacity;
    json_free(steps);
    return code;
}

/* True when the overlay has changed. FAILED: what could not be done, by lock. */
static bool mend(struct sshd_reset *r, const struct walk *walk, const struct reason *reason,
                 struct map *failed)
{
    struct arena *a = r->c->arena;
    const struct rule *rule = rules_find(r->c->input->rules, reason->id);
    const char *key = key_of(a, reason);
    size_t mark = overlay_mark(r->c->tree);
    struct err e = {0};
    if (!rule || map_get(failed, key))
        return false;
    if (strcmp(rule->repair_class, "report") == 0) {
        map_set(failed, key, (void *)(uintptr_t) "no edit of a file mends it with certainty");
        return false;
    }
    struct json *record = login_reason_record(a, walk, reason);
    int code = apply_steps(r, rule, record, &e);
    json_free(record);
    if (code == VERB_LATER)
        return false;
    if (code != 0)
        map_set(failed, key, (void *)(uintptr_t)sentence(a, &e));
    else if (overlay_mark(r->c->tree) == mark)
        map_set(failed, key,
                (void *)(uintptr_t) "its repair is in place already and does not open the gate");
    return code == 0 && overlay_mark(r->c->tree) != mark;
}

/* A key that is gone shuts nobody out while one of another type loads; clients that know the guest
 * by it would be refused all the same. */
static void make_host_keys(struct sshd_reset *r)
{
    struct err e = {0};
    struct json *step = json_new_object(r->c->arena);
    json_set_string(r->c->arena, step, "do", "hostkey_new");
    size_t mark = overlay_mark(r->c->tree);
    if (verb_hostkey_new(r->c, step, &e) != 0) {
        overlay_roll_back(r->c->tree, mark);
        vec_push(r->c->arena, &r->c->notes,
                 arena_printf(r->c->arena, "host keys: %s", sentence(r->c->arena, &e)));
    }
    json_free(step);
}

static const enum gate gates[] = {GATE_SSHD, GATE_LISTEN, GATE_FIREWALL};

static bool one_round(struct sshd_reset *r, struct map *failed)
{
    bool changed = false;
    reset_judge(r);
    for (size_t g = 0; g < sizeof gates / sizeof *gates && !changed; g++)
        vec_each (walk, &r->now->subjects->walks) {
            const struct gate_answer *answer = &walk->gates[gates[g]];
            for (size_t i = 0; i < answer->reason_count; i++)
                if (answer->reasons[i].state == GATE_SHUT &&
                    strcmp(answer->reasons[i].id, "nobody-can-log-in") != 0)
                    changed |= mend(r, walk, &answer->reasons[i], failed);
        }
    return changed;
}

void reset_by_rules(struct sshd_reset *r)
{
    enum { ROUNDS_MAX = 12 };
    struct arena *a = r->c->arena;
    struct map failed, said;
    map_init(&failed, a);
    map_init(&said, a);
    reset_judge(r);
    make_host_keys(r);
    for (int i = 0; i < ROUNDS_MAX && one_round(r, &failed); i++)
        continue;
    reset_judge(r);
    for (size_t g = 0; g < sizeof gates / sizeof *gates; g++)
        vec_each (walk, &r->now->subjects->walks)
            for (size_t i = 0; i < walk->gates[gates[g]].reason_count; i++) {
                const struct reason *reason = &walk->gates[gates[g]].reasons[i];
                const char *key = key_of(a, reason), *why = map_get(&failed, key);
                if (reason->state != GATE_SHUT || !why || map_get(&said, key))
                    continue;
                map_set(&said, key, &said);
                vec_push(a, &r->c->notes,
                         arena_printf(a, "%s%s%s stays: %s", reason->id,
                                      reason->at.file ? " at " : "",
                                      reason->at.file ? reason->at.file : "", why));
            }
}
