/* sshd's question "could somebody else have written this?" (misc.c safe_path), with Debian's
 * private-group patch where the guest has it. Only for facts/. */
#ifndef DISKMEND_FACTS_SAFE_PATH_H
#define DISKMEND_FACTS_SAFE_PATH_H

#include "facts/facts.h"

struct safe_path_answer {
    enum truth safe;
    const char *path; /* the first component at fault; NULL when there is none */
    const char *kind; /* "file" "ssh-directory" "home" "directory" */
    const char *why;  /* "owner" "group-writable" "world-writable" */
    uint32_t mode;
    int64_t uid;
};

/* REAL_PATH is resolved. HOME (resolved, or NULL) is where the walk up ends; UID is the user whose
 * file it is (0: only root may own anything on the way). */
struct safe_path_answer safe_path_check(struct facts *f, const char *real_path,
                                        const struct node *file, const char *home, int64_t uid);

/* May USER (uid and all gids) do READ or SEARCH on NODE, by the mode bits. */
bool safe_path_may(const struct account_fact *user, const struct node *node, unsigned bit);

#endif
