/* SELinux labels by the guest's own file_contexts, read as text: what setfiles would give a path.
 * For plan.c (all that is new gets one) and the verb label_fix; knows nothing of rules. */
#ifndef DISKMEND_REPAIR_LABEL_H
#define DISKMEND_REPAIR_LABEL_H

#include "facts/facts.h"
#include "guest/tree.h"

struct label_table;

/* Does this guest label its files (SELINUX is not disabled, and files have labels)? */
bool label_is_used(const struct facts *f, struct tree *t);
/* The table of the policy in force. NULL and REASON: there is none, or it cannot be read. */
struct label_table *label_table_read(struct arena *a, const struct facts *f, struct tree *t,
                                     const char **reason);
/* The same from texts: file_contexts, .homedirs, .local, .subs_dist, .subs (empty where missing). */
struct label_table *label_table_parse(struct arena *a, const struct bytes texts[5]);

enum label_answer { LABEL_FOUND, LABEL_NONE, LABEL_UNSURE };
/* The label of a thing of TYPE at PATH. LABEL_NONE: the policy gives it none. */
enum label_answer label_of(struct arena *a, const struct label_table *table, const char *path,
                           enum node_type type, const char **label);

/* Give PATH in the overlay T the right label. 0, also where nothing is to do; LABEL_HOPELESS where
 * the policy does not say. */
#define LABEL_HOPELESS (-2)
int label_put(struct arena *a, struct tree *t, const struct label_table *table, const char *path,
              struct err *e);
/* Leave the labelling to the next start: /.autorelabel. */
int label_leave_to_start(struct tree *t, struct err *e);

#endif
