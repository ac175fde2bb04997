#include "facts/sshd.h"

#include <string.h>

#include "facts/sshd_effective.h"
#include "facts/sshd_keywords.h"
#include "facts/sshd_read.h"

#define CONFIG_FILE "/etc/ssh/sshd_config"
#define VENDOR_FILE "/usr/etc/ssh/sshd_config" /* SUSE: read where the first does not exist */

static const char *default_path(struct tree *t, const struct os_facts *os)
{
    bool vendor = os->family_code == FAMILY_SUSE &&
                  tree_lstat(t, CONFIG_FILE).presence == PRESENCE_ABSENT &&
                  tree_lstat(t, VENDOR_FILE).presence == PRESENCE_PRESENT;
    return vendor ? VENDOR_FILE : CONFIG_FILE;
}

/* What ends sshd decides its exit status, also for the errors it had only counted so far. */
static void settle_exit_status(struct sshd_config *config)
{
    int64_t status = 255;
    vec_each (d, &config->diagnoses) {
        if (d->diag_level == DIAG_FATAL && d->reached) {
            status = d->exit_status;
            break;
        }
    }
    vec_each (d, &config->diagnoses) {
        if (d->diag_level == DIAG_COUNTED && d->reached && d->exit_status == 255)
            d->exit_status = status;
    }
}

struct sshd_config *sshd_config_read(struct tree *t, struct lens_session *lenses,
                                     const struct sshd_keyword_table *keywords,
                                     const struct os_facts *os,
                                     const struct text_list *command_line,
                                     const struct place *places)
{
    struct arena *a = t->arena;
    struct sshd_config *config = arena_new_struct(a, struct sshd_config);
    config->arena = a;
    config->os = *os;
    config->keywords = keywords;
    config->path = default_path(t, os);
    struct sshd_reader r = {
        .arena = a,
        .tree = t,
        .lenses = lenses,
        .config = config,
        .guest = {.tree = t, .arena = a},
        .version = sshd_judged_version(os),
        .slot_counts = arena_alloc_array(a, keywords->keywords.count, sizeof(size_t)),
        .start_rate = 30,
    };
    map_init(&r.subsystems, a);
    map_init(&r.files, a);
    sshd_read_command_line(&r, command_line, places);
    if (os->openssh_version == 0)
        sshd_add_diag(&r, DIAG_LINT, "version-unknown", NULL, NULL,
                      "the OpenSSH version is unknown: judged as a recent one",
                      place_of_file(config->path));
    sshd_read_main_file(&r);
    sshd_start_checks(&r);
    settle_exit_status(config);
    sshd_effective_fill(a, config);
    return config;
}

const struct diag_fact *sshd_config_verdict(const struct sshd_config *config)
{
    vec_each (d, &config->diagnoses) {
        if (d->reached && (d->diag_level == DIAG_FATAL || d->diag_level == DIAG_COUNTED))
            return d;
    }
    return NULL;
}

static const struct fact_field sshd_fields[] = {
    FACT_FIELD(sshd_fact, key, FIELD_TEXT),        FACT_FIELD(sshd_fact, value, FIELD_TEXT),
    FACT_FIELD(sshd_fact, values, FIELD_TEXTS),    FACT_FIELD(sshd_fact, match, FIELD_TEXT),
    FACT_FIELD(sshd_fact, is_default, FIELD_BOOL), FACT_FIELD(sshd_fact, at, FIELD_PLACE),
};
const struct fact_kind sshd_kind = FACT_KIND("sshd", sshd_fact, sshd_fields);

static const struct fact_field diag_fields[] = {
    FACT_FIELD(diag_fact, code, FIELD_TEXT),    FACT_FIELD(diag_fact, level, FIELD_TEXT),
    FACT_FIELD(diag_fact, keyword, FIELD_TEXT), FACT_FIELD(diag_fact, value, FIELD_TEXT),
    FACT_FIELD(diag_fact, says, FIELD_TEXT),    FACT_FIELD(diag_fact, exit_status, FIELD_NUMBER),
    FACT_FIELD(diag_fact, reached, FIELD_BOOL), FACT_FIELD(diag_fact, at, FIELD_PLACE),
};
const struct fact_kind diag_kind = FACT_KIND("diag", diag_fact, diag_fields);

static const struct fact_field algo_fields[] = {
    FACT_FIELD(algo_fact, key, FIELD_TEXT),    FACT_FIELD(algo_fact, name, FIELD_TEXT),
    FACT_FIELD(algo_fact, origin, FIELD_TEXT), FACT_FIELD(algo_fact, known, FIELD_BOOL),
    FACT_FIELD(algo_fact, at, FIELD_PLACE),
};
const struct fact_kind algo_kind = FACT_KIND("algo", algo_fact, algo_fields);
