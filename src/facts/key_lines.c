/* Lines of one authorized_keys file, and what a pasted or wrapped key makes of them. */
#include "facts/key_parts.h"

#include "facts/collect.h"
#include "facts/secret.h"
#include "syntax/ssh_key.h"

static const char *option_value(const struct ssh_key_line *line, const char *name)
{
    vec_each (option, &line->options)
        if (strcmp(option->name, name) == 0)
            return option->value;
    return NULL;
}

/* TEXT as it may stand in a record. */
static const char *shown(struct facts *f, const char *text)
{
    return text ? secret_text(f->arena, bytes_of(text)) : NULL;
}

static bool is_foreign_start(const char *defect)
{
    return strcmp(defect, "ssh2-format") == 0 || strcmp(defect, "pem") == 0 ||
           strcmp(defect, "private-key") == 0 || strcmp(defect, "putty") == 0;
}

static void add_key(struct facts *f, const struct key_file_fact *file,
                    const struct ssh_key_line *line, const char *defect, const char *detail,
                    int number)
{
    if (!facts_has_room(f, "key", f->keys.count))
        return;
    struct key_fact key = {
        .user = file->user,
        .file = file->path,
        .type = line->type,
        .bits = line->bits > 0 ? line->bits : FACT_NO_NUMBER,
        .fingerprint = line->fingerprint,
        .sha1 = line->sha1,
        .comment = shown(f, line->comment),
        .cert_authority = line->cert_authority,
        .from = option_value(line, "from"),
        .expiry_time = option_value(line, "expiry-time"),
        .command = shown(f, option_value(line, "command")),
        .principals = option_value(line, "principals"),
        .defect = defect,
        .detail = detail,
        .at = {file->path, number, line->defect ? line->defect_column : 0},
    };
    vec_each (option, &line->options)
        text_list_add(f->arena, &key.options, shown(f, option->text));
    vec_push(f->arena, &f->keys, key);
}

/* The key that an append without a newline before it put behind a good one: lost as its comment. */
static void add_glued(struct facts *f, const struct key_file_fact *file, int column, int number)
{
    if (!facts_has_room(f, "key", f->keys.count))
        return;
    vec_push(f->arena, &f->keys,
             ((struct key_fact){
                 .user = file->user,
                 .file = file->path,
                 .bits = FACT_NO_NUMBER,
                 .defect = "glued",
                 .detail = arena_printf(f->arena, "the second key starts at column %d", column),
                 .at = {file->path, number, column}}));
}

/* What is left of a pasted block in another format belongs to its first line. */
struct foreign {
    bool inside;
    bool until_end; /* has an END line */
};

static bool skip_foreign(struct foreign *block, struct bytes line, bool good)
{
    if (!block->inside)
        return false;
    if (block->until_end) {
        if (text_find(line, "END ") < line.len)
            block->inside = false;
        return !good; /* sshd knows no blocks: a key line is one wherever it stands */
    }
    block->inside = !good;
    return !good;
}

/* One line that is neither blank nor part of a foreign block. */
struct parsed_line {
    struct ssh_key_line key;
    const char *defect, *detail; /* what it is taken for */
    int number;
};

struct parsed_file {
    VEC(struct parsed_line) lines;
};

static struct parsed_file *parse_lines(struct facts *f, struct bytes text)
{
    int version = f->os.openssh_version;
    struct parsed_file *file = arena_new_struct(f->arena, struct parsed_file);
    struct bytes rest = text, line;
    struct foreign block = {0};
    for (int n = 1; text_next_line(&rest, &line); n++) {
        struct ssh_key_line key = {0};
        ssh_key_line_parse(f->arena, line, version, &key);
        if (key.is_empty || skip_foreign(&block, line, !key.defect))
            continue;
        struct parsed_line *parsed = vec_push_new(f->arena, &file->lines);
        *parsed = (struct parsed_line){key, key.defect, key.defect ? key.detail : NULL, n};
        if (!key.defect)
            continue;
        if (is_foreign_start(key.defect)) {
            block.inside = true;
            block.until_end = strcmp(key.defect, "putty") != 0;
        }
        struct bytes after = rest, next;
        if (!block.inside && text_next_line(&after, &next) &&
            ssh_key_lines_join(f->arena, line, next, version)) {
            parsed->defect = "wrapped";
            parsed->detail = "the key goes on in the next line";
            rest = after;
            n++;
        }
    }
    return file;
}

void key_read_lines(struct facts *f, struct key_lines_cache *cache, struct bytes text,
                    struct key_file_fact *out)
{
    struct parsed_file *file = map_get(&cache->files, out->real_path);
    if (!file) {
        file = parse_lines(f, text);
        map_set(&cache->files, out->real_path, file);
    }
    vec_each (line, &file->lines) {
        out->lines++;
        out->usable_lines += !line->defect && !line->key.cert_authority;
        add_key(f, out, &line->key, line->defect, line->detail, line->number);
        if (!line->defect && line->key.glued_column > 0)
            add_glued(f, out, line->key.glued_column, line->number);
    }
}
