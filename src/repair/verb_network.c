/* The verb on profiles of NICs: an address by DHCP where the profile that is there brings none. The
 * old text stays, beside it or as comments. */
#include <string.h>

#include "base/path.h"
#include "facts/collect.h"
#include "repair/text_edit.h"

/* Every NIC of a VM whose names are the kernel's or udev's. */
static const char netplan_text[] = "network:\n"
                                   "  version: 2\n"
                                   "  ethernets:\n"
                                   "    diskmend:\n"
                                   "      match: {name: \"e*\"}\n"
                                   "      dhcp4: true\n";
static const char networkd_text[] = "[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes\n";
static const char keyfile_text[] = "[connection]\nid=diskmend\ntype=ethernet\n\n"
                                   "[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n";

/* Where a service keeps one file for each profile. */
static const struct place_of_profiles {
    const char *directory, *manager, *path, *text;
    uint32_t mode;
} places[] = {
    {"/etc/netplan", "netplan", "/etc/netplan/50-diskmend.yaml", netplan_text, 0600},
    {"/etc/systemd/network", "networkd", "/etc/systemd/network/50-diskmend.network", networkd_text,
     0644},
    {"/etc/NetworkManager/system-connections", "NetworkManager",
     "/etc/NetworkManager/system-connections/diskmend.nmconnection", keyfile_text, 0600},
};

/* Is a NIC brought up by another file of the same service? */
static bool has_other(const struct verb_context *c, const char *manager, const char *path)
{
    vec_each (n, &c->facts->network)
        if (strcmp(n->item, "profile") == 0 && strcmp(n->manager, manager) == 0 && n->automatic &&
            !n->problem && !n->mac && n->at.file && strcmp(n->at.file, path) != 0)
            return true;
    return false;
}

static int replace_file(struct verb_context *c, const struct json *step,
                        const struct place_of_profiles *place, struct err *e)
{
    const char *path = step_text(step, "path");
    int code = verb_file_aside(c, step, e);
    if (code != 0 || has_other(c, place->manager, path))
        return code;
    vec_push(c->arena, &c->notes,
             arena_printf(c->arena, "every NIC asks for its address by DHCP now (%s)",
                          place->path));
    const char *text = arena_printf(c->arena, "# diskmend %s\n%s", c->rule, place->text);
    return text_put(c, place->path, bytes_of(text), place->mode, 0, 0, e);
}

/* --- interfaces(5) ---------------------------------------------------------------------------- */

static const struct network_fact *profile_at(const struct verb_context *c, const char *path,
                                             int line)
{
    vec_each (n, &c->facts->network)
        if (strcmp(n->item, "profile") == 0 && n->at.file && n->at.line == line &&
            strcmp(n->at.file, path) == 0)
            return n;
    return NULL;
}

static bool begins_stanza(const struct text_list *words)
{
    static const char *const heads[] = {"iface",  "auto",   "mapping",          "no-auto-down",
                                        "source", "rename", "source-directory", "template"};
    for (size_t i = 0; words->count > 0 && i < sizeof heads / sizeof *heads; i++)
        if (strcmp(words->items[0], heads[i]) == 0)
            return true;
    return words->count > 0 && strncmp(words->items[0], "allow-", 6) == 0;
}

/* The stanza's own options are those of another method. */
static void make_dhcp(struct verb_context *c, struct text_file *f, struct text_line *line,
                      const char *name)
{
    for (struct text_line *l = line + 1; l < f->lines.items + f->lines.count; l++) {
        struct text_list words = text_words(c->arena, l->text, " \t\r");
        if (begins_stanza(&words))
            break;
        if (words.count > 0)
            text_comment(c, l);
    }
    text_set(line, bytes_of(arena_printf(c->arena, "iface %s inet dhcp", name)));
}

static int mend_stanza(struct verb_context *c, const struct json *step, struct err *e)
{
    struct text_file f;
    struct text_line *line;
    int code = text_open_step(c, step, &f, &line, e);
    if (code != 0)
        return code;
    int number = text_line_number(&f, line);
    struct text_list words = text_words(c->arena, line->text, " \t\r");
    const struct network_fact *profile = profile_at(c, step_text(step, "path"), number);
    if (!profile || words.count < 2 || strcmp(words.items[0], "iface") != 0)
        return err_set_at(e, ERR_UNSUPPORTED, f.path, number, 0, "no stanza of a NIC begins there");
    if (profile->problem && strcmp(profile->problem, "no-dhcp-client") == 0)
        return err_set_at(e, ERR_REFUSED, f.path, number, 0,
                          "no DHCP client is installed: its package is missing");
    if (profile->problem || step_text(step, "replace"))
        make_dhcp(c, &f, line, words.items[1]);
    else
        text_insert(c, &f, number, arena_printf(c->arena, "auto %s", words.items[1]));
    return text_save(c, &f, e);
}

/* "replace": also a profile that is whole, only not for this place. */
int verb_nic_dhcp(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *path = step_text(step, "path");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (path_is_below(path, places[i].directory))
            return replace_file(c, step, &places[i], e);
    if (path_is_below(path, "/etc/network"))
        return mend_stanza(c, step, e);
    return err_set_at(e, ERR_UNSUPPORTED, path, 0, 0,
                      "what the profile should be is its owner's to say");
}
