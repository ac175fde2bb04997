/* Paths inside a guest, as text: always absolute, "/" separated, never touched on disk here. */
#ifndef DISKMEND_BASE_PATH_H
#define DISKMEND_BASE_PATH_H

#include <stdbool.h>

#include "base/arena.h"

/* The parent of an absolute path ("/a/b" -> "/a", "/a" -> "/", "/" -> "/"). Arena-owned. */
char *path_parent(struct arena *a, const char *path);
/* The last component (points into PATH; "" for "/"). */
const char *path_name(const char *path);
/* DIRECTORY + "/" + NAME without doubling slashes; an absolute NAME is appended all the same. */
char *path_join(struct arena *a, const char *directory, const char *name);
/* Fold "//", "/./" and a trailing slash; ".." is kept, because only a tree can resolve it. */
char *path_tidy(struct arena *a, const char *path);
/* True if PATH is DIRECTORY or lies below it. */
bool path_is_below(const char *path, const char *directory);

#endif
