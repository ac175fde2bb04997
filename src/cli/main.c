/* diskmend: find the command, parse its options, run it, exit with its code. The only place that
 * ends the process. */
#include <fcntl.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/say.h"

static void out_of_memory(void *context)
{
    (void)context;
    static const char text[] = "diskmend: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(EXIT_NOT_READ);
}

static int list_options(struct options *o)
{
    struct strbuf out;
    strbuf_init(&out, o->arena);
    options_list(&out, o->long_options);
    return write_result(&out, NULL) ? EXIT_CLEAN : EXIT_USAGE;
}

static int run_command(const struct command *c, struct options *o)
{
    if (o->short_options || o->long_options)
        return list_options(o);
    if (o->version)
        return command_version(o);
    if (o->help && c->bit != IN_HELP) {
        o->words.count = 0;
        vec_push(o->arena, &o->words, c->name);
        return command_help(o);
    }
    return c->run(o);
}

static int run(struct arena *a, int argc, char *const *argv)
{
    if (argc < 2) {
        say("no command; \"diskmend help\" lists them");
        return EXIT_USAGE;
    }
    /* Without a command only --help, --version and the lists of options make sense. */
    bool bare = argv[1][0] == '-';
    const struct command *c = command_by_name(bare ? "help" : argv[1]);
    if (!c) {
        say("there is no command \"%s\"; \"diskmend help\" lists them", argv[1]);
        return EXIT_USAGE;
    }
    int skip = bare ? 0 : 1;
    struct options o;
    struct err e = {0};
    if (options_parse(&o, a, argc - skip, argv + skip, c->bit, c->takes_targets, &e)) {
        say("%s; \"diskmend help%s%s\" explains", e.text, bare ? "" : " ", bare ? "" : c->name);
        return EXIT_USAGE;
    }
    return run_command(c, &o);
}

/* A closed standard stream would be given to the next file opened: keep 0, 1 and 2 taken. */
static bool hold_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    if (!hold_standard_streams())
        return EXIT_USAGE;
    struct arena *a = arena_new(out_of_memory, NULL);
    if (!a)
        out_of_memory(NULL);
    int code = run(a, argc, argv);
    arena_free(a);
    return code;
}
