#include "syntax/netplan_values.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#define KEYS(table) (table), sizeof(table) / sizeof *(table)

enum check {
    NOT_CHECKED, /* any value of the kind */
    IS_BOOL,
    IS_NUMBER,
    IS_MAC,      /* match: macaddress */
    IS_MAC_WORD, /* macaddress: an address, or how to make one */
    IS_IP4,
    IS_IP6,
    IS_RENDERER,
    IS_NAME,
    IS_WORD, /* one of the words */
    IS_VLAN_ID,
    IS_ADDRESSES,
    IS_SERVERS,
    IS_SCALARS,
    IS_WORDS, /* a list of the words */
    IS_ROUTES,
    IS_POLICIES,
    IS_DRIVER,
    IS_ROUTE_ADDRESS,
    IS_SETTINGS, /* a map of the keys below */
};

enum node { SCALAR, LIST, MAP, ANY };

struct key {
    const char *name;
    enum node node;
    enum check check;
    const char *words; /* for IS_WORD and IS_WORDS, each between spaces */
    const struct key *keys;
    size_t key_count;
};

struct checking {
    struct arena *arena;
    const struct yaml_node *at;
};

static const struct key server_keys[] = {
    {.name = "search", .node = LIST, .check = IS_SCALARS},
    {.name = "addresses", .node = LIST, .check = IS_SERVERS},
};
static const struct key dhcp_keys[] = {
    {.name = "hostname"},
    {.name = "route-metric", .check = IS_NUMBER},
    {.name = "send-hostname", .check = IS_BOOL},
    {.name = "use-dns", .check = IS_BOOL},
    {.name = "use-domains"},
    {.name = "use-hostname", .check = IS_BOOL},
    {.name = "use-mtu", .check = IS_BOOL},
    {.name = "use-ntp", .check = IS_BOOL},
    {.name = "use-routes", .check = IS_BOOL},
};
static const struct key ra_keys[] = {
    {.name = "use-dns", .check = IS_BOOL},
    {.name = "use-domains"},
    {.name = "table", .check = IS_NUMBER},
};
static const struct key match_keys[] = {
    {.name = "driver", .node = ANY, .check = IS_DRIVER},
    {.name = "macaddress", .check = IS_MAC},
    {.name = "name", .check = IS_NAME},
};
static const struct key route_keys[] = {
    {.name = "from", .check = IS_ROUTE_ADDRESS},
    {.name = "on-link", .check = IS_BOOL},
    {.name = "scope", .check = IS_WORD, .words = " global link host "},
    {.name = "table", .check = IS_NUMBER},
    {.name = "to"},
    {.name = "type",
     .check = IS_WORD,
     .words = " unicast anycast blackhole broadcast local multicast nat prohibit throw unreachable "
              "xresolve "},
    {.name = "via", .check = IS_ROUTE_ADDRESS},
    {.name = "metric", .check = IS_NUMBER},
    {.name = "mtu", .check = IS_NUMBER},
    {.name = "congestion-window", .check = IS_NUMBER},
    {.name = "advertised-receive-window", .check = IS_NUMBER},
    {.name = "advertised-mss", .check = IS_NUMBER},
};
static const struct key policy_keys[] = {
    {.name = "from", .check = IS_ROUTE_ADDRESS}, {.name = "to", .check = IS_ROUTE_ADDRESS},
    {.name = "mark", .check = IS_NUMBER},        {.name = "priority", .check = IS_NUMBER},
    {.name = "table", .check = IS_NUMBER},       {.name = "type-of-service", .check = IS_NUMBER},
};

/* parse.c: COMMON_LINK_HANDLERS, COMMON_BACKEND_HANDLERS */
static const struct key link_keys[] = {
    {.name = "accept-ra", .check = IS_BOOL},
    {.name = "activation-mode", .check = IS_WORD, .words = " manual off "},
    {.name = "addresses", .node = LIST, .check = IS_ADDRESSES},
    {.name = "critical", .check = IS_BOOL},
    {.name = "ignore-carrier", .check = IS_BOOL},
    {.name = "dhcp4", .check = IS_BOOL},
    {.name = "dhcp6", .check = IS_BOOL},
    {.name = "dhcp-identifier", .check = IS_WORD, .words = " duid mac "},
    {.name = "dhcp4-overrides",
     .node = MAP,
     .check = IS_SETTINGS,
     .keys = dhcp_keys,
     .key_count = sizeof dhcp_keys / sizeof *dhcp_keys},
    {.name = "dhcp6-overrides",
     .node = MAP,
     .check = IS_SETTINGS,
     .keys = dhcp_keys,
     .key_count = sizeof dhcp_keys / sizeof *dhcp_keys},
    {.name = "ra-overrides",
     .node = MAP,
     .check = IS_SETTINGS,
     .keys = ra_keys,
     .key_count = sizeof ra_keys / sizeof *ra_keys},
    {.name = "gateway4", .check = IS_IP4},
    {.name = "gateway6", .check = IS_IP6},
    {.name = "ipv6-address-generation", .check = IS_WORD, .words = " eui64 stable-privacy "},
    {.name = "ipv6-address-token"},
    {.name = "ipv6-mtu", .check = IS_NUMBER},
    {.name = "ipv6-privacy", .check = IS_BOOL},
    {.name = "link-local", .node = LIST, .check = IS_WORDS, .words = " ipv4 ipv6 "},
    {.name = "macaddress", .check = IS_MAC_WORD},
    {.name = "mtu", .check = IS_NUMBER},
    {.name = "nameservers",
     .node = MAP,
     .check = IS_SETTINGS,
     .keys = server_keys,
     .key_count = sizeof server_keys / sizeof *server_keys},
    {.name = "optional", .check = IS_BOOL},
    {.name = "optional-addresses", .node = LIST, .check = IS_SCALARS},
    {.name = "renderer", .check = IS_RENDERER},
    {.name = "routes", .node = LIST, .check = IS_ROUTES},
    {.name = "routing-policy", .node = LIST, .check = IS_POLICIES},
    {.name = "hairpin", .check = IS_BOOL},
    {.name = "port-mac-learning", .check = IS_BOOL},
    {.name = "neigh-suppress", .check = IS_BOOL},
    {.name = "networkmanager", .node = MAP},
    {.name = "openvswitch", .node = MAP},
};

/* PHYSICAL_LINK_HANDLERS, and what ethernets have besides */
static const struct key physical_keys[] = {
    {.name = "match",
     .node = MAP,
     .check = IS_SETTINGS,
     .keys = match_keys,
     .key_count = sizeof match_keys / sizeof *match_keys},
    {.name = "set-name"},
    {.name = "wakeonlan", .check = IS_BOOL},
    {.name = "wakeonwlan", .node = LIST},
    {.name = "emit-lldp", .check = IS_BOOL},
    {.name = "receive-checksum-offload", .check = IS_BOOL},
    {.name = "transmit-checksum-offload", .check = IS_BOOL},
    {.name = "tcp-segmentation-offload", .check = IS_BOOL},
    {.name = "tcp6-segmentation-offload", .check = IS_BOOL},
    {.name = "generic-segmentation-offload", .check = IS_BOOL},
    {.name = "generic-receive-offload", .check = IS_BOOL},
    {.name = "large-receive-offload", .check = IS_BOOL},
    {.name = "auth", .node = MAP},
    {.name = "link"},
    {.name = "virtual-function-count", .check = IS_NUMBER},
    {.name = "embedded-switch-mode", .check = IS_WORD, .words = " switchdev legacy "},
    {.name = "delay-virtual-functions-rebind", .check = IS_BOOL},
    {.name = "infiniband-mode", .check = IS_WORD, .words = " datagram connected "},
};
static const struct key group_keys[] = {
    {.name = "interfaces", .node = LIST, .check = IS_SCALARS},
    {.name = "parameters", .node = MAP},
};
static const struct key vlan_keys[] = {
    {.name = "id", .check = IS_VLAN_ID},
    {.name = "link"},
};
static const struct key plain_keys[] = {{.name = "", .node = ANY}};

/* NULL keys: settings of this type are not looked into. */
static const struct {
    const char *type;
    const struct key *keys;
    size_t count;
} own_keys[] = {
    {"ethernets", KEYS(physical_keys)},  {"bonds", KEYS(group_keys)},
    {"bridges", KEYS(group_keys)},       {"vlans", KEYS(vlan_keys)},
    {"dummy-devices", KEYS(plain_keys)},
};

static const char *check_settings(struct checking *c, const struct key *keys, size_t count,
                                  const struct yaml_node *map);

static bool is_one_of(const char *text, const char *words)
{
    size_t n = strlen(text);
    for (const char *w = words; *w && n > 0; w++)
        if (*w == ' ' && strncasecmp(w + 1, text, n) == 0 && w[n + 1] == ' ')
            return true;
    return false;
}

static bool is_number(const char *text)
{
    char *end;
    unsigned long long v = strtoull(text, &end, 10);
    return *end == '\0' && v <= UINT32_MAX;
}

/* util.c: _is_valid_macaddress */
static bool is_mac(const char *text)
{
    size_t n = strlen(text);
    if (n != 17 && n != 59)
        return false;
    for (size_t i = 0; i < n; i++)
        if (i % 3 == 2 ? text[i] != ':' : !strchr("0123456789abcdefABCDEF", text[i]))
            return false;
    return true;
}

static int family_of(const char *text)
{
    unsigned char buffer[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, buffer) == 1    ? AF_INET
           : inet_pton(AF_INET6, text, buffer) == 1 ? AF_INET6
                                                    : 0;
}

/* The family of ADDRESS or ADDRESS/PREFIX; 0: neither. PREFIX becomes -1 where there is none. */
static int family_of_network(struct arena *a, const char *text, long *prefix)
{
    const char *slash = strrchr(text, '/');
    *prefix = slash ? strtol(slash + 1, NULL, 10) : -1;
    return family_of(slash ? arena_text(a, (struct bytes){text, (size_t)(slash - text)}) : text);
}

/* parse.c: handle_generic_addresses */
static const char *check_addresses(struct checking *c, const struct yaml_node *list)
{
    for (const struct yaml_node *n = list->first; n; n = n->next) {
        const struct yaml_node *item = yaml_real(n);
        bool is_map = item && item->kind == YAML_MAP;
        if (is_map)
            item = item->first ? yaml_real(item->first->key) : NULL;
        c->at = n;
        if (!yaml_text(item))
            return "expected either scalar or mapping (check indentation)";
        if (!strchr(item->text, '/'))
            return arena_printf(c->arena, "address '%s' is missing /prefixlength", item->text);
        long prefix;
        int family = family_of_network(c->arena, item->text, &prefix);
        if (family == 0)
            return arena_printf(c->arena, "malformed address '%s'", item->text);
        if (!is_map && (prefix <= 0 || prefix > (family == AF_INET ? 32 : 128)))
            return arena_printf(c->arena, "invalid prefix length in address '%s'", item->text);
    }
    return NULL;
}

/* parse.c: handle_routes, handle_ip_rules */
static const char *check_routes(struct checking *c, const struct yaml_node *list, bool policies)
{
    for (const struct yaml_node *n = list->first; n; n = n->next) {
        const struct yaml_node *item = yaml_real(n);
        c->at = n;
        if (!item || item->kind != YAML_MAP)
            return "expected mapping (check indentation)";
        const char *problem = policies ? check_settings(c, KEYS(policy_keys), item)
                                       : check_settings(c, KEYS(route_keys), item);
        if (problem)
            return problem;
        c->at = n;
        const char *to = yaml_text(yaml_member(item, "to"));
        const char *from = yaml_text(yaml_member(item, "from"));
        const char *via = yaml_text(yaml_member(item, "via"));
        const char *scope = yaml_text(yaml_member(item, "scope"));
        if (policies && !to && !from)
            return "a routing policy needs from or to";
        if (!policies && !to)
            return "a route needs to";
        if (!policies && scope && strcasecmp(scope, "global") == 0 && !via &&
            !yaml_member(item, "type"))
            return "a global route needs via";
        if (!policies && strcmp(to, "default") == 0 && !via && !from)
            return "a default route without via"; /* get_global_network() asserts */
        long prefix;
        if (!policies && via && strcmp(to, "default") != 0 &&
            family_of_network(c->arena, to, &prefix) != family_of_network(c->arena, via, &prefix))
            return arena_printf(c->arena, "IP family mismatch in route to %s", to);
    }
    return NULL;
}

static const char *check_items(struct checking *c, const struct key *k,
                               const struct yaml_node *list)
{
    for (const struct yaml_node *n = list->first; n; n = n->next) {
        const char *text = yaml_text(yaml_real(n));
        c->at = n;
        if (!text)
            return "expected scalar";
        if (k->check == IS_SERVERS && family_of(text) == 0)
            return arena_printf(c->arena, "malformed address '%s'", text);
        if (k->check == IS_WORDS && !is_one_of(text, k->words))
            return arena_printf(c->arena, "invalid value for %s: '%s'", k->name, text);
    }
    return NULL;
}

static const char *check_driver(const struct yaml_node *value)
{
    if (value->kind == YAML_SCALAR)
        return strchr(value->text, ' ') ? "a driver must not hold a blank" : NULL;
    if (value->kind != YAML_LIST || !value->first)
        return "driver has to be a scalar or a list of them";
    for (const struct yaml_node *n = value->first; n; n = n->next)
        if (!yaml_text(yaml_real(n)) || strchr(yaml_real(n)->text, ' '))
            return "driver has to be a scalar or a list of them";
    return NULL;
}

static const char *check_scalar(struct checking *c, const struct key *k, const char *text)
{
    static const char bools[] = " true on yes y false off no n ";
    static const char mac_words[] = " permanent random stable preserve stable-ssid ";
    bool good = true;
    long prefix;
    switch (k->check) {
    case IS_BOOL:
        return is_one_of(text, bools) ? NULL
                                      : arena_printf(c->arena, "invalid boolean value '%s'", text);
    case IS_NUMBER:
        good = is_number(text);
        break;
    case IS_VLAN_ID:
        good = is_number(text) && strtoul(text, NULL, 10) <= 4094;
        break;
    case IS_MAC:
        good = is_mac(text);
        break;
    case IS_MAC_WORD:
        good = is_mac(text) || is_one_of(text, mac_words);
        break;
    case IS_IP4:
        good = family_of(text) == AF_INET;
        break;
    case IS_IP6:
        good = family_of(text) == AF_INET6;
        break;
    case IS_ROUTE_ADDRESS:
        good = family_of_network(c->arena, text, &prefix) != 0;
        break;
    case IS_RENDERER:
        good = strcmp(text, "networkd") == 0 || strcmp(text, "NetworkManager") == 0 ||
               strcmp(text, "sriov") == 0;
        break;
    case IS_NAME: /* assert_valid_id */
        good = *text && !strpbrk(text, " \t\r\n");
        break;
    case IS_WORD:
        good = is_one_of(text, k->words);
        break;
    default:
        break;
    }
    return good ? NULL : arena_printf(c->arena, "invalid value for %s: '%s'", k->name, text);
}

static const char *check_value(struct checking *c, const struct key *k,
                               const struct yaml_node *value)
{
    if (!value)
        return "an alias inside of what it names";
    c->at = value;
    if (k->node == SCALAR && value->kind != YAML_SCALAR)
        return "expected scalar";
    if (k->node == LIST && value->kind != YAML_LIST)
        return "expected sequence";
    if (k->node == MAP && value->kind != YAML_MAP)
        return "expected mapping (check indentation)";
    switch (k->check) {
    case IS_ADDRESSES:
        return check_addresses(c, value);
    case IS_ROUTES:
    case IS_POLICIES:
        return check_routes(c, value, k->check == IS_POLICIES);
    case IS_SERVERS:
    case IS_SCALARS:
    case IS_WORDS:
        return check_items(c, k, value);
    case IS_DRIVER:
        return check_driver(value);
    case IS_SETTINGS:
        return check_settings(c, k->keys, k->key_count, value);
    default:
        return value->kind == YAML_SCALAR ? check_scalar(c, k, value->text) : NULL;
    }
}

static const struct key *find_key(const struct key *keys, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static const char *check_settings(struct checking *c, const struct key *keys, size_t count,
                                  const struct yaml_node *map)
{
    for (const struct yaml_node *n = map->first; n; n = n->next) {
        const char *name = yaml_text(yaml_real(n->key));
        c->at = n->key;
        if (!name)
            return "expected scalar";
        const struct key *k = find_key(keys, count, name);
        if (!k)
            return arena_printf(c->arena, "unknown key '%s'", name);
        const char *problem = check_value(c, k, yaml_real(n));
        if (problem)
            return problem;
    }
    return NULL;
}

const char *netplan_setting_problem(struct arena *a, const char *type, const char *key,
                                    const struct yaml_node *value, const struct yaml_node **at)
{
    if (!key)
        return "expected scalar";
    struct checking c = {a, *at};
    const struct key *k = find_key(KEYS(link_keys), key);
    bool is_known_type = false;
    for (size_t i = 0; i < sizeof own_keys / sizeof *own_keys; i++) {
        if (strcmp(own_keys[i].type, type) != 0)
            continue;
        is_known_type = true;
        if (!k)
            k = find_key(own_keys[i].keys, own_keys[i].count, key);
    }
    const char *problem = NULL;
    if (k)
        problem = check_value(&c, k, value);
    else if (is_known_type)
        problem = arena_printf(a, "unknown key '%s'", key);
    *at = c.at;
    return problem;
}
