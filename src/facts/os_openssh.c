/* Version and traits of the guest's sshd: from its binary, else the packages, else the release. */
#include "facts/os_openssh.h"

#include <ctype.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/os_elf.h"
#include "facts/os_library.h"

/* What was learned from one of sshd's programs. */
struct program {
    bool present; /* and readable */
    struct bytes content;
    bool is_elf;
    struct elf_facts elf;
};

static struct program read_program(struct facts *f, const char *path)
{
    struct program p = {0};
    struct read_answer r = tree_read(f->tree, path, LIMIT_BINARY_BYTES);
    if (r.presence == PRESENCE_UNREADABLE)
        facts_add_gap(f, "os", place_of_file(path), r.reason);
    if (r.presence != PRESENCE_PRESENT)
        return p;
    if (r.cut)
        facts_add_gap(f, "os", place_of_file(path),
                      "a limit was hit: larger than 32 MiB, the rest is not read");
    p.present = true;
    p.content = r.content;
    p.is_elf = elf_read(f->arena, r.content, &p.elf);
    if (p.elf.is_cut && !r.cut)
        text_list_add(f->arena, &f->os.programs_cut, path);
    return p;
}

/* "9.2p1" at the start of TEXT: its length, and the numbers. 0 when it is no version. */
static size_t version_length(struct bytes text, int numbers[3])
{
    size_t i = 0;
    for (int part = 0; part < 3; part++) {
        size_t digits = 0;
        int n = 0;
        while (i < text.len && isdigit((unsigned char)text.ptr[i]) && digits < 4) {
            n = n * 10 + (text.ptr[i] - '0');
            i++;
            digits++;
        }
        if (digits == 0)
            return part == 2 ? i : 0;
        numbers[part] = n;
        if (part == 0) {
            if (i == text.len || text.ptr[i] != '.')
                return 0;
            i++;
        } else if (part == 1) {
            size_t p = i; /* "9.2p1"; apk writes "9.3_p2" */
            if (p < text.len && text.ptr[p] == '_')
                p++;
            if (p == text.len || text.ptr[p] != 'p')
                return i;
            i = p + 1;
        }
    }
    return i;
}

static bool set_version(struct facts *f, struct bytes text, const char *source)
{
    int n[3] = {0};
    size_t length = version_length(text, n);
    if (length == 0)
        return false;
    f->os.openssh_version = n[0] * 100 + n[1];
    f->os.openssh_patch = n[2];
    f->os.openssh = n[2] > 0 ? arena_printf(f->arena, "%d.%dp%d", n[0], n[1], n[2])
                             : arena_printf(f->arena, "%d.%d", n[0], n[1]);
    f->os.openssh_source = source;
    return true;
}

/* The banner that sshd sends, among the texts of its binary. Patterns of the compatibility table
 * ("OpenSSH_7.4*", "OpenSSH_5.*,OpenSSH_6.6*") are not versions. */
static bool version_from_binary(struct facts *f, struct bytes binary)
{
    struct bytes rest = binary, best = {0};
    bool best_has_patch = false;
    for (;;) {
        size_t at = text_find(rest, "OpenSSH_");
        if (at == rest.len)
            break;
        size_t end = at;
        while (end < rest.len && end - at < 128 && rest.ptr[end] >= 0x20 && rest.ptr[end] < 0x7f)
            end++;
        struct bytes banner = text_trim(bytes_cut(rest, at, end));
        rest = bytes_cut(rest, at + 8, rest.len);
        if (memchr(banner.ptr, '*', banner.len) || memchr(banner.ptr, ',', banner.len))
            continue;
        int n[3] = {0};
        struct bytes version = bytes_cut(banner, 8, banner.len);
        size_t length = version_length(version, n);
        if (length == 0 || (length < version.len && version.ptr[length] != ' '))
            continue;
        bool has_patch = n[2] > 0;
        if (best.len == 0 || (has_patch && !best_has_patch)) {
            best = banner;
            best_has_patch = has_patch;
        }
    }
    if (best.len == 0 || !set_version(f, bytes_cut(best, 8, best.len), "binary"))
        return false;
    f->os.openssh_banner = arena_text(f->arena, best);
    return true;
}

/* The value of FIELD in the paragraph of a package database that starts with the line FIRST. */
static struct bytes paragraph_field(struct bytes text, const char *first, const char *field)
{
    struct bytes line;
    bool inside = false;
    while (text_next_line(&text, &line)) {
        if (bytes_equal_text(line, first))
            inside = true;
        else if (line.len == 0)
            inside = false;
        else if (inside && bytes_start_with(line, field))
            return text_trim(bytes_cut(line, strlen(field), line.len));
    }
    return (struct bytes){0};
}

static bool version_from_packages(struct facts *f)
{
    static const struct {
        const char *path, *first, *field, *source;
    } databases[] = {
        {"/var/lib/dpkg/status", "Package: openssh-server", "Version:", "dpkg"},
        {"/lib/apk/db/installed", "P:openssh-server", "V:", "apk"},
        {"/usr/lib/apk/db/installed", "P:openssh-server", "V:", "apk"},
    };
    for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
        struct read_answer r = tree_read(f->tree, databases[i].path, LIMIT_BINARY_BYTES);
        if (r.presence == PRESENCE_UNREADABLE)
            facts_add_gap(f, "os", place_of_file(databases[i].path), r.reason);
        if (r.presence != PRESENCE_PRESENT)
            continue;
        struct bytes v = paragraph_field(r.content, databases[i].first, databases[i].field);
        const char *colon = v.len ? memchr(v.ptr, ':', v.len) : NULL; /* 1:9.2p1-2+deb12u3 */
        if (colon)
            v = bytes_cut(v, (size_t)(colon - v.ptr) + 1, v.len);
        if (v.len > 0 && set_version(f, v, databases[i].source))
            return true;
        if (r.cut)
            facts_add_gap(f, "os", place_of_file(databases[i].path),
                          "a limit was hit: larger than 32 MiB, the rest is not read");
    }
    return false;
}

/* What a release shipped first: the last resort. */
static bool version_from_distribution(struct facts *f)
{
    static const struct {
        enum os_family family;
        const char *id; /* NULL: any of the family that is not named */
        const char *version, *openssh;
    } shipped[] = {
        {FAMILY_DEBIAN, "debian", "13", "10.0p2"},   {FAMILY_DEBIAN, "debian", "12", "9.2p1"},
        {FAMILY_DEBIAN, "debian", "11", "8.4p1"},    {FAMILY_DEBIAN, "debian", "10", "7.9p1"},
        {FAMILY_DEBIAN, "ubuntu", "24.04", "9.6p1"}, {FAMILY_DEBIAN, "ubuntu", "22.04", "8.9p1"},
        {FAMILY_DEBIAN, "ubuntu", "20.04", "8.2p1"}, {FAMILY_DEBIAN, "ubuntu", "18.04", "7.6p1"},
        {FAMILY_RHEL, "amzn", "2", "7.4p1"},         {FAMILY_RHEL, "amzn", "2023", "8.7p1"},
        {FAMILY_RHEL, NULL, "7", "7.4p1"},           {FAMILY_RHEL, NULL, "8", "8.0p1"},
        {FAMILY_RHEL, NULL, "9", "8.7p1"},           {FAMILY_RHEL, NULL, "10", "9.9p1"},
        {FAMILY_SUSE, NULL, "12", "7.2p2"},          {FAMILY_SUSE, NULL, "15", "8.4p1"},
        {FAMILY_SUSE, NULL, "16", "10.0p2"},
    };
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
        size_t n = strlen(shipped[i].version);
        char after = strncmp(f->os.version, shipped[i].version, n) == 0 ? f->os.version[n] : 'x';
        bool same_id = shipped[i].id
                           ? strcmp(f->os.id, shipped[i].id) == 0
                           : strcmp(f->os.id, "amzn") != 0 && strcmp(f->os.id, "fedora") != 0;
        if (f->os.family_code == shipped[i].family && same_id && (after == '\0' || after == '.'))
            return set_version(f, bytes_of(shipped[i].openssh), "distribution");
    }
    return false;
}

/* openssh-server of each family, as packaged: what to believe where the binary says nothing. */
static void default_traits(struct os_facts *os)
{
    static const struct {
        enum truth pam, libwrap, gssapi_kex;
    } traits[] = {
        [FAMILY_UNKNOWN] = {TRUTH_UNKNOWN, TRUTH_UNKNOWN, TRUTH_UNKNOWN},
        [FAMILY_DEBIAN] = {TRUTH_YES, TRUTH_YES, TRUTH_YES},
        [FAMILY_RHEL] = {TRUTH_YES, TRUTH_NO, TRUTH_YES},
        [FAMILY_SUSE] = {TRUTH_YES, TRUTH_UNKNOWN, TRUTH_YES},
        [FAMILY_ALPINE] = {TRUTH_NO, TRUTH_NO, TRUTH_NO},
        [FAMILY_ARCH] = {TRUTH_YES, TRUTH_NO, TRUTH_NO},
        [FAMILY_FLATCAR] = {TRUTH_YES, TRUTH_NO, TRUTH_NO},
        [FAMILY_AZURELINUX] = {TRUTH_YES, TRUTH_NO, TRUTH_UNKNOWN},
    };
    os->pam = traits[os->family_code].pam;
    os->libwrap = traits[os->family_code].libwrap;
    os->gssapi_kex = traits[os->family_code].gssapi_kex;
    /* Debian took the key exchange patch out of the plain package with 10.4p1-5. */
    if (os->family_code == FAMILY_DEBIAN && os->openssh_version >= 1004)
        os->gssapi_kex = TRUTH_NO;
    /* RHEL dropped libwrap with 8. */
    if (os->family_code == FAMILY_RHEL && os->openssh_version > 0 && os->openssh_version < 800)
        os->libwrap = TRUTH_YES;
    os->private_group = os->family_code == FAMILY_DEBIAN ? TRUTH_YES : TRUTH_NO;
}

static bool needs(const struct program *p, const char *library)
{
    if (!p->is_elf || !p->elf.is_dynamic)
        return text_find(p->content, library) < p->content.len;
    for (size_t i = 0; i < p->elf.needed.count; i++)
        if (strncmp(p->elf.needed.items[i], library, strlen(library)) == 0)
            return true;
    return false;
}

/* From the three programs that are one sshd since 9.8; COUNT of them are there as they should be.
 */
static void traits_from_programs(struct os_facts *os, const struct program *programs, size_t count)
{
    bool pam = false, libwrap = false, gssapi = false, any = false;
    for (size_t i = 0; i < count; i++) {
        pam |= needs(&programs[i], "libpam.so");
        libwrap |= needs(&programs[i], "libwrap.so");
        gssapi |= text_find(programs[i].content, "gssapikeyexchange") < programs[i].content.len;
        any |= needs(&programs[i], "libc.so") || needs(&programs[i], "libc.musl");
    }
    if (!any && !pam && !libwrap && !gssapi)
        return; /* not a binary that tells: the family's default stays */
    os->pam = pam ? TRUTH_YES : TRUTH_NO;
    os->libwrap = libwrap ? TRUTH_YES : TRUTH_NO;
    os->gssapi_kex = gssapi ? TRUTH_YES : TRUTH_NO;
}

/* Where each family keeps sshd-session and sshd-auth (configure's libexecdir). */
static const char *helper_directory(enum os_family family)
{
    switch (family) {
    case FAMILY_DEBIAN:
        return "/usr/lib/openssh";
    case FAMILY_RHEL:
        return "/usr/libexec/openssh";
    case FAMILY_SUSE:
        return "/usr/libexec/ssh";
    case FAMILY_ALPINE:
    case FAMILY_ARCH:
        return "/usr/lib/ssh";
    case FAMILY_FLATCAR:
        return "/usr/lib64/misc";
    case FAMILY_AZURELINUX:
    case FAMILY_UNKNOWN:
        break;
    }
    return "/usr/libexec";
}

/* sshd holds the path as text (pathnames.h, _PATH_SSHD_SESSION): believe that before the table. */
static const char *helper_path(struct facts *f, const struct program *sshd, const char *name)
{
    struct bytes rest = sshd->content;
    const char *suffix = arena_printf(f->arena, "/%s", name);
    for (size_t at; (at = text_find(rest, suffix)) < rest.len;) {
        size_t end = at + strlen(suffix), start = at;
        while (start > 0 && rest.ptr[start - 1] > 0x20 && rest.ptr[start - 1] < 0x7f)
            start--;
        bool ends = end == rest.len || rest.ptr[end] <= 0x20;
        if (ends && rest.ptr[start] == '/' && end - start < 256)
            return arena_text(f->arena, bytes_cut(rest, start, end));
        rest = bytes_cut(rest, end, rest.len);
    }
    return path_join(f->arena, helper_directory(f->os.family_code), name);
}

static const char *find_sshd(struct facts *f)
{
    static const char *const places[] = {"/usr/sbin/sshd", "/usr/bin/sshd", "/usr/local/sbin/sshd"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (tree_stat(f->tree, places[i]).presence != PRESENCE_ABSENT)
            return places[i];
    return NULL;
}

void facts_read_openssh(struct facts *f)
{
    struct program programs[3] = {0};
    size_t count = 0;
    f->os.sshd_path = find_sshd(f);
    if (f->os.sshd_path)
        programs[count++] = read_program(f, f->os.sshd_path);
    bool from_binary =
        count > 0 && programs[0].present && version_from_binary(f, programs[0].content);
    if (!from_binary && !version_from_packages(f) && !version_from_distribution(f))
        facts_note(f, "the OpenSSH version could not be found: judged as a current one");
    default_traits(&f->os);
    bool complete = count > 0 && programs[0].present;
    if (complete)
        f->os.architecture = programs[0].elf.architecture;
    if (f->os.openssh_version >= 908) {
        f->os.session_path = helper_path(f, &programs[0], "sshd-session");
        programs[count] = read_program(f, f->os.session_path);
        complete = complete && programs[count++].present;
    }
    if (f->os.openssh_version >= 1000) {
        f->os.auth_path = helper_path(f, &programs[0], "sshd-auth");
        programs[count] = read_program(f, f->os.auth_path);
        complete = complete && programs[count++].present;
    }
    if (complete)
        traits_from_programs(&f->os, programs, count);
    for (size_t i = 0; i < count; i++)
        if (programs[i].is_elf)
            facts_find_missing_libraries(f, &programs[i].elf);
}
