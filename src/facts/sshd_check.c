#include "facts/sshd_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "facts/collect.h"

const struct sshd_word *sshd_check_next(struct sshd_check *c)
{
    if (c->next >= c->line->arguments.count)
        return NULL;
    return &c->line->arguments.items[c->next++];
}

const struct sshd_word *sshd_check_next_in_list(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_next(c);
    return word && !*word->text && sshd_check_is_old(c) ? NULL : word;
}

size_t sshd_check_left(const struct sshd_check *c)
{
    return c->line->arguments.count - c->next;
}

void sshd_check_take(struct sshd_check *c, const char *value)
{
    text_list_add(c->arena, &c->values, value);
}

void sshd_check_fail(struct sshd_check *c, enum diag_level level, const char *code,
                     const struct sshd_word *word, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP_FREE char *text = NULL;
    if (vasprintf(&text, format, args) < 0) {
        text = NULL;
        arena_exhausted(c->arena);
    }
    va_end(args);
    c->failed = true;
    c->level = level;
    c->code = code;
    c->says = arena_strdup(c->arena, text);
    c->bad = word ? word->text : NULL;
    c->column = word ? word->column : c->line->keyword.column;
}

const struct sshd_word *sshd_check_required(struct sshd_check *c, const char *old_text,
                                            const char *new_text)
{
    const struct sshd_word *word = sshd_check_next(c);
    if (word && *word->text)
        return word;
    if (sshd_check_is_old(c))
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", word, "%s", old_text);
    else if (new_text)
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", word, "%s", new_text);
    else
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", word, "%s missing argument.",
                        c->written);
    return NULL;
}

/* What is left of the line after the keyword has what it wants. */
static void check_end_of_line(struct sshd_check *c)
{
    if (c->takes_all)
        return;
    const struct sshd_word *word = sshd_check_next(c);
    if (!word)
        return;
    if (!sshd_check_is_old(c))
        sshd_check_fail(c, DIAG_COUNTED, "extra-argument", word,
                        "keyword %.200s extra arguments at end of line", c->written);
    else if (*word->text)
        sshd_check_fail(c, DIAG_FATAL, "extra-argument", word,
                        "garbage at end of line; \"%.200s\".", word->text);
}

static sshd_check_function *function_for(const char *type)
{
    static const struct sshd_value_kind *const tables[] = {sshd_plain_kinds, sshd_list_kinds,
                                                           sshd_limit_kinds, sshd_forward_kinds};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (const struct sshd_value_kind *kind = tables[t]; kind->type; kind++) {
            if (strcmp(kind->type, type) == 0)
                return kind->check;
        }
    }
    return NULL;
}

void sshd_check_arguments(struct sshd_check *c)
{
    sshd_check_function *check = function_for(c->meaning.type);
    if (!check) { /* a vendor's keyword of unknown grammar: nothing to hold against it */
        while (c->next < c->line->arguments.count)
            sshd_check_take(c, c->line->arguments.items[c->next++].text);
        return;
    }
    check(c);
    if (!c->failed)
        check_end_of_line(c);
}
