/* Verbs that make what an account lacks: sshd's own user, and lines of shadow. */
#include <string.h>

#include "repair/account_edit.h"

#define NUMBERS_FROM 100 /* adduser.conf and login.defs: accounts of the system */
#define NUMBERS_TO   999

/* --- shadow ----------------------------------------------------------------------------------- */

/* A line that getspnam takes: nine fields, numbers or nothing from the third on. */
static bool is_whole_shadow(struct bytes line)
{
    bool whole = account_field_count(line) == SHADOW_FIELDS;
    for (size_t i = SHADOW_CHANGED; i <= SHADOW_EXPIRES; i++) {
        struct bytes field = account_field(line, i);
        uint32_t number;
        whole = whole && (field.len == 0 || account_number_of(field, &number));
    }
    return whole;
}

/* From the backup when its line is whole and has a password field, else one that lets keys in and
 * no password. */
static const char *shadow_line_for(struct verb_context *c, const char *name)
{
    const char *kept = account_backup_line(c, SHADOW_PATH, name, SHADOW_FIELDS);
    if (kept && is_whole_shadow(bytes_of(kept)) &&
        account_field(bytes_of(kept), SHADOW_PASSWORD).len > 0)
        return kept;
    return arena_printf(c->arena, "%s:*:%s:0:99999:7:::", name, account_today(c));
}

/* What is no number goes, what is missing at the end is added; the password field stays unless
 * there is none. */
static void mend_shadow_line(struct verb_context *c, struct text_line *line)
{
    uint32_t number;
    for (size_t i = SHADOW_CHANGED; i <= SHADOW_EXPIRES; i++) {
        struct bytes field = account_field(line->text, i);
        if (field.len > 0 && !account_number_of(field, &number))
            account_field_set(c, line, i, bytes_of(""));
    }
    if (account_field(line->text, SHADOW_PASSWORD).len == 0)
        account_field_set(c, line, SHADOW_PASSWORD, bytes_of("*"));
    if (account_field_count(line->text) < SHADOW_FIELDS)
        account_field_set(c, line, SHADOW_RESERVED, bytes_of(""));
}

/* Every account that passwd sends to shadow, when shadow is gone or empty; else the one. */
static int add_shadow_lines(struct verb_context *c, const char *name, bool all, struct err *e)
{
    int code = all ? 0 : account_add_line(c, SHADOW_PATH, shadow_line_for(c, name), e);
    vec_each (account, &c->facts->accounts)
        if (all && code == 0 && account->nss_visible && !account->shadowed &&
            strcmp(account->password_source, "shadow") == 0 && account_is_plain_name(account->name))
            code = account_add_line(c, SHADOW_PATH, shadow_line_for(c, account->name), e);
    return code;
}

int verb_shadow_entry(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name");
    struct text_file f = {0};
    bool there = account_has_file(c, SHADOW_PATH);
    int code = there ? text_open(c, SHADOW_PATH, false, &f, e) : 0;
    if (code != 0)
        return code;
    if (!account_is_plain_name(name))
        return err_set(e, ERR_REFUSED, "\"%s\" is no name that shadow could hold", name);
    struct text_line *line = there ? account_line(&f, name, NULL) : NULL;
    if (!line)
        return add_shadow_lines(c, name, f.state.content.len == 0, e);
    if (line->end.len == 2)
        line->end = bytes_of("\n");
    if (!is_whole_shadow(line->text)) {
        const char *kept = shadow_line_for(c, name);
        if (!bytes_equal_text(account_field(bytes_of(kept), SHADOW_PASSWORD), "*"))
            text_set(line, bytes_of(kept));
        else
            mend_shadow_line(c, line);
    }
    return text_save(c, &f, e);
}

/* --- sshd's user ------------------------------------------------------------------------------ */

struct privsep {
    uint32_t uid, gid; /* 0: any that is free */
    const char *gecos, *home, *shell;
    bool own_group; /* else nogroup's, 65534 */
};

/* The distributions' own packages: openssh-server.postinst, openssh.sysusers, openssh.spec,
 * Alpine's alpine-baselayout, photon's openssh.spec. */
static struct privsep privsep_of(struct verb_context *c)
{
    const struct os_facts *os = &c->facts->os;
    const char *home = NULL;
    vec_each (file, &c->facts->files)
        if (file->purpose && strcmp(file->purpose, "privsep-dir") == 0)
            home = file->path;
    switch (os->family_code) {
    case FAMILY_DEBIAN:
        return (struct privsep){0, 65534, "", "/run/sshd", "/usr/sbin/nologin", false};
    case FAMILY_RHEL:
        return (struct privsep){74,
                                74,
                                "Privilege-separated SSH",
                                home ? home : "/usr/share/empty.sshd",
                                "/usr/sbin/nologin",
                                true};
    case FAMILY_SUSE:
        return (struct privsep){0, 0, "SSH daemon", "/var/lib/sshd", "/usr/sbin/nologin", true};
    case FAMILY_ALPINE:
        return (struct privsep){22, 22, "sshd", "/dev/null", "/sbin/nologin", true};
    case FAMILY_AZURELINUX:
        return (struct privsep){50, 50, "sshd PrivSep", "/var/lib/sshd", "/bin/false", true};
    case FAMILY_ARCH:
    case FAMILY_FLATCAR:
    case FAMILY_UNKNOWN:
        break;
    }
    return (struct privsep){0,   0, "Privilege-separated SSH", home ? home : "/", "/sbin/nologin",
                            true};
}

/* Is a number taken, in the file as it is now? */
static bool is_taken(struct verb_context *c, const char *path, size_t field, uint32_t number)
{
    struct text_file f;
    struct err e = {0};
    uint32_t is;
    if (text_open(c, path, false, &f, &e) != 0)
        return false;
    vec_each (line, &f.lines)
        if (account_number_of(account_field(line->text, field), &is) && is == number)
            return true;
    return false;
}

static uint32_t free_number(struct verb_context *c, const char *path, size_t field, uint32_t wanted)
{
    if (wanted > 0 && !is_taken(c, path, field, wanted))
        return wanted;
    for (uint32_t n = NUMBERS_TO; n >= NUMBERS_FROM; n--)
        if (!is_taken(c, PASSWD_PATH, PASSWD_UID, n) && !is_taken(c, GROUP_PATH, GROUP_GID, n))
            return n;
    return 0;
}

/* The group sshd, where the family has one: the one that is there, or a new one. */
static int group_for(struct verb_context *c, struct privsep *p, struct err *e)
{
    struct text_file f;
    if (!p->own_group)
        return 0;
    if (account_has_file(c, GROUP_PATH)) {
        int code = text_open(c, GROUP_PATH, false, &f, e);
        struct text_line *line = code == 0 ? account_line(&f, "sshd", NULL) : NULL;
        if (code != 0)
            return code;
        if (line && account_number_of(account_field(line->text, GROUP_GID), &p->gid))
            return 0;
    }
    p->gid = free_number(c, GROUP_PATH, GROUP_GID, p->gid ? p->gid : p->uid);
    int code = account_add_line(c, GROUP_PATH, arena_printf(c->arena, "sshd:x:%u:", p->gid), e);
    if (code == 0 && account_has_file(c, GSHADOW_PATH))
        code = account_add_line(c, GSHADOW_PATH, "sshd:!::", e);
    return code;
}

/* The backup's line, when its numbers are still free (or its own). */
static const char *kept_line(struct verb_context *c)
{
    const char *line = account_backup_line(c, PASSWD_PATH, "sshd", PASSWD_FIELDS);
    uint32_t uid, gid;
    if (!line || !account_number_of(account_field(bytes_of(line), PASSWD_UID), &uid) ||
        !account_number_of(account_field(bytes_of(line), PASSWD_GID), &gid) || uid == 0 ||
        uid > NUMBERS_TO || is_taken(c, PASSWD_PATH, PASSWD_UID, uid))
        return NULL;
    return gid == 65534 || is_taken(c, GROUP_PATH, GROUP_GID, gid) ? line : NULL;
}

static int add_privsep(struct verb_context *c, struct err *e)
{
    struct privsep p = privsep_of(c);
    struct text_file f;
    const char *line = kept_line(c);
    int code = 0;
    if (!line) {
        code = group_for(c, &p, e);
        p.uid = free_number(c, PASSWD_PATH, PASSWD_UID, p.uid ? p.uid : p.own_group ? p.gid : 0);
        if (code == 0 && p.uid == 0)
            code = err_set(e, ERR_LIMIT, "no number is left for an account of the system");
        line =
            arena_printf(c->arena, "sshd:x:%u:%u:%s:%s:%s", p.uid, p.gid, p.gecos, p.home, p.shell);
    }
    if (code == 0)
        code = account_add_line(c, PASSWD_PATH, line, e);
    if (code != 0 || !account_has_file(c, SHADOW_PATH))
        return code;
    code = text_open(c, SHADOW_PATH, false, &f, e);
    if (code != 0 || account_line(&f, "sshd", NULL))
        return code;
    return account_add_line(c, SHADOW_PATH,
                            arena_printf(c->arena, "sshd:!*:%s::::::", account_today(c)), e);
}

/* Template "privsep": the user sshd drops its privileges to. People are made by `access`. */
int verb_account_add(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name"), *template = step_text(step, "template");
    struct text_file f;
    if (!template || strcmp(template, "privsep") != 0)
        return err_set(e, ERR_UNSUPPORTED,
                       "an account of a person is made by \"diskmend access --user %s --create\"",
                       name);
    int code = text_open(c, PASSWD_PATH, false, &f, e);
    if (code != 0)
        return code;
    int number = 0;
    if (!account_line(&f, "root", NULL))
        return err_set_at(e, ERR_REFUSED, PASSWD_PATH, 0, 0,
                          "more than this account is lost: the file comes first");
    if (!account_line(&f, name, &number))
        return add_privsep(c, e);
    code = account_mend_line(c, &f, number, e);
    return code == 0 ? text_save(c, &f, e) : code;
}
