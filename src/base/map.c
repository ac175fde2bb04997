#include "base/map.h"

#include <sys/random.h>

void map_init(struct map *m, struct arena *a)
{
    *m = (struct map){.arena = a};
    /* Without randomness the map still works, only its order of slots can be guessed. */
    if (getrandom(&m->seed, sizeof m->seed, GRND_NONBLOCK) != (ssize_t)sizeof m->seed)
        m->seed = (uint64_t)(uintptr_t)a;
}

static uint64_t key_hash(uint64_t seed, const char *key)
{
    uint64_t h = 0xcbf29ce484222325ull ^ seed;
    for (const unsigned char *p = (const unsigned char *)key; *p; p++) {
        h ^= *p;
        h *= 0x100000001b3ull;
        h ^= h >> 29;
    }
    return h ^ seed;
}

static struct map_slot *find(const struct map *m, const char *key)
{
    size_t i = (size_t)key_hash(m->seed, key) & (m->capacity - 1);
    while (m->slots[i].key && strcmp(m->slots[i].key, key) != 0)
        i = (i + 1) & (m->capacity - 1);
    return &m->slots[i];
}

void *map_get(const struct map *m, const char *key)
{
    return m->capacity ? find(m, key)->value : NULL;
}

static void grow(struct map *m)
{
    struct map old = *m;
    if (old.capacity > SIZE_MAX / 2 / sizeof *m->slots)
        arena_exhausted(m->arena);
    m->capacity = old.capacity ? old.capacity * 2 : 64;
    m->slots = arena_alloc_array(m->arena, m->capacity, sizeof *m->slots);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].key)
            *find(m, old.slots[i].key) = old.slots[i];
}

void map_set(struct map *m, const char *key, void *value)
{
    if (m->count * 4 >= m->capacity * 3)
        grow(m);
    struct map_slot *slot = find(m, key);
    if (!slot->key) {
        slot->key = arena_strdup(m->arena, key);
        m->count++;
    }
    slot->value = value;
}
