/* Key options one after the other, as sshd reads them; see the header. */
#include "syntax/ssh_key_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "base/strbuf.h"

#define ENVIRONMENT_MAX 1024u        /* auth-options.c: SSH_AUTHOPT_ENV_MAX */
#define PERMIT_MAX      4096u        /* auth-options.c: SSH_AUTHOPT_PERMIT_MAX */
#define HOST_MAX        1025u        /* NI_MAXHOST */
#define TUNNEL_MAX      0x7ffffffdLL /* misc.h: SSH_TUNID_MAX */
#define QUOTED_MAX      40           /* of an option that is quoted in a detail */

enum option_kind { FLAG, NEGATABLE, ONCE, ENVIRONMENT, PERMIT_OPEN, PERMIT_LISTEN, TUNNEL, EXPIRY };

/* In the order sshd tries them; since: first version that knows it. */
static const struct option {
    const char *name;
    enum option_kind kind;
    int since;
} known_options[] = {
    {"restrict", FLAG, 702},
    {"cert-authority", FLAG, 504},
    {"port-forwarding", NEGATABLE, 0},
    {"agent-forwarding", NEGATABLE, 0},
    {"x11-forwarding", NEGATABLE, 0},
    {"touch-required", NEGATABLE, 802},
    {"verify-required", NEGATABLE, 804},
    {"pty", NEGATABLE, 0},
    {"user-rc", NEGATABLE, 409},
    {"command", ONCE, 0},
    {"principals", ONCE, 506},
    {"from", ONCE, 0},
    {"expiry-time", EXPIRY, 707},
    {"environment", ENVIRONMENT, 0},
    {"permitopen", PERMIT_OPEN, 0},
    {"permitlisten", PERMIT_LISTEN, 708},
    {"tunnel", TUNNEL, 403},
};
#define OPTION_COUNT (sizeof known_options / sizeof *known_options)

bool ssh_key_options_end(const char *text, size_t *end)
{
    const char *p = text;
    bool quoted = false;
    for (; *p && (quoted || (*p != ' ' && *p != '\t')); p++) {
        if (*p == '\\' && p[1] == '"')
            p++;
        else if (*p == '"')
            quoted = !quoted;
    }
    *end = (size_t)(p - text);
    return *p != '\0' || !quoted;
}

static bool is_end(char c)
{
    return c == '\0' || c == ' ' || c == '\t';
}

/* misc.c opt_flag and opt_match: a prefix is enough here, what follows is looked at later. */
static const struct option *option_at(const char *p, int version, size_t *len)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *o = &known_options[i];
        size_t n = strlen(o->name);
        size_t no = o->kind == NEGATABLE && strncasecmp(p, "no-", 3) == 0 ? 3 : 0;
        if (version < o->since || strncasecmp(p + no, o->name, n) != 0)
            continue;
        if (o->kind != FLAG && o->kind != NEGATABLE && p[n] != '=')
            continue;
        *len = no + n;
        return o;
    }
    return NULL;
}

/* misc.c opt_dequote. */
static const char *dequote(struct arena *a, const char **at, const char **fault)
{
    const char *p = *at;
    if (*p != '"') {
        *fault = "the value does not start with a double quote";
        return NULL;
    }
    const char *close = ++p;
    while (*close && *close != '"')
        close += close[0] == '\\' && close[1] == '"' ? 2 : 1;
    if (!*close) {
        *fault = "a double quote is not closed";
        return NULL;
    }
    char *value = arena_alloc(a, (size_t)(close - p) + 1);
    size_t n = 0;
    while (p < close) {
        if (p[0] == '\\' && p[1] == '"')
            p++;
        value[n++] = *p++;
    }
    *at = close + 1;
    return value;
}

/* strtonum(3) within 0 … MAX, as misc.c uses it: leading white space and a sign pass. */
static bool number_within(const char *text, long long max, long long *number)
{
    char *end;
    if (strlen(text) > 64)
        return false;
    *number = strtoll(text, &end, 10);
    return end != text && *end == '\0' && *number >= 0 && *number <= max;
}

/* misc.c a2port asks getservbyname(3); these stand in every /etc/services. */
static bool service_is_known(const char *name)
{
    static const char *const services[] = {
        "ftp",   "ssh",   "telnet", "smtp",   "domain", "http", "pop3",       "sunrpc",
        "ntp",   "imap2", "snmp",   "ldap",   "https",  "imap", "submission", "ldaps",
        "imaps", "pop3s", "mysql",  "rsync",  "nfs",    "x11",  "postgresql", "kerberos",
    };
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (strcmp(name, services[i]) == 0)
            return true;
    return false;
}

/* auth-options.c handle_permit. */
static const char *permit_fault(const char *value, bool bare_port)
{
    const char *port = NULL;
    if (bare_port && !strchr(value, ':')) {
        port = value;
    } else {
        const char *end = *value == '[' ? strchr(value, ']') : value + strcspn(value, ":/");
        if (!end)
            return "the host has no closing bracket";
        if (*value == '[')
            end++;
        if (*end != ':' && *end != '/' && *end != '\0')
            return "the host is followed by something else than a port";
        if ((size_t)(end - value) >= HOST_MAX)
            return "the host is too long";
        port = *end ? end + 1 : NULL;
    }
    if (!port || !*port)
        return "there is no port";
    long long number;
    if (strcmp(port, "*") == 0)
        return NULL;
    if (number_within(port, 65535, &number))
        return number > 0 ? NULL : "port 0 is no port";
    return service_is_known(port) ? NULL : "the port is no number from 1 to 65535";
}

/* misc.c parse_absolute_time; the UTC forms came with 9.1. Zone and clock play no part here. */
static bool expiry_is_good(const char *value, int version)
{
    size_t len = strlen(value);
    if (version >= 901 && len > 1 && strcasecmp(value + len - 1, "Z") == 0)
        len--;
    else if (version >= 901 && len > 3 && strcasecmp(value + len - 3, "UTC") == 0)
        len -= 3;
    if (len != 8 && len != 12 && len != 14)
        return false;
    char buffer[32];
    const char *format;
    if (len == 8) {
        format = "%Y-%m-%d";
        snprintf(buffer, sizeof buffer, "%.4s-%.2s-%.2s", value, value + 4, value + 6);
    } else if (len == 12) {
        format = "%Y-%m-%dT%H:%M";
        snprintf(buffer, sizeof buffer, "%.4s-%.2s-%.2sT%.2s:%.2s", value, value + 4, value + 6,
                 value + 8, value + 10);
    } else {
        format = "%Y-%m-%dT%H:%M:%S";
        snprintf(buffer, sizeof buffer, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s", value, value + 4,
                 value + 6, value + 8, value + 10, value + 12);
    }
    struct tm moment = {0};
    const char *end = strptime(buffer, format, &moment);
    return end && *end == '\0' && strcmp(buffer, "1970-01-01") != 0;
}

/* auth-options.c valid_env_name, and the '=' behind it. */
static bool environment_is_good(const char *value)
{
    size_t n = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && value[n] == '=';
}

static const char *value_fault(const struct option *o, const char *value, unsigned seen,
                               int version)
{
    long long number;
    switch (o->kind) {
    case ONCE:
        return seen > 0 ? "the option stands twice" : NULL;
    case ENVIRONMENT:
        if (seen > ENVIRONMENT_MAX)
            return "too many environment options";
        return environment_is_good(value) ? NULL : "this is not NAME=value";
    case PERMIT_OPEN:
    case PERMIT_LISTEN:
        if (seen > PERMIT_MAX)
            return "too many permissions";
        return permit_fault(value, o->kind == PERMIT_LISTEN);
    case TUNNEL:
        return strcasecmp(value, "any") == 0 || number_within(value, TUNNEL_MAX, &number)
                   ? NULL
                   : "the tunnel device is neither a number nor any";
    case EXPIRY:
        return expiry_is_good(value, version) ? NULL : "sshd of this version cannot read the time";
    case FLAG:
    case NEGATABLE:
        break;
    }
    return NULL;
}

static char *lower(struct arena *a, const char *text, size_t len)
{
    char *name = arena_text(a, (struct bytes){text, len});
    for (char *p = name; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p | 0x20);
    return name;
}

static void defect_at(struct ssh_key_line *out, const char *defect, const char *detail,
                      size_t offset)
{
    out->defect = defect;
    out->detail = detail;
    out->defect_column = (int)offset + 1;
}

/* The option at P as a person would name it: up to the comma, a blank, or the equals sign. */
static char *option_shown(struct arena *a, const char *p)
{
    size_t n = strcspn(p, ", \t=\"");
    return arena_text(a, (struct bytes){p, n > QUOTED_MAX ? QUOTED_MAX : n});
}

/* One option at *AT; false when sshd stops there (the defect is set). */
static bool option_read(struct arena *a, const char *line, const char **at, int version,
                        unsigned seen[OPTION_COUNT], struct ssh_key_line *out)
{
    const char *start = *at;
    size_t len = 0;
    const struct option *o = option_at(start, version, &len);
    if (!o) {
        if (*start == ',') /* an empty option passes */
            return true;
        defect_at(out, "unknown-option",
                  arena_printf(a, "unknown option \"%s\"", option_shown(a, start)),
                  (size_t)(start - line));
        return false;
    }
    const char *value = NULL;
    const char *fault = NULL;
    *at = start + len;
    if (o->kind != FLAG && o->kind != NEGATABLE) {
        (*at)++;
        value = dequote(a, at, &fault);
        if (value)
            fault = value_fault(o, value, seen[o - known_options]++, version);
    }
    if (fault) {
        defect_at(out, "bad-option", arena_printf(a, "option \"%s\": %s", o->name, fault),
                  (size_t)(start - line));
        return false;
    }
    if (!is_end(**at) && **at != ',') {
        bool has_value = value != NULL;
        defect_at(out, has_value ? "bad-option" : "unknown-option",
                  has_value ? arena_printf(a, "option \"%s\": no comma after the value", o->name)
                            : arena_printf(a, "unknown option \"%s\"", option_shown(a, start)),
                  (size_t)((has_value ? *at : start) - line));
        return false;
    }
    struct ssh_key_option *option = vec_push_new(a, &out->options);
    option->name = lower(a, start, len);
    option->value = value;
    option->text = arena_text(a, (struct bytes){start, (size_t)(*at - start)});
    option->column = (int)(start - line) + 1;
    if (strcmp(option->name, "cert-authority") == 0)
        out->cert_authority = true;
    return true;
}

void ssh_key_options_read(struct arena *a, const char *line, size_t from, int version,
                          struct ssh_key_line *out)
{
    unsigned seen[OPTION_COUNT] = {0};
    const char *at = line + from;
    while (!is_end(*at)) {
        if (!option_read(a, line, &at, version, seen, out))
            return;
        if (is_end(*at))
            return;
        at++; /* the comma */
        if (*at == '\0') {
            defect_at(out, "bad-option", "the line ends after a comma", (size_t)(at - line));
            return;
        }
    }
}
