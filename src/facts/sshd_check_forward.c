/* Values that name ends of connections and programs: Port, ListenAddress, PermitOpen, Subsystem. */
#include "facts/sshd_check.h"

#include <string.h>

#include "facts/collect.h"

#define PORTS_MAX      256 /* servconf.h MAX_PORTS */
#define SUBSYSTEMS_MAX 256 /* servconf.h MAX_SUBSYSTEMS, up to 9.4 */

static void check_port(struct sshd_check *c)
{
    if (c->ports_from_command_line) {
        c->takes_all = true;
        return;
    }
    if (c->slot_count >= PORTS_MAX) {
        sshd_check_fail(c, DIAG_FATAL, "bad-port", NULL, "too many ports.");
        return;
    }
    const struct sshd_word *word =
        sshd_check_required(c, "missing port number.", "missing port number.");
    if (!word)
        return;
    int port = sshd_guest_port(c->guest, word->text, c->version);
    if (port <= 0)
        sshd_check_fail(c, DIAG_FATAL, "bad-port", word, "Badly formatted port number.");
    else
        sshd_check_take(c, arena_printf(c->arena, "%d", port));
}

/* misc.c hpdelim, cleanhostname: HOST[:PORT] with HOST perhaps in brackets. False when there is no
 * host to take; PORT NULL when there is none. */
static bool split_host_port(struct arena *a, const char *text, const char **host, const char **port)
{
    size_t length;
    if (*text == '[') {
        const char *close = strchr(text, ']');
        if (!close)
            return false;
        length = (size_t)(close + 1 - text);
    } else {
        length = strcspn(text, ":/");
    }
    if (text[length] && text[length] != ':')
        return false;
    *port = text[length] ? text + length + 1 : NULL;
    size_t bracket = *text == '[';
    *host = arena_text(a, (struct bytes){text + bracket, length - 2 * bracket});
    return true;
}

/* "bare IPv6": no bracket and two or more colons. */
static bool is_bare_inet6(const char *text)
{
    const char *colon = strchr(text, ':');
    return !strchr(text, '[') && colon && strchr(colon + 1, ':');
}

static void check_listen(struct sshd_check *c)
{
    const struct sshd_word *word = sshd_check_required(c, "missing address", "missing address");
    if (!word)
        return;
    const char *host = word->text, *port_text = NULL;
    int port = 0;
    if (!is_bare_inet6(word->text)) {
        if (!split_host_port(c->arena, word->text, &host, &port_text)) {
            sshd_check_fail(c, DIAG_FATAL, "bad-address", word, "bad address:port usage");
            return;
        }
        if (port_text && (port = sshd_guest_port(c->guest, port_text, c->version)) <= 0) {
            sshd_check_fail(c, DIAG_FATAL, "bad-port", word, "bad port number");
            return;
        }
    }
    bool brackets = strchr(host, ':') != NULL;
    if (port)
        sshd_check_take(c, arena_printf(c->arena, brackets ? "[%s]:%d" : "%s:%d", host, port));
    else
        sshd_check_take(c, host);
    if (c->version < 707)
        return;
    const struct sshd_word *table = sshd_check_next(c);
    if (table && (strcmp(table->text, "rdomain") != 0 || !sshd_check_next(c)))
        sshd_check_fail(c, DIAG_FATAL, "bad-address", table, "bad ListenAddress syntax");
}

static void forward_fail(struct sshd_check *c, const char *code, const struct sshd_word *word,
                         const char *old_text, const char *new_text)
{
    if (sshd_check_is_old(c)) {
        bool listens = strcmp(c->meaning.keyword->name, "PermitListen") == 0;
        sshd_check_fail(c, DIAG_FATAL, code, word, "%s in %s", old_text,
                        listens ? "permitlisten" : "permitopen");
    } else {
        sshd_check_fail(c, DIAG_FATAL, code, word, "%s %s", c->written, new_text);
    }
}

/* One host:port (or, for PermitListen, a bare port). */
static void check_forward(struct sshd_check *c, const struct sshd_word *word)
{
    bool listens = strcmp(c->meaning.keyword->name, "PermitListen") == 0;
    const char *host, *port = word->text;
    bool bare = listens && !strchr(word->text, ':');
    if (!bare && !split_host_port(c->arena, word->text, &host, &port)) {
        forward_fail(c, "bad-value", word, "missing host", "missing host");
        return;
    }
    if (!port || (strcmp(port, "*") != 0 && sshd_guest_port(c->guest, port, c->version) <= 0)) {
        forward_fail(c, "bad-port", word, "bad port number", "bad port number");
        return;
    }
    sshd_check_take(c, bare ? arena_printf(c->arena, "*:%s", word->text) : word->text);
}

static bool is_any_or_none(const char *text)
{
    return strcmp(text, "any") == 0 || strcmp(text, "none") == 0;
}

static void check_forwards_up_to_9_6(struct sshd_check *c)
{
    bool listens = strcmp(c->meaning.keyword->name, "PermitListen") == 0;
    const struct sshd_word *word =
        sshd_check_required(c,
                            listens ? "missing permitlisten specification"
                                    : "missing permitopen specification",
                            NULL);
    if (!word)
        return;
    if (is_any_or_none(word->text)) {
        sshd_check_take(c, word->text);
        return;
    }
    for (; word && *word->text && !c->failed; word = sshd_check_next(c))
        check_forward(c, word);
}

static void check_forwards(struct sshd_check *c)
{
    if (c->version < 907) {
        check_forwards_up_to_9_6(c);
        return;
    }
    const struct sshd_word *word;
    while (!c->failed && (word = sshd_check_next(c))) {
        if (!is_any_or_none(word->text))
            check_forward(c, word);
        else if (!c->values.count)
            sshd_check_take(c, word->text);
        else
            sshd_check_fail(c, DIAG_FATAL, "bad-value", word, "%s must appear alone on a %s line.",
                            word->text, c->written);
    }
    if (!c->failed && !c->values.count)
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", NULL, "%s missing argument.",
                        c->written);
}

/* The words joined as each version keeps them; up to 9.4 without quotes. */
static const char *subsystem_command(struct sshd_check *c)
{
    const struct sshd_word *words = c->line->arguments.items + c->next;
    size_t count = sshd_check_left(c);
    if (c->version >= 905)
        return sshd_words_assemble(c->arena, words, count);
    struct text_list plain = {0};
    for (size_t i = 0; i < count && (*words[i].text || !sshd_check_is_old(c)); i++)
        text_list_add(c->arena, &plain, words[i].text);
    return text_list_join(c->arena, &plain, " ");
}

static void check_subsystem(struct sshd_check *c)
{
    if (c->version < 905 && c->slot_count >= SUBSYSTEMS_MAX) {
        sshd_check_fail(c, DIAG_FATAL, "bad-value", NULL, "too many subsystems defined.");
        return;
    }
    const struct sshd_word *name = sshd_check_required(c, "Missing subsystem name.", NULL);
    if (!name)
        return;
    const struct sshd_word *command =
        sshd_check_left(c) ? &c->line->arguments.items[c->next] : NULL;
    bool has_command = command && *command->text;
    if (c->version >= 1003 && !has_command) {
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", command, "%s missing argument.",
                        c->written);
        return;
    }
    bool defined = c->active && map_get(c->subsystems, name->text);
    if (c->version >= 905 && (!c->active || defined)) {
        c->takes_all = true;
        if (defined)
            return;
    } else if (defined) {
        sshd_check_fail(c, DIAG_FATAL, "subsystem-twice", name, "Subsystem '%s' already defined.",
                        name->text);
        return;
    } else if (!has_command) {
        sshd_check_fail(c, DIAG_FATAL, "missing-argument", command, "Missing subsystem command.");
        return;
    }
    sshd_check_take(c, name->text);
    if (has_command)
        sshd_check_take(c, subsystem_command(c));
    if (sshd_check_is_old(c)) { /* an empty word ends the command; what follows is garbage */
        while (c->next < c->line->arguments.count && sshd_check_next_in_list(c))
            continue;
    } else {
        c->takes_all = true;
    }
}

const struct sshd_value_kind sshd_forward_kinds[] = {
    {"port", check_port},
    {"listen", check_listen},
    {"permit_open", check_forwards},
    {"permit_listen", check_forwards},
    {"subsystem", check_subsystem},
    {NULL, NULL},
};
