/* JSON documents: read strictly, built without a lost member, printed stably. The only door to
 * cJSON; a `struct json` is one of its nodes and never looked into from outside.
 * Ownership: json_parse and json_new_* give a tree that the caller frees with json_free (of the
 * root) or hands to a parent with json_set/json_append (which take it). All else is borrowed. */
#ifndef DISKMEND_BASE_JSON_H
#define DISKMEND_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct json;

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Parse a whole text. Refused (ERR_SYNTAX, with line and column; PATH is only for the message):
 * syntax errors, text after the document, invalid UTF-8, NUL and \u0000, a member named twice in
 * one object, deeper than LIMIT_JSON_DEPTH. NULL on error. */
struct json *json_parse(struct bytes text, const char *path, struct err *e);
void json_free(struct json *node);
static inline void cleanup_json(struct json **node)
{
    json_free(*node);
}
#define CLEANUP_JSON __attribute__((cleanup(cleanup_json)))

/* Reading. NODE may be NULL everywhere: then the answer is JSON_NULL, NULL, 0 or the default. */
enum json_type json_type(const struct json *node);
const struct json *json_member(const struct json *object, const char *name); /* case matters */
const struct json *json_at(const struct json *array, size_t index);
size_t json_count(const struct json *array_or_object);
/* Walk an array or object: first child, next sibling, NULL at the end. */
const struct json *json_first(const struct json *parent);
const struct json *json_next(const struct json *node);
const char *json_name(const struct json *member); /* NULL when not a member of an object */
const char *json_string(const struct json *node); /* NULL when not a string */
double json_number(const struct json *node, double otherwise);
bool json_bool(const struct json *node, bool otherwise);
/* Shorthands for a member. */
const char *json_member_string(const struct json *object, const char *name);
bool json_equal(const struct json *a, const struct json *b);

/* Building. Every function ends in arena_exhausted(A) when memory is out, so nothing is ever left
 * out of a document. Strings may hold any bytes: what is not UTF-8 is escaped (escape_to_utf8). */
struct json *json_new_object(struct arena *a);
struct json *json_new_array(struct arena *a);
struct json *json_new_string(struct arena *a, const char *text); /* NULL makes a JSON null */
struct json *json_new_number(struct arena *a, double number);
struct json *json_new_bool(struct arena *a, bool truth);
struct json *json_new_null(struct arena *a);
struct json *json_copy(struct arena *a, const struct json *node);
void json_set(struct arena *a, struct json *object, const char *name, struct json *take);
void json_append(struct arena *a, struct json *array, struct json *take);
/* As json_set, in place of a member that has the name already. */
void json_replace(struct arena *a, struct json *object, const char *name, struct json *take);
static inline void json_set_string(struct arena *a, struct json *o, const char *name, const char *s)
{
    json_set(a, o, name, json_new_string(a, s));
}
/* NAME and TEXT are constants of the program: neither is copied. */
void json_set_constant(struct arena *a, struct json *object, const char *name, const char *text);
static inline void json_set_number(struct arena *a, struct json *o, const char *name, double n)
{
    json_set(a, o, name, json_new_number(a, n));
}
static inline void json_set_bool(struct arena *a, struct json *o, const char *name, bool truth)
{
    json_set(a, o, name, json_new_bool(a, truth));
}

/* Printing, into arena memory. Pretty: two-space indent and a final newline; otherwise one line
 * without a newline. Member order is the order of building; the same document prints the same. */
char *json_print(struct arena *a, const struct json *node, bool pretty);

/* Where in TEXT (which parsed) the value at a JSON Pointer stands ("/check/where/0/1"; "" is the
 * whole): 1-based line and byte column of the value. False when there is no such value. */
bool json_locate(struct bytes text, const char *pointer, int *line, int *column);

#endif
