/* The stacks of sshd's PAM service, every include followed, as libpam's pam_handlers.c builds them.
 */
#include "facts/pam.h"

#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/facts.h"
#include "facts/pam_parts.h"

/* libpam: pam_private.h PAM_SUBSTACK_MAX_LEVEL. */
#define INCLUDE_LEVELS  16
#define MAXIMUM_ENTRIES 400u

static const struct fact_field pam_fields[] = {
    FACT_FIELD(pam_fact, service, FIELD_TEXT),    FACT_FIELD(pam_fact, type, FIELD_TEXT),
    FACT_FIELD(pam_fact, control, FIELD_TEXT),    FACT_FIELD(pam_fact, module, FIELD_TEXT),
    FACT_FIELD(pam_fact, arguments, FIELD_TEXTS), FACT_FIELD(pam_fact, path, FIELD_TEXT),
    FACT_FIELD(pam_fact, present, FIELD_TRUTH),   FACT_FIELD(pam_fact, problem, FIELD_TEXT),
    FACT_FIELD(pam_fact, level, FIELD_NUMBER),    FACT_FIELD(pam_fact, at, FIELD_PLACE),
};
const struct fact_kind pam_kind = FACT_KIND("pam", pam_fact, pam_fields);

struct reading {
    struct facts *f;
    const char *service;
    struct text_list module_directories;
    bool directories_unreadable;
    size_t files;
    bool too_deep; /* an include beyond what libpam follows was met */
};

static void note_unreadable(struct facts *f, const char *path, const char *reason)
{
    facts_add_gap(f, "pam", place_of_file(path), reason);
    if (f->pam_service.unreadable)
        return;
    f->pam_service.unreadable = reason ? reason : "unreadable";
    f->pam_service.unreadable_at = place_of_file(path);
}

/* libpam: _pam_open_config_file. Alpine and SUSE add a vendor directory of their own. */
static const char *open_service(struct facts *f, const char *name, struct read_answer *out)
{
    static const char *const directories[] = {"/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d"};
    size_t count = f->os.family_code == FAMILY_SUSE ? 3 : 2;
    bool absolute = name[0] == '/';
    for (size_t i = 0; i < (absolute ? 1 : count); i++) {
        const char *path = absolute ? name : path_join(f->arena, directories[i], name);
        struct stat_answer s = tree_stat(f->tree, path);
        /* fopen takes a directory, and reads nothing from it. */
        if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY) {
            *out = (struct read_answer){.presence = PRESENCE_PRESENT};
            return path;
        }
        *out = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
        if (out->presence == PRESENCE_UNREADABLE || out->cut) {
            note_unreadable(f, path, out->cut ? "a limit was hit: larger than 1 MiB" : out->reason);
            return path;
        }
        if (out->presence == PRESENCE_PRESENT)
            return path;
    }
    return NULL;
}

static void add_module_directory(struct reading *r, const char *directory)
{
    struct facts *f = r->f;
    struct stat_answer s = tree_stat(f->tree, directory);
    if (s.presence == PRESENCE_UNREADABLE)
        r->directories_unreadable = true;
    if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY &&
        !text_list_has(&r->module_directories, s.real_path))
        text_list_add(f->arena, &r->module_directories, s.real_path);
}

/* Compiled into libpam: one of these, by distribution and architecture. */
static void find_module_directories(struct reading *r)
{
    static const char *const patterns[] = {"/usr/lib/*-linux-gnu*/security",
                                           "/lib/*-linux-gnu*/security",
                                           "/usr/lib64/security",
                                           "/lib64/security",
                                           "/usr/lib/security",
                                           "/lib/security"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct list_answer found = tree_glob(r->f->tree, patterns[i]);
        if (found.presence == PRESENCE_UNREADABLE)
            r->directories_unreadable = true;
        for (size_t k = 0; found.presence == PRESENCE_PRESENT && k < found.count && k < 8; k++)
            add_module_directory(r, found.names[k]);
    }
}

/* "pam_x.so" or a path; "$ISA" is "." or the library directory's name by build: left to the end. */
static void find_module(struct reading *r, struct pam_fact *e)
{
    struct facts *f = r->f;
    const char *name = e->module;
    if (strstr(name, "$ISA")) {
        name = path_name(name);
    } else if (name[0] == '/') {
        struct stat_answer s = tree_stat(f->tree, name);
        e->present = s.presence == PRESENCE_UNREADABLE ? TRUTH_UNKNOWN
                     : s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && s.node.size > 0
                         ? TRUTH_YES
                         : TRUTH_NO;
        e->path = e->present == TRUTH_YES ? name : NULL;
        return;
    }
    e->present =
        r->directories_unreadable || r->module_directories.count == 0 ? TRUTH_UNKNOWN : TRUTH_NO;
    for (size_t i = 0; i < r->module_directories.count; i++) {
        const char *path = path_join(f->arena, r->module_directories.items[i], name);
        struct stat_answer s = tree_stat(f->tree, path);
        if (s.presence == PRESENCE_UNREADABLE)
            e->present = TRUTH_UNKNOWN;
        if (s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && s.node.size > 0) {
            e->present = TRUTH_YES;
            e->path = path;
            return;
        }
    }
}

static bool parse_file(struct reading *r, struct read_answer content, const char *path,
                       const char *wanted, int depth, int level);

/* libpam: _pam_load_conf_file. False: the line that includes is a failure itself. */
static bool include(struct reading *r, const char *name, const char *wanted, int depth, int level)
{
    if (depth >= INCLUDE_LEVELS)
        r->too_deep = true;
    if (!name || depth >= INCLUDE_LEVELS)
        return false;
    if (++r->files > LIMIT_INCLUDED_FILES) {
        note_unreadable(r->f, name, "a limit was hit: more than 512 files included");
        return true;
    }
    struct read_answer content;
    const char *path = open_service(r->f, name, &content);
    if (!path)
        return false;
    if (content.presence != PRESENCE_PRESENT)
        return true; /* unreadable: a gap says so */
    return parse_file(r, content, path, wanted, depth, level);
}

static const char *known_type(const char *type)
{
    static const char *const types[] = {"auth", "account", "password", "session"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcasecmp(types[i], type) == 0)
            return types[i];
    return NULL;
}

static struct pam_fact *add_entry(struct reading *r, struct pam_fact e)
{
    struct facts *f = r->f;
    if (f->pam.count >= MAXIMUM_ENTRIES) {
        note_unreadable(f, e.at.file, "a limit was hit: more than 400 modules");
        return NULL;
    }
    e.service = r->service;
    vec_push(f->arena, &f->pam, e);
    return &f->pam.items[f->pam.count - 1];
}

/* A line that is no include. */
static void read_module_line(struct reading *r, const struct pam_line *l, struct pam_fact e)
{
    struct facts *f = r->f;
    e.control = l->control;
    e.module = l->module;
    if (!l->control) {
        e.problem = e.problem ? e.problem : "no-control";
        e.must_fail = true;
        for (int i = 0; i < PAM_CODE_COUNT; i++)
            e.actions[i] = PAM_DO_BAD;
    } else if (!pam_control_read(l->control, e.actions) && !e.problem) {
        e.problem = "bad-control";
    }
    if (!l->module) {
        e.problem = e.problem ? e.problem : "no-module";
        e.must_fail = true;
    }
    for (size_t i = 0; i < l->argument_count; i++)
        text_list_add(f->arena, &e.arguments, l->arguments[i]);
    if (l->module)
        find_module(r, &e);
    struct pam_fact *added = add_entry(r, e);
    if (added && !added->must_fail)
        pam_read_module_files(f, added);
}

/* False: libpam gives the file up. */
static bool read_line(struct reading *r, const struct pam_line *l, const char *path,
                      const char *wanted, int depth, int level)
{
    struct facts *f = r->f;
    struct pam_fact e = {.at = {path, l->line, 0}, .level = level};
    /* Debian's libpam only: patch 031_pam_include. */
    if (strcasecmp(l->type, "@include") == 0 && f->os.family_code == FAMILY_DEBIAN) {
        if (include(r, l->control, wanted, depth + 1, level))
            return true;
        if (!f->pam_service.broken) {
            f->pam_service.broken_at = e.at;
            f->pam_service.broken_by = l->control ? l->control : "";
        }
        return false;
    }
    e.type = known_type(l->type);
    if (!e.type) {
        e.type = wanted ? wanted : "auth";
        e.problem = "bad-type";
        e.must_fail = true;
    }
    if (wanted && strcmp(wanted, e.type) != 0)
        return true;
    bool substack = l->control && strcasecmp(l->control, "substack") == 0;
    if (!substack && (!l->control || strcasecmp(l->control, "include") != 0)) {
        read_module_line(r, l, e);
        return true;
    }
    if (include(r, l->module, e.type, depth + 1, level + substack))
        return true;
    e.control = l->control;
    e.module = l->module;
    e.must_fail = true;
    e.problem = r->too_deep ? "include-depth" : "include-missing";
    for (int i = 0; i < PAM_CODE_COUNT; i++)
        e.actions[i] = PAM_DO_BAD;
    add_entry(r, e);
    return true;
}

static bool parse_file(struct reading *r, struct read_answer content, const char *path,
                       const char *wanted, int depth, int level)
{
    struct facts *f = r->f;
    struct pam_lines lines = pam_lines_read(f->arena, content.content);
    if (lines.cut)
        note_unreadable(f, path, "a limit was hit: more than 20000 lines");
    vec_each (l, &lines.items) {
        if (f->pam.count >= MAXIMUM_ENTRIES) {
            note_unreadable(f, path, "a limit was hit: more than 400 modules");
            return true;
        }
        if (!read_line(r, l, path, wanted, depth, level))
            return false;
    }
    if (lines.incomplete && !f->pam_service.broken_at.file)
        f->pam_service.broken_at = place_of_file(path);
    return !lines.incomplete;
}

/* One service; true when its file is there. */
static bool read_service(struct reading *r, const char *name)
{
    struct facts *f = r->f;
    r->service = name;
    struct read_answer content;
    const char *path = open_service(f, name, &content);
    if (!path)
        return false;
    if (content.presence == PRESENCE_PRESENT && !parse_file(r, content, path, NULL, 0, 0))
        f->pam_service.broken = true;
    return true;
}

/* systemd did so at each boot; later releases (257 has not) leave the file alone. Its own program
 * says which one this is. */
static bool clears_nologin(struct facts *f)
{
    struct read_answer r =
        tree_read(f->tree, "/usr/lib/systemd/systemd-user-sessions", LIMIT_CONFIG_BYTES);
    if (r.presence == PRESENCE_ABSENT)
        r = tree_read(f->tree, "/lib/systemd/systemd-user-sessions", LIMIT_CONFIG_BYTES);
    return r.presence == PRESENCE_PRESENT && text_find(r.content, "/etc/nologin") < r.content.len;
}

/* The program that pam_unix asks about shadow; not looked at where it cannot be told. */
static const char *missing_helper(struct facts *f)
{
    static const char *const paths[] = {"/usr/sbin/unix_chkpwd", "/sbin/unix_chkpwd"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct stat_answer s = tree_stat(f->tree, paths[i]);
        if (s.presence == PRESENCE_UNREADABLE ||
            (s.presence == PRESENCE_PRESENT && s.node.mode & 0111))
            return NULL;
    }
    return paths[0];
}

/* The stacks of one more service beside sshd's; "other" has been read. */
static struct pam_service read_another(struct reading *r, const char *name)
{
    struct facts *f = r->f;
    const struct pam_service of_sshd = f->pam_service;
    f->pam_service = (struct pam_service){.name = name};
    struct pam_service *s = &f->pam_service;
    bool known = false;
    vec_each (e, &f->pam)
        known |= strcmp(e->service, name) == 0;
    s->file_missing = !known && !read_service(r, name);
    const struct pam_service answer = *s;
    f->pam_service = of_sshd;
    return answer;
}

/* sudo with --with-pam-login, as Debian from 12 and Red Hat build it, asks for "sudo-i" before a
 * login shell; without it "sudo" serves for both. */
static void read_sudo(struct reading *r)
{
    struct facts *f = r->f;
    bool installed = false;
    vec_each (s, &f->sudo)
        installed |= strcmp(s->item, "program") == 0;
    /* No module anywhere: a system without PAM, and a sudo that does not ask it. */
    if (!installed || (r->module_directories.count == 0 && !r->directories_unreadable))
        return;
    bool other = false;
    vec_each (e, &f->pam)
        other |= strcmp(e->service, "other") == 0;
    if (!other)
        read_another(r, "other");
    f->sudo_pam = read_another(r, "sudo");
    f->sudo_login_pam = f->sudo_pam;
    if (tree_stat(f->tree, "/etc/pam.d/sudo-i").presence != PRESENCE_ABSENT)
        f->sudo_login_pam = read_another(r, "sudo-i");
}

static void read_sshd(struct reading *r)
{
    struct facts *f = r->f;
    struct pam_service *s = &f->pam_service;
    s->name = "sshd";
    if (f->os.openssh_version >= 908) {
        const char *named = sshd_config_value(f->sshd, "PAMServiceName");
        if (named && *named)
            s->name = named;
    }
    s->clears_nologin = clears_nologin(f);
    if (f->os.pam == TRUTH_NO || strcasecmp(sshd_config_value(f->sshd, "UsePAM"), "yes") != 0)
        return;
    s->helper = missing_helper(f);
    s->file_missing = !read_service(r, s->name);
    s->file_empty = !s->file_missing && f->pam.count == 0;
    if (!s->broken && strcasecmp(s->name, "other") != 0 && !read_service(r, "other") &&
        s->file_missing) {
        s->broken = !s->unreadable;
        s->broken_at = place_of_file(path_join(f->arena, "/etc/pam.d", s->name));
    }
}

void facts_read_pam(struct facts *f)
{
    struct reading r = {.f = f};
    find_module_directories(&r);
    read_sshd(&r);
    read_sudo(&r);
}
