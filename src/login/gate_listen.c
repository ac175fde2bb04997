/* Gate listen: on which addresses and ports sshd (or systemd for it) answers, and what turns a
 * caller away before any name is given. sshd: servconf.c add_listen_addr, sshd.c server_listen. */
#include "login/visit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "login/match_pattern.h"


/* One socket sshd or systemd would open. */
struct door {
    const char *address; /* "0.0.0.0" "::" a literal, or a name */
    int family;          /* 4, 6, 0 for a name */
    int64_t port;
    struct place at;
};

struct doors {
    VEC(struct door) items;
    const struct unit_fact *socket; /* the socket unit that decides; NULL: sshd itself */
    struct place port_at;           /* the line that gives the port */
};

/* "host", "host:port", "[v6]:port", a bare IPv6 address; PORT stays when there is none. */
static const char *split_address(struct arena *a, const char *word, int64_t *port)
{
    char *copy = arena_strdup(a, word);
    char *number = NULL;
    if (copy[0] == '[') {
        char *end = strchr(++copy, ']');
        if (!end)
            return word;
        *end = '\0';
        if (end[1] == ':')
            number = end + 2;
    } else {
        char *colon = strchr(copy, ':');
        if (colon && !strchr(colon + 1, ':')) {
            *colon = '\0';
            number = colon + 1;
        }
    }
    int64_t parsed;
    if (number && text_number(bytes_of(number), 1, 65535, &parsed))
        *port = parsed;
    return copy;
}

static bool is_wildcard(const struct door *d)
{
    return strcmp(d->address, "0.0.0.0") == 0 || strcmp(d->address, "::") == 0 ||
           strcmp(d->address, "0:0:0:0:0:0:0:0") == 0;
}

/* `ListenAddress *` resolves to the loopback addresses only. */
static bool is_loopback(const struct door *d)
{
    return strcmp(d->address, "*") == 0 || strcasecmp(d->address, "localhost") == 0 ||
           strcasecmp(d->address, "ip6-localhost") == 0 || address_is_loopback(d->address);
}

static void add_door(const struct facts *f, struct doors *doors, const char *address, int64_t port,
                     struct place at)
{
    const struct door door = {address, address_family(address), port, at};
    vec_push(f->arena, &doors->items, door);
}

static bool port_of(const char *text, int64_t *port)
{
    return text_number(bytes_of(text), 1, 65535, port);
}

/* Directives in reading order: the place of the line that holds this value. */
static struct place value_place(const struct sshd_config *config, const char *keyword,
                                const char *value)
{
    for (size_t i = 0; i < config->directives.count; i++) {
        const struct sshd_directive *d = &config->directives.items[i];
        if (d->is_valid && d->match == 0 && strcasecmp(d->keyword, keyword) == 0 &&
            (!value || (d->value && strcmp(d->value, value) == 0)))
            return d->at.file ? d->at : place_of_file(config->path);
    }
    const struct sshd_directive *winner = sshd_config_winner(config, keyword);
    if (winner && winner->at.file)
        return winner->at;
    return place_of_file(config->path);
}

static bool family_allows(const char *family, int wanted)
{
    if (strcasecmp(family, "inet") == 0)
        return wanted != 6;
    if (strcasecmp(family, "inet6") == 0)
        return wanted != 4;
    return true;
}

/* What sshd binds by its own configuration: every address by its port or by every Port. */
static void doors_of_config(const struct facts *f, struct doors *doors)
{
    struct text_list ports = sshd_config_values(f->sshd, "Port");
    struct text_list addresses = sshd_config_values(f->sshd, "ListenAddress");
    const char *family = sshd_config_value(f->sshd, "AddressFamily");
    doors->port_at = value_place(f->sshd, "Port", NULL);
    for (size_t p = 0; p < ports.count && doors->items.count < LIMIT_LISTEN_DOORS; p++) {
        int64_t port;
        if (!port_of(ports.items[p], &port))
            port = 22; /* a service name: "ssh" in nearly all of them */
        struct place at = value_place(f->sshd, "Port", ports.items[p]);
        if (addresses.count == 0 && family_allows(family, 4))
            add_door(f, doors, "0.0.0.0", port, at);
        if (addresses.count == 0 && family_allows(family, 6))
            add_door(f, doors, "::", port, at);
        for (size_t i = 0; i < addresses.count && doors->items.count < LIMIT_LISTEN_DOORS; i++) {
            struct text_list words = text_words(f->arena, bytes_of(addresses.items[i]), " \t");
            if (words.count == 0)
                continue;
            int64_t own = 0;
            const char *address = split_address(f->arena, words.items[0], &own);
            if (own != 0 && p > 0)
                continue;
            add_door(f, doors, address, own ? own : port,
                     value_place(f->sshd, "ListenAddress", addresses.items[i]));
        }
    }
}

static const struct unit_fact *deciding_socket(const struct facts *f)
{
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (u->role && strcmp(u->role, "sshd-socket") == 0 && u->at_boot && !u->problem &&
            !u->condition_failed)
            return u;
    }
    return NULL;
}

static bool has_own_drop_in(const struct unit_fact *socket)
{
    for (size_t i = 0; i < socket->drop_ins.count; i++)
        if (strncmp(socket->drop_ins.items[i], "/etc/", 5) == 0)
            return true;
    return socket->path && strncmp(socket->path, "/etc/", 5) == 0;
}

/* Ubuntu 24.04 and later: a generator turns sshd_config's addresses into the socket's. */
static bool socket_follows_config(const struct facts *f, const struct unit_fact *socket)
{
    return f->os.id && strcmp(f->os.id, "ubuntu") == 0 && f->os.version &&
           strtol(f->os.version, NULL, 10) >= 24 && !has_own_drop_in(socket);
}

static void doors_of_socket(const struct facts *f, const struct unit_fact *socket,
                            struct doors *doors)
{
    doors->port_at = place_of_file(socket->path);
    for (size_t i = 0; i < socket->listen.count; i++) {
        const char *word = socket->listen.items[i];
        struct place at = i < socket->listen_places.count ? socket->listen_places.items[i]
                                                          : doors->port_at;
        int64_t port;
        if (port_of(word, &port)) {
            add_door(f, doors, "0.0.0.0", port, at);
            add_door(f, doors, "::", port, at);
            continue;
        }
        port = 0;
        const char *address = split_address(f->arena, word, &port);
        if (port != 0)
            add_door(f, doors, address, port, at);
    }
}

/* Who of them could a caller reach at all, if the network let him? */
static bool is_outside(const struct door *d)
{
    return is_wildcard(d) ||
           (d->family != 0 && !is_loopback(d) && !address_is_impossible(d->address));
}

/* `::` of systemd and of a bare port answers IPv4 as well; sshd's own is IPv6 only. */
static bool fits_family(const struct doors *doors, const struct door *d, const char *from)
{
    int wanted = from ? address_family(from) : 4;
    if (d->family == 0 || wanted == 0 || d->family == wanted)
        return true;
    return doors->socket && d->family == 6 && is_wildcard(d);
}

static const char *list_ports(const struct facts *f, const struct doors *doors)
{
    struct text_list ports = {0};
    for (size_t i = 0; i < doors->items.count; i++) {
        const char *text = arena_printf(f->arena, "%lld", (long long)doors->items.items[i].port);
        if (!text_list_has(&ports, text))
            text_list_add(f->arena, &ports, text);
    }
    return text_list_join(f->arena, &ports, ", ");
}

/* Nothing outside can be reached, on any port: loopback only, or addresses that cannot be the VM's.
 */
static void lock_addresses(const struct facts *f, const struct doors *doors,
                           struct reason_list *out)
{
    const struct door *first = &doors->items.items[0];
    bool name = false;
    for (size_t i = 0; i < doors->items.count; i++)
        name |= doors->items.items[i].family == 0 && !is_loopback(&doors->items.items[i]);
    struct reason *r =
        reason_for_all(out, doors->socket ? "listen-socket-unit-overrides" : "listen-address-wrong",
                       name ? GATE_UNKNOWN : GATE_SHUT, first->at);
    r->value = first->address;
    r->keyword = doors->socket ? "ListenStream" : "ListenAddress";
    r->detail = name                 ? "a name: what it resolves to is not on the disk"
                : is_loopback(first) ? "only the machine itself can reach it"
                                     : "no machine can own this address";
    (void)f;
}

static void lock_family(const struct facts *f, const struct doors *doors, struct reason_list *out)
{
    const char *family = sshd_config_value(f->sshd, "AddressFamily");
    bool by_keyword =
        sshd_config_winner(f->sshd, "AddressFamily") != NULL && strcasecmp(family, "any") != 0;
    struct reason *r = reason_for_all(out, "listen-family-mismatch", GATE_SHUT,
                                      by_keyword ? value_place(f->sshd, "AddressFamily", NULL)
                                                 : doors->items.items[0].at);
    r->keyword = by_keyword ? "AddressFamily" : "ListenAddress";
    r->value = by_keyword ? family : doors->items.items[0].address;
    r->detail =
        doors->items.items[0].family == 6 ? "only IPv6 is listened on" : "only IPv4 is listened on";
}

/* sshd answers, but on another port than the one asked for. */
static int lock_port(const struct facts *f, const struct login_question *question,
                     const struct doors *doors, const struct door *reached, struct reason_list *out)
{
    bool config_agrees = false;
    struct text_list ports = sshd_config_values(f->sshd, "Port");
    for (size_t i = 0; i < ports.count; i++) {
        int64_t port;
        config_agrees |= port_of(ports.items[i], &port) && port == question->port;
    }
    bool overrides = doors->socket && config_agrees;
    struct place at = reached->at.file ? reached->at : doors->port_at;
    struct reason *r =
        reason_for_all(out, overrides ? "listen-socket-unit-overrides" : "listen-port-moved",
                       GATE_SHUT, at);
    r->value = list_ports(f, doors);
    r->keyword = doors->socket ? "ListenStream" : "Port";
    r->wanted = arena_printf(f->arena, "%d", question->port);
    if (doors->socket)
        r->detail = doors->socket->name;
    return (int)reached->port;
}

/* Every reachable door has one literal address: right only while the VM owns it, and which
 * addresses it will own is not in the facts. */
static void doubt_addresses(const struct doors *doors, int port, struct reason_list *out)
{
    const struct door *literal = NULL;
    for (size_t i = 0; i < doors->items.count; i++) {
        const struct door *d = &doors->items.items[i];
        if (d->port != port || !is_outside(d))
            continue;
        if (is_wildcard(d))
            return;
        literal = literal ? literal : d;
    }
    if (!literal || doors->socket)
        return;
    struct reason *r = reason_for_all(out, "listen-address-wrong", GATE_UNKNOWN, literal->at);
    r->value = literal->address;
    r->keyword = "ListenAddress";
    r->detail = "sshd can be reached only while the machine has this address";
}

static const char *conf_value(const struct facts *f, const char *purpose, const char *key)
{
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (c->purpose && c->key && strcmp(c->purpose, purpose) == 0 && strcmp(c->key, key) == 0)
            return c->value;
    }
    return NULL;
}

static bool in_port_range(const char *range, int port)
{
    char *end;
    long first = strtol(range, &end, 10);
    long last = *end == '-' ? strtol(end + 1, NULL, 10) : first;
    return port >= first && port <= last;
}

/* With SELinux enforcing sshd_t binds ports of type ssh_port_t only: 22, and the local additions.
 */
static void judge_selinux_port(const struct facts *f, const struct doors *doors, int port,
                               struct reason_list *out)
{
    const char *mode = conf_value(f, "selinux", "SELINUX");
    if (f->os.family_code != FAMILY_RHEL || port == 22 || doors->socket || !mode ||
        strcmp(mode, "enforcing") != 0)
        return;
    for (size_t i = 0; i < f->conf.count; i++) {
        const struct conf_fact *c = &f->conf.items[i];
        if (c->purpose && strcmp(c->purpose, "selinux-port") == 0 && c->value &&
            in_port_range(c->value, port))
            return;
    }
    struct reason *r = reason_for_all(out, "listen-selinux-port", GATE_SHUT, doors->port_at);
    r->keyword = "Port";
    r->value = arena_printf(f->arena, "%d", port);
    r->wanted = "ssh_port_t";
}

/* Another unit that takes the same port first. */
static void judge_taken(const struct facts *f, int port, struct reason_list *out)
{
    for (size_t i = 0; i < f->units.count; i++) {
        const struct unit_fact *u = &f->units.items[i];
        if (!u->at_boot || !u->role || strncmp(u->role, "sshd", 4) == 0 || u->problem)
            continue;
        for (size_t l = 0; l < u->listen.count; l++) {
            int64_t taken = 0;
            if (!port_of(u->listen.items[l], &taken))
                split_address(f->arena, u->listen.items[l], &taken);
            if (taken != port)
                continue;
            struct reason *r = reason_for_all(out, "listen-port-taken", GATE_SHUT, u->at);
            r->keyword = u->name;
            r->value = arena_printf(f->arena, "%d", port);
            return;
        }
    }
}

/* MaxStartups "start[:rate:full]", PerSourceMaxStartups, LoginGraceTime. */
static void judge_limits(const struct facts *f, const struct doors *doors, struct reason_list *out)
{
    if (doors->socket && strcmp(doors->socket->name, "sshd.socket") == 0)
        return; /* one sshd -i a connection: none of these is used */
    const char *startups = sshd_config_value(f->sshd, "MaxStartups");
    const char *per_source = sshd_config_value(f->sshd, "PerSourceMaxStartups");
    const char *grace = sshd_config_value(f->sshd, "LoginGraceTime");
    char *end;
    long begin = strtol(startups, &end, 10);
    long full =
        *end == ':' && strchr(end + 1, ':') ? strtol(strchr(end + 1, ':') + 1, NULL, 10) : begin;
    struct reason *r = NULL;
    if (*startups && end != startups && begin <= 2) {
        /* sshd aborts on 0 right after listening (before 9.2; later it does not parse). */
        r = reason_for_all(out, "listen-limits-too-low",
                           begin == 0 && full == 0 ? GATE_SHUT : GATE_OPEN,
                           value_place(f->sshd, "MaxStartups", NULL));
        r->keyword = "MaxStartups";
        r->value = startups;
        r->wanted = "10:30:100";
    }
    if (strcmp(per_source, "0") == 0 || strcmp(per_source, "1") == 0) {
        bool none = *per_source == '0';
        r = reason_for_all(out, none ? "listen-limits-too-low" : "listen-source-penalty",
                           none ? GATE_SHUT : GATE_OPEN,
                           value_place(f->sshd, "PerSourceMaxStartups", NULL));
        r->keyword = "PerSourceMaxStartups";
        r->value = per_source;
        r->wanted = "none";
    }
    long seconds = strtol(grace, &end, 10);
    if (end != grace && (*end == '\0' || strcmp(end, "s") == 0) && seconds > 0 && seconds < 10) {
        r = reason_for_all(out, "listen-limits-too-low", GATE_OPEN,
                           value_place(f->sshd, "LoginGraceTime", NULL));
        r->keyword = "LoginGraceTime";
        r->value = grace;
        r->wanted = "120";
    }
}

static int judge_doors(const struct facts *f, const struct login_question *question,
                       const struct doors *doors, struct reason_list *out)
{
    const struct door *outside = NULL, *right_family = NULL, *right_port = NULL;
    for (size_t i = 0; i < doors->items.count; i++) {
        const struct door *d = &doors->items.items[i];
        if (!is_outside(d))
            continue;
        outside = outside ? outside : d;
        if (!fits_family(doors, d, question->from))
            continue;
        right_family = right_family ? right_family : d;
        if (d->port == question->port)
            right_port = right_port ? right_port : d;
    }
    if (!outside) {
        lock_addresses(f, doors, out);
        return question->port;
    }
    if (!right_family) {
        lock_family(f, doors, out);
        return (int)outside->port;
    }
    int port = right_port ? question->port : lock_port(f, question, doors, right_family, out);
    doubt_addresses(doors, port, out);
    return port;
}

int gate_listen(const struct facts *f, const struct login_question *question,
                struct reason_list *out)
{
    struct doors doors = {0};
    const struct unit_fact *socket = deciding_socket(f);
    if (socket && !socket_follows_config(f, socket)) {
        doors.socket = socket;
        doors_of_socket(f, socket, &doors);
    } else {
        doors_of_config(f, &doors);
    }
    if (doors.items.count == 0)
        return question->port; /* nothing is configured to listen, or it could not be read */
    int port = judge_doors(f, question, &doors, out);
    judge_selinux_port(f, &doors, port, out);
    judge_taken(f, port, out);
    judge_limits(f, &doors, out);
    return port;
}

static struct reason *add_setting(const struct visit *v, const char *id, const char *keyword)
{
    const struct sshd_directive *d = effective_winner(v->settings, keyword);
    struct reason *r = reason_add(v->reasons, id, GATE_SHUT, effective_place(v->settings, d));
    r->everybody = !effective_in_match(v->settings, d);
    r->keyword = keyword;
    r->value = effective_value(v->settings, keyword);
    r->detail = effective_match_text(v->settings, d);
    return r;
}

void gate_listen_subject(const struct visit *v)
{
    if (v->facts->os.openssh_version >= 909 && effective_yes(v->settings, "RefuseConnection"))
        add_setting(v, "listen-source-penalty", "RefuseConnection")->wanted = "no";
    if (effective_number(v->settings, "MaxSessions") == 0)
        add_setting(v, "listen-limits-too-low", "MaxSessions")->wanted = "10";
}
