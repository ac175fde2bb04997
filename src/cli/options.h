/* The words of the command line: one table of options for all commands, one parser. The help text,
 * the completion and the test against the manual all read the same table. */
#ifndef DISKMEND_CLI_OPTIONS_H
#define DISKMEND_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "cli/disk_keys.h"
#include "model/finding.h"
#include "model/target.h"
#include "report/report.h"

/* Which commands know an option: bits. */
enum command_bit {
    IN_SCAN = 1,
    IN_FACTS = 2,
    IN_RULES = 4,
    IN_HELP = 8, /* help and version */
    IN_WHY = 16,
    IN_REPAIR = 32,
    IN_UNDO = 64,
    IN_VERIFY = 128,
    IN_ACCESS = 256,
    IN_WRITING = IN_REPAIR | IN_UNDO | IN_ACCESS,
    IN_JUDGING = IN_SCAN | IN_FACTS | IN_WHY | IN_WRITING | IN_VERIFY,
    IN_ALL = IN_JUDGING | IN_RULES | IN_HELP
};

enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct output {
    const struct report_format *format;
    const char *file; /* NULL: standard output */
};

typedef VEC(const char *) text_vec;
typedef VEC(struct target_disk) disk_vec;

/* One guest of the command line while its disks are still being counted. */
struct guest_words {
    const char *name;
    const char *domain;
    disk_vec disks;
};

/* The jobs of `access` as they were written. */
struct access_words {
    text_vec key_files;
    const char *password_file, *password_auth, *sudo, *expire, *remove_user;
    const char *settings, *public_settings;
    bool password_stdin, password_prompt;
    bool create, remove_prior_keys, unlock, remove_home, reset_ssh, restore_ssh;
};

struct options {
    struct arena *arena;
    VEC(struct guest_words) guests; /* what -a, -d and bare TARGETs make */
    text_vec words;                 /* bare words of commands that take no TARGET */
    text_vec users, select, ignore, rule_directories, targets_from;
    VEC(struct output) outputs;
    const char *uri, *root, *from, *identity_file, *profile;
    int port;            /* 22 */
    int timeout_seconds; /* 0: the default */
    int jobs;
    int verbosity;
    struct json
        *earlier;      /* what the same command has found out before: shown with the rest; owned */
    disk_key_vec keys; /* for every guest */
    bool keys_from_stdin;
    bool quiet, password;
    bool at_given;
    int64_t at;
    enum severity fail_on;
    enum colour_choice colour;
    text_vec allow;
    const char *backup_directory, *continue_run, *forget_run;
    struct access_words access;
    bool yes, dry_run, unsafe, force, force_host, no_guest_journal, list, port_given;
    bool help, version, short_options, long_options;
    /* For the -a that follows. */
    const char *next_format;
    int next_blocksize;
};

/* Parse what follows the command's name. TAKES_TARGETS: bare words are TARGETs. 0, or ERR_USAGE. */
int options_parse(struct options *o, struct arena *a, int argc, char *const *argv, unsigned command,
                  bool takes_targets, struct err *e);

/* Start another guest (for --targets-from). */
void options_add_guest(struct options *o, const char *path);

/* The option lines of a command's help text. */
void options_help(struct strbuf *out, unsigned command);
/* Every option on a line of its own, as "-a" or "--add". */
void options_list(struct strbuf *out, bool long_ones);

#endif
