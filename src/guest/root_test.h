/* Is a mounted filesystem the root of a Linux system? By the directories a root has, not by its
 * fstab or os-release: those may be what is broken. */
#ifndef DISKMEND_GUEST_ROOT_TEST_H
#define DISKMEND_GUEST_ROOT_TEST_H

#include "guest/tree.h"

struct root_marks {
    bool is_linux;
    bool is_windows;
};

struct root_marks root_marks_of(struct tree *tree);

#endif
