#include "rules/shape.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "model/walk.h"
#include "rules/value.h"

#define TITLE_MAX 80u

void shape_fault(struct rule_file *f, struct shape_node node, const char *format, ...)
{
    char text[ERR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    int line = 0, column = 0;
    json_locate(f->text, node.pointer, &line, &column);
    err_set_at(vec_push_new(f->set->arena, &f->set->errors), ERR_SYNTAX, f->path, line, column,
               "%s", text);
}

struct shape_node shape_member(struct rule_file *f, struct shape_node node, const char *name)
{
    struct strbuf pointer;
    strbuf_init(&pointer, f->set->arena);
    strbuf_printf(&pointer, "%s/", node.pointer);
    for (const char *p = name; *p; p++) { /* RFC 6901 */
        if (*p == '~' || *p == '/')
            strbuf_add(&pointer, *p == '~' ? "~0" : "~1");
        else
            strbuf_add_char(&pointer, *p);
    }
    return (struct shape_node){json_member(node.json, name), pointer.ptr};
}

struct shape_node shape_element(struct rule_file *f, struct shape_node node, size_t index)
{
    return (struct shape_node){json_at(node.json, index),
                               arena_printf(f->set->arena, "%s/%zu", node.pointer, index)};
}

bool shape_keys(struct rule_file *f, struct shape_node node, vocabulary_words keys,
                const char *what)
{
    if (json_type(node.json) != JSON_OBJECT) {
        shape_fault(f, node, "%s must be an object", what);
        return false;
    }
    for (const struct json *m = json_first(node.json); m; m = json_next(m))
        if (!vocabulary_has(keys, json_name(m)))
            shape_fault(f, shape_member(f, node, json_name(m)), "unknown key \"%s\" in %s",
                        json_name(m), what);
    return true;
}

const char *shape_text(struct rule_file *f, struct shape_node node, const char *name, bool needed)
{
    struct shape_node member = shape_member(f, node, name);
    if (!member.json) {
        if (needed)
            shape_fault(f, node, "\"%s\" is missing", name);
        return NULL;
    }
    if (!json_string(member.json))
        shape_fault(f, member, "\"%s\" must be a text", name);
    else if (!*json_string(member.json))
        shape_fault(f, member, "\"%s\" is empty", name);
    else
        return json_string(member.json);
    return NULL;
}

const char *shape_word(struct rule_file *f, struct shape_node node, const char *name,
                       vocabulary_words words, bool needed)
{
    const char *text = shape_text(f, node, name, needed);
    if (!text || vocabulary_has(words, text))
        return text;
    struct strbuf list;
    strbuf_init(&list, f->set->arena);
    for (vocabulary_words w = words; *w; w++)
        strbuf_printf(&list, "%s%s", w == words ? "" : ", ", *w);
    shape_fault(f, shape_member(f, node, name), "\"%s\" is \"%s\"; it may be: %s", name, text,
                list.ptr);
    return NULL;
}

bool shape_array(struct rule_file *f, struct shape_node node, const char *name, bool needed)
{
    struct shape_node member = shape_member(f, node, name);
    if (!member.json) {
        if (needed)
            shape_fault(f, node, "\"%s\" is missing", name);
        return false;
    }
    if (json_type(member.json) == JSON_ARRAY && json_count(member.json) > 0)
        return true;
    shape_fault(f, member, "\"%s\" must be a list with at least one element", name);
    return false;
}

static bool is_kebab(const char *id)
{
    bool word = false;
    for (const char *p = id; *p; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
        if (!letter && (*p != '-' || !word))
            return false;
        word = letter;
    }
    return word;
}

/* Who may use which name: ours are plain, local ones start with x- or say what they override. */
static void identity(struct rule_file *f, struct shape_node rule)
{
    const char *id = shape_text(f, rule, "id", true);
    struct shape_node overrides = shape_member(f, rule, "overrides");
    if (overrides.json && json_type(overrides.json) != JSON_BOOL)
        shape_fault(f, overrides, "\"overrides\" must be true or false");
    if (!id)
        return;
    struct shape_node at = shape_member(f, rule, "id");
    bool is_local_name = strncmp(id, "x-", 2) == 0;
    const struct rule *other = rules_find(f->set, id);
    if (!is_kebab(id))
        shape_fault(f, at, "the id \"%s\" is not of the form lower-case-words-and-digits", id);
    else if (f->is_shipped && (is_local_name || overrides.json))
        shape_fault(f, at, "\"%s\": x- names and \"overrides\" are for local rules", id);
    else if (!f->is_shipped && json_bool(overrides.json, false) && (!other || other->is_local))
        shape_fault(f, at, "\"%s\" overrides no shipped rule", id);
    else if (!f->is_shipped && other && !other->is_local && !json_bool(overrides.json, false))
        shape_fault(f, at, "\"%s\" is a shipped rule; to replace it say \"overrides\": true", id);
    else if (!f->is_shipped && !other && !is_local_name)
        shape_fault(f, at, "the id of a local rule starts with x-: \"x-%s\"", id);
    else if (other && !json_bool(overrides.json, false))
        shape_fault(f, at, "the id \"%s\" stands at %s:%d already", id, other->file,
                    rule_line(other));
}

static void severity(struct rule_file *f, struct shape_node node)
{
    const char *name = shape_text(f, node, "severity", true);
    if (name && severity_by_name(name) < 0)
        shape_fault(f, shape_member(f, node, "severity"),
                    "unknown severity \"%s\": critical, high, medium, low or info", name);
}

static void severity_when(struct rule_file *f, struct shape_node rule,
                          const struct shape_sources *sources)
{
    static const char *const keys[] = {"severity", "where", NULL};
    if (!shape_member(f, rule, "severity_when").json ||
        !shape_array(f, rule, "severity_when", false))
        return;
    struct shape_node list = shape_member(f, rule, "severity_when");
    for (size_t i = 0; i < json_count(list.json); i++) {
        struct shape_node one = shape_element(f, list, i);
        if (!shape_keys(f, one, keys, "a case of \"severity_when\""))
            continue;
        severity(f, one);
        if (shape_array(f, one, "where", true) && sources->sources.count > 0)
            shape_predicates(f, rule, shape_member(f, one, "where"), sources->sources.items[0]);
    }
}

static void gate_and_profile(struct rule_file *f, struct shape_node rule,
                             const struct shape_sources *sources)
{
    const char *profile = shape_word(f, rule, "profile", vocabulary_profiles, true);
    bool is_access = profile && strcmp(profile, "access") == 0;
    const char *gate = shape_text(f, rule, "gate", is_access);
    if (gate && gate_by_name(gate) == GATE_COUNT)
        shape_fault(f, shape_member(f, rule, "gate"), "unknown gate \"%s\"", gate);
    vec_each (s, &sources->sources)
        if (gate && strcmp((*s)->name, "login") != 0)
            shape_fault(f, shape_member(f, rule, "check"),
                        "a rule with a gate is \"for\": \"login\", not \"%s\": no rule file opens "
                        "or shuts a gate",
                        (*s)->name);
}

/* {scheme: [text …]} */
static void refs(struct rule_file *f, struct shape_node rule)
{
    struct shape_node all = shape_member(f, rule, "refs");
    if (!all.json) {
        shape_fault(f, rule, "\"refs\" is missing");
        return;
    }
    if (json_type(all.json) != JSON_OBJECT) {
        shape_fault(f, all, "\"refs\" must be an object of lists");
        return;
    }
    for (const struct json *m = json_first(all.json); m; m = json_next(m)) {
        struct shape_node list = shape_member(f, all, json_name(m));
        if (!shape_array(f, all, json_name(m), true))
            continue;
        for (size_t i = 0; i < json_count(list.json); i++)
            if (!json_string(json_at(list.json, i)))
                shape_fault(f, shape_element(f, list, i), "a reference must be a text");
    }
}

static void applies(struct rule_file *f, struct shape_node rule)
{
    static const char *const keys[] = {"os", "packages", "openssh", NULL};
    struct shape_node node = shape_member(f, rule, "applies");
    if (!node.json || !shape_keys(f, node, keys, "\"applies\""))
        return;
    const char *openssh = shape_text(f, node, "openssh", false);
    if (openssh && !value_version_condition(openssh))
        shape_fault(f, shape_member(f, node, "openssh"), "\"%s\" is not of the form >=9.8 or <9.8",
                    openssh);
    for (size_t k = 0; k < 2; k++) {
        struct shape_node list = shape_member(f, node, keys[k]);
        if (!list.json || !shape_array(f, node, keys[k], false))
            continue;
        for (size_t i = 0; i < json_count(list.json); i++) {
            const char *text = json_string(json_at(list.json, i));
            if (!text || (k == 0 && !value_os_condition(text)))
                shape_fault(f, shape_element(f, list, i),
                            k == 0 ? "a system is of the form debian or ubuntu:>=22.04"
                                   : "a package must be a text");
        }
    }
}

static void parameters(struct rule_file *f, struct shape_node rule)
{
    struct shape_node all = shape_member(f, rule, "params");
    if (!all.json)
        return;
    if (json_type(all.json) != JSON_OBJECT) {
        shape_fault(f, all, "\"params\" must be an object");
        return;
    }
    for (const struct json *m = json_first(all.json); m; m = json_next(m)) {
        struct shape_node one = shape_member(f, all, json_name(m));
        if (!json_member(m, "default"))
            shape_fault(f, one, "the parameter \"%s\" has no \"default\"", json_name(m));
        for (const struct json *v = json_first(m); v; v = json_next(v)) {
            struct shape_node value = shape_member(f, one, json_name(v) ? json_name(v) : "");
            const char *key = json_name(v), *text = json_string(v);
            if (!key || (strcmp(key, "default") != 0 && strncmp(key, "os:", 3) != 0 &&
                         !vocabulary_has(vocabulary_profiles, key)))
                shape_fault(f, value,
                            "a parameter varies by \"default\", \"os:NAME\" or a profile");
            if (text && strncmp(text, "list:", 5) == 0 && !value_list(f->set, text + 5))
                shape_fault(f, value, "there is no list \"%s\"", text + 5);
        }
    }
}

bool shape_rule(struct rule_file *f, struct shape_node rule)
{
    size_t faults = f->set->errors.count;
    if (!shape_keys(f, rule, vocabulary_rule_keys, "a rule"))
        return false;
    identity(f, rule);
    severity(f, rule);
    const char *title = shape_text(f, rule, "title", true);
    if (title && strlen(title) > TITLE_MAX)
        shape_fault(f, shape_member(f, rule, "title"), "the title is longer than %u bytes",
                    TITLE_MAX);
    shape_text(f, rule, "why", true);
    refs(f, rule);
    applies(f, rule);
    parameters(f, rule);
    struct shape_sources sources = {0};
    shape_check(f, rule, &sources);
    gate_and_profile(f, rule, &sources);
    severity_when(f, rule, &sources);
    if (shape_text(f, rule, "message", true))
        shape_template(f, rule, shape_member(f, rule, "message"), &sources);
    shape_repair(f, rule, &sources);
    shape_tests(f, rule);
    return f->set->errors.count == faults;
}
