/* For revoked.test: what we say of one public key and one binary revocation list. revoked_verdict
 * LIST PUBLIC-KEY-FILE prints revoked, open, refused (the list is damaged) or unclear. */
#include <stdio.h>
#include <string.h>

#include "directory_guest.h"
#include "syntax/ssh_key.h"
#include "syntax/ssh_key_revoked.h"

static const char *verdict(struct arena *a, struct bytes list, struct bytes line)
{
    struct ssh_key_revoked revoked = {0};
    struct ssh_key_line key = {0};
    if (line.len > 0 && line.ptr[line.len - 1] == '\n')
        line.len--;
    ssh_key_line_parse(a, line, 902, &key);
    if (!ssh_key_revoked_is_binary(list) || !key.fingerprint)
        return "no-list";
    ssh_key_revoked_read(a, list, &revoked);
    if (strcmp(revoked.state, "garbage") == 0)
        return "refused";
    if (strcmp(revoked.state, "ok") != 0)
        return "unclear";
    vec_each (print, &revoked.fingerprints)
        if (strcmp(*print, key.fingerprint) == 0 || (key.sha1 && strcmp(*print, key.sha1) == 0))
            return "revoked";
    return "open";
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    struct arena *a = arena_new(NULL, NULL);
    puts(verdict(a, read_host_file(a, argv[1]), read_host_file(a, argv[2])));
    arena_free(a);
    return 0;
}
