/* What sshd's configuration says for one connection: Match blocks resolved for user, address, port.
 * Mirrors sshd: servconf.c match_cfg_line and copy_set_server_options. Answers only for keywords
 * that a Match may hold; global-only ones are asked of facts/sshd.h. */
#ifndef DISKMEND_LOGIN_EFFECTIVE_H
#define DISKMEND_LOGIN_EFFECTIVE_H

#include "facts/facts.h"
#include "model/walk.h"

struct effective {
    const struct sshd_config *config;
    struct arena *arena;
    bool *active; /* one for each of config->matches */
    /* Valid directives of active blocks, and those of the global part, each in reading order. */
    const struct sshd_directive **in_blocks, **in_global;
    size_t in_blocks_count, in_global_count;
    const char *from; /* client address, NULL: any outside one */
    const char *host; /* what Host and user@host compare: the address, until names are looked up */
};

/* ACCOUNT is NULL for a name that does not exist. PORT is where sshd listens for this client. */
struct effective *effective_for(const struct facts *f, const struct subject *subject,
                                const struct account_fact *account, int port);

/* The directive that decides KEYWORD here: of the first active block that sets it, else the global
 * one. NULL: the default holds. */
const struct sshd_directive *effective_winner(const struct effective *e, const char *keyword);
/* Its value, default filled in; "" when there is none. */
const char *effective_value(const struct effective *e, const char *keyword);
bool effective_yes(const struct effective *e, const char *keyword);
/* The number a value is; FACT_NO_NUMBER when it is none. */
int64_t effective_number(const struct effective *e, const char *keyword);
/* Words of the winning line, or of the default. */
struct text_list effective_words(const struct effective *e, const char *keyword);

/* One word of a list keyword (AllowUsers …) and the line it stands in. */
struct effective_word {
    const char *text;
    const struct sshd_directive *directive;
};
struct effective_list {
    VEC(struct effective_word) words;
};
/* Accumulating lists: those of active blocks together replace the global ones. */
struct effective_list effective_list(const struct effective *e, const char *keyword);

/* The line at which sshd ends this connection when it reads the file for it, or NULL. */
const struct sshd_directive *effective_ending(const struct effective *e);

/* Is D in a Match block that was made for some connections only (not "Match all")? */
bool effective_in_match(const struct effective *e, const struct sshd_directive *d);
/* Criteria of the block D stands in; NULL for none. */
const char *effective_match_text(const struct effective *e, const struct sshd_directive *d);
/* Where D stands, or the configuration file when the default holds. */
struct place effective_place(const struct effective *e, const struct sshd_directive *d);

#endif
