/* Job: sshd's configuration back to what the distribution ships. */
#include "repair/access_parts.h"

int access_reset_ssh(struct verb_context *c, void *context, struct err *e)
{
    const struct access_request *request = context;
    (void)c;
    if (!(request->reset_ssh))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "not built yet");
}
