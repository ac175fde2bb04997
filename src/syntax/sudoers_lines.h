/* The language of sudoers: aliases, Defaults, rules, includes, as sudo's own toke.l and gram.y read
 * them. Bytes in, entries out; what an entry means for a person is login/'s. Never fails: what sudo
 * would call a syntax error is an entry of its own. */
#ifndef DISKMEND_SYNTAX_SUDOERS_LINES_H
#define DISKMEND_SYNTAX_SUDOERS_LINES_H

#include <stdbool.h>

#include "base/vec.h"

enum sudoers_kind {
    SUDOERS_ERROR,
    SUDOERS_DEFAULT,
    SUDOERS_ALIAS,
    SUDOERS_RULE,
    SUDOERS_INCLUDE,
    SUDOERS_INCLUDE_DIRECTORY
};

/* "ana" "%sudo" "#1000" "%#27" "+net" "ALL" "web*", or for commands "/bin/ls -l". */
struct sudoers_member {
    const char *text; /* quotes and backslashes undone, but for a command's arguments */
    bool negated;
};
struct sudoers_members {
    VEC(struct sudoers_member) list;
};

enum sudoers_tag { SUDOERS_TAG_NONE, SUDOERS_TAG_PASSWD, SUDOERS_TAG_NOPASSWD };

struct sudoers_entry {
    enum sudoers_kind kind;
    int line; /* where the statement starts */
    /* SUDOERS_ERROR: the first word of the statement. ALIAS, DEFAULT: the name. INCLUDE: the path. */
    const char *name;
    const char *error; /* SUDOERS_ERROR: what is wrong, in our words */
    char scope;        /* DEFAULT: '\0' or '@' ':' '>' '!'. ALIAS: 'U' 'R' 'H' 'C' */
    struct sudoers_members members; /* DEFAULT: of the scope. ALIAS: its own. RULE: the users */
    const char *value;              /* DEFAULT: NULL for a bare name */
    char operation;                 /* DEFAULT: '!' (off), '=', '+', '-' or '\0' */
    bool at_sign;                   /* INCLUDE: written as @include, not #include */
    /* RULE: one entry for each command; what sticks from the commands before is filled in. */
    struct sudoers_members hosts, runas;
    bool has_runas;   /* there are parentheses; without them only the default target */
    bool runas_empty; /* "()" or "(:group)": no user but oneself */
    enum sudoers_tag tag;
    const char *not_before, *not_after; /* NOTBEFORE=, NOTAFTER= */
    bool has_digest;
    struct sudoers_member command;
};

struct sudoers_text {
    VEC(struct sudoers_entry) entries;
    bool too_long; /* entries beyond the limit were left out */
};

struct sudoers_text *sudoers_read(struct arena *a, struct bytes text);

#endif
