/* label_probe FILE_CONTEXTS TYPE (file, directory): the label we give each path on standard input,
 * as "PATH LABEL" ("<<none>>" for none, "?" where we cannot tell). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "repair/label.h"

static struct bytes read_text(struct arena *a, const char *path)
{
    struct strbuf s;
    char block[65536];
    size_t n;
    strbuf_init(&s, a);
    FILE *f = fopen(path, "re");
    while (f && (n = fread(block, 1, sizeof block, f)) > 0)
        strbuf_add_bytes(&s, (struct bytes){block, n});
    if (f)
        fclose(f);
    return strbuf_bytes(&s);
}

int main(int argc, char **argv)
{
    static const char *const ends[] = {"", ".homedirs", ".local", ".subs_dist", ".subs"};
    struct arena *a = arena_new(NULL, NULL);
    struct bytes texts[5];
    char line[4096];
    if (argc != 3)
        return 2;
    for (int i = 0; i < 5; i++)
        texts[i] = read_text(a, arena_printf(a, "%s%s", argv[1], ends[i]));
    const struct label_table *table = label_table_parse(a, texts);
    enum node_type type = strcmp(argv[2], "file") == 0 ? NODE_FILE : NODE_DIRECTORY;
    while (fgets(line, sizeof line, stdin)) {
        const char *label = "<<none>>";
        line[strcspn(line, "\n")] = '\0';
        struct arena *room = arena_new(NULL, NULL);
        enum label_answer answer = label_of(room, table, line, type, &label);
        printf("%s\t%s\n", line,
               answer == LABEL_UNSURE ? "?"
               : answer == LABEL_NONE ? "<<none>>"
                                      : label);
        arena_free(room);
    }
    arena_free(a);
    return 0;
}
