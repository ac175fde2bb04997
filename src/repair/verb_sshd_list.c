/* Verbs on settings that are lists: Allow and Deny users and groups, algorithms. */
#include "repair/sshd_edit.h"

#include <string.h>
#include <strings.h>

#include "facts/sshd_algorithms.h"

/* The line the step is about: the one the record points at when it sets KEY, else the winner. */
static const struct sshd_directive *line_of(struct verb_context *c, const char *key)
{
    const struct json *at = json_member(c->record, "at");
    const char *file = json_member_string(at, "file");
    int line = (int)json_number(json_member(at, "line"), 0);
    vec_each (d, &c->facts->sshd->directives)
        if (file && d->at.file && d->at.line == line && strcmp(d->at.file, file) == 0 &&
            strcasecmp(d->keyword, key) == 0)
            return d;
    return sshd_config_winner(c->facts->sshd, key);
}

static int open_line(struct verb_context *c, const struct sshd_directive *d, struct text_file *f,
                     struct text_line **line, struct err *e)
{
    if (d->from_command_line)
        return sshd_edit_refuse_command_line(d, e);
    return text_open_line(c, d->at.file, d->at.line, f, line, e);
}

/* Is the keyword's list one word with commas (algorithms), not blank-separated words? */
static bool is_comma_list(const struct verb_context *c, const char *key)
{
    struct sshd_meaning meaning;
    sshd_keyword_look_up(c->input->keywords, &c->facts->os, key, &meaning);
    return meaning.type && strstr(meaning.type, "algorithms");
}

/* Behind the last argument: before a comment that may follow it. */
static void append(struct verb_context *c, struct text_line *line, const char *text)
{
    struct sshd_line words;
    struct strbuf out;
    sshd_edit_split(c, line, &words);
    size_t at = words.arguments.count > 0
                    ? (size_t)words.arguments.items[words.arguments.count - 1].end_column - 1
                    : line->text.len;
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, bytes_cut(line->text, 0, at));
    strbuf_add(&out, text);
    strbuf_add_bytes(&out, bytes_cut(line->text, at, line->text.len));
    text_set(line, strbuf_bytes(&out));
}

/* The names of a list of algorithms, one of them added. A list that takes away ("-a,b") loses the
 * name instead. */
static const char *algorithms_with(struct verb_context *c, const char *key, const char *value,
                                   const char *name)
{
    struct text_list names = sshd_config_algorithms(c->arena, c->facts->sshd, key, value);
    struct strbuf out;
    strbuf_init(&out, c->arena);
    for (size_t i = 0; i < names.count; i++) {
        if (strcmp(names.items[i], name) == 0)
            return NULL;
        strbuf_printf(&out, "%s%s", i > 0 ? "," : "", names.items[i]);
    }
    strbuf_printf(&out, "%s%s", out.len > 0 ? "," : "", name);
    return out.ptr;
}

static int add_algorithm(struct verb_context *c, const struct json *step, const char *key,
                         const struct sshd_directive *d, struct err *e)
{
    const char *user = step_text(step, "user"), *name = step_text(step, "value");
    const char *value = d ? d->value : sshd_config_value(c->facts->sshd, key);
    const char *list = algorithms_with(c, key, value, name);
    struct text_file f;
    struct text_line *line;
    if (!list)
        return 0;
    if (c->user && user && strcmp(user, "*") != 0 && sshd_edit_in_match(c, key))
        return sshd_edit_for_user(c, user, key, list, e);
    if (!d)
        return sshd_edit_new_global(c, key, arena_printf(c->arena, "+%s", name), e);
    int code = open_line(c, d, &f, &line, e);
    if (code != 0)
        return code;
    sshd_edit_set_arguments(c, line, list);
    return text_save(c, &f, e);
}

/* RequiredRSASize is no list: it is lowered to the length of the key in question. */
static int lower_rsa_size(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *user = step_text(step, "user"), *value = step_text(step, "value");
    const char *bits = strstr(value, " of ");
    if (!bits)
        return err_set(e, ERR_INTERNAL, "\"%s\" names no length of a key", value);
    bits = arena_text(c->arena, (struct bytes){bits + 4, strspn(bits + 4, "0123456789")});
    if (c->user && user && strcmp(user, "*") != 0 && sshd_edit_in_match(c, "RequiredRSASize"))
        return sshd_edit_for_user(c, user, "RequiredRSASize", bits, e);
    struct text_file f;
    struct text_line *line;
    const struct sshd_directive *d = line_of(c, "RequiredRSASize");
    if (!d)
        return err_set(e, ERR_REFUSED,
                       "no file sets RequiredRSASize, so the length is this sshd's own");
    int code = open_line(c, d, &f, &line, e);
    if (code != 0)
        return code;
    sshd_edit_set_arguments(c, line, bits);
    return text_save(c, &f, e);
}

int verb_sshd_list_add(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *key = step_text(step, "key"), *value = step_text(step, "value");
    if (strcasecmp(key, "RequiredRSASize") == 0)
        return lower_rsa_size(c, step, e);
    const struct sshd_directive *d = line_of(c, key);
    const struct sshd_keyword *keyword = sshd_keyword_named(c->input->keywords, key);
    struct text_file f;
    struct text_line *line;
    if (is_comma_list(c, key))
        return add_algorithm(c, step, key, d, e);
    if (keyword && strcmp(keyword->name, "Port") == 0)
        return sshd_edit_new_global(c, key, value, e);
    if (!d)
        return err_set(e, ERR_NOT_FOUND, "no %s line is in force", key);
    if (!sshd_edit_is_plain_name(value))
        return err_set(e, ERR_REFUSED, "\"%s\" is no name that a %s line could hold", value, key);
    int code = open_line(c, d, &f, &line, e);
    if (code != 0)
        return code;
    append(c, line, arena_printf(c->arena, " %s", value));
    return text_save(c, &f, e);
}

/* Every word that is VALUE goes; a line that holds nothing else is commented out. */
int verb_sshd_list_drop(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *key = step_text(step, "key"), *value = step_text(step, "value");
    const struct sshd_directive *d = line_of(c, key);
    struct text_file f;
    struct text_line *line;
    struct sshd_line words;
    if (!d)
        return 0;
    int code = open_line(c, d, &f, &line, e);
    if (code != 0)
        return code;
    sshd_edit_split(c, line, &words);
    struct strbuf rest;
    strbuf_init(&rest, c->arena);
    vec_each (word, &words.arguments) {
        if (strcmp(word->text, value) == 0)
            continue;
        struct bytes written =
            bytes_cut(line->text, (size_t)word->column - 1, (size_t)word->end_column - 1);
        strbuf_add(&rest, rest.len > 0 ? " " : "");
        strbuf_add_bytes(&rest, written);
    }
    if (rest.len == 0)
        text_comment(c, line);
    else
        sshd_edit_set_arguments(c, line, rest.ptr);
    return text_save(c, &f, e);
}

/* Names with commas between them are one pattern that nobody fits. */
int verb_sshd_list_split(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    struct sshd_line words;
    struct strbuf out;
    sshd_edit_split(c, line, &words);
    strbuf_init(&out, c->arena);
    vec_each (word, &words.arguments) {
        for (const char *p = word->text; *p;) {
            size_t n = strcspn(p, ",");
            if (n > 0)
                strbuf_printf(&out, "%s%.*s", out.len > 0 ? " " : "", (int)n, p);
            p += n + (p[n] == ',');
        }
    }
    if (out.len > 0)
        sshd_edit_set_arguments(c, line, out.ptr);
    return text_save(c, &f, e);
}

/* Names this sshd does not know, taken out of the list that stands in the line; a line with no
 * other goes. */
int verb_sshd_algo_drop(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path"), *bad;
    struct text_file f;
    struct sshd_line words;
    struct strbuf out;
    if (strstr(path, "crypto-policies"))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "it belongs to the policy of the whole system, which makes it anew");
    struct text_line *line;
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    sshd_edit_split(c, line, &words);
    if (words.arguments.count == 0)
        return err_set_at(e, ERR_SYNTAX, f.path, text_line_number(&f, line), 0,
                          "no list stands there");
    const struct sshd_keyword *keyword = sshd_keyword_named(c->input->keywords, words.keyword.text);
    const char *value = words.arguments.items[0].text, *p = value + strspn(value, "+-^");
    strbuf_init(&out, c->arena);
    for (size_t n; keyword && *p; p += n + (p[n] == ',')) {
        n = strcspn(p, ",");
        const char *name = arena_text(c->arena, (struct bytes){p, n});
        if (n > 0 && sshd_algorithms_valid(c->arena, c->input->keywords, &c->facts->os,
                                           keyword->name, name, &bad))
            strbuf_printf(&out, "%s%s", out.len > 0 ? "," : "", name);
    }
    if (out.len == 0)
        text_comment(c, line);
    else
        sshd_edit_set_arguments(c, line,
                                arena_printf(c->arena, "%.*s%s", (int)strspn(value, "+-^"), value,
                                             out.ptr));
    return text_save(c, &f, e);
}
