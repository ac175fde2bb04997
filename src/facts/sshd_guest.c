#include "facts/sshd_guest.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "facts/collect.h"
#include "facts/sshd_number.h"


static struct bytes load(struct sshd_guest *g, const char *path, bool *was_read,
                         struct bytes *content, enum presence *presence)
{
    if (!*was_read) {
        uint64_t limit = presence ? LIMIT_ACCOUNT_BYTES : LIMIT_CONFIG_BYTES;
        struct read_answer file = tree_read(g->tree, path, limit);
        *was_read = true;
        if (file.presence == PRESENCE_PRESENT)
            *content = file.content;
        if (presence)
            *presence = file.presence;
    }
    return *content;
}

/* The words of a line up to its comment. */
static struct text_list words_of(struct sshd_guest *g, struct bytes line)
{
    const char *hash = line.len ? memchr(line.ptr, '#', line.len) : NULL;
    if (hash)
        line = bytes_cut(line, 0, (size_t)(hash - line.ptr));
    return text_words(g->arena, line, " \t\r");
}

/* getservbyname(NAME, "tcp") from /etc/services; -1. */
static int service_port(struct sshd_guest *g, const char *name)
{
    struct bytes rest = load(g, "/etc/services", &g->services_read, &g->services, NULL), line;
    if ((g->searched += rest.len) > LIMIT_NAME_LOOKUP_BYTES)
        return -1;
    while (text_next_line(&rest, &line)) {
        if (text_find(line, name) == line.len)
            continue;
        struct text_list words = words_of(g, line);
        int64_t port;
        if (words.count < 2)
            continue;
        const char *slash = strchr(words.items[1], '/');
        if (!slash || strcmp(slash, "/tcp") != 0)
            continue;
        struct bytes digits = {words.items[1], (size_t)(slash - words.items[1])};
        if (!text_number(digits, 0, 65535, &port))
            continue;
        for (size_t i = 0; i < words.count; i++) {
            if (i != 1 && strcmp(words.items[i], name) == 0)
                return (int)port;
        }
    }
    return -1;
}

int sshd_guest_port(struct sshd_guest *g, const char *text, int version)
{
    int64_t port;
    if (!sshd_number(text, 0, 65535, &port))
        return (int)port;
    if (version < 709 || !*text || ++g->lookups > LIMIT_NAME_LOOKUPS)
        return -1;
    return service_port(g, text);
}

bool sshd_guest_knows_host(struct sshd_guest *g, const char *name)
{
    if (strcasecmp(name, "localhost") == 0 || strcmp(name, "*") == 0)
        return true;
    if (++g->lookups > LIMIT_NAME_LOOKUPS)
        return false;
    struct bytes rest = load(g, "/etc/hosts", &g->hosts_read, &g->hosts, NULL), line;
    if ((g->searched += rest.len) > LIMIT_NAME_LOOKUP_BYTES)
        return false;
    while (text_next_line(&rest, &line)) {
        struct text_list words = words_of(g, line);
        for (size_t i = 1; i < words.count; i++) {
            if (strcasecmp(words.items[i], name) == 0)
                return true;
        }
    }
    return false;
}

static void load_passwd(struct sshd_guest *g)
{
    if (g->passwd_read)
        return;
    load(g, "/etc/passwd", &g->passwd_read, &g->passwd, &g->passwd_presence);
    struct read_answer file = tree_read(g->tree, "/etc/nsswitch.conf", LIMIT_CONFIG_BYTES);
    struct bytes rest = file.content, line;
    if (file.presence == PRESENCE_UNREADABLE)
        g->other_sources = true;
    while (file.presence == PRESENCE_PRESENT && text_next_line(&rest, &line)) {
        struct text_list words = words_of(g, line);
        if (words.count == 0 || strcmp(words.items[0], "passwd:") != 0)
            continue;
        for (size_t i = 1; i < words.count; i++) {
            if (*words.items[i] != '[' && strcmp(words.items[i], "files") != 0 &&
                strcmp(words.items[i], "systemd") != 0)
                g->other_sources = true;
        }
    }
}

/* The home of USER, or of uid 0 when USER is NULL; NULL when there is none. */
static const char *home_of(struct sshd_guest *g, const char *user)
{
    struct bytes rest = g->passwd, line;
    while (text_next_line(&rest, &line)) {
        struct bytes fields[7] = {{NULL, 0}};
        size_t start = 0, count = 0;
        for (size_t i = 0; i <= line.len && count < 7; i++) {
            if (i == line.len || line.ptr[i] == ':') {
                fields[count++] = bytes_cut(line, start, i);
                start = i + 1;
            }
        }
        if (count < 6)
            continue;
        if (user ? bytes_equal_text(fields[0], user) : bytes_equal_text(fields[2], "0"))
            return arena_text(g->arena, fields[5]);
    }
    return NULL;
}

const char *sshd_guest_expand_home(struct sshd_guest *g, const char *text, int version)
{
    if (*text != '~' || ++g->lookups > LIMIT_NAME_LOOKUPS)
        return text;
    load_passwd(g);
    size_t length = strcspn(text + 1, "/");
    const char *user = NULL;
    if (length)
        user = arena_text(g->arena, (struct bytes){text + 1, length});
    const char *path = text + 1 + length;
    bool old = version < 807; /* one slash is skipped, and "~name" is a name below root's home */
    if (old && !*path) {
        path = text + 1;
        user = NULL;
    } else {
        path += old ? 1 : strspn(path, "/");
    }
    const char *home = home_of(g, user);
    if (!home) {
        bool certain = user && g->passwd_presence == PRESENCE_PRESENT && !g->other_sources;
        return certain ? NULL : text;
    }
    size_t n = strlen(home);
    return arena_printf(g->arena, "%s%s%s", home, n && home[n - 1] == '/' ? "" : "/", path);
}
