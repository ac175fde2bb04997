/* Values with a small grammar of their own: start-up limits, penalties, rekeying, traffic class. */
#include "facts/sshd_check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/collect.h"
#include "facts/sshd_number.h"

static void check_max_startups(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "Missing MaxStartups spec.", NULL);
    int64_t v[3] = {0, 0, 0}; /* begin, rate, full */
    if (!word)
        return;
    int count = sshd_scan_numbers(word->text, v);
    if (count == 1) {
        v[1] = c->version >= 1001 ? 30 : c->start_rate;
        v[2] = v[0];
    }
    bool bad = (count != 1 && count != 3) ||
               (count == 3 && (v[0] > v[2] || v[1] > 100 || v[1] < 1)) ||
               (c->version >= 902 && (v[0] <= 0 || v[2] <= 0));
    if (bad && sshd_check_is_old(c))
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Illegal MaxStartups spec.");
    else if (bad)
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Invalid %s spec.", c->written);
    else
        sshd_check_take(c, arena_printf(c->arena, "%lld:%lld:%lld", (long long)v[0],
                                        (long long)v[1], (long long)v[2]));
}

static void check_net_block_size(struct sshd_check *c)
{
    const struct sshd_word *word =
        sshd_check_required(c, "Missing PerSourceNetBlockSize spec.", NULL);
    int64_t v[3] = {0, 0, 0};
    if (!word)
        return;
    int count = sshd_scan_numbers(word->text, v);
    if (count == 1)
        v[1] = 128;
    if (count == 0 || v[0] < 0 || v[0] > 32 || v[1] < 0 || v[1] > 128)
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Invalid %s spec.",
                        sshd_check_is_old(c) ? "PerSourceNetBlockSize" : c->written);
    else
        sshd_check_take(c, arena_printf(c->arena, "%lld:%lld", (long long)v[0], (long long)v[1]));
}

static void check_integer_or_none(struct sshd_check *c)
{
    const struct sshd_word *word =
        sshd_check_required(c, "Missing PerSourceMaxStartups spec.", NULL);
    int64_t value;
    if (!word)
        return;
    if (strcmp(word->text, "none") == 0) {
        sshd_check_take(c, "none");
        return;
    }
    const char *wrong = sshd_integer(word->text, &value);
    if (!wrong)
        sshd_check_take(c, value == INT32_MAX ? "none"
                                              : arena_printf(c->arena, "%lld", (long long)value));
    else if (sshd_check_is_old(c))
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "integer value %s.", wrong);
    else
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "%s integer value %s.", c->written,
                        wrong);
}

struct penalty {
    const char *prefix;
    int since;
};

/* One "name:value" of PerSourcePenalties; fails the check when it is none. */
static void check_penalty(struct sshd_check *c, const struct sshd_word *word)
{
    static const struct penalty times[] = {
        {"crash:", 0},
        {"authfail:", 0},
        {"invaliduser:", 1003},
        {"noauth:", 0},
        {"grace-exceeded:", 0},
        {"refuseconnection:", 909},
        {"max:", 0},
        {"min:", 0},
    };
    static const char *const numbers[] = {"max-sources4:", "max-sources6:"};
    static const char *const words[] = {"overflow:deny-all", "overflow:permissive",
                                        "overflow6:deny-all", "overflow6:permissive"};
    const char *text = word->text, *wrong;
    int64_t number;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        size_t length = strlen(times[i].prefix);
        if (times[i].since > c->version || strncmp(text, times[i].prefix, length) != 0)
            continue;
        number = sshd_time(text + length, c->version, NULL);
        if (number == -1)
            sshd_check_fail(c, DIAG_FATAL, "bad-time", word, "invalid %s time value.", c->written);
        else
            sshd_check_take(c,
                            arena_printf(c->arena, "%s%lld", times[i].prefix, (long long)number));
        return;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strncmp(text, numbers[i], strlen(numbers[i])) != 0)
            continue;
        wrong = sshd_integer(text + strlen(numbers[i]), &number);
        if (wrong)
            sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "%s value %s.", c->written, wrong);
        else
            sshd_check_take(c, arena_printf(c->arena, "%s%lld", numbers[i], (long long)number));
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0) {
            sshd_check_take(c, text);
            return;
        }
    }
    sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "unsupported %s keyword %s", c->written,
                    text);
}

static void check_penalties(struct sshd_check *c)
{
    const struct sshd_word *word;
    while (!c->failed && (word = sshd_check_next(c))) {
        bool is_switch = strcasecmp(word->text, "yes") == 0 || strcasecmp(word->text, "no") == 0;
        if (!is_switch)
            check_penalty(c, word);
        else if (sshd_check_left(c))
            sshd_check_fail(c, DIAG_FATAL, "bad-value", word,
                            "keyword %s \"%s\" argument must appear alone.", c->written,
                            word->text);
        else
            sshd_check_take(c, strcasecmp(word->text, "yes") == 0 ? "yes" : "no");
    }
    if (!c->failed && !c->values.count)
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", NULL, "no %s specified", c->written);
}

/* misc.c parse_pattern_interval: "type=time". */
static void check_channel_timeout(struct sshd_check *c)
{
    const struct sshd_word *word;
    while ((word = sshd_check_next(c))) {
        if (strcasecmp(word->text, "none") == 0) {
            if (c->values.count || sshd_check_left(c)) {
                sshd_check_fail(c, DIAG_COUNTED, "bad-value", word,
                                "keyword %s \"none\" argument must appear alone.", c->written);
                return;
            }
        } else {
            const char *equals = strchr(word->text, '=');
            if (!equals || equals == word->text || sshd_time(equals + 1, c->version, NULL) == -1) {
                sshd_check_fail(c, DIAG_FATAL, "bad-time", word, "invalid channel timeout %s",
                                word->text);
                return;
            }
        }
        sshd_check_take(c, word->text);
    }
    if (!c->values.count && c->version >= 907)
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", NULL, "no %s specified", c->written);
}

/* True when the size is taken. */
static bool check_rekey_size(struct sshd_check *c, int64_t *size)
{
    bool old = sshd_check_is_old(c);
    const struct sshd_word *word = sshd_check_required(c, "Missing argument.", NULL);
    *size = 0;
    if (!word)
        return false;
    if (strcmp(word->text, "default") == 0)
        return true;
    const char *wrong = sshd_scaled(word->text, size);
    if (wrong && old)
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Bad number '%s': %s", word->text, wrong);
    else if (wrong)
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Bad %s number '%s': %s", c->written,
                        word->text, wrong);
    else if (*size != 0 && *size < 16)
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "%s too small",
                        old ? "RekeyLimit" : c->written);
    return !c->failed;
}

static void check_rekey_limit(struct sshd_check *c)
{
    int64_t size, seconds = 0;
    if (!check_rekey_size(c, &size))
        return;
    size_t left = sshd_check_left(c);
    bool old = sshd_check_is_old(c);
    bool more = left > 0 || (old && c->line->fault == SSHD_LINE_UNBALANCED);
    const char *next = left ? c->line->arguments.items[c->next].text : "";
    if (more && strcmp(next, "none") == 0 && (!old || left == 1)) {
        c->next++;
    } else if (more) {
        const struct sshd_word *word =
            sshd_check_required(c, "missing time value.", "missing time value.");
        if (!word)
            return;
        seconds = sshd_time(word->text, c->version, NULL);
        if (seconds == -1) {
            sshd_check_fail(c, DIAG_FATAL, "bad-time", word, "invalid time value.");
            return;
        }
    }
    sshd_check_take(c, arena_printf(c->arena, "%lld", (long long)size));
    sshd_check_take(c, arena_printf(c->arena, "%lld", (long long)seconds));
}

struct traffic_class {
    const char *name;
    int value;        /* -1: none, the system's default */
    int since, until; /* until 0: to this day */
    bool is_legacy;   /* from 10.1 (Debian: 10.0) on the name only means the default */
};

static const struct traffic_class traffic_classes[] = {
    {"none", -1, 706, 0, false},      {"af11", 0x28, 0, 0, false},
    {"af12", 0x30, 0, 0, false},      {"af13", 0x38, 0, 0, false},
    {"af21", 0x48, 0, 0, false},      {"af22", 0x50, 0, 0, false},
    {"af23", 0x58, 0, 0, false},      {"af31", 0x68, 0, 0, false},
    {"af32", 0x70, 0, 0, false},      {"af33", 0x78, 0, 0, false},
    {"af41", 0x88, 0, 0, false},      {"af42", 0x90, 0, 0, false},
    {"af43", 0x98, 0, 0, false},      {"cs0", 0x00, 0, 0, false},
    {"cs1", 0x20, 0, 0, false},       {"cs2", 0x40, 0, 0, false},
    {"cs3", 0x60, 0, 0, false},       {"cs4", 0x80, 0, 0, false},
    {"cs5", 0xa0, 0, 0, false},       {"cs6", 0xc0, 0, 0, false},
    {"cs7", 0xe0, 0, 0, false},       {"ef", 0xb8, 0, 0, false},
    {"le", 0x01, 802, 808, false},    {"le", 0x04, 809, 0, false},
    {"va", 0xb0, 1003, 0, false},     {"lowdelay", 0x10, 0, 0, true},
    {"throughput", 0x08, 0, 0, true}, {"reliability", 0x04, 0, 0, true},
};

static bool is_offered(const struct sshd_check *c, const struct traffic_class *t)
{
    return t->since <= c->version && (!t->until || c->version <= t->until);
}

static bool is_mere_default(const struct sshd_check *c, const struct traffic_class *t)
{
    int border = c->os->family_code == FAMILY_DEBIAN ? 1000 : 1001;
    return t->is_legacy && c->version >= border;
}

/* misc.c parse_ipqos, then iptos2str; NULL when it is none. Up to 9.7 the number may be octal or
 * hexadecimal. */
static const char *traffic_class(struct sshd_check *c, const char *text)
{
    int64_t number = 0;
    bool found = false;
    for (size_t i = 0; !found && i < sizeof traffic_classes / sizeof *traffic_classes; i++) {
        const struct traffic_class *t = &traffic_classes[i];
        if (!is_offered(c, t) || strcasecmp(text, t->name) != 0)
            continue;
        if (is_mere_default(c, t))
            return "none";
        number = t->value;
        found = true;
    }
    if (!found && c->version < 908) {
        char *end;
        number = strtol(text, &end, 0);
        if (end == text || *end || number < 0 || number > 255)
            return NULL;
    } else if (!found && sshd_number(text, 0, 255, &number)) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof traffic_classes / sizeof *traffic_classes; i++) {
        const struct traffic_class *t = &traffic_classes[i];
        if (is_offered(c, t) && !is_mere_default(c, t) && t->value == number)
            return t->name;
    }
    return arena_printf(c->arena, "0x%02x", (unsigned)number);
}

static void bad_traffic_class(struct sshd_check *c, const struct sshd_word *word)
{
    sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Bad %s value: %s",
                    sshd_check_is_old(c) ? "IPQoS" : c->written, word ? word->text : "(null)");
}

static void check_ip_qos(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_next(c);
    if ((!word || !*word->text) && !sshd_check_is_old(c)) {
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", word, "%s missing argument.",
                        c->written);
        return;
    }
    const char *interactive = word ? traffic_class(c, word->text) : NULL;
    if (!interactive) {
        bad_traffic_class(c, word);
        return;
    }
    const char *bulk = interactive;
    word = sshd_check_next(c);
    if (word)
        bulk = traffic_class(c, word->text);
    if (!bulk) {
        bad_traffic_class(c, word);
        return;
    }
    sshd_check_take(c, interactive);
    sshd_check_take(c, bulk);
}

static void check_pubkey_options(struct sshd_check *c)
{
    bool touch = false, verify = false;
    const char *max_ok = NULL;
    const struct sshd_word *word;
    while ((word = sshd_check_next_in_list(c))) {
        int64_t number;
        if (strcasecmp(word->text, "none") == 0)
            continue;
        if (strcasecmp(word->text, "touch-required") == 0) {
            touch = true;
        } else if (strcasecmp(word->text, "verify-required") == 0 && c->version >= 804) {
            verify = true;
        } else if (c->version >= 1006 && strncasecmp(word->text, "max-pk-ok:", 10) == 0 &&
                   !sshd_integer(word->text + 10, &number)) {
            max_ok = word->text;
        } else if (sshd_check_is_old(c)) {
            sshd_check_fail(c, DIAG_FATAL, "bad-value", word,
                            "unsupported PubkeyAuthOptions option %s", word->text);
            return;
        } else {
            sshd_check_fail(c, DIAG_COUNTED, "bad-value", word, "unsupported %s option %s",
                            c->written, word->text);
            return;
        }
    }
    if (!touch && !verify && !max_ok)
        sshd_check_take(c, "none");
    if (touch)
        sshd_check_take(c, "touch-required");
    if (verify)
        sshd_check_take(c, "verify-required");
    if (max_ok)
        sshd_check_take(c, max_ok);
}

static void check_user_environment(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing argument.", NULL);
    if (!word)
        return;
    bool is_switch = strcmp(word->text, "yes") == 0 || strcmp(word->text, "no") == 0;
    if (!is_switch && c->version < 708)
        sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "Bad yes/no argument: %s", word->text);
    else
        sshd_check_take(c, word->text);
}

const struct sshd_value_kind sshd_limit_kinds[] = {
    {"max_startups", check_max_startups},
    {"net_block_size", check_net_block_size},
    {"int_or_none", check_integer_or_none},
    {"penalties", check_penalties},
    {"channel_timeout", check_channel_timeout},
    {"rekey_limit", check_rekey_limit},
    {"ip_qos", check_ip_qos},
    {"pubkey_options", check_pubkey_options},
    {"user_environment", check_user_environment},
    {NULL, NULL},
};
