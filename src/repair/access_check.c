/* What is wrong with a request whatever the guest is. */
#include "repair/access.h"

#include <string.h>

int access_check(struct arena *a, const struct access_request *r, struct err *e)
{
    bool grants = r->create != ACCESS_CREATE_NO || r->key_count > 0 || r->password.ptr ||
                  r->sudo != ACCESS_SUDO_UNSAID || r->expiry != ACCESS_EXPIRY_UNSAID || r->unlock;
    (void)a;
    if (!access_has_job(r) && !r->check_disk && !r->repair_disk)
        return err_set(e, ERR_USAGE, "nothing was asked for: say what access is to do");
    if ((grants || r->remove_prior_keys) && !r->user)
        return err_set(e, ERR_USAGE, "whose access is it? say --user NAME");
    if (r->remove_user && (grants || r->remove_prior_keys))
        return err_set(e, ERR_USAGE,
                       "to remove a user and to give one access are two jobs: one after the other");
    if (r->remove_user && (r->reset_ssh || r->restore_ssh))
        return err_set(e, ERR_USAGE,
                       "to remove a user and to reset sshd are two jobs: one after the other");
    if (r->reset_ssh && r->restore_ssh)
        return err_set(e, ERR_USAGE, "sshd's configuration is reset or restored, not both");
    return 0;
}
