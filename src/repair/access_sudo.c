/* Job: the person becomes root by sudo. */
#include "repair/access_parts.h"

int access_grant_sudo(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->sudo > ACCESS_SUDO_KEEP))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}
