#include "model/walk.h"

#include <string.h>

static const char *const gate_names[] = {
#define GATE_NAME(constant, name) name,
    GATES(GATE_NAME)
#undef GATE_NAME
};

const char *gate_name(enum gate gate)
{
    return gate < GATE_COUNT ? gate_names[gate] : "none";
}

enum gate gate_by_name(const char *name)
{
    for (int g = 0; g < GATE_COUNT; g++)
        if (strcmp(gate_names[g], name) == 0)
            return (enum gate)g;
    return GATE_COUNT;
}

const char *gate_state_name(enum gate_state state)
{
    static const char *const names[] = {"open", "shut", "unknown", "not-judged"};
    return names[state];
}

const char *login_method_name(enum login_method method)
{
    static const char *const names[] = {"publickey", "password", "keyboard-interactive"};
    return method < METHOD_COUNT ? names[method] : "none";
}

const char *sudo_kind_name(enum sudo_kind kind)
{
    static const char *const names[] = {"unknown", "none", "password", "nopasswd", "not-judged"};
    return names[kind];
}

static enum gate_state verdict_up_to(const struct walk *walk, enum gate end)
{
    enum gate_state verdict = GATE_OPEN;
    for (int g = 0; g < (int)end; g++) {
        if (walk->gates[g].state == GATE_SHUT)
            return GATE_SHUT;
        if (walk->gates[g].state == GATE_UNKNOWN)
            verdict = GATE_UNKNOWN;
    }
    return verdict;
}

enum gate_state walk_verdict(const struct walk *walk)
{
    return verdict_up_to(walk, GATE_COUNT);
}

enum gate_state walk_admission(const struct walk *walk)
{
    return verdict_up_to(walk, GATE_SUDO);
}
