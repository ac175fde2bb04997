/* Line-wise files through Augeas with our own total lenses (rules/lenses): every text parses, every
 * byte belongs to some line, every line and field knows its place. The only door to libaugeas.
 * In memory only; guest text never enters a path expression. */
#ifndef DISKMEND_SYNTAX_LENS_H
#define DISKMEND_SYNTAX_LENS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

/* One Augeas handle with our lens directory; one a worker. Lenses compile on first use. */
struct lens_session;
/* LENS_DIRECTORY: rules/lenses. NULL and E on error. Free with lens_close. */
struct lens_session *lens_open(struct arena *a, const char *lens_directory, struct err *e);
void lens_close(struct lens_session *s);

enum lens_kind {
    LENS_SSHD,    /* line: an `entry` has one field "line": the words are sshd_words' affair */
    /* Account files: blanks before the name belong to no field (glibc skips them); the `extra`
     * field of a bare line is all that follows the last field it should have, colons and all. */
    LENS_PASSWD,  /* entry fields: name password uid gid gecos home shell */
    LENS_SHADOW,  /* name password last_change minimum maximum warn inactive expires reserved */
    LENS_GROUP,   /* name password gid members */
    LENS_GSHADOW, /* name password administrators members */
    /* device directory type options frequency pass (as many as are there; entry: three or more),
     * and `extra`: all that follows the sixth. A CR before the newline is in the last field. */
    LENS_FSTAB
};

struct lens_field {
    const char *name;   /* from the lens: "uid" */
    struct bytes value; /* the original bytes, into lens_text.text */
    int column;         /* 1-based byte column in its line */
};

struct lens_line {
    /* "entry": the good form · "comment" · "blank" · "bare": has the shape of an entry but not all
     * its fields (their fields are given as far as they go) · "junk": none of these (no fields) */
    const char *kind;
    int line;           /* 1-based */
    struct bytes text;  /* the original bytes without the newline (a CR before it is kept) */
    struct lens_field *fields;
    size_t field_count;
};

/* Bytes that Augeas cannot carry (NUL, 0x01 to 0x04); they are screened one for one, so that every
 * place holds, and each is a fact. At most 100 are listed. */
struct lens_odd_byte {
    unsigned char byte;
    int line, column;
};

struct lens_text {
    struct bytes text; /* the original */
    VEC(struct lens_line) lines; /* every line; a text without final newline ends in one all the same */
    VEC(struct lens_odd_byte) odd_bytes;
    bool has_byte_order_mark;
    bool has_carriage_returns; /* some line ends in CR LF */
    bool no_final_newline;     /* and the text is not empty */
};

/* Parse TEXT (borrowed: must outlive the answer). Never fails on what a guest can write: an error
 * is a fault of ours (lens missing, ERR_INTERNAL) or ERR_LIMIT (more than LIMIT_ACCOUNT_BYTES, or
 * more lines and fields than LIMIT_PARSE_NODES: OUT then holds the lines before the limit).
 * Fields are always sliced from the original bytes. OUT is in the session's arena. */
int lens_parse(struct lens_session *s, enum lens_kind kind, struct bytes text,
               struct lens_text *out, struct err *e);

/* Text → tree → text through Augeas, for the property test: OUT must equal TEXT. Also fails
 * (ERR_INTERNAL) when a place that lens_parse would give is not the span that Augeas gives. */
int lens_round_trip(struct lens_session *s, enum lens_kind kind, struct bytes text,
                    struct bytes *out, struct err *e);

#endif
