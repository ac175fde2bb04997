/* Job: sshd's configuration back to what it was before a reset. */
#include "repair/access_parts.h"

int access_restore_ssh(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->restore_ssh))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}
