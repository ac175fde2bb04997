/* Reading sshd's configuration: the command line, the file, what it includes, line by line into
 * directives, Match blocks and diagnoses. For the sshd_* files of this room.
 * Mirrors sshd: servconf.c load_server_config, parse_server_config_depth. */
#ifndef DISKMEND_FACTS_SSHD_READ_H
#define DISKMEND_FACTS_SSHD_READ_H

#include "base/map.h"
#include "facts/sshd_guest.h"
#include "facts/sshd_keywords.h"
#include "syntax/sshd_words.h"

/* Where in the nest of files and blocks a line stands. */
struct sshd_scope {
    bool active; /* lines take effect while the file is read at start */
    bool never;  /* Match lines in this file never hold (an Include in a block that does not) */
    bool included;
    size_t match;  /* index + 1 of the block the line stands in */
    size_t around; /* index + 1 of the block around the Include that brought this file */
    size_t depth;
    size_t counted; /* counted errors of this file */
    const char *file;
};

struct sshd_reader {
    struct arena *arena;
    struct tree *tree;
    struct lens_session *lenses;
    struct sshd_config *config;
    struct sshd_guest guest;
    int version;
    bool ended;   /* sshd has met its first fatal error */
    bool stopped; /* a limit of ours: nothing more is read */
    size_t included_files;
    size_t bytes;        /* of all files, repeats too */
    size_t *slot_counts; /* by keyword of the table */
    struct map subsystems;
    struct map files; /* path → struct lens_text, read once */
    int64_t start_rate;
    struct place option_at; /* the option of the command line at hand */
    struct place path_at;   /* the -f that names the file; file NULL without one */
    bool ports_from_command_line; /* -p was given: Port lines are skipped */
    bool withholds; /* the line at hand is part of a key or a password file: not to be quoted */
};

/* PLACES: where each word was written; NULL when nobody knows. */
void sshd_read_command_line(struct sshd_reader *r, const struct text_list *words,
                            const struct place *places);
void sshd_read_main_file(struct sshd_reader *r);

/* Shared by the files that read. */
struct diag_fact *sshd_add_diag(struct sshd_reader *r, enum diag_level level, const char *code,
                                const char *keyword, const char *value, const char *says,
                                struct place at);
/* A part that is there and cannot be read. */
void sshd_mark_unreadable(struct sshd_reader *r, const char *reason, struct place at);
/* One line; TEXT without its newline, cut at its first NUL by the caller or by us.
 * FROM_COMMAND_LINE is a -o option: no Include, no Match. */
void sshd_read_line(struct sshd_reader *r, struct sshd_scope *scope, struct bytes text, int line,
                    bool from_command_line);
/* `Include` arguments; sshd_include.c. */
void sshd_read_includes(struct sshd_reader *r, struct sshd_scope *scope, struct sshd_line *line,
                        const char *written, struct place at);
void sshd_read_file(struct sshd_reader *r, struct sshd_scope *scope);

#endif
