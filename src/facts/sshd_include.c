/* Files of the configuration: the main one, and those that Include brings in. */
#include "facts/sshd_read.h"

#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "facts/secret.h"
#include "syntax/sshd_words.h"

/* What fopen and getline would make of PATH. */
enum opening { OPENS_FILE, OPENS_EMPTY, OPENS_MISSING, OPENS_NEVER, OPENS_UNREADABLE };

/* A link to /dev/null reads as empty, though the disk holds no such device. */
static bool leads_to_null(struct sshd_reader *r, const char *path)
{
    struct link_answer link = tree_readlink(r->tree, path);
    return link.presence == PRESENCE_PRESENT && strcmp(link.target, "/dev/null") == 0;
}

static enum opening open_kind(struct sshd_reader *r, const char *path, const char **reason)
{
    struct stat_answer there = tree_stat(r->tree, path);
    *reason = there.reason;
    if (there.presence == PRESENCE_UNREADABLE)
        return OPENS_UNREADABLE;
    if (leads_to_null(r, path))
        return OPENS_EMPTY;
    if (there.presence == PRESENCE_ABSENT)
        return OPENS_MISSING;
    switch (there.node.type) {
    case NODE_FILE:
        return OPENS_FILE;
    case NODE_DIRECTORY:
        return OPENS_EMPTY;
    case NODE_SOCKET:
        return OPENS_MISSING;
    case NODE_FIFO:
        return OPENS_NEVER;
    case NODE_SYMLINK:
    case NODE_CHARACTER_DEVICE:
    case NODE_BLOCK_DEVICE:
        break;
    }
    if (there.real_path && strcmp(there.real_path, "/dev/null") == 0)
        return OPENS_EMPTY;
    *reason = arena_printf(r->arena, "a %s, not a regular file", node_type_name(there.node.type));
    return OPENS_UNREADABLE;
}

static void say_odd_bytes(struct sshd_reader *r, const char *path, const struct lens_text *text)
{
    if (text->has_byte_order_mark)
        sshd_add_diag(r, DIAG_LINT, "byte-order-mark", NULL, NULL, "starts with a byte order mark",
                      (struct place){path, 1, 1});
    vec_each (odd, &text->odd_bytes) {
        const char *value = arena_printf(r->arena, "0x%02x", odd->byte);
        sshd_add_diag(r, DIAG_LINT, odd->byte ? "control-byte" : "nul-byte", NULL, value,
                      odd->byte ? "holds a control byte" : "holds a NUL byte",
                      (struct place){path, odd->line, odd->column});
    }
}

/* The lines of PATH, once; NULL when they cannot be had (and that is said). */
static const struct lens_text *load_file(struct sshd_reader *r, const char *path)
{
    struct lens_text *text = map_get(&r->files, path);
    if (text)
        return text;
    struct read_answer file = tree_read(r->tree, path, LIMIT_CONFIG_BYTES);
    struct place at = place_of_file(path);
    if (file.presence != PRESENCE_PRESENT) {
        sshd_mark_unreadable(r, file.reason ? file.reason : "not readable", at);
        sshd_add_diag(r, DIAG_LINT, "config-unreadable", NULL, file.reason, "", at);
        return NULL;
    }
    if (file.cut) {
        const char *reason = "larger than diskmend reads of one configuration file";
        sshd_mark_unreadable(r, reason, at);
        sshd_add_diag(r, DIAG_LINT, "config-unreadable", NULL, reason, "", at);
        return NULL;
    }
    struct err e = {0};
    text = arena_new_struct(r->arena, struct lens_text);
    if (lens_parse(r->lenses, LENS_SSHD, file.content, text, &e)) {
        const char *reason = arena_strdup(r->arena, e.text);
        sshd_mark_unreadable(r, reason, at);
        sshd_add_diag(r, DIAG_LINT, "config-unreadable", NULL, reason, "", at);
        return NULL;
    }
    map_set(&r->files, path, text);
    say_odd_bytes(r, path, text);
    return text;
}

/* load_server_config and strsep together: a NUL drops the rest of its line and the newline, so that
 * the next line (its leading blanks off) is glued on. Up to 8.6 a comment before the NUL is cut off
 * first, and its newline stays. */
static bool ends_in_nul(struct sshd_reader *r, struct bytes *line)
{
    const char *nul = line->len ? memchr(line->ptr, '\0', line->len) : NULL;
    if (!nul)
        return false;
    *line = bytes_cut(*line, 0, (size_t)(nul - line->ptr));
    if (r->version < SSHD_NEW_WORDS && line->len && memchr(line->ptr, '#', line->len))
        return false;
    return true;
}

static struct bytes without_leading_blanks(struct bytes line)
{
    size_t i = 0;
    while (i < line.len && strchr(" \t\r", line.ptr[i]))
        i++;
    return bytes_cut(line, i, line.len);
}

static void read_lines(struct sshd_reader *r, struct sshd_scope *scope,
                       const struct lens_text *text)
{
    struct strbuf glued;
    struct secret_block key = {0};
    bool gluing = false, withheld = secret_path(scope->file), before = r->withholds;
    int first = 0;
    vec_each (l, &text->lines) {
        struct bytes line = l->text;
        if (r->stopped)
            break;
        r->withholds = secret_line(&key, line) || withheld;
        bool open = ends_in_nul(r, &line);
        if (!open && !gluing) {
            sshd_read_line(r, scope, line, l->line, false);
            continue;
        }
        if (!gluing) {
            strbuf_init(&glued, r->arena);
            first = l->line;
        }
        strbuf_add_bytes(&glued, gluing ? without_leading_blanks(line) : line);
        gluing = open;
        if (!gluing)
            sshd_read_line(r, scope, strbuf_bytes(&glued), first, false);
    }
    if (gluing && !r->stopped)
        sshd_read_line(r, scope, strbuf_bytes(&glued), first, false);
    r->withholds = before;
}

void sshd_read_file(struct sshd_reader *r, struct sshd_scope *scope)
{
    const struct lens_text *text = load_file(r, scope->file);
    vec_push(r->arena, &r->config->files, place_of_file(scope->file));
    if (!text)
        return;
    r->bytes += text->text.len;
    if (r->bytes > LIMIT_SSHD_BYTES) {
        r->stopped = true;
        sshd_mark_unreadable(r, "more configuration than diskmend reads",
                             place_of_file(scope->file));
        return;
    }
    read_lines(r, scope, text);
    if (scope->counted && !r->ended) {
        const char *says =
            arena_printf(r->arena, "terminating, %zu bad configuration options", scope->counted);
        sshd_add_diag(r, DIAG_FATAL, "bad-options", NULL, NULL, says, place_of_file(scope->file));
    }
}

/* perror(PATH); exit(1) in load_server_config. */
static void say_missing(struct sshd_reader *r, const char *code, const char *keyword,
                        const char *path)
{
    struct diag_fact *d = sshd_add_diag(r, DIAG_FATAL, code, keyword, path,
                                        "No such file or directory", place_of_file(path));
    d->exit_status = 1;
}

static void say_not_regular(struct sshd_reader *r, const char *keyword, const char *path,
                            enum diag_level level, const char *says)
{
    struct diag_fact *d =
        sshd_add_diag(r, level, "config-not-regular", keyword, NULL, says, place_of_file(path));
    d->exit_status = FACT_NO_NUMBER;
}

/* 8.2, 8.3: at the end of every included file the ports and the address family are settled. */
static void settle_listening(struct sshd_reader *r, struct place at)
{
    static const struct {
        const char *keyword, *value;
    } settled[] = {{"Port", "22"}, {"AddressFamily", "any"}};
    const char *banner = r->config->os.openssh_banner;
    if ((r->version != 802 && r->version != 803) || r->config->os.family_code == FAMILY_RHEL)
        return;
    if (banner && strstr(banner, "Ubuntu-4ubuntu0.")) /* mended there: Launchpad 1876320 */
        return;
    for (size_t i = 0; i < sizeof settled / sizeof *settled; i++) {
        const struct sshd_keyword *k = sshd_keyword_named(r->config->keywords, settled[i].keyword);
        size_t *count = k ? &r->slot_counts[k - r->config->keywords->keywords.items] : NULL;
        if (!count || *count)
            continue;
        struct text_list value = {arena_alloc_array(r->arena, 1, sizeof(char *)), 1};
        value.items[0] = settled[i].value;
        *count = 1;
        vec_push(r->arena, &r->config->directives,
                 ((struct sshd_directive){.keyword = k->name,
                                          .written = k->name,
                                          .arguments = value,
                                          .values = value,
                                          .value = settled[i].value,
                                          .is_valid = true,
                                          .is_global = true,
                                          .at = at}));
    }
}

static void include_file(struct sshd_reader *r, const struct sshd_scope *scope, const char *path,
                         const char *written, struct place at)
{
    const char *reason;
    if (++r->included_files > LIMIT_INCLUDED_FILES) {
        r->stopped = true;
        sshd_mark_unreadable(r, "more included files than diskmend follows", at);
        return;
    }
    switch (open_kind(r, path, &reason)) {
    case OPENS_MISSING:
        say_missing(r, "include-dangling", written, path);
        return;
    case OPENS_NEVER:
        say_not_regular(r, written, path, DIAG_FATAL, "a FIFO: sshd waits for ever");
        return;
    case OPENS_UNREADABLE:
        sshd_mark_unreadable(r, reason, place_of_file(path));
        sshd_add_diag(r, DIAG_LINT, "include-unreadable", written, path, reason, at);
        return;
    case OPENS_EMPTY:
    case OPENS_FILE:
        break;
    }
    if (scope->depth >= LIMIT_INCLUDE_DEPTH) {
        sshd_add_diag(r, DIAG_FATAL, "include-depth", written, path,
                      "Too many recursive configuration includes", at);
        return;
    }
    struct sshd_scope inner = {
        .active = scope->active,
        .never = !scope->active,
        .included = true,
        .match = scope->match,
        .around = scope->match,
        .depth = scope->depth + 1,
        .file = path,
    };
    if (open_kind(r, path, &reason) == OPENS_FILE)
        sshd_read_file(r, &inner);
    else
        vec_push(r->arena, &r->config->files, place_of_file(path));
    settle_listening(r, at);
}

/* One argument; relative patterns are below /etc/ssh (8.2 lost the argument and found nothing). */
static void include_pattern(struct sshd_reader *r, const struct sshd_scope *scope,
                            const char *argument, const char *written, struct place at)
{
    if (*argument == '~' || (*argument != '/' && r->version == 802))
        return;
    const char *pattern =
        *argument == '/' ? argument : arena_printf(r->arena, "/etc/ssh/%s", argument);
    struct list_answer found = tree_glob(r->tree, pattern);
    if (found.presence == PRESENCE_UNREADABLE) {
        sshd_mark_unreadable(r, found.reason, at);
        sshd_add_diag(r, DIAG_LINT, "include-unreadable", written, pattern, found.reason, at);
    } else if (found.cut) {
        sshd_mark_unreadable(r, "an Include pattern that fits too many files", at);
    }
    for (size_t i = 0; i < found.count && !r->stopped; i++)
        include_file(r, scope, found.names[i], written, at);
}

void sshd_read_includes(struct sshd_reader *r, struct sshd_scope *scope, struct sshd_line *line,
                        const char *written, struct place at)
{
    bool old = r->version < SSHD_NEW_WORDS;
    size_t i = 0;
    for (; i < line->arguments.count && !r->stopped; i++) {
        const struct sshd_word *word = &line->arguments.items[i];
        if (!*word->text && old)
            break;
        if (!*word->text) {
            at.column = word->column;
            sshd_add_diag(r, DIAG_COUNTED, "bad-value", written, "",
                          arena_printf(r->arena, "keyword %s empty argument", written), at);
            scope->counted++;
            return;
        }
        include_pattern(r, scope, word->text, written,
                        (struct place){at.file, at.line, word->column});
    }
    if (i == 0) {
        sshd_add_diag(r, DIAG_FATAL, "missing-argument", written, NULL,
                      arena_printf(r->arena, "%s missing filename argument",
                                   old ? "Include" : written),
                      at);
    } else if (old && i + 1 < line->arguments.count && *line->arguments.items[i + 1].text) {
        const struct sshd_word *word = &line->arguments.items[i + 1];
        sshd_add_diag(r, DIAG_FATAL, "extra-argument", written, word->text,
                      arena_printf(r->arena, "garbage at end of line; \"%.200s\".", word->text),
                      (struct place){at.file, at.line, word->column});
    }
}

void sshd_read_main_file(struct sshd_reader *r)
{
    const char *path = r->config->path, *reason;
    struct sshd_scope scope = {.active = true, .file = path};
    struct place at = place_of_file(path);
    switch (open_kind(r, path, &reason)) {
    case OPENS_FILE:
        break;
    case OPENS_EMPTY:
        say_not_regular(r, NULL, path, DIAG_LINT, "not a regular file: sshd reads nothing from it");
        vec_push(r->arena, &r->config->files, at);
        return;
    case OPENS_MISSING:
        say_missing(r, "config-missing", NULL, path);
        if (r->path_at.file && r->config->diagnoses.count > 0) /* sshd -f: that line is at fault */
            r->config->diagnoses.items[r->config->diagnoses.count - 1].at = r->path_at;
        return;
    case OPENS_NEVER:
        say_not_regular(r, NULL, path, DIAG_FATAL, "a FIFO: sshd waits for ever");
        return;
    case OPENS_UNREADABLE:
        sshd_mark_unreadable(r, reason, at);
        sshd_add_diag(r, DIAG_LINT, "config-unreadable", NULL, reason, "", at);
        return;
    }
    sshd_read_file(r, &scope);
    const struct lens_text *text = map_get(&r->files, path);
    if (text && text->text.len == 0)
        sshd_add_diag(r, DIAG_LINT, "config-empty", NULL, NULL, "an empty file: only defaults", at);
}
