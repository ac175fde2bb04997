#include "facts/sshd_address.h"

#include <arpa/inet.h>
#include <limits.h>
#include <string.h>

#include "facts/sshd_number.h"

/* addr.c addr_pton_cidr copies into a buffer of this size; longer is no address. */
#define ADDRESS_TEXT_MAX 64

static enum sshd_address parse(const char *text, unsigned char bytes[16])
{
    char plain[ADDRESS_TEXT_MAX];
    struct in_addr inet;
    size_t length = strcspn(text, "%");
    if (length == 0 || length >= sizeof plain || strpbrk(text, " \t\r\n\f\v"))
        return SSHD_ADDRESS_NAME;
    memcpy(plain, text, length);
    plain[length] = '\0';
    if (inet_pton(AF_INET6, plain, bytes) == 1)
        return SSHD_ADDRESS_INET6;
    if (text[length] == '\0' && inet_aton(plain, &inet)) {
        memcpy(bytes, &inet, 4);
        return SSHD_ADDRESS_INET;
    }
    return SSHD_ADDRESS_NAME;
}

enum sshd_address sshd_address_kind(const char *text)
{
    unsigned char bytes[16];
    return parse(text, bytes);
}

static bool has_bits_beyond(const unsigned char *bytes, int64_t mask, int64_t width)
{
    for (int64_t bit = mask; bit < width; bit++) {
        if (bytes[bit / 8] & (0x80 >> (bit % 8)))
            return true;
    }
    return false;
}

/* False only for what addr_pton_cidr answers -2 to. */
static bool element_ok(const char *text, size_t length, int version)
{
    char element[ADDRESS_TEXT_MAX];
    unsigned char bytes[16];
    int64_t mask = -1;
    if (length >= sizeof element)
        return true;
    memcpy(element, text, length);
    element[length] = '\0';
    char *slash = strchr(element, '/');
    if (slash) {
        *slash = '\0';
        /* Up to 9.7 a mask over 128 made it a wildcard text, not an error. */
        if (sshd_number(slash + 1, 0, version < 908 ? 128 : INT_MAX, &mask))
            return true;
    }
    enum sshd_address kind = parse(element, bytes);
    if (kind == SSHD_ADDRESS_NAME)
        return true;
    int64_t width = kind == SSHD_ADDRESS_INET ? 32 : 128;
    if (!slash)
        return true;
    return mask <= width && !has_bits_beyond(bytes, mask, width);
}

bool sshd_address_list_ok(const char *list, int version)
{
    for (const char *p = list;; p++) {
        if (*p == '!')
            p++;
        size_t length = strcspn(p, ",");
        if (length == 0 || !element_ok(p, length, version))
            return false;
        p += length;
        if (!*p)
            return true;
    }
}
