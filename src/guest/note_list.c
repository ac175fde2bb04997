#include "guest/note_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

void note_add(struct note_list *list, const char *format, ...)
{
    CLEANUP_FREE char *text = NULL;
    va_list words;
    va_start(words, format);
    int length = vasprintf(&text, format, words);
    va_end(words);
    if (length < 0) {
        text = NULL;
        arena_exhausted(list->arena);
    }
    vec_push(list->arena, &list->notes, arena_strdup(list->arena, text));
}
