/* Job: a new account for a person. */
#include "repair/access_parts.h"

int access_create_user(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->create != ACCESS_CREATE_NO))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}
