/* Gate allow: DenyUsers, AllowUsers, DenyGroups, AllowGroups, each that is set must be passed.
 * sshd: auth.c allowed_user, groupaccess.c ga_match. */
#include "login/visit.h"

#include <string.h>

#include "base/strbuf.h"
#include "facts/collect.h"
#include "login/match_pattern.h"

static const char *join_words(const struct visit *v, const struct effective_list *list)
{
    struct strbuf s;
    strbuf_init(&s, v->facts->arena);
    for (size_t i = 0; i < list->words.count; i++) {
        if (i > 0)
            strbuf_add_char(&s, ' ');
        strbuf_add(&s, list->words.items[i].text);
    }
    return s.ptr;
}

static struct reason *add_lock(const struct visit *v, const char *id, const char *keyword,
                               const struct effective_word *word)
{
    struct reason *r =
        reason_add(v->reasons, id, GATE_SHUT, effective_place(v->settings, word->directive));
    r->keyword = keyword;
    r->value = word->text;
    r->wanted = v->subject->user;
    const char *match = effective_match_text(v->settings, word->directive);
    if (match)
        r->detail = arena_printf(v->facts->arena, "in the block Match %s", match);
    return r;
}

static bool user_fits(const struct visit *v, const char *pattern)
{
    return match_user(v->subject->user, v->settings->host, v->settings->from, pattern) ==
           MATCH_FOUND;
}

/* "ana,bob" is one odd name to sshd; would its parts have let this user in? */
static bool comma_parts_fit(const struct visit *v, const char *pattern)
{
    /* After an @ commas are sshd's own: a list of hosts. */
    const char *at = strchr(pattern, '@');
    const char *comma = strchr(pattern, ',');
    if (!comma || (at && at < comma))
        return false;
    char *copy = arena_strdup(v->facts->arena, pattern);
    for (char *rest = copy, *part; (part = strsep(&rest, ","));)
        if (*part && user_fits(v, part))
            return true;
    return false;
}

static void judge_deny_users(const struct visit *v)
{
    struct effective_list list = effective_list(v->settings, "DenyUsers");
    for (size_t i = 0; i < list.words.count; i++)
        if (user_fits(v, list.words.items[i].text)) {
            add_lock(v, "denyusers-matches", "DenyUsers", &list.words.items[i]);
            return;
        }
}

static void judge_allow_users(const struct visit *v)
{
    struct effective_list list = effective_list(v->settings, "AllowUsers");
    const struct effective_word *comma = NULL;
    for (size_t i = 0; i < list.words.count; i++) {
        if (user_fits(v, list.words.items[i].text))
            return;
        if (!comma && comma_parts_fit(v, list.words.items[i].text))
            comma = &list.words.items[i];
    }
    if (list.words.count == 0)
        return;
    struct reason *r = comma
                           ? add_lock(v, "allowusers-comma-list", "AllowUsers", comma)
                           : add_lock(v, "allowusers-excludes", "AllowUsers", &list.words.items[0]);
    if (!comma)
        r->value = join_words(v, &list);
}

static bool group_fits(const struct visit *v, const char *pattern)
{
    for (size_t i = 0; i < v->account->groups.count; i++)
        if (match_pattern(v->account->groups.items[i], pattern))
            return true;
    return false;
}

static const char *group_names(const struct visit *v)
{
    return text_list_join(v->facts->arena, &v->account->groups, " ");
}

/* sshd: ga_init: a gid without a name is passed over; no name at all refuses the user. */
static bool lock_unresolvable(const struct visit *v, const struct effective_word *word)
{
    const struct gap_fact *gap = find_gap(v->facts, "group");
    if (!gap && v->account->groups.count > 0)
        return false;
    struct reason *r = reason_add(v->reasons, "groups-unresolvable", gap ? GATE_UNKNOWN : GATE_SHUT,
                                  gap ? gap->at : place_of_file("/etc/group"));
    r->keyword = word->directive->keyword;
    r->value = v->subject->user;
    r->detail = gap ? gap->reason : NULL;
    return true;
}

static void judge_groups(const struct visit *v)
{
    struct effective_list deny = effective_list(v->settings, "DenyGroups");
    struct effective_list allow = effective_list(v->settings, "AllowGroups");
    if (deny.words.count + allow.words.count == 0)
        return;
    if (lock_unresolvable(v, deny.words.count ? &deny.words.items[0] : &allow.words.items[0]))
        return;
    for (size_t i = 0; i < deny.words.count; i++)
        if (group_fits(v, deny.words.items[i].text)) {
            add_lock(v, "allow-deny-groups", "DenyGroups", &deny.words.items[i])->detail =
                group_names(v);
            break;
        }
    for (size_t i = 0; i < allow.words.count; i++)
        if (group_fits(v, allow.words.items[i].text))
            return;
    if (allow.words.count > 0) {
        struct reason *r = add_lock(v, "allow-deny-groups", "AllowGroups", &allow.words.items[0]);
        r->value = join_words(v, &allow);
        r->detail = group_names(v);
    }
}

void gate_allow(const struct visit *v)
{
    if (!v->account)
        return;
    judge_deny_users(v);
    judge_allow_users(v);
    judge_groups(v);
}
