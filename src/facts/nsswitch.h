/* Where the guest looks names up: one record for each database of /etc/nsswitch.conf that a login
 * needs, with the modules that are named and not installed. */
#ifndef DISKMEND_FACTS_NSSWITCH_H
#define DISKMEND_FACTS_NSSWITCH_H

#include <stdbool.h>

#include "facts/record.h"

struct nsswitch_fact {
    const char *db;                   /* "passwd" "shadow" "group" "initgroups" "sudoers" … */
    struct text_list sources;         /* in order: "files" "systemd" "sss" … without [actions] */
    struct text_list missing_modules; /* sources without a libnss_NAME.so.2 */
    bool has_files;  /* files, compat or db is among them: the local files are read */
    bool is_default; /* no such line (or no file): glibc's default "files" */
    struct place at;
};

extern const struct fact_kind nsswitch_kind;

#endif
