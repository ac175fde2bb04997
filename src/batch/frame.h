/* What a worker says over its pipe: one byte of kind, four bytes of length (big endian), then the
 * payload. For batch/ only. The reader trusts nothing: the worker parsed hostile bytes. */
#ifndef DISKMEND_BATCH_FRAME_H
#define DISKMEND_BATCH_FRAME_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/strbuf.h"

enum frame_kind {
    FRAME_STAGE = 'S',     /* what is being done now: text */
    FRAME_OPEN = 'O',      /* the target is open: the guest's clock starts (again) */
    FRAME_AGAIN = 'A',     /* the target has to be opened again: the clock of opening starts */
    FRAME_EMULATION = 'E', /* KVM failed and emulation took over */
    FRAME_DOCUMENT = 'D',  /* one JSON document */
    FRAME_EDITS = 'P',     /* a packed plan, for the worker that will write it: opaque here */
    FRAME_FAILURE = 'F',   /* one byte of enum err_code, one byte of enum failure_stage, text */
    FRAME_END = '.'        /* all is said */
};

/* A failed open is the user's affair (exit 2), a failed read a disk not read whole (exit 3). */
enum failure_stage { FAILURE_OPEN, FAILURE_READ };


/* Writes all of it; false when nobody listens any more. */
bool frame_send(int fd, enum frame_kind kind, struct bytes payload);

struct frame {
    enum frame_kind kind;
    struct bytes payload; /* into the buffer given; valid until it is added to */
};
/* Take the frame that starts at *POSITION of what has arrived and move *POSITION behind it. False
 * when it is not all there; *BROKEN when it can never be one. */
bool frame_take(struct bytes arrived, size_t *position, struct frame *out, bool *broken);

#endif
