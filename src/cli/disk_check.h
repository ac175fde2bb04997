/* check_disk and repair_disk of VMAccess's settings: fsck of one filesystem of an image, in the
 * appliance, before anything is mounted; the one change of a disk that is no edit of its files. */
#ifndef DISKMEND_CLI_DISK_CHECK_H
#define DISKMEND_CLI_DISK_CHECK_H

#include "cli/options.h"

/* Looks first, without a byte changed, and prints diskmend.check/1. With REPAIR, what was found is
 * mended, after --unsafe or a yes typed at the terminal (never by --yes). DISK_NAME: a device of
 * the guest ("/dev/sda1", "sda1"), UUID=…, LABEL=…, or where it is mounted; NULL: the root
 * filesystem. The exit code: 0 clean or mended; 1 damaged, not confirmed, or refused; 2 no such
 * filesystem; 3 no checker could say; 4 and 5 as elsewhere. GOES_ON: other jobs follow
 * where it is 0; then the document is not shown but kept in O->earlier. Wipes no key. */
int disk_check_run(struct options *o, const char *disk_name, bool repair, bool goes_on);

#endif
