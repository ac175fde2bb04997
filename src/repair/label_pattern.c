/* Sets of places in the path are carried through the pattern: each part takes the places where it
 * may begin and gives those where it may end. No part is ever tried twice from one place, so there
 * is no pattern that takes for ever. */
#include "repair/label_pattern.h"

#include <string.h>

#define DEPTH_MAX  64
#define REPEAT_MAX 255
#define MANY       -1

struct matcher {
    struct arena *arena;
    const char *at; /* the pattern, as far as it is read */
    const char *path;
    size_t len;
    long *budget;
    int depth;
    bool failed;
};

typedef unsigned char place; /* places[i]: may the match have come to path + i? */

static place *places_new(struct matcher *m)
{
    *m->budget -= (long)m->len + 1;
    if (*m->budget < 0)
        m->failed = true;
    place *p = arena_alloc(m->arena, m->len + 1);
    memset(p, 0, m->len + 1);
    return p;
}

static bool places_any(const struct matcher *m, const place *p)
{
    return memchr(p, 1, m->len + 1) != NULL;
}

/* True when something was new. */
static bool places_add(const struct matcher *m, place *to, const place *from)
{
    bool added = false;
    for (size_t i = 0; i <= m->len; i++)
        if (from[i] && !to[i]) {
            to[i] = 1;
            added = true;
        }
    return added;
}

/* --- one character -----------------------------------------------------------------------------
 */

struct set {
    bool has[256];
};

static const char *const classes[] = {"alpha", "digit",  "alnum", "upper", "lower",
                                      "space", "xdigit", "punct", NULL};

static bool in_class(int which, int c)
{
    bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
    switch (which) {
    case 0:
        return upper || lower;
    case 1:
        return digit;
    case 2:
        return upper || lower || digit;
    case 3:
        return upper;
    case 4:
        return lower;
    case 5:
        return c == ' ' || (c >= '\t' && c <= '\r');
    case 6:
        return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    default:
        return c > ' ' && c < 0x7f && !upper && !lower && !digit;
    }
}

/* "[:alpha:]" at M->at. */
static bool read_class(struct matcher *m, struct set *set)
{
    if (strncmp(m->at, "[:", 2) != 0)
        return false;
    for (int i = 0; classes[i]; i++) {
        size_t n = strlen(classes[i]);
        if (strncmp(m->at + 2, classes[i], n) != 0 || strncmp(m->at + 2 + n, ":]", 2) != 0)
            continue;
        for (int c = 0; c < 256; c++)
            set->has[c] |= in_class(i, c);
        m->at += n + 4;
        return true;
    }
    return false;
}

static void read_bracket(struct matcher *m, struct set *set)
{
    bool negated = *m->at == '^';
    m->at += negated;
    for (bool first = true; *m->at && (first || *m->at != ']'); first = false) {
        if (read_class(m, set))
            continue;
        if (*m->at == '\\' && m->at[1])
            m->at++;
        unsigned char from = (unsigned char)*m->at++, to = from;
        if (m->at[0] == '-' && m->at[1] && m->at[1] != ']') {
            to = (unsigned char)m->at[1];
            m->at += 2;
        }
        for (int c = from; c <= to; c++)
            set->has[c] = true;
    }
    if (*m->at != ']') {
        m->failed = true;
        return;
    }
    m->at++;
    for (int c = 0; negated && c < 256; c++)
        set->has[c] = !set->has[c];
}

/* What may follow a backslash: a byte that is no letter, and a few letters of PCRE. */
static void read_escape(struct matcher *m, struct set *set)
{
    unsigned char c = (unsigned char)*m->at;
    if (c == 'd' || c == 'w' || c == 's') {
        for (int i = 0; i < 256; i++)
            set->has[i] = in_class(c == 'd' ? 1 : c == 'w' ? 2 : 5, i) || (c == 'w' && i == '_');
    } else if (c == '\0' || in_class(2, c)) {
        m->failed = true;
        return;
    } else {
        set->has[c] = true;
    }
    m->at++;
}

/* --- the grammar -------------------------------------------------------------------------------
 */

static place *match_alternatives(struct matcher *m, const place *from);

/* One atom at M->at from the places FROM; M->at behind it. */
static place *match_atom(struct matcher *m, const place *from)
{
    struct set set = {0};
    place *to = places_new(m);
    char c = *m->at++;
    switch (c) {
    case '(':
        if (*m->at == '?') {
            if (m->at[1] != ':')
                m->failed = true;
            m->at += m->failed ? 0 : 2;
        }
        if (m->failed || ++m->depth > DEPTH_MAX) {
            m->failed = true;
            return to;
        }
        to = match_alternatives(m, from);
        m->depth--;
        if (*m->at != ')')
            m->failed = true;
        else
            m->at++;
        return to;
    case '[':
        read_bracket(m, &set);
        break;
    case '\\':
        read_escape(m, &set);
        break;
    case '.':
        memset(set.has, true, sizeof set.has);
        set.has['\n'] = false; /* PCRE2_DOTALL is set since 3.? only; no path of ours has one */
        break;
    case '*':
    case '+':
    case '?':
        m->failed = true;
        return to;
    default: /* also "{", which is none of PCRE's when no number follows: "%{USERNAME}" */
        set.has[(unsigned char)c] = true;
    }
    for (size_t i = 0; i < m->len; i++)
        to[i + 1] = from[i] && set.has[(unsigned char)m->path[i]];
    return to;
}

static int read_number(struct matcher *m)
{
    int n = 0;
    if (*m->at < '0' || *m->at > '9')
        m->failed = true;
    while (*m->at >= '0' && *m->at <= '9' && n <= REPEAT_MAX)
        n = n * 10 + (*m->at++ - '0');
    if (n > REPEAT_MAX)
        m->failed = true;
    return n;
}

/* How often the atom before may stand: 1 and 1 without a quantifier. */
static void read_quantifier(struct matcher *m, int *least, int *most)
{
    *least = *most = 1;
    switch (*m->at) {
    case '*':
        *least = 0;
        *most = MANY;
        break;
    case '+':
        *most = MANY;
        break;
    case '?':
        *least = 0;
        break;
    case '{':
        if (m->at[1] < '0' || m->at[1] > '9')
            return;
        m->at++;
        *least = *most = read_number(m);
        if (*m->at == ',') {
            m->at++;
            *most = *m->at == '}' ? MANY : read_number(m);
        }
        if (*m->at != '}')
            m->failed = true;
        break;
    default:
        return;
    }
    if (!m->failed)
        m->at++;
    if (*m->at == '?' || *m->at == '+')
        m->at++; /* lazy or possessive: the same as far as a whole match is concerned, or nearly */
}

/* The end of the atom that begins at M->at, its places thrown away. */
static void skip_atom(struct matcher *m)
{
    place *none = places_new(m);
    match_atom(m, none);
}

static place *match_repeated(struct matcher *m, const place *from)
{
    const char *atom = m->at;
    int least, most;
    skip_atom(m);
    if (m->failed)
        return places_new(m);
    read_quantifier(m, &least, &most);
    const char *behind = m->at;
    place *now = places_new(m), *all = places_new(m);
    places_add(m, now, from);
    if (least == 0)
        places_add(m, all, from);
    for (int n = 1; !m->failed && (most == MANY || n <= most) && places_any(m, now); n++) {
        m->at = atom;
        now = match_atom(m, now);
        if (n >= least && !places_add(m, all, now))
            break;
    }
    m->at = behind;
    return all;
}

static place *match_sequence(struct matcher *m, const place *from)
{
    place *now = places_new(m);
    places_add(m, now, from);
    while (!m->failed && *m->at && *m->at != '|' && *m->at != ')') {
        if (*m->at == '^' || *m->at == '$') {
            size_t only = *m->at++ == '^' ? 0 : m->len;
            for (size_t i = 0; i <= m->len; i++)
                now[i] = now[i] && i == only;
            continue;
        }
        now = match_repeated(m, now);
    }
    return now;
}

static place *match_alternatives(struct matcher *m, const place *from)
{
    place *all = match_sequence(m, from);
    while (!m->failed && *m->at == '|') {
        m->at++;
        places_add(m, all, match_sequence(m, from));
    }
    return all;
}

enum label_match label_pattern_match(struct arena *a, const char *pattern, const char *path,
                                     long *budget)
{
    struct matcher m = {a, pattern, path, strlen(path), budget, 0, false};
    place *from = places_new(&m);
    from[0] = 1;
    place *to = match_alternatives(&m, from);
    if (m.failed || *m.at)
        return LABEL_MATCH_UNSURE;
    return to[m.len] ? LABEL_MATCH_YES : LABEL_MATCH_NO;
}

bool label_pattern_is_plain(const char *pattern)
{
    for (const char *p = pattern; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (strchr(".^$?*+|[({", *p))
            return false;
    }
    return true;
}

size_t label_pattern_stem(const char *pattern)
{
    int depth = 0;
    for (const char *p = pattern; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '(')
            depth++;
        else if (*p == ')')
            depth--;
        else if (*p == '|' && depth <= 0)
            return 0;
    }
    size_t n = strcspn(pattern, ".^$?*+|[({\\");
    /* A quantifier may take the last one away. */
    return n > 0 && pattern[n] && strchr("?*{", pattern[n]) ? n - 1 : n;
}
