/* What must never leave the guest, recognised where it does not belong: password hashes and private
 * keys that stand in the wrong field, line or file. For facts/, where a text goes through here before
 * it becomes part of a record, and for the notes of repair/. */
#ifndef DISKMEND_FACTS_SECRET_H
#define DISKMEND_FACTS_SECRET_H

#include <stdbool.h>

#include "base/arena.h"

/* What stands in the record instead. */
#define SECRET_WITHHELD "(withheld)"

/* Is there a hash of crypt(5)'s "$id$salt$digest" kind somewhere in TEXT? */
bool secret_has_hash(struct bytes text);
/* A copy of TEXT (arena_text), SECRET_WITHHELD when a hash or a private key is in it. */
const char *secret_text(struct arena *a, struct bytes text);

/* Lines of a file, one after the other: a private key goes on until its end is said. */
struct secret_block {
    bool inside;
};
/* Must this line not be quoted? */
bool secret_line(struct secret_block *block, struct bytes line);
/* Every line of a file of this name is a secret, readable as a hash or not. */
bool secret_path(const char *path);

#endif
