/* What makes sshd refuse to start once every line is read, as far as the configuration alone tells.
 * Mirrors sshd: servconf.c process_queued_listen_addrs and assemble_algorithms, sshd.c main. */
#include "facts/sshd_effective.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "facts/sshd_address.h"
#include "facts/sshd_algorithms.h"

#define LISTEN_SOCKETS_MAX 16 /* sshd.c MAX_LISTEN_SOCKS */

/* The host of a ListenAddress value ("10.0.0.1", "[::1]:22", "::1"), and whether it has a port. */
static const char *listen_host(struct arena *a, const char *value, bool *has_port)
{
    const char *colon = strrchr(value, ':');
    *has_port = false;
    if (*value == '[') {
        const char *close = strchr(value, ']');
        *has_port = close && close[1] == ':';
        return close ? arena_text(a, (struct bytes){value + 1, (size_t)(close - value - 1)})
                     : value;
    }
    if (!colon || strchr(value, ':') != colon)
        return value;
    *has_port = true;
    return arena_text(a, (struct bytes){value, (size_t)(colon - value)});
}

static void check_address(struct sshd_reader *r, const struct sshd_directive *d, const char *host,
                          const char *family)
{
    enum sshd_address kind = sshd_address_kind(host);
    bool excluded = (kind == SSHD_ADDRESS_INET && strcmp(family, "inet6") == 0) ||
                    (kind == SSHD_ADDRESS_INET6 && strcmp(family, "inet") == 0);
    const char *why = NULL;
    if (excluded)
        why = "Address family for hostname not supported";
    else if (!*host)
        why = "Name or service not known";
    if (why)
        sshd_add_diag(r, DIAG_FATAL, "bad-address", d->written, host,
                      arena_printf(r->arena, "bad addr or host: %s (%s)", host, why), d->at);
    else if (kind == SSHD_ADDRESS_NAME && !sshd_guest_knows_host(&r->guest, host))
        sshd_add_diag(r, DIAG_LINT, "address-unresolved", d->written, host,
                      "a host name that /etc/hosts does not hold: sshd ends if it does not resolve",
                      d->at);
}

/* Sockets that one ListenAddress without a port of its own, or the wildcard, opens for a port. */
static size_t sockets_of(const char *host, const char *family)
{
    if (!host || strcmp(host, "*") == 0)
        return strcmp(family, "any") == 0 ? 2 : 1;
    return 1;
}

static size_t distinct_ports(struct sshd_reader *r)
{
    struct text_list ports = sshd_config_values(r->config, "Port"), seen = {0};
    for (size_t i = 0; i < ports.count; i++) {
        if (!text_list_has(&seen, ports.items[i]))
            text_list_add(r->arena, &seen, ports.items[i]);
    }
    return seen.count;
}

static void check_listening(struct sshd_reader *r)
{
    const char *family = sshd_config_value(r->config, "AddressFamily");
    size_t ports = distinct_ports(r), sockets = 0, addresses = 0;
    const struct sshd_directive *last = sshd_config_winner(r->config, "Port");
    size_t directives = r->config->directives.count;
    for (size_t i = 0; i < directives && !r->stopped; i++) {
        const struct sshd_directive *d = &r->config->directives.items[i];
        if (strcmp(d->keyword, "ListenAddress") != 0 || !d->is_valid || !d->values.count)
            continue;
        /* sshd queues them wherever they stand. */
        bool has_port;
        const char *host = listen_host(r->arena, d->values.items[0], &has_port);
        check_address(r, d, host, family);
        sockets += sockets_of(host, family) * (has_port ? 1 : ports);
        addresses++;
        last = d;
    }
    if (addresses == 0)
        sockets = sockets_of(NULL, family) * ports;
    if (sockets > LISTEN_SOCKETS_MAX)
        sshd_add_diag(r, DIAG_FATAL, "too-many-sockets", last ? last->written : NULL, NULL,
                      "Too many listen sockets. Enlarge MAX_LISTEN_SOCKS",
                      last ? last->at : place_of_file(r->config->path));
}

/* Lists that pass line by line and cannot be put together: only "!" elements, or short names. */
static void check_algorithm_lists(struct sshd_reader *r)
{
    static const char *const lists[] = {"Ciphers",
                                        "MACs",
                                        "KexAlgorithms",
                                        "HostKeyAlgorithms",
                                        "HostbasedAcceptedAlgorithms",
                                        "PubkeyAcceptedAlgorithms",
                                        "CASignatureAlgorithms"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct sshd_directive *d = sshd_config_winner(r->config, lists[i]);
        struct text_list names;
        if (!d || r->config->os.openssh_version == 0 ||
            sshd_algorithms_expand(r->arena, r->config->keywords, &r->config->os, lists[i],
                                   d->value, &names))
            continue;
        sshd_add_diag(r, DIAG_FATAL, "bad-algorithm", d->written, d->value,
                      arena_printf(r->arena, "%s: no algorithm is left of the list", lists[i]),
                      d->at);
    }
}

static void check_command_user(struct sshd_reader *r, const char *command, const char *user,
                               const char *code)
{
    const struct sshd_directive *d = sshd_config_winner(r->config, command);
    if (!d || strcasecmp(d->value, "none") == 0)
        return;
    const struct sshd_directive *who = sshd_config_winner(r->config, user);
    if (who) /* "none" passes here */
        return;
    sshd_add_diag(r, DIAG_FATAL, code, d->written, d->value,
                  arena_printf(r->arena, "%s set without %s", command, user), d->at);
}

static bool is_on(const struct sshd_config *config, const char *keyword)
{
    return strcmp(sshd_config_value(config, keyword), "yes") == 0;
}

static bool method_is_on(const struct sshd_config *config, const char *name, size_t length)
{
    static const struct {
        const char *method, *keyword;
    } switches[] = {
        {"publickey", "PubkeyAuthentication"},
        {"password", "PasswordAuthentication"},
        {"keyboard-interactive", "KbdInteractiveAuthentication"},
        {"hostbased", "HostbasedAuthentication"},
        {"gssapi-with-mic", "GSSAPIAuthentication"},
        {"gssapi-keyex", "GSSAPIAuthentication"},
    };
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (strlen(switches[i].method) == length && strncmp(name, switches[i].method, length) == 0)
            return is_on(config, switches[i].keyword);
    }
    return true; /* "none" */
}

/* auth2.c auth2_methods_valid with need_enable. */
static bool list_is_on(const struct sshd_config *config, const char *list)
{
    for (const char *p = list;; p++) {
        if (!method_is_on(config, p, strcspn(p, ",:")))
            return false;
        p += strcspn(p, ",");
        if (!*p)
            return true;
    }
}

static void check_methods(struct sshd_reader *r)
{
    const struct sshd_directive *d = sshd_config_winner(r->config, "AuthenticationMethods");
    if (!d || (d->values.count == 1 && strcmp(d->values.items[0], "any") == 0))
        return;
    for (size_t i = 0; i < d->values.count; i++) {
        if (list_is_on(r->config, d->values.items[i]))
            return;
    }
    sshd_add_diag(r, DIAG_FATAL, "auth-methods-unsatisfiable", d->written, d->value,
                  "AuthenticationMethods cannot be satisfied by enabled authentication methods",
                  d->at);
}

/* Before 9.2 MaxStartups 0 passes every check and the daemon dies once it listens. */
static void check_startups(struct sshd_reader *r)
{
    const struct sshd_directive *d = sshd_config_winner(r->config, "MaxStartups");
    if (!d || r->version >= 902)
        return;
    const char *full = strrchr(d->value, ':');
    if (full && (full[1] == '-' || strcmp(full, ":0") == 0))
        sshd_add_diag(r, DIAG_FATAL, "max-startups-zero", d->written, d->value,
                      "xcalloc: zero size", d->at);
}

void sshd_start_checks(struct sshd_reader *r)
{
    size_t before = r->config->diagnoses.count;
    check_listening(r);
    /* The count of sockets matters last of all. */
    struct diag_fact sockets = {0};
    size_t count = r->config->diagnoses.count;
    if (count > before &&
        strcmp(r->config->diagnoses.items[count - 1].code, "too-many-sockets") == 0) {
        sockets = r->config->diagnoses.items[count - 1];
        r->config->diagnoses.count--;
        r->ended = !sockets.reached;
    }
    check_algorithm_lists(r);
    check_command_user(r, "AuthorizedKeysCommand", "AuthorizedKeysCommandUser",
                       "keys-command-no-user");
    check_command_user(r, "AuthorizedPrincipalsCommand", "AuthorizedPrincipalsCommandUser",
                       "principals-command-no-user");
    check_methods(r);
    check_startups(r);
    if (sockets.code)
        sshd_add_diag(r, DIAG_FATAL, sockets.code, sockets.keyword, sockets.value, sockets.says,
                      sockets.at);
}
