#include "batch/frame.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#define HEADER_BYTES 5u

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        p += done;
        n -= (size_t)done;
    }
    return true;
}

bool frame_send(int fd, enum frame_kind kind, struct bytes payload)
{
    if (payload.len > LIMIT_FRAME_BYTES)
        return false;
    uint32_t n = (uint32_t)payload.len;
    char header[HEADER_BYTES] = {(char)kind, (char)(n >> 24), (char)(n >> 16), (char)(n >> 8),
                                 (char)n};
    return write_all(fd, header, sizeof header) && write_all(fd, payload.ptr, payload.len);
}

/* Without a default: the compiler names the kind that is forgotten here. */
static bool is_kind(unsigned char byte)
{
    switch ((enum frame_kind)byte) {
    case FRAME_STAGE:
    case FRAME_OPEN:
    case FRAME_AGAIN:
    case FRAME_EMULATION:
    case FRAME_DOCUMENT:
    case FRAME_EDITS:
    case FRAME_FAILURE:
    case FRAME_END:
        return true;
    }
    return false;
}

bool frame_take(struct bytes arrived, size_t *position, struct frame *out, bool *broken)
{
    struct bytes rest = bytes_cut(arrived, *position, arrived.len);
    if (rest.len == 0)
        return false;
    const unsigned char *p = (const unsigned char *)rest.ptr;
    if (!is_kind(p[0])) {
        *broken = true;
        return false;
    }
    if (rest.len < HEADER_BYTES)
        return false;
    size_t n = (size_t)p[1] << 24 | (size_t)p[2] << 16 | (size_t)p[3] << 8 | p[4];
    if (n > LIMIT_FRAME_BYTES) {
        *broken = true;
        return false;
    }
    if (rest.len - HEADER_BYTES < n)
        return false;
    out->kind = (enum frame_kind)p[0];
    out->payload = bytes_cut(rest, HEADER_BYTES, HEADER_BYTES + n);
    *position += HEADER_BYTES + n;
    return true;
}
