/* The judge of sshd_config against sshd itself: reads a file of cases, writes them out for a real
 * sshd to answer, and compares its answers (verdict, first line blamed, words, effective values)
 * with ours. See sshd.test.
 *   sshd_oracle write CASES DIRECTORY
 *   sshd_oracle compare CASES DIRECTORY VERSION TREE BANNER
 * Prints one line of TAP (without its number) a case. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "facts/collect.h"
#include "facts/sshd.h"
#include "facts/sshd_keywords.h"
#include "guest/memory.h"
#include "syntax/lens.h"
#include "sshd_values.h"

#define MAIN_FILE "/etc/ssh/sshd_config"

struct entry {
    const char *path;
    const char *link; /* target; NULL: a file */
    bool directory;
    struct bytes text;
};

struct case_text {
    const char *name;
    struct text_list arguments;
    VEC(struct entry) entries;
};

struct cases {
    VEC(struct case_text) items;
};

static void die(const char *what, const char *path)
{
    fprintf(stderr, "sshd_oracle: %s %s: %s\n", what, path, strerror(errno));
    exit(2);
}

static struct bytes read_host_file(struct arena *a, const char *path, bool must)
{
    CLEANUP_FILE FILE *f = fopen(path, "rb");
    struct strbuf all;
    strbuf_init(&all, a);
    if (!f) {
        if (must)
            die("cannot read", path);
        return strbuf_bytes(&all);
    }
    char buffer[65536];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, f)) > 0)
        strbuf_add_bytes(&all, (struct bytes){buffer, n});
    return strbuf_bytes(&all);
}

/* Control pictures stand for the bytes that a text file cannot show. */
static struct bytes unpicture(struct arena *a, struct bytes text)
{
    static const struct {
        const char *picture, *bytes;
        size_t length;
    } pictures[] = {{"\u2400", "\0", 1}, {"\u240d", "\r", 1},      {"\u240c", "\f", 1},
                    {"\u240b", "\v", 1}, {"\u2401", "\001", 1},    {"\u241b", "\357\273\277", 3},
                    {"\u2409", "\t", 1}, {"\u2423", "\302\240", 2}};
    struct strbuf out;
    strbuf_init(&out, a);
    for (size_t i = 0; i < text.len;) {
        struct bytes rest = bytes_cut(text, i, text.len);
        size_t skip = 0;
        if (bytes_start_with(rest, "\u2403\n")) { /* no newline here */
            i += 4;
            continue;
        }
        for (size_t p = 0; p < sizeof pictures / sizeof *pictures; p++) {
            if (bytes_start_with(rest, pictures[p].picture)) {
                strbuf_add_bytes(&out, (struct bytes){pictures[p].bytes, pictures[p].length});
                skip = strlen(pictures[p].picture);
            }
        }
        if (!skip)
            strbuf_add_char(&out, text.ptr[i]);
        i += skip ? skip : 1;
    }
    return strbuf_bytes(&out);
}

static struct entry *add_entry(struct arena *a, struct case_text *c, const char *path)
{
    struct entry *e = vec_push_new(a, &c->entries);
    e->path = path;
    return e;
}

/* "#### NAME", then text of the main file; ">>> PATH" another file, ">>> PATH -> TARGET" a link,
 * ">>> PATH/" a directory, ">>> args WORDS" options. */
static struct cases read_cases(struct arena *a, const char *path)
{
    struct cases cases = {0};
    struct bytes rest = read_host_file(a, path, true), line;
    struct case_text *c = NULL;
    struct strbuf text;
    strbuf_init(&text, a);
    bool more = true;
    while (more) {
        more = text_next_line(&rest, &line);
        bool head = !more || bytes_start_with(line, "#### ") || bytes_start_with(line, ">>> ");
        if (!head) {
            strbuf_add_bytes(&text, line);
            strbuf_add_char(&text, '\n');
            continue;
        }
        if (c && c->entries.count) {
            struct entry *last = &c->entries.items[c->entries.count - 1];
            if (!last->link && !last->directory && !last->text.ptr)
                last->text = unpicture(a, strbuf_bytes(&text));
        }
        strbuf_init(&text, a);
        if (!more)
            break;
        if (bytes_start_with(line, "#### ")) {
            c = vec_push_new(a, &cases.items);
            c->name = arena_text(a, bytes_cut(line, 5, line.len));
            add_entry(a, c, MAIN_FILE);
        } else if (c && bytes_start_with(line, ">>> args ")) {
            c->arguments = text_words(a, bytes_cut(line, 9, line.len), " ");
        } else if (c) {
            struct text_list words = text_words(a, bytes_cut(line, 4, line.len), " ");
            struct entry *e = strcmp(words.items[0], MAIN_FILE) == 0
                                  ? &c->entries.items[0]
                                  : add_entry(a, c, words.items[0]);
            if (words.count == 3)
                e->link = words.items[2];
            size_t n = strlen(e->path);
            e->directory = e->path[n - 1] == '/';
        }
    }
    return cases;
}

static void make_parents(struct arena *a, const char *path)
{
    const char *parent = path_parent(a, path);
    if (strcmp(parent, "/") != 0 && access(parent, F_OK) != 0) {
        make_parents(a, parent);
        if (mkdir(parent, 0755) && errno != EEXIST)
            die("cannot make", parent);
    }
}

/* DIRECTORY/NNNN/ holds what belongs into /etc/ssh, DIRECTORY/NNNN.args the options. */
static void write_case(struct arena *a, const struct case_text *c, size_t number,
                       const char *directory)
{
    for (size_t i = 0; i < c->entries.count; i++) {
        const struct entry *e = &c->entries.items[i];
        if (strncmp(e->path, "/etc/ssh/", 9) != 0)
            continue;
        const char *path = arena_printf(a, "%s/%04zu/%s", directory, number, e->path + 9);
        if (e->link && strcmp(e->link, "absent") == 0)
            continue;
        make_parents(a, path_tidy(a, path));
        if (e->directory) {
            if (mkdir(path, 0755) && errno != EEXIST)
                die("cannot make", path);
        } else if (e->link) {
            if (symlink(e->link, path))
                die("cannot link", path);
        } else {
            CLEANUP_FILE FILE *f = fopen(path, "wb");
            if (!f || fwrite(e->text.ptr ? e->text.ptr : "", 1, e->text.len, f) != e->text.len)
                die("cannot write", path);
        }
    }
    const char *path = arena_printf(a, "%s/%04zu.args", directory, number);
    CLEANUP_FILE FILE *f = fopen(path, "w");
    if (!f)
        die("cannot write", path);
    for (size_t i = 0; i < c->arguments.count; i++)
        fprintf(f, "%s ", c->arguments.items[i]);
}

static struct tree *case_tree(struct arena *a, const struct case_text *c, const char *real_tree)
{
    static const char *const copied[] = {"/etc/passwd", "/etc/services", "/etc/hosts",
                                         "/etc/nsswitch.conf"};
    struct tree *t = memory_tree_new(a);
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        const char *path = arena_printf(a, "%s%s", real_tree, copied[i]);
        if (access(path, R_OK) == 0)
            memory_tree_file(t, copied[i], read_host_file(a, path, true), 0644, 0, 0);
    }
    memory_tree_directory(t, "/etc/ssh", 0755, 0, 0);
    for (size_t i = 0; i < c->entries.count; i++) {
        const struct entry *e = &c->entries.items[i];
        if (e->link && strcmp(e->link, "absent") == 0)
            memory_tree_remove(t, e->path);
        else if (e->directory)
            memory_tree_directory(t, path_tidy(a, e->path), 0755, 0, 0);
        else if (e->link)
            memory_tree_symlink(t, e->path, e->link);
        else
            memory_tree_file(t, e->path, e->text, 0644, 0, 0);
    }
    return t;
}

static struct os_facts os_of(const char *version, const char *banner)
{
    struct os_facts os = {.id = "debian", .family = "debian", .openssh = version};
    int major = 0, minor = 0, patch = 0;
    sscanf(version, "%d.%dp%d", &major, &minor, &patch);
    os.openssh_version = major * 100 + minor;
    os.openssh_patch = patch;
    os.family_code = FAMILY_DEBIAN;
    os.openssh_banner = banner;
    os.pam = os.libwrap = os.private_group = TRUTH_YES;
    os.gssapi_kex = os.openssh_version < 1004 ? TRUTH_YES : TRUTH_NO;
    return os;
}

/* The first line of sshd's that blames a place: "F line N: …" or "F: line N: …". */
static bool blamed_line(struct arena *a, struct bytes answer, const char **file, int *line)
{
    struct bytes rest = answer, text;
    while (text_next_line(&rest, &text)) {
        size_t at = text_find(text, " line ");
        if (at == text.len || text_find(text, "Deprecated option") < text.len ||
            text_find(text, "Unsupported option") < text.len)
            continue;
        const char *number = arena_text(a, bytes_cut(text, at + 6, text.len));
        char *end;
        long value = strtol(number, &end, 10);
        if (end == number || *end != ':')
            continue;
        if (at && text.ptr[at - 1] == ':')
            at--;
        *file = arena_text(a, bytes_cut(text, 0, at));
        *line = (int)value;
        return true;
    }
    return false;
}

struct differences {
    struct arena *arena;
    struct strbuf text;
};

static void differ(struct differences *d, const char *format, const char *a, const char *b,
                   const char *c)
{
    strbuf_add(&d->text, d->text.len ? "; " : "");
    strbuf_printf(&d->text, "%s", arena_printf(d->arena, "%s", format));
    strbuf_printf(&d->text, " [%s] ours [%s] sshd's [%s]", a, b, c);
}

static const char *our_value(struct arena *a, const struct sshd_keyword_table *table,
                             const struct sshd_fact *fact)
{
    const struct sshd_keyword *k = sshd_keyword_named(table, fact->key);
    if (!k->accumulates && strcmp(k->name, "SetEnv") != 0)
        return plain_value(a, fact->value);
    struct text_list all = {0};
    for (size_t i = 0; i < fact->values.count; i++)
        text_list_add(a, &all, plain_value(a, fact->values.items[i]));
    return text_list_join(a, &all, "\n");
}

static bool is_exception(const struct text_list *exceptions, const char *key)
{
    return text_list_has(exceptions, key);
}

static void compare_values(struct differences *d, const struct sshd_config *config,
                           struct bytes answer, const struct text_list *exceptions)
{
    struct arena *a = d->arena;
    struct map values, ours;
    struct text_list keys = {0};
    map_init(&values, a);
    map_init(&ours, a);
    real_values(a, config->keywords, answer, &values, &keys);
    vec_each (fact, &config->values) {
        if (fact->match)
            continue;
        const char *key = lower(a, fact->key);
        const char *mine = our_value(a, config->keywords, fact);
        const char *theirs = map_get(&values, key);
        map_set(&ours, key, arena_strdup(a, mine));
        /* -T applies Match, and that fills anew what a "-" list left empty. */
        bool emptied = fact->at.file && !*mine && sshd_keyword_named(config->keywords, key) &&
                       strcmp(sshd_keyword_named(config->keywords, key)->type, "alg_list") == 0;
        bool equal = emptied  ? true
                     : theirs ? strcmp(mine, theirs) == 0
                              : !*mine || strcmp(mine, "none") == 0 || fact->is_default;
        if (!equal && !is_exception(exceptions, key))
            differ(d, "value of", key, mine, theirs ? theirs : "(not printed)");
    }
    for (size_t i = 0; i < keys.count; i++) {
        if (!map_get(&ours, keys.items[i]) && !is_exception(exceptions, keys.items[i]))
            differ(d, "keyword", keys.items[i], "(none)", map_get(&values, keys.items[i]));
    }
}

/* Found after what -t and -T check, so that only a starting daemon meets them. */
static bool only_at_start(const struct diag_fact *verdict)
{
    return strcmp(verdict->code, "too-many-sockets") == 0 ||
           strcmp(verdict->code, "max-startups-zero") == 0;
}

static bool says_so(struct arena *a, struct bytes answer, const struct diag_fact *verdict)
{
    const char *says = verdict->says;
    if (strncmp(says, "Bad Match condition: ", 21) == 0)
        says += 21;
    for (const char *p = says; *p; p++) {
        if (*p & 0x80 || *p < ' ')
            return true; /* sshd escapes it for the terminal */
    }
    if (strchr(says, '\\') || strcmp(verdict->code, "bad-algorithm") == 0)
        return true;
    return text_find(answer, arena_strdup(a, says)) < answer.len;
}

/* sshd counts a line less for each newline that a NUL took with it; we count what stands there. */
static bool same_place(struct arena *a, const struct case_text *c, const struct diag_fact *verdict,
                       const char *file, int line)
{
    int lost = 0;
    if (!verdict->at.file || strcmp(verdict->at.file, file) != 0)
        return !verdict->at.file && strcmp(file, "command-line") == 0 && line == 0;
    for (size_t i = 0; i < c->entries.count; i++) {
        const struct entry *e = &c->entries.items[i];
        if (strcmp(e->path, arena_strdup(a, file)) != 0)
            continue;
        for (size_t k = 0; k < e->text.len; k++)
            lost += e->text.ptr[k] == '\0';
    }
    return line <= verdict->at.line && line >= verdict->at.line - lost;
}

static void compare_refusal(struct differences *d, const struct diag_fact *verdict,
                            struct bytes answer, const char *status, const struct case_text *c)
{
    const char *file = NULL;
    int line = 0;
    struct arena *a = d->arena;
    const char *ours =
        arena_printf(a, "%s:%d", verdict->at.file ? verdict->at.file : "command-line",
                     verdict->at.line);
    if (blamed_line(a, answer, &file, &line)) {
        const char *theirs = arena_printf(a, "%s:%d", file, line);
        if (!same_place(a, c, verdict, file, line))
            differ(d, "place", verdict->code, ours, theirs);
    }
    if (!says_so(a, answer, verdict))
        differ(d, "words", verdict->code, verdict->says, arena_text(a, answer));
    const char *our_status = arena_printf(a, "%lld", (long long)verdict->exit_status);
    if (strcmp(our_status, status) != 0)
        differ(d, "exit status", verdict->code, our_status, status);
}

struct judge {
    const struct sshd_keyword_table *table;
    struct lens_session *lenses;
    struct os_facts os;
    const char *directory, *tree;
    struct text_list exceptions;
};

/* A host name that only a resolver can judge: sshd met none, we said so. */
static bool is_unresolved(const struct sshd_config *config, struct bytes err)
{
    bool said = false;
    vec_each (d, &config->diagnoses)
        said = said || strcmp(d->code, "address-unresolved") == 0;
    return said && text_find(err, "bad addr or host: ") < err.len;
}

static void compare_case(const struct judge *j, const struct case_text *c, size_t number)
{
    struct arena *a = arena_new(NULL, NULL);
    struct differences d = {.arena = a};
    strbuf_init(&d.text, a);
    struct bytes out =
        read_host_file(a, arena_printf(a, "%s/%04zu.out", j->directory, number), true);
    struct bytes err =
        read_host_file(a, arena_printf(a, "%s/%04zu.err", j->directory, number), true);
    struct bytes status_text =
        read_host_file(a, arena_printf(a, "%s/%04zu.status", j->directory, number), true);
    const char *status = arena_text(a, bytes_cut(status_text, 0, text_find(status_text, "\n")));
    struct tree *t = case_tree(a, c, j->tree);
    struct sshd_config *config = sshd_config_read(t, j->lenses, j->table, &j->os, &c->arguments, NULL);
    const struct diag_fact *verdict = sshd_config_verdict(config);
    if (verdict && only_at_start(verdict))
        verdict = NULL;
    /* Host keys are judged elsewhere: with none to load the configuration itself was good. */
    bool starts = strcmp(status, "0") == 0 || text_find(err, "no hostkeys available") < err.len;
    if (starts && verdict)
        differ(&d, "verdict", verdict->code, "refuses", "starts");
    else if (!starts && !verdict && is_unresolved(config, err))
        starts = true;
    else if (!starts && !verdict)
        differ(&d, "verdict", arena_text(a, err), "starts", "refuses");
    else if (starts && out.len) /* empty: -t had to do (see sshd-answers) */
        compare_values(&d, config, out, &j->exceptions);
    else if (!starts)
        compare_refusal(&d, verdict, err, status, c);
    for (char *p = d.text.ptr; *p; p++) {
        if (*p == '\n' || *p == '\r' || *p == '#')
            *p = '|';
    }
    printf("%s %s%s%s\n", d.text.len ? "not ok" : "ok", c->name, d.text.len ? ": " : "",
           d.text.ptr);
    tree_close(t);
    arena_free(a);
}

/* Keywords whose `sshd -T` line we do not aim at, each with its reason. */
static struct text_list read_exceptions(struct arena *a, const char *path, const char *version)
{
    struct text_list names = {0};
    struct bytes rest = read_host_file(a, path, true), line;
    while (text_next_line(&rest, &line)) {
        struct text_list words = text_words(a, line, " \t");
        if (words.count < 3 || *words.items[0] == '#')
            continue;
        if (strcmp(words.items[1], "*") == 0 || strcmp(words.items[1], version) == 0)
            text_list_add(a, &names, words.items[0]);
    }
    return names;
}

static int compare(struct arena *a, const struct cases *cases, char **argv)
{
    const char *source = getenv("DISKMEND_SOURCE");
    const char *rules = arena_printf(a, "%s/rules", source ? source : ".");
    const char *path = arena_printf(a, "%s/sshd-keywords.json", rules);
    struct err e = {0};
    struct judge j = {.directory = argv[3], .tree = argv[5], .os = os_of(argv[4], argv[6])};
    j.table = sshd_keywords_load(a, read_host_file(a, path, true), path, &e);
    j.lenses = j.table ? lens_open(a, arena_printf(a, "%s/lenses", rules), &e) : NULL;
    if (!j.lenses) {
        fprintf(stderr, "sshd_oracle: %s\n", e.text);
        return 2;
    }
    j.exceptions =
        read_exceptions(a,
                        arena_printf(a, "%s/tests/oracle/sshd-exceptions", source ? source : "."),
                        argv[4]);
    for (size_t i = 0; i < cases->items.count; i++)
        compare_case(&j, &cases->items.items[i], i);
    lens_close(j.lenses);
    return 0;
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new(NULL, NULL);
    if (argc >= 4 && strcmp(argv[1], "write") == 0) {
        struct cases cases = read_cases(a, argv[2]);
        for (size_t i = 0; i < cases.items.count; i++)
            write_case(a, &cases.items.items[i], i, argv[3]);
        arena_free(a);
        return 0;
    }
    if (argc >= 7 && strcmp(argv[1], "compare") == 0) {
        struct cases cases = read_cases(a, argv[2]);
        int status = compare(a, &cases, argv);
        arena_free(a);
        return status;
    }
    fprintf(stderr, "usage: sshd_oracle write CASES DIRECTORY\n"
                    "       sshd_oracle compare CASES DIRECTORY VERSION TREE BANNER\n");
    return 2;
}
