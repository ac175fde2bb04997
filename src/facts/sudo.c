/* The section sudo: the program and its version, the host's name, then files and rules. */
#include "facts/sudo.h"

#include <ctype.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "facts/sudo_parts.h"

static const struct fact_field sudo_fields[] = {
    FACT_FIELD(sudo_fact, item, FIELD_TEXT),
    FACT_FIELD(sudo_fact, path, FIELD_TEXT),
    FACT_FIELD(sudo_fact, defect, FIELD_TEXT),
    FACT_FIELD(sudo_fact, mode, FIELD_TEXT),
    FACT_FIELD(sudo_fact, uid, FIELD_NUMBER),
    FACT_FIELD(sudo_fact, gid, FIELD_NUMBER),
    FACT_FIELD(sudo_fact, counts, FIELD_BOOL),
    FACT_FIELD(sudo_fact, name, FIELD_TEXT),
    FACT_FIELD(sudo_fact, value, FIELD_TEXT),
    FACT_FIELD(sudo_fact, scope, FIELD_TEXT),
    FACT_FIELD(sudo_fact, users, FIELD_TEXTS),
    FACT_FIELD(sudo_fact, hosts, FIELD_TEXTS),
    FACT_FIELD(sudo_fact, runas, FIELD_TEXTS),
    FACT_FIELD(sudo_fact, command, FIELD_TEXT),
    FACT_FIELD(sudo_fact, shell, FIELD_TEXT),
    FACT_FIELD(sudo_fact, authenticate, FIELD_TRUTH),
    FACT_FIELD(sudo_fact, runas_default_only, FIELD_BOOL),
    FACT_FIELD(sudo_fact, in_time, FIELD_BOOL),
    FACT_FIELD(sudo_fact, at, FIELD_PLACE),
};
const struct fact_kind sudo_kind = FACT_KIND("sudo", sudo_fact, sudo_fields);

/* sudo's PACKAGE_VERSION stands in the program as a text of its own: "1.9.13p3". */
static const char *version_in(struct arena *a, struct bytes program)
{
    struct bytes rest = program;
    for (size_t at; (at = text_find(rest, "1.")) < rest.len;) {
        size_t end = at + 2, dots = 1;
        while (
            end < rest.len && end - at < 16 &&
            (isdigit((unsigned char)rest.ptr[end]) || rest.ptr[end] == '.' || rest.ptr[end] == 'p'))
            dots += rest.ptr[end++] == '.';
        bool whole = at > 0 && rest.ptr[at - 1] == '\0' && end < rest.len && rest.ptr[end] == '\0';
        if (whole && dots == 2 && (rest.ptr[at + 2] == '8' || rest.ptr[at + 2] == '9') &&
            rest.ptr[at + 3] == '.')
            return arena_text(a, bytes_cut(rest, at, end));
        rest = bytes_cut(rest, at + 1, rest.len);
    }
    return NULL;
}

/* src/sudo.c: effective uid 0 is what it insists on. */
static void read_program(struct facts *f)
{
    static const char path[] = "/usr/bin/sudo";
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "sudo", place_of_file(path), s.reason);
    if (s.presence != PRESENCE_PRESENT)
        return;
    struct sudo_fact *p = vec_push_new(f->arena, &f->sudo);
    *p = (struct sudo_fact){.item = "program",
                            .path = path,
                            .mode = arena_printf(f->arena, "%04o", s.node.mode),
                            .uid = s.node.uid,
                            .gid = s.node.gid,
                            .counts = true,
                            .at = place_of_file(path)};
    if (s.node.type != NODE_FILE || !(s.node.mode & 0111))
        p->defect = "not-executable";
    else if (s.node.uid != 0)
        p->defect = "owner";
    else if (!(s.node.mode & 04000))
        p->defect = "not-setuid";
    struct read_answer r = tree_read(f->tree, path, LIMIT_BINARY_BYTES);
    if (r.presence == PRESENCE_PRESENT)
        p->value = version_in(f->arena, r.content);
}

static const char *read_host(struct facts *f)
{
    static const char path[] = "/etc/hostname";
    struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
    struct bytes rest = r.content, line;
    while (r.presence == PRESENCE_PRESENT && text_next_line(&rest, &line)) {
        line = text_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        struct sudo_fact *host = vec_push_new(f->arena, &f->sudo);
        *host = (struct sudo_fact){.item = "host",
                                   .value = arena_text(f->arena, line),
                                   .uid = FACT_NO_NUMBER,
                                   .gid = FACT_NO_NUMBER,
                                   .counts = true,
                                   .at = place_of_file(path)};
        return host->value;
    }
    return NULL;
}

void facts_read_sudo(struct facts *f)
{
    read_program(f);
    if (f->sudo.count == 0)
        return; /* not installed: nobody reads a sudoers that was left behind */
    sudo_read_conf(f);
    struct sudo_reading r = {.f = f, .hostname = read_host(f)};
    sudo_read_files(&r);
    sudo_add_statements(&r);
}
