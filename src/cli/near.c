#include "cli/near.h"

#include <string.h>

#include "base/strbuf.h"

#define NEAR_MOST     3
#define NEAR_DISTANCE 5 /* a word more or less is not the same name any more */
#define WORD_MOST     64u

/* How many letters must change, come or go (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), row[WORD_MOST + 1];
    if (n > WORD_MOST || m > WORD_MOST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = corner + (a[i - 1] != b[j - 1]);
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            corner = row[j];
            row[j] = best;
        }
    }
    return row[m];
}

const char *near_rules(struct arena *a, const struct rule_set *rules, const char *word)
{
    struct strbuf out;
    strbuf_init(&out, a);
    size_t found = 0;
    for (size_t far = 0; far <= NEAR_DISTANCE && found < NEAR_MOST; far++)
        vec_each (rule, &rules->rules) {
            bool part = *word && far == NEAR_DISTANCE && strstr(rule->id, word);
            size_t d = distance(word, rule->id);
            if (found < NEAR_MOST && (d == far || (part && d > far))) {
                strbuf_printf(&out, "%s%s", found ? ", " : "; did you mean ", rule->id);
                found++;
            }
        }
    if (found == 0)
        return "; \"diskmend rules list\" lists them";
    strbuf_add(&out, "?");
    return out.ptr;
}
