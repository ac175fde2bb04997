#include "repair/edit_list.h"

#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "base/strbuf.h"

/* --- text ------------------------------------------------------------------------------------- */

char *edit_path_encode(struct arena *a, const char *path)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (const char *p = path; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c > ' ' && c < 0x7f && c != '%')
            strbuf_add_char(&s, *p);
        else
            strbuf_printf(&s, "%%%02X", c);
    }
    return s.ptr;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789ABCDEFabcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    if (!at)
        return -1;
    int value = (int)(at - digits);
    return value < 16 ? value : value - 6;
}

char *edit_path_decode(struct arena *a, const char *text)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (const char *p = text; *p; p++) {
        if (*p != '%') {
            strbuf_add_char(&s, *p);
            continue;
        }
        int high = hex_digit(p[1]), low = high < 0 ? -1 : hex_digit(p[2]);
        if (low < 0 || high * 16 + low == 0)
            return NULL;
        strbuf_add_char(&s, (char)(high * 16 + low));
        p += 2;
    }
    return s.ptr;
}

bool edit_path_is_canonical(const char *path)
{
    if (path[0] != '/' || strlen(path) >= LIMIT_PATH_BYTES)
        return false;
    if (!path[1])
        return true;
    for (const char *p = path; *p;) {
        size_t n = strcspn(p + 1, "/");
        if (n == 0 || (n == 1 && p[1] == '.') || (n == 2 && p[1] == '.' && p[2] == '.'))
            return false;
        p += n + 1;
    }
    return true;
}

static char *hex_text(struct arena *a, struct bytes b)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (size_t i = 0; i < b.len; i++)
        strbuf_printf(&s, "%02x", (unsigned char)b.ptr[i]);
    return s.ptr;
}

static bool hex_bytes(struct arena *a, const char *text, struct bytes *out)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (const char *p = text; *p; p += 2) {
        int high = hex_digit(p[0]), low = high < 0 ? -1 : hex_digit(p[1]);
        if (low < 0)
            return false;
        strbuf_add_char(&s, (char)(high * 16 + low));
    }
    *out = strbuf_bytes(&s);
    return true;
}

/* --- to JSON ---------------------------------------------------------------------------------- */

static void set_hash(struct arena *a, struct json *o, const struct node_state *s)
{
    char hex[HASH_HEX_CHARS + 1];
    if (s->has_content && hash_sha256_hex(s->content, hex))
        json_set_string(a, o, "sha256", hex);
    else if (s->hash)
        json_set_string(a, o, "sha256", s->hash);
}

static struct json *state_json(struct arena *a, const struct node_state *s, bool with_content,
                               content_list *contents)
{
    if (!s->exists)
        return json_new_null(a);
    struct json *o = json_new_object(a);
    json_set_string(a, o, "type", node_type_name(s->type));
    json_set_string(a, o, "mode", arena_printf(a, "%04o", s->mode));
    json_set_number(a, o, "uid", s->uid);
    json_set_number(a, o, "gid", s->gid);
    if (s->type == NODE_SYMLINK)
        json_set_string(a, o, "target", edit_path_encode(a, s->target));
    set_hash(a, o, s);
    if (s->has_content && with_content) {
        json_set_number(a, o, "content", (double)contents->count);
        vec_push(a, contents, s->content);
    }
    struct json *xattrs = json_new_object(a);
    for (size_t i = 0; i < s->xattr_count; i++)
        json_set_string(a, xattrs, edit_path_encode(a, s->xattrs[i].name),
                        hex_text(a, s->xattrs[i].value));
    json_set(a, o, "xattrs", xattrs);
    return o;
}

static void set_path(struct arena *a, struct json *o, const char *name, const char *path)
{
    if (path)
        json_set_string(a, o, name, edit_path_encode(a, path));
}

struct json *edit_list_json(struct arena *a, const struct overlay_edit *edits, size_t count,
                            bool before_only, content_list *contents)
{
    struct json *list = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        const struct overlay_edit *edit = &edits[i];
        struct json *o = json_new_object(a);
        set_path(a, o, "path", edit->path);
        set_path(a, o, "moved_to", edit->moved_to);
        set_path(a, o, "moved_from", edit->moved_from);
        json_set(a, o, "before", state_json(a, &edit->before, true, contents));
        json_set(a, o, "after", state_json(a, &edit->after, !before_only, contents));
        json_append(a, list, o);
    }
    return list;
}

/* --- from JSON -------------------------------------------------------------------------------- */

struct reader {
    struct arena *arena;
    edit_content *content;
    void *context;
    const char *path; /* of the edit being read, for messages */
    struct err *e;
};

static int wrong(struct reader *r, const char *what)
{
    return err_set(r->e, ERR_SYNTAX, "the record of %s does not hold together: %s",
                   r->path ? r->path : "an edit", what);
}

static bool number_in(const struct json *o, const char *name, double max, double *out)
{
    const struct json *n = json_member(o, name);
    *out = json_number(n, -1);
    return json_type(n) == JSON_NUMBER && *out >= 0 && *out <= max &&
           *out == (double)(uint64_t)*out;
}

static int read_type(struct reader *r, const struct json *o, enum node_type *out)
{
    const char *name = json_member_string(o, "type");
    for (int t = NODE_FILE; t <= NODE_BLOCK_DEVICE; t++) {
        if (name && strcmp(node_type_name((enum node_type)t), name) == 0) {
            *out = (enum node_type)t;
            return 0;
        }
    }
    return wrong(r, "an unknown type");
}

static int read_mode(struct reader *r, const struct json *o, uint32_t *out)
{
    const char *text = json_member_string(o, "mode");
    if (!text || strlen(text) != 4 || strspn(text, "01234567") != 4)
        return wrong(r, "a mode that is none");
    *out = 0;
    for (; *text; text++)
        *out = *out * 8 + (uint32_t)(*text - '0');
    return 0;
}

static int read_content(struct reader *r, const struct json *o, struct node_state *s)
{
    const char *hash = json_member_string(o, "sha256");
    double number;
    if (hash && (strlen(hash) != HASH_HEX_CHARS ||
                 strspn(hash, "0123456789abcdef") != HASH_HEX_CHARS || s->type != NODE_FILE))
        return wrong(r, "a hash that is none");
    s->hash = hash ? arena_strdup(r->arena, hash) : NULL;
    if (!json_member(o, "content"))
        return 0;
    if (!hash || !number_in(o, "content", 2.0 * LIMIT_EDITS, &number))
        return wrong(r, "a content without hash or number");
    struct err e = {0};
    s->content = r->content(r->context, (size_t)number, &e);
    if (e.code != ERR_NONE)
        return wrong(r, e.text);
    char found[HASH_HEX_CHARS + 1];
    if (!hash_sha256_hex(s->content, found) || strcmp(found, hash) != 0)
        return wrong(r, "its content does not have the hash it should have");
    s->has_content = true;
    return 0;
}

#define XATTRS_MAX 256

static int read_xattrs(struct reader *r, const struct json *o, struct node_state *s)
{
    const struct json *list = json_member(o, "xattrs");
    if (json_type(list) != JSON_OBJECT || json_count(list) > XATTRS_MAX)
        return wrong(r, "its extended attributes");
    for (const struct json *x = json_first(list); x; x = json_next(x)) {
        struct bytes value;
        char *name = edit_path_decode(r->arena, json_name(x));
        if (!name || !*name || !json_string(x) || !hex_bytes(r->arena, json_string(x), &value))
            return wrong(r, "an extended attribute");
        node_state_set_xattr(r->arena, s, name, &value);
    }
    return 0;
}

static int read_state(struct reader *r, const struct json *o, struct node_state *s)
{
    double uid, gid;
    if (json_type(o) == JSON_NULL)
        return 0;
    if (json_type(o) != JSON_OBJECT || !number_in(o, "uid", UINT32_MAX - 1.0, &uid) ||
        !number_in(o, "gid", UINT32_MAX - 1.0, &gid))
        return wrong(r, "an owner that is none");
    s->exists = true;
    s->uid = (uint32_t)uid;
    s->gid = (uint32_t)gid;
    int code = read_type(r, o, &s->type);
    if (code == 0)
        code = read_mode(r, o, &s->mode);
    if (code == 0)
        code = read_content(r, o, s);
    if (code == 0)
        code = read_xattrs(r, o, s);
    if (code == 0 && s->type == NODE_SYMLINK) {
        const char *target = json_member_string(o, "target");
        s->target = target ? edit_path_decode(r->arena, target) : NULL;
        if (!s->target || !*s->target || strlen(s->target) >= LIMIT_PATH_BYTES)
            code = wrong(r, "a link without target");
    }
    return code;
}

static int read_path(struct reader *r, const struct json *o, const char *name, bool needed,
                     const char **out)
{
    const char *text = json_member_string(o, name);
    if (!text && !needed && !json_member(o, name))
        return 0;
    *out = text ? edit_path_decode(r->arena, text) : NULL;
    if (!*out || !edit_path_is_canonical(*out)) {
        r->path = NULL;
        return wrong(r, "a path that is not absolute and plain");
    }
    return 0;
}

/* A file that appears does so with its bytes, and one that is overwritten is known by its hash. */
static bool has_bytes(const struct overlay_edit *edit)
{
    const struct node_state *b = &edit->before, *a = &edit->after;
    bool was = b->exists && b->type == NODE_FILE, is = a->exists && a->type == NODE_FILE;
    /* What moves keeps its bytes where they are; what is made in its place, or makes way for it,
     * has its own. */
    if (edit->moved_to)
        return !b->has_content && (!is || a->has_content);
    if (edit->moved_from)
        return !a->has_content && (!was || b->has_content);
    if (was && is)
        return (!b->has_content && !a->has_content) ||
               (b->has_content && (a->has_content || a->hash));
    return (!was || b->has_content) && (!is || a->has_content);
}

/* What we can put back: a device, FIFO or socket may change its meta or its name, no more. */
static bool is_possible(const struct overlay_edit *edit)
{
    const struct node_state *b = &edit->before, *a = &edit->after;
    bool special = (b->exists && b->type > NODE_SYMLINK) || (a->exists && a->type > NODE_SYMLINK);
    bool moves = edit->moved_to || edit->moved_from;
    bool same = b->exists && a->exists && b->type == a->type;
    bool directory =
        (b->exists && b->type == NODE_DIRECTORY) || (a->exists && a->type == NODE_DIRECTORY);
    if ((!b->exists && !a->exists) || !has_bytes(edit))
        return false;
    /* One name of a pair is there before, the other after; a special file could not be made in the
     * place of what moves, nor put back where something moved to; a directory is not in the place
     * of a directory. */
    if (moves && b->exists && a->exists && b->type == NODE_DIRECTORY && a->type == b->type)
        return false;
    if (moves)
        return edit->moved_to
                   ? !edit->moved_from && b->exists && (!a->exists || a->type <= NODE_SYMLINK)
                   : a->exists && (!b->exists || b->type <= NODE_SYMLINK);
    if (directory && b->exists && a->exists && !same)
        return false;
    return !special || same;
}

static int read_edit(struct reader *r, const struct json *o, struct overlay_edit *edit)
{
    if (json_type(o) != JSON_OBJECT)
        return wrong(r, "no object");
    int code = read_path(r, o, "path", true, &edit->path);
    r->path = edit->path;
    if (code == 0)
        code = read_path(r, o, "moved_to", false, &edit->moved_to);
    if (code == 0)
        code = read_path(r, o, "moved_from", false, &edit->moved_from);
    if (code == 0)
        code = read_state(r, json_member(o, "before"), &edit->before);
    if (code == 0)
        code = read_state(r, json_member(o, "after"), &edit->after);
    if (code == 0 && !is_possible(edit))
        code = wrong(r, "a change that cannot be made");
    return code;
}

/* Each path once, and both ends of a move in one directory. Not both: something that makes way for
 * what moves, and something new in its old place; half of that could not be told from the whole. */
static int check_paths(struct reader *r, const struct edit_list *list)
{
    struct map paths;
    map_init(&paths, r->arena);
    vec_each (edit, &list->edits) {
        r->path = edit->path;
        if (map_get(&paths, edit->path))
            return wrong(r, "its path stands there twice");
        map_set(&paths, edit->path, edit);
    }
    vec_each (edit, &list->edits) {
        const char *to = edit->moved_to ? edit->moved_to : edit->moved_from;
        const struct overlay_edit *other = to ? map_get(&paths, to) : NULL;
        r->path = edit->path;
        if (!to)
            continue;
        const char *back = !other ? NULL : edit->moved_to ? other->moved_from : other->moved_to;
        const struct node_state *here = edit->moved_to ? &edit->before : &edit->after;
        if (!back || strcmp(back, edit->path) != 0 ||
            strcmp(path_parent(r->arena, edit->path), path_parent(r->arena, to)) != 0 ||
            here->type != (edit->moved_to ? other->after.type : other->before.type))
            return wrong(r, "a move without its other end");
        if (edit->moved_to && edit->after.exists && other->before.exists)
            return wrong(r, "a move with something in the way at both ends");
    }
    return 0;
}

int edit_list_parse(struct arena *a, const struct json *json, edit_content *content, void *context,
                    struct edit_list *out, struct err *e)
{
    struct reader r = {.arena = a, .content = content, .context = context, .e = e};
    if (json_type(json) != JSON_ARRAY || json_count(json) > LIMIT_EDITS)
        return wrong(&r, "no list, or too long a one");
    for (const struct json *o = json_first(json); o; o = json_next(o)) {
        struct overlay_edit edit = {0};
        r.path = NULL;
        int code = read_edit(&r, o, &edit);
        if (code != 0)
            return code;
        vec_push(a, &out->edits, edit);
    }
    return check_paths(&r, out);
}

const char *edit_state_hash(const struct node_state *s)
{
    return s->hash ? s->hash : "";
}

/* --- packed ----------------------------------------------------------------------------------- */

/* Eight bytes of length, big endian, then the bytes: first the JSON, then each content. */
static void pack_one(struct strbuf *out, struct bytes b)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        strbuf_add_char(out, (char)(unsigned char)((uint64_t)b.len >> shift));
    strbuf_add_bytes(out, b);
}

static bool unpack_one(struct bytes *rest, struct bytes *out)
{
    uint64_t len = 0;
    if (rest->len < 8)
        return false;
    for (int i = 0; i < 8; i++)
        len = len << 8 | (unsigned char)rest->ptr[i];
    if (len > rest->len - 8)
        return false;
    *out = bytes_cut(*rest, 8, 8 + (size_t)len);
    *rest = bytes_cut(*rest, 8 + (size_t)len, rest->len);
    return true;
}

struct bytes edit_list_pack(struct arena *a, const struct overlay_edit *edits, size_t count)
{
    content_list contents = {0};
    struct strbuf out;
    strbuf_init(&out, a);
    CLEANUP_JSON struct json *json = edit_list_json(a, edits, count, false, &contents);
    pack_one(&out, bytes_of(json_print(a, json, false)));
    vec_each (content, &contents)
        pack_one(&out, *content);
    return strbuf_bytes(&out);
}

static struct bytes packed_content(void *context, size_t number, struct err *e)
{
    const content_list *contents = context;
    if (number < contents->count)
        return contents->items[number];
    err_set(e, ERR_SYNTAX, "a content that is not there");
    return (struct bytes){0};
}

int edit_list_unpack(struct arena *a, struct bytes packed, struct edit_list *out, struct err *e)
{
    struct bytes text, one;
    content_list contents = {0};
    if (!unpack_one(&packed, &text))
        return err_set(e, ERR_SYNTAX, "the list of edits is cut");
    while (packed.len > 0) {
        if (!unpack_one(&packed, &one))
            return err_set(e, ERR_SYNTAX, "the list of edits is cut");
        vec_push(a, &contents, one);
    }
    CLEANUP_JSON struct json *json = json_parse(text, "edits", e);
    if (!json)
        return e->code;
    return edit_list_parse(a, json, packed_content, &contents, out, e);
}
