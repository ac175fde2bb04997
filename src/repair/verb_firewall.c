/* Verbs on saved firewall rules: one rule that admits sshd's port, before all others, in whichever
 * file the rules that drop it are loaded from. Nothing is flushed, no policy is changed. */
#include <string.h>

#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "repair/firewall_edit.h"

/* Addresses nobody has rules about: an outside client of each family. */
#define ANYBODY     "81.2.69.142"
#define ANYBODY_SIX "2a02:2e0:3fe:1001::1"

/* --- firewalld -------------------------------------------------------------------------------- */

/* Does the service, as this guest has it, stand for exactly this port? */
static bool service_admits(struct verb_context *c, const char *service, const char *port)
{
    static const char *const roots[] = {"/etc/firewalld", "/usr/lib/firewalld"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        struct text_file f;
        struct err ignored = {0};
        const char *path = arena_printf(c->arena, "%s/services/%s.xml", roots[i], service);
        if (tree_stat(c->tree, path).presence == PRESENCE_ABSENT)
            continue;
        if (text_open(c, path, false, &f, &ignored) != 0)
            return false;
        const char *text = arena_text(c->arena, f.state.content);
        return strstr(text, arena_printf(c->arena, "port=\"%s\"", port)) &&
               strstr(text, "protocol=\"tcp\"") && !strstr(text, "<destination");
    }
    return false;
}

/* The zone's own file below /etc; the vendor's is copied there, as firewalld itself does. */
static int open_zone(struct verb_context *c, const char *path, struct text_file *f, struct err *e)
{
    static const char own[] = "/etc/firewalld/zones";
    if (path_is_below(path, "/etc"))
        return text_open(c, path, false, f, e);
    int code = text_open(c, path, false, f, e);
    struct node_state directory = {.exists = true, .type = NODE_DIRECTORY, .mode = 0750};
    if (code == 0 && tree_stat(c->tree, own).presence == PRESENCE_ABSENT) {
        const char *real = real_path_of(c, own, e);
        code = real ? overlay_put(c->tree, real, &directory, e) : ERR_REFUSED;
    }
    const char *copy = path_join(c->arena, own, path_name(path));
    if (code == 0)
        code = text_put(c, copy, f->state.content, 0644, 0, 0, e);
    return code == 0 ? text_open(c, copy, false, f, e) : code;
}

/* ELEMENT before TEXT's byte AT: on a line of its own where nothing else stands before it. */
static void put_before(struct verb_context *c, struct text_file *f, struct text_line *line,
                       size_t at, const char *element)
{
    struct strbuf out;
    if (at == strspn(arena_text(c->arena, line->text), " \t")) {
        text_insert(c, f, text_line_number(f, line), arena_printf(c->arena, "  %s", element));
        return;
    }
    strbuf_init(&out, c->arena);
    strbuf_add_bytes(&out, bytes_cut(line->text, 0, at));
    strbuf_add(&out, element);
    strbuf_add_bytes(&out, bytes_cut(line->text, at, line->text.len));
    text_set(line, strbuf_bytes(&out));
}

/* "<zone/>", "<zone target="DROP"/>": opened, and ended behind the element. */
static bool open_empty_zone(struct verb_context *c, struct text_file *f, const char *element)
{
    vec_each (line, &f->lines) {
        size_t at = text_find(line->text, "<zone");
        struct bytes rest = bytes_cut(line->text, at, line->text.len);
        const char *end = rest.len > 0 ? memchr(rest.ptr, '>', rest.len) : NULL;
        size_t n = end ? (size_t)(end - rest.ptr) : 0;
        if (n == 0 || rest.ptr[n - 1] != '/')
            continue;
        struct strbuf out;
        strbuf_init(&out, c->arena);
        strbuf_add_bytes(&out, bytes_cut(line->text, 0, at));
        strbuf_add_bytes(&out, bytes_cut(rest, 0, n - 1));
        strbuf_printf(&out, ">%s</zone>", element);
        strbuf_add_bytes(&out, bytes_cut(rest, n + 1, rest.len));
        text_set(line, strbuf_bytes(&out));
        return true;
    }
    return false;
}

static int allow_in_zone(struct verb_context *c, const char *path, const char *port, struct err *e)
{
    const char *element =
        service_admits(c, "ssh", port)
            ? "<service name=\"ssh\"/>"
            : arena_printf(c->arena, "<port port=\"%s\" protocol=\"tcp\"/>", port);
    struct text_file f;
    int code = open_zone(c, path, &f, e);
    if (code != 0)
        return code;
    for (size_t i = f.lines.count; i-- > 0;) {
        struct text_line *line = &f.lines.items[i];
        for (size_t at = line->text.len; at-- > 0;)
            if (bytes_start_with(bytes_cut(line->text, at, line->text.len), "</zone>")) {
                put_before(c, &f, line, at, element);
                return text_save(c, &f, e);
            }
    }
    if (open_empty_zone(c, &f, element))
        return text_save(c, &f, e);
    return err_set_at(e, ERR_SYNTAX, f.path, 0, 0, "the zone has no end, so nothing can be put in");
}

/* --- the kinds -------------------------------------------------------------------------------- */

struct admission {
    struct verb_context *c;
    const char *port;
    struct firewall_walk walk;
    struct firewall_packet packet;
};

static int allow_firewalld(struct admission *a, struct err *e)
{
    const char *at = a->walk.dropped_at.file, *chain = a->walk.dropped_chain;
    if (!at || !chain || strncmp(chain, "IN_", 3) != 0)
        return err_set(e, ERR_UNSUPPORTED, "what firewalld refuses it by is no zone");
    return allow_in_zone(a->c, at, a->port, e);
}

/* One more port of the zone whose chain drops it. Both families are made from the same line. */
static int allow_suse(struct admission *a, struct err *e)
{
    static const char path[] = "/etc/sysconfig/SuSEfirewall2";
    static const char *const built_in[][2] = {{"int", "INT"}, {"ext", "EXT"}, {"dmz", "DMZ"}};
    struct arena *arena = a->c->arena;
    const char *chain = a->walk.dropped_chain;
    if (!chain || strncmp(chain, "input_", 6) != 0)
        return err_set_at(e, ERR_UNSUPPORTED, path, a->walk.dropped_at.line, 0,
                          "it is refused before any zone is asked");
    const char *zone = chain + 6;
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        zone = strcmp(zone, built_in[i][0]) == 0 ? built_in[i][1] : zone;
    const char *key = arena_printf(arena, "FW_SERVICES_%s_TCP", zone);
    struct text_file f;
    struct assignments list = {0};
    int code = text_open(a->c, path, false, &f, e);
    if (code != 0)
        return code;
    assignments_read(arena, f.state.content, ASSIGNMENT_SHELL, &list);
    const struct assignment *old = assignments_find(&list, key);
    if (old && strpbrk(old->value, "\n$`\"\\"))
        return err_set_at(e, ERR_UNSUPPORTED, path, old->line, 0, "%s is more than a list of ports",
                          key);
    struct text_list ports = text_words(arena, bytes_of(old ? old->value : ""), " \t");
    if (text_list_has(&ports, a->port))
        return 0; /* put in for the other family */
    const char *value = old && *old->value ? arena_printf(arena, "\"%s %s\"", old->value, a->port)
                                           : arena_printf(arena, "\"%s\"", a->port);
    return conf_set_key(a->c, path, NULL, key, value, e);
}

static int allow_restored(struct admission *a, const struct firewall_heads *heads, struct err *e)
{
    int code = 0;
    vec_each (head, &heads->items) {
        if (code != 0)
            break;
        if (strcmp((*head)->table, "filter") != 0 || strcmp((*head)->chain, "INPUT") != 0)
            code = err_set_at(e, ERR_UNSUPPORTED, (*head)->at.file, (*head)->at.line, 0,
                              "the chain %s of the table %s drops it, where none is admitted",
                              (*head)->chain, (*head)->table);
        else
            code = firewall_edit_restored(a->c, (*head)->at.file, a->port, e);
    }
    return code;
}

static int allow_source(struct admission *a, const char *source, struct err *e)
{
    struct firewall_heads heads = {0};
    unsigned outcome = firewall_judge(&a->walk, source);
    if (!(outcome & OUTCOME_DROP))
        return 0;
    if (strcmp(source, "firewalld") == 0)
        return allow_firewalld(a, e);
    if (strcmp(source, "SuSEfirewall2") == 0)
        return allow_suse(a, e);
    if (strcmp(source, "ufw") == 0)
        return firewall_edit_ufw(a->c, a->packet.from.six, a->port, e);
    bool by_script = strcmp(source, "boot-script") == 0;
    firewall_dropping(&a->walk, source, &heads);
    vec_each (head, &heads.items)
        if (by_script && !firewall_edit_is_restored(a->c, (*head)->at.file))
            return err_set_at(e, ERR_UNSUPPORTED, (*head)->at.file, (*head)->at.line, 0,
                              "a script sets these rules at boot, and nobody but its author can "
                              "tell where one more belongs");
    if (by_script || strcmp(source, "iptables") == 0)
        return allow_restored(a, &heads, e);
    int code = 0;
    vec_each (head, &heads.items)
        if (code == 0)
            code = firewall_edit_nft(a->c, *head, a->port, e);
    return code;
}

static bool is_loaded(const struct facts *f, const char *source)
{
    vec_each (r, &f->firewall)
        if (r->at_boot && strcmp(r->source, source) == 0)
            return true;
    return false;
}

static int allow_family(struct verb_context *c, const char *port, int number, bool six,
                        const char *from, struct err *e)
{
    static const char *const sources[] = {"nftables", "iptables",  "boot-script",
                                          "ufw",      "firewalld", "SuSEfirewall2"};
    struct admission a = {.c = c,
                          .port = port,
                          .walk = {.arena = c->arena, .facts = c->facts},
                          .packet = {.port = number}};
    struct firewall_address last;
    int code = 0;
    a.packet.text = from ? from : six ? ANYBODY_SIX : ANYBODY;
    firewall_address_range(c->arena, a.packet.text, &a.packet.from, &last);
    a.walk.packet = &a.packet;
    for (size_t i = 0; i < sizeof sources / sizeof *sources && code == 0; i++)
        if (is_loaded(c->facts, sources[i]))
            code = allow_source(&a, sources[i], e);
    return code;
}

int verb_firewall_allow(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *port = step_text(step, "port"), *from = c->input->question->from;
    int64_t number;
    if (!port || !text_number(bytes_of(port), 1, 65535, &number))
        return err_set(e, ERR_INTERNAL, "\"%s\" is no port", port ? port : "");
    struct firewall_address asked = {0}, last;
    bool is_asked = from && firewall_address_range(c->arena, from, &asked, &last);
    int code = allow_family(c, port, (int)number, asked.six, is_asked ? from : NULL, e);
    struct err other = {0};
    if (code == 0 && allow_family(c, port, (int)number, !asked.six, NULL, &other) != 0)
        vec_push(c->arena, &c->notes,
                 arena_printf(c->arena, "firewall: %s stays shut: %s%s%s",
                              asked.six ? "IPv4" : "IPv6", other.path, *other.path ? ": " : "",
                              other.text));
    return code;
}

/* --- hosts.allow ------------------------------------------------------------------------------ */

static bool is_rule(struct bytes text)
{
    size_t blanks = 0;
    while (blanks < text.len && (text.ptr[blanks] == ' ' || text.ptr[blanks] == '\t'))
        blanks++;
    return blanks < text.len && text.ptr[blanks] != '#';
}

/* hosts_access(3): the first line that fits decides, and hosts.allow is read before hosts.deny. A
 * line with "\" at its end goes on in the next one, a comment too. */
int verb_hosts_allow(struct verb_context *c, const struct json *step, struct err *e)
{
    static const char path[] = "/etc/hosts.allow";
    const char *from = c->input->question->from;
    const char *client = !from               ? "ALL"
                         : strchr(from, ':') ? arena_printf(c->arena, "[%s]", from)
                                             : from;
    const char *text = arena_printf(c->arena, "%s: %s", step_text(step, "daemon"), client);
    struct text_file f;
    if (tree_stat(c->tree, path).presence == PRESENCE_ABSENT)
        return text_put(c, path, bytes_of(arena_printf(c->arena, "%s\n", text)), 0644, 0, 0, e);
    int code = text_open(c, path, false, &f, e);
    if (code != 0)
        return code;
    size_t at = 0;
    while (at < f.lines.count && !is_rule(f.lines.items[at].text))
        at++;
    if (at > 0) {
        struct bytes above = f.lines.items[at - 1].text;
        if (above.len > 0 && above.ptr[above.len - 1] == '\\')
            at = 0;
    }
    if (at < f.lines.count && bytes_equal_text(f.lines.items[at].text, text))
        return 0;
    text_insert(c, &f, (int)at + 1, text);
    return text_save(c, &f, e);
}
