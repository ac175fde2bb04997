/* Are the shared objects there that a program asks for? Only for facts/. */
#ifndef DISKMEND_FACTS_OS_LIBRARY_H
#define DISKMEND_FACTS_OS_LIBRARY_H

#include "facts/facts.h"
#include "facts/os_elf.h"

/* Add what PROGRAM needs and no library directory of the guest has to os.libraries_missing. */
void facts_find_missing_libraries(struct facts *f, const struct elf_facts *program);
/* The same as a list of its own: loader and shared objects that are nowhere. */
struct text_list facts_missing_libraries(struct facts *f, const struct elf_facts *program);
/* The directories ld.so of this guest looks into: the usual ones and those of ld.so.conf. */
struct text_list facts_library_directories(struct facts *f);

#endif
