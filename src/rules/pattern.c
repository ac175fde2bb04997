#include "rules/pattern.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"


bool pattern_glob(const char *glob, const char *text)
{
    const char *star = NULL, *resume = NULL;
    while (*text) {
        if (*glob == '*') {
            star = glob++;
            resume = text;
        } else if (*glob == '?' || *glob == *text) {
            glob++;
            text++;
        } else if (star) {
            glob = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return *glob == '\0';
}

/* The product of all interval bounds bounds the automaton that regcomp builds. */
static const char *interval_fault(const char *p, unsigned *product)
{
    unsigned largest = 1;
    while (*p && *p != '}') {
        if (!isdigit((unsigned char)*p)) {
            p++;
            continue;
        }
        char *end;
        unsigned long n = strtoul(p, &end, 10);
        if (n > LIMIT_REGEX_REPETITIONS)
            return "a repetition of more than 255";
        if (n > largest)
            largest = (unsigned)n;
        p = end;
    }
    *product *= largest;
    return *product > LIMIT_REGEX_REPETITIONS ? "repetitions of more than 255 altogether" : NULL;
}

const char *pattern_compile(const char *expression, regex_t *out)
{
    if (strlen(expression) > LIMIT_REGEX_BYTES)
        return "longer than 512 bytes";
    unsigned product = 1;
    for (const char *p = expression; *p; p++) {
        if (*p == '\\') {
            p++;
            if (isdigit((unsigned char)*p))
                return "back-references are not allowed";
            if (isalpha((unsigned char)*p) || *p == '<' || *p == '>' || *p == '`' || *p == '\'')
                return "not a POSIX escape";
            if (!*p)
                return "a backslash at the end";
        } else if (*p == '{') {
            const char *fault = interval_fault(p + 1, &product);
            if (fault)
                return fault;
        }
    }
    if (!*expression)
        return "empty";
    return regcomp(out, expression, REG_EXTENDED | REG_NOSUB) == 0 ? NULL
                                                                   : "not a regular expression";
}
