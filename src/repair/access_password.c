/* Job: a new password, and sshd asking for it. */
#include "repair/access_parts.h"

int access_set_password(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->password.ptr))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}
