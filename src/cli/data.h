/* Our own files on the host: where they are, and reading them. The program of a build tree uses the
 * rules of its source tree, an installed one those below $(pkgdatadir). */
#ifndef DISKMEND_CLI_DATA_H
#define DISKMEND_CLI_DATA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "facts/sshd.h"
#include "rules/rules.h"

struct data_directories {
    const char *rules;
    const char *lenses;
    const char *templates;
    const char *fixtures;
};

struct data_directories data_find(struct arena *a);

/* A whole file of the host, at most LIMIT bytes; PTR NULL and E on error. "-" is standard input. */
struct bytes data_read_file(struct arena *a, const char *path, size_t limit, struct err *e);

/* The shipped rules, those of /etc/diskmend/rules.d, and those of LOCAL. Every fault has been said
 * when this gives NULL. The caller frees it with rules_free. */
struct rule_set *data_rules(struct arena *a, const struct data_directories *where,
                            const char *const *local, size_t local_count);

struct sshd_keyword_table *data_keywords(struct arena *a, const struct data_directories *where,
                                         struct err *e);

#endif
