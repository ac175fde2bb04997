/* Locks while they are being collected: a growing list of reasons, each with the gate that the
 * table gives it. For the gates of login/ only. */
#ifndef DISKMEND_LOGIN_REASONS_H
#define DISKMEND_LOGIN_REASONS_H

#include "base/vec.h"
#include "login/login.h"

struct reason_list {
    struct arena *arena;
    VEC(struct reason) items;
};

/* The gate of a reason; GATE_COUNT when the table has no such id. */
enum gate reason_gate(const char *id);
/* Add one; STATE is GATE_SHUT, GATE_UNKNOWN, or GATE_OPEN for a note. Valid until the next add. */
struct reason *reason_add(struct reason_list *list, const char *id, enum gate_state state,
                          struct place at);
/* The same for what concerns every subject. */
struct reason *reason_for_all(struct reason_list *list, const char *id, enum gate_state state,
                              struct place at);
bool reason_list_has(const struct reason_list *list, const char *id);
/* The same, and not as a note. */
bool reason_list_has_lock(const struct reason_list *list, const char *id);
bool reason_list_shuts(const struct reason_list *list, enum gate gate);

#endif
