#include "repair/journal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "guest/fault.h"
#include "repair/leftovers.h"

#define SCHEMA       "diskmend.journal/1"
#define RUN_HEX      16u
#define RUN_CHARS    (16u + 1 + RUN_HEX) /* 20261122T160411Z-0123456789abcdef */
#define RUNS_MAX     10000u
#define MANIFEST_MAX (16u * 1024u * 1024u) /* LIMIT_EDITS of the usual length */

static const char *const state_names[] = {"prepared", "committed", "rolled-back", "undone"};

const char *journal_state_name(enum journal_state state)
{
    return state_names[state];
}

/* --- names ------------------------------------------------------------------------------------ */

/* "20261122T160411Z", or with PUNCTUATION "2026-11-22T16:04:11Z". */
static const char *time_text(struct arena *a, int64_t at, bool punctuation)
{
    struct tm tm;
    time_t seconds = (time_t)at;
    if (!gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099)
        return punctuation ? "0000-00-00T00:00:00Z" : "00000000T000000Z";
    const char *minus = punctuation ? "-" : "", *colon = punctuation ? ":" : "";
    return arena_printf(a, "%04d%s%02d%s%02dT%02d%s%02d%s%02dZ", tm.tm_year + 1900, minus,
                        tm.tm_mon + 1, minus, tm.tm_mday, tm.tm_hour, colon, tm.tm_min, colon,
                        tm.tm_sec);
}

static bool is_run_name(const char *name)
{
    const char *shape = "dddddddd"
                        "Tdddddd"
                        "Z-"
                        "xxxxxxxxxxxxxxxx";
    if (strlen(name) != RUN_CHARS)
        return false;
    for (size_t i = 0; i < RUN_CHARS; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9';
        bool hex = digit || (name[i] >= 'a' && name[i] <= 'f');
        if (shape[i] == 'd' ? !digit : shape[i] == 'x' ? !hex : name[i] != shape[i])
            return false;
    }
    return true;
}

static const char *run_directory(struct arena *a, const struct journal_place *p, const char *run)
{
    return path_join(a, p->base, run);
}

static const char *image_path(struct arena *a, const char *directory, size_t number)
{
    return path_join(a, directory, arena_printf(a, "image-%06zu", number));
}

/* --- writing ---------------------------------------------------------------------------------- */

/* A real directory of root's; in ours nobody else may even look. */
static bool is_roots_own(const struct stat_answer *s, bool ours)
{
    return s->node.type == NODE_DIRECTORY && s->node.uid == 0 &&
           !(s->node.mode & (ours ? 077 : 022));
}

/* Real directories of root's that nobody else may write, down to BASE; the missing ones are made.
 * A base of "/" is a directory of this machine, whose manners the caller has checked. */
static int prepare_base(struct arena *a, const struct journal_place *p, struct err *e)
{
    const struct tree_writing *w = tree_writing(p->tree);
    for (const char *at = p->base; strcmp(p->base, "/") != 0;) {
        size_t n = strcspn(at + 1, "/") + 1;
        at += n;
        const char *path = arena_text(a, (struct bytes){p->base, (size_t)(at - p->base)});
        struct stat_answer s = tree_lstat(p->tree, path);
        bool ours = *at == '\0';
        if (s.presence == PRESENCE_UNREADABLE)
            return err_set_at(e, ERR_REFUSED, path, 0, 0, "no place for the journal: %s", s.reason);
        if (s.presence == PRESENCE_ABSENT) {
            struct node_state made = {.exists = true,
                                      .type = NODE_DIRECTORY,
                                      .mode = ours ? 0700 : 0755};
            int code = w->make(p->tree, path, &made, e);
            if (code != 0)
                return code;
        } else if (!is_roots_own(&s, ours)) {
            return err_set_at(e, ERR_REFUSED, path, 0, 0,
                              "no place for the journal: not a plain directory that only root may "
                              "write; give --backup-dir DIR");
        }
        if (ours)
            return 0;
    }
    return 0;
}

/* The same for a journal that is there. */
static int check_base(struct arena *a, const struct journal_place *p, struct err *e)
{
    for (const char *at = p->base; strcmp(p->base, "/") != 0 && *at;) {
        at += strcspn(at + 1, "/") + 1;
        const char *path = arena_text(a, (struct bytes){p->base, (size_t)(at - p->base)});
        struct stat_answer s = tree_lstat(p->tree, path);
        if (s.presence == PRESENCE_UNREADABLE)
            return err_set_at(e, ERR_IO, path, 0, 0, "%s", s.reason);
        if (s.presence == PRESENCE_PRESENT && !is_roots_own(&s, *at == '\0'))
            return err_set_at(e, ERR_REFUSED, path, 0, 0,
                              "not a plain directory that only root may write: the journal in it "
                              "is not to be trusted");
    }
    return 0;
}

static int write_file(struct tree *t, const char *path, struct bytes content, bool replace,
                      struct err *e)
{
    const struct tree_writing *w = tree_writing(t);
    struct stat_answer base = tree_lstat(t, path_parent(t->arena, path));
    struct node_state s = {.exists = true,
                           .type = NODE_FILE,
                           .mode = 0600,
                           .uid = base.node.uid,
                           .gid = base.node.gid,
                           .has_content = true,
                           .content = content};
    return replace ? w->replace(t, path, &s, e) : w->make(t, path, &s, e);
}

/* Its state goes first, then its manifest: half a run is none. */
static int remove_run(struct arena *a, struct tree *t, const char *directory, struct err *e)
{
    int code = 0;
    struct list_answer names = tree_list(t, directory);
    for (size_t i = names.count; i > 0 && code == 0; i--)
        code = tree_writing(t)->remove(t, path_join(a, directory, names.names[i - 1]), e);
    return code == 0 ? tree_writing(t)->remove(t, directory, e) : code;
}

/* What runs left that were killed before they were prepared, and so before they changed anything.
 */
static void clear_stillborn(struct arena *a, const struct journal_place *p)
{
    leftovers_clear(a, p->tree, p->base);
    if (strcmp(p->base, "/") != 0)
        leftovers_clear(a, p->tree, path_parent(a, p->base));
    struct list_answer names = tree_list(p->tree, p->base);
    for (size_t i = 0; i < names.count; i++) {
        const char *directory = run_directory(a, p, names.names[i]);
        struct err ignored = {0};
        if (is_run_name(names.names[i]) &&
            tree_lstat(p->tree, directory).node.type == NODE_DIRECTORY &&
            tree_lstat(p->tree, path_join(a, directory, "state")).presence == PRESENCE_ABSENT)
            remove_run(a, p->tree, directory, &ignored);
    }
}

static struct json *manifest_json(struct arena *a, const struct edit_list *edits,
                                  const char *command, int64_t started, content_list *contents)
{
    struct json *m = json_new_object(a);
    json_set_string(a, m, "schema", SCHEMA);
    json_set_string(a, m, "command", command);
    json_set_string(a, m, "started", time_text(a, started, true));
    json_set(a, m, "edits",
             edit_list_json(a, edits->edits.items, edits->edits.count, false, contents));
    return m;
}

static int write_run(struct arena *a, struct tree *t, const char *directory, const char *manifest,
                     const content_list *contents, struct err *e)
{
    int code = 0;
    for (size_t i = 0; i < contents->count && code == 0; i++)
        code = write_file(t, image_path(a, directory, i), contents->items[i], false, e);
    if (code == 0)
        code =
            write_file(t, path_join(a, directory, "manifest.json"), bytes_of(manifest), false, e);
    if (code == 0)
        code = write_file(t, path_join(a, directory, "state"), bytes_of("prepared\n"), false, e);
    return code == 0 ? tree_writing(t)->flush(t, e) : code;
}

/* The manifest and the name that comes of it. 0 or the error. */
static int name_run(struct arena *a, const struct edit_list *edits, const char *command,
                    int64_t started, content_list *contents, const char **manifest,
                    const char **run, struct err *e)
{
    char hash[HASH_HEX_CHARS + 1];
    CLEANUP_JSON struct json *json = manifest_json(a, edits, command, started, contents);
    *manifest = json_print(a, json, true);
    if (strlen(*manifest) > MANIFEST_MAX)
        return err_set(e, ERR_LIMIT, "too many changes for one run");
    if (!hash_sha256_hex(bytes_of(*manifest), hash))
        return err_set(e, ERR_INTERNAL, "the hash library fails");
    *run = arena_printf(a, "%s-%.*s", time_text(a, started, false), (int)RUN_HEX, hash);
    return 0;
}

bool journal_is_there(struct arena *a, const struct journal_place *place, const char *run)
{
    const char *state = path_join(a, run_directory(a, place, run), "state");
    return tree_lstat(place->tree, state).presence != PRESENCE_ABSENT;
}

bool journal_is_taken(struct arena *a, const struct journal_place *place,
                      const struct edit_list *edits, const char *command, int64_t started)
{
    struct err ignored = {0};
    content_list contents = {0};
    const char *manifest, *run;
    return name_run(a, edits, command, started, &contents, &manifest, &run, &ignored) == 0 &&
           journal_is_there(a, place, run);
}

int journal_prepare(struct arena *a, const struct journal_place *place,
                    const struct edit_list *edits, const char *command, int64_t started,
                    const char **run, struct err *e)
{
    content_list contents = {0};
    const char *manifest;
    int code = name_run(a, edits, command, started, &contents, &manifest, run, e);
    if (code == 0)
        code = prepare_base(a, place, e);
    if (code != 0)
        return code;
    clear_stillborn(a, place);
    const char *directory = run_directory(a, place, *run);
    struct stat_answer base = tree_lstat(place->tree, place->base);
    struct node_state made = {.exists = true,
                              .type = NODE_DIRECTORY,
                              .mode = 0700,
                              .uid = base.node.uid,
                              .gid = base.node.gid};
    code = tree_writing(place->tree)->make(place->tree, directory, &made, e);
    if (code != 0)
        return err_context(e, "no journal can be kept there (--backup-dir DIR keeps one on this "
                              "machine)");
    code = write_run(a, place->tree, directory, manifest, &contents, e);
    if (code != 0) {
        struct err ignored = {0}; /* without its state it is no run */
        err_context(e, "no journal can be kept there (--backup-dir DIR keeps one on this machine)");
        remove_run(a, place->tree, directory, &ignored);
    }
    return code;
}

int journal_set_state(struct arena *a, const struct journal_place *place, const char *run,
                      enum journal_state state, struct err *e)
{
    const char *directory = run_directory(a, place, run);
    const char *path = path_join(a, directory, "state");
    leftovers_clear(a, place->tree, directory);
    int code = write_file(place->tree, path, bytes_of(arena_printf(a, "%s\n", state_names[state])),
                          true, e);
    return code == 0 ? tree_writing(place->tree)->flush(place->tree, e) : code;
}

int journal_forget(struct arena *a, const struct journal_place *place, const char *run,
                   struct err *e)
{
    if (!is_run_name(run))
        return err_set(e, ERR_NOT_FOUND, "\"%s\" is no name of a run", run);
    const char *directory = run_directory(a, place, run);
    struct stat_answer s = tree_lstat(place->tree, directory);
    if (s.presence != PRESENCE_PRESENT)
        return err_set(e, ERR_NOT_FOUND, "there is no run %s", run);
    if (s.node.type != NODE_DIRECTORY || strcmp(s.real_path, directory) != 0)
        return err_set_at(e, ERR_REFUSED, directory, 0, 0, "is no plain directory");
    int code = remove_run(a, place->tree, directory, e);
    return code == 0 ? tree_writing(place->tree)->flush(place->tree, e) : code;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Nothing in a journal is reached through a link. */
static int read_plain(const struct journal_place *p, const char *path, uint64_t limit,
                      struct bytes *out, struct err *e)
{
    struct stat_answer s = tree_lstat(p->tree, path);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_FILE ||
        strcmp(s.real_path, path) != 0)
        return err_set_at(e, ERR_REFUSED, path, 0, 0, "%s",
                          s.presence == PRESENCE_UNREADABLE ? s.reason : "is no plain file there");
    bool foreign = strcmp(p->base, "/") != 0 && s.node.uid != 0;
    if (foreign || (s.node.mode & 077))
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "belongs to somebody else or is open to others: not of our making");
    struct read_answer r = p->tree->engine->read(p->tree, path, limit);
    if (r.presence != PRESENCE_PRESENT || r.cut)
        return err_set_at(e, r.cut ? ERR_LIMIT : ERR_IO, path, 0, 0, "%s",
                          r.cut ? "larger than a journal's file may be" : r.reason);
    *out = r.content;
    return 0;
}

static int read_state(struct arena *a, const struct journal_place *p, const char *directory,
                      enum journal_state *out, struct err *e)
{
    struct bytes text;
    const char *path = path_join(a, directory, "state");
    int code = read_plain(p, path, 64, &text, e);
    for (size_t i = 0; code == 0 && i < sizeof state_names / sizeof *state_names; i++) {
        if (bytes_equal_text(text, arena_printf(a, "%s\n", state_names[i]))) {
            *out = (enum journal_state)i;
            return 0;
        }
    }
    return code ? code : err_set_at(e, ERR_SYNTAX, path, 0, 0, "says no state of a run");
}

static int read_manifest(struct arena *a, const struct journal_place *p, const char *run,
                         struct json **out, struct err *e)
{
    struct bytes text;
    char hash[HASH_HEX_CHARS + 1];
    const char *path = path_join(a, run_directory(a, p, run), "manifest.json");
    int code = read_plain(p, path, MANIFEST_MAX, &text, e);
    if (code != 0)
        return code;
    if (!hash_sha256_hex(text, hash) || strncmp(hash, run + RUN_CHARS - RUN_HEX, RUN_HEX) != 0)
        return err_set_at(e, ERR_REFUSED, path, 0, 0,
                          "is not what was written: its hash is not the one in the run's name");
    *out = json_parse(text, path, e);
    if (!*out)
        return e->code;
    const char *schema = json_member_string(*out, "schema");
    if (schema && strcmp(schema, SCHEMA) == 0)
        return 0;
    json_free(*out);
    *out = NULL;
    return err_set_at(e, ERR_SYNTAX, path, 0, 0, "is no manifest of diskmend's");
}

static int read_about(struct arena *a, const struct journal_place *p, const char *run,
                      const struct json *manifest, struct journal_run *about, struct err *e)
{
    const char *command = json_member_string(manifest, "command");
    const char *started = json_member_string(manifest, "started");
    *about = (struct journal_run){
        .run = arena_strdup(a, run),
        .command = arena_strdup(a, command ? command : "?"),
        .started = arena_strdup(a, started ? started : "?"),
        .edit_count = json_count(json_member(manifest, "edits")),
    };
    return read_state(a, p, run_directory(a, p, run), &about->state, e);
}

struct images {
    uint64_t bytes; /* read so far: a manifest may name the largest of them over and over */
    struct arena *arena;
    const struct journal_place *place;
    const char *directory;
};

static struct bytes read_image(void *context, size_t number, struct err *e)
{
    struct images *i = context;
    struct bytes out = {0};
    const char *path = image_path(i->arena, i->directory, number);
    if (i->bytes > LIMIT_TOTAL_BYTES)
        err_set_at(e, ERR_LIMIT, path, 0, 0, "more bytes than a journal may hold");
    else
        read_plain(i->place, path, LIMIT_EDIT_BYTES, &out, e);
    i->bytes += out.len;
    return out;
}

int journal_read(struct arena *a, const struct journal_place *place, const char *run,
                 struct journal_run *about, struct edit_list *edits, struct err *e)
{
    if (!is_run_name(run))
        return err_set(e, ERR_NOT_FOUND, "\"%s\" is no name of a run", run);
    const char *directory = run_directory(a, place, run);
    struct stat_answer s = tree_lstat(place->tree, directory);
    if (s.presence != PRESENCE_PRESENT || s.node.type != NODE_DIRECTORY)
        return err_set(e, ERR_NOT_FOUND, "there is no run %s", run);
    if (strcmp(s.real_path, directory) != 0)
        return err_set_at(e, ERR_REFUSED, directory, 0, 0, "is reached through a link");
    CLEANUP_JSON struct json *manifest = NULL;
    int code = check_base(a, place, e);
    if (code == 0)
        code = read_manifest(a, place, run, &manifest, e);
    if (code == 0)
        code = read_about(a, place, run, manifest, about, e);
    struct images images = {0, a, place, directory};
    return code == 0
               ? edit_list_parse(a, json_member(manifest, "edits"), read_image, &images, edits, e)
               : code;
}

int journal_list(struct arena *a, const struct journal_place *place, journal_runs *out,
                 struct err *e)
{
    struct stat_answer base = tree_lstat(place->tree, place->base);
    if (base.presence == PRESENCE_ABSENT)
        return 0;
    if (base.presence == PRESENCE_UNREADABLE)
        return err_set_at(e, ERR_IO, place->base, 0, 0, "%s", base.reason);
    if (base.node.type != NODE_DIRECTORY || strcmp(base.real_path, place->base) != 0)
        return err_set_at(e, ERR_REFUSED, place->base, 0, 0, "is no plain directory");
    int base_code = check_base(a, place, e);
    if (base_code != 0)
        return base_code;
    struct list_answer names = tree_list(place->tree, place->base);
    for (size_t i = 0; i < names.count && out->count < RUNS_MAX; i++) {
        struct journal_run about;
        CLEANUP_JSON struct json *manifest = NULL;
        const char *run = names.names[i];
        if (!is_run_name(run))
            continue;
        if (tree_lstat(place->tree, path_join(a, run_directory(a, place, run), "state")).presence ==
            PRESENCE_ABSENT)
            continue; /* never prepared, or forgotten half-way: nothing was changed by it */
        int code = read_manifest(a, place, run, &manifest, e);
        if (code == 0)
            code = read_about(a, place, run, manifest, &about, e);
        if (code != 0)
            return err_context(e, "the run %s cannot be used (undo --forget removes its record)",
                               run);
        vec_push(a, out, about);
    }
    return 0;
}
