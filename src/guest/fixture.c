#include "guest/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"

#define DEPTH_MAX 16 /* of based_on and of directories below root/ */

static int read_host_file(struct arena *a, const char *path, struct bytes *out, struct err *e)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
                       strerror(errno));
    struct strbuf s;
    strbuf_init(&s, a);
    char buffer[65536];
    ssize_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
        strbuf_add_bytes(&s, (struct bytes){buffer, (size_t)n});
        if (s.len > LIMIT_ACCOUNT_BYTES)
            return err_set(e, ERR_LIMIT, "%s: too large for a fixture", path);
    }
    if (n < 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    *out = strbuf_bytes(&s);
    return 0;
}

/* Everything below HOST goes into the tree at GUEST with the default owners and modes. */
static int load_files(struct tree *t, const char *host, const char *guest, int depth, struct err *e)
{
    CLEANUP_DIR DIR *dir = opendir(host);
    if (!dir)
        return errno == ENOENT && depth == 0 ? 0
                                             : err_set(e, ERR_IO, "%s: %s", host, strerror(errno));
    if (depth > DEPTH_MAX)
        return err_set(e, ERR_LIMIT, "%s: nested too deep for a fixture", host);
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const char *path = path_join(t->arena, host, entry->d_name);
        const char *inside = path_join(t->arena, guest, entry->d_name);
        struct stat st;
        struct bytes content;
        int result = 0;
        if (lstat(path, &st) != 0)
            return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
        if (S_ISDIR(st.st_mode)) {
            if (tree_lstat(t, inside).presence != PRESENCE_PRESENT)
                memory_tree_directory(t, inside, 0755, 0, 0);
            result = load_files(t, path, inside, depth + 1, e);
        } else if (S_ISREG(st.st_mode)) {
            result = read_host_file(t->arena, path, &content, e);
            if (result == 0)
                memory_tree_file(t, inside, content, 0644, 0, 0);
        } else {
            result = err_set(e, ERR_UNSUPPORTED, "%s: fixtures hold regular files only", path);
        }
        if (result != 0)
            return result;
    }
    return 0;
}

/* The members "mode" (octal text), "owner" and "group" over what is there. */
static int apply_meta(struct tree *t, const char *path, const struct json *o, struct err *e)
{
    struct stat_answer there = tree_lstat(t, path);
    if (there.presence != PRESENCE_PRESENT)
        return err_set(e, ERR_NOT_FOUND, "%s is not in the tree", path);
    uint32_t mode = there.node.mode;
    const char *text = json_member_string(o, "mode");
    if (text) {
        char *end;
        unsigned long value = strtoul(text, &end, 8);
        if (*text == '\0' || *end || value > 07777)
            return err_set(e, ERR_SYNTAX, "%s: mode \"%s\" is not octal", path, text);
        mode = (uint32_t)value;
    }
    memory_tree_meta(t, there.real_path, mode,
                     (uint32_t)json_number(json_member(o, "owner"), there.node.uid),
                     (uint32_t)json_number(json_member(o, "group"), there.node.gid));
    return 0;
}

static int special_type(const char *name, enum node_type *type)
{
    static const struct {
        const char *name;
        enum node_type type;
    } types[] = {{"fifo", NODE_FIFO},
                 {"socket", NODE_SOCKET},
                 {"character-device", NODE_CHARACTER_DEVICE},
                 {"block-device", NODE_BLOCK_DEVICE}};
    for (size_t i = 0; name && i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, name) == 0) {
            *type = types[i].type;
            return 0;
        }
    }
    return -1;
}

static int apply_entry(struct tree *t, const char *path, const struct json *o, struct err *e)
{
    const char *type = json_member_string(o, "type");
    const char *text = json_member_string(o, "text");
    enum node_type special;
    if (type && strcmp(type, "absent") == 0) {
        memory_tree_remove(t, path);
        return 0;
    }
    if (type && strcmp(type, "symlink") == 0) {
        const char *target = json_member_string(o, "target");
        if (!target)
            return err_set(e, ERR_SYNTAX, "%s: a symlink needs a target", path);
        memory_tree_symlink(t, path, target);
        return 0;
    }
    if (type && strcmp(type, "directory") == 0) {
        if (tree_lstat(t, path).presence != PRESENCE_PRESENT)
            memory_tree_directory(t, path, 0755, 0, 0);
    } else if (type && special_type(type, &special) == 0) {
        memory_tree_special(t, path, special);
    } else if (type && strcmp(type, "file") != 0) {
        return err_set(e, ERR_SYNTAX, "%s: unknown type \"%s\"", path, type);
    } else if (text) {
        memory_tree_file(t, path, bytes_of(text), 0644, 0, 0);
    }
    return apply_meta(t, path, o, e);
}

static const char *text_or_empty(struct arena *a, const struct json *o, const char *name)
{
    const char *text = json_member_string(o, name);
    return text ? arena_strdup(a, text) : "";
}

static void add_filesystem(struct tree *t, const struct json *o)
{
    struct arena *a = t->arena;
    struct filesystem f = {.device = text_or_empty(a, o, "device"),
                           .type = text_or_empty(a, o, "type"),
                           .uuid = text_or_empty(a, o, "uuid"),
                           .label = text_or_empty(a, o, "label"),
                           .partuuid = text_or_empty(a, o, "partuuid"),
                           .partlabel = text_or_empty(a, o, "partlabel"),
                           .size = (uint64_t)json_number(json_member(o, "size"), 0),
                           .mounted_on = text_or_empty(a, o, "mounted_on")};
    if (json_member_string(o, "subvolume"))
        f.subvolume = text_or_empty(a, o, "subvolume");
    if (json_member_string(o, "damage"))
        f.damage = text_or_empty(a, o, "damage");
    if (json_member_string(o, "on_errors"))
        f.on_errors = text_or_empty(a, o, "on_errors");
    memory_tree_filesystem(t, &f);
}

static const char **texts_of(struct arena *a, const struct json *list, size_t *count)
{
    const char **texts = arena_alloc_array(a, json_count(list) + 1, sizeof *texts);
    *count = 0;
    for (const struct json *i = json_first(list); i; i = json_next(i))
        if (json_string(i))
            texts[(*count)++] = arena_strdup(a, json_string(i));
    return texts;
}

static void add_volume_group(struct tree *t, const struct json *o)
{
    struct arena *a = t->arena;
    struct volume_group g = {.name = text_or_empty(a, o, "name"), .uuid = text_or_empty(a, o, "uuid")};
    g.physical = texts_of(a, json_member(o, "physical"), &g.physical_count);
    g.logical = texts_of(a, json_member(o, "logical"), &g.logical_count);
    memory_tree_volume_group(t, &g);
}

static void add_disk(struct tree *t, const struct json *o)
{
    struct arena *a = t->arena;
    struct disk d = {.device = text_or_empty(a, o, "device"), .table = text_or_empty(a, o, "table")};
    if (json_member_string(o, "problem"))
        d.problem = text_or_empty(a, o, "problem");
    memory_tree_disk(t, &d);
}

static int load_guest(struct tree *t, const char *directory, const char *name, int depth,
                      struct err *e)
{
    struct arena *a = t->arena;
    const char *base = path_join(a, path_join(a, directory, "guests"), name);
    const char *meta_path = path_join(a, base, "meta.json");
    struct bytes text;
    if (depth > DEPTH_MAX)
        return err_set(e, ERR_LIMIT, "%s: based_on goes in circles", meta_path);
    int result = read_host_file(a, meta_path, &text, e);
    if (result != 0)
        return result;
    CLEANUP_JSON struct json *meta = json_parse(text, meta_path, e);
    if (!meta)
        return (int)ERR_SYNTAX;
    const char *based_on = json_member_string(meta, "based_on");
    if (based_on && (result = load_guest(t, directory, based_on, depth + 1, e)) != 0)
        return result;
    if ((result = load_files(t, path_join(a, base, "root"), "/", 0, e)) != 0)
        return result;
    const struct json *entries = json_member(meta, "entries");
    for (const struct json *m = json_first(entries); m; m = json_next(m)) {
        if ((result = apply_entry(t, json_name(m), m, e)) != 0)
            return err_context(e, "%s", meta_path);
    }
    const struct json *filesystems = json_member(meta, "filesystems");
    for (const struct json *f = json_first(filesystems); f; f = json_next(f))
        add_filesystem(t, f);
    const struct json *groups = json_member(meta, "volume_groups");
    for (const struct json *g = json_first(groups); g; g = json_next(g))
        add_volume_group(t, g);
    return 0;
}

struct tree *fixture_guest(struct arena *a, const char *directory, const char *name, struct err *e)
{
    struct tree *t = memory_tree_new(a);
    return load_guest(t, directory, name, 0, e) == 0 ? t : NULL;
}

/* --- changes --------------------------------------------------------------------------------- */

static int put_content(struct tree *t, const char *path, struct bytes content,
                       const struct json *change, struct err *e)
{
    struct stat_answer there = tree_stat(t, path);
    if (there.presence == PRESENCE_PRESENT && there.node.type == NODE_FILE)
        memory_tree_file(t, there.real_path, content, there.node.mode, there.node.uid,
                         there.node.gid);
    else
        memory_tree_file(t, path, content, 0644, 0, 0);
    return apply_meta(t, there.real_path ? there.real_path : path, change, e);
}

static int do_write(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    const char *text = json_member_string(change, "text");
    struct strbuf s;
    strbuf_init(&s, t->arena);
    if (text)
        strbuf_add(&s, text);
    const struct json *lines = json_member(change, "lines");
    for (const struct json *l = json_first(lines); l; l = json_next(l)) {
        if (!json_string(l))
            return err_set(e, ERR_SYNTAX, "\"lines\" holds something that is not text");
        strbuf_add(&s, json_string(l));
        strbuf_add_char(&s, '\n');
    }
    return put_content(t, path, strbuf_bytes(&s), change, e);
}

/* Bytes written as pairs of hexadecimal digits; HEX may be NULL. */
static int add_hex(struct strbuf *s, const char *hex, struct err *e)
{
    for (; hex && *hex; hex += 2) {
        unsigned int byte;
        if (sscanf(hex, "%2x", &byte) != 1 || !hex[1])
            return err_set(e, ERR_SYNTAX, "\"hex\" is not pairs of hexadecimal digits");
        strbuf_add_char(s, (char)byte);
    }
    return 0;
}

static int do_write_hex(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    struct strbuf s;
    strbuf_init(&s, t->arena);
    int result = add_hex(&s, json_member_string(change, "hex"), e);
    if (result != 0)
        return result;
    return put_content(t, path, strbuf_bytes(&s), change, e);
}

/* A label or an ACL: "text" as it is, or "hex". */
static int do_xattr(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    const char *name = json_member_string(change, "name");
    const char *text = json_member_string(change, "text");
    struct strbuf value;
    strbuf_init(&value, t->arena);
    strbuf_add(&value, text ? text : "");
    int result = add_hex(&value, json_member_string(change, "hex"), e);
    if (result != 0)
        return result;
    if (!name)
        return err_set(e, ERR_SYNTAX, "an xattr needs a \"name\"");
    if (tree_lstat(t, path).presence != PRESENCE_PRESENT)
        return err_set(e, ERR_NOT_FOUND, "nothing to put an xattr on");
    memory_tree_xattr(t, path, name, strbuf_bytes(&value));
    return 0;
}

static int do_append(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    struct read_answer old = tree_read(t, path, UINT64_MAX);
    const char *text = json_member_string(change, "text");
    if (old.presence != PRESENCE_PRESENT || !text)
        return err_set(e, ERR_NOT_FOUND, "nothing to append to, or no \"text\"");
    struct strbuf s;
    strbuf_init(&s, t->arena);
    strbuf_add_bytes(&s, old.content);
    strbuf_add(&s, text);
    return put_content(t, path, strbuf_bytes(&s), change, e);
}

static int do_replace(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    struct read_answer old = tree_read(t, path, UINT64_MAX);
    const char *from = json_member_string(change, "old");
    const char *to = json_member_string(change, "new");
    if (old.presence != PRESENCE_PRESENT || !from || !to)
        return err_set(e, ERR_NOT_FOUND, "no such file, or no \"old\" and \"new\"");
    const char *at = memmem(old.content.ptr, old.content.len, from, strlen(from));
    if (!at)
        return err_set(e, ERR_NOT_FOUND, "\"%s\" does not occur", from);
    size_t offset = (size_t)(at - old.content.ptr);
    struct strbuf s;
    strbuf_init(&s, t->arena);
    strbuf_add_bytes(&s, bytes_cut(old.content, 0, offset));
    strbuf_add(&s, to);
    strbuf_add_bytes(&s, bytes_cut(old.content, offset + strlen(from), old.content.len));
    return put_content(t, path, strbuf_bytes(&s), change, e);
}

static int do_remove(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    (void)change;
    struct stat_answer there = tree_lstat(t, path);
    if (there.presence != PRESENCE_PRESENT)
        return err_set(e, ERR_NOT_FOUND, "nothing to remove");
    memory_tree_remove(t, there.real_path);
    return 0;
}

static int do_symlink(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    const char *target = json_member_string(change, "target");
    if (!target)
        return err_set(e, ERR_SYNTAX, "a symlink needs a \"target\"");
    memory_tree_remove(t, path);
    memory_tree_symlink(t, path, target);
    return 0;
}

static int do_directory(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    memory_tree_remove(t, path);
    memory_tree_directory(t, path, 0755, 0, 0);
    return apply_meta(t, path, change, e);
}

static int do_special(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    enum node_type type;
    if (special_type(json_member_string(change, "type"), &type) != 0)
        return err_set(e, ERR_SYNTAX, "unknown \"type\"");
    memory_tree_remove(t, path);
    memory_tree_special(t, path, type);
    return apply_meta(t, path, change, e);
}

static int do_unreadable(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    const char *reason = json_member_string(change, "reason");
    if (!reason)
        return err_set(e, ERR_SYNTAX, "\"unreadable\" needs a \"reason\"");
    memory_tree_unreadable(t, path, reason);
    return 0;
}

static int do_filesystem(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    (void)path, (void)e;
    add_filesystem(t, change);
    return 0;
}

static int do_no_filesystem(struct tree *t, const char *path, const struct json *change,
                            struct err *e)
{
    (void)path;
    const char *device = json_member_string(change, "device");
    if (!device)
        return err_set(e, ERR_SYNTAX, "\"no-filesystem\" needs a \"device\"");
    memory_tree_no_filesystem(t, device);
    return 0;
}

static int do_volume_group(struct tree *t, const char *path, const struct json *change,
                           struct err *e)
{
    (void)path, (void)e;
    add_volume_group(t, change);
    return 0;
}

static int do_disk(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    (void)path, (void)e;
    add_disk(t, change);
    return 0;
}

/* How full the filesystem at PATH is, in blocks of 4096 bytes. */
static int do_space(struct tree *t, const char *path, const struct json *change, struct err *e)
{
    enum { BLOCK = 4096 };
    struct space_answer s = {.presence = PRESENCE_PRESENT, .block_bytes = BLOCK};
    s.bytes_total = (uint64_t)json_number(json_member(change, "blocks"), 262144) * BLOCK;
    s.bytes_free = (uint64_t)json_number(json_member(change, "free"), 131072) * BLOCK;
    s.inodes_total = (uint64_t)json_number(json_member(change, "files"), 65536);
    s.inodes_free = (uint64_t)json_number(json_member(change, "free_files"), 60000);
    if (tree_stat(t, path).presence != PRESENCE_PRESENT)
        return err_set(e, ERR_NOT_FOUND, "nothing there that could be full");
    memory_tree_space(t, path, &s);
    return 0;
}

static const struct change_kind {
    const char *name;
    bool needs_path;
    int (*apply)(struct tree *t, const char *path, const struct json *change, struct err *e);
} change_kinds[] = {
    {"write", true, do_write},
    {"write-hex", true, do_write_hex},
    {"append", true, do_append},
    {"replace", true, do_replace},
    {"remove", true, do_remove},
    {"mode", true, apply_meta},
    {"owner", true, apply_meta},
    {"xattr", true, do_xattr},
    {"symlink", true, do_symlink},
    {"directory", true, do_directory},
    {"special", true, do_special},
    {"unreadable", true, do_unreadable},
    {"filesystem", false, do_filesystem},
    {"no-filesystem", false, do_no_filesystem},
    {"volume-group", false, do_volume_group},
    {"disk", false, do_disk},
    {"space", true, do_space},
};

int fixture_change(struct tree *t, const struct json *changes, struct err *e)
{
    int number = 0;
    for (const struct json *c = json_first(changes); c; c = json_next(c)) {
        const char *what = json_member_string(c, "do");
        const char *path = json_member_string(c, "path");
        const struct change_kind *kind = NULL;
        number++;
        for (size_t i = 0; what && i < sizeof change_kinds / sizeof *change_kinds; i++)
            if (strcmp(change_kinds[i].name, what) == 0)
                kind = &change_kinds[i];
        if (!kind || (kind->needs_path && (!path || *path != '/')))
            return err_set(e, ERR_SYNTAX, "change %d: unknown \"do\", or no absolute \"path\"",
                           number);
        if (kind->apply(t, path, c, e) != 0)
            return err_context(e, "change %d (%s %s)", number, what, path ? path : "");
    }
    return 0;
}

struct tree *fixture_case(struct arena *a, const char *directory, const char *name,
                          struct json **case_document, struct err *e)
{
    const char *path =
        path_join(a, path_join(a, path_join(a, directory, "cases"), name), "case.json");
    struct bytes text;
    if (read_host_file(a, path, &text, e) != 0)
        return NULL;
    CLEANUP_JSON struct json *document = json_parse(text, path, e);
    if (!document)
        return NULL;
    const char *guest = json_member_string(document, "guest");
    if (!guest) {
        err_set_at(e, ERR_SYNTAX, path, 1, 1, "a case needs a \"guest\"");
        return NULL;
    }
    struct tree *t = fixture_guest(a, directory, guest, e);
    if (!t)
        return NULL;
    if (fixture_change(t, json_member(document, "changes"), e) != 0) {
        err_context(e, "%s", path);
        return NULL;
    }
    if (case_document) {
        *case_document = document;
        document = NULL;
    }
    return t;
}
