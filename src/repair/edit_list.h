/* A list of edits as bytes: from the worker that planned to the worker that writes, and in the
 * journal on the guest. The reader trusts nothing: both were in reach of hostile bytes. */
#ifndef DISKMEND_REPAIR_EDIT_LIST_H
#define DISKMEND_REPAIR_EDIT_LIST_H

#include "base/json.h"
#include "base/vec.h"
#include "guest/overlay.h"

struct edit_list {
    VEC(struct overlay_edit) edits;
};

/* Contents by number: where a list's bytes go to and come from. */
typedef VEC(struct bytes) content_list;

/* The edits as JSON, contents taken out into CONTENTS and named by their number and SHA-256. A
 * content that stands behind `before` alone is kept when BEFORE_ONLY (a journal). The caller owns
 * it. */
struct json *edit_list_json(struct arena *a, const struct overlay_edit *edits, size_t count,
                            bool before_only, content_list *contents);

/* Back again. Refused (ERR_SYNTAX, with what is wrong): anything but canonical absolute paths, types
 * but file, directory and link (others may only be moved or change their meta), numbers out of
 * range, contents that do not fit their hash, more than LIMIT_EDITS edits. CONTENT gives the bytes
 * of one number, or NULL bytes and E. */
typedef struct bytes edit_content(void *context, size_t number, struct err *e);
int edit_list_parse(struct arena *a, const struct json *json, edit_content *content, void *context,
                    struct edit_list *out, struct err *e);

/* Both in one run of bytes: what a worker sends. */
struct bytes edit_list_pack(struct arena *a, const struct overlay_edit *edits, size_t count);
int edit_list_unpack(struct arena *a, struct bytes packed, struct edit_list *out, struct err *e);

/* The SHA-256 of a file's content in hexadecimal, as stored in a state without content ("" when it
 * holds none). */
const char *edit_state_hash(const struct node_state *s);

/* A path (or link target) as printable text, bytes outside of ASCII and '%' as %XX, and back (NULL
 * when it is not well formed or holds a NUL). */
char *edit_path_encode(struct arena *a, const char *path);
char *edit_path_decode(struct arena *a, const char *text);

/* Absolute, without "//", "." and "..", not too long, not "/" itself unless ROOT_MAY. */
bool edit_path_is_canonical(const char *path);

#endif
