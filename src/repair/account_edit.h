/* Lines and fields of passwd, shadow, group and gshadow in the overlay; every byte outside the
 * field that is meant stays. For the verb_account*.c and verb_group.c files. */
#ifndef DISKMEND_REPAIR_ACCOUNT_EDIT_H
#define DISKMEND_REPAIR_ACCOUNT_EDIT_H

#include "repair/text_edit.h"

#define PASSWD_PATH  "/etc/passwd"
#define SHADOW_PATH  "/etc/shadow"
#define GROUP_PATH   "/etc/group"
#define GSHADOW_PATH "/etc/gshadow"

enum {
    PASSWD_NAME,
    PASSWD_PASSWORD,
    PASSWD_UID,
    PASSWD_GID,
    PASSWD_GECOS,
    PASSWD_HOME,
    PASSWD_SHELL,
    PASSWD_FIELDS
};
enum {
    SHADOW_NAME,
    SHADOW_PASSWORD,
    SHADOW_CHANGED,
    SHADOW_MINIMUM,
    SHADOW_MAXIMUM,
    SHADOW_WARN,
    SHADOW_INACTIVE,
    SHADOW_EXPIRES,
    SHADOW_RESERVED,
    SHADOW_FIELDS
};
enum { GROUP_NAME, GROUP_PASSWORD, GROUP_GID, GROUP_MEMBERS, GROUP_FIELDS };
enum { GSHADOW_NAME, GSHADOW_PASSWORD, GSHADOW_ADMINS, GSHADOW_MEMBERS, GSHADOW_FIELDS };

/* Field INDEX (from 0) of a line; empty when there is none. */
struct bytes account_field(struct bytes line, size_t index);
size_t account_field_count(struct bytes line);
/* Another value for one field; fields that are missing before it are made, empty. */
void account_field_set(struct verb_context *c, struct text_line *line, size_t index,
                       struct bytes value);

/* Put NAME into (or take it out of) the list that is field INDEX; every other byte stays. */
void account_list_change(struct verb_context *c, struct text_line *line, size_t index,
                         const char *name, bool wanted);

/* The first line of that name: the one that counts. NULL: none. NUMBER (may be NULL): its number.
 */
struct text_line *account_line(struct text_file *f, const char *name, int *number);
/* Open PATH and find the line of NAME; an error when either is not there. */
int account_open_line(struct verb_context *c, const char *path, const char *name,
                      struct text_file *f, struct text_line **line, struct err *e);
/* One more line at the end of PATH, before those that ask NIS. PATH may be missing: then it is made as
 * this family has it. */
int account_add_line(struct verb_context *c, const char *path, const char *line, struct err *e);
/* A file that is there, whatever is in it. */
bool account_has_file(struct verb_context *c, const char *path);

/* A name that may stand in these files: as useradd and sysusers take it. */
bool account_is_plain_name(const char *name);
/* A number of nothing but digits that fits into 32 bits, the last value excepted. */
bool account_number_of(struct bytes field, uint32_t *out);
/* Days since 1970 of the moment judged. */
const char *account_today(struct verb_context *c);

/* Make line NUMBER of passwd whole again where it is certain how it was (verb_account_mend.c). F is
 * not saved. ERR_NOT_FOUND: it is not. */
int account_mend_line(struct verb_context *c, struct text_file *f, int number, struct err *e);

/* The backup of PATH (PATH and "-"), when it is root's, not writable by others, and no link. */
bool account_backup(struct verb_context *c, const char *path, struct bytes *out);
/* The line of NAME in the backup of PATH , NUL-terminated: a whole one of COUNT fields.
 * NULL: there is none that good. */
const char *account_backup_line(struct verb_context *c, const char *path, const char *name,
                                size_t count);

#endif
