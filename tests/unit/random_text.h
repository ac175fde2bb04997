/* Texts of random pieces for the tests that read anything at all: the same for the same seed. */
#ifndef DISKMEND_TESTS_UNIT_RANDOM_TEXT_H
#define DISKMEND_TESTS_UNIT_RANDOM_TEXT_H

#include <stdint.h>

#include "base/strbuf.h"

/* xorshift64; a STATE of 0 stays 0. */
static inline uint64_t random_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static inline uint64_t random_seed(uint64_t number)
{
    return number * UINT64_C(0x9e3779b97f4a7c15) + 7;
}

/* Fewer than MOST of the COUNT pieces; with ANY_BYTES each fourth is one byte of any value. */
static inline struct bytes random_text(struct arena *a, uint64_t *state, const char *const *pieces,
                                       size_t count, uint64_t most, bool any_bytes)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (uint64_t n = random_number(state) % most; n > 0; n--) {
        uint64_t r = random_number(state);
        if (any_bytes && r % 4 == 0)
            strbuf_add_char(&s, (char)(r >> 8));
        else
            strbuf_add(&s, pieces[(r >> 8) % count]);
    }
    return strbuf_bytes(&s);
}

#endif
