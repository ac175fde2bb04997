#include "syntax/yaml_nodes.h"

#include <yaml.h>

#include "base/limits.h"
#include "base/map.h"

struct frame {
    struct yaml_node *node, *last;
    struct yaml_node *key; /* of a map: the key read last, whose value is to come */
};

struct anchor {
    struct yaml_node *node;
    bool is_open; /* its end was not read yet */
};

struct builder {
    struct arena *arena;
    struct yaml_nodes *out;
    struct map anchors; /* name to struct anchor */
    struct frame open[LIMIT_YAML_DEPTH];
    struct anchor *open_anchor[LIMIT_YAML_DEPTH];
    size_t depth, nodes;
};

static void fail(struct builder *b, const char *problem, yaml_mark_t at)
{
    b->out->problem = problem;
    b->out->line = (int)at.line + 1;
    b->out->column = (int)at.column + 1;
}

static const char *text_of(struct builder *b, const yaml_char_t *text, size_t length)
{
    const void *p = text;
    return p ? arena_text(b->arena, (struct bytes){p, length}) : NULL;
}

static const char *name_of(struct builder *b, const yaml_char_t *name)
{
    const void *p = name;
    return p ? text_of(b, name, strlen(p)) : NULL;
}

/* A new node, hung where the next one belongs. NULL: a bound is reached. */
static struct yaml_node *add_node(struct builder *b, enum yaml_kind kind, yaml_mark_t at)
{
    if (b->nodes++ >= LIMIT_YAML_NODES) {
        fail(b, "more than can be read", at);
        b->out->is_limit = true;
        return NULL;
    }
    struct yaml_node *n = arena_new_struct(b->arena, struct yaml_node);
    *n = (struct yaml_node){.kind = kind,
                            .line = (int)at.line + 1,
                            .column = (int)at.column + 1,
                            .text = ""};
    if (b->depth == 0) {
        b->out->root = n;
        return n;
    }
    struct frame *around = &b->open[b->depth - 1];
    if (around->node->kind == YAML_MAP && !around->key) {
        around->key = n;
        return n;
    }
    n->key = around->key;
    around->key = NULL;
    if (around->last)
        around->last->next = n;
    else
        around->node->first = n;
    around->last = n;
    return n;
}

static struct anchor *name_node(struct builder *b, struct yaml_node *n, const yaml_char_t *name,
                                bool is_open)
{
    if (!name)
        return NULL;
    const char *text = name_of(b, name);
    if (map_get(&b->anchors, text) && b->out->duplicate_anchor == 0)
        b->out->duplicate_anchor = n->line;
    struct anchor *anchor = arena_new_struct(b->arena, struct anchor);
    *anchor = (struct anchor){n, is_open};
    map_set(&b->anchors, text, anchor);
    return anchor;
}

static void open_node(struct builder *b, enum yaml_kind kind, const yaml_char_t *anchor,
                      const yaml_char_t *tag, yaml_mark_t at)
{
    if (b->depth >= LIMIT_YAML_DEPTH) {
        fail(b, "nested deeper than can be read", at);
        b->out->is_limit = true;
        return;
    }
    struct yaml_node *n = add_node(b, kind, at);
    if (!n)
        return;
    n->tag = name_of(b, tag);
    b->open_anchor[b->depth] = name_node(b, n, anchor, true);
    b->open[b->depth++] = (struct frame){.node = n};
}

static void close_node(struct builder *b)
{
    if (b->depth > 0 && b->open_anchor[--b->depth])
        b->open_anchor[b->depth]->is_open = false;
}

static void add_scalar(struct builder *b, const yaml_event_t *e)
{
    struct yaml_node *n = add_node(b, YAML_SCALAR, e->start_mark);
    if (!n)
        return;
    n->text = text_of(b, e->data.scalar.value, e->data.scalar.length);
    n->tag = name_of(b, e->data.scalar.tag);
    n->is_plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    name_node(b, n, e->data.scalar.anchor, false);
}

static void add_alias(struct builder *b, const yaml_event_t *e)
{
    struct yaml_node *n = add_node(b, YAML_ALIAS, e->start_mark);
    if (!n)
        return;
    n->text = name_of(b, e->data.alias.anchor);
    const struct anchor *anchor = map_get(&b->anchors, n->text);
    if (!anchor)
        fail(b, "found undefined alias", e->start_mark);
    else if (!anchor->is_open)
        n->target = anchor->node;
}

static void take(struct builder *b, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        add_scalar(b, e);
        break;
    case YAML_ALIAS_EVENT:
        add_alias(b, e);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_node(b, YAML_LIST, e->data.sequence_start.anchor, e->data.sequence_start.tag,
                  e->start_mark);
        break;
    case YAML_MAPPING_START_EVENT:
        open_node(b, YAML_MAP, e->data.mapping_start.anchor, e->data.mapping_start.tag,
                  e->start_mark);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_node(b);
        break;
    default:
        break;
    }
}

/* libyaml's words for what is wrong are constants of its own, valid for as long as it is loaded. */
static void take_error(struct builder *b, const yaml_parser_t *p)
{
    if (p->error == YAML_MEMORY_ERROR)
        arena_exhausted(b->arena);
    yaml_mark_t at = p->problem_mark;
    if (p->error == YAML_READER_ERROR) /* no place but an offset of bytes */
        at = p->mark;
    fail(b, p->problem ? p->problem : "not YAML", at);
}

/* What stands behind the first document: another one, nothing, or no YAML. */
static void look_behind(struct builder *b, yaml_parser_t *p)
{
    yaml_event_t e;
    if (!yaml_parser_parse(p, &e)) {
        struct yaml_nodes kept = *b->out;
        take_error(b, p);
        kept.has_more = true;
        kept.more_problem = b->out->problem;
        kept.more_line = b->out->line;
        *b->out = kept;
        return;
    }
    b->out->has_more = e.type == YAML_DOCUMENT_START_EVENT;
    b->out->more_line = b->out->has_more ? (int)e.start_mark.line + 1 : 0;
    yaml_event_delete(&e);
}

static void read_document(struct builder *b, yaml_parser_t *p)
{
    for (bool done = false; !done && !b->out->problem;) {
        yaml_event_t e;
        if (!yaml_parser_parse(p, &e)) {
            take_error(b, p);
            return;
        }
        take(b, &e);
        bool document_end = e.type == YAML_DOCUMENT_END_EVENT;
        done = document_end || e.type == YAML_STREAM_END_EVENT || e.type == YAML_NO_EVENT;
        yaml_event_delete(&e);
        if (document_end && !b->out->problem)
            look_behind(b, p);
    }
}

void yaml_nodes_read(struct arena *a, struct bytes text, struct yaml_nodes *out)
{
    *out = (struct yaml_nodes){0};
    struct builder b = {.arena = a, .out = out};
    map_init(&b.anchors, a);
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        arena_exhausted(a);
    const void *input = text.ptr ? text.ptr : "";
    yaml_parser_set_input_string(&parser, input, text.len);
    read_document(&b, &parser);
    yaml_parser_delete(&parser);
    if (out->problem)
        out->root = NULL;
}

const struct yaml_node *yaml_real(const struct yaml_node *n)
{
    return n && n->kind == YAML_ALIAS ? n->target : n;
}

const struct yaml_node *yaml_member(const struct yaml_node *map, const char *name)
{
    const struct yaml_node *found = NULL;
    map = yaml_real(map);
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (const struct yaml_node *n = map->first; n; n = n->next) {
        const char *key = yaml_text(yaml_real(n->key));
        if (key && strcmp(key, name) == 0)
            found = n;
    }
    return yaml_real(found);
}

const char *yaml_text(const struct yaml_node *n)
{
    return n && n->kind == YAML_SCALAR ? n->text : NULL;
}
