#include "rules/value.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct json *value_list(const struct rule_set *set, const char *name)
{
    vec_each (l, &set->lists)
        if (strcmp(l->name, name) == 0)
            return l->values;
    return NULL;
}

static const struct json *follow_list(const struct rule_set *set, const struct json *value)
{
    const char *text = json_string(value);
    return text && strncmp(text, "list:", 5) == 0 ? value_list(set, text + 5) : value;
}

/* Most specific wins: profile, then os id, then os family, then default. */
const struct json *value_parameter(const struct rule_context *c, const char *name)
{
    const struct json *choices = json_member(json_member(c->rule->source, "params"), name);
    const struct json *os = json_member(c->facts, "os");
    const char *id = json_member_string(os, "id");
    const char *family = json_member_string(os, "family");
    const struct json *found = c->profile ? json_member(choices, c->profile) : NULL;
    if (!found && id)
        found = json_member(choices, arena_printf(c->arena, "os:%s", id));
    if (!found && family)
        found = json_member(choices, arena_printf(c->arena, "os:%s", family));
    return follow_list(c->set, found ? found : json_member(choices, "default"));
}

const struct json *value_resolve(const struct rule_context *context, const struct json *value)
{
    const char *text = json_string(value);
    return text && text[0] == '@' ? value_parameter(context, text + 1)
                                  : follow_list(context->set, value);
}

int value_compare_versions(const char *a, const char *b)
{
    while (*a || *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            while (*a == '0')
                a++;
            while (*b == '0')
                b++;
            size_t m = strspn(a, "0123456789"), n = strspn(b, "0123456789");
            int difference = m != n ? (m < n ? -1 : 1) : strncmp(a, b, m);
            if (difference)
                return difference;
            a += m;
            b += n;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return 0;
}

/* Days since 1970 of a proleptic Gregorian date (Howard Hinnant's days_from_civil). */
static long days_of_date(int year, int month, int day)
{
    year -= month <= 2;
    long era = (year >= 0 ? year : year - 399) / 400;
    long year_of_era = year - era * 400;
    long day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

bool value_days(const char *text, double now, double *days)
{
    int year, month, day, end = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) == 3 && end == 10 && !text[end]) {
        *days = (double)days_of_date(year, month, day);
        return month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }
    if (strncmp(text, "now", 3) != 0)
        return false;
    double today = (double)((long)now / 86400);
    text += 3;
    if (!*text) {
        *days = today;
        return true;
    }
    if ((*text != '-' && *text != '+') || !isdigit((unsigned char)text[1]))
        return false;
    char *unit;
    double n = (double)strtoul(text + 1, &unit, 10);
    if (strlen(unit) != 1 || !strchr("dwy", *unit))
        return false;
    n *= *unit == 'd' ? 1 : *unit == 'w' ? 7 : 365;
    *days = *text == '-' ? today - n : today + n;
    return true;
}

/* Split ">=9.8" into comparison and version; bare versions mean equality. */
static const char *split_condition(const char *condition, bool *at_least, bool *below)
{
    *at_least = strncmp(condition, ">=", 2) == 0;
    *below = condition[0] == '<' && condition[1] != '=';
    return condition + (*at_least ? 2 : *below ? 1 : 0);
}

static bool is_version(const char *text)
{
    return isdigit((unsigned char)*text) && strspn(text, "0123456789.p") == strlen(text);
}

bool value_version_condition(const char *condition)
{
    bool at_least, below;
    const char *version = split_condition(condition, &at_least, &below);
    return (at_least || below) && is_version(version);
}

bool value_os_condition(const char *condition)
{
    size_t name = strspn(condition, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
    if (name == 0)
        return false;
    if (!condition[name])
        return true;
    bool at_least, below;
    return condition[name] == ':' &&
           is_version(split_condition(condition + name + 1, &at_least, &below));
}

static bool version_fits(const char *condition, const char *version)
{
    bool at_least, below;
    const char *bound = split_condition(condition, &at_least, &below);
    int order = value_compare_versions(version, bound);
    return at_least ? order >= 0 : below ? order < 0 : order == 0;
}

static bool os_fits(const struct json *os, const char *condition)
{
    size_t n = strcspn(condition, ":");
    const char *names[] = {json_member_string(os, "id"), json_member_string(os, "family")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!names[i] || strlen(names[i]) != n || strncmp(names[i], condition, n) != 0)
            continue;
        const char *version = json_member_string(os, "version");
        if (!condition[n] || (version && version_fits(condition + n + 1, version)))
            return true;
    }
    return false;
}

static bool package_installed(const struct json *packages, const char *name)
{
    for (const struct json *p = json_first(packages); p; p = json_next(p)) {
        const char *have = json_member_string(p, "name");
        if (have && strcmp(have, name) == 0)
            return json_bool(json_member(p, "installed"), true);
    }
    return false;
}

bool value_applies(const struct rule_context *context, const char **reason)
{
    const struct json *applies = json_member(context->rule->source, "applies");
    const struct json *os = json_member(context->facts, "os");
    *reason = NULL;
    const struct json *conditions = json_member(applies, "os");
    if (conditions) {
        bool fits = false;
        for (const struct json *c = json_first(conditions); c && !fits; c = json_next(c))
            fits = json_string(c) && os_fits(os, json_string(c));
        if (!fits)
            return false;
    }
    const char *openssh = json_member_string(applies, "openssh");
    if (openssh) {
        const char *version = json_member_string(os, "openssh");
        if (!version) {
            *reason = "the version of OpenSSH is not known";
            return false;
        }
        if (!version_fits(openssh, version))
            return false;
    }
    const struct json *wanted = json_member(applies, "packages");
    const struct json *packages = json_member(context->facts, "package");
    if (wanted && !packages) {
        *reason = "the installed packages are not known";
        return false;
    }
    for (const struct json *w = json_first(wanted); w; w = json_next(w))
        if (json_string(w) && !package_installed(packages, json_string(w)))
            return false;
    return true;
}
