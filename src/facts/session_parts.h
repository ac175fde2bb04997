/* The steps of facts_read_session, one file each. Only for session*.c. */
#ifndef DISKMEND_FACTS_SESSION_PARTS_H
#define DISKMEND_FACTS_SESSION_PARTS_H

#include "facts/facts.h"
#include "facts/os_elf.h"

/* A person whose session is looked at: the shell is a shell and passwd's line counts. */
bool session_is_asked(const struct account_fact *account);
struct session_fact *session_add(struct facts *f, struct session_fact s);

/* What execve of a program needs: NULL, or "empty" "garbage" "no-interpreter" "library-missing";
 * MISSING gets the names. ROOT: the directory taken for "/", "" for the guest's own. */
const char *session_program_defect(struct facts *f, const char *root, const char *path,
                                   struct text_list *missing, struct elf_facts *elf);
/* The path without links, links resolved inside ROOT; NULL: there is none. */
const char *session_resolve(struct facts *f, const char *root, const char *path);

void session_read_chroots(struct facts *f);   /* session_chroot.c */
void session_read_programs(struct facts *f);  /* session_program.c */
void session_read_environment(struct facts *f); /* session_environment.c */
void session_read_startup(struct facts *f);   /* session_startup.c */

#endif
