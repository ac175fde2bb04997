#include "facts/sshd_read.h"

#include <string.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "facts/secret.h"
#include "facts/sshd_match.h"
#include "facts/sshd_number.h"

struct diag_fact *sshd_add_diag(struct sshd_reader *r, enum diag_level level, const char *code,
                                const char *keyword, const char *value, const char *says,
                                struct place at)
{
    static const char *const names[] = {"info", "counted", "fatal", "lint"};
    if (r->config->diagnoses.count >= LIMIT_RECORDS)
        r->stopped = true;
    if (r->withholds) {
        keyword = keyword ? SECRET_WITHHELD : NULL;
        value = NULL;
        says = "a line of a private key or of a password file";
    }
    struct diag_fact *d = vec_push_new(r->arena, &r->config->diagnoses);
    bool ends = level == DIAG_FATAL || level == DIAG_COUNTED;
    *d = (struct diag_fact){
        .code = code,
        .level = names[level],
        .keyword = keyword,
        .value = value,
        .says = says,
        .exit_status = ends ? 255 : FACT_NO_NUMBER,
        .reached = !r->ended,
        .diag_level = level,
        .at = at,
    };
    if (level == DIAG_FATAL)
        r->ended = true;
    return d;
}

void sshd_mark_unreadable(struct sshd_reader *r, const char *reason, struct place at)
{
    if (r->config->unreadable)
        return;
    r->config->unreadable = true;
    r->config->unreadable_reason = reason;
    r->config->unreadable_at = at;
}

static size_t *slot_count(struct sshd_reader *r, const struct sshd_keyword *keyword)
{
    return &r->slot_counts[keyword - r->config->keywords->keywords.items];
}

static struct text_list line_arguments(struct sshd_reader *r, const struct sshd_line *line)
{
    struct text_list arguments = {0};
    size_t count = line->arguments.count;
    /* strdelim's empty last word is no argument that anybody wrote. */
    if (r->version < SSHD_NEW_WORDS && count && !*line->arguments.items[count - 1].text)
        count--;
    for (size_t i = 0; i < count; i++)
        text_list_add(r->arena, &arguments, line->arguments.items[i].text);
    return arguments;
}

static void add_directive(struct sshd_reader *r, const struct sshd_scope *scope,
                          const struct sshd_check *c, struct place at, bool from_command_line)
{
    struct text_list arguments = line_arguments(r, c->line);
    bool is_include = strcmp(c->meaning.type, "glob_list") == 0;
    if (r->config->directives.count >= LIMIT_RECORDS) {
        r->stopped = true;
        sshd_mark_unreadable(r, "more lines than diskmend judges", at);
        return;
    }
    vec_push(r->arena, &r->config->directives,
             ((struct sshd_directive){
                 .keyword = c->meaning.keyword->name,
                 .written = c->written,
                 .arguments = arguments,
                 .values = c->values,
                 .value = text_list_join(r->arena,
                                         c->failed || is_include ? &arguments : &c->values, " "),
                 .match = scope->match,
                 .from_command_line = from_command_line,
                 .is_valid = !c->failed,
                 .is_global = scope->active,
                 .at = at,
             }));
}

/* What an accepted line leaves behind for the lines after it. */
static void remember(struct sshd_reader *r, const struct sshd_check *c)
{
    if (!c->active || c->failed || !c->values.count)
        return;
    const struct sshd_keyword *k = c->meaning.keyword;
    size_t *count = slot_count(r, k);
    if (*count == 0 || k->accumulates)
        *count += strcmp(c->meaning.type, "subsystem") == 0 ? 1 : c->values.count;
    if (strcmp(c->meaning.type, "subsystem") == 0)
        map_set(&r->subsystems, c->values.items[0], c->config_mark);
    if (strcmp(c->meaning.type, "max_startups") == 0) {
        int64_t v[3];
        if (sshd_scan_numbers(c->values.items[0], v) == 3)
            r->start_rate = v[1];
    }
}

static void report_failure(struct sshd_reader *r, struct sshd_scope *scope,
                           const struct sshd_check *c, struct place at)
{
    at.column = c->column;
    sshd_add_diag(r, c->level, c->code, c->written, c->bad, c->says, at);
    if (c->level == DIAG_COUNTED)
        scope->counted++;
}

static void begin_match(struct sshd_reader *r, struct sshd_scope *scope, struct sshd_check *c,
                        struct place at)
{
    struct sshd_match match = {.parent = scope->around, .at = at};
    sshd_match_read(c, &match);
    if (c->failed)
        report_failure(r, scope, c, at);
    /* 8.2, 8.3: outside of any block an included file is read again as one that never matches. */
    bool defective = r->version == 802 || r->version == 803;
    match.dead =
        defective && scope->included && !scope->around && r->config->os.family_code != FAMILY_RHEL;
    if (scope->never)
        match.always = false;
    vec_push(r->arena, &r->config->matches, match);
    scope->match = r->config->matches.count;
    scope->active = match.always;
}

/* A keyword sshd takes and drops. */
static bool is_dropped(struct sshd_reader *r, const struct sshd_meaning *meaning,
                       const char *written, const char *value, struct place at)
{
    switch (meaning->standing) {
    case SSHD_DEPRECATED:
        sshd_add_diag(r, DIAG_INFO, "deprecated", written, value,
                      arena_printf(r->arena, "Deprecated option %s", written), at);
        return true;
    case SSHD_UNSUPPORTED:
        sshd_add_diag(r, DIAG_INFO, "unsupported", written, value,
                      arena_printf(r->arena, "Unsupported option %s", written), at);
        return true;
    case SSHD_SILENT:
    case SSHD_UNKNOWN:
        return true;
    case SSHD_LIVE:
        break;
    }
    return false;
}

/* What sshd holds against the line before it looks at the values; false when that settles it. */
static bool may_stand(struct sshd_reader *r, struct sshd_scope *scope, const struct sshd_line *line,
                      const struct sshd_meaning *meaning, struct place at)
{
    const char *written = line->keyword.text;
    const char *first = line->arguments.count ? line->arguments.items[0].text : NULL;
    if (meaning->standing == SSHD_UNKNOWN) {
        sshd_add_diag(r, DIAG_COUNTED, "unknown-keyword", written, first,
                      arena_printf(r->arena, "Bad configuration option: %s", written), at);
        scope->counted++;
    }
    if (r->version >= SSHD_NEW_WORDS && line->fault == SSHD_LINE_UNBALANCED) {
        struct place quote = {at.file, at.line, line->fault_column};
        sshd_add_diag(r, DIAG_COUNTED, "bad-quotes", written, NULL, "invalid quotes", quote);
        scope->counted++;
        return false;
    }
    if (!scope->active && !meaning->in_match) {
        sshd_add_diag(r, DIAG_FATAL, "not-in-match", written, first,
                      arena_printf(r->arena, "Directive '%s' is not allowed within a Match block",
                                   written),
                      at);
        return false;
    }
    return !is_dropped(r, meaning, written, first, at);
}

static bool refuses_on_command_line(struct sshd_reader *r, const struct sshd_meaning *meaning,
                                    const char *written, struct place at)
{
    if (strcmp(meaning->type, "match") != 0 && strcmp(meaning->type, "glob_list") != 0)
        return false;
    sshd_add_diag(r, DIAG_FATAL, "bad-command-line", written, NULL,
                  arena_printf(r->arena, "%s directive not supported as a command-line option",
                               meaning->keyword->name),
                  at);
    return true;
}

void sshd_read_line(struct sshd_reader *r, struct sshd_scope *scope, struct bytes text, int number,
                    bool from_command_line)
{
    struct sshd_line line;
    sshd_line_split(r->arena, text, r->version, &line);
    if (line.is_empty)
        return;
    struct place at = {scope->file, number, from_command_line ? 0 : line.keyword.column};
    const char *written = line.keyword.text;
    if (r->version >= SSHD_NEW_WORDS && (!line.rest || !*line.rest)) {
        sshd_add_diag(r, DIAG_COUNTED, "missing-argument", written, NULL,
                      arena_printf(r->arena, "no argument after keyword \"%s\"", written), at);
        scope->counted++;
        return;
    }
    struct sshd_check c = {
        .arena = r->arena,
        .table = r->config->keywords,
        .os = &r->config->os,
        .guest = &r->guest,
        .version = r->version,
        .written = written,
        .line = &line,
        .active = scope->active,
        .start_rate = r->start_rate,
        .subsystems = &r->subsystems,
        .config_mark = r->config,
        .ports_from_command_line = r->ports_from_command_line,
    };
    sshd_keyword_look_up(c.table, c.os, written, &c.meaning);
    if (!may_stand(r, scope, &line, &c.meaning, at))
        return;
    if (from_command_line && refuses_on_command_line(r, &c.meaning, written, at))
        return;
    if (strcmp(c.meaning.type, "match") == 0) {
        begin_match(r, scope, &c, at);
        return;
    }
    if (strcmp(c.meaning.type, "glob_list") == 0) {
        add_directive(r, scope, &c, at, false);
        sshd_read_includes(r, scope, &line, written, at);
        return;
    }
    c.slot_count = *slot_count(r, c.meaning.keyword);
    sshd_check_arguments(&c);
    if (c.failed)
        report_failure(r, scope, &c, at);
    bool ignored_port = r->ports_from_command_line && strcmp(c.meaning.type, "port") == 0;
    if (!ignored_port)
        add_directive(r, scope, &c, at, from_command_line);
    remember(r, &c);
}
