/* Shared by the producers of the section sudo. */
#ifndef DISKMEND_FACTS_SUDO_PARTS_H
#define DISKMEND_FACTS_SUDO_PARTS_H

#include "facts/facts.h"
#include "syntax/sudoers_lines.h"

/* One file of sudoers, read. */
struct sudo_file {
    const char *path;
    bool counts;
    struct sudoers_text *text;
};

struct sudo_reading {
    struct facts *f;
    VEC(struct sudo_file) files; /* in the order sudo reads them */
    VEC(struct sudo_statement {
        const struct sudoers_entry *entry;
        const char *path;
        bool counts;
    }) statements; /* those of includes stand where the include line is */
    struct text_list met; /* paths, so that nothing is read twice as left out */
    size_t resolved;      /* members of lists so far, aliases resolved */
    const char *hostname; /* NULL when it is not on the disk */
};

/* /etc/sudo.conf and its plugins. sudo_conf.c */
void sudo_read_conf(struct facts *f);
/* Fill FILES and STATEMENTS. sudo_files.c */
void sudo_read_files(struct sudo_reading *r);
/* Rules, settings and errors of the statements as records. sudo_rules.c */
void sudo_add_statements(struct sudo_reading *r);

#endif
