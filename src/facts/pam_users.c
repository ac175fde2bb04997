/* Files that PAM modules keep for each user: counted failures of pam_faillock and pam_tally2,
 * secrets of pam_google_authenticator (whether they are there and whose, never what is in them). */
#include "facts/pam_parts.h"

#include "base/path.h"
#include "base/strbuf.h"
#include "facts/collect.h"

#define MAXIMUM_USERS 256u

static bool is_account(const struct facts *f, const char *name)
{
    vec_each (account, &f->accounts)
        if (strcmp(account->name, name) == 0)
            return true;
    return false;
}

/* pam_faillock: faillock_config.c; arguments of the line come after the file. */
static const char *faillock_directory(struct facts *f, const struct pam_fact *e)
{
    const char *given = pam_entry_argument(e, "dir="), *directory = "/var/run/faillock";
    const char *conf = pam_entry_argument(e, "conf=");
    vec_each (file, &f->pam_files) {
        if (strcmp(file->path, conf ? conf : "/etc/security/faillock.conf") != 0)
            continue;
        vec_each (line, &file->lines) {
            const char *text = arena_text(f->arena, *line);
            struct text_list words =
                text_words(f->arena, bytes_cut(*line, 0, strcspn(text, "#")), " \t=\r");
            if (words.count >= 2 && strcmp(words.items[0], "dir") == 0 && words.items[1][0] == '/')
                directory = words.items[1];
        }
    }
    return given && given[0] == '/' ? given : directory;
}

/* What is below /run is gone at boot. */
static bool outlives_boot(struct facts *f, const char *directory)
{
    if (path_is_below(directory, "/run"))
        return false;
    if (!path_is_below(directory, "/var/run"))
        return true;
    struct stat_answer run = tree_lstat(f->tree, "/var/run");
    return run.presence == PRESENCE_PRESENT && run.node.type == NODE_DIRECTORY;
}

static void add_faillock(struct facts *f, const struct pam_fact *e)
{
    const char *directory = faillock_directory(f, e);
    if (!outlives_boot(f, directory))
        return;
    struct list_answer names = tree_list(f->tree, directory);
    if (names.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "pam", place_of_file(directory), names.reason);
    for (size_t i = 0; names.presence == PRESENCE_PRESENT && i < names.count; i++) {
        if (!is_account(f, names.names[i]))
            continue;
        struct pam_file_fact *file = pam_add_file(f, path_join(f->arena, directory, names.names[i]),
                                                  "pam_faillock.so", PAM_CONTENT_BYTES);
        if (file)
            file->user = names.names[i];
    }
}

/* pam_google_authenticator: get_secret_filename. */
static const char *secret_path(struct arena *a, const char *spec,
                               const struct account_fact *account)
{
    struct strbuf path;
    strbuf_init(&path, a);
    for (const char *p = spec; *p;) {
        if ((*p == '~' && p == spec) || strncmp(p, "${HOME}", 7) == 0) {
            strbuf_add(&path, account->home ? account->home : "");
            p += *p == '~' ? 1 : 7;
        } else if (strncmp(p, "${USER}", 7) == 0) {
            strbuf_add(&path, account->name);
            p += 7;
        } else {
            strbuf_add_char(&path, *p++);
        }
    }
    return path.ptr;
}

static void add_secrets(struct facts *f, const struct pam_fact *e)
{
    const char *spec = pam_entry_argument(e, "secret=");
    size_t n = 0;
    vec_each (account, &f->accounts) {
        if (!account->can_log_in_shell || account->shadowed || !account->nss_visible)
            continue;
        if (n++ >= MAXIMUM_USERS)
            return;
        const char *path = secret_path(f->arena, spec ? spec : "~/.google_authenticator", account);
        struct pam_file_fact *file =
            path[0] == '/' ? pam_add_file(f, path, "pam_google_authenticator.so", PAM_CONTENT_NONE)
                           : NULL;
        if (file)
            file->user = account->name;
    }
}

void pam_read_user_files(struct facts *f, const struct pam_fact *e)
{
    const char *name = path_name(e->module);
    if (strcmp(name, "pam_faillock.so") == 0) {
        add_faillock(f, e);
    } else if (strcmp(name, "pam_tally2.so") == 0) {
        const char *file = pam_entry_argument(e, "file=");
        pam_add_file(f, file && file[0] == '/' ? file : "/var/log/tallylog", "pam_tally2.so",
                     PAM_CONTENT_BYTES);
    } else if (strcmp(name, "pam_google_authenticator.so") == 0) {
        add_secrets(f, e);
    }
}
