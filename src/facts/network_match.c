/* [Match] of .network files against a NIC as VMs have them: Ethernet, and no device of software. */
#include "facts/network_match.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "facts/collect.h"

#define WORDS 64

static const char section[] = "Match";

/* One pattern; the `!` is taken off. */
struct pattern {
    const char *text;
    bool negated;
};
typedef VEC(struct pattern) pattern_list;

/* config_parse_match_ifnames, config_parse_match_strv: a `!` in front of a list is one in front of
 * each word of it, and a second one there belongs to the word; names keep their quotes. */
static void read_patterns(struct arena *a, const struct unit_file *u, const char *key,
                          pattern_list *out)
{
    const struct unit_setting **settings;
    size_t count = unit_list(a, u, section, key, &settings);
    for (size_t i = 0; i < count; i++) {
        const char *value = settings[i]->value;
        bool all = value[0] == '!';
        struct text_list words = strcmp(key, "Name") == 0
                                     ? text_words(a, bytes_of(value + all), " \t")
                                     : unit_words(a, value + all);
        for (size_t k = 0; k < words.count && out->count < WORDS; k++) {
            const char *word = words.items[k];
            bool own = !all && word[0] == '!';
            vec_push(a, out, ((struct pattern){word + own, all || own}));
        }
    }
}

/* net_condition_test_strv. TEXT NULL: a NIC has nothing of the kind. */
static bool patterns_fit(const pattern_list *list, const char *text)
{
    bool positive = false, fits = false;
    for (size_t i = 0; i < list->count; i++) {
        const struct pattern *p = &list->items[i];
        bool same = text && fnmatch(p->text, text, 0) == 0;
        if (p->negated && same)
            return false;
        positive |= !p->negated;
        fits |= !p->negated && same;
    }
    return fits || !positive;
}

static bool has_patterns(struct arena *a, const struct unit_file *u, const char *key)
{
    pattern_list list = {0};
    read_patterns(a, u, key, &list);
    return list.count > 0;
}

/* ether-addr-util.c parse_hw_addr: bytes with colons or hyphens, or pairs of them with dots. */
static bool is_hardware_address(const char *word)
{
    size_t digits = 0;
    for (const char *p = word; *p; p++) {
        if (isxdigit((unsigned char)*p))
            digits++;
        else if (!strchr(":-.", *p))
            return false;
    }
    return digits >= 6 && strpbrk(word, ":-.");
}

static bool has_addresses(struct arena *a, const struct unit_file *u)
{
    static const char *const keys[] = {"MACAddress", "PermanentMACAddress"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct unit_setting **settings;
        size_t count = unit_list(a, u, section, keys[i], &settings);
        for (size_t k = 0; k < count; k++) {
            struct text_list words = text_words(a, bytes_of(settings[k]->value), " \t");
            for (size_t w = 0; w < words.count && w < WORDS; w++)
                if (is_hardware_address(words.items[w]))
                    return true;
        }
    }
    return false;
}

static const char *const unknown_patterns[] = {"Path", "Property", "Driver"};
static const char *const wireless[] = {"WLANInterfaceType", "SSID", "BSSID"};
static const char *const conditions[] = {"Host",          "Virtualization", "KernelCommandLine",
                                         "KernelVersion", "Credential",     "Architecture",
                                         "Firmware"};

static bool has_any(struct arena *a, const struct unit_file *u, const char *const *keys,
                    size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (has_patterns(a, u, keys[i]))
            return true;
    return false;
}
#define HAS_ANY(a, u, keys) has_any(a, u, keys, sizeof(keys) / sizeof *(keys))

bool network_match_is_empty(struct arena *a, const struct unit_file *u)
{
    static const char *const patterns[] = {"Name", "Type", "Kind"};
    return !HAS_ANY(a, u, patterns) && !has_addresses(a, u) && !HAS_ANY(a, u, unknown_patterns) &&
           !HAS_ANY(a, u, wireless) && !HAS_ANY(a, u, conditions);
}

static enum network_fit host_fits(struct facts *f, const char *value)
{
    struct bytes text;
    if (!network_read(f, "/etc/hostname", &text) || text_trim(text).len == 0)
        return NETWORK_FITS_MAYBE; /* the cloud gives the name */
    bool id = strlen(value) == 32 && strspn(value, "0123456789abcdef") == 32;
    if (id)
        return NETWORK_FITS_MAYBE;
    return fnmatch(value, arena_text(f->arena, text_trim(text)), FNM_CASEFOLD) == 0
               ? NETWORK_FITS
               : NETWORK_FITS_NOT;
}

static enum network_fit virtualization_fits(const char *value)
{
    static const char *const containers[] = {"container", "systemd-nspawn", "docker", "podman",
                                             "lxc",       "lxc-libvirt",    "openvz", "rkt",
                                             "wsl",       "proot",          "pouch"};
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++)
        if (strcmp(value, containers[i]) == 0)
            return NETWORK_FITS_NOT;
    bool any = strcmp(value, "vm") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
    return any ? NETWORK_FITS : NETWORK_FITS_MAYBE;
}

/* architecture.c, against the machine that sshd is built for. */
static enum network_fit architecture_fits(const struct facts *f, const char *value)
{
    static const char *const names[][2] = {{"x86-64", "x86_64"},
                                           {"arm64", "aarch64"},
                                           {"ppc64-le", "ppc64le"},
                                           {"s390x", "s390x"},
                                           {"riscv64", "riscv64"}};
    for (size_t i = 0; f->os.architecture && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], value) == 0)
            return strcmp(names[i][1], f->os.architecture) == 0 ? NETWORK_FITS : NETWORK_FITS_NOT;
    return NETWORK_FITS_MAYBE;
}

static enum network_fit worse(enum network_fit a, enum network_fit b)
{
    return a < b ? a : b;
}

/* condition.c: `!` negates, `|` makes it one of several of which one will do. */
static enum network_fit conditions_fit(struct facts *f, const struct unit_file *u)
{
    enum network_fit all = NETWORK_FITS;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        const struct unit_setting **settings;
        size_t count = unit_list(f->arena, u, section, conditions[i], &settings);
        for (size_t k = 0; k < count; k++) {
            const char *value = settings[k]->value;
            bool negated = value[0] == '!';
            enum network_fit fit = NETWORK_FITS_MAYBE;
            if (strcmp(conditions[i], "Host") == 0)
                fit = host_fits(f, value + negated);
            else if (strcmp(conditions[i], "Virtualization") == 0)
                fit = virtualization_fits(value + negated);
            else if (strcmp(conditions[i], "Architecture") == 0)
                fit = architecture_fits(f, value + negated);
            if (value[0] == '|')
                fit = NETWORK_FITS_MAYBE;
            else if (negated && fit != NETWORK_FITS_MAYBE)
                fit = fit == NETWORK_FITS ? NETWORK_FITS_NOT : NETWORK_FITS;
            all = worse(all, fit);
        }
    }
    return all;
}

enum network_fit network_match_fits(struct facts *f, const struct unit_file *u, const char *nic)
{
    struct arena *a = f->arena;
    pattern_list names = {0}, types = {0}, kinds = {0};
    read_patterns(a, u, "Name", &names);
    read_patterns(a, u, "Type", &types);
    read_patterns(a, u, "Kind", &kinds);
    bool is_nic = network_is_nic(nic); /* else a bridge or bond of the owner's, which has a kind */
    if (!patterns_fit(&names, nic) || !patterns_fit(&types, "ether") ||
        (is_nic && !patterns_fit(&kinds, NULL)) || HAS_ANY(a, u, wireless))
        return NETWORK_FITS_NOT;
    enum network_fit fit = conditions_fit(f, u);
    if (has_addresses(a, u))
        fit = worse(fit, NETWORK_FITS_MAYBE);
    for (size_t i = 0; i < sizeof unknown_patterns / sizeof *unknown_patterns; i++) {
        pattern_list list = {0};
        read_patterns(a, u, unknown_patterns[i], &list);
        for (size_t k = 0; k < list.count; k++)
            if (strcmp(list.items[k].text, "*") != 0 || list.items[k].negated)
                fit = worse(fit, NETWORK_FITS_MAYBE);
    }
    return fit;
}

/* The shortest name that PATTERN fits, or nearly so. */
static const char *plain_name(struct arena *a, const char *pattern)
{
    struct strbuf s;
    strbuf_init(&s, a);
    for (const char *p = pattern; *p; p++) {
        const char *end = *p == '[' ? strchr(p, ']') : NULL;
        if (end && p[1] != '!' && p[1] != '^') {
            strbuf_add_char(&s, p[1]);
            p = end;
        } else if (*p == '?') {
            strbuf_add_char(&s, '0');
        } else if (*p != '*') {
            strbuf_add_char(&s, *p);
        }
    }
    return s.len > 0 ? s.ptr : "";
}

void network_match_names(struct arena *a, const struct unit_file *u, struct text_list *out)
{
    pattern_list names = {0};
    read_patterns(a, u, "Name", &names);
    for (size_t i = 0; i < names.count; i++) {
        const char *name = plain_name(a, names.items[i].text);
        bool never = *name == '\0' || strcmp(name, "lo") == 0 || strncmp(name, "wl", 2) == 0 ||
                     strncmp(name, "ww", 2) == 0 || strpbrk(name, "\"',;!");
        if (!names.items[i].negated && !never && !text_list_has(out, name))
            text_list_add(a, out, name);
    }
}
