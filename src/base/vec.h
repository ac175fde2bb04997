/* A typed array that grows, in an arena: VEC(struct finding) findings = {0}; */
#ifndef DISKMEND_BASE_VEC_H
#define DISKMEND_BASE_VEC_H

#include "base/arena.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

/* Room for one more; returns a pointer to the new zeroed element (valid until the next push). */
#define vec_push_new(arena, v)                                                                     \
    ((v)->items = vec_grow((arena), (v)->items, &(v)->capacity, (v)->count, sizeof *(v)->items),   \
     &(v)->items[(v)->count++])

#define vec_push(arena, v, element) (*vec_push_new((arena), (v)) = (element))

/* A loop over pointers into v (which must not grow meanwhile): vec_each(finding, &findings) { … } */
#define vec_each(pointer, v)                                                                       \
    for (__typeof__((v)->items[0]) *pointer = (v)->items;                                          \
         pointer && pointer < (v)->items + (v)->count; pointer++)

/* For the macros above only. */
void *vec_grow(struct arena *a, void *items, size_t *capacity, size_t count, size_t size);

#endif
