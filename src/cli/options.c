#include "cli/options.h"

#include <getopt.h>
#include <string.h>

#include "base/escape.h"
#include "cli/option_values.h"

struct option_row;
typedef int take_option(struct options *o, const struct option_row *row, const char *value,
                        struct err *e);

struct option_row {
    char short_name; /* 0: none */
    const char *name;
    const char *argument; /* NULL: takes none */
    const char *help;
    unsigned commands;
    take_option *take;
    size_t offset; /* of the member that the plain ones below fill */
};

static int take_text(struct options *o, const struct option_row *row, const char *value,
                     struct err *e)
{
    (void)e;
    *(const char **)(void *)((char *)o + row->offset) = value;
    return 0;
}

static int take_texts(struct options *o, const struct option_row *row, const char *value,
                      struct err *e)
{
    (void)e;
    vec_push(o->arena, (text_vec *)(void *)((char *)o + row->offset), value);
    return 0;
}

static int take_flag(struct options *o, const struct option_row *row, const char *value,
                     struct err *e)
{
    (void)value, (void)e;
    *(bool *)((char *)o + row->offset) = true;
    return 0;
}

static void add_disk(struct options *o, struct guest_words *guest, const char *path)
{
    if (!guest->name)
        guest->name = path;
    vec_push(o->arena, &guest->disks,
             ((struct target_disk){path, o->next_format, o->next_blocksize}));
    o->next_format = NULL;
    o->next_blocksize = 0;
}

void options_add_guest(struct options *o, const char *path)
{
    add_disk(o, vec_push_new(o->arena, &o->guests), path);
}

static int take_add(struct options *o, const struct option_row *row, const char *value,
                    struct err *e)
{
    (void)row;
    struct guest_words *guest = o->guests.count > 0 ? &o->guests.items[o->guests.count - 1] : NULL;
    if (guest && guest->domain)
        return err_set(e, ERR_USAGE, "-a %s: a libvirt domain already names all its disks", value);
    add_disk(o, guest ? guest : vec_push_new(o->arena, &o->guests), value);
    return 0;
}

static int take_domain(struct options *o, const struct option_row *row, const char *value,
                       struct err *e)
{
    (void)row, (void)e;
    struct guest_words *guest = vec_push_new(o->arena, &o->guests);
    guest->name = guest->domain = value;
    return 0;
}

static int take_format(struct options *o, const struct option_row *row, const char *value,
                       struct err *e)
{
    (void)row;
    o->next_format = value;
    return value_disk_format(value, e);
}

static int take_blocksize(struct options *o, const struct option_row *row, const char *value,
                          struct err *e)
{
    (void)row;
    if (strcmp(value, "512") != 0 && strcmp(value, "4096") != 0)
        return err_set(e, ERR_USAGE, "--blocksize wants 512 or 4096, not \"%s\"", value);
    o->next_blocksize = strcmp(value, "512") == 0 ? 512 : 4096;
    return 0;
}

static int take_from(struct options *o, const struct option_row *row, const char *value,
                     struct err *e)
{
    (void)row;
    o->from = value;
    return value_address(value, e);
}

static int take_port(struct options *o, const struct option_row *row, const char *value,
                     struct err *e)
{
    (void)row;
    o->port_given = true;
    return value_number(value, "--port", 1, 65535, &o->port, e);
}

static int take_at(struct options *o, const struct option_row *row, const char *value,
                   struct err *e)
{
    (void)row;
    o->at_given = true;
    return value_date(value, &o->at, e);
}

static int take_output(struct options *o, const struct option_row *row, const char *value,
                       struct err *e)
{
    (void)row;
    return value_output(o->arena, value, vec_push_new(o->arena, &o->outputs), e);
}

static int take_fail_on(struct options *o, const struct option_row *row, const char *value,
                        struct err *e)
{
    (void)row;
    return value_severity(value, &o->fail_on, e);
}

static int take_verbose(struct options *o, const struct option_row *row, const char *value,
                        struct err *e)
{
    (void)row, (void)value, (void)e;
    o->verbosity++;
    return 0;
}

static int take_colour(struct options *o, const struct option_row *row, const char *value,
                       struct err *e)
{
    (void)row;
    return value_colour(value, &o->colour, e);
}

static int take_timeout(struct options *o, const struct option_row *row, const char *value,
                        struct err *e)
{
    (void)row;
    return value_number(value, "--timeout", 1, 86400, &o->timeout_seconds, e);
}

static int take_jobs(struct options *o, const struct option_row *row, const char *value,
                     struct err *e)
{
    (void)row;
    return value_number(value, "-j", 1, 1024, &o->jobs, e);
}

static int take_key(struct options *o, const struct option_row *row, const char *value,
                    struct err *e)
{
    (void)row;
    return disk_keys_take(o->arena, value, &o->keys, e);
}

#define AT(member) offsetof(struct options, member)

static const struct option_row table[] = {
    {'a', "add", "FILE", "a disk of the guest before it; the first one starts a guest", IN_JUDGING,
     take_add, 0},
    {'d', "domain", "NAME", "the disks of a libvirt domain (name or UUID)", IN_JUDGING, take_domain,
     0},
    {'c', "connect", "URI", "the libvirt to ask for -d", IN_JUDGING, take_text, AT(uri)},
    {0, "format", "FORMAT", "format of the disk that follows: raw, qcow2, vmdk …", IN_JUDGING,
     take_format, 0},
    {0, "blocksize", "BYTES", "sector size of the disk that follows: 512 or 4096", IN_JUDGING,
     take_blocksize, 0},
    {0, "key", "SELECTOR", "of an encrypted volume: ID:key:WORDS or ID:file:FILE (repeatable)",
     IN_JUDGING, take_key, 0},
    {0, "keys-from-stdin", NULL, "keys of encrypted volumes, one a line of standard input",
     IN_JUDGING, take_flag, AT(keys_from_stdin)},
    {0, "root", "ROOT", "of several systems: first, single, all, or a device",
     IN_JUDGING, take_text, AT(root)},
    {0, "targets-from", "FILE", "more TARGETs, one a line; - is standard input", IN_JUDGING,
     take_texts, AT(targets_from)},
    {'u', "user", "USER", "judge this person (repeatable; default: root and all who could)",
     IN_JUDGING & ~IN_ACCESS, take_texts, AT(users)},
    {'u', "user", "USER", "whose access it is, or is to be", IN_ACCESS, take_texts, AT(users)},
    {0, "from", "ADDRESS", "the client's address (default: any outside address)", IN_JUDGING,
     take_from, 0},
    {0, "port", "PORT", "the port the client connects to (default 22)", IN_JUDGING, take_port, 0},
    {0, "identity", "FILE.pub", "the public key the person will offer", IN_JUDGING, take_text,
     AT(identity_file)},
    {0, "password", NULL, "judge login by password, too, for those named with --user",
     IN_JUDGING & ~IN_ACCESS, take_flag, AT(password)},
    {0, "create", NULL, "make the account: it must not be there yet", IN_ACCESS, take_flag,
     AT(access.create)},
    {'M', "ssh-key", "FILE", "add the public keys in it (repeatable); - is standard input",
     IN_ACCESS, take_texts, AT(access.key_files)},
    {0, "remove-prior-keys", NULL, "no key that let the user in before does so any more", IN_ACCESS,
     take_flag, AT(access.remove_prior_keys)},
    {'p', "password-prompt", NULL, "set a password: asked for twice on the terminal", IN_ACCESS,
     take_flag, AT(access.password_prompt)},
    {0, "password-file", "FILE", "set the password that stands in FILE", IN_ACCESS, take_text,
     AT(access.password_file)},
    {0, "password-stdin", NULL, "set the password that standard input is", IN_ACCESS, take_flag,
     AT(access.password_stdin)},
    {0, "password-auth", "WHOM", "whom sshd asks for a password: user (default) or all", IN_ACCESS,
     take_text, AT(access.password_auth)},
    {0, "sudo", "HOW", "keep (default), password (default of a new account) or nopasswd",
     IN_ACCESS, take_text, AT(access.sudo)},
    {0, "expire", "DATE", "the day from which the account lets nobody in, or never", IN_ACCESS,
     take_text, AT(access.expire)},
    {0, "unlock", NULL, "lift what locks the account", IN_ACCESS, take_flag, AT(access.unlock)},
    {0, "remove-user", "USER", "remove the account; its home stays", IN_ACCESS, take_text,
     AT(access.remove_user)},
    {0, "remove-home", NULL, "with --remove-user: the home, too", IN_ACCESS, take_flag,
     AT(access.remove_home)},
    {'r', "reset-ssh", NULL, "sshd's configuration as the distribution ships it", IN_ACCESS,
     take_flag, AT(access.reset_ssh)},
    {0, "restore-ssh", NULL, "sshd's configuration from before a run, ours or VMAccess's",
     IN_ACCESS, take_flag, AT(access.restore_ssh)},
    {0, "settings", "FILE", "jobs as VMAccess's protected settings (JSON)", IN_ACCESS, take_text,
     AT(access.settings)},
    {0, "public-settings", "FILE", "VMAccess's public settings: disk checks", IN_ACCESS, take_text,
     AT(access.public_settings)},
    {0, "at", "DATE", "the moment judged, UTC (default: now)", IN_JUDGING, take_at, 0},
    {0, "profile", "PROFILE", "rules of this profile as well as those of \"access\"", IN_SCAN,
     take_text, AT(profile)},
    {0, "select", "GLOB", "only rules whose id matches (repeatable)", IN_SCAN | IN_REPAIR, take_texts,
     AT(select)},
    {0, "ignore", "GLOB", "no rules whose id matches (repeatable)", IN_SCAN | IN_REPAIR, take_texts,
     AT(ignore)},
    {0, "rules", "DIR", "local rules as well (repeatable)", IN_SCAN | IN_WHY | IN_WRITING | IN_RULES, take_texts,
     AT(rule_directories)},
    {0, "dry-run", NULL, "show what would be done, and do nothing", IN_WRITING, take_flag,
     AT(dry_run)},
    {'y', "yes", NULL, "write without asking", IN_WRITING, take_flag, AT(yes)},
    {0, "allow", "RULE", "consent to the repair of one rule that leaves a choice (repeatable)",
     IN_REPAIR, take_texts, AT(allow)},
    {0, "unsafe", NULL, "consent to every such repair", IN_REPAIR, take_flag, AT(unsafe)},
    {0, "unsafe", NULL, "consent to a filesystem being repaired", IN_ACCESS, take_flag, AT(unsafe)},
    {0, "backup-dir", "DIR", "keep the journal here, too: a directory of yours, mode 0700",
     IN_WRITING, take_text, AT(backup_directory)},
    {0, "no-guest-journal", NULL, "no journal on the disk itself (needs --backup-dir)", IN_WRITING,
     take_flag, AT(no_guest_journal)},
    {0, "continue", "RUN", "finish a run that was interrupted", IN_REPAIR, take_text,
     AT(continue_run)},
    {0, "list", NULL, "list the runs on it", IN_UNDO, take_flag, AT(list)},
    {0, "force", NULL, "put back even what has changed since; forget even what is half done", IN_UNDO,
     take_flag, AT(force)},
    {0, "forget", "RUN", "remove the journal of a run: it can no longer be undone", IN_UNDO,
     take_text, AT(forget_run)},
    {0, "force-host", NULL, "even if it is the / of this very machine", IN_WRITING, take_flag,
     AT(force_host)},
    {'o', "output", "FORMAT[:FILE]",
     "text, json or jsonl; to a file when one is named (repeatable)", IN_JUDGING | IN_RULES,
     take_output, 0},
    {0, "fail-on", "SEVERITY", "exit with 1 from this severity on (default high)", IN_SCAN,
     take_fail_on, 0},
    {0, "timeout", "SECONDS", "for reading and judging one guest once it is open (default 60)",
     IN_JUDGING, take_timeout, 0},
    {'j', "jobs", "N", "how many guests to judge at a time (default: one)", IN_JUDGING,
     take_jobs, 0},
    {'q', "quiet", NULL, "findings only; of why what is not open; of a plan no diffs", IN_JUDGING | IN_RULES,
     take_flag, AT(quiet)},
    {'v', "verbose", NULL, "say why each finding matters, and what is being done",
     IN_JUDGING | IN_RULES, take_verbose, 0},
    {0, "color", "WHEN", "auto (default), always or never", IN_JUDGING | IN_RULES, take_colour, 0},
    {'h', "help", NULL, "this text", IN_ALL, take_flag, AT(help)},
    {'V', "version", NULL, "name and version", IN_ALL, take_flag, AT(version)},
    {0, "short-options", NULL, "list all short options", IN_ALL, take_flag, AT(short_options)},
    {0, "long-options", NULL, "list all long options", IN_ALL, take_flag, AT(long_options)},
};
#define ROWS (sizeof table / sizeof *table)

/* getopt_long gives this plus the row's number for a long option. */
#define LONG_BASE 1000

static const struct option_row *row_of(int c)
{
    if (c >= LONG_BASE && (size_t)(c - LONG_BASE) < ROWS)
        return &table[c - LONG_BASE];
    for (size_t i = 0; i < ROWS; i++)
        if (c > 0 && table[i].short_name == c)
            return &table[i];
    return NULL;
}

/* The two forms of the table that getopt_long wants. "-" first: bare words come in their place
 * (-a belongs to the guest before it); ":": no messages of its own. */
static void getopt_tables(struct arena *a, unsigned command, char **short_names,
                          struct option **long_names)
{
    struct strbuf s;
    strbuf_init(&s, a);
    strbuf_add(&s, "-:");
    *long_names = arena_alloc_array(a, ROWS + 1, sizeof **long_names);
    size_t n = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (!(table[i].commands & command))
            continue;
        (*long_names)[n++] =
            (struct option){table[i].name, table[i].argument ? required_argument : no_argument,
                            NULL, LONG_BASE + (int)i};
        if (table[i].short_name) {
            strbuf_add_char(&s, table[i].short_name);
            strbuf_add(&s, table[i].argument ? ":" : "");
        }
    }
    *short_names = s.ptr;
}

static void take_bare_word(struct options *o, const char *word, bool takes_targets)
{
    if (takes_targets)
        options_add_guest(o, word);
    else
        vec_push(o->arena, &o->words, word);
}

/* "--password=WORD", as a person may well try: never said, and off the process list. */
static bool is_password(const char *word)
{
    static const char name[] = "--password";
    size_t n = sizeof name - 1;
    return strncmp(word, name, n) == 0 && (word[n] == '\0' || word[n] == '=');
}

static int refuse_password(char *const *argv, struct err *e)
{
    char *value = strchr(argv[optind - 1], '=');
    if (!value)
        value = argv[optind]; /* NULL behind the last one */
    if (value)
        explicit_bzero(value, strlen(value));
    return err_set(e, ERR_USAGE,
                   "a password is not taken from the command line, where others can read it: "
                   "--password-prompt asks for it, --password-file and --password-stdin read it");
}

static int bad_option(int c, char *const *argv, unsigned command, struct err *e)
{
    const struct option_row *row = row_of(optopt);
    if ((command & IN_ACCESS) && optopt == 0 && is_password(argv[optind - 1]))
        return refuse_password(argv, e);
    if (c == ':' && row)
        return err_set(e, ERR_USAGE, "--%s wants %s after it", row->name, row->argument);
    if (optopt > 0 && optopt < 256)
        return err_set(e, ERR_USAGE, "there is no option -%c here", optopt);
    if (row)
        return err_set(e, ERR_USAGE, "--%s takes no value", row->name);
    return err_set(e, ERR_USAGE, "there is no option %s here", argv[optind - 1]);
}

int options_parse(struct options *o, struct arena *a, int argc, char *const *argv, unsigned command,
                  bool takes_targets, struct err *e)
{
    char *short_names;
    struct option *long_names;
    *o = (struct options){.arena = a, .port = 22, .jobs = 1, .fail_on = SEVERITY_HIGH};
    getopt_tables(a, command, &short_names, &long_names);
    optind = 0; /* glibc: start afresh */
    int c;
    while ((c = getopt_long(argc, argv, short_names, long_names, NULL)) != -1) {
        if (c == 1) {
            take_bare_word(o, optarg, takes_targets);
            continue;
        }
        const struct option_row *row = c == '?' || c == ':' ? NULL : row_of(c);
        if (!row)
            return bad_option(c, argv, command, e);
        int failed = row->take(o, row, optarg, e);
        if (row->take == take_key) /* what ps shows, and what a worker inherits */
            explicit_bzero(optarg, strlen(optarg));
        if (failed)
            return failed;
    }
    for (; optind < argc; optind++) /* behind "--" */
        take_bare_word(o, argv[optind], takes_targets);
    if (o->next_format || o->next_blocksize)
        return err_set(e, ERR_USAGE, "--format and --blocksize go before the disk they describe");
    return 0;
}

void options_help(struct strbuf *out, unsigned command)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (!(table[i].commands & command))
            continue;
        struct strbuf left;
        strbuf_init(&left, out->arena);
        if (table[i].short_name)
            strbuf_printf(&left, "  -%c, --%s", table[i].short_name, table[i].name);
        else
            strbuf_printf(&left, "      --%s", table[i].name);
        if (table[i].argument)
            strbuf_printf(&left, " %s", table[i].argument);
        strbuf_printf(out, "%-32s%s%s\n", left.ptr, left.len >= 31 ? "  " : "", table[i].help);
    }
}

/* An option that reads differently in some command has a row for it. */
static bool has_earlier_row(size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(table[i].name, table[row].name) == 0)
            return true;
    return false;
}

void options_list(struct strbuf *out, bool long_ones)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (has_earlier_row(i))
            continue;
        if (long_ones)
            strbuf_printf(out, "--%s\n", table[i].name);
        else if (table[i].short_name)
            strbuf_printf(out, "-%c\n", table[i].short_name);
    }
}
