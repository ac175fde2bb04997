/* sshd's own options, as the unit gives them: they are read before the file, so they win where the
 * first line wins. Mirrors sshd: sshd.c main, the getopt loop. */
#include "facts/sshd_read.h"

#include <string.h>

#include "facts/collect.h"
#include "facts/sshd_number.h"

/* sshd.c: the options that take a value, and those that take none. */
#define WITH_VALUE    "CEbcfghkopu"
#define WITHOUT_VALUE "46DGQRTdeiqrtV"

static void bad_option(struct sshd_reader *r, const char *value, const char *says)
{
    struct diag_fact *d = sshd_add_diag(r, DIAG_FATAL, "bad-command-line", NULL, value, says,
                                        r->option_at);
    d->exit_status = 1;
}

static void read_setting(struct sshd_reader *r, const char *setting)
{
    struct sshd_scope scope = {.active = true, .file = r->option_at.file};
    size_t before = r->config->diagnoses.count;
    sshd_read_line(r, &scope, bytes_of(setting), r->option_at.line, true);
    /* An error that is merely counted in a file is exit(1) here. */
    for (size_t i = before; i < r->config->diagnoses.count; i++) {
        struct diag_fact *d = &r->config->diagnoses.items[i];
        d->at.column = 0; /* it was counted in the option, not in the file */
        if (scope.counted && d->diag_level == DIAG_COUNTED)
            d->exit_status = 1;
    }
    if (scope.counted)
        r->ended = true;
}

static void read_keyword_value(struct sshd_reader *r, const char *keyword, const char *value)
{
    read_setting(r, arena_printf(r->arena, "%s \"%s\"", keyword, value));
}

static void read_option(struct sshd_reader *r, char option, const char *value)
{
    switch (option) {
    case '4':
        read_keyword_value(r, "AddressFamily", "inet");
        break;
    case '6':
        read_keyword_value(r, "AddressFamily", "inet6");
        break;
    case 'f':
        r->path_at = r->option_at;
        r->config->path = *value == '/' ? value : arena_printf(r->arena, "/%s", value);
        break;
    case 'o':
        read_setting(r, value);
        break;
    case 'p':
        if (sshd_guest_port(&r->guest, value, r->version) > 0) {
            /* From here on Port lines are skipped (options.ports_from_cmdline), other -p count. */
            r->ports_from_command_line = false;
            read_keyword_value(r, "Port", value);
            r->ports_from_command_line = true;
        } else {
            bad_option(r, value, "Bad port number.");
        }
        break;
    case 'g':
        if (sshd_time(value, r->version, NULL) != -1)
            read_keyword_value(r, "LoginGraceTime", value);
        else
            bad_option(r, value, "Invalid login grace time.");
        break;
    case 'h':
        read_keyword_value(r, "HostKey", value);
        break;
    case 'c':
        read_keyword_value(r, "HostCertificate", value);
        break;
    default:
        break;
    }
}

/* The letters of one word; *I is moved past a value in the next word. */
static void read_word(struct sshd_reader *r, const struct text_list *words, size_t *i)
{
    for (const char *p = words->items[*i] + 1; *p; p++) {
        if (strchr(WITH_VALUE, *p)) {
            const char *value = p[1] ? p + 1 : NULL;
            if (!value && *i + 1 < words->count)
                value = words->items[++*i];
            if (value)
                read_option(r, *p, value);
            else
                bad_option(r, p, "option requires an argument");
            return;
        }
        if (!strchr(WITHOUT_VALUE, *p)) {
            bad_option(r, p, "unknown option");
            return;
        }
        read_option(r, *p, "");
    }
}

void sshd_read_command_line(struct sshd_reader *r, const struct text_list *words,
                            const struct place *places)
{
    for (size_t i = 0; words && i < words->count; i++) {
        const char *word = words->items[i];
        if (places)
            r->option_at = places[i];
        if (word[0] != '-' || !word[1]) {
            bad_option(r, word, "extra argument");
            return;
        }
        if (strcmp(word, "--") == 0)
            break;
        read_word(r, words, &i);
    }
}
