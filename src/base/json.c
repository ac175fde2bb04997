#include "base/json.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/strbuf.h"

/* cJSON copies text up to a NUL and keeps no positions; a scanner of our own runs first and
 * refuses what cJSON would take silently. It also answers json_locate. */
struct scanner {
    struct bytes text;
    size_t at;
    int depth;
    const char *fault;
    const char *pointer; /* what is left to match, NULL when not locating */
    size_t found;        /* offset of the located value */
    bool is_found;
};

static const struct json *as_json(const cJSON *node)
{
    return (const struct json *)(const void *)node;
}

static const cJSON *as_cjson(const struct json *node)
{
    return (const cJSON *)(const void *)node;
}

static void place_of(struct bytes text, size_t offset, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        (*column)++;
        if (text.ptr[i] == '\n') {
            (*line)++;
            *column = 1;
        }
    }
}

static int peek(struct scanner *s)
{
    while (s->at < s->text.len && strchr(" \t\r\n", s->text.ptr[s->at]) && s->text.ptr[s->at])
        s->at++;
    return s->at < s->text.len ? (unsigned char)s->text.ptr[s->at] : -1;
}

static bool fault(struct scanner *s, const char *text)
{
    if (!s->fault)
        s->fault = text;
    return false;
}

static bool scan_string(struct scanner *s, struct bytes *raw)
{
    if (peek(s) != '"')
        return fault(s, "a string was expected");
    size_t start = ++s->at;
    while (s->at < s->text.len && s->text.ptr[s->at] != '"') {
        unsigned char c = (unsigned char)s->text.ptr[s->at];
        if (c < 0x20)
            return fault(s, "a control character in a string must be escaped");
        if (c == '\\') {
            if (s->text.len - s->at >= 6 && memcmp(s->text.ptr + s->at, "\\u0000", 6) == 0)
                return fault(s, "\\u0000 is not allowed");
            if (s->text.len - s->at < 2)
                break;
            if (!s->text.ptr[s->at + 1] || !strchr("\"\\/bfnrtu", s->text.ptr[s->at + 1]))
                return fault(s, "unknown escape in a string");
            s->at += 2;
            continue;
        }
        size_t n = escape_utf8_length(bytes_cut(s->text, s->at, s->text.len));
        if (n == 0)
            return fault(s, "not valid UTF-8");
        s->at += n;
    }
    if (s->at >= s->text.len)
        return fault(s, "the string does not end");
    *raw = bytes_cut(s->text, start, s->at);
    s->at++;
    return true;
}

/* If the pointer's next step is STEP, return what follows it, else NULL. */
static const char *pointer_step(const char *pointer, struct bytes step)
{
    if (!pointer || *pointer != '/')
        return NULL;
    pointer++;
    size_t i = 0;
    while (*pointer && *pointer != '/') {
        char c = *pointer++;
        if (c == '~' && (*pointer == '0' || *pointer == '1'))
            c = *pointer++ == '0' ? '~' : '/';
        if (i >= step.len || step.ptr[i++] != c)
            return NULL;
    }
    return i == step.len ? pointer : NULL;
}

static bool scan_value(struct scanner *s, const char *pointer);

/* The names of one object, by a hash with a seed: who writes the text must not choose collisions. */
struct names {
    struct bytes *slots; /* ptr NULL: free */
    size_t capacity;     /* a power of two, or 0 */
    size_t count;
    uint64_t seed;
};

static struct bytes *name_slot(const struct names *n, struct bytes name)
{
    uint64_t h = 0xcbf29ce484222325ull ^ n->seed;
    for (size_t i = 0; i < name.len; i++) {
        h = (h ^ (unsigned char)name.ptr[i]) * 0x100000001b3ull;
        h ^= h >> 29;
    }
    size_t i = (size_t)(h ^ n->seed) & (n->capacity - 1);
    while (n->slots[i].ptr && !bytes_equal(n->slots[i], name))
        i = (i + 1) & (n->capacity - 1);
    return &n->slots[i];
}

static bool grow_names(struct names *n)
{
    struct names old = *n;
    n->capacity = old.capacity ? old.capacity * 2 : 16;
    n->slots = calloc(n->capacity, sizeof *n->slots);
    if (!n->slots) {
        *n = old;
        return false;
    }
    if (!old.capacity && getrandom(&n->seed, sizeof n->seed, GRND_NONBLOCK) < 0)
        n->seed = (uint64_t)(uintptr_t)n->slots;
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].ptr)
            *name_slot(n, old.slots[i]) = old.slots[i];
    free(old.slots);
    return true;
}

/* False, with a fault at START, when the object has NAME already. */
static bool take_name(struct scanner *s, struct names *n, struct bytes name, size_t start)
{
    if (n->count * 2 >= n->capacity && !grow_names(n))
        return fault(s, "out of memory");
    struct bytes *slot = name_slot(n, name);
    if (slot->ptr) {
        s->at = start;
        return fault(s, "a member of this name stands here already");
    }
    *slot = name;
    n->count++;
    return true;
}

static bool scan_object(struct scanner *s, const char *pointer)
{
    struct names names = {0};
    bool good = false;
    s->at++;
    if (peek(s) == '}') {
        s->at++;
        return true;
    }
    for (;;) {
        struct bytes name;
        size_t start = (peek(s), s->at);
        if (!scan_string(s, &name))
            break;
        if (!take_name(s, &names, name, start))
            break;
        if (peek(s) != ':') {
            fault(s, "':' was expected");
            break;
        }
        s->at++;
        if (!scan_value(s, pointer_step(pointer, name)))
            break;
        int c = peek(s);
        if (c == ',') {
            s->at++;
            continue;
        }
        if (c == '}') {
            s->at++;
            good = true;
        } else {
            fault(s, "',' or '}' was expected");
        }
        break;
    }
    free(names.slots);
    return good;
}

static bool scan_array(struct scanner *s, const char *pointer)
{
    s->at++;
    if (peek(s) == ']') {
        s->at++;
        return true;
    }
    for (unsigned index = 0;; index++) {
        char step[16];
        int n = snprintf(step, sizeof step, "%u", index);
        if (!scan_value(s, pointer_step(pointer, (struct bytes){step, (size_t)n})))
            return false;
        int c = peek(s);
        if (c == ',') {
            s->at++;
            continue;
        }
        if (c == ']') {
            s->at++;
            return true;
        }
        return fault(s, "',' or ']' was expected");
    }
}

static bool scan_number(struct scanner *s)
{
    size_t start = s->at;
    if (s->at < s->text.len && s->text.ptr[s->at] == '-')
        s->at++;
    size_t digits = s->at;
    while (s->at < s->text.len && isdigit((unsigned char)s->text.ptr[s->at]))
        s->at++;
    if (s->at == digits) {
        s->at = start;
        return fault(s, "a value was expected");
    }
    while (s->at < s->text.len && s->text.ptr[s->at] &&
           strchr("0123456789.eE+-", s->text.ptr[s->at]))
        s->at++;
    return true;
}

static bool scan_value(struct scanner *s, const char *pointer)
{
    static const char *const words[] = {"true", "false", "null"};
    int c = peek(s);
    if (pointer && *pointer == '\0') {
        s->found = s->at;
        s->is_found = true;
    }
    if (c == '{' || c == '[') {
        if (++s->depth > LIMIT_JSON_DEPTH)
            return fault(s, "nested too deep");
        bool good = c == '{' ? scan_object(s, pointer) : scan_array(s, pointer);
        s->depth--;
        return good;
    }
    if (c == '"') {
        struct bytes raw;
        return scan_string(s, &raw);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bytes_start_with(bytes_cut(s->text, s->at, s->text.len), words[i])) {
            s->at += strlen(words[i]);
            return true;
        }
    }
    if (c < 0)
        return fault(s, "the text ends too early");
    return scan_number(s);
}

struct json *json_parse(struct bytes text, const char *path, struct err *e)
{
    struct scanner s = {.text = text};
    bool good = scan_value(&s, NULL);
    if (good && peek(&s) >= 0)
        good = fault(&s, "text after the end of the document");
    if (!good) {
        int line, column;
        place_of(text, s.at, &line, &column);
        err_set_at(e, ERR_SYNTAX, path, line, column, "not valid JSON: %s", s.fault);
        return NULL;
    }
    cJSON *node = cJSON_ParseWithLength(text.ptr, text.len);
    if (!node)
        err_set_at(e, ERR_SYNTAX, path, 1, 1, "not valid JSON, or out of memory");
    return (struct json *)(void *)node;
}

bool json_locate(struct bytes text, const char *pointer, int *line, int *column)
{
    struct scanner s = {.text = text};
    if (!scan_value(&s, pointer) || !s.is_found)
        return false;
    place_of(text, s.found, line, column);
    return true;
}

void json_free(struct json *node)
{
    cJSON_Delete((cJSON *)(void *)node);
}

enum json_type json_type(const struct json *node)
{
    const cJSON *n = as_cjson(node);
    if (cJSON_IsObject(n))
        return JSON_OBJECT;
    if (cJSON_IsArray(n))
        return JSON_ARRAY;
    if (cJSON_IsString(n))
        return JSON_STRING;
    if (cJSON_IsNumber(n))
        return JSON_NUMBER;
    if (cJSON_IsBool(n))
        return JSON_BOOL;
    return JSON_NULL;
}

const struct json *json_member(const struct json *object, const char *name)
{
    return as_json(cJSON_GetObjectItemCaseSensitive(as_cjson(object), name));
}

const struct json *json_at(const struct json *array, size_t index)
{
    const struct json *node = json_first(array);
    while (node && index-- > 0)
        node = json_next(node);
    return node;
}

size_t json_count(const struct json *node)
{
    size_t count = 0;
    for (const struct json *child = json_first(node); child; child = json_next(child))
        count++;
    return count;
}

const struct json *json_first(const struct json *parent)
{
    const cJSON *n = as_cjson(parent);
    return n && (cJSON_IsArray(n) || cJSON_IsObject(n)) ? as_json(n->child) : NULL;
}

const struct json *json_next(const struct json *node)
{
    return node ? as_json(as_cjson(node)->next) : NULL;
}

const char *json_name(const struct json *member)
{
    return member ? as_cjson(member)->string : NULL;
}

const char *json_string(const struct json *node)
{
    return cJSON_IsString(as_cjson(node)) ? as_cjson(node)->valuestring : NULL;
}

double json_number(const struct json *node, double otherwise)
{
    return cJSON_IsNumber(as_cjson(node)) ? as_cjson(node)->valuedouble : otherwise;
}

bool json_bool(const struct json *node, bool otherwise)
{
    return cJSON_IsBool(as_cjson(node)) ? cJSON_IsTrue(as_cjson(node)) != 0 : otherwise;
}

const char *json_member_string(const struct json *object, const char *name)
{
    return json_string(json_member(object, name));
}

bool json_equal(const struct json *a, const struct json *b)
{
    return cJSON_Compare(as_cjson(a), as_cjson(b), 1) != 0;
}

static struct json *checked(struct arena *a, cJSON *node)
{
    if (!node)
        arena_exhausted(a);
    return (struct json *)(void *)node;
}

struct json *json_new_object(struct arena *a)
{
    return checked(a, cJSON_CreateObject());
}

struct json *json_new_array(struct arena *a)
{
    return checked(a, cJSON_CreateArray());
}

/* Nearly every text is: no copy of it in the arena then. */
static bool is_utf8(const char *text)
{
    struct bytes rest = bytes_of(text);
    for (size_t n; rest.len > 0; rest = bytes_cut(rest, n, rest.len))
        if ((n = escape_utf8_length(rest)) == 0)
            return false;
    return true;
}

struct json *json_new_string(struct arena *a, const char *text)
{
    if (!text)
        return json_new_null(a);
    return checked(a, cJSON_CreateString(is_utf8(text) ? text : escape_to_utf8(a, text)));
}

struct json *json_new_number(struct arena *a, double number)
{
    return checked(a, cJSON_CreateNumber(number));
}

struct json *json_new_bool(struct arena *a, bool truth)
{
    return checked(a, cJSON_CreateBool(truth));
}

struct json *json_new_null(struct arena *a)
{
    return checked(a, cJSON_CreateNull());
}

struct json *json_copy(struct arena *a, const struct json *node)
{
    return checked(a, cJSON_Duplicate(as_cjson(node), 1));
}

void json_set(struct arena *a, struct json *object, const char *name, struct json *take)
{
    if (!cJSON_AddItemToObject((cJSON *)(void *)object, name, (cJSON *)(void *)take))
        arena_exhausted(a);
}

void json_set_constant(struct arena *a, struct json *object, const char *name, const char *text)
{
    cJSON *word = (cJSON *)(void *)checked(a, cJSON_CreateStringReference(text));
    if (!cJSON_AddItemToObjectCS((cJSON *)(void *)object, name, word))
        arena_exhausted(a);
}

void json_replace(struct arena *a, struct json *object, const char *name, struct json *take)
{
    if (!json_member(object, name))
        json_set(a, object, name, take);
    else if (!cJSON_ReplaceItemInObjectCaseSensitive((cJSON *)(void *)object, name,
                                                     (cJSON *)(void *)take))
        arena_exhausted(a);
}

void json_append(struct arena *a, struct json *array, struct json *take)
{
    if (!cJSON_AddItemToArray((cJSON *)(void *)array, (cJSON *)(void *)take))
        arena_exhausted(a);
}

static void print_string(struct strbuf *out, const char *text)
{
    strbuf_add_char(out, '"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\')
            strbuf_printf(out, "\\%c", *p);
        else if (*p == '\n')
            strbuf_add(out, "\\n");
        else if (*p == '\t')
            strbuf_add(out, "\\t");
        else if (*p < 0x20 || *p == 0x7f)
            strbuf_printf(out, "\\u%04x", *p);
        else
            strbuf_add_char(out, (char)*p);
    }
    strbuf_add_char(out, '"');
}

static void new_line(struct strbuf *out, bool pretty, int depth)
{
    if (pretty)
        strbuf_printf(out, "\n%*s", depth * 2, "");
}

static void print_node(struct strbuf *out, const struct json *node, bool pretty, int depth)
{
    enum json_type type = json_type(node);
    double number;
    switch (type) {
    case JSON_NULL:
        strbuf_add(out, "null");
        return;
    case JSON_BOOL:
        strbuf_add(out, json_bool(node, false) ? "true" : "false");
        return;
    case JSON_NUMBER:
        number = json_number(node, 0);
        if (number == floor(number) && fabs(number) < 9e15)
            strbuf_printf(out, "%.0f", number);
        else
            strbuf_printf(out, "%.17g", number);
        return;
    case JSON_STRING:
        print_string(out, json_string(node));
        return;
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    strbuf_add_char(out, type == JSON_ARRAY ? '[' : '{');
    bool first = true;
    for (const struct json *child = json_first(node); child; child = json_next(child)) {
        if (!first)
            strbuf_add(out, ",");
        new_line(out, pretty, depth + 1);
        if (type == JSON_OBJECT) {
            print_string(out, json_name(child));
            strbuf_add(out, pretty ? ": " : ":");
        }
        print_node(out, child, pretty, depth + 1);
        first = false;
    }
    if (!first)
        new_line(out, pretty, depth);
    strbuf_add_char(out, type == JSON_ARRAY ? ']' : '}');
}

char *json_print(struct arena *a, const struct json *node, bool pretty)
{
    struct strbuf out;
    strbuf_init(&out, a);
    print_node(&out, node, pretty, 0);
    if (pretty)
        strbuf_add_char(&out, '\n');
    return out.ptr;
}
