#include "guest/image_private.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "base/limits.h"
#include "guest/image_watchdog.h"

/* Enough to mount any filesystem and read configuration files. */
#define APPLIANCE_MEGABYTES 512

/* The last bytes of the appliance's console (qemu's and supermin's complaints arrive there too). */
struct console {
    struct watchdog watchdog;
    bool is_cause_known; /* of a launch that failed: another accelerator would not help */
    char ring[4096];
    size_t written;
};

static void on_console(guestfs_h *g, void *opaque, uint64_t event, int handle, int flags,
                       const char *bytes, size_t count, const uint64_t *array, size_t array_count)
{
    struct console *c = opaque;
    (void)g, (void)event, (void)handle, (void)flags, (void)array, (void)array_count;
    watchdog_pat(&c->watchdog);
    for (size_t i = 0; i < count; i++)
        c->ring[c->written++ % sizeof c->ring] = bytes[i];
}

static const char *console_text(struct arena *a, const struct console *c)
{
    size_t room = sizeof c->ring;
    size_t count = c->written < room ? c->written : room;
    char *text = arena_alloc(a, count + 1);
    for (size_t i = 0; i < count; i++) {
        char byte = c->ring[(c->written - count + i) % room];
        text[i] = byte == '\0' || byte == '\r' ? '\n' : byte;
    }
    return text;
}

/* --- KVM or not ------------------------------------------------------------------------------- */

/* NULL when KVM looks usable, else why not. */
static const char *kvm_obstacle(struct arena *a)
{
    CLEANUP_FD int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0)
        return arena_printf(a, "/dev/kvm: %s", strerror(errno));
    CLEANUP_FD int machine = ioctl(kvm, KVM_CREATE_VM, 0);
    if (machine < 0)
        return arena_printf(a, "/dev/kvm makes no machine: %s", strerror(errno));
    return NULL;
}

static bool has_setting(guestfs_h *g, const char *name)
{
    CLEANUP_FREE char *value = guestfs_get_backend_setting(g, name);
    return value && strcmp(value, "0") != 0;
}

/* --- one attempt ------------------------------------------------------------------------------ */

static int add_disks(guestfs_h *g, const struct image_request *r, struct err *e)
{
    bool for_writing = r->options->for_writing;
    if (r->domain) {
        /* For writing libguestfs refuses a domain that is not shut off. */
        struct guestfs_add_domain_argv o = {.bitmask = GUESTFS_ADD_DOMAIN_READONLY_BITMASK |
                                                       GUESTFS_ADD_DOMAIN_ALLOWUUID_BITMASK |
                                                       GUESTFS_ADD_DOMAIN_READONLYDISK_BITMASK,
                                            .readonly = !for_writing,
                                            .allowuuid = 1,
                                            .readonlydisk = "read"};
        if (r->uri) {
            o.bitmask |= GUESTFS_ADD_DOMAIN_LIBVIRTURI_BITMASK;
            o.libvirturi = r->uri;
        }
        int count = guestfs_add_domain_argv(g, r->domain, &o);
        const char *why = guestfs_last_error(g);
        if (count > 0)
            return 0;
        if (count < 0 && guestfs_last_errno(g) == ENOTSUP)
            return err_set(e, ERR_UNSUPPORTED,
                           "%s: this libguestfs was built without libvirt; name the domain's disk "
                           "files instead",
                           r->name);
        return err_set(e, ERR_NOT_FOUND, "%s: the libvirt domain cannot be opened: %s", r->name,
                       count == 0 ? "it has no disks"
                       : why      ? why
                                  : "no reason given");
    }
    for (size_t i = 0; i < r->disk_count; i++) {
        const struct image_disk *d = &r->disks[i];
        struct guestfs_add_drive_opts_argv o = {.bitmask = GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK |
                                                           GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK,
                                                .readonly = !for_writing,
                                                .format = d->format};
        if (d->blocksize) {
            o.bitmask |= GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE_BITMASK;
            o.blocksize = d->blocksize;
        }
        if (guestfs_add_drive_opts_argv(g, d->path, &o) != 0)
            return err_set(e, ERR_APPLIANCE, "%s: libguestfs does not take this disk: %s", d->path,
                           guestfs_last_error(g));
    }
    return 0;
}

static guestfs_h *new_handle(const struct image_request *r, struct err *e)
{
    guestfs_h *g =
        guestfs_create_flags(GUESTFS_CREATE_NO_ENVIRONMENT | GUESTFS_CREATE_NO_CLOSE_ON_EXIT);
    if (!g) {
        err_set(e, ERR_NOMEM, "libguestfs cannot be started: out of memory");
        return NULL;
    }
    guestfs_set_error_handler(g, NULL, NULL);
    /* Our choices first: what people set in LIBGUESTFS_* overrides them. The direct backend needs
     * no libvirt daemon and shows us its qemu. */
    guestfs_set_backend(g, "direct");
    /* What is read and written may be secret, whatever LIBGUESTFS_TRACE says. */
    guestfs_set_trace(g, 0);
    guestfs_set_memsize(g, APPLIANCE_MEGABYTES);
    if (r->options->cache_directory)
        guestfs_set_cachedir(g, r->options->cache_directory);
    if (guestfs_parse_environment(g) != 0) {
        err_set(e, ERR_USAGE, "a LIBGUESTFS_ environment variable is not understood: %s",
                guestfs_last_error(g));
        guestfs_close(g);
        return NULL;
    }
    guestfs_set_network(g, 0);
    /* Where nothing is written there is nothing to sync before it closes. */
    guestfs_set_autosync(g, r->options->for_writing);
    return g;
}

/* A handle that is up, or NULL and E. CONSOLE holds what was said. */
static guestfs_h *attempt(struct arena *a, const struct image_request *r, bool emulate,
                          struct console *console, struct err *e)
{
    memset(console, 0, sizeof *console);
    console->is_cause_known = true; /* until a launch fails in an unknown way */
    guestfs_h *g = new_handle(r, e);
    if (!g)
        return NULL;
    if (emulate) {
        guestfs_clear_backend_setting(g, "force_kvm");
        guestfs_set_backend_setting(g, "force_tcg", "1");
    }
    if (add_disks(g, r, e) != 0) {
        guestfs_close(g);
        return NULL;
    }
    int listener =
        guestfs_set_event_callback(g, on_console, GUESTFS_EVENT_APPLIANCE | GUESTFS_EVENT_WARNING,
                                   0, console);
    int silence = emulate ? LIMIT_EMULATION_SILENCE_SECONDS : LIMIT_CONSOLE_SILENCE_SECONDS;
    watchdog_start(&console->watchdog, silence);
    int result = guestfs_launch(g);
    bool was_silent = watchdog_stop(&console->watchdog);
    if (listener >= 0)
        guestfs_delete_event_callback(g, listener); /* CONSOLE lives no longer than the launch */
    if (result == 0) {
        if (r->options->for_writing)
            guestfs_umask(g, 0077);
        return g;
    }
    if (was_silent)
        err_set(e, ERR_APPLIANCE,
                "the libguestfs appliance gave no sign of life for %d seconds; run "
                "libguestfs-test-tool to see where it stops",
                silence);
    else
        console->is_cause_known = image_launch_failure(g, console_text(a, console), e);
    guestfs_close(g);
    return NULL;
}

/* The line that says most about a death: qemu's own complaint, else the last line of all. */
static const char *last_words(struct arena *a, const struct console *console)
{
    const char *text = console_text(a, console), *best = "", *complaint = NULL;
    while (*text) {
        size_t n = strcspn(text, "\n");
        struct bytes line = {text, n};
        while (line.len > 0 && isspace((unsigned char)line.ptr[line.len - 1]))
            line.len--;
        if (line.len > 0) {
            best = arena_text(a, line);
            if (!complaint && strstr(best, "qemu") && strstr(best, "rror"))
                complaint = best;
        }
        text += n + (text[n] == '\n');
    }
    return complaint ? complaint : best;
}

static void tell(const struct open_options *options, const char *stage)
{
    if (options->progress)
        options->progress(options->progress_context, stage);
}

/* NULL with E untouched: KVM is to blame, and emulation worth a try. NULL with E set: it is not. */
static guestfs_h *attempt_with_kvm(struct arena *a, const struct image_request *request,
                                   bool is_forced, struct err *e)
{
    struct console console;
    struct err failure = {0};
    guestfs_h *g = attempt(a, request, false, &console, &failure);
    if (g)
        return g;
    bool was_silent = atomic_load(&console.watchdog.has_killed);
    if (is_forced || (console.is_cause_known && !was_silent)) {
        *e = failure;
        return NULL;
    }
    const char *words = last_words(a, &console);
    note_add(request->notes,
             "KVM did not work here (%s); fell back to software emulation, which is slower",
             was_silent ? "the appliance gave no sign of life"
             : *words   ? words
                        : failure.text);
    if (request->options->kvm_failed)
        *request->options->kvm_failed = true;
    return NULL;
}

guestfs_h *image_launch(struct arena *a, const struct image_request *request,
                        const char **engine_name, struct err *e)
{
    guestfs_h *settings = new_handle(request, e);
    if (!settings)
        return NULL;
    bool emulate = request->options->force_emulation || has_setting(settings, "force_tcg");
    bool is_kvm_forced = has_setting(settings, "force_kvm") && !emulate;
    guestfs_close(settings);
    const char *obstacle = emulate || is_kvm_forced ? NULL : kvm_obstacle(a);
    if (obstacle && access("/dev/kvm", F_OK) == 0)
        note_add(request->notes,
                 "KVM cannot be used here (%s); software emulation is used, which is slower",
                 obstacle);
    tell(request->options, "starting the appliance");
    if (!emulate && !obstacle) {
        struct err failure = {0};
        guestfs_h *g = attempt_with_kvm(a, request, is_kvm_forced, &failure);
        if (g)
            *engine_name = "libguestfs (KVM)";
        else if (e && failure.code != ERR_NONE)
            *e = failure;
        if (g || failure.code != ERR_NONE)
            return g;
        tell(request->options, "KVM did not work, starting the appliance in software emulation");
    }
    struct console console;
    *engine_name = "libguestfs (software emulation)";
    return attempt(a, request, true, &console, e);
}
