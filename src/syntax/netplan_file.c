#include "syntax/netplan_file.h"

#include <stdlib.h>
#include <strings.h>

#include "syntax/netplan_values.h"
#include "syntax/yaml_nodes.h"

/* parse.c: network_handlers */
static const char *const types[] = {
    "ethernets", "bonds",         "bridges",           "vlans",     "wifis", "tunnels", "vrfs",
    "modems",    "dummy-devices", "virtual-ethernets", "nm-devices"};

struct reading {
    struct netplan *out;
    const char *file;
    bool has_fault; /* this document's own: the rest of it is lost */
};

static void add_fault(struct reading *r, const struct yaml_node *at, const char *text)
{
    *vec_push_new(r->out->arena, &r->out->faults) = (struct netplan_fault){.file = r->file,
                                                                           .text = text,
                                                                           .line = at->line,
                                                                           .column = at->column};
}

static void fail(struct reading *r, const struct yaml_node *at, const char *text)
{
    add_fault(r, at, text);
    r->has_fault = true;
}

const struct netplan_definition *netplan_find(const struct netplan *n, const char *id)
{
    for (size_t i = 0; i < n->definitions.count; i++)
        if (strcmp(n->definitions.items[i].id, id) == 0)
            return &n->definitions.items[i];
    return NULL;
}

/* parse.c handle_network_type: a second mention amends the first, and must be of its type. */
static struct netplan_definition *definition_of(struct reading *r, const struct yaml_node *key,
                                                const char *type)
{
    struct netplan *n = r->out;
    for (size_t i = 0; i < n->definitions.count; i++) {
        struct netplan_definition *d = &n->definitions.items[i];
        if (strcmp(d->id, key->text) != 0)
            continue;
        if (strcmp(d->type, type) != 0) {
            fail(r, key, arena_printf(n->arena, "\"%s\" changes its type", key->text));
            return NULL;
        }
        d->file = r->file;
        return d;
    }
    struct netplan_definition *d = vec_push_new(n->arena, &n->definitions);
    *d = (struct netplan_definition){.id = key->text,
                                     .type = type,
                                     .file = r->file,
                                     .line = key->line};
    return d;
}

static bool is_yes(const char *text)
{
    return strcasecmp(text, "true") == 0 || strcasecmp(text, "on") == 0 ||
           strcasecmp(text, "yes") == 0 || strcasecmp(text, "y") == 0;
}

static void take_match(struct netplan_definition *d, const struct yaml_node *match)
{
    d->has_match = true;
    const struct yaml_node *mac = yaml_member(match, "macaddress");
    const char *name = yaml_text(yaml_member(match, "name"));
    if (name)
        d->match_name = name;
    if (mac) {
        d->match_mac = mac->text;
        d->mac_line = mac->line;
    }
    d->has_driver |= yaml_member(match, "driver") != NULL;
}

static void take_list(struct arena *a, struct netplan_definition *d, const struct yaml_node *list,
                      bool addresses)
{
    for (const struct yaml_node *n = list->first; n; n = n->next) {
        const struct yaml_node *item = yaml_real(n);
        if (item && item->kind == YAML_MAP && item->first)
            item = yaml_real(item->first->key);
        const char *text = yaml_text(item);
        if (text && addresses)
            vec_push(a, &d->addresses, text);
        else if (text)
            vec_push(a, &d->members, text);
    }
}

/* What of a setting that was found good bears on the interface. */
static void take_setting(struct arena *a, struct netplan_definition *d, const char *key,
                         const struct yaml_node *value)
{
    if (strcmp(key, "dhcp4") == 0 || strcmp(key, "dhcp6") == 0)
        d->has_dhcp |= is_yes(value->text);
    else if (strcmp(key, "match") == 0)
        take_match(d, value);
    else if (strcmp(key, "set-name") == 0)
        d->set_name = value->text;
    else if (strcmp(key, "renderer") == 0)
        d->renderer = value->text;
    else if (strcmp(key, "activation-mode") == 0)
        d->is_manual = true;
    else if (strcmp(key, "addresses") == 0)
        take_list(a, d, value, true);
    else if (strcmp(key, "interfaces") == 0)
        take_list(a, d, value, false);
    else if (strcmp(key, "link") == 0 && strcmp(d->type, "vlans") == 0)
        vec_push(a, &d->members, value->text);
}

/* Settings in their order, up to the first that is refused: what stands before that was taken. */
static void read_settings(struct reading *r, struct netplan_definition *d,
                          const struct yaml_node *key, const struct yaml_node *body)
{
    struct arena *a = r->out->arena;
    for (const struct yaml_node *n = body->first; n; n = n->next) {
        const struct yaml_node *value = yaml_real(n), *at = n->key;
        const char *name = yaml_text(yaml_real(n->key));
        const char *problem = netplan_setting_problem(a, d->type, name, value, &at);
        if (problem) {
            add_fault(r, at ? at : n->key, problem);
            return;
        }
        if (value)
            take_setting(a, d, name, value);
    }
    /* validation.c: validate_netdef_grammar */
    const char *lacks = NULL;
    if (d->set_name && !d->has_match)
        lacks = "set-name without match";
    else if (strcmp(d->type, "vlans") == 0 && d->members.count == 0)
        lacks = "a VLAN without link";
    else if (strcmp(d->type, "vlans") == 0 && !yaml_member(body, "id"))
        lacks = "a VLAN without id";
    else if (strcmp(d->type, "wifis") == 0 && !yaml_member(body, "access-points"))
        lacks = "Wi-Fi without access-points";
    else if (strcmp(d->type, "vrfs") == 0 && !yaml_member(body, "table"))
        lacks = "a VRF without table";
    if (lacks)
        add_fault(r, key, lacks);
}

static void read_renderer(struct reading *r, const struct yaml_node *value, const char **out)
{
    const char *text = yaml_text(value);
    if (!text)
        fail(r, value, "expected scalar");
    else if (strcmp(text, "networkd") != 0 && strcmp(text, "NetworkManager") != 0)
        fail(r, value, arena_printf(r->out->arena, "unknown renderer '%s'", text));
    else
        *out = text;
}

static void read_type(struct reading *r, const char *type, const struct yaml_node *map)
{
    const char *renderer = NULL; /* of those of this type below it */
    for (const struct yaml_node *n = map->first; n && !r->has_fault; n = n->next) {
        const struct yaml_node *key = yaml_real(n->key), *value = yaml_real(n);
        const char *id = yaml_text(key);
        if (!id || !*id || strpbrk(id, " \t\r\n*[]?")) {
            fail(r, n->key, "not a name for a definition");
        } else if (!value) {
            fail(r, n, "an alias inside of what it names");
        } else if (strcmp(id, "renderer") == 0) {
            read_renderer(r, value, &renderer);
        } else if (value->kind != YAML_MAP) {
            fail(r, value, "expected mapping (check indentation)");
        } else {
            struct netplan_definition *d = definition_of(r, key, type);
            if (!d)
                return;
            if (!d->renderer)
                d->renderer = renderer;
            read_settings(r, d, n->key, value);
        }
    }
}

static void read_network(struct reading *r, const struct yaml_node *network)
{
    for (const struct yaml_node *n = network->first; n && !r->has_fault; n = n->next) {
        const struct yaml_node *value = yaml_real(n);
        const char *key = yaml_text(yaml_real(n->key));
        const char *type = NULL;
        for (size_t i = 0; key && i < sizeof types / sizeof *types; i++)
            if (strcmp(types[i], key) == 0)
                type = types[i];
        if (!key) {
            fail(r, n->key, "expected scalar");
        } else if (!value) {
            fail(r, n, "an alias inside of what it names");
        } else if (strcmp(key, "version") == 0) {
            if (!yaml_text(value))
                fail(r, value, "expected scalar");
            else if (strtol(value->text, NULL, 10) != 2)
                fail(r, value, "Only version 2 is supported");
        } else if (strcmp(key, "renderer") == 0) {
            read_renderer(r, value, &r->out->renderer);
        } else if (!type && strcmp(key, "openvswitch") != 0) {
            fail(r, n->key, arena_printf(r->out->arena, "unknown key '%s'", key));
        } else if (value->kind != YAML_MAP) {
            fail(r, value, "expected mapping (check indentation)");
        } else if (type) {
            read_type(r, type, value);
        }
    }
}

/* parse.c process_document: whom a bond, bridge or VLAN names has to be defined by now. */
static void check_members(struct reading *r)
{
    struct netplan *n = r->out;
    for (size_t i = 0; i < n->definitions.count && !r->has_fault; i++) {
        const struct netplan_definition *d = &n->definitions.items[i];
        const char *renderer = d->renderer ? d->renderer : n->renderer;
        bool lenient =
            strcmp(d->type, "vlans") == 0 && renderer && strcmp(renderer, "NetworkManager") == 0;
        for (size_t k = 0; !lenient && k < d->members.count && !r->has_fault; k++)
            if (strcmp(d->file, r->file) == 0 && !netplan_find(n, d->members.items[k])) {
                struct yaml_node at = {.line = d->line};
                fail(r, &at,
                     arena_printf(n->arena, "%s: interface '%s' is not defined", d->id,
                                  d->members.items[k]));
            }
    }
}

void netplan_read(struct netplan *n, const char *file, struct bytes text)
{
    struct reading r = {.out = n, .file = file};
    struct yaml_nodes y;
    yaml_nodes_read(n->arena, text, &y);
    if (y.problem || y.duplicate_anchor != 0) {
        *vec_push_new(n->arena, &n->faults) = (struct netplan_fault){
            .file = file,
            .text = y.problem ? y.problem : "found duplicate anchor",
            .line = y.problem ? y.line : y.duplicate_anchor,
            .column = y.problem ? y.column : 0,
            .is_whole_file = true,
            .is_limit = y.is_limit,
        };
        return;
    }
    if (!y.root)
        return; /* an empty file is nothing */
    if (y.root->kind != YAML_MAP) {
        fail(&r, y.root, "expected mapping (check indentation)");
        return;
    }
    for (const struct yaml_node *m = y.root->first; m && !r.has_fault; m = m->next) {
        const struct yaml_node *value = yaml_real(m);
        const char *key = yaml_text(yaml_real(m->key));
        if (!key || strcmp(key, "network") != 0)
            fail(&r, m->key,
                 key ? arena_printf(n->arena, "unknown key '%s'", key) : "expected scalar");
        else if (!value || value->kind != YAML_MAP)
            fail(&r, value ? value : m, "expected mapping (check indentation)");
        else
            read_network(&r, value);
    }
    if (!r.has_fault)
        check_members(&r);
}
