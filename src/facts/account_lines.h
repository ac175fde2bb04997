/* The lines of an account file and the fields of one line, as the C library of the guest takes
 * them. Only for account*.c. */
#ifndef DISKMEND_FACTS_ACCOUNT_LINES_H
#define DISKMEND_FACTS_ACCOUNT_LINES_H

#include "facts/facts.h"

#define ACCOUNT_FIELDS_MAX 10

/* One line that is neither blank nor a comment, cut at its first NUL as fgets' users see it. */
struct account_line {
    struct bytes text;
    int line;
    /* Split at each ':'; those beyond the last are in extra. */
    struct bytes fields[ACCOUNT_FIELDS_MAX];
    int columns[ACCOUNT_FIELDS_MAX];
    size_t field_count; /* colons + 1, also when larger than ACCOUNT_FIELDS_MAX */
};

struct account_file {
    enum presence presence;
    const char *path;
    const char *db; /* "passwd" … */
    VEC(struct account_line) lines;
};

/* Read PATH through the total lens of KIND. Damage of the file as a whole (CR, BOM, control bytes,
 * no final newline, not readable, cut) becomes rows and gaps. */
void account_file_read(struct facts *f, const char *path, const char *db, enum lens_kind kind,
                       struct account_file *out);

/* A damaged row. COLUMN 0: the whole line. */
void account_add_row(struct facts *f, const struct account_file *file, int line, int column,
                     struct bytes name, const char *defect, const char *detail);

/* As strtoul: leading blanks and a sign allowed; what does not fit in 32 bits (and what is below
 * zero, which wraps) becomes UINT32_MAX + 1. REST gets what follows. False: no digit. */
bool account_number(struct bytes text, int64_t *out, struct bytes *rest);
/* The whole field is a number that the guest's libc takes; OUT is 32 bits unsigned. */
bool account_number_field(const struct facts *f, struct bytes field, int64_t *out);

#endif
