/* Jobs on what lets an account in: its lock and its expiry. */
#include "repair/access_parts.h"

int access_unlock(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->unlock))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}

int access_expire(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->expiry != ACCESS_EXPIRY_UNSAID))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}
