/* Documents on their way to standard output and files: text and JSON lines as soon as a target is
 * done, a JSON array when all are. */
#ifndef DISKMEND_CLI_OUTPUTS_H
#define DISKMEND_CLI_OUTPUTS_H

#include "base/json.h"
#include "cli/options.h"

struct outputs {
    struct arena *arena;
    const struct options *options;
    VEC(struct output) list;
    VEC(const struct json *) documents; /* all so far; borrowed */
    bool printed; /* some text is on standard output already */
    bool only_the_end; /* of a plan: the text before stands on standard output already */
    bool failed;                        /* something could not be written (said already) */
};

/* DEFAULT_FORMAT serves where no -o was given. */
void outputs_begin(struct outputs *out, struct options *o, const char *default_format);
/* These documents are final. */
void outputs_add(struct outputs *out, struct json *const *documents, size_t count);
void outputs_end(struct outputs *out);

#endif
