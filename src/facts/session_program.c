/* Programs that sshd starts in place of what the caller asks for: ForceCommand, command= of a key,
 * and subsystems. Only commands without anything for the shell to work out. */
#include "facts/session_parts.h"

#include "facts/collect.h"

#define PROGRAMS_MAX 64u

static void look_at(struct facts *f, const char *command, struct place at)
{
    if (!command || strpbrk(command, ";|&$`()<>*?[]{}'\"\\~#!\n"))
        return;
    struct text_list words = text_words(f->arena, bytes_of(command), " \t\r");
    if (words.count == 0 || words.items[0][0] != '/')
        return;
    size_t known = 0;
    vec_each (s, &f->session)
        if (strcmp(s->item, "program") == 0) {
            if (strcmp(s->name, command) == 0)
                return;
            known++;
        }
    if (known >= PROGRAMS_MAX)
        return;
    struct stat_answer s = tree_stat(f->tree, words.items[0]);
    if (s.presence == PRESENCE_UNREADABLE)
        return;
    session_add(f,
                (struct session_fact){.item = "program",
                                      .name = command,
                                      .path = words.items[0],
                                      .defect = s.presence == PRESENCE_ABSENT ? "missing"
                                                : s.node.type != NODE_FILE || !(s.node.mode & 0111)
                                                    ? "not-executable"
                                                    : NULL,
                                      .at = at});
}

void session_read_programs(struct facts *f)
{
    vec_each (d, &f->sshd->directives) {
        if (!d->is_valid || !d->value)
            continue;
        if (strcmp(d->keyword, "ForceCommand") == 0)
            look_at(f, d->value, d->at);
        else if (strcmp(d->keyword, "Subsystem") == 0 && d->arguments.count > 1)
            look_at(f, d->arguments.items[1], d->at);
    }
    vec_each (key, &f->keys)
        if (key->command && !key->defect)
            look_at(f, key->command, key->at);
}
