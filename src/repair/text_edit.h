/* Lines of a text file in the overlay: read, replaced, put in, commented out, everything else byte
 * for byte as it was (CR LF ends and a missing last newline too). For the verbs of repair/. */
#ifndef DISKMEND_REPAIR_TEXT_EDIT_H
#define DISKMEND_REPAIR_TEXT_EDIT_H

#include "base/strbuf.h"
#include "repair/verb.h"

struct text_line {
    struct bytes text; /* without its end */
    struct bytes end;  /* "\n" "\r\n" or nothing, at the end of a file */
};

struct text_file {
    const char *path; /* resolved: where it really is */
    struct node_state state;
    VEC(struct text_line) lines;
    bool has_moved; /* lines were put in or taken out: numbers of later lines no longer hold */
};

/* Files whose lines moved in this round. */
struct line_moves {
    VEC(const char *) paths;
};

/* Open PATH (links are followed; a regular file of at most LIMIT_EDIT_BYTES). IS_LINE_STEP: the
 * caller has a line number from the facts; VERB_LATER when it no longer holds. */
int text_open(struct verb_context *c, const char *path, bool is_line_step, struct text_file *out,
              struct err *e);
/* The line of that number (1-based); NULL and E when the file has no such line. */
struct text_line *text_line_at(struct text_file *f, int line, struct err *e);
/* Open PATH at a line that the facts name, by its number or as "path" and "line" of the step. 0,
 * VERB_LATER, or the error: first the file's, then the line's. */
int text_open_line(struct verb_context *c, const char *path, int number, struct text_file *out,
                   struct text_line **line, struct err *e);
int text_open_step(struct verb_context *c, const struct json *step, struct text_file *out,
                   struct text_line **line, struct err *e);
/* The number (1-based) of a line of F. */
int text_line_number(const struct text_file *f, const struct text_line *line);
/* Put a line before line NUMBER (1-based; 0: at the end, after a missing last newline). */
void text_insert(struct verb_context *c, struct text_file *f, int number, const char *text);
/* Take COUNT lines out from NUMBER on. */
void text_remove(struct text_file *f, int number, size_t count);
/* Replace the text of a line; its end stays. */
void text_set(struct text_line *line, struct bytes text);
/* Comment a line out: "#" and the rule before the text as it was. An existing comment stays. */
void text_comment(struct verb_context *c, struct text_line *line);
/* Give the lines back to the overlay; nothing happens when they are as they were. */
int text_save(struct verb_context *c, struct text_file *f, struct err *e);

/* Where PATH really is and what is there now, without its content: a regular file or nothing, else
 * ERR_REFUSED. */
int text_place(struct verb_context *c, const char *path, const char **real, struct node_state *now,
               struct err *e);
/* A whole new content for the file at PATH, its meta kept (or a new file of this meta). */
int text_put(struct verb_context *c, const char *path, struct bytes content, uint32_t mode,
             uint32_t uid, uint32_t gid, struct err *e);

/* KEY=VALUE in a file of such lines (in [SECTION], unless that is NULL): the last line that sets it
 * takes the value, else one is added. verb_conf.c */
int conf_set_key(struct verb_context *c, const char *path, const char *section, const char *key,
                 const char *value, struct err *e);

/* Where PATH really is, its last component resolved too; a name that does not exist yet is joined
 * to its resolved directory. NULL and E when something on the way is missing or unreadable. */
const char *real_path_of(struct verb_context *c, const char *path, struct err *e);

#endif
