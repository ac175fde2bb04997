/* Text through Augeas in small runs of whole lines, and the tree back into lines and fields. Small
 * runs, because the time Augeas needs to find and free nodes grows with the square of a tree's
 * size. Places come from the tree itself: its values in order are the text, and each is compared
 * with the bytes it stands for while it is walked. (aug_span would give the same, at forty times
 * the price; lens_round_trip checks that it does.) */
#include "syntax/lens.h"

#include <augeas.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/strbuf.h"

#define RUN_LINES      64u /* one run ends after so many lines … */
#define RUN_BYTES      65536u /* … or as soon as it is this long; a longer line is a run of its own */
#define LINE_FIELDS    16u /* more than any lens gives a line */
#define ODD_BYTES_KEPT 100u
#define STAND_IN       '?' /* for a byte that Augeas cannot carry: a word character everywhere */

/* Constant paths: nothing of the guest is ever part of a path expression. */
#define INPUT_PATH  "/input"
#define TREE_PATH   "/text"
#define OUTPUT_PATH "/output"
#define NODES       "nodes"

struct lens_session {
    struct arena *arena;
    const char *directory;
    augeas *augeas;
    /* The same with AUG_ENABLE_SPAN, for lens_round_trip, made when first wanted: Augeas 1.14 leaks
     * a span for every text it takes with that flag. */
    augeas *spanning;
    locale_t bytewise; /* the C locale: a byte is a character, UTF-8 or not */
};

static const struct language {
    const char *lens;
    bool colons; /* fields after the first stand behind a colon that is in no value */
} languages[] = {
    [LENS_SSHD] = {"Diskmend_Sshd.lns", false},      [LENS_PASSWD] = {"Diskmend_Passwd.lns", true},
    [LENS_SHADOW] = {"Diskmend_Shadow.lns", true},   [LENS_GROUP] = {"Diskmend_Group.lns", true},
    [LENS_GSHADOW] = {"Diskmend_Gshadow.lns", true}, [LENS_FSTAB] = {"Diskmend_Fstab.lns", false},
};

/* Labels, so that names outlive the tree. */
static const char *const kind_names[] = {"entry", "comment", "blank", "bare", "junk", NULL};
static const char *const field_names[] = {"line",      "name",      "password", "uid",
                                          "gid",       "gecos",     "home",     "shell",
                                          "minimum",   "maximum",   "warn",     "last_change",
                                          "inactive",  "expires",   "device",   "reserved",
                                          "members",   "directory", "type",     "administrators",
                                          "options",   "pass",      "extra",    "gap",
                                          "frequency", NULL};

static const char *name_in(const char *const *names, const char *label)
{
    for (; label && *names; names++)
        if (strcmp(*names, label) == 0)
            return *names;
    return NULL;
}

/* What Augeas says went wrong; never guest text (aug_error_details may quote it: left out unless it
 * is about a lens). */
static int augeas_failed(struct lens_session *s, const char *doing, struct err *e)
{
    int code = aug_error(s->augeas);
    if (code == AUG_ENOMEM)
        return err_set(e, ERR_NOMEM, "out of memory while %s", doing);
    const char *details = aug_error_details(s->augeas);
    bool about_lens = code == AUG_ESYNTAX || code == AUG_ENOLENS;
    return err_set(e, ERR_INTERNAL, "Augeas failed while %s: %s%s%s", doing,
                   aug_error_message(s->augeas), about_lens && details ? ": " : "",
                   about_lens && details ? details : "");
}

static augeas *augeas_open(struct lens_session *s, unsigned flags, struct err *e)
{
    augeas *aug =
        aug_init("/", s->directory,
                 AUG_NO_MODL_AUTOLOAD | AUG_NO_STDINC | AUG_NO_LOAD | AUG_NO_ERR_CLOSE | flags);
    if (aug && aug_error(aug) == AUG_NOERROR)
        return aug;
    err_set(e, ERR_INTERNAL, "Augeas does not start: %s",
            aug ? aug_error_message(aug) : "out of memory");
    if (aug)
        aug_close(aug);
    return NULL;
}

struct lens_session *lens_open(struct arena *a, const char *lens_directory, struct err *e)
{
    if (strchr(lens_directory, ':')) { /* it would be taken for two directories */
        err_set_at(e, ERR_UNSUPPORTED, lens_directory, 0, 0,
                   "the path of the lens directory holds a colon");
        return NULL;
    }
    struct lens_session *s = arena_new_struct(a, struct lens_session);
    s->arena = a;
    s->directory = arena_strdup(a, lens_directory);
    s->bytewise = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!s->bytewise) {
        err_set(e, ERR_NOMEM, "out of memory");
        return NULL;
    }
    s->augeas = augeas_open(s, AUG_NONE, e);
    if (!s->augeas) {
        lens_close(s);
        return NULL;
    }
    return s;
}

void lens_close(struct lens_session *s)
{
    if (!s)
        return;
    if (s->augeas)
        aug_close(s->augeas);
    if (s->spanning)
        aug_close(s->spanning);
    if (s->bytewise)
        freelocale(s->bytewise);
    s->augeas = s->spanning = NULL;
    s->bytewise = (locale_t)0;
}

/* ---- screening --------------------------------------------------------------------------------
 */

/* NUL ends a text; 0x01 to 0x04 are separators inside Augeas (internal.h: ENC_EQ, ENC_SLASH;
 * libfa's reserved range), which aborts on them. */
static bool is_odd(unsigned char byte)
{
    return byte <= 4;
}

/* One run of whole lines of the original, screened, NUL-terminated, ending in a newline. */
struct run {
    size_t from, to; /* the original bytes */
    char *text;      /* what Augeas sees */
    size_t len;      /* to - from, and one more when a newline was added */
    size_t capacity;
};

/* The next run after R; false at the end of the text. */
static bool run_next(struct run *r, struct bytes text, struct lens_session *s)
{
    r->from = r->to;
    if (r->from >= text.len)
        return false;
    for (size_t lines = 0; r->to < text.len && lines < RUN_LINES && r->to - r->from < RUN_BYTES;
         lines++) {
        const char *end = memchr(text.ptr + r->to, '\n', text.len - r->to);
        r->to = end ? (size_t)(end - text.ptr) + 1 : text.len;
    }
    r->len = r->to - r->from;
    if (r->len + 2 > r->capacity) {
        if (r->text)
            explicit_bzero(r->text, r->capacity);
        free(r->text);
        r->capacity = r->len + 2 > RUN_BYTES ? r->len + 2 : RUN_BYTES;
        r->text = malloc(r->capacity);
        if (!r->text)
            arena_exhausted(s->arena);
    }
    for (size_t i = 0; i < r->len; i++) {
        char c = text.ptr[r->from + i];
        r->text[i] = is_odd((unsigned char)c) ? STAND_IN : c;
    }
    if (r->text[r->len - 1] != '\n')
        r->text[r->len++] = '\n';
    r->text[r->len] = '\0';
    return true;
}

static int run_store(struct lens_session *s, enum lens_kind kind, const struct run *r,
                     struct err *e)
{
    if (aug_set(s->augeas, INPUT_PATH, r->text) < 0)
        return augeas_failed(s, "taking a text", e);
    if (aug_text_store(s->augeas, languages[kind].lens, INPUT_PATH, TREE_PATH) < 0) {
        if (aug_error(s->augeas) != AUG_NOERROR)
            return augeas_failed(s, "loading a lens", e);
        return err_set(e, ERR_INTERNAL, "the lens %s does not take every text",
                       languages[kind].lens);
    }
    /* In the order of the text. */
    if (aug_defvar(s->augeas, NODES, TREE_PATH "/descendant::*") < 0)
        return augeas_failed(s, "listing the tree", e);
    return ERR_NONE;
}

/* ---- from the tree to lines -------------------------------------------------------------------
 */

struct walk {
    struct lens_session *s;
    const struct language *language;
    const struct run *run;
    struct lens_text *out;
    size_t at;        /* in run->text: how far the tree has been followed */
    size_t line_from; /* where the line being read starts, in run->text */
    struct lens_line *line;
    struct lens_field fields[LINE_FIELDS];
    bool check_spans;
    size_t nodes; /* of the whole text, for the limit */
    struct err *e;
};

static int disagree(struct walk *w)
{
    return err_set_at(w->e, ERR_INTERNAL, NULL, (int)w->out->lines.count, 0,
                      "the tree of %s and its text disagree", w->language->lens);
}

/* The next bytes of the text must be these. */
static bool walk_over(struct walk *w, const char *text, size_t len)
{
    if (len > w->run->len - w->at || memcmp(w->run->text + w->at, text, len) != 0)
        return false;
    w->at += len;
    return true;
}

static bool line_end(struct walk *w)
{
    struct lens_line *line = w->line;
    if (!line)
        return true;
    if (!walk_over(w, "\n", 1))
        return false;
    size_t from = w->run->from + w->line_from;
    line->text = bytes_cut(w->out->text, from, w->run->from + w->at - 1);
    if (line->field_count) {
        line->fields = arena_alloc_array(w->s->arena, line->field_count, sizeof *line->fields);
        memcpy(line->fields, w->fields, line->field_count * sizeof *line->fields);
    }
    w->line = NULL;
    return true;
}

static bool line_begin(struct walk *w, const char *kind, const char *value)
{
    if (!line_end(w))
        return false;
    w->line = vec_push_new(w->s->arena, &w->out->lines);
    w->line->kind = kind;
    w->line->line = (int)w->out->lines.count;
    w->line_from = w->at;
    return walk_over(w, value, strlen(value));
}

static bool field_add(struct walk *w, const char *name, const char *value)
{
    struct lens_line *line = w->line;
    if (!line || line->field_count >= LINE_FIELDS)
        return false;
    bool is_gap = strcmp(name, "gap") == 0;
    if (w->language->colons && line->field_count > 0 && !walk_over(w, ":", 1))
        return false;
    size_t from = w->run->from + w->at;
    size_t len = strlen(value);
    if (!walk_over(w, value, len))
        return false;
    if (is_gap)
        return true;
    w->fields[line->field_count++] = (struct lens_field){
        .name = name,
        .value = bytes_cut(w->out->text, from, from + len),
        .column = (int)(from - w->run->from - w->line_from) + 1,
    };
    return true;
}

/* Is the span of node INDEX what the walk says? A line's span has its newline. */
static bool span_agrees(struct walk *w, int index, bool is_line, size_t value_len)
{
    char path[32];
    snprintf(path, sizeof path, "$" NODES "[%d]", index + 1);
    unsigned label_start, label_end, value_start, value_end, start, end;
    if (aug_span(w->s->augeas, path, NULL, &label_start, &label_end, &value_start, &value_end,
                 &start, &end) < 0)
        return false;
    if (is_line)
        return start == w->line_from &&
               memchr(w->run->text + start, '\n', w->run->len - start) == w->run->text + end - 1;
    return end == w->at && end - start == value_len;
}

static int walk_run(struct walk *w)
{
    augeas *aug = w->s->augeas;
    int count = aug_ns_count(aug, NODES);
    if (count < 0)
        return augeas_failed(w->s, "counting nodes", w->e);
    w->at = 0;
    w->line = NULL;
    for (int i = 0; i < count; i++) {
        const char *value = NULL, *label = NULL;
        if (aug_ns_attr(aug, NODES, i, &value, &label, NULL) < 0)
            return augeas_failed(w->s, "reading a node", w->e);
        if (!value)
            value = "";
        const char *kind = name_in(kind_names, label);
        const char *field = kind ? NULL : name_in(field_names, label);
        bool good = kind ? line_begin(w, kind, value) : field && field_add(w, field, value);
        if (!good || (w->check_spans && !span_agrees(w, i, kind != NULL, strlen(value))))
            return disagree(w);
    }
    if (!line_end(w) || w->at != w->run->len)
        return disagree(w);
    w->nodes += (size_t)count;
    if (w->nodes > LIMIT_PARSE_NODES)
        return err_set_at(w->e, ERR_LIMIT, NULL, (int)w->out->lines.count, 0,
                          "more than %u lines and fields", LIMIT_PARSE_NODES);
    return ERR_NONE;
}

/* ---- the whole text ---------------------------------------------------------------------------
 */

/* One look at every byte: what Augeas cannot carry, line ends, and how many lines to make room for.
 */
static void survey(struct lens_session *s, struct bytes text, struct lens_text *out)
{
    *out = (struct lens_text){.text = text};
    out->has_byte_order_mark = bytes_start_with(text, "\xef\xbb\xbf");
    out->no_final_newline = text.len > 0 && text.ptr[text.len - 1] != '\n';
    size_t line_from = 0;
    size_t lines = out->no_final_newline;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (is_odd(byte) && out->odd_bytes.count < ODD_BYTES_KEPT)
            vec_push(s->arena, &out->odd_bytes,
                     ((struct lens_odd_byte){byte, (int)lines + !out->no_final_newline,
                                             (int)(i - line_from) + 1}));
        if (byte == '\n') {
            out->has_carriage_returns |= i > 0 && text.ptr[i - 1] == '\r';
            lines++;
            line_from = i + 1;
        }
    }
    if (lines > LIMIT_PARSE_NODES) /* the walk stops there */
        lines = LIMIT_PARSE_NODES + RUN_LINES;
    if (lines) {
        out->lines.items = arena_alloc_array(s->arena, lines, sizeof *out->lines.items);
        out->lines.capacity = lines;
    }
}

static int parse_runs(struct walk *w, enum lens_kind kind, struct run *run, struct strbuf *back)
{
    augeas *aug = w->s->augeas;
    while (run_next(run, w->out->text, w->s)) {
        int code = run_store(w->s, kind, run, w->e);
        if (code == ERR_NONE)
            code = walk_run(w);
        if (code != ERR_NONE)
            return code;
        if (!back)
            continue;
        const char *text = NULL;
        if (aug_text_retrieve(aug, w->language->lens, INPUT_PATH, TREE_PATH, OUTPUT_PATH) < 0 ||
            aug_get(aug, OUTPUT_PATH, &text) != 1 || !text)
            return augeas_failed(w->s, "writing a text back", w->e);
        strbuf_add(back, text);
    }
    return ERR_NONE;
}

static int parse(struct lens_session *s, enum lens_kind kind, struct bytes text,
                 struct lens_text *out, struct strbuf *back, struct err *e)
{
    *out = (struct lens_text){.text = text};
    if (text.len > LIMIT_ACCOUNT_BYTES)
        return err_set(e, ERR_LIMIT, "longer than %u bytes", LIMIT_ACCOUNT_BYTES);
    survey(s, text, out);
    struct run run = {0};
    struct walk w = {.s = s,
                     .language = &languages[kind],
                     .run = &run,
                     .out = out,
                     .check_spans = back != NULL,
                     .e = e};
    /* libfa and regex ask the thread's locale how many bytes a character has. */
    locale_t before = uselocale(s->bytewise);
    int code = parse_runs(&w, kind, &run, back);
    aug_rm(s->augeas, TREE_PATH);
    aug_rm(s->augeas, INPUT_PATH);
    aug_rm(s->augeas, OUTPUT_PATH);
    uselocale(before);
    if (run.text) /* it may hold hashes */
        explicit_bzero(run.text, run.capacity);
    free(run.text);
    return code;
}

int lens_parse(struct lens_session *s, enum lens_kind kind, struct bytes text,
               struct lens_text *out, struct err *e)
{
    return parse(s, kind, text, out, NULL, e);
}

int lens_round_trip(struct lens_session *s, enum lens_kind kind, struct bytes text,
                    struct bytes *out, struct err *e)
{
    if (!s->spanning)
        s->spanning = augeas_open(s, AUG_ENABLE_SPAN, e);
    if (!s->spanning)
        return ERR_INTERNAL;
    struct lens_session spanning = *s;
    spanning.augeas = s->spanning;
    struct lens_text lines;
    struct strbuf back;
    strbuf_init(&back, s->arena);
    int code = parse(&spanning, kind, text, &lines, &back, e);
    if (code != ERR_NONE)
        return code;
    for (size_t i = 0; i < back.len && i < text.len; i++)
        if (is_odd((unsigned char)text.ptr[i]) && back.ptr[i] == STAND_IN)
            back.ptr[i] = text.ptr[i];
    if (lines.no_final_newline && back.len > 0 && back.ptr[back.len - 1] == '\n')
        back.len--;
    *out = strbuf_bytes(&back);
    return ERR_NONE;
}
