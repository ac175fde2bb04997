#include "cli/disk_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"

static char *copy_secret(struct arena *a, const char *text, size_t length)
{
    char *copy = arena_alloc(a, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* The content as libguestfs takes it: without the newline it ends in. NULL and E: unreadable, too
 * long for a passphrase, or with a NUL in it. The buffer that was read into is wiped. */
static char *read_secret(struct arena *a, int fd, const char *name, size_t *length, struct err *e)
{
    char buffer[LIMIT_DISK_KEY_BYTES + 1];
    size_t have = 0;
    ssize_t n;
    while (have < sizeof buffer &&
           ((n = read(fd, buffer + have, sizeof buffer - have)) > 0 || (n < 0 && errno == EINTR)))
        have += n > 0 ? (size_t)n : 0;
    char *secret = NULL;
    if (have < sizeof buffer && n < 0)
        err_set(e, ERR_USAGE, "%s: %s", name, strerror(errno));
    else if (have == sizeof buffer)
        err_set(e, ERR_USAGE, "%s: larger than a key may be (%u bytes)", name,
                LIMIT_DISK_KEY_BYTES);
    else if (memchr(buffer, '\0', have))
        err_set(e, ERR_USAGE, "%s: a key with a NUL byte cannot be handed on", name);
    else
        secret = copy_secret(a, buffer, have);
    explicit_bzero(buffer, sizeof buffer);
    *length = have;
    return secret;
}

int disk_keys_take(struct arena *a, const char *selector, disk_key_vec *keys, struct err *e)
{
    static const char *const kinds[] = {":key:", ":file:"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *kind = strstr(selector, kinds[i]);
        if (!kind || kind == selector)
            continue;
        const char *rest = kind + strlen(kinds[i]);
        size_t id = (size_t)(kind - selector), length = strlen(rest);
        bool all = id == 3 && memcmp(selector, "all", 3) == 0;
        struct disk_key key = {
            .volume = all ? NULL : arena_text(a, (struct bytes){selector, id}),
        };
        if (i == 0) {
            key.secret = copy_secret(a, rest, length);
        } else {
            CLEANUP_FD int fd = open(rest, O_RDONLY | O_CLOEXEC | O_NOCTTY);
            if (fd < 0)
                return err_set(e, ERR_USAGE, "%s: %s", rest, strerror(errno));
            key.secret = read_secret(a, fd, rest, &length, e);
            if (!key.secret)
                return ERR_USAGE;
            if (length > 0 && key.secret[length - 1] == '\n')
                key.secret[length - 1] = '\0';
        }
        vec_push(a, keys, key);
        return 0;
    }
    return err_set(e, ERR_USAGE,
                   "--key wants ID:key:PASSPHRASE or ID:file:FILENAME, the ID being "
                   "a device of the guest, a LUKS UUID or \"all\"");
}

int disk_keys_from_stdin(struct arena *a, disk_key_vec *keys, struct err *e)
{
    size_t length;
    char *text = read_secret(a, STDIN_FILENO, "standard input", &length, e);
    if (!text)
        return ERR_USAGE;
    for (char *line = text; line < text + length;) {
        size_t n = strcspn(line, "\n");
        if (n > 0)
            vec_push(a, keys, ((struct disk_key){NULL, copy_secret(a, line, n)}));
        line += n + 1;
    }
    explicit_bzero(text, length);
    if (keys->count == 0)
        return err_set(e, ERR_USAGE, "--keys-from-stdin: there is no key on standard input");
    return 0;
}
