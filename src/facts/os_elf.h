/* The little of an ELF file that says what a program needs to start. Bounded: every offset of the
 * file is checked against its length. Only for facts/. */
#ifndef DISKMEND_FACTS_OS_ELF_H
#define DISKMEND_FACTS_OS_ELF_H

#include <stdbool.h>

#include "facts/record.h"

struct elf_facts {
    const char *architecture; /* "x86_64"; NULL for a machine we have no name for */
    bool is_dynamic;          /* has a dynamic section that could be read */
    struct text_list needed;  /* DT_NEEDED */
    struct text_list search;  /* DT_RPATH and DT_RUNPATH, absolute directories only */
    const char *interpreter;  /* PT_INTERP, NULL when there is none */
    bool is_cut;              /* the file ends before its headers or segments do */
};

/* False: not an ELF file, or cut off in its headers (then is_cut says so). */
bool elf_read(struct arena *a, struct bytes file, struct elf_facts *out);

#endif
