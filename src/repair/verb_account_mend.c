/* Damaged lines of passwd and group, made whole where it is certain how they were: from what stands
 * in them still, from the backup's line of the same name, from group and the home. Accounts are
 * neither added nor removed, unless the whole file is gone. */
#include <string.h>

#include "base/path.h"
#include "repair/account_edit.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static bool is_path(struct bytes field)
{
    return field.len > 0 && field.ptr[0] == '/';
}

static bool is_name(struct verb_context *c, struct bytes field)
{
    return field.len > 0 && !memchr(field.ptr, '\0', field.len) &&
           account_is_plain_name(arena_text(c->arena, field));
}

/* As useradd would have written it. */
static bool is_whole_passwd(struct verb_context *c, struct bytes line)
{
    uint32_t number;
    struct bytes shell = account_field(line, PASSWD_SHELL);
    return account_field_count(line) == PASSWD_FIELDS &&
           is_name(c, account_field(line, PASSWD_NAME)) &&
           account_number_of(account_field(line, PASSWD_UID), &number) &&
           account_number_of(account_field(line, PASSWD_GID), &number) &&
           is_path(account_field(line, PASSWD_HOME)) && (shell.len == 0 || is_path(shell));
}

/* What editors and crashes leave: line ends of Windows, a byte order mark, NULs. */
static void clean_bytes(struct verb_context *c, struct text_line *line, int number)
{
    struct bytes text = line->text;
    if (number == 1 && bytes_start_with(text, BYTE_ORDER_MARK))
        text = bytes_cut(text, strlen(BYTE_ORDER_MARK), text.len);
    while (text.len > 0 && text.ptr[text.len - 1] == '\r')
        text.len--;
    if (line->end.len == 2)
        line->end = bytes_of("\n");
    struct strbuf out;
    strbuf_init(&out, c->arena);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i])
            strbuf_add_char(&out, text.ptr[i]);
    if (out.len != line->text.len)
        text_set(line, strbuf_bytes(&out));
}

/* The backup's line, unless it speaks of another account by that name. */
static bool take_backup(struct verb_context *c, struct text_line *line)
{
    struct bytes name = account_field(line->text, PASSWD_NAME);
    uint32_t was, is;
    if (!is_name(c, name))
        return false;
    const char *kept =
        account_backup_line(c, PASSWD_PATH, arena_text(c->arena, name), PASSWD_FIELDS);
    if (!kept || !is_whole_passwd(c, bytes_of(kept)))
        return false;
    account_number_of(account_field(bytes_of(kept), PASSWD_UID), &was);
    if (account_number_of(account_field(line->text, PASSWD_UID), &is) && is != was)
        return false;
    text_set(line, bytes_of(kept));
    return true;
}

static bool is_program(struct verb_context *c, struct bytes path)
{
    struct stat_answer s = tree_stat(c->tree, arena_text(c->arena, path));
    return s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && (s.node.mode & 0111);
}

/* Two lines in one: the newline is lost between a shell that is on the disk and a name. Only when
 * there is one place for it. */
static bool split_glued(struct verb_context *c, struct text_file *f, int number)
{
    struct text_line *line = text_line_at(f, number, NULL);
    struct bytes text = line->text, glued = account_field(text, PASSWD_SHELL);
    size_t from = (size_t)(glued.ptr - text.ptr), found = 0, places = 0;
    if (account_field_count(text) != 2 * PASSWD_FIELDS - 1 || !is_path(glued))
        return false;
    for (size_t n = 2; n < glued.len; n++) {
        struct bytes first = bytes_cut(text, 0, from + n),
                     second = bytes_cut(text, from + n, text.len);
        if (!is_program(c, bytes_cut(glued, 0, n)) || !is_whole_passwd(c, first) ||
            !is_whole_passwd(c, second) ||
            account_line(f, arena_text(c->arena, account_field(second, PASSWD_NAME)), NULL))
            continue;
        found = from + n;
        places++;
    }
    if (places != 1)
        return false;
    const char *second = arena_text(c->arena, bytes_cut(text, found, text.len));
    text_set(line, bytes_cut(text, 0, found));
    if ((size_t)number == f->lines.count)
        text_insert(c, f, 0, second);
    else
        text_insert(c, f, number + 1, second);
    return true;
}

/* A gid that is lost: the one its text names in group, or that of the group called as the user,
 * when the home says the same. */
static bool find_gid(struct verb_context *c, struct text_line *line, const struct node *home)
{
    struct bytes written = account_field(line->text, PASSWD_GID);
    struct bytes name = written.len > 0 ? written : account_field(line->text, PASSWD_NAME);
    if (!is_name(c, name))
        return false;
    vec_each (group, &c->facts->groups) {
        if (group->shadowed || !bytes_equal_text(name, group->name))
            continue;
        if (written.len == 0 && (!home || (int64_t)home->gid != group->gid))
            return false;
        const char *gid = arena_printf(c->arena, "%lld", (long long)group->gid);
        account_field_set(c, line, PASSWD_GID, bytes_of(gid));
        return true;
    }
    return false;
}

/* A uid that is lost: the owner of the home, when nobody else has it and it is no account of the
 * system. */
static bool find_uid(struct verb_context *c, struct text_line *line, const struct node *home)
{
    if (!home || home->uid < 1000 || home->uid >= 60000)
        return false;
    vec_each (account, &c->facts->accounts)
        if (account->uid == (int64_t)home->uid)
            return false;
    const char *uid = arena_printf(c->arena, "%u", home->uid);
    account_field_set(c, line, PASSWD_UID, bytes_of(uid));
    return true;
}

/* Fields that are gone, one by one; each only when something else on the disk says what it was. */
static bool complete(struct verb_context *c, struct text_line *line)
{
    uint32_t number;
    struct bytes name = account_field(line->text, PASSWD_NAME);
    struct bytes home = account_field(line->text, PASSWD_HOME);
    size_t count = account_field_count(line->text);
    if (!is_name(c, name) || count < PASSWD_GID || count > PASSWD_FIELDS)
        return false;
    const char *usual = path_join(c->arena, "/home", arena_text(c->arena, name));
    const char *path = is_path(home) ? arena_text(c->arena, home) : usual;
    struct stat_answer s = tree_stat(c->tree, path);
    const struct node *node =
        s.presence == PRESENCE_PRESENT && s.node.type == NODE_DIRECTORY ? &s.node : NULL;
    bool certain = account_number_of(account_field(line->text, PASSWD_UID), &number) ||
                   find_uid(c, line, node);
    certain = certain && (account_number_of(account_field(line->text, PASSWD_GID), &number) ||
                          find_gid(c, line, node));
    account_number_of(account_field(line->text, PASSWD_UID), &number);
    if (certain && !is_path(home)) {
        certain = node && node->uid == number;
        account_field_set(c, line, PASSWD_HOME, bytes_of(path));
    }
    if (certain && count < PASSWD_FIELDS)
        account_field_set(c, line, PASSWD_SHELL,
                          bytes_of(is_program(c, bytes_of("/bin/bash")) ? "/bin/bash" : "/bin/sh"));
    return certain && is_whole_passwd(c, line->text);
}

int account_mend_line(struct verb_context *c, struct text_file *f, int number, struct err *e)
{
    struct text_line *line = text_line_at(f, number, e);
    if (!line)
        return ERR_NOT_FOUND;
    clean_bytes(c, line, number);
    struct bytes cleaned = line->text;
    if (is_whole_passwd(c, line->text) || take_backup(c, line) || split_glued(c, f, number) ||
        complete(c, line))
        return 0;
    text_set(text_line_at(f, number, e), cleaned);
    return err_set_at(e, ERR_NOT_FOUND, f->path, number, 0,
                      "nothing on this disk says for certain how this line was");
}

/* --- the file as a whole ---------------------------------------------------------------------- */

/* Is the backup a whole passwd: every line good, root in it? */
static bool is_whole_backup(struct verb_context *c, struct bytes content)
{
    bool root = false;
    for (size_t at = 0; at < content.len;) {
        const char *end = memchr(content.ptr + at, '\n', content.len - at);
        size_t stop = end ? (size_t)(end - content.ptr) : content.len;
        struct bytes line = bytes_cut(content, at, stop);
        uint32_t uid;
        at = stop + 1;
        if (!is_whole_passwd(c, line) || !account_number_of(account_field(line, PASSWD_UID), &uid))
            return false;
        bool is_root = bytes_equal_text(account_field(line, PASSWD_NAME), "root");
        if (is_root != (uid == 0))
            return false;
        root |= is_root;
    }
    return root;
}

static int restore_whole(struct verb_context *c, struct err *e)
{
    struct bytes backup;
    if (!account_backup(c, PASSWD_PATH, &backup) || !is_whole_backup(c, backup))
        return err_set_at(e, ERR_NOT_FOUND, PASSWD_PATH, 0, 0,
                          "all of it is lost, and there is no whole " PASSWD_PATH "-");
    vec_push(c->arena, &c->notes,
             PASSWD_PATH " is that of " PASSWD_PATH "- again: what was changed after it is lost");
    return text_put(c, PASSWD_PATH, backup, 0644, 0, 0, e);
}

static int add_root(struct verb_context *c, struct text_file *f)
{
    const char *line = account_backup_line(c, PASSWD_PATH, "root", PASSWD_FIELDS);
    uint32_t uid;
    if (!line || !account_number_of(account_field(bytes_of(line), PASSWD_UID), &uid) || uid != 0)
        line = is_program(c, bytes_of("/bin/bash")) ? "root:x:0:0:root:/root:/bin/bash"
                                                    : "root:x:0:0:root:/root:/bin/sh";
    text_insert(c, f, f->lines.count > 0 ? 1 : 0, line);
    return 0;
}

/* Line ends of Windows all through the file: those of the system's accounts go as well, for nobody
 * logs in through them; those of other people are theirs to ask for. */
static void clean_system_lines(struct verb_context *c, struct text_file *f)
{
    for (size_t i = 0; i < f->lines.count; i++) {
        uint32_t uid;
        struct bytes field = account_field(f->lines.items[i].text, PASSWD_UID);
        if (f->lines.items[i].end.len == 2 && account_number_of(field, &uid) && uid < 1000)
            clean_bytes(c, &f->lines.items[i], (int)i + 1);
    }
}

/* Every line that can be mended; an error when none could. */
static int mend_all(struct verb_context *c, struct text_file *f, struct err *e)
{
    int code = ERR_NOT_FOUND;
    for (int n = 1; (size_t)n <= f->lines.count; n++) {
        struct text_line *line = &f->lines.items[n - 1];
        if (line->text.len > 0 && line->text.ptr[0] != '#' && account_mend_line(c, f, n, e) == 0)
            code = 0;
    }
    return code;
}

/* The line that the record names; without one, the file. */
int verb_account_mend(struct verb_context *c, const struct json *step, struct err *e)
{
    const struct json *at = json_member(c->record, "at");
    int line = (int)json_number(json_member(at, "line"), 0);
    const char *value = json_member_string(c->record, "value");
    struct text_file f;
    if (strcmp(step_text(step, "path"), PASSWD_PATH) != 0)
        return err_set_at(e, ERR_UNSUPPORTED, step_text(step, "path"), 0, 0,
                          "lines of this file are not mended");
    bool lost = value && (strcmp(value, "missing") == 0 || strcmp(value, "empty") == 0);
    if (line == 0 && lost)
        return restore_whole(c, e);
    int code = text_open(c, PASSWD_PATH, line > 0, &f, e);
    if (code != 0)
        return code;
    if (line > 0)
        code = account_mend_line(c, &f, line, e);
    else if (value && strcmp(value, "root-missing") == 0)
        code = f.lines.count > 0 && bytes_start_with(f.lines.items[0].text, BYTE_ORDER_MARK)
                   ? account_mend_line(c, &f, 1, e)
                   : add_root(c, &f);
    else
        code = mend_all(c, &f, e);
    if (code != 0)
        return code;
    clean_system_lines(c, &f);
    return text_save(c, &f, e);
}

/* --- group ------------------------------------------------------------------------------------ */

static bool is_whole_group(struct verb_context *c, struct bytes line)
{
    uint32_t gid;
    return account_field_count(line) == GROUP_FIELDS &&
           is_name(c, account_field(line, GROUP_NAME)) &&
           account_number_of(account_field(line, GROUP_GID), &gid);
}

static bool all_groups_whole(struct verb_context *c, struct bytes content)
{
    for (size_t at = 0; at < content.len;) {
        const char *end = memchr(content.ptr + at, '\n', content.len - at);
        size_t stop = end ? (size_t)(end - content.ptr) : content.len;
        if (!is_whole_group(c, bytes_cut(content, at, stop)))
            return false;
        at = stop + 1;
    }
    return content.len > 0;
}

/* The name of the account's primary group again: the whole file from its backup where it is gone or
 * empty, else one line, called as the user if nobody says otherwise. */
int verb_group_restore(struct verb_context *c, const struct json *step, struct err *e)
{
    const char *name = step_text(step, "name");
    const struct account_fact *account = facts_account(c->facts, name);
    struct text_file f = {0};
    struct bytes backup;
    bool there = account_has_file(c, GROUP_PATH);
    if (!account || !account_is_plain_name(name))
        return err_set(e, ERR_NOT_FOUND, "there is no account \"%s\"", name);
    int code = there ? text_open(c, GROUP_PATH, false, &f, e) : 0;
    if (code != 0)
        return code;
    if (f.state.content.len == 0 && account_backup(c, GROUP_PATH, &backup) &&
        all_groups_whole(c, backup)) {
        vec_push(c->arena, &c->notes,
                 GROUP_PATH " is that of " GROUP_PATH "- again: what was changed after it is lost");
        return text_put(c, GROUP_PATH, backup, 0644, 0, 0, e);
    }
    if (there && account_line(&f, name, NULL))
        return err_set_at(e, ERR_REFUSED, GROUP_PATH, 0, 0,
                          "there is a group %s with another number", name);
    return account_add_line(c, GROUP_PATH,
                            arena_printf(c->arena, "%s:x:%lld:", name, (long long)account->gid), e);
}
