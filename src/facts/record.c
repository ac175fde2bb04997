#include "facts/record.h"

#include <stdbool.h>
#include <stdio.h>

struct json *fact_place_json(struct arena *a, const struct place *p)
{
    struct json *o = json_new_object(a);
    json_set_string(a, o, "file", p->file);
    json_set_number(a, o, "line", p->line);
    json_set_number(a, o, "column", p->column);
    return o;
}

static struct json *texts_json(struct arena *a, const struct text_list *list)
{
    struct json *array = json_new_array(a);
    for (size_t i = 0; i < list->count; i++)
        json_append(a, array, json_new_string(a, list->items[i]));
    return array;
}

/* NULL when the member is to be left out. */
static struct json *field_json(struct arena *a, enum field_type type, const void *member)
{
    switch (type) {
    case FIELD_TEXT: {
        const char *text = *(const char *const *)member;
        return text ? json_new_string(a, text) : NULL;
    }
    case FIELD_TEXTS:
        return texts_json(a, member);
    case FIELD_BOOL:
        return json_new_bool(a, *(const bool *)member);
    case FIELD_TRUTH: {
        enum truth truth = *(const enum truth *)member;
        return truth == TRUTH_UNKNOWN ? json_new_null(a) : json_new_bool(a, truth == TRUTH_YES);
    }
    case FIELD_NUMBER: {
        int64_t number = *(const int64_t *)member;
        return number == FACT_NO_NUMBER ? NULL : json_new_number(a, (double)number);
    }
    case FIELD_MODE: {
        char text[16];
        snprintf(text, sizeof text, "%04o", *(const uint32_t *)member);
        return json_new_string(a, text);
    }
    case FIELD_PLACE: {
        const struct place *place = member;
        return place->file ? fact_place_json(a, place) : NULL;
    }
    }
    return NULL;
}

struct json *fact_record_json(struct arena *a, const struct fact_kind *kind, const void *record)
{
    struct json *object = json_new_object(a);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct fact_field *f = &kind->fields[i];
        struct json *member = field_json(a, f->type, (const char *)record + f->offset);
        if (member)
            json_set(a, object, f->name, member);
    }
    return object;
}
