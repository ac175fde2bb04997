/* Sentences for the report that gather while a target is opened. */
#ifndef DISKMEND_GUEST_NOTE_LIST_H
#define DISKMEND_GUEST_NOTE_LIST_H

#include "base/vec.h"

struct note_list {
    struct arena *arena;
    VEC(const char *) notes;
};

void note_add(struct note_list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
