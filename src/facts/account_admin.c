/* Who is an administrator: root, the usual groups, and plain lines of sudoers. */
#include "facts/account_parts.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "facts/collect.h"


/* Names and groups that a plain line "name ALL=" or "%group ALL=" of sudoers gives something. */
struct sudo_names {
    struct map users, groups;
};

static void read_sudoers(struct facts *f, const char *path, struct sudo_names *out)
{
    struct bytes rest, line;
    if (!facts_read_file(f, "sudo", path, &rest))
        return;
    while (text_next_line(&rest, &line) && out->users.count + out->groups.count < LIMIT_SUDO_NAMES) {
        line = text_trim(line);
        size_t name = 0, blank;
        while (name < line.len && line.ptr[name] != ' ' && line.ptr[name] != '\t')
            name++;
        for (blank = name; blank < line.len && (line.ptr[blank] == ' ' || line.ptr[blank] == '\t');)
            blank++;
        struct bytes host = bytes_cut(line, blank, line.len);
        if (name == 0 || line.ptr[0] == '#' || !bytes_start_with(host, "ALL"))
            continue;
        host = text_trim(bytes_cut(host, 3, host.len));
        if (host.len == 0 || host.ptr[0] != '=')
            continue;
        if (line.ptr[0] == '%')
            map_set(&out->groups, arena_text(f->arena, bytes_cut(line, 1, name)), f);
        else
            map_set(&out->users, arena_text(f->arena, bytes_cut(line, 0, name)), f);
    }
}

static bool is_admin(const struct account_fact *account, const struct sudo_names *sudo)
{
    static const char *const groups[] = {"sudo", "wheel", "admin"};
    if (account->uid == 0 || map_get(&sudo->users, account->name))
        return true;
    for (size_t i = 0; i < account->groups.count && i < 256; i++) {
        for (size_t k = 0; k < sizeof groups / sizeof *groups; k++)
            if (strcmp(account->groups.items[i], groups[k]) == 0)
                return true;
        if (map_get(&sudo->groups, account->groups.items[i]))
            return true;
    }
    return false;
}

void accounts_mark_admins(struct facts *f)
{
    struct sudo_names sudo;
    map_init(&sudo.users, f->arena);
    map_init(&sudo.groups, f->arena);
    read_sudoers(f, "/etc/sudoers", &sudo);
    struct list_answer extra = tree_list(f->tree, "/etc/sudoers.d");
    for (size_t i = 0; extra.presence == PRESENCE_PRESENT && i < extra.count; i++) {
        /* sudo skips names with a dot and those that end in ~ */
        size_t n = strlen(extra.names[i]);
        if (!strchr(extra.names[i], '.') && n > 0 && extra.names[i][n - 1] != '~')
            read_sudoers(f, path_join(f->arena, "/etc/sudoers.d", extra.names[i]), &sudo);
    }
    vec_each (account, &f->accounts)
        account->is_admin = account->nss_visible && !account->shadowed && is_admin(account, &sudo);
}
