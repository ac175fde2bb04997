#include "repair/template.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "facts/sshd_keywords.h"

const char *template_family(const struct os_facts *os)
{
    switch (os->family_code) {
    case FAMILY_DEBIAN:
        return os->id && strcmp(os->id, "ubuntu") == 0 ? "ubuntu" : "debian";
    case FAMILY_RHEL:
        return os->id && strcmp(os->id, "amzn") == 0 ? "amazon" : "rhel";
    case FAMILY_SUSE:
        return "suse";
    case FAMILY_ALPINE:
        return "alpine";
    case FAMILY_AZURELINUX:
        return "azurelinux";
    case FAMILY_FLATCAR:
        return "flatcar";
    case FAMILY_ARCH:
        return "arch";
    case FAMILY_UNKNOWN:
        break;
    }
    return "generic";
}

/* A file of ours on this machine. */
static bool read_own(struct arena *a, const char *path, struct bytes *out)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct strbuf text;
    char chunk[4096];
    strbuf_init(&text, a);
    while (fd >= 0) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || text.len > LIMIT_CONFIG_BYTES)
            return false;
        if (n == 0)
            break;
        strbuf_add_bytes(&text, (struct bytes){chunk, (size_t)n});
    }
    *out = strbuf_bytes(&text);
    return fd >= 0;
}

bool template_read(struct verb_context *c, const char *name, struct bytes *out)
{
    static const struct {
        const char *family, *like;
    } kin[] = {{"ubuntu", "debian"}, {"amazon", "rhel"}};
    const char *family = template_family(&c->facts->os), *base = c->input->template_directory;
    if (!base)
        return false;
    if (read_own(c->arena, path_join(c->arena, path_join(c->arena, base, family), name), out))
        return true;
    for (size_t i = 0; i < sizeof kin / sizeof *kin; i++)
        if (strcmp(kin[i].family, family) == 0)
            return read_own(c->arena,
                            path_join(c->arena, path_join(c->arena, base, kin[i].like), name), out);
    return false;
}

static bool is_program(struct verb_context *c, const char *path)
{
    struct stat_answer s = tree_stat(c->tree, path);
    return s.presence == PRESENCE_PRESENT && s.node.type == NODE_FILE && (s.node.mode & 0111);
}

/* The sftp server of the template when it is there, another one that is, else sshd's own. */
static const char *sftp_of(struct verb_context *c, const char *wanted)
{
    static const char *const places[] = {"/usr/lib/openssh/sftp-server",
                                         "/usr/libexec/openssh/sftp-server",
                                         "/usr/libexec/sftp-server",
                                         "/usr/lib/ssh/sftp-server",
                                         "/usr/lib/misc/sftp-server",
                                         "/usr/libexec/ssh/sftp-server"};
    if (*wanted != '/' || is_program(c, wanted))
        return wanted;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (is_program(c, places[i]))
            return places[i];
    return "internal-sftp";
}

/* "AuthorizedKeysCommand PROGRAM …": the cloud's own, only where its image has it. */
static bool names_lost_program(struct verb_context *c, struct bytes line)
{
    static const char command[] = "AuthorizedKeysCommand ";
    static const char runner[] = "AuthorizedKeysCommandUser ";
    if (bytes_start_with(line, command)) {
        const char *program =
            arena_text(c->arena, bytes_cut(line, strlen(command), line.len));
        size_t n = strcspn(program, " ");
        return !is_program(c, arena_text(c->arena, (struct bytes){program, n}));
    }
    return bytes_start_with(line, runner) &&
           !facts_account(c->facts,
                          arena_text(c->arena, bytes_cut(line, strlen(runner), line.len)));
}

static void put_line(struct verb_context *c, struct strbuf *out, struct bytes line)
{
    static const char subsystem[] = "Subsystem sftp ";
    size_t word = 0;
    while (word < line.len && line.ptr[word] != ' ' && line.ptr[word] != '#')
        word++;
    struct sshd_meaning meaning = {.standing = SSHD_LIVE};
    if (word > 0)
        sshd_keyword_look_up(c->input->keywords, &c->facts->os,
                             arena_text(c->arena, bytes_cut(line, 0, word)), &meaning);
    if (meaning.standing == SSHD_UNKNOWN || meaning.standing == SSHD_UNSUPPORTED ||
        names_lost_program(c, line))
        return;
    if (bytes_start_with(line, subsystem)) {
        const char *wanted = arena_text(c->arena, bytes_cut(line, strlen(subsystem), line.len));
        strbuf_printf(out, "%s%s\n", subsystem, sftp_of(c, wanted));
        return;
    }
    strbuf_add_bytes(out, line);
    strbuf_add_char(out, '\n');
}

bool template_sshd_config(struct verb_context *c, struct bytes *out)
{
    return template_lines(c, "sshd_config", out);
}

bool template_lines(struct verb_context *c, const char *name, struct bytes *out)
{
    struct bytes text;
    struct strbuf s;
    if (!template_read(c, name, &text))
        return false;
    strbuf_init(&s, c->arena);
    for (size_t at = 0; at < text.len;) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t stop = end ? (size_t)(end - text.ptr) : text.len;
        put_line(c, &s, bytes_cut(text, at, stop));
        at = stop + 1;
    }
    *out = strbuf_bytes(&s);
    return s.len > 0;
}

bool template_covers(struct verb_context *c, const struct sshd_config *config, const char *path)
{
    struct bytes text;
    if (!template_sshd_config(c, &text))
        return false;
    const char *ours = arena_text(c->arena, text);
    vec_each (d, &config->directives) {
        if (!d->at.file || strcmp(d->at.file, path) != 0)
            continue;
        const char *found = NULL;
        const char *names[] = {d->keyword, d->written};
        for (size_t i = 0; i < 2 && !found; i++) {
            size_t n = strlen(names[i]);
            for (const char *p = ours; p && !found;
                 p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
                if (strncasecmp(p, names[i], n) == 0 && p[n] == ' ')
                    found = p;
        }
        bool other_name = strcasecmp(d->keyword, "KbdInteractiveAuthentication") == 0 &&
                          strstr(ours, "ChallengeResponseAuthentication ");
        if (!found && !other_name)
            return false;
    }
    return true;
}

uint32_t sshd_config_mode(const struct os_facts *os)
{
    switch (os->family_code) {
    case FAMILY_RHEL:
    case FAMILY_AZURELINUX:
    case FAMILY_FLATCAR:
        return 0600;
    case FAMILY_SUSE:
        return 0640;
    default:
        return 0644;
    }
}
