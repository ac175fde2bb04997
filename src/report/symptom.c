#include "report/symptom.h"

#include <string.h>

#define REFUSED        "Connection refused"
#define TIMED_OUT      "Connection timed out, or No route to host"
#define DENIED_KEY     "Permission denied (publickey)"
#define DENIED         "Permission denied, please try again"
#define CLOSED_AFTER   "Connection closed, right after the key is accepted"
#define CLOSED_AFTER_P "Connection closed, right after the password is accepted"
#define CLOSED_BEFORE  "Connection closed or reset before any question"

struct symptom {
    const char *by_key;
    const char *by_password; /* NULL: the same */
};

/* Boot and network: nothing answers. sshd and listen: the kernel answers that nobody is there. From
 * auth on sshd answers, and it tells everybody the same (a wrong name is refused like a wrong key).
 * PAM's account and session phases come after the authentication (sshd: auth2.c userauth_finish,
 * "Access denied for user by PAM account configuration"). */
static const struct symptom gates[GATE_COUNT] = {
    [GATE_DISK] = {TIMED_OUT "; the console shows how far the boot gets", NULL},
    [GATE_BOOT] = {TIMED_OUT "; the console shows where the boot stops", NULL},
    [GATE_NETWORK] = {TIMED_OUT, NULL},
    [GATE_SSHD] = {REFUSED, NULL},
    [GATE_LISTEN] = {REFUSED, NULL},
    [GATE_FIREWALL] = {"Connection timed out (dropped) or refused (rejected)", NULL},
    [GATE_AUTH] = {DENIED_KEY, DENIED},
    [GATE_ALLOW] = {DENIED_KEY, DENIED},
    [GATE_ACCOUNT] = {DENIED_KEY, DENIED},
    [GATE_KEY] = {DENIED_KEY, DENIED},
    [GATE_PAM] = {CLOSED_AFTER, DENIED ", or Connection closed right after the password"},
    [GATE_SESSION] = {CLOSED_AFTER, CLOSED_AFTER_P},
    [GATE_SUDO] = {"the login works, sudo does not", NULL},
};

/* Rules that show otherwise than their gate. */
static const struct {
    const char *rule;
    struct symptom symptom;
} rules[] = {
    {"listen-limits-too-low", {CLOSED_BEFORE, NULL}},
    {"listen-source-penalty", {CLOSED_BEFORE, NULL}},
    {"hosts-deny", {CLOSED_BEFORE, NULL}},
    {"maxauthtries-low", {"Too many authentication failures", NULL}},
    {"kex-or-hostkey-mismatch", {"Unable to negotiate: no matching method found", NULL}},
    {"account-expired", {CLOSED_AFTER " (without PAM: Permission denied)", CLOSED_AFTER_P}},
    {"password-expired",
     {"the key is accepted, then a new password is asked for, or the connection is closed",
      "the password is accepted, then a new one is asked for, or the connection is closed"}},
    {"shadow-entry-missing", {CLOSED_AFTER, DENIED}},
    {"nologin-file",
     {"the key is accepted, a notice may be shown, then Connection closed",
      "the password is accepted, a notice may be shown, then Connection closed"}},
    {"shell-missing-or-not-executable", {DENIED_KEY, DENIED}},
    {"shell-nologin",
     {"\"This account is currently not available\" or nothing at all, then Connection closed",
      NULL}},
};
#define RULES (sizeof rules / sizeof *rules)

const char *symptom_text(enum gate gate, const char *rule, enum login_method method)
{
    const struct symptom *s = &gates[gate];
    for (size_t i = 0; rule && i < RULES; i++)
        if (strcmp(rules[i].rule, rule) == 0)
            s = &rules[i].symptom;
    return method != METHOD_PUBLICKEY && s->by_password ? s->by_password : s->by_key;
}

const char *symptom_rule(size_t index)
{
    return index < RULES ? rules[index].rule : NULL;
}
