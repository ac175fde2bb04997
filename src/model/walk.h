/* A person's way in: the thirteen gates of DESIGN section 7 and what a walk through them found.
 * Filled by login/, read by report/ and repair/. Holds no logic but names and the verdict. */
#ifndef DISKMEND_MODEL_WALK_H
#define DISKMEND_MODEL_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/place.h"

/* In the order a login passes them. X(constant, name as shown) */
#define GATES(X)                                                                                   \
    X(GATE_DISK, "disk")                                                                           \
    X(GATE_BOOT, "boot")                                                                           \
    X(GATE_NETWORK, "network")                                                                     \
    X(GATE_SSHD, "sshd")                                                                           \
    X(GATE_LISTEN, "listen")                                                                       \
    X(GATE_FIREWALL, "firewall")                                                                   \
    X(GATE_AUTH, "auth")                                                                           \
    X(GATE_ALLOW, "allow")                                                                         \
    X(GATE_ACCOUNT, "account")                                                                     \
    X(GATE_KEY, "key")                                                                             \
    X(GATE_PAM, "pam")                                                                             \
    X(GATE_SESSION, "session")                                                                     \
    X(GATE_SUDO, "sudo")

enum gate {
#define GATE_CONSTANT(constant, name) constant,
    GATES(GATE_CONSTANT)
#undef GATE_CONSTANT
        GATE_COUNT
};

const char *gate_name(enum gate gate);
/* GATE_COUNT when there is no gate of that name. */
enum gate gate_by_name(const char *name);

enum gate_state {
    GATE_OPEN,
    GATE_SHUT,
    GATE_UNKNOWN,   /* something that decides it is on the disk but cannot be read or modelled */
    GATE_NOT_JUDGED /* this build does not judge the gate, or it does not apply to the method */
};
const char *gate_state_name(enum gate_state state); /* "open" "shut" "unknown" "not-judged" */

enum login_method { METHOD_PUBLICKEY, METHOD_PASSWORD, METHOD_KEYBOARD_INTERACTIVE, METHOD_COUNT };
const char *login_method_name(enum login_method method); /* sshd's own names */

struct subject {
    const char *user;
    const char *from;      /* client address as text; NULL: any outside address */
    int port;              /* 22 unless asked otherwise */
    enum login_method method;
    const char *identity;  /* the public key offered, "type base64"; NULL: whichever fits */
    int64_t at;            /* the moment judged, seconds since 1970 UTC */
};

/* One lock (or one thing that leaves a gate unknown), as login/ found it. */
struct reason {
    const char *id;      /* the rule that words it: "key-home-perms" */
    enum gate gate;
    enum gate_state state; /* GATE_SHUT, GATE_UNKNOWN, or GATE_OPEN for a mere note */
    bool everybody;      /* shuts every subject, not only this one */
    struct place at;
    /* Words for the rule's message; each may be NULL. */
    const char *value;   /* what stands there */
    const char *keyword; /* the keyword, option or file it stands in */
    const char *wanted;  /* what would be needed */
    const char *detail;  /* one clause more, in our words */
};

struct gate_answer {
    enum gate_state state;
    struct reason *reasons;
    size_t reason_count;
};

enum sudo_kind { SUDO_UNKNOWN, SUDO_NONE, SUDO_PASSWORD, SUDO_NOPASSWD, SUDO_NOT_JUDGED };
const char *sudo_kind_name(enum sudo_kind kind);

struct walk {
    struct subject subject;
    bool user_exists;
    bool expected; /* this way in was set up for this person: its loss is a lock-out */
    struct gate_answer gates[GATE_COUNT];
    enum sudo_kind sudo;
};

/* Any gate shut: shut; else any unknown: unknown; else open. */
enum gate_state walk_verdict(const struct walk *walk);
/* The same without gate sudo: does the person get in, root or not? */
enum gate_state walk_admission(const struct walk *walk);

#endif
