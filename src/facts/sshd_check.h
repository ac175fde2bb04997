/* One line's arguments judged as one sshd would when it reads them: what it says against them, or
 * the value it takes. For the sshd_* files of this room; knows nothing of files, Include or Match.
 * Mirrors sshd: servconf.c process_server_config_line_depth, one function a kind of value. */
#ifndef DISKMEND_FACTS_SSHD_CHECK_H
#define DISKMEND_FACTS_SSHD_CHECK_H

#include "base/map.h"
#include "facts/sshd_guest.h"
#include "facts/sshd_keywords.h"
#include "syntax/sshd_words.h"

struct sshd_check {
    /* The question. */
    struct arena *arena;
    const struct sshd_keyword_table *table;
    const struct os_facts *os;
    struct sshd_guest *guest;
    int version;
    struct sshd_meaning meaning;
    const char *written; /* the keyword as it stands in the line */
    struct sshd_line *line;
    bool active;        /* the line would take effect now (global part, or a block that holds) */
    size_t slot_count;  /* values that active lines before have put into this keyword's slot */
    int64_t start_rate; /* MaxStartups: the rate that stands so far */
    const struct map *subsystems; /* names defined so far: to anything that is not NULL */
    void *config_mark;            /* what to put there */
    bool ports_from_command_line;
    /* The answer. */
    size_t next;    /* arguments taken */
    bool takes_all; /* what is left of the line does not matter */
    bool failed;
    enum diag_level level;
    const char *code, *says, *bad; /* BAD: the text at fault */
    int column;
    struct text_list values; /* in canonical form */
};

/* Judge the line. Failing or not, CHECK->values hold what was taken before. */
void sshd_check_arguments(struct sshd_check *c);

/* For the value kinds (sshd_check_*.c). */
typedef void sshd_check_function(struct sshd_check *c);
struct sshd_value_kind {
    const char *type; /* of the keyword table */
    sshd_check_function *check;
};
extern const struct sshd_value_kind sshd_plain_kinds[], sshd_list_kinds[], sshd_limit_kinds[],
    sshd_forward_kinds[];

static inline bool sshd_check_is_old(const struct sshd_check *c)
{
    return c->version < SSHD_NEW_WORDS;
}
/* The next argument, NULL at the end. */
const struct sshd_word *sshd_check_next(struct sshd_check *c);
/* The next of a list; up to 8.6 an empty argument ends it. */
const struct sshd_word *sshd_check_next_in_list(struct sshd_check *c);
size_t sshd_check_left(const struct sshd_check *c);
/* One argument that must be there, or the line fails: up to 8.6 with OLD_TEXT, from 8.7 with
 * "KEYWORD missing argument." (NEW_TEXT NULL) or NEW_TEXT. */
const struct sshd_word *sshd_check_required(struct sshd_check *c, const char *old_text,
                                            const char *new_text);
/* A leading ~ of WORD expanded; false (and the check failed) when that ends sshd. */
bool sshd_check_expand_home(struct sshd_check *c, const struct sshd_word *word, const char **out);
void sshd_check_take(struct sshd_check *c, const char *value);
/* WORD: the argument at fault, NULL for the line. */
void sshd_check_fail(struct sshd_check *c, enum diag_level level, const char *code,
                     const struct sshd_word *word, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
