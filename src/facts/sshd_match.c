#include "facts/sshd_match.h"

#include <string.h>
#include <strings.h>

#include "facts/collect.h"
#include "facts/sshd_address.h"
#include "facts/sshd_algorithms.h"

/* The words of the line as match_cfg_line takes them: up to 9.8 strdelim's, later argv_split's. */
#define MATCH_NEW_WORDS 909

struct criteria {
    struct sshd_check *c;
    VEC(struct sshd_criterion) found;
    size_t count; /* of attributes met */
    bool holds;   /* true already when the file is read at start */
};

static bool is_end(const struct sshd_check *c, const struct sshd_word *word)
{
    return !word || !*word->text || (!sshd_check_is_old(c) && *word->text == '#');
}

static void bad_match(struct sshd_check *c, const struct sshd_word *word, const char *says)
{
    sshd_check_fail(c, DIAG_FATAL, "bad-match", word, "Bad Match condition: %s", says);
}

static void take(struct criteria *m, const char *name, const char *value)
{
    char *lower = arena_strdup(m->c->arena, name);
    for (char *p = lower; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    vec_push(m->c->arena, &m->found, ((struct sshd_criterion){lower, value}));
}

/* "Match all": alone on its line. */
static void read_all(struct criteria *m)
{
    const struct sshd_word *next = m->count > 1 ? NULL : sshd_check_next(m->c);
    if (m->count > 1 || !is_end(m->c, next)) {
        bad_match(m->c, next, "'all' cannot be combined with other Match attributes");
        return;
    }
    if (next && *next->text == '#')
        m->c->takes_all = true;
    take(m, "all", NULL);
    m->holds = true;
}

/* Versions that know "user=alice" as one word: 9.9p2 and from 10.0. */
static bool knows_equals(const struct sshd_check *c)
{
    return c->version >= 1000 || (c->version == MATCH_NEW_WORDS && c->os->openssh_patch >= 2);
}

static const char *split_equals(struct sshd_check *c, const char *attribute, const char **name)
{
    static const char *const names[] = {"user",         "group",     "host",    "address",
                                        "localaddress", "localport", "rdomain", "version"};
    size_t length = strcspn(attribute, "=");
    *name = attribute;
    if (!attribute[length] || !knows_equals(c))
        return NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool known = strcmp(names[i], "version") != 0 || c->version >= 1000;
        if (known && strlen(names[i]) == length && strncasecmp(attribute, names[i], length) == 0) {
            *name = arena_text(c->arena, (struct bytes){attribute, length});
            return attribute + length + 1;
        }
    }
    return NULL;
}

static void judge_value(struct criteria *m, const char *name, const char *value,
                        const struct sshd_word *word, const struct sshd_word *attribute)
{
    static const char *const plain[] = {"user", "group", "host"};
    struct sshd_check *c = m->c;
    bool known = false;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        known = known || strcasecmp(name, plain[i]) == 0;
    if (strcasecmp(name, "address") == 0 || strcasecmp(name, "localaddress") == 0) {
        known = true;
        if (c->version >= 804 && !sshd_address_list_ok(value, c->version))
            sshd_check_fail(c, DIAG_FATAL, "bad-match", word, "Invalid Match %s argument '%s'",
                            strcasecmp(name, "address") == 0 ? "address" : "localaddress", value);
    } else if (strcasecmp(name, "localport") == 0) {
        known = true;
        if (sshd_guest_port(c->guest, value, c->version) < 0)
            bad_match(c, word,
                      arena_printf(c->arena, "Invalid LocalPort '%s' on Match line", value));
    } else if (strcasecmp(name, "rdomain") == 0) {
        known = c->version >= 707;
    } else if (strcasecmp(name, "version") == 0 && c->version >= 1000) {
        const char *banner = c->os->openssh_banner ? c->os->openssh_banner : "";
        if (sshd_match_pattern_list(banner, value, false) != 1)
            m->holds = false;
        take(m, name, value);
        return;
    }
    if (!known) {
        bad_match(c, attribute,
                  arena_printf(c->arena, "Unsupported Match attribute %s", attribute->text));
        return;
    }
    m->holds = false;
    take(m, name, value);
}

/* One criterion; false at the end of the line. */
static bool read_criterion(struct criteria *m)
{
    struct sshd_check *c = m->c;
    const struct sshd_word *attribute = sshd_check_next(c);
    if (!attribute || (sshd_check_is_old(c) && !*attribute->text))
        return false;
    if (c->version < MATCH_NEW_WORDS && !*attribute->text)
        return false;
    if (!sshd_check_is_old(c) && *attribute->text == '#') {
        c->takes_all = true;
        return false;
    }
    m->count++;
    if (strcasecmp(attribute->text, "all") == 0) {
        read_all(m);
        return false;
    }
    if (strcasecmp(attribute->text, "invalid-user") == 0 && c->version >= MATCH_NEW_WORDS) {
        /* 9.9p1 forgot that nobody is known yet while the file is read at start. */
        bool slips = c->version == MATCH_NEW_WORDS && c->os->openssh_patch == 1;
        m->holds = m->holds && slips;
        take(m, "invalid-user", NULL);
        return true;
    }
    const char *name;
    const struct sshd_word *word = attribute;
    const char *value = split_equals(c, attribute->text, &name);
    if (!value) {
        word = sshd_check_next(c);
        value = word ? word->text : "";
    }
    if (!*value || (*value == '#' && !sshd_check_is_old(c))) {
        bad_match(c, word ? word : attribute,
                  arena_printf(c->arena, "Missing Match criteria for %s", name));
        return false;
    }
    judge_value(m, name, value, word, attribute);
    return !c->failed;
}

void sshd_match_read(struct sshd_check *c, struct sshd_match *out)
{
    struct criteria m = {.c = c, .holds = true};
    if (!sshd_check_is_old(c) && c->version < MATCH_NEW_WORDS)
        sshd_line_split_delimited(c->arena, c->line->rest, c->line->rest_column, true, c->line);
    out->text = c->line->rest ? c->line->rest : "";
    while (read_criterion(&m))
        continue;
    if (!c->failed && m.count == 0)
        bad_match(c, NULL, "One or more attributes required for Match");
    out->criteria = m.found.items;
    out->criterion_count = m.found.count;
    out->always = !c->failed && m.holds;
    if (c->failed || c->takes_all)
        return;
    /* What stays over is garbage, as on any line. */
    const struct sshd_word *word = sshd_check_next(c);
    if (!word)
        return;
    if (sshd_check_is_old(c) && *word->text)
        sshd_check_fail(c, DIAG_FATAL, "extra-argument", word,
                        "garbage at end of line; \"%.200s\".", word->text);
    else if (!sshd_check_is_old(c) && (c->version >= MATCH_NEW_WORDS || *word->text))
        sshd_check_fail(c, DIAG_COUNTED, "extra-argument", word,
                        "keyword %.200s extra arguments at end of line", c->written);
}
