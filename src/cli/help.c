#include "cli/command.h"

#include "cli/say.h"

#include "config.h"

static void add_usage(struct strbuf *out, const struct command *c)
{
    strbuf_printf(out, "usage: diskmend %s %s\n\n%s.\n", c->name, c->arguments, c->summary);
    if (*c->help)
        strbuf_printf(out, "\n%s", c->help);
    strbuf_add(out, "\n");
    options_help(out, c->bit);
}

static void add_overview(struct strbuf *out)
{
    size_t count;
    const struct command *all = commands(&count);
    strbuf_add(out, "usage: diskmend COMMAND [OPTION]... [ARGUMENT]...\n\n"
                    "Say why nobody can log in to a Linux VM any more, from its disk alone.\n\n");
    for (size_t i = 0; i < count; i++)
        strbuf_printf(out, "  %-8s %s\n", all[i].name, all[i].summary);
    strbuf_add(
        out, "\n\"diskmend help COMMAND\" lists the options of a command.\n"
             "Exit: 0 clean, open or written; 1 findings, shut, not written; 2 usage or a target\n"
             "that does not open; 3 not read whole or unknown; 4 a write failed and was taken back;\n"
             "5 it failed half-way: run undo; 128+n ended by signal n.\n");
}

int command_help(struct options *o)
{
    struct strbuf out;
    strbuf_init(&out, o->arena);
    if (o->words.count == 0)
        add_overview(&out);
    vec_each (word, &o->words) {
        const struct command *c = command_by_name(*word);
        if (!c) {
            say("there is no command \"%s\"; \"diskmend help\" lists them", *word);
            return EXIT_USAGE;
        }
        add_usage(&out, c);
    }
    return write_result(&out, NULL) ? EXIT_CLEAN : EXIT_USAGE;
}

int command_version(struct options *o)
{
    struct strbuf out;
    strbuf_init(&out, o->arena);
    strbuf_printf(&out, "%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
    return write_result(&out, NULL) ? EXIT_CLEAN : EXIT_USAGE;
}
