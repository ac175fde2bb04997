/* Rules that no firewall service loads: OpenRC's iptables scripts, and commands in scripts that run
 * at boot (rc.local, local.d, if-pre-up.d, lines of /etc/network/interfaces). Commands are read as
 * they stand; what a shell would have to work out is a problem record. */
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/firewall_parts.h"
#include "syntax/interfaces_lines.h"

#define SCRIPTS 64u

struct script {
    struct facts *f;
    const char *path;
    const char *problem;
    int problem_line;
    /* The commands of iptables and ip6tables as a file of iptables-restore, line by line at the
     * place they have in the script. */
    struct strbuf tables[2];
    int lines[2];
    bool is_conditional;
};

static const char *const families[] = {"ip", "ip6"};

static bool is_at_boot(struct facts *f, const char *service)
{
    static const char *const levels[] = {"/etc/runlevels/default", "/etc/runlevels/boot",
                                         "/etc/runlevels/sysinit"};
    struct stat_answer init = tree_stat(f->tree, path_join(f->arena, "/etc/init.d", service));
    if (init.presence != PRESENCE_PRESENT || !(init.node.mode & 0111))
        return false;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (tree_lstat(f->tree, path_join(f->arena, levels[i], service)).presence ==
            PRESENCE_PRESENT)
            return true;
    return false;
}

/* Alpine and Gentoo: init.d/iptables restores what IPTABLES_SAVE of conf.d/iptables names. */
static void read_openrc_service(struct facts *f, const char *service, const char *variable,
                                const char *family, const char *without)
{
    const struct firewall_source s = {"iptables", service, family};
    struct assignments *list = arena_new_struct(f->arena, struct assignments);
    const char *path = without;
    struct bytes text;
    if (!is_at_boot(f, service))
        return;
    if (firewall_file(f, &s, path_join(f->arena, "/etc/conf.d", service), &text)) {
        assignments_read(f->arena, text, ASSIGNMENT_SHELL, list);
        const char *given = assignments_value(list, variable);
        path = given && given[0] == '/' ? given : path;
    }
    firewall_add_iptables(f, &s, path);
}

static void note(struct script *c, const char *problem, int line)
{
    if (c->problem)
        return;
    c->problem = problem;
    c->problem_line = line;
}

static bool is_filter_program(const char *name)
{
    static const char *const names[] = {"iptables",          "ip6tables", "iptables-restore",
                                        "ip6tables-restore", "nft",       NULL};
    for (const char *const *n = names; *n; n++)
        if (strcmp(*n, name) == 0)
            return true;
    return false;
}

static bool mentions_filter(struct bytes line)
{
    return text_find(line, "tables") < line.len || text_find(line, "nft ") < line.len ||
           text_find(line, "ufw ") < line.len || text_find(line, "ipset ") < line.len;
}

/* iptables-restore FILE, or with "<"; options that change nothing go before it. */
static void take_restore(struct script *c, const struct text_list *w, bool six, int line)
{
    const struct firewall_source s = {"boot-script", c->path, families[six]};
    const char *file = NULL;
    for (size_t i = 1; i < w->count; i++) {
        const char *word = w->items[i];
        if (word[0] == '<' && word[1])
            file = word + 1;
        else if (strcmp(word, "-n") == 0 || strcmp(word, "--noflush") == 0 || file ||
                 strpbrk(word, "$`|;&>(*?"))
            note(c, "a command that only a shell can read", line);
        else if (word[0] != '<' && word[0] != '-')
            file = word;
    }
    if (!file || file[0] != '/')
        note(c, "a command that only a shell can read", line);
    else
        firewall_add_iptables(c->f, &s, file);
}

/* `iptables -A INPUT …`: as iptables-restore would read it. */
static void take_command(struct script *c, const struct text_list *w, struct bytes text, bool six,
                         int line)
{
    static const char *const taken[] = {"-A",       "-I",       "-P",          "-N", "--append",
                                        "--insert", "--policy", "--new-chain", NULL};
    static const char *const empties[] = {"-F",     "-X", "-Z", "--flush", "--delete-chain",
                                          "--zero", "-L", "-S", "-nL",     NULL};
    const char *verb = w->count > 1 ? w->items[1] : "";
    size_t cut = text_find(text, verb);
    if (strpbrk(arena_text(c->f->arena, text), "$`|;&<>(*?'\\")) {
        note(c, "a command that only a shell can read", line);
        return;
    }
    for (const char *const *e = empties; *e; e++)
        if (strcmp(*e, verb) == 0) {
            if (c->lines[six] > 0 && strchr("FX-", verb[1]))
                note(c, "rules taken out again", line);
            return;
        }
    bool known = false;
    for (const char *const *t = taken; *t; t++)
        known |= strcmp(*t, verb) == 0;
    if (strcmp(verb, "-t") == 0 && w->count > 2 && strcmp(w->items[2], "nat") == 0)
        return;
    if (!known || line < 2) {
        note(c, "a command outside of the model", line);
        return;
    }
    if (c->lines[six] == 0) {
        strbuf_init(&c->tables[six], c->f->arena);
        strbuf_add(&c->tables[six], "*filter\n");
        c->lines[six] = 1;
    }
    while (c->lines[six] < line - 1) {
        strbuf_add_char(&c->tables[six], '\n');
        c->lines[six]++;
    }
    strbuf_add_bytes(&c->tables[six], bytes_cut(text, cut, text.len));
    strbuf_add_char(&c->tables[six], '\n');
    c->lines[six]++;
}

/* One line of a shell script. False: the script ends here. */
static bool take_line(struct script *c, struct bytes line, int number)
{
    static const char *const branches[] = {"if", "for", "while", "case", "until", "function", NULL};
    line = text_trim(line);
    if (line.len == 0 || line.ptr[0] == '#')
        return true;
    if (memchr(line.ptr, '\0', line.len) && mentions_filter(line)) {
        note(c, "a byte that no script holds", number);
        return true;
    }
    struct text_list w = text_words(c->f->arena, line, " \t");
    const char *name = w.count > 0 ? path_name(w.items[0]) : "";
    for (const char *const *b = branches; *b; b++)
        if (strcmp(*b, name) == 0)
            c->is_conditional = true; /* what stands below may not be run */
    if (strcmp(name, "exit") == 0 && !c->is_conditional)
        return false;
    if (!is_filter_program(name)) {
        if (mentions_filter(line))
            note(c, "a command that only a shell can read", number);
        return true;
    }
    if (c->is_conditional) {
        note(c, "a command within a condition", number);
        return true;
    }
    bool six = name[0] == 'i' && name[2] == '6';
    if (strcmp(name, "nft") == 0)
        note(c, "nft from a script", number);
    else if (strstr(name, "-restore"))
        take_restore(c, &w, six, number);
    else
        take_command(c, &w, line, six, number);
    return true;
}

static void finish(struct script *c)
{
    const struct firewall_source s = {"boot-script", c->path, "inet"};
    for (int six = 0; six < 2; six++) {
        const struct firewall_source one = {"boot-script", c->path, families[six]};
        if (c->lines[six] == 0)
            continue;
        strbuf_add(&c->tables[six], "COMMIT\n");
        firewall_add_restored(c->f, &one, c->path, strbuf_bytes(&c->tables[six]));
    }
    if (c->problem)
        firewall_add_problem(c->f, &s, (struct place){c->path, c->problem_line, 0}, c->problem);
}

static void read_script(struct facts *f, const char *path)
{
    const struct firewall_source s = {"boot-script", path, "inet"};
    struct script c = {.f = f, .path = path};
    struct bytes text, line;
    struct stat_answer node = tree_stat(f->tree, path);
    if (node.presence != PRESENCE_PRESENT || node.node.type != NODE_FILE ||
        !(node.node.mode & 0111) || !firewall_file(f, &s, path, &text) || !mentions_filter(text))
        return;
    for (int number = 1; text_next_line(&text, &line); number++)
        if (!take_line(&c, line, number))
            break;
    finish(&c);
}

/* run-parts takes names of letters, digits, "_" and "-" only. */
static bool is_run_part(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
           '\0';
}

static void read_directory(struct facts *f, const char *pattern, bool run_parts)
{
    struct list_answer files = tree_glob(f->tree, pattern);
    for (size_t i = 0; files.presence == PRESENCE_PRESENT && i < files.count && i < SCRIPTS; i++)
        if (!run_parts || is_run_part(path_name(files.names[i])))
            read_script(f, files.names[i]);
}

/* pre-up, up and post-up of interfaces: run before anybody can connect, or as the link comes up. */
static void read_interfaces(struct facts *f, const char *path)
{
    static const char *const hooks[] = {"pre-up", "up", "post-up", NULL};
    const struct firewall_source s = {"boot-script", path, "inet"};
    struct interfaces_lines lines = {0};
    struct script c = {.f = f, .path = path};
    struct bytes text;
    if (!firewall_file(f, &s, path, &text) || !mentions_filter(text))
        return;
    interfaces_lines_read(f->arena, text, true, &lines);
    vec_each (l, &lines.items) {
        struct strbuf command;
        bool hook = false;
        for (const char *const *h = hooks; *h && l->count > 1; h++)
            hook |= l->word == INTERFACES_OPTION && strcmp(*h, l->words[0]) == 0;
        if (!hook)
            continue;
        strbuf_init(&command, f->arena);
        for (size_t i = 1; i < l->count; i++) {
            strbuf_add(&command, l->words[i]);
            strbuf_add_char(&command, ' ');
        }
        take_line(&c, strbuf_bytes(&command), l->line);
    }
    finish(&c);
}

static bool runs(const struct facts *f, const char *unit)
{
    const struct unit_fact *u = facts_unit(f, unit);
    return u && u->at_boot;
}

void firewall_read_scripts(struct facts *f)
{
    bool openrc = f->os.service_manager == SERVICES_OPENRC;
    if (openrc) {
        read_openrc_service(f, "iptables", "IPTABLES_SAVE", "ip", "/etc/iptables/rules-save");
        read_openrc_service(f, "ip6tables", "IP6TABLES_SAVE", "ip6", "/etc/iptables/rules6-save");
        if (is_at_boot(f, "local"))
            read_directory(f, "/etc/local.d/*.start", false);
    }
    struct link_answer mask = tree_readlink(f->tree, "/etc/systemd/system/rc-local.service");
    bool masked = mask.presence == PRESENCE_PRESENT && strcmp(mask.target, "/dev/null") == 0;
    if (f->os.service_manager == SERVICES_SYSTEMD && !masked) {
        bool rhel = f->os.family_code == FAMILY_RHEL;
        read_script(f, rhel ? "/etc/rc.d/rc.local" : "/etc/rc.local");
    }
    if (openrc ? is_at_boot(f, "networking") : runs(f, "networking.service")) {
        read_directory(f, "/etc/network/if-pre-up.d/*", true);
        read_interfaces(f, "/etc/network/interfaces");
    }
}
