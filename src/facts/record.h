/* How a typed C record says what its members are called in the facts document: one table per kind
 * of record, read by facts.c to render JSON (and by nobody to judge). */
#ifndef DISKMEND_FACTS_RECORD_H
#define DISKMEND_FACTS_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "model/place.h"

enum truth { TRUTH_UNKNOWN, TRUTH_NO, TRUTH_YES }; /* JSON: null, false, true */

struct text_list {
    const char **items;
    size_t count;
};

enum field_type {
    FIELD_TEXT,   /* const char *; NULL: the member is left out */
    FIELD_TEXTS,  /* struct text_list */
    FIELD_BOOL,   /* bool */
    FIELD_TRUTH,  /* enum truth */
    FIELD_NUMBER, /* int64_t; FACT_NO_NUMBER: the member is left out */
    FIELD_MODE,   /* uint32_t, shown as text "0755" */
    FIELD_PLACE   /* struct place, shown as {file, line, column}; file NULL: left out */
};

#define FACT_NO_NUMBER INT64_MIN

struct fact_field {
    const char *name;
    enum field_type type;
    size_t offset;
};

#define FACT_FIELD(record, member, type) {#member, type, offsetof(struct record, member)}

struct fact_kind {
    const char *section; /* "account" */
    size_t record_size;
    const struct fact_field *fields;
    size_t field_count;
};

#define FACT_KIND(name, record, fields)                                                            \
    {name, sizeof(struct record), fields, sizeof(fields) / sizeof(*(fields))}

/* {file, line, column} as records have it; the caller owns it. */
struct json *fact_place_json(struct arena *a, const struct place *place);
/* One record as a JSON object; the caller owns it. */
struct json *fact_record_json(struct arena *a, const struct fact_kind *kind, const void *record);

#endif
