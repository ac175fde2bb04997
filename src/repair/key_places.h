/* The key files that sshd reads for one person, and whose they are. For the jobs of access alone:
 * what is asked for one person must not touch a file that lets others in. */
#ifndef DISKMEND_REPAIR_KEY_PLACES_H
#define DISKMEND_REPAIR_KEY_PLACES_H

#include "login/effective.h"
#include "repair/verb.h"

struct key_place {
    const struct key_file_fact *file;
    bool is_read;       /* by sshd for this person's connections as judged; else by another Match */
    bool may_be_made;   /* it is not there, and its name is no pattern */
    const char *others; /* whose it is, too ("bob", "everybody"); NULL: the person's own */
    const char *strange; /* why it is no place for keys though it can be read; NULL: it is one */
};
struct key_places {
    VEC(struct key_place) list; /* in the order sshd reads them, those it reads first */
};

/* What sshd's configuration says for a connection of this person. */
const struct effective *key_places_settings(struct verb_context *c,
                                            const struct account_fact *account);
void key_places_read(struct verb_context *c, const struct account_fact *account,
                     struct key_places *out);
/* An error for a file that is not the person's own or no file of keys. */
int key_place_refuse(const struct key_place *place, struct err *e);

#endif
