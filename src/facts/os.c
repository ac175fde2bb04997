/* Which distribution this is, from os-release or what older systems have in its place. */
#include "facts/os.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/assignments.h"
#include "facts/collect.h"
#include "facts/facts.h"
#include "facts/os_openssh.h"

static const struct fact_field os_fields[] = {
    FACT_FIELD(os_facts, id, FIELD_TEXT),
    FACT_FIELD(os_facts, version, FIELD_TEXT),
    FACT_FIELD(os_facts, name, FIELD_TEXT),
    FACT_FIELD(os_facts, family, FIELD_TEXT),
    FACT_FIELD(os_facts, openssh, FIELD_TEXT),
    FACT_FIELD(os_facts, openssh_banner, FIELD_TEXT),
    FACT_FIELD(os_facts, openssh_source, FIELD_TEXT),
    FACT_FIELD(os_facts, architecture, FIELD_TEXT),
    FACT_FIELD(os_facts, services, FIELD_TEXT),
    FACT_FIELD(os_facts, sshd_path, FIELD_TEXT),
    FACT_FIELD(os_facts, session_path, FIELD_TEXT),
    FACT_FIELD(os_facts, auth_path, FIELD_TEXT),
    FACT_FIELD(os_facts, libraries_missing, FIELD_TEXTS),
    FACT_FIELD(os_facts, pam, FIELD_TRUTH),
    FACT_FIELD(os_facts, libwrap, FIELD_TRUTH),
    FACT_FIELD(os_facts, gssapi_kex, FIELD_TRUTH),
    FACT_FIELD(os_facts, private_group, FIELD_TRUTH),
    FACT_FIELD(os_facts, at, FIELD_PLACE),
};
const struct fact_kind os_kind = FACT_KIND("os", os_facts, os_fields);

static const struct {
    const char *id; /* ID or a word of ID_LIKE */
    enum os_family family;
} families[] = {
    {"debian", FAMILY_DEBIAN},
    {"ubuntu", FAMILY_DEBIAN},
    {"linuxmint", FAMILY_DEBIAN},
    {"pop", FAMILY_DEBIAN},
    {"kali", FAMILY_DEBIAN},
    {"raspbian", FAMILY_DEBIAN},
    {"devuan", FAMILY_DEBIAN},
    {"neon", FAMILY_DEBIAN},
    {"rhel", FAMILY_RHEL},
    {"centos", FAMILY_RHEL},
    {"rocky", FAMILY_RHEL},
    {"almalinux", FAMILY_RHEL},
    {"ol", FAMILY_RHEL},
    {"fedora", FAMILY_RHEL},
    {"amzn", FAMILY_RHEL},
    {"cloudlinux", FAMILY_RHEL},
    {"scientific", FAMILY_RHEL},
    {"virtuozzo", FAMILY_RHEL},
    {"eurolinux", FAMILY_RHEL},
    {"openeuler", FAMILY_RHEL},
    {"anolis", FAMILY_RHEL},
    {"opencloudos", FAMILY_RHEL},
    {"alinux", FAMILY_RHEL},
    {"tencentos", FAMILY_RHEL},
    {"sles", FAMILY_SUSE},
    {"sled", FAMILY_SUSE},
    {"sles_sap", FAMILY_SUSE},
    {"suse", FAMILY_SUSE},
    {"opensuse", FAMILY_SUSE},
    {"opensuse-leap", FAMILY_SUSE},
    {"sl-micro", FAMILY_SUSE},
    {"sle-micro", FAMILY_SUSE},
    {"opensuse-tumbleweed", FAMILY_SUSE},
    {"opensuse-microos", FAMILY_SUSE},
    {"alpine", FAMILY_ALPINE},
    {"postmarketos", FAMILY_ALPINE},
    {"arch", FAMILY_ARCH},
    {"archarm", FAMILY_ARCH},
    {"manjaro", FAMILY_ARCH},
    {"flatcar", FAMILY_FLATCAR},
    {"coreos", FAMILY_FLATCAR},
    {"azurelinux", FAMILY_AZURELINUX},
    {"mariner", FAMILY_AZURELINUX},
};

static const char *const family_names[] = {
    [FAMILY_UNKNOWN] = "unknown", [FAMILY_DEBIAN] = "debian",         [FAMILY_RHEL] = "rhel",
    [FAMILY_SUSE] = "suse",       [FAMILY_ALPINE] = "alpine",         [FAMILY_ARCH] = "arch",
    [FAMILY_FLATCAR] = "flatcar", [FAMILY_AZURELINUX] = "azurelinux",
};

static enum os_family family_of(const char *id)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(families[i].id, id) == 0)
            return families[i].family;
    if (strncmp(id, "opensuse", strlen("opensuse")) == 0)
        return FAMILY_SUSE;
    return FAMILY_UNKNOWN;
}

static bool read_os_release(struct facts *f, const char *path)
{
    struct bytes text;
    if (!facts_read_file(f, "os", path, &text))
        return false;
    struct assignments list = {0};
    assignments_read(f->arena, text, ASSIGNMENT_ENVIRONMENT, &list);
    const char *id = assignments_value(&list, "ID");
    if (!id)
        return false;
    f->os.id = id;
    f->os.at = place_of_file(path);
    const char *version = assignments_value(&list, "VERSION_ID");
    f->os.version = version ? version : "";
    const char *name = assignments_value(&list, "PRETTY_NAME");
    if (!name)
        name = assignments_value(&list, "NAME");
    f->os.name = name ? name : id;
    f->os.family_code = family_of(id);
    const char *like = assignments_value(&list, "ID_LIKE");
    if (f->os.family_code == FAMILY_UNKNOWN && like) {
        struct text_list words = text_words(f->arena, bytes_of(like), " \t");
        for (size_t i = 0; i < words.count && f->os.family_code == FAMILY_UNKNOWN; i++)
            f->os.family_code = family_of(words.items[i]);
    }
    return true;
}

/* The first run of digits and dots in TEXT. */
static const char *first_number(struct arena *a, struct bytes text)
{
    size_t i = 0, start;
    while (i < text.len && (text.ptr[i] < '0' || text.ptr[i] > '9'))
        i++;
    start = i;
    while (i < text.len && ((text.ptr[i] >= '0' && text.ptr[i] <= '9') || text.ptr[i] == '.'))
        i++;
    while (i > start && text.ptr[i - 1] == '.')
        i--;
    return arena_text(a, bytes_cut(text, start, i));
}

/* Files of the time before os-release. */
static const struct {
    const char *path;
    const char *id; /* unless the text names another */
    enum os_family family;
} old_files[] = {
    {"/etc/redhat-release", "rhel", FAMILY_RHEL},
    {"/etc/alpine-release", "alpine", FAMILY_ALPINE},
    {"/etc/SuSE-release", "sles", FAMILY_SUSE},
    {"/etc/debian_version", "debian", FAMILY_DEBIAN},
};

static bool read_old_file(struct facts *f, size_t i)
{
    struct read_answer r = tree_read(f->tree, old_files[i].path, LIMIT_CONFIG_BYTES);
    if (r.presence != PRESENCE_PRESENT)
        return false;
    struct bytes rest = r.content, line = {0};
    text_next_line(&rest, &line);
    line = text_trim(line);
    f->os.id = old_files[i].id;
    if (bytes_start_with(line, "CentOS"))
        f->os.id = "centos";
    else if (bytes_start_with(line, "Fedora"))
        f->os.id = "fedora";
    f->os.name = arena_text(f->arena, line);
    f->os.version = first_number(f->arena, line);
    f->os.family_code = old_files[i].family;
    f->os.at = place_of_file(old_files[i].path);
    return true;
}

static bool is_there(struct tree *t, const char *path)
{
    return tree_stat(t, path).presence == PRESENCE_PRESENT;
}

/* What packages a guest is made of tells its family when its name is nobody's. */
static const struct {
    const char *path;
    enum os_family family;
} package_databases[] = {
    {"/var/lib/dpkg/status", FAMILY_DEBIAN},  {"/lib/apk/db/installed", FAMILY_ALPINE},
    {"/var/lib/pacman/local", FAMILY_ARCH},   {"/etc/zypp/zypp.conf", FAMILY_SUSE},
    {"/usr/etc/zypp/zypp.conf", FAMILY_SUSE}, {"/etc/dnf/dnf.conf", FAMILY_RHEL},
    {"/etc/yum.conf", FAMILY_RHEL},
};

static void ask_packages(struct facts *f)
{
    for (size_t i = 0; i < sizeof package_databases / sizeof *package_databases; i++) {
        if (!is_there(f->tree, package_databases[i].path))
            continue;
        f->os.family_code = package_databases[i].family;
        facts_note(
            f, "unknown distribution \"%s\": judged as one of the family %s, as its packages are",
            f->os.id, family_names[f->os.family_code]);
        return;
    }
    facts_note(f, "unknown distribution \"%s\": judged by the rules of plain OpenSSH", f->os.id);
}

static void find_service_manager(struct facts *f)
{
    struct tree *t = f->tree;
    static const char *const systemd[] = {"/lib/systemd/systemd", "/usr/lib/systemd/systemd",
                                          "/etc/systemd/system"};
    for (size_t i = 0; i < sizeof systemd / sizeof *systemd; i++) {
        if (is_there(t, systemd[i])) {
            f->os.service_manager = SERVICES_SYSTEMD;
            f->os.services = "systemd";
            return;
        }
    }
    if (is_there(t, "/sbin/openrc") || is_there(t, "/etc/runlevels")) {
        f->os.service_manager = SERVICES_OPENRC;
        f->os.services = "openrc";
    } else if (is_there(t, "/etc/inittab") || is_there(t, "/etc/rc3.d") ||
               is_there(t, "/etc/rc.d/rc3.d")) {
        f->os.service_manager = SERVICES_SYSV;
        f->os.services = "sysv";
    }
}

void facts_read_os(struct facts *f)
{
    f->os = (struct os_facts){.id = "",
                              .version = "",
                              .name = "",
                              .family = "unknown",
                              .openssh_source = "unknown",
                              .services = "unknown"};
    bool known = read_os_release(f, "/etc/os-release") || read_os_release(f, "/usr/lib/os-release");
    for (size_t i = 0; !known && i < sizeof old_files / sizeof *old_files; i++)
        known = read_old_file(f, i);
    if (f->os.family_code == FAMILY_UNKNOWN)
        ask_packages(f);
    f->os.family = family_names[f->os.family_code];
    find_service_manager(f);
    facts_read_openssh(f);
}

bool os_is_debian_from(const struct os_facts *os, long release)
{
    if (!os->id || strcmp(os->id, "debian") != 0)
        return false;
    return !os->version || !*os->version || strtol(os->version, NULL, 10) >= release;
}
