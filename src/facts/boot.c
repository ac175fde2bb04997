/* Words of the kernel command line: grub.cfg, boot loader entries, the files they are made from. */
#include "facts/boot.h"

#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/facts.h"

static const struct fact_field boot_fields[] = {
    FACT_FIELD(boot_fact, item, FIELD_TEXT),        FACT_FIELD(boot_fact, token, FIELD_TEXT),
    FACT_FIELD(boot_fact, entry, FIELD_TEXT),       FACT_FIELD(boot_fact, origin, FIELD_TEXT),
    FACT_FIELD(boot_fact, is_recovery, FIELD_BOOL), FACT_FIELD(boot_fact, is_default, FIELD_BOOL),
    FACT_FIELD(boot_fact, at, FIELD_PLACE),         FACT_FIELD(boot_fact, path, FIELD_TEXT),
    FACT_FIELD(boot_fact, found, FIELD_TRUTH),
};
const struct fact_kind boot_kind = FACT_KIND("boot", boot_fact, boot_fields);

/* Where the words that follow come from. */
struct source {
    const char *entry, *origin;
    bool is_recovery, is_default;
};

static bool read_file(struct facts *f, const char *path, struct bytes *out)
{
    return facts_read_file(f, "boot", path, out);
}

/* False when there is no room for more. */
static bool add_token(struct facts *f, struct source s, struct bytes token, struct place at)
{
    if (!facts_has_room(f, "boot", f->boot.count))
        return false;
    vec_push(f->arena, &f->boot,
             ((struct boot_fact){"token", arena_text(f->arena, token), s.entry, s.origin,
                                 s.is_recovery, s.is_default, at, NULL, TRUTH_UNKNOWN}));
    return true;
}

static enum truth has_content(struct facts *f, const char *path)
{
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE)
        return TRUTH_UNKNOWN;
    return s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && s.node.size > 0 ? TRUTH_YES
                                                                                         : TRUTH_NO;
}

/* A file that an entry loads. The loader counts from the root of the filesystem it stands on,
 * which is / or /boot; what names a device, a variable or a btrfs subvolume cannot be told. */
static void add_file(struct facts *f, struct source s, const char *item, struct bytes word,
                     struct place at)
{
    const char *name = arena_text(f->arena, word);
    if (strncmp(name, "($root)", 7) == 0)
        name += 7;
    if (!facts_has_room(f, "boot", f->boot.count))
        return;
    if (name[0] != '/' || name[1] == '@' || strpbrk(name, "$()'\"\\")) {
        vec_push(f->arena, &f->boot,
                 ((struct boot_fact){item, NULL, s.entry, s.origin, s.is_recovery, s.is_default, at,
                                     name, TRUTH_UNKNOWN}));
        return;
    }
    const char *below = arena_printf(f->arena, "/boot%s", name);
    enum truth plain = has_content(f, name), boot = has_content(f, below);
    enum truth found = plain == TRUTH_YES || boot == TRUTH_YES ? TRUTH_YES
                       : plain == TRUTH_NO && boot == TRUTH_NO ? TRUTH_NO
                                                               : TRUTH_UNKNOWN;
    const char *path = strncmp(name, "/boot/", 6) == 0 ? name : below;
    vec_push(f->arena, &f->boot,
             ((struct boot_fact){item, NULL, s.entry, s.origin, s.is_recovery, s.is_default, at,
                                 path, found}));
}

/* Every word of LINE behind its first: "initrd /a /b". */
static void add_files(struct facts *f, struct source s, const char *item, struct bytes line,
                      size_t most, const char *path, int number)
{
    struct bytes rest = text_trim(line);
    size_t first = 0;
    while (first < rest.len && rest.ptr[first] != ' ' && rest.ptr[first] != '\t')
        first++;
    struct text_list words = text_words(f->arena, bytes_cut(rest, first, rest.len), " \t\r");
    for (size_t i = 0; i < words.count && i < most; i++)
        add_file(f, s, item, bytes_of(words.items[i]), (struct place){path, number, 0});
}

/* The words of LINE from byte FROM on, quotes taken off. */
static void add_tokens(struct facts *f, struct source s, struct bytes line, size_t from,
                       const char *path, int number)
{
    for (size_t i = from; i < line.len;) {
        while (i < line.len && strchr(" \t\r\"'", line.ptr[i]) && line.ptr[i])
            i++;
        size_t start = i;
        while (i < line.len && line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r')
            i++;
        size_t end = i;
        while (end > start && (line.ptr[end - 1] == '"' || line.ptr[end - 1] == '\''))
            end--;
        if (end > start && !add_token(f, s, bytes_cut(line, start, end),
                                      (struct place){path, number, (int)start + 1}))
            return;
    }
}

static bool says_recovery(const char *text)
{
    return strcasestr(text, "recovery") || strcasestr(text, "rescue") ||
           strcasestr(text, "single user") || strcasestr(text, "failsafe");
}

/* Length of the first word of LINE when it is one of WORDS (NULL ends them); 0 otherwise. */
static size_t leading_word(struct bytes line, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);
        if (bytes_start_with(line, *words) && line.len > n &&
            (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
            return n;
    }
    return 0;
}

/* The first quoted text (or bare word) behind the keyword. */
static const char *title_of(struct arena *a, struct bytes rest)
{
    rest = text_trim(rest);
    if (rest.len == 0)
        return "";
    char quote = rest.ptr[0];
    bool quoted = quote == '"' || quote == '\'';
    size_t end = quoted ? 1 : 0;
    while (end < rest.len &&
           (quoted ? rest.ptr[end] != quote : rest.ptr[end] != ' ' && rest.ptr[end] != '{'))
        end++;
    return arena_text(a, bytes_cut(rest, quoted, end));
}

/* NAME=value of a grubenv block ('#' pads it). */
static const char *grubenv_value(struct facts *f, const char *path, const char *name,
                                 struct place *at)
{
    struct bytes rest, line;
    if (!read_file(f, path, &rest))
        return NULL;
    size_t n = strlen(name);
    for (int number = 1; text_next_line(&rest, &line); number++) {
        if (!bytes_start_with(line, name) || line.len <= n || line.ptr[n] != '=')
            continue;
        *at = (struct place){path, number, (int)n + 2};
        return arena_text(f->arena, bytes_cut(line, n + 1, line.len));
    }
    return NULL;
}

/* Which menu entry grub.cfg starts by itself: a number, a title or an id; "0" when it does not say.
 */
static const char *default_entry(struct facts *f, struct bytes text, const char *directory)
{
    struct bytes rest = text, line;
    const char *value = "0";
    struct place at;
    const char *saved =
        grubenv_value(f, path_join(f->arena, directory, "grubenv"), "saved_entry", &at);
    while (text_next_line(&rest, &line)) {
        line = text_trim(line);
        if (!bytes_start_with(line, "set default="))
            continue;
        const char *word = title_of(f->arena, bytes_cut(line, 12, line.len));
        if (word[0] != '$')
            value = word;
        else if (strstr(word, "saved_entry") && saved && *saved)
            value = saved;
    }
    return value;
}

/* GRUB's "title>title" and "1>2" name an entry inside a submenu: the last part is the entry. */
static bool is_named(struct arena *a, const char *wanted, int index, const char *title,
                     struct bytes line)
{
    const char *last = strrchr(wanted, '>');
    int64_t number;
    if (!last && text_number(bytes_of(wanted), 0, 10000, &number))
        return number == index;
    const char *name = last ? last + 1 : wanted;
    if (!*name || strcmp(name, title) == 0)
        return *name != '\0';
    if (strlen(name) > line.len)
        return false;
    return text_find(line, arena_printf(a, "'%s'", name)) < line.len;
}

static void read_grub_cfg(struct facts *f, const char *directory)
{
    static const char *const menus[] = {"menuentry", NULL};
    static const char *const linuxes[] = {"linux", "linux16", "linuxefi", "module", NULL};
    static const char *const initrds[] = {"initrd", "initrd16", "initrdefi", NULL};
    const char *path = path_join(f->arena, directory, "grub.cfg");
    struct bytes rest, whole;
    if (!read_file(f, path, &rest))
        return;
    const char *wanted = default_entry(f, rest, directory);
    struct source s = {.entry = "", .origin = "grub.cfg"};
    int index = -1, depth = 0, submenu_depth = -1;
    for (int number = 1; text_next_line(&rest, &whole); number++) {
        size_t indent = 0;
        while (indent < whole.len && (whole.ptr[indent] == ' ' || whole.ptr[indent] == '\t'))
            indent++;
        struct bytes line = bytes_cut(whole, indent, whole.len);
        if (bytes_start_with(line, "submenu ")) {
            index += submenu_depth < 0;
            if (submenu_depth < 0)
                submenu_depth = depth;
        }
        size_t n = leading_word(line, menus);
        if (n > 0) {
            index += submenu_depth < 0;
            s.entry = title_of(f->arena, bytes_cut(line, n, line.len));
            s.is_recovery = says_recovery(s.entry);
            s.is_default =
                is_named(f->arena, wanted, submenu_depth < 0 ? index : -1, s.entry, line);
        }
        struct bytes end = text_trim(line);
        if (end.len > 0 && end.ptr[end.len - 1] == '{' && end.ptr[0] != '#')
            depth++;
        if (end.len > 0 && end.ptr[0] == '}' && depth > 0 && --depth <= submenu_depth)
            submenu_depth = -1;
        if (leading_word(line, initrds) > 0)
            add_files(f, s, "initrd", line, 16, path, number);
        n = leading_word(line, linuxes);
        if (n == 0)
            continue;
        if (!bytes_start_with(line, "module"))
            add_files(f, s, "kernel", line, 1, path, number);
        size_t from = indent + n;
        while (from < whole.len && (whole.ptr[from] == ' ' || whole.ptr[from] == '\t'))
            from++;
        while (from < whole.len && whole.ptr[from] != ' ' && whole.ptr[from] != '\t')
            from++; /* the kernel itself */
        add_tokens(f, s, whole, from, path, number);
    }
}

/* What grubenv sets kernelopts to. */
struct kernel_options {
    const char *value; /* NULL: nothing */
    struct place at;
};

static struct kernel_options find_kernel_options(struct facts *f)
{
    static const char *const files[] = {"/boot/grub2/grubenv", "/boot/grub/grubenv"};
    struct kernel_options found = {0};
    for (size_t i = 0; i < sizeof files / sizeof *files && !found.value; i++)
        found.value = grubenv_value(f, files[i], "kernelopts", &found.at);
    return found;
}

/* "options root=… $kernelopts": GRUB fills the variable from grubenv. */
static void add_bls_options(struct facts *f, struct source s, struct bytes line, const char *path,
                            int number, const struct kernel_options *options)
{
    add_tokens(f, s, line, strlen("options"), path, number);
    if (!options->value || text_find(line, "$kernelopts") == line.len)
        return;
    s.origin = "grubenv";
    size_t before = f->boot.count;
    add_tokens(f, s, bytes_of(options->value), 0, options->at.file, options->at.line);
    for (size_t k = before; k < f->boot.count; k++)
        f->boot.items[k].at.column += options->at.column - 1;
}

static void read_bls(struct facts *f)
{
    struct list_answer files = tree_glob(f->tree, "/boot/loader/entries/*.conf");
    if (files.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "boot", place_of_file("/boot/loader/entries"), files.reason);
    if (files.presence != PRESENCE_PRESENT || files.count == 0)
        return;
    struct kernel_options options = find_kernel_options(f);
    struct place at;
    const char *saved = grubenv_value(f, "/boot/grub2/grubenv", "saved_entry", &at);
    const char *newest = files.names[0];
    bool saved_exists = false;
    for (size_t i = 0; i < files.count; i++) {
        if (!says_recovery(files.names[i]) && strverscmp(files.names[i], newest) >= 0)
            newest = files.names[i];
        const char *id = path_name(files.names[i]);
        saved_exists |= saved && strncmp(id, saved, strlen(saved)) == 0 &&
                        strcmp(id + strlen(saved), ".conf") == 0;
    }
    for (size_t i = 0; i < files.count && i < 256; i++) {
        struct bytes text, line;
        if (!read_file(f, files.names[i], &text))
            continue;
        const char *id = path_name(files.names[i]);
        struct source s = {.entry = id, .origin = "bls", .is_recovery = says_recovery(id)};
        s.is_default = saved_exists ? strncmp(id, saved, strlen(saved)) == 0
                                    : strcmp(files.names[i], newest) == 0;
        struct bytes rest = text;
        while (text_next_line(&rest, &line)) {
            if (!bytes_start_with(line, "title"))
                continue;
            s.entry = arena_text(f->arena, text_trim(bytes_cut(line, 5, line.len)));
            s.is_recovery |= says_recovery(s.entry);
        }
        rest = text;
        static const char *const linuxes[] = {"linux", NULL}, *const initrds[] = {"initrd", NULL};
        for (int n = 1; text_next_line(&rest, &line); n++) {
            if (bytes_start_with(line, "options") && line.len > 7 &&
                (line.ptr[7] == ' ' || line.ptr[7] == '\t'))
                add_bls_options(f, s, line, files.names[i], n, &options);
            if (leading_word(line, linuxes) > 0)
                add_files(f, s, "kernel", line, 1, files.names[i], n);
            if (leading_word(line, initrds) > 0)
                add_files(f, s, "initrd", line, 16, files.names[i], n);
        }
    }
}

static void read_default_grub(struct facts *f, const char *path)
{
    struct bytes text;
    if (!read_file(f, path, &text))
        return;
    struct assignments list = {0};
    assignments_read(f->arena, text, ASSIGNMENT_SHELL, &list);
    vec_each (p, &list.items) {
        if (strncmp(p->name, "GRUB_CMDLINE_LINUX", 18) != 0)
            continue;
        struct source s = {.entry = p->name,
                           .origin = "default-grub",
                           .is_recovery = strstr(p->name, "RECOVERY") != NULL};
        s.is_default = !s.is_recovery;
        size_t before = f->boot.count;
        add_tokens(f, s, bytes_of(p->value), 0, path, p->line);
        for (size_t i = before; i < f->boot.count; i++)
            f->boot.items[i].at.column = 0; /* quotes were undone: only the line is sure */
    }
}

/* The label that starts by itself: DEFAULT's, unless that is a menu program; then the one with MENU
 * DEFAULT, else the first. */
static const char *extlinux_default(struct facts *f, struct bytes text)
{
    struct bytes rest = text, line;
    const char *wanted = NULL, *label = NULL, *first = NULL, *marked = NULL;
    while (text_next_line(&rest, &line)) {
        struct text_list w = text_words(f->arena, line, " \t\r");
        if (w.count < 2)
            continue;
        if (strcasecmp(w.items[0], "default") == 0 && !strstr(w.items[1], ".c32"))
            wanted = w.items[1];
        if (strcasecmp(w.items[0], "label") == 0)
            label = w.items[1];
        if (!first)
            first = label;
        if (strcasecmp(w.items[0], "menu") == 0 && strcasecmp(w.items[1], "default") == 0)
            marked = label;
    }
    return wanted ? wanted : marked ? marked : first;
}

static void read_extlinux(struct facts *f, const char *path)
{
    struct bytes text, rest, line;
    if (!read_file(f, path, &text))
        return;
    const char *wanted = extlinux_default(f, text);
    struct source s = {.entry = "", .origin = "extlinux"};
    rest = text;
    for (int n = 1; text_next_line(&rest, &line); n++) {
        struct text_list w = text_words(f->arena, line, " \t\r");
        if (w.count < 2)
            continue;
        const char *key = w.items[0];
        bool kernel = strcasecmp(key, "kernel") == 0 || strcasecmp(key, "linux") == 0;
        if (strcasecmp(key, "label") == 0) {
            s.entry = w.items[1];
            s.is_recovery = says_recovery(s.entry);
            s.is_default = wanted && strcmp(wanted, s.entry) == 0;
        } else if (strcasecmp(key, "append") == 0) {
            add_tokens(f, s, line, text_find(line, key) + 6, path, n);
        } else if (kernel || strcasecmp(key, "initrd") == 0) {
            struct text_list files = text_words(f->arena, bytes_of(w.items[1]), ",");
            for (size_t i = 0; i < files.count && i < 16; i++) /* from the file's own directory */
                add_file(f, s, kernel ? "kernel" : "initrd",
                         bytes_of(
                             path_join(f->arena,
                                       files.items[i][0] == '/' ? "" : path_parent(f->arena, path),
                                       files.items[i])),
                         (struct place){path, n, 0});
        }
    }
}

void facts_read_boot(struct facts *f)
{
    read_grub_cfg(f, "/boot/grub");
    read_grub_cfg(f, "/boot/grub2");
    read_bls(f);
    read_default_grub(f, "/etc/default/grub");
    struct list_answer more = tree_glob(f->tree, "/etc/default/grub.d/*.cfg");
    for (size_t i = 0; more.presence == PRESENCE_PRESENT && i < more.count && i < 256; i++)
        read_default_grub(f, more.names[i]);
    static const char *const plain[] = {"/etc/kernel/cmdline", "/usr/lib/kernel/cmdline"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        struct source s = {.entry = "", .origin = "kernel-cmdline", .is_default = true};
        struct bytes rest, line;
        if (!read_file(f, plain[i], &rest))
            continue;
        for (int n = 1; text_next_line(&rest, &line); n++)
            add_tokens(f, s, line, 0, plain[i], n);
    }
    static const char *const syslinux[] = {"/boot/extlinux/extlinux.conf", "/boot/extlinux.conf",
                                           "/boot/syslinux/syslinux.cfg"};
    for (size_t i = 0; i < sizeof syslinux / sizeof *syslinux; i++)
        read_extlinux(f, syslinux[i]);
}
