/* Who gets in: walks subjects through the gates exactly as sshd, PAM and systemd would, from the
 * facts alone. Exactness lives here beside its source reference; words, severity and repair live
 * in the rules. Never touches the tree. */
#ifndef DISKMEND_LOGIN_LOGIN_H
#define DISKMEND_LOGIN_LOGIN_H

#include "base/json.h"
#include "facts/facts.h"
#include "model/walk.h"

/* What was asked on the command line. */
struct login_question {
    const char *const *users; /* none: root and every account a person could use */
    size_t user_count;
    const char *from; /* NULL: any outside address */
    int port;         /* 22 unless asked otherwise */
    const char *identity;
    bool password; /* judge password login for the named users as well */
    int64_t at;
};

typedef VEC(const char *) name_list;

struct login_answer {
    VEC(struct walk) walks; /* by account in passwd order, root first; publickey before password */
    VEC(const char *) unknown_users; /* named, and not an account of this guest */
    name_list accounts;              /* with unknown users: those there are, with a login shell */
};

/* Walk every subject. The answer lives in the facts' arena. */
struct login_answer *login_judge(const struct facts *f, const struct login_question *question);

/* The walk of the same person by the same method; NULL where ANSWER has none. */
const struct walk *login_same_walk(const struct login_answer *answer, const struct walk *walk);

/* Put the `login` section into a facts document: one record {user, method, gate, reason, state,
 * expected, value, keyword, wanted, detail, at} per reason; user and method are "*" where it shuts
 * everybody (then it stands once). `expected` is true when the way in was set up for the person
 * (a key file, a password that sshd would ask for), when the user was named, or for everybody. */
void login_add_to_document(const struct facts *f, const struct login_answer *answer,
                           struct json *document);

/* One reason of a walk as such a record; the caller owns it. */
struct json *login_reason_record(struct arena *a, const struct walk *w, const struct reason *r);

/* Do the words of the rule hold? Most rules word a lock, not that it cannot be told. */
bool login_reason_is_worded(const struct reason *r);

/* The table of reasons, for the tree test that holds it against the rules. */
struct login_reason_row {
    const char *id; /* rule id */
    enum gate gate;
};
const struct login_reason_row *login_reasons(size_t *count);

#endif
