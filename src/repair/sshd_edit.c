#include "repair/sshd_edit.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool sshd_edit_is_plain_name(const char *name)
{
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("._-$", *p))
            return false;
    return *name && *name != '-';
}

bool sshd_edit_in_match(const struct verb_context *c, const char *key)
{
    struct sshd_meaning meaning;
    sshd_keyword_look_up(c->input->keywords, &c->facts->os, key, &meaning);
    return meaning.keyword && meaning.in_match;
}

void sshd_edit_split(const struct verb_context *c, const struct text_line *line,
                     struct sshd_line *out)
{
    *out = (struct sshd_line){0};
    sshd_line_split(c->arena, line->text, sshd_judged_version(&c->facts->os), out);
}

void sshd_edit_set_arguments(struct verb_context *c, struct text_line *line, const char *values)
{
    struct sshd_line words;
    sshd_edit_split(c, line, &words);
    size_t keep = words.arguments.count > 0 ? (size_t)words.arguments.items[0].column - 1
                                            : line->text.len;
    struct strbuf out;
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, bytes_cut(line->text, 0, keep));
    if (words.arguments.count == 0)
        strbuf_add(&out, " ");
    strbuf_add(&out, values);
    text_set(line, strbuf_bytes(&out));
}

/* The first block that this sshd would ever apply; blocks come in reading order. */
static const struct sshd_match *first_match(const struct verb_context *c)
{
    vec_each (match, &c->facts->sshd->matches)
        if (!match->dead && match->at.file)
            return match;
    return NULL;
}

static const struct sshd_match *first_match_of_main(const struct verb_context *c)
{
    const struct sshd_config *config = c->facts->sshd;
    vec_each (match, &config->matches)
        if (match->parent == 0 && match->at.file && strcmp(match->at.file, config->path) == 0)
            return match;
    return NULL;
}

static bool is_block_of(const struct sshd_match *match, const char *user)
{
    return match->criterion_count == 1 && strcmp(match->criteria[0].name, "user") == 0 &&
           match->criteria[0].value && strcmp(match->criteria[0].value, user) == 0;
}

/* Of the block that begins behind line NUMBER: the line that sets KEY, the first of which counts;
 * where values add up, only LINE itself is one. NULL: there is none. */
static struct text_line *line_in_block(const struct verb_context *c, struct text_file *f,
                                       int number, const char *key, const char *line)
{
    const struct sshd_keyword *keyword = sshd_keyword_named(c->input->keywords, key);
    bool adds_up = keyword && keyword->accumulates;
    for (size_t i = (size_t)number; i < f->lines.count; i++) {
        struct sshd_line words;
        sshd_edit_split(c, &f->lines.items[i], &words);
        if (words.is_empty)
            continue;
        if (strcasecmp(words.keyword.text, "Match") == 0)
            return NULL;
        if (strcasecmp(words.keyword.text, key) == 0 &&
            (!adds_up || bytes_equal_text(f->lines.items[i].text, line)))
            return &f->lines.items[i];
    }
    return NULL;
}

int sshd_edit_for_user(struct verb_context *c, const char *user, const char *key,
                       const char *value, struct err *e)
{
    const struct sshd_match *first = first_match(c);
    const char *path = first ? first->at.file : c->facts->sshd->path;
    const char *line = arena_printf(c->arena, "    %s %s", key, value);
    struct text_file f;
    if (!sshd_edit_is_plain_name(user))
        return err_set(e, ERR_REFUSED, "\"%s\" is no name that a Match line could hold", user);
    int code = text_open(c, path, true, &f, e);
    if (code != 0)
        return code;
    if (first && is_block_of(first, user)) {
        struct text_line *there = line_in_block(c, &f, first->at.line, key, line);
        if (there && bytes_equal_text(there->text, line))
            return 0;
        if (there)
            sshd_edit_set_arguments(c, there, value);
        else
            text_insert(c, &f, first->at.line + 1, line);
        return text_save(c, &f, e);
    }
    int at = first ? first->at.line : 0;
    if (at == 0 && f.lines.count > 0 && f.lines.items[f.lines.count - 1].text.len > 0)
        text_insert(c, &f, 0, "");
    text_insert(c, &f, at, arena_printf(c->arena, "# diskmend %s", c->rule));
    text_insert(c, &f, at ? at + 1 : 0, arena_printf(c->arena, "Match User %s", user));
    text_insert(c, &f, at ? at + 2 : 0, line);
    f.has_moved = true; /* the next setting belongs into this block */
    return text_save(c, &f, e);
}

int sshd_edit_new_global(struct verb_context *c, const char *key, const char *value, struct err *e)
{
    const struct sshd_match *match = first_match_of_main(c);
    struct text_file f;
    int code = text_open(c, c->facts->sshd->path, true, &f, e);
    if (code != 0)
        return code;
    int at = match ? match->at.line : 0;
    text_insert(c, &f, at, arena_printf(c->arena, "# diskmend %s", c->rule));
    text_insert(c, &f, at ? at + 1 : 0, arena_printf(c->arena, "%s %s", key, value));
    return text_save(c, &f, e);
}

int sshd_edit_refuse_command_line(const struct sshd_directive *d, struct err *e)
{
    return err_set_at(e, ERR_REFUSED, d->at.file ? d->at.file : "", d->at.line, 0,
                      "%s is set on sshd's command line, which beats every file", d->keyword);
}
