#include "facts/sshd_number.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

const char *sshd_number(const char *text, int64_t low, int64_t high, int64_t *value)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end)
        return "invalid";
    if ((number == LLONG_MIN && errno == ERANGE) || number < low)
        return "too small";
    if ((number == LLONG_MAX && errno == ERANGE) || number > high)
        return "too large";
    *value = number;
    return NULL;
}

const char *sshd_integer(const char *text, int64_t *value)
{
    if (!text || !*text)
        return "missing";
    return sshd_number(text, 0, INT_MAX, value);
}

static int64_t unit_seconds(char unit)
{
    switch (unit) {
    case '\0':
    case 's':
    case 'S':
        return 1;
    case 'm':
    case 'M':
        return 60;
    case 'h':
    case 'H':
        return 60 * 60;
    case 'd':
    case 'D':
        return 24 * 60 * 60;
    case 'w':
    case 'W':
        return 7 * 24 * 60 * 60;
    default:
        return 0;
    }
}

/* Up to 9.7 strtol reads the pieces: blanks and a plus sign pass. Up to 8.4 the sum is a long, and
 * the caller's int keeps its lower half. */
static int64_t time_by_strtol(const char *p, int version)
{
    int64_t total = 0;
    while (*p) {
        char *end;
        errno = 0;
        long long seconds = strtoll(p, &end, 10);
        if (end == p || errno == ERANGE || seconds < 0)
            return -1;
        int64_t unit = unit_seconds(*end);
        if (!unit || seconds >= LLONG_MAX / unit)
            return -1;
        seconds *= unit;
        if (total >= LLONG_MAX - seconds)
            return -1;
        total += seconds;
        p = *end ? end + 1 : end;
    }
    if (version < 805)
        return (int)total;
    return total > INT_MAX ? -1 : total;
}

static int64_t time_by_digits(const char *p)
{
    int64_t total = 0;
    while (*p) {
        size_t digits = strspn(p, "0123456789");
        int64_t seconds = 0;
        if (digits == 0)
            return -1;
        for (size_t i = 0; i < digits; i++) {
            seconds = seconds * 10 + (p[i] - '0');
            if (seconds > INT_MAX)
                return -1;
        }
        int64_t unit = unit_seconds(p[digits]);
        if (!unit)
            return -1;
        total += seconds * unit;
        if (seconds > INT_MAX / unit || total > INT_MAX)
            return -1;
        p += digits + (p[digits] ? 1 : 0);
    }
    return total;
}

/* From 10.3: decimal fractions, of seconds only, and seconds only once. */
static double time_by_decimals(const char *p)
{
    double total = 0;
    bool seen_seconds = false;
    while (*p) {
        size_t length = strspn(p, "0123456789.");
        const char *point = memchr(p, '.', length);
        if (length == 0 || (point && memchr(point + 1, '.', length - (size_t)(point + 1 - p))))
            return -1;
        double value = 0, scale = 1;
        for (size_t i = 0; i < length; i++) {
            if (p[i] == '.')
                continue;
            value = value * 10 + (p[i] - '0');
            if (point && p + i > point)
                scale *= 10;
        }
        int64_t unit = unit_seconds(p[length]);
        if (!unit || (unit == 1 && seen_seconds))
            return -1;
        if (point && (unit > 1 || p[length - 1] == '.'))
            return -1;
        seen_seconds = seen_seconds || unit == 1;
        total += value / scale * (double)unit;
        p += length + (p[length] ? 1 : 0);
    }
    return total;
}

int64_t sshd_time(const char *text, int version, double *seconds)
{
    int64_t total = -1;
    double exact = -1;
    if (text && *text) {
        if (version >= 1003) {
            exact = time_by_decimals(text);
            /* the way round that also refuses what overflowed to no number at all */
            total = exact >= 0 && exact <= INT_MAX ? (int64_t)exact : -1;
        } else {
            total = version < 908 ? time_by_strtol(text, version) : time_by_digits(text);
            exact = (double)total;
        }
    }
    if (seconds)
        *seconds = total == -1 ? -1 : exact;
    return total;
}

static const char invalid_argument[] = "Invalid argument";
static const char out_of_range[] = "Numerical result out of range";
#define SCALED_DIGITS 22 /* fmt_scaled.c MAX_DIGITS */

const char *sshd_scaled(const char *p, int64_t *value)
{
    int64_t whole = 0;
    int64_t fraction = 0, fraction_unit = 1;
    int sign = 0, digits = 0;
    bool in_fraction = false;
    while (isspace((unsigned char)*p))
        p++;
    for (; *p == '-' || *p == '+'; p++) {
        if (sign)
            return invalid_argument;
        sign = *p == '-' ? -1 : 1;
    }
    for (; isdigit((unsigned char)*p) || *p == '.'; p++) {
        if (*p == '.') {
            if (in_fraction)
                return invalid_argument;
            in_fraction = true;
        } else if (!in_fraction) {
            if (++digits >= SCALED_DIGITS || whole > (INT64_MAX - (*p - '0')) / 10)
                return out_of_range;
            whole = whole * 10 + (*p - '0');
        } else if (fraction_unit < 1000000000) {
            fraction = fraction * 10 + (*p - '0');
            fraction_unit *= 10;
        }
    }
    int64_t scale = 1;
    if (*p) {
        static const char units[] = "BKMGTPE";
        const char *unit = strchr(units, toupper((unsigned char)*p));
        if (!unit || isalnum((unsigned char)p[1]))
            return invalid_argument;
        for (; unit > units; unit--)
            scale *= 1024;
        if (whole > INT64_MAX / scale)
            return out_of_range;
        whole = whole * scale + (int64_t)((double)fraction / (double)fraction_unit * (double)scale);
    }
    *value = sign < 0 ? -whole : whole;
    return NULL;
}

int sshd_scan_numbers(const char *text, int64_t value[3])
{
    int count = 0;
    const char *p = text;
    while (count < 3) {
        char *end;
        errno = 0;
        long long number = strtoll(p, &end, 10);
        if (end == p)
            break;
        value[count++] = (int)number; /* as sscanf stores it */
        if (*end != ':')
            break;
        p = end + 1;
    }
    return count;
}
