/* The steps of facts_read_keys, one file each. Only for key*.c. */
#ifndef DISKMEND_FACTS_KEY_PARTS_H
#define DISKMEND_FACTS_KEY_PARTS_H

#include "base/map.h"
#include "facts/facts.h"

/* key_host.c */
void keys_read_host(struct facts *f);
/* key_files.c: authorized key files of everybody who may log in. */
void keys_read_authorized(struct facts *f);

/* key_paths.c. Every distinct word that some AuthorizedKeysFile line, or the default, names. */
struct text_list key_patterns(struct facts *f);
struct key_path {
    const char *path;  /* absolute; the pattern itself where STATE is set */
    const char *state; /* NULL, "none" or "bad-token" */
};
/* Tokens expanded, home put before a relative one. */
struct key_path key_path_expand(struct facts *f, const struct account_fact *account,
                                const char *pattern);
/* Does this sshd treat PATH as a glob pattern (10.0 on)? */
bool key_path_is_glob(const struct facts *f, const char *path);

/* key_access.c: open(2) as the user; sets readable_by_user and blocked_at. */
void key_judge_access(struct facts *f, const struct account_fact *account, const struct node *file,
                      struct key_file_fact *out);

/* Files that are looked at for several people, parsed once: real path to lines. */
struct key_lines_cache {
    struct map files;
};
/* key_lines.c: the lines of one file; fills the counts of OUT and adds key records. */
void key_read_lines(struct facts *f, struct key_lines_cache *cache, struct bytes text,
                    struct key_file_fact *out);

#endif
