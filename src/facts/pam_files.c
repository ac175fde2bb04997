/* The files PAM modules read for themselves: nologin, access.conf, lists, shells, limits. */
#include "facts/pam_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"

#include <strings.h>

#define MAXIMUM_FILES 512u
#define MAXIMUM_LINES 20000u

static const struct fact_field pam_file_fields[] = {
    FACT_FIELD(pam_file_fact, path, FIELD_TEXT),    FACT_FIELD(pam_file_fact, module, FIELD_TEXT),
    FACT_FIELD(pam_file_fact, state, FIELD_TEXT),   FACT_FIELD(pam_file_fact, mode, FIELD_MODE),
    FACT_FIELD(pam_file_fact, count, FIELD_NUMBER), FACT_FIELD(pam_file_fact, at, FIELD_PLACE),
};
const struct fact_kind pam_file_kind = FACT_KIND("pam_file", pam_file_fact, pam_file_fields);

static void read_lines(struct facts *f, struct pam_file_fact *file, struct bytes text)
{
    struct bytes line;
    file->ends_with_newline = text.len == 0 || text.ptr[text.len - 1] == '\n';
    while (file->lines.count < MAXIMUM_LINES && text_next_line(&text, &line))
        vec_push(f->arena, &file->lines, line);
    file->count = (int64_t)file->lines.count;
}

struct pam_file_fact *pam_add_file(struct facts *f, const char *path, const char *module,
                                   enum pam_content wanted)
{
    vec_each (known, &f->pam_files)
        if (strcmp(known->path, path) == 0)
            return NULL;
    if (f->pam_files.count >= MAXIMUM_FILES)
        return NULL;
    struct pam_file_fact file = {.path = path, .module = module, .at = place_of_file(path)};
    /* pam_listfile does not follow a link. */
    struct stat_answer s = strcmp(module, "pam_listfile.so") == 0 ? tree_lstat(f->tree, path)
                                                                  : tree_stat(f->tree, path);
    const char *reason = s.reason;
    if (s.presence == PRESENCE_ABSENT) {
        file.state = "missing";
    } else if (s.presence == PRESENCE_PRESENT && s.node.type != NODE_FILE) {
        file.state = "not-regular";
        file.mode = s.node.mode;
    } else if (s.presence == PRESENCE_PRESENT && wanted == PAM_CONTENT_NONE) {
        file.mode = s.node.mode;
        file.state = "ok";
    } else if (s.presence == PRESENCE_PRESENT) {
        file.mode = s.node.mode;
        struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
        bool whole = r.presence == PRESENCE_PRESENT && !r.cut;
        file.state = whole ? "ok" : "unreadable";
        reason = r.cut ? "a limit was hit: larger than 1 MiB" : r.reason;
        if (whole && wanted == PAM_CONTENT_BYTES)
            file.content = r.content;
        else if (whole)
            read_lines(f, &file, r.content);
        if (file.lines.count >= MAXIMUM_LINES) {
            file.state = "unreadable";
            reason = "a limit was hit: more than 20000 lines";
        }
    } else {
        file.state = "unreadable";
    }
    if (s.presence == PRESENCE_PRESENT) {
        file.uid = s.node.uid;
        file.size = s.node.size;
    }
    if (strcmp(file.state, "unreadable") == 0)
        facts_add_gap(f, "pam", file.at, reason);
    vec_push(f->arena, &f->pam_files, file);
    return &f->pam_files.items[f->pam_files.count - 1];
}

static void add_file(struct facts *f, const char *path, const char *module)
{
    pam_add_file(f, path, module, PAM_CONTENT_LINES);
}

/* pam_exec.c call_exec: options, then the program with its arguments. */
const char *pam_exec_program(const struct pam_fact *e)
{
    static const char *const flags[] = {"debug",          "stdout",         "seteuid",  "quiet",
                                        "expose_authtok", "use_first_pass", "quiet_log"};
    for (size_t i = 0; i < e->arguments.count; i++) {
        const char *word = e->arguments.items[i];
        bool option = strncasecmp(word, "log=", 4) == 0 || strncasecmp(word, "type=", 5) == 0;
        for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
            option |= strcasecmp(word, flags[k]) == 0;
        if (!option)
            return word;
    }
    return NULL;
}

const char *pam_entry_argument(const struct pam_fact *e, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < e->arguments.count; i++)
        if (strncmp(e->arguments.items[i], name, strlen(name)) == 0)
            value = e->arguments.items[i] + strlen(name);
    return value;
}

/* The file itself, or the one its argument names; with DROP_INS those of its directory too. */
static void add_settings(struct facts *f, const struct pam_fact *e, const char *name,
                         const char *option, const char *path, const char *drop_ins)
{
    const char *given = pam_entry_argument(e, option);
    if (given && given[0] == '/') {
        add_file(f, given, name);
        return;
    }
    add_file(f, path, name);
    struct list_answer files = drop_ins ? tree_glob(f->tree, drop_ins) : (struct list_answer){0};
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count; i++)
        add_file(f, files.names[i], name);
}

static bool mentions(const struct pam_file_fact *file, const char *word)
{
    vec_each (line, &file->lines)
        if (text_find(*line, word) < line->len)
            return true;
    return false;
}

/* How many files a process may open at most is the kernel's to say: only asked where a limit is
 * set. */
static void add_sysctls(struct facts *f)
{
    static const char *const patterns[] = {"/etc/sysctl.d/*.conf", "/usr/lib/sysctl.d/*.conf",
                                           "/lib/sysctl.d/*.conf"};
    bool asked = false;
    vec_each (file, &f->pam_files)
        asked |= strcmp(file->module, "pam_limits.so") == 0 && mentions(file, "nofile");
    if (!asked)
        return;
    add_file(f, "/etc/sysctl.conf", "sysctl");
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct list_answer found = tree_glob(f->tree, patterns[i]);
        for (size_t k = 0; found.presence == PRESENCE_PRESENT && k < found.count; k++)
            add_file(f, found.names[k], "sysctl");
    }
}

/* tmpfiles.d: a file of the same name in an earlier directory stands instead. */
static bool makes_nologin(struct facts *f)
{
    static const char *const directories[] = {"/etc/tmpfiles.d", "/usr/local/lib/tmpfiles.d",
                                              "/usr/lib/tmpfiles.d", "/lib/tmpfiles.d"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        const char *path = path_join(f->arena, directories[i], "systemd-nologin.conf");
        struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
        if (r.presence != PRESENCE_ABSENT)
            return r.presence == PRESENCE_PRESENT &&
                   text_find(r.content, "/run/nologin") < r.content.len;
        if (tree_lstat(f->tree, path).presence == PRESENCE_PRESENT)
            return false; /* a link to /dev/null */
    }
    return false;
}

/* localtime(3): no file is UTC. */
static bool is_utc(struct facts *f)
{
    static const char *const names[] = {"UTC", "UCT", "Universal", "Zulu", "GMT"};
    struct stat_answer s = tree_lstat(f->tree, "/etc/localtime");
    if (s.presence == PRESENCE_ABSENT)
        return true;
    struct link_answer l = tree_readlink(f->tree, "/etc/localtime");
    const char *zone = l.presence == PRESENCE_PRESENT ? path_name(l.target) : "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(zone, names[i]) == 0)
            return true;
    return false;
}

static void add_program(struct facts *f, const struct pam_fact *e)
{
    const char *program = pam_exec_program(e);
    if (program && program[0] == '/')
        pam_add_file(f, program, "pam_exec.so", PAM_CONTENT_NONE);
}

void pam_read_module_files(struct facts *f, const struct pam_fact *e)
{
    static const struct {
        const char *module, *option, *path, *drop_ins;
    } rows[] = {
        {"pam_access.so", "accessfile=", "/etc/security/access.conf",
         "/etc/security/access.d/*.conf"},
        {"pam_limits.so", "conf=", "/etc/security/limits.conf", "/etc/security/limits.d/*.conf"},
        {"pam_time.so", "conffile=", "/etc/security/time.conf", NULL},
        {"pam_sepermit.so", "conf=", "/etc/security/sepermit.conf", NULL},
        {"pam_shells.so", "\n", "/etc/shells", NULL},
        {"pam_securetty.so", "\n", "/etc/securetty", NULL},
        {"pam_nologin.so", "file=", "/etc/nologin", NULL},
        {"pam_faillock.so", "conf=", "/etc/security/faillock.conf", NULL},
    };
    const char *name = path_name(e->module);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].module, name) == 0)
            add_settings(f, e, rows[i].module, rows[i].option, rows[i].path, rows[i].drop_ins);
    const char *list = pam_entry_argument(e, "file=");
    if (strcmp(name, "pam_listfile.so") == 0 && list && list[0] == '/')
        add_file(f, list, "pam_listfile.so");
    if (strcmp(name, "pam_nologin.so") == 0 && !list) {
        /* Only a directory of its own keeps what is in it: /run is made anew at each boot. */
        struct stat_answer run = tree_lstat(f->tree, "/var/run");
        if (run.presence == PRESENCE_PRESENT && run.node.type == NODE_DIRECTORY)
            add_file(f, "/var/run/nologin", "pam_nologin.so");
    }
    if (strcmp(name, "pam_limits.so") == 0)
        add_sysctls(f);
    if (strcmp(name, "pam_nologin.so") == 0)
        f->pam_service.makes_nologin = makes_nologin(f);
    if (strcmp(name, "pam_time.so") == 0)
        f->pam_service.is_utc = is_utc(f);
    if (strcmp(name, "pam_exec.so") == 0)
        add_program(f, e);
    pam_read_user_files(f, e);
}
