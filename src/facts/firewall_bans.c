/* Bans that come back at boot: sshguard's blacklist, an address a line, blocked for good at every
 * start; and whether fail2ban's bans last long enough to be taken up again from its database, which
 * is not read. They become `conf` records. DenyHosts writes to hosts.deny and needs nothing here.
 */
#include <ctype.h>

#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/firewall_parts.h"

#define MOST_BANS  4096u
#define LONG_BAN_S (24 * 3600) /* what is shorter is over before a disk was looked at */

static void add(struct facts *f, const char *purpose, const char *key, const char *value,
                struct place at)
{
    if (facts_has_room(f, "conf", f->conf.count))
        vec_push(f->arena, &f->conf, ((struct conf_fact){purpose, key, value, at}));
}

static bool runs(const struct facts *f, const char *name)
{
    const struct unit_fact *u = facts_unit(f, name);
    return u && u->at_boot && !u->condition_failed && u->exec_ok != TRUTH_NO;
}

/* BLACKLIST_FILE=120:/var/lib/sshguard/blacklist.db, there "TIME|SERVICE|4 or 6|ADDRESS"
 * (sshguard_blacklist.c); a line that begins with "#" is passed over. */
static void read_sshguard(struct facts *f)
{
    struct bytes text, rest, line;
    struct assignments list = {0};
    if (!facts_read_file(f, "conf", "/etc/sshguard/sshguard.conf", &text))
        return;
    assignments_read(f->arena, text, ASSIGNMENT_SHELL, &list);
    const char *value = assignments_value(&list, "BLACKLIST_FILE");
    const char *path = value ? strchr(value, ':') : NULL;
    path = path ? path + 1 : value;
    if (!path || path[0] != '/' || !facts_read_file(f, "conf", path, &rest))
        return;
    size_t count = 0;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        struct text_list parts = text_words(f->arena, text_trim(line), "|");
        if (parts.count != 4 || line.ptr[0] == '#')
            continue;
        if (count++ == MOST_BANS) {
            facts_add_gap(f, "conf", place_of_file(path), "a limit was hit: 4096 banned addresses");
            return;
        }
        add(f, "ban", "sshguard", parts.items[3], (struct place){path, n, 0});
    }
}

/* "10m" "1h 30m" "-1" "86400" "1d", as fail2ban's str2seconds; 0: not understood. */
static int64_t seconds_of(const char *text)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"seconds", 1},    {"minutes", 60},     {"hours", 3600},    {"days", 86400},
                 {"weeks", 604800}, {"months", 2629800}, {"years", 31557600}};
    int64_t sum = 0;
    if (*text == '-')
        return -1;
    for (const char *p = text; *p;) {
        int64_t n = 0, each = 1;
        while (*p == ' ')
            p++;
        if (!isdigit((unsigned char)*p))
            return *p ? 0 : sum;
        for (; isdigit((unsigned char)*p); p++)
            n = n < 1000000000 ? n * 10 + (*p - '0') : n;
        while (*p == ' ')
            p++;
        size_t length = 0;
        while (isalpha((unsigned char)p[length]))
            length++;
        for (size_t i = 0; length > 0 && i < sizeof units / sizeof *units; i++)
            if ((length == 2 && *p == 'm' && p[1] == 'o')
                    ? i == 5
                    : strncmp(units[i].unit, p, length) == 0) {
                each = units[i].seconds;
                break;
            }
        sum += n * each;
        p += length;
    }
    return sum;
}

/* What the jail files say so far; later files and the jail's own section count more. */
struct jail {
    const char *bantime;
    struct place at;
    bool own; /* of the section [sshd], not of [DEFAULT] */
    bool is_on;
};

static void read_jail_file(struct facts *f, const char *path, struct jail *jail)
{
    struct bytes rest, line;
    enum { OTHER, DEFAULT, SSHD } section = OTHER;
    if (!facts_read_file(f, "conf", path, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        bool is_key = line.len > 0 && isalpha((unsigned char)line.ptr[0]);
        struct bytes text = text_trim(line);
        if (text.len > 0 && text.ptr[0] == '[')
            section = bytes_start_with(text, "[DEFAULT]") ? DEFAULT
                      : bytes_start_with(text, "[sshd]")  ? SSHD
                                                          : OTHER;
        const char *equals = text.len > 0 ? memchr(text.ptr, '=', text.len) : NULL;
        if (!is_key || !equals || section == OTHER)
            continue;
        size_t at = (size_t)(equals - text.ptr);
        const char *key = arena_text(f->arena, text_trim(bytes_cut(text, 0, at)));
        const char *value = arena_text(f->arena, text_trim(bytes_cut(text, at + 1, text.len)));
        if (strcmp(key, "enabled") == 0)
            jail->is_on = strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0 ||
                          strcasecmp(value, "yes") == 0;
        else if (strcmp(key, "bantime") == 0 && (section == SSHD || !jail->own)) {
            jail->bantime = value;
            jail->at = (struct place){path, n, 0};
            jail->own = section == SSHD;
        }
    }
}

/* jail.conf, jail.d/.conf, jail.local, jail.d/.local, in this order (jail.conf(5)). */
static void read_fail2ban(struct facts *f)
{
    static const char database[] = "/var/lib/fail2ban/fail2ban.sqlite3";
    static const char *const plain[] = {"/etc/fail2ban/jail.conf", "/etc/fail2ban/jail.local"};
    static const char *const more[] = {"/etc/fail2ban/jail.d/*.conf",
                                       "/etc/fail2ban/jail.d/*.local"};
    struct stat_answer s = tree_stat(f->tree, database);
    struct jail jail = {0};
    if (s.presence != PRESENCE_PRESENT || s.node.size == 0)
        return;
    for (size_t i = 0; i < 2; i++) {
        read_jail_file(f, plain[i], &jail);
        struct list_answer l = tree_glob(f->tree, more[i]);
        for (size_t k = 0; l.presence == PRESENCE_PRESENT && k < l.count && k < 64; k++)
            read_jail_file(f, l.names[k], &jail);
    }
    int64_t seconds = jail.is_on && jail.bantime ? seconds_of(jail.bantime) : 0;
    if (seconds < 0 || seconds >= LONG_BAN_S)
        add(f, "ban-database", database, jail.bantime, jail.at);
}

void firewall_read_bans(struct facts *f)
{
    if (runs(f, "sshguard.service"))
        read_sshguard(f);
    if (runs(f, "fail2ban.service"))
        read_fail2ban(f);
}
