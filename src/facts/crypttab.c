/* crypttab: which encrypted volumes the boot unlocks, and with what. */
#include "base/limits.h"
#include "base/path.h"
#include "facts/collect.h"
#include "facts/mount_parts.h"

#define CRYPTTAB "/etc/crypttab"

static const struct fact_field crypt_fields[] = {
    FACT_FIELD(crypt_fact, name, FIELD_TEXT),       FACT_FIELD(crypt_fact, device, FIELD_TEXT),
    FACT_FIELD(crypt_fact, options, FIELD_TEXTS),   FACT_FIELD(crypt_fact, found, FIELD_TRUTH),
    FACT_FIELD(crypt_fact, filesystem, FIELD_TEXT), FACT_FIELD(crypt_fact, key, FIELD_TEXT),
    FACT_FIELD(crypt_fact, key_state, FIELD_TEXT),  FACT_FIELD(crypt_fact, at, FIELD_PLACE),
};
const struct fact_kind crypt_kind = FACT_KIND("crypt", crypt_fact, crypt_fields);

void mount_read_crypttab(struct mount_context *c)
{
    struct facts *f = c->f;
    struct bytes rest, line;
    if (!facts_read_file(f, "crypt", CRYPTTAB, &rest))
        return;
    for (int n = 1; text_next_line(&rest, &line) && f->crypt.count < LIMIT_LISTED_DEVICES * 4;
         n++) {
        struct text_list w = text_words(f->arena, line, " \t\r");
        if (w.count < 2 || w.items[0][0] == '#')
            continue;
        struct crypt_fact *crypt = vec_push_new(f->arena, &f->crypt);
        crypt->name = w.items[0];
        crypt->device = w.items[1];
        crypt->at = (struct place){CRYPTTAB, n, 0};
        if (w.count > 2 && strcmp(w.items[2], "none") != 0 && strcmp(w.items[2], "-") != 0)
            crypt->key = w.items[2];
        if (w.count > 3)
            crypt->options = text_words(f->arena, bytes_of(w.items[3]), ",");
    }
}

/* Something else than a file of this guest unlocks it. */
static bool is_elsewhere(const struct crypt_fact *c)
{
    static const char *const options[] = {"keyscript=", "tpm2-device=", "fido2-device=",
                                          "pkcs11-uri="};
    for (size_t i = 0; i < c->options.count; i++)
        for (size_t k = 0; k < sizeof options / sizeof *options; k++)
            if (strncmp(c->options.items[i], options[k], strlen(options[k])) == 0)
                return true;
    /* "/key:UUID=…" is a file of another filesystem (crypttab(5)) */
    return c->key && (c->key[0] != '/' || strchr(c->key, ':') || path_is_below(c->key, "/dev") ||
                      path_is_below(c->key, "/run"));
}

static const char *state_of(struct facts *f, struct crypt_fact *c)
{
    if (is_elsewhere(c))
        return "elsewhere";
    if (!c->key) { /* systemd-cryptsetup(8): looked for by itself */
        const char *path = arena_printf(f->arena, "/etc/cryptsetup-keys.d/%s.key", c->name);
        if (strchr(c->name, '/') || tree_stat(f->tree, path).presence != PRESENCE_PRESENT)
            return "prompt";
        c->key = path;
    }
    enum presence there = tree_stat(f->tree, c->key).presence;
    return there == PRESENCE_PRESENT  ? "present"
           : there == PRESENCE_ABSENT ? "absent"
                                      : "unreadable";
}

void mount_settle_crypttab(struct mount_context *c)
{
    vec_each (crypt, &c->f->crypt) {
        struct mount_fact under = {.device = crypt->device, .type = "auto", .directory = "none"};
        if (strncmp(crypt->device, "/dev/mapper/", 12) != 0)
            mount_resolve_device(c, &under);
        crypt->found = under.device_found;
        crypt->filesystem = under.filesystem;
        crypt->key_state = state_of(c->f, crypt);
    }
}
