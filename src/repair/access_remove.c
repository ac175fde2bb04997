/* Job: an account leaves the guest. */
#include "repair/access_parts.h"

int access_remove_user(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->remove_user))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}
