/* Jobs on the key file that sshd reads for a person. */
#include "repair/access_parts.h"

int access_remove_prior_keys(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->remove_prior_keys))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}

int access_add_keys(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->key_count > 0))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}
