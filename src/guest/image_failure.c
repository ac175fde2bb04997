#include "guest/image_private.h"

#include <errno.h>
#include <glob.h>
#include <sys/statvfs.h>

const char *image_last_error(struct arena *a, guestfs_h *g)
{
    const char *text = guestfs_last_error(g);
    if (!text)
        return "no reason given";
    /* "mount_ro: mount exited with status 32: mount: /sysroot: wrong fs type, …" */
    static const char *const noise[] = {"mount_ro: ", "mount_options: ",
                                        "mount exited with status 32: ", "mount: ", "/sysroot: "};
    for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
        if (strncmp(text, noise[i], strlen(noise[i])) == 0)
            text += strlen(noise[i]);
    return arena_text(a, (struct bytes){text, strcspn(text, "\n")});
}

static bool a_kernel_is_readable(void)
{
    static const char *const patterns[] = {"/boot/vmlinuz-*", "/boot/vmlinux-*",
                                           "/lib/modules/*/vmlinuz", "/usr/lib/modules/*/vmlinuz"};
    bool found = false;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns && !found; i++) {
        glob_t g;
        if (glob(patterns[i], 0, NULL, &g) == 0) {
            for (size_t n = 0; n < g.gl_pathc && !found; n++)
                found = access(g.gl_pathv[n], R_OK) == 0;
            globfree(&g);
        }
    }
    return found;
}

/* Room that qemu's overlay and the built appliance need at the very least. */
static bool has_room(const char *directory)
{
    const unsigned long long wanted = 64ull * 1024 * 1024;
    struct statvfs v;
    return statvfs(directory, &v) != 0 || (unsigned long long)v.f_bavail * v.f_frsize >= wanted;
}

/* The last line of the console that is not empty, without control characters at its end. */
static void last_line(const char *console, char *out, size_t room)
{
    out[0] = '\0';
    while (*console) {
        size_t n = strcspn(console, "\n");
        if (n > 0 && strspn(console, " \t") < n)
            snprintf(out, room, "%.*s", (int)(n < room ? n : room - 1), console);
        console += n + (console[n] == '\n');
    }
}

static const char test_tool[] = "libguestfs-test-tool shows every step of its start";

/* Causes that can be looked up, most telling first. False when none of them holds. */
static bool known_cause(guestfs_h *g, const char *said, const char *line, struct err *e)
{
    const char *hv = guestfs_get_hv(g), *tmp = NULL;
    CLEANUP_FREE char *cache = guestfs_get_cachedir(g);
    CLEANUP_FREE char *temporary = guestfs_get_tmpdir(g);
    if (strstr(said, "LIBGUESTFS_PATH") || strstr(said, "cannot find any suitable")) {
        const char *path = guestfs_get_path(g);
        err_set(e, ERR_APPLIANCE,
                "the libguestfs appliance cannot start: there is none in %s; install libguestfs "
                "whole (Debian: apt install libguestfs-tools), or correct LIBGUESTFS_PATH",
                path ? path : "libguestfs's directory");
        return true;
    }
    if (hv && *hv == '/' && access(hv, X_OK) != 0) {
        err_set(e, ERR_APPLIANCE,
                "the libguestfs appliance cannot start: qemu is missing (%s: %s); install it "
                "(Debian: apt install qemu-system-x86; Fedora: dnf install qemu-kvm)",
                hv, strerror(errno));
        return true;
    }
    const char *const directories[] = {cache, temporary};
    for (size_t i = 0; i < 2 && !tmp; i++)
        if (directories[i] && (access(directories[i], W_OK) != 0 || !has_room(directories[i])))
            tmp = directories[i];
    if (tmp) {
        err_set(e, ERR_APPLIANCE,
                "the libguestfs appliance cannot start: %s %s; make room there or point "
                "LIBGUESTFS_CACHEDIR and TMPDIR to another directory",
                tmp, access(tmp, W_OK) != 0 ? "cannot be written" : "is full");
        return true;
    }
    if (!a_kernel_is_readable()) {
        err_set(e, ERR_APPLIANCE,
                "the libguestfs appliance cannot start: no kernel in /boot can be read; install "
                "one (Debian: apt install linux-image-cloud-amd64), or make /boot/vmlinuz-* "
                "readable (chmod 0644)");
        return true;
    }
    if (strstr(said, "supermin")) {
        err_set(e, ERR_APPLIANCE,
                "the libguestfs appliance cannot be built: supermin failed%s%s; check "
                "SUPERMIN_KERNEL and SUPERMIN_MODULES if they are set, and that the kernel "
                "package is whole; %s",
                *line ? ": " : "", line, test_tool);
        return true;
    }
    return false;
}

bool image_launch_failure(guestfs_h *g, const char *console, struct err *e)
{
    const char *error = guestfs_last_error(g);
    char said[2048], line[512];
    snprintf(said, sizeof said, "%s", error ? error : "");
    last_line(console, line, sizeof line);
    if (known_cause(g, said, line, e))
        return true;
    said[strcspn(said, "\n")] = '\0';
    err_set(e, ERR_APPLIANCE, "the libguestfs appliance did not start: %s; %s",
            *line   ? line
            : *said ? said
                    : "it gave no reason",
            test_tool);
    return false;
}
