/* Ownership that shows: CLEANUP_FD int fd = open(...); is closed when its scope ends. */
#ifndef DISKMEND_BASE_CLEANUP_H
#define DISKMEND_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void cleanup_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static inline void cleanup_dir(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

#define CLEANUP_FD   __attribute__((cleanup(cleanup_fd)))
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))
#define CLEANUP_FILE __attribute__((cleanup(cleanup_file)))
#define CLEANUP_DIR  __attribute__((cleanup(cleanup_dir)))

#endif
