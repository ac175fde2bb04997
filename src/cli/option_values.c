#include "cli/option_values.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int value_number(const char *text, const char *option, long least, long most, int *out,
                 struct err *e)
{
    char *end;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < least || n > most)
        return err_set(e, ERR_USAGE, "%s wants a number from %ld to %ld, not \"%s\"", option, least,
                       most, text);
    *out = (int)n;
    return 0;
}

static bool is_all_read(const char *rest)
{
    return rest && (*rest == '\0' || strcmp(rest, "Z") == 0);
}

int value_date(const char *text, int64_t *out, struct err *e)
{
    static const char *const shapes[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
                                         "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    if (*text == '@') {
        char *end;
        errno = 0;
        long long seconds = strtoll(text + 1, &end, 10);
        if (!errno && end != text + 1 && !*end) {
            *out = seconds;
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct tm when = {0};
        if (!is_all_read(strptime(text, shapes[i], &when)))
            continue;
        struct tm asked = when;
        time_t seconds = timegm(&when);
        /* timegm turns 31 February into March: that is no date */
        if (when.tm_mday != asked.tm_mday || when.tm_mon != asked.tm_mon)
            break;
        *out = seconds;
        return 0;
    }
    return err_set(e, ERR_USAGE,
                   "--at wants a date such as 2026-06-01 or 2026-06-01T12:00:00Z, not \"%s\"",
                   text);
}

int value_address(const char *text, struct err *e)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1)
        return 0;
    return err_set(e, ERR_USAGE, "--from wants an IP address, not \"%s\"", text);
}

int value_severity(const char *text, enum severity *out, struct err *e)
{
    int severity = severity_by_name(text);
    if (severity < 0)
        return err_set(e, ERR_USAGE,
                       "--fail-on wants info, low, medium, high or critical, not \"%s\"", text);
    *out = (enum severity)severity;
    return 0;
}

int value_colour(const char *text, enum colour_choice *out, struct err *e)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0) {
            *out = (enum colour_choice)i;
            return 0;
        }
    return err_set(e, ERR_USAGE, "--color wants auto, always or never, not \"%s\"", text);
}

int value_output(struct arena *a, const char *text, struct output *out, struct err *e)
{
    const char *colon = strchr(text, ':');
    char *name = arena_strdup(a, text);
    if (colon)
        name[colon - text] = '\0';
    *out = (struct output){report_format_by_name(name), colon ? colon + 1 : NULL};
    if (!out->format)
        return err_set(e, ERR_USAGE,
                       "--output wants text, json or jsonl, or one of them with :FILE, "
                       "not \"%s\"",
                       text);
    if (colon && !colon[1])
        return err_set(e, ERR_USAGE, "--output %s names no file after the colon", text);
    return 0;
}

int value_disk_format(const char *text, struct err *e)
{
    static const char *const known[] = {"raw", "qcow2", "vmdk", "vdi", "vpc", "vhdx"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], text) == 0)
            return 0;
    return err_set(e, ERR_USAGE, "--format wants raw, qcow2, vmdk, vdi, vpc or vhdx, not \"%s\"",
                   text);
}
