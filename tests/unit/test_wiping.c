/* Secrets do not outlive the arena that held them: what is given back to malloc holds none of it. */
#include "suite.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#define CANARY "canary-of-a-private-key"

static bool leaks;

/* The linker sends each free(3) of the program here (--wrap=free). */
void __real_free(void *p);
void __wrap_free(void *p);

void __wrap_free(void *p)
{
    if (p && memmem(p, malloc_usable_size(p), CANARY, sizeof CANARY - 1))
        leaks = true;
    __real_free(p);
}

START_TEST(an_arena_leaves_nothing_behind)
{
    struct arena *a = arena_new(NULL, NULL);
    struct strbuf s;
    strbuf_init(&s, a);
    /* Grown over and over, with blocks of its own at the end: each old copy counts. */
    for (int i = 0; i < 5000; i++)
        strbuf_add(&s, CANARY "\n");
    arena_strdup(a, CANARY);
    leaks = false;
    arena_free(a);
    ck_assert(!leaks);
}
END_TEST

START_TEST(the_test_would_see_it)
{
    /* Of free itself the compiler knows that nobody reads what was written before. */
    void (*volatile give_back)(void *) = free;
    char *p = malloc(100);
    memcpy(p + 16, CANARY, sizeof CANARY);
    leaks = false;
    give_back(p);
    ck_assert(leaks);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("wiping");
    TCase *c = tcase_create("arena");
    tcase_add_test(c, an_arena_leaves_nothing_behind);
    tcase_add_test(c, the_test_would_see_it);
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
