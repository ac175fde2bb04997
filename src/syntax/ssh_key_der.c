#include "syntax/ssh_key_der.h"

bool der_take(struct wire *w, uint8_t tag, struct wire *content)
{
    if (w->len < 2 || w->ptr[0] != tag)
        return false;
    size_t len = w->ptr[1];
    wire_skip(w, 2);
    if (len & 0x80) {
        size_t bytes = len & 0x7f;
        if (bytes == 0 || bytes > 4 || bytes > w->len)
            return false;
        for (len = 0; bytes > 0; bytes--) {
            len = len << 8 | w->ptr[0];
            wire_skip(w, 1);
        }
    }
    *content = *w;
    content->len = len;
    return wire_skip(w, len);
}

bool der_number(struct wire *w, struct bytes *number)
{
    struct wire content;
    if (!der_take(w, DER_INTEGER, &content))
        return false;
    while (content.len > 0 && content.ptr[0] == 0)
        wire_skip(&content, 1);
    *number = (struct bytes){(const char *)content.ptr, content.len};
    return true;
}

struct bytes der_rest(struct wire w)
{
    return (struct bytes){(const char *)w.ptr, w.len};
}
