/* Values of one argument: switches, numbers, times, paths, names. */
#include "facts/sshd_check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/sshd_number.h"

static const char *canonical(const struct sshd_keyword *k, const char *value)
{
    vec_each (s, &k->synonyms) {
        if (strcmp(s->value, value) == 0)
            return s->same_as;
    }
    return value;
}

/* The choice TEXT names, in the table's spelling; NULL. Case is ignored, as strcasecmp does. */
static const char *find_choice(const struct sshd_check *c, const char *text)
{
    static const char *const yes_no[] = {"yes", "no"};
    const struct sshd_keyword *k = c->meaning.keyword;
    bool is_flag = strcmp(c->meaning.type, "flag") == 0;
    for (size_t i = 0; is_flag && i < 2; i++) {
        if (strcasecmp(text, yes_no[i]) == 0)
            return yes_no[i];
    }
    vec_each (choice, &k->values) {
        bool offered = choice->since <= c->version || c->os->openssh_version == 0;
        if (!is_flag && offered && strcasecmp(text, choice->value) == 0)
            return canonical(k, choice->value);
    }
    return NULL;
}

static void check_choice(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing argument.", "missing argument.");
    if (!word)
        return;
    const char *choice = find_choice(c, word->text);
    if (choice)
        sshd_check_take(c, choice);
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "unsupported option \"%s\".", word->text);
}

static void check_tunnel(struct sshd_check *c)
{
    const struct sshd_word *word =
        sshd_check_required(c, "Missing yes/point-to-point/ethernet/no argument.", NULL);
    if (!word)
        return;
    vec_each (choice, &c->meaning.keyword->values) {
        if (strcmp(word->text, choice->value) == 0) {
            sshd_check_take(c, choice->value);
            return;
        }
    }
    if (sshd_check_is_old(c))
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word,
                        "Bad yes/point-to-point/ethernet/no argument: %s", word->text);
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "bad %s argument %s", c->written,
                        word->text);
}

static void check_digest(struct sshd_check *c)
{
    static const char *const shown[] = {"MD5", "SHA1", "SHA256", "SHA384", "SHA512"};
    const struct sshd_word *word = sshd_check_required(c, "Missing argument.", NULL);
    if (!word)
        return;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (strcasecmp(word->text, shown[i]) == 0) {
            sshd_check_take(c, shown[i]);
            return;
        }
    }
    if (sshd_check_is_old(c))
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Invalid hash algorithm \"%s\".",
                        word->text);
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Invalid %s algorithm \"%s\".",
                        c->written, word->text);
}

/* log.c log_facility_number, log_level_number. */
static void check_log_word(struct sshd_check *c, const char *what)
{
    const struct sshd_word *word = sshd_check_next(c);
    const char *text = word ? word->text : NULL;
    const char *choice = text ? find_choice(c, text) : NULL;
    bool is_level = strcmp(what, "level") == 0;
    if (!choice && is_level && text && strcasecmp(text, "SILENT") == 0 &&
        c->os->family_code == FAMILY_DEBIAN)
        choice = "SILENT";
    if (choice && is_level && strcmp(choice, "DEBUG1") == 0)
        choice = "DEBUG";
    if (choice)
        sshd_check_take(c, choice);
    else
        sshd_check_fail(c, DIAG_FATAL, text ? "bad-value" : "missing-argument", word,
                        "unsupported log %s '%s'", what, text ? text : "<NONE>");
}

static void check_facility(struct sshd_check *c)
{
    check_log_word(c, "facility");
}

static void check_log_level(struct sshd_check *c)
{
    check_log_word(c, "level");
}

static void check_integer(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_next(c);
    int64_t value;
    const char *wrong = sshd_integer(word ? word->text : NULL, &value);
    if (!wrong) {
        sshd_check_take(c, arena_printf(c->arena, "%lld", (long long)value));
        return;
    }
    const char *code = strcmp(wrong, "missing") == 0 ? "missing-argument" : "bad-value";
    if (sshd_check_is_old(c))
        sshd_check_fail(c, DIAG_FATAL, code, word, "integer value %s.", wrong);
    else
        sshd_check_fail(c, DIAG_FATAL, code, word, "%s integer value %s.", c->written, wrong);
}

static void check_octal(struct sshd_check *c)
{
    const struct sshd_word *word =
        sshd_check_required(c, "missing StreamLocalBindMask argument.", NULL);
    if (!word)
        return;
    char *end;
    int value = (int)strtol(word->text, &end, 8);
    if (end != word->text && value >= 0 && value <= 0777)
        sshd_check_take(c, arena_printf(c->arena, "0%o", (unsigned)value));
    else if (sshd_check_is_old(c))
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Bad mask.");
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Invalid %s.", c->written);
}

static void check_time(struct sshd_check *c)
{
    const struct sshd_word *word =
        sshd_check_required(c, "missing time value.", "missing time value.");
    if (!word)
        return;
    int64_t seconds = sshd_time(word->text, c->version, NULL);
    if (seconds == -1)
        sshd_check_fail(c, DIAG_FATAL, "bad-time", word, "invalid time value.");
    else
        sshd_check_take(c, arena_printf(c->arena, "%lld", (long long)seconds));
}

static void check_time_or_none(struct sshd_check *c)
{
    if (sshd_check_left(c) && strcasecmp(c->line->arguments.items[c->next].text, "none") == 0) {
        c->next++;
        sshd_check_take(c, "none");
        return;
    }
    check_time(c);
    if (c->values.count && strcmp(c->values.items[0], "0") == 0)
        c->values.items[0] = "none";
}

bool sshd_check_expand_home(struct sshd_check *c, const struct sshd_word *word, const char **out)
{
    *out = sshd_guest_expand_home(c->guest, word->text, c->version);
    if (*out)
        return true;
    int length = (int)strcspn(word->text + 1, "/");
    sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "%s: No such user %.*s",
                    sshd_check_is_old(c) ? "tilde_expand_filename" : "tilde_expand", length,
                    word->text + 1);
    return false;
}

/* servconf.c derelativise_path; the start directory is "/", as under systemd. */
static void take_path(struct sshd_check *c, const struct sshd_word *word)
{
    const char *path;
    if (strcasecmp(word->text, "none") == 0) {
        sshd_check_take(c, "none");
        return;
    }
    bool matters = c->active && (c->meaning.keyword->accumulates || !c->slot_count);
    if (!matters)
        path = word->text;
    else if (!sshd_check_expand_home(c, word, &path))
        return;
    sshd_check_take(c, *path == '/' || *path == '~' ? path : arena_printf(c->arena, "/%s", path));
}

static void check_path(struct sshd_check *c)
{
    const struct sshd_word *word =
        sshd_check_required(c, "missing file name.", "missing file name.");
    if (word)
        take_path(c, word);
}

static void check_agent_path(struct sshd_check *c)
{
    const struct sshd_word *word =
        sshd_check_required(c, "missing socket name.", "missing socket name.");
    if (word && strcmp(word->text, "SSH_AUTH_SOCK") == 0)
        sshd_check_take(c, word->text);
    else if (word)
        take_path(c, word);
}

static void check_provider(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing file name.", NULL);
    if (word && strcasecmp(word->text, "internal") == 0)
        sshd_check_take(c, word->text);
    else if (word)
        take_path(c, word);
}

/* AuthorizedPrincipalsFile: a ~ is expanded, a relative path stays. */
static void check_home_path(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing file name.", NULL);
    const char *path;
    if (!word)
        return;
    if (!c->active || c->slot_count)
        sshd_check_take(c, word->text);
    else if (sshd_check_expand_home(c, word, &path))
        sshd_check_take(c, path);
}

static void check_string(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing file name.", NULL);
    if (word)
        sshd_check_take(c, word->text);
}

static void check_service(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing argument.", "missing argument.");
    if (word)
        sshd_check_take(c, word->text);
}

static void check_user(struct sshd_check *c)
{
    const char *old_text = arena_printf(c->arena, "missing %s argument.", c->meaning.keyword->name);
    const char *new_text = arena_printf(c->arena, "missing %s argument.", c->written);
    const struct sshd_word *word = sshd_check_required(c, old_text, new_text);
    if (word)
        sshd_check_take(c, word->text);
}

/* misc.c WHITESPACE off the front of the raw rest of the line. */
static const char *raw_rest(const struct sshd_check *c)
{
    const char *rest = c->line->rest;
    return rest + strspn(rest, " \t\r\n");
}

static bool has_rest(struct sshd_check *c)
{
    if (c->line->rest && *c->line->rest)
        return true;
    sshd_check_required(c, "Missing argument.", NULL);
    return c->failed ? false : true;
}

static void check_rest_of_line(struct sshd_check *c)
{
    if (!has_rest(c))
        return;
    const char *rest = raw_rest(c);
    bool is_addendum = strcmp(c->meaning.keyword->name, "VersionAddendum") == 0;
    bool matters =
        !sshd_check_is_old(c) || (c->active && !c->slot_count && strcasecmp(rest, "none") != 0);
    c->takes_all = true;
    if (is_addendum && matters && strchr(rest, '\r')) {
        if (sshd_check_is_old(c))
            sshd_check_fail(c, DIAG_FATAL, "bad-value", NULL, "Invalid argument");
        else
            sshd_check_fail(c, DIAG_FATAL, "bad-value", NULL, "Invalid %s argument", c->written);
        return;
    }
    sshd_check_take(c, is_addendum && strcasecmp(rest, "none") == 0 ? "none" : rest);
}

static void check_command(struct sshd_check *c)
{
    bool old = sshd_check_is_old(c);
    if (!c->line->rest) {
        sshd_check_required(c, "Missing argument.", NULL);
        return;
    }
    const char *rest = raw_rest(c);
    c->takes_all = true;
    bool matters = !old || (c->active && !c->slot_count);
    if (!matters || *rest == '/' || strcasecmp(rest, "none") == 0)
        sshd_check_take(c, rest);
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-value",
                        c->line->arguments.count ? &c->line->arguments.items[0] : NULL,
                        "%s must be an absolute path", old ? c->meaning.keyword->name : c->written);
}

static void check_routing_domain(struct sshd_check *c)
{
    if (c->version >= 804) {
        sshd_check_fail(c, DIAG_FATAL, "bad-value", NULL,
                        "setting RDomain not supported on this platform.");
        return;
    }
    const struct sshd_word *word = sshd_check_required(c, "Missing argument.", NULL);
    if (word)
        sshd_check_take(c, word->text);
}

/* misc.c via servconf.c (10.6): "user:DIR", "shared:/DIR" or "none". */
static void check_agent_socket(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing argument.", NULL);
    if (!word)
        return;
    const char *text = word->text, *kind = "";
    bool good = strcmp(text, "none") == 0;
    if (strncmp(text, "user:", 5) == 0) {
        good = text[5] != '\0';
        kind = "user ";
    } else if (strncmp(text, "shared:", 7) == 0) {
        good = text[7] == '/';
        kind = "shared ";
    }
    if (good)
        sshd_check_take(c, text);
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "%s %spath.",
                        *text ? "invalid" : "missing", kind);
}

const struct sshd_value_kind sshd_plain_kinds[] = {
    {"flag", check_choice},
    {"enum", check_choice},
    {"tunnel", check_tunnel},
    {"digest", check_digest},
    {"facility", check_facility},
    {"log_level", check_log_level},
    {"int", check_integer},
    {"octal", check_octal},
    {"time", check_time},
    {"time_or_none", check_time_or_none},
    {"path", check_path},
    {"agent_path", check_agent_path},
    {"provider", check_provider},
    {"home_path", check_home_path},
    {"string", check_string},
    {"service", check_service},
    {"user", check_user},
    {"rest_of_line", check_rest_of_line},
    {"command", check_command},
    {"routing_domain", check_routing_domain},
    {"agent_socket", check_agent_socket},
    {NULL, NULL},
};
