/* Verbs on lines of fstab. Fields are told apart by their blanks, which stay as they are. */
#include <string.h>

#include "repair/text_edit.h"

struct field {
    size_t from, to; /* of the line's text */
};

/* The six fields, as far as they are there. */
static size_t split(struct bytes text, struct field fields[6])
{
    size_t n = 0, at = 0;
    while (n < 6) {
        while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
            at++;
        if (at >= text.len)
            break;
        fields[n].from = at;
        while (at < text.len && text.ptr[at] != ' ' && text.ptr[at] != '\t')
            at++;
        fields[n++].to = at;
    }
    return n;
}

static void put_field(struct verb_context *c, struct text_line *line, struct field field,
                      const char *value)
{
    struct strbuf out;
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, bytes_cut(line->text, 0, field.from));
    strbuf_add(&out, value);
    strbuf_add_bytes(&out, bytes_cut(line->text, field.to, line->text.len));
    text_set(line, strbuf_bytes(&out));
}

/* "nofail" and "x-systemd.device-timeout=10s" name the same option as
 * "x-systemd.device-timeout=90".
 */
static bool same_option(const char *a, const char *b)
{
    size_t n = strcspn(a, "=");
    return n == strcspn(b, "=") && strncmp(a, b, n) == 0;
}

static bool in_list(const struct text_list *list, const char *option)
{
    for (size_t i = 0; i < list->count; i++)
        if (same_option(list->items[i], option))
            return true;
    return false;
}

static const char *options_changed(struct verb_context *c, const char *options,
                                   const struct text_list *add, const struct text_list *drop)
{
    struct strbuf out;
    strbuf_init(&out, c->arena);
    for (const char *p = options; *p;) {
        size_t n = strcspn(p, ",");
        const char *option = arena_text(c->arena, (struct bytes){p, n});
        /* "defaults" stands for options that are dropped one by one all the same. */
        bool keep = n > 0 && !in_list(drop, option) && !in_list(add, option);
        if (keep)
            strbuf_printf(&out, "%s%s", out.len > 0 ? "," : "", option);
        p += n + (p[n] == ',');
    }
    for (size_t i = 0; i < add->count; i++)
        strbuf_printf(&out, "%s%s", out.len > 0 ? "," : "", add->items[i]);
    return out.len > 0 ? out.ptr : "defaults";
}

/* The system is on it: without it, it would come up as something else, or not at all. */
static bool is_system(struct bytes line, const struct field *directory)
{
    static const char *const directories[] = {"/", "/usr", "/var", "/boot"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if (bytes_equal_text(bytes_cut(line, directory->from, directory->to), directories[i]))
            return true;
    return false;
}

static int refuse_system(const struct text_file *f, struct text_line *line, struct field directory,
                         struct err *e)
{
    return err_set_at(e, ERR_REFUSED, f->path, 0, 0,
                      "the system is on %.*s, and a start without it would be another fault",
                      (int)(directory.to - directory.from), line->text.ptr + directory.from);
}

int verb_mount_option(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    struct field fields[6];
    struct text_list add = step_list(c->arena, step, "add"),
                     drop = step_list(c->arena, step, "drop");
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    size_t count = split(line->text, fields);
    if (count < 3)
        return err_set_at(e, ERR_SYNTAX, f.path, step_line(step, e), 0,
                          "the line has no type, so no options can be put behind it");
    if (in_list(&add, "nofail") && is_system(line->text, &fields[1]))
        return refuse_system(&f, line, fields[1], e);
    if (count == 3) {
        const char *options = options_changed(c, "defaults", &add, &drop);
        struct field end = {fields[2].to, fields[2].to};
        put_field(c, line, end, arena_printf(c->arena, " %s", options));
    } else {
        const char *options =
            arena_text(c->arena, bytes_cut(line->text, fields[3].from, fields[3].to));
        put_field(c, line, fields[3], options_changed(c, options, &add, &drop));
    }
    return text_save(c, &f, e);
}

int verb_mount_device(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    struct field fields[6];
    const char *device = step_text(step, "device");
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    bool is_empty = !device || !*device || device[strlen(device) - 1] == '=';
    if (is_empty || strpbrk(device, " \t\n"))
        return err_set(e, ERR_NOT_FOUND,
                       "no filesystem on this disk is certain to be the one meant");
    if (split(line->text, fields) == 0)
        return err_set_at(e, ERR_NOT_FOUND, f.path, 0, 0, "the line is empty");
    put_field(c, line, fields[0], device);
    return text_save(c, &f, e);
}

/* A line that shuts nothing is mounted all the same, or passed over: it stays. */
int verb_mount_comment(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    struct field fields[6];
    const char *state = json_member_string(c->record, "state");
    const char *reason = json_member_string(c->record, "reason");
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    if (state && reason && strcmp(reason, "fstab-line-invalid") == 0 && strcmp(state, "shut") != 0)
        return err_set_at(e, ERR_REFUSED, f.path, step_line(step, e), 0,
                          "the start does not stop for this line, and it may well be mounted");
    if (split(line->text, fields) > 1 && is_system(line->text, &fields[1]))
        return refuse_system(&f, line, fields[1], e);
    text_comment(c, line);
    return text_save(c, &f, e);
}

/* --- the EFI partition ------------------------------------------------------------------------ */

/* The one FAT filesystem of the disks that no other line names; NULL: none, or more than one. */
static const struct filesystem_fact *only_efi(const struct verb_context *c)
{
    const struct filesystem_fact *found = NULL;
    for (size_t i = 0; i < c->facts->filesystems.count; i++) {
        const struct filesystem_fact *fs = &c->facts->filesystems.items[i];
        if (!fs->type || !fs->uuid || strcmp(fs->type, "vfat") != 0)
            continue;
        bool taken = fs->mounted_on && strcmp(fs->mounted_on, "/boot/efi") != 0 &&
                     strcmp(fs->mounted_on, "/efi") != 0;
        for (size_t k = 0; k < c->facts->mounts.count; k++) {
            const char *device = c->facts->mounts.items[k].device;
            taken |= device && (strstr(device, fs->uuid) || strcmp(device, fs->device) == 0);
        }
        if (taken)
            continue;
        if (found)
            return NULL;
        found = fs;
    }
    return found;
}

/* Its new UUID when only one partition can be meant; else the start does without it. */
int verb_mount_efi(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    struct field fields[6];
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    if (split(line->text, fields) < 3)
        return err_set_at(e, ERR_SYNTAX, f.path, step_line(step, e), 0, "the line is too short");
    if (is_system(line->text, &fields[1]))
        return refuse_system(&f, line, fields[1], e);
    const struct filesystem_fact *fs = only_efi(c);
    if (!fs)
        return verb_mount_option(c, step, e);
    put_field(c, line, fields[0], arena_printf(c->arena, "UUID=%s", fs->uuid));
    return text_save(c, &f, e);
}
