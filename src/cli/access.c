/* access: the words of the command line, what is read from files, and the request made of them. */
#include "cli/command.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/data.h"
#include "cli/environment.h"
#include "cli/disk_check.h"
#include "cli/mending.h"
#include "cli/say.h"
#include "cli/secret_input.h"
#include "repair/access_settings.h"

/* --- words ------------------------------------------------------------------------------------ */

static bool is_stdin(const char *file)
{
    return file && strcmp(file, "-") == 0;
}

/* Whoever reads first would take what is meant for the others. */
static int refuse_shared_stdin(const struct options *o, struct err *e)
{
    const struct access_words *w = &o->access;
    int readers = o->keys_from_stdin + w->password_stdin + is_stdin(w->password_file) +
                  is_stdin(w->settings) + is_stdin(w->public_settings);
    vec_each (file, &w->key_files)
        readers += is_stdin(*file);
    vec_each (file, &o->targets_from)
        readers += is_stdin(*file);
    return readers < 2 ? 0
                       : err_set(e, ERR_USAGE,
                                 "standard input can only be one thing: a key, a password, keys of "
                                 "encrypted volumes, settings or targets");
}

static int refuse_words(const struct options *o, struct err *e)
{
    const struct access_words *w = &o->access;
    int passwords = w->password_stdin + w->password_prompt + (w->password_file != NULL);
    bool jobs = passwords || w->key_files.count || w->create || w->remove_prior_keys || w->unlock ||
                w->expire || w->remove_user || w->remove_home || w->reset_ssh || w->restore_ssh ||
                w->sudo || o->users.count;
    if (o->users.count > 1)
        return err_set(e, ERR_USAGE, "access is given to one user at a time");
    if (passwords > 1)
        return err_set(e, ERR_USAGE,
                       "one of --password-prompt, --password-file and --password-stdin");
    if ((w->settings || w->public_settings) && jobs)
        return err_set(e, ERR_USAGE,
                       "the settings say what is to be done: no other job beside them");
    if (w->remove_home && !w->remove_user)
        return err_set(e, ERR_USAGE, "--remove-home goes with --remove-user");
    if (w->password_auth && !passwords && !w->settings)
        return err_set(e, ERR_USAGE, "--password-auth goes with a password");
    return refuse_shared_stdin(o, e);
}

static int take_sudo(const char *word, struct access_request *r, struct err *e)
{
    static const struct {
        const char *word;
        enum access_sudo sudo;
    } words[] = {{"keep", ACCESS_SUDO_KEEP},
                 {"password", ACCESS_SUDO_PASSWORD},
                 {"nopasswd", ACCESS_SUDO_NOPASSWD}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) {
            r->sudo = words[i].sudo;
            return 0;
        }
    return err_set(e, ERR_USAGE, "--sudo wants keep, password or nopasswd, not \"%s\"", word);
}

static int take_password_auth(const char *word, struct access_request *r, struct err *e)
{
    r->password_for_all = strcmp(word, "all") == 0;
    return r->password_for_all || strcmp(word, "user") == 0
               ? 0
               : err_set(e, ERR_USAGE, "--password-auth wants user or all, not \"%s\"", word);
}

/* --- what is read ----------------------------------------------------------------------------- */

static int read_keys(struct options *o, struct access_request *r, struct err *e)
{
    const text_vec *files = &o->access.key_files;
    struct access_key_text *keys = arena_alloc_array(o->arena, files->count + 1, sizeof *keys);
    for (size_t i = 0; i < files->count; i++) {
        const char *file = files->items[i];
        keys[i].source = is_stdin(file) ? "standard input" : file;
        keys[i].text = data_read_file(o->arena, file, LIMIT_KEY_FILE_BYTES, e);
        if (e->code != ERR_NONE)
            return e->code;
    }
    r->keys = keys;
    r->key_count = files->count;
    return 0;
}

static int read_password(struct options *o, struct access_request *r, struct err *e)
{
    const struct access_words *w = &o->access;
    if (w->password_prompt && !r->user)
        return err_set(e, ERR_USAGE, "whose password is it? say --user NAME");
    if (w->password_stdin && environment_is_terminal(STDIN_FILENO))
        return err_set(e, ERR_USAGE,
                       "standard input is a terminal, which would show the password: "
                       "--password-prompt asks for it");
    if (w->password_prompt)
        r->password = secret_ask_password(o->arena, r->user, e);
    else if (w->password_file || w->password_stdin)
        r->password = secret_read_password(o->arena, w->password_file ? w->password_file : "-", e);
    return e->code;
}

static int read_settings(struct options *o, struct access_request *r, struct err *e)
{
    const char *const files[] = {o->access.settings, o->access.public_settings};
    for (int part = 0; part < 2; part++) {
        if (!files[part])
            continue;
        const char *name = is_stdin(files[part]) ? "standard input" : files[part];
        bool is_public = part == SETTINGS_PUBLIC;
        struct bytes text = is_public
                                ? data_read_file(o->arena, files[part], LIMIT_SETTINGS_BYTES, e)
                                : secret_read_file(o->arena, files[part], LIMIT_SETTINGS_BYTES, e);
        name_list notes = {0};
        if (e->code == ERR_NONE)
            access_settings(o->arena, text, name, (enum settings_part)part, r, &notes, e);
        secret_wipe(&text);
        if (e->code != ERR_NONE)
            return e->code;
        vec_each (note, &notes)
            say("%s", *note);
    }
    return 0;
}

static int fill_request(struct options *o, struct access_request *r, struct err *e)
{
    const struct access_words *w = &o->access;
    *r = (struct access_request){
        .user = o->users.count ? o->users.items[0] : NULL,
        .create = w->create ? ACCESS_CREATE_NEW : ACCESS_CREATE_NO,
        .remove_prior_keys = w->remove_prior_keys,
        .unlock = w->unlock,
        .remove_user = w->remove_user,
        .remove_home = w->remove_home,
        .reset_ssh = w->reset_ssh,
        .restore_ssh = w->restore_ssh,
    };
    if (refuse_words(o, e) || (w->sudo && take_sudo(w->sudo, r, e)) ||
        (w->password_auth && take_password_auth(w->password_auth, r, e)) ||
        (w->expire && access_take_expiry(w->expire, r, e)) || read_settings(o, r, e) ||
        (!w->settings && (read_keys(o, r, e) || read_password(o, r, e))))
        return e->code;
    return access_check(o->arena, r, e);
}

/* --- the command ------------------------------------------------------------------------------ */

/* The guest is judged for whom the access is, by the ways that are given. */
static void fill_question(struct options *o, const struct access_request *r)
{
    o->users.count = 0;
    if (r->user)
        vec_push(o->arena, &o->users, r->user);
    o->password = r->password.ptr != NULL;
}

int command_access(struct options *o)
{
    struct access_request request = {0};
    struct mending_request mending = {.kind = MENDING_ACCESS, .access = &request};
    struct err e = {0};
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none); /* a password may be in memory */
    if (!o->root)
        o->root = "single";
    int code = EXIT_USAGE;
    if (fill_request(o, &request, &e) == 0) {
        fill_question(o, &request);
        bool has_job = access_has_job(&request);
        code = EXIT_CLEAN;
        /* First the filesystem: nothing is written to one that is damaged. */
        if (request.check_disk || request.repair_disk)
            code = disk_check_run(o, request.disk_name, request.repair_disk, has_job);
        if (code == EXIT_CLEAN && has_job)
            code = mending_run(o, &mending, "access");
        else if (has_job)
            say("the disk comes first: nothing else of what was asked for was begun");
    } else {
        say_error(&e);
    }
    access_wipe(&request);
    disk_keys_wipe(o->keys.items, o->keys.count);
    json_free(o->earlier);
    return code;
}
