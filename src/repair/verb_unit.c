/* Verbs on units: what systemctl enable, disable, mask and unmask do to files, and their like for
 * OpenRC and SysV. */
#include <string.h>

#include "base/path.h"
#include "repair/link_edit.h"
#include "repair/text_edit.h"

#define SYSTEM_UNITS "/etc/systemd/system"

/* A name that stays one name in a path. */
static int check_name(const char *name, struct err *e)
{
    if (!*name || strchr(name, '/') || name[0] == '.')
        return err_set(e, ERR_REFUSED, "\"%s\" is no name of a unit", name);
    return 0;
}

/* DIRECTORY, made where it is missing; REAL is where it really is. */
static int open_directory(struct verb_context *c, const char *directory, const char **real,
                          struct err *e)
{
    struct stat_answer s = tree_stat(c->tree, directory);
    if (s.presence == PRESENCE_ABSENT) {
        struct node_state made = {.exists = true, .type = NODE_DIRECTORY, .mode = 0755};
        const char *place = real_path_of(c, directory, e);
        int code = place ? overlay_put(c->tree, place, &made, e) : ERR_REFUSED;
        if (code != 0)
            return code;
        s = tree_stat(c->tree, directory);
    }
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
        return err_set_at(e, ERR_REFUSED, directory, 0, 0, "%s",
                          s.reason ? s.reason : "is no directory");
    *real = s.real_path;
    return 0;
}

static int put_link(struct verb_context *c, const char *directory, const char *name,
                    const char *target, struct err *e)
{
    const char *real;
    int code = open_directory(c, directory, &real, e);
    return code == 0 ? link_edit_put(c, path_join(c->arena, real, name), target, e) : code;
}

/* --- systemd ---------------------------------------------------------------------------------- */

/* Words of one setting in the [Install] section of the unit file. */
static struct text_list install_words(struct verb_context *c, const char *path, const char *key)
{
    VEC(const char *) words = {0};
    struct text_file f;
    struct err ignored = {0}; /* a file that cannot be read installs nothing, which is said below */
    bool inside = false;
    if (text_open(c, path, false, &f, &ignored) == 0) {
        vec_each (line, &f.lines) {
            const char *text = arena_text(c->arena, line->text);
            size_t n = strlen(key);
            if (text[0] == '[')
                inside = strncmp(text, "[Install]", 9) == 0;
            if (!inside || strncmp(text, key, n) != 0)
                continue;
            const char *value = text + n + strspn(text + n, " \t");
            for (value += *value == '='; *value; value += strcspn(value, " \t")) {
                value += strspn(value, " \t");
                size_t length = strcspn(value, " \t");
                if (length > 0)
                    vec_push(c->arena, &words, arena_text(c->arena, (struct bytes){value, length}));
            }
        }
    }
    return (struct text_list){words.items, words.count};
}

static int enable_systemd(struct verb_context *c, const struct unit_fact *unit, struct err *e)
{
    static const struct {
        const char *key, *suffix;
    } rows[] = {{"WantedBy", "wants"}, {"RequiredBy", "requires"}, {"UpheldBy", "upholds"}};
    size_t made = 0;
    int code = 0;
    if (!unit->path)
        return err_set(e, ERR_NOT_FOUND, "there is no unit %s on this disk: its package is missing",
                       unit->name);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text_list by = install_words(c, unit->path, rows[i].key);
        for (size_t k = 0; k < by.count && code == 0; k++) {
            code = check_name(by.items[k], e);
            if (code == 0)
                code = put_link(c,
                                arena_printf(c->arena, SYSTEM_UNITS "/%s.%s", by.items[k],
                                             rows[i].suffix),
                                unit->name, unit->path, e);
            made++;
        }
    }
    struct text_list aliases = install_words(c, unit->path, "Alias");
    for (size_t k = 0; k < aliases.count && code == 0; k++) {
        code = check_name(aliases.items[k], e);
        if (code == 0)
            code = put_link(c, SYSTEM_UNITS, aliases.items[k], unit->path, e);
        made++;
    }
    if (code == 0 && made == 0)
        code = err_set(e, ERR_REFUSED, "%s says nowhere (no [Install] section) what shall start it",
                       unit->path);
    return code;
}

/* Every link below /etc that starts the unit, and its aliases. */
static int disable_systemd(struct verb_context *c, const struct unit_fact *unit, struct err *e)
{
    struct list_answer names = tree_list(c->tree, SYSTEM_UNITS);
    int code = 0;
    for (size_t i = 0; i < names.count && code == 0; i++) {
        const char *name = names.names[i];
        const char *dot = strrchr(name, '.');
        bool pulls = dot && (strcmp(dot, ".wants") == 0 || strcmp(dot, ".requires") == 0 ||
                             strcmp(dot, ".upholds") == 0);
        if (pulls)
            code =
                link_edit_remove(c, arena_printf(c->arena, SYSTEM_UNITS "/%s/%s", name, unit->name),
                                 e);
    }
    return code;
}

static int unmask_systemd(struct verb_context *c, const char *name, struct err *e)
{
    const char *path = path_join(c->arena, SYSTEM_UNITS, name);
    struct stat_answer s;
    struct node_state state;
    int code = link_edit_look(c, path, &s, e);
    if (code != 0 || s.presence == PRESENCE_ABSENT)
        return code;
    code = overlay_state(c->tree, s.real_path, true, &state, e);
    if (code != 0)
        return code;
    bool is_mask = (state.type == NODE_SYMLINK && strcmp(state.target, "/dev/null") == 0) ||
                   (state.type == NODE_FILE && state.content.len == 0);
    struct node_state gone = {0};
    return is_mask ? overlay_put(c->tree, s.real_path, &gone, e) : 0;
}

/* --- OpenRC and SysV -------------------------------------------------------------------------- */

static int enable_legacy(struct verb_context *c, const struct unit_fact *unit, struct err *e)
{
    const char *script = path_join(c->arena, "/etc/init.d", unit->name);
    if (tree_stat(c->tree, script).presence != PRESENCE_PRESENT)
        return err_set_at(e, ERR_NOT_FOUND, script, 0, 0,
                          "there is no such init script: its package is missing");
    if (strcmp(unit->manager, "openrc") == 0)
        return put_link(c, "/etc/runlevels/default", unit->name, script, e);
    int code = 0;
    for (const char *level = "2345"; *level && code == 0; level++)
        code = put_link(c, arena_printf(c->arena, "/etc/rc%c.d", *level),
                        arena_printf(c->arena, "S02%s", unit->name),
                        arena_printf(c->arena, "../init.d/%s", unit->name), e);
    return code;
}

/* Where the vendor keeps it: an absolute link, as systemctl makes it. */
static int link_default(struct verb_context *c, const char *target, struct err *e)
{
    static const char *const directories[] = {"/usr/lib/systemd/system", "/lib/systemd/system"};
    int code = check_name(target, e);
    for (size_t i = 0; i < sizeof directories / sizeof *directories && code == 0; i++) {
        const char *path = path_join(c->arena, directories[i], target);
        if (tree_stat(c->tree, path).presence == PRESENCE_PRESENT)
            return put_link(c, SYSTEM_UNITS, "default.target", path, e);
    }
    return code ? code : err_set(e, ERR_NOT_FOUND, "there is no %s on this disk", target);
}

/* --- the verbs -------------------------------------------------------------------------------- */

static const struct unit_fact *unit_of(struct verb_context *c, const struct json *step,
                                       struct err *e)
{
    const char *name = step_text(step, "name");
    const struct unit_fact *unit = check_name(name, e) == 0 ? facts_unit(c->facts, name) : NULL;
    if (!unit && e->code == ERR_NONE)
        err_set(e, ERR_NOT_FOUND, "there is no unit %s on this disk", name);
    return unit;
}

int verb_unit_enable(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct unit_fact *unit = unit_of(c, step, e);
    if (!unit)
        return ERR_NOT_FOUND;
    if (strcmp(unit->manager, "systemd") != 0)
        return enable_legacy(c, unit, e);
    return enable_systemd(c, unit, e);
}

int verb_unit_disable(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct unit_fact *unit = unit_of(c, step, e);
    if (!unit)
        return ERR_NOT_FOUND;
    if (strcmp(unit->manager, "systemd") != 0)
        return err_set(e, ERR_UNSUPPORTED, "%s is started by %s", unit->name, unit->manager);
    return disable_systemd(c, unit, e);
}

int verb_unit_mask(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name");
    int code = check_name(name, e);
    return code == 0 ? put_link(c, SYSTEM_UNITS, name, "/dev/null", e) : code;
}

/* The default target is no unit of its own: what masks it, or leads elsewhere, gives way to the
 * target a server comes up to. */
int verb_unit_unmask(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name");
    int code = check_name(name, e);
    if (code == 0 && strcmp(name, "default.target") == 0)
        return link_default(c, "multi-user.target", e);
    return code == 0 ? unmask_systemd(c, name, e) : code;
}

int verb_default_target(struct verb_context *c, const struct json *step, struct err *e)
{
    return link_default(c, step_text(step, "target"), e);
}

/* --- RuntimeDirectory= ------------------------------------------------------------------------ */

/* The unit of sshd that the record is about: the one that starts. */
static const struct unit_fact *sshd_unit(const struct verb_context *c)
{
    vec_each (unit, &c->facts->units)
        if (unit->role && strcmp(unit->role, "sshd") == 0 && unit->exec_start &&
            !strchr(unit->name, '@') && strcmp(unit->manager, "systemd") == 0)
            return unit;
    return NULL;
}

/* No line of the administrator's that could be mended: a drop-in of ours behind all others. What
 * RuntimeDirectory= holds adds up, so that nothing else is lost. */
static int add_runtime_directory(struct verb_context *c, const char *path, struct err *e)
{
    const struct unit_fact *unit = sshd_unit(c);
    const char *real;
    if (!unit)
        return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0, "no unit that starts sshd makes it");
    const char *directory = arena_printf(c->arena, SYSTEM_UNITS "/%s.d", unit->name);
    int code = check_name(unit->name, e);
    if (code == 0)
        code = open_directory(c, directory, &real, e);
    if (code != 0)
        return code;
    const char *text = arena_printf(c->arena,
                                    "# diskmend %s: %s did not make %s\n"
                                    "[Service]\nRuntimeDirectory=%s\nRuntimeDirectoryMode=0755\n",
                                    c->rule, unit->name, path, path_name(path));
    return text_put(c, path_join(c->arena, real, "zz-diskmend.conf"), bytes_of(text), 0644, 0, 0,
                    e);
}

/* The directory that sshd changes its root to: below /run the unit makes it at each start, and what
 * were made there on the disk would be gone. */
int verb_privsep_dir(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path");
    const struct json *at = json_member(c->record, "at");
    const char *file = json_member_string(at, "file");
    if (!path_is_below(path, "/run") && !path_is_below(path, "/var/run"))
        return verb_dir_make(c, step, e);
    int number = (int)json_number(json_member(at, "line"), 0);
    if (!file || number <= 0 || !path_is_below(file, "/etc"))
        return add_runtime_directory(c, path, e);
    struct text_file f;
    struct text_line *line;
    int code = text_open_line(c, file, number, &f, &line, e);
    if (code != 0)
        return code;
    const char *sign = memchr(line->text.ptr, '=', line->text.len);
    size_t value = sign ? (size_t)(sign - line->text.ptr) + 1 : 0;
    if (!bytes_start_with(line->text, "RuntimeDirectory") || value == 0)
        return err_set_at(e, ERR_UNSUPPORTED, f.path, number, 0,
                          "no RuntimeDirectory= stands there");
    struct strbuf out;
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, bytes_cut(line->text, 0, value));
    strbuf_add(&out, path_name(path));
    if (value < line->text.len)
        strbuf_add(&out, " ");
    strbuf_add_bytes(&out, bytes_cut(line->text, value, line->text.len));
    text_set(line, strbuf_bytes(&out));
    return text_save(c, &f, e);
}
