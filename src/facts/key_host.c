/* Host keys as sshd would load them. sshd: sshd.c main, authfile.c sshkey_perm_ok. */
#include "facts/key_parts.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "syntax/ssh_key.h"

#define SMALLEST_RSA 1024 /* sshkey.h SSH_RSA_MINIMUM_MODULUS_SIZE, since 7.6 */

/* Fedora 38 and EL 10 gave up root:ssh_keys 0640; before, the vendor's keyperm patch takes it. */
bool host_key_group_mode_accepted(const struct facts *f)
{
    if (f->os.family_code != FAMILY_RHEL)
        return false;
    long major = strtol(f->os.version, NULL, 10);
    if (strcmp(f->os.id, "fedora") == 0)
        return major > 0 && major < 38;
    if (strcmp(f->os.id, "amzn") == 0)
        return true;
    return major < 10;
}

/* authfile.c sshkey_perm_ok: only a key that belongs to the user running sshd is checked. */
static bool is_too_open(const struct facts *f, const struct host_key_fact *key)
{
    if (key->uid != 0 || (key->mode & 077) == 0)
        return false;
    bool group_read_only = (key->mode & 077) == 040;
    return !(group_read_only && key->group && strcmp(key->group, "ssh_keys") == 0 &&
             host_key_group_mode_accepted(f));
}

static int64_t smallest_rsa(const struct facts *f)
{
    int64_t n;
    const char *value = sshd_config_value(f->sshd, "RequiredRSASize");
    if (value && text_number(bytes_of(value), 0, 65536, &n) && n > SMALLEST_RSA)
        return n;
    return SMALLEST_RSA;
}

/* Up to 9.7 DSA works; later it is not built by default, then gone from the source. */
static bool type_is_gone(const struct facts *f, const char *type)
{
    return type && strcmp(type, "dsa") == 0 &&
           (f->os.openssh_version == 0 || f->os.openssh_version >= 908);
}

static void compare_public(struct facts *f, struct host_key_fact *key)
{
    const char *path = arena_printf(f->arena, "%s.pub", key->path);
    struct read_answer r = tree_read(f->tree, path, LIMIT_CONFIG_BYTES);
    if (r.presence != PRESENCE_PRESENT)
        return;
    const char *fingerprint = ssh_public_key_fingerprint(f->arena, r.content);
    if (fingerprint && key->fingerprint)
        key->public_matches = strcmp(fingerprint, key->fingerprint) == 0 ? TRUTH_YES : TRUTH_NO;
    if (!key->fingerprint)
        key->fingerprint = fingerprint;
}

static void read_key(struct facts *f, struct host_key_fact *key)
{
    struct read_answer r = tree_read(f->tree, key->path, LIMIT_CONFIG_BYTES);
    if (r.presence != PRESENCE_PRESENT) {
        key->state = "unreadable";
        key->detail = r.reason;
        facts_add_gap(f, "host_key", key->at, r.reason);
        return;
    }
    struct ssh_private_key parsed = {0};
    ssh_private_key_read(f->arena, r.content, &parsed);
    key->state = parsed.state;
    key->type = parsed.type;
    key->bits = parsed.bits > 0 ? parsed.bits : FACT_NO_NUMBER;
    key->fingerprint = parsed.fingerprint;
    key->encrypted = parsed.encrypted;
    if (strcmp(key->state, "ok") == 0 && f->os.openssh_version > 0 &&
        parsed.since > f->os.openssh_version) {
        key->state = "invalid";
        key->detail = "a form of key file that this version does not read";
    }
    if (strcmp(key->state, "ok") == 0 && type_is_gone(f, key->type))
        key->state = "unsupported";
    bool readable = strcmp(key->state, "ok") == 0 || strcmp(key->state, "invalid") == 0;
    if (readable && key->type && strcmp(key->type, "rsa") == 0 && parsed.bits > 0 &&
        parsed.bits < smallest_rsa(f)) {
        key->state = "too-short";
        key->detail = arena_printf(f->arena, "%lld bits, %lld needed", (long long)parsed.bits,
                                   (long long)smallest_rsa(f));
    }
    if (is_too_open(f, key))
        key->state = "too-open"; /* decided before the content is looked at */
    key->loadable = strcmp(key->state, "ok") == 0;
    compare_public(f, key);
}

static void add_host_key(struct facts *f, const char *value, bool named, struct place named_at)
{
    if (strcmp(value, "none") == 0 || !facts_has_room(f, "host_key", f->host_keys.count))
        return;
    const char *path = path_tidy(f->arena, path_join(f->arena, "/", value));
    vec_each (known, &f->host_keys)
        if (strcmp(known->path, path) == 0)
            return;
    struct host_key_fact key = {.path = path,
                                .named = named,
                                .state = "missing",
                                .bits = FACT_NO_NUMBER,
                                .uid = FACT_NO_NUMBER,
                                .gid = FACT_NO_NUMBER,
                                .at = place_of_file(path),
                                .named_at = named_at};
    struct stat_answer s = tree_stat(f->tree, path);
    if (s.presence == PRESENCE_UNREADABLE) {
        key.state = "unreadable";
        key.detail = s.reason;
        facts_add_gap(f, "host_key", key.at, s.reason);
    } else if (s.presence == PRESENCE_PRESENT) {
        key.mode = s.node.mode;
        key.uid = s.node.uid;
        key.gid = s.node.gid;
        key.group = facts_group_name(f, s.node.gid);
        if (s.node.type == NODE_FILE)
            read_key(f, &key);
        else
            key.state = "not-regular";
    }
    vec_push(f->arena, &f->host_keys, key);
}

void keys_read_host(struct facts *f)
{
    bool any = false;
    vec_each (d, &f->sshd->directives) {
        if (!d->is_valid || strcmp(d->keyword, "HostKey") != 0 || d->arguments.count == 0)
            continue;
        any = true;
        if (f->host_keys.count < 256) /* servconf.h MAX_HOSTKEYS */
            add_host_key(f, d->arguments.items[0], true, d->at);
    }
    if (any)
        return;
    struct text_list defaults = sshd_config_values(f->sshd, "HostKey");
    for (size_t i = 0; i < defaults.count; i++)
        add_host_key(f, defaults.items[i], false, (struct place){0});
}
