/* What the key records are called in the document, and the order in which they are filled. */
#include "facts/key.h"

#include "facts/key_parts.h"

static const struct fact_field host_key_fields[] = {
    FACT_FIELD(host_key_fact, path, FIELD_TEXT),
    FACT_FIELD(host_key_fact, named, FIELD_BOOL),
    FACT_FIELD(host_key_fact, state, FIELD_TEXT),
    FACT_FIELD(host_key_fact, type, FIELD_TEXT),
    FACT_FIELD(host_key_fact, bits, FIELD_NUMBER),
    FACT_FIELD(host_key_fact, fingerprint, FIELD_TEXT),
    FACT_FIELD(host_key_fact, encrypted, FIELD_BOOL),
    FACT_FIELD(host_key_fact, loadable, FIELD_BOOL),
    FACT_FIELD(host_key_fact, mode, FIELD_MODE),
    FACT_FIELD(host_key_fact, uid, FIELD_NUMBER),
    FACT_FIELD(host_key_fact, gid, FIELD_NUMBER),
    FACT_FIELD(host_key_fact, group, FIELD_TEXT),
    FACT_FIELD(host_key_fact, public_matches, FIELD_TRUTH),
    FACT_FIELD(host_key_fact, detail, FIELD_TEXT),
    FACT_FIELD(host_key_fact, at, FIELD_PLACE),
    FACT_FIELD(host_key_fact, named_at, FIELD_PLACE),
};
const struct fact_kind host_key_kind = FACT_KIND("host_key", host_key_fact, host_key_fields);

static const struct fact_field key_file_fields[] = {
    FACT_FIELD(key_file_fact, user, FIELD_TEXT),
    FACT_FIELD(key_file_fact, pattern, FIELD_TEXT),
    FACT_FIELD(key_file_fact, path, FIELD_TEXT),
    FACT_FIELD(key_file_fact, real_path, FIELD_TEXT),
    FACT_FIELD(key_file_fact, state, FIELD_TEXT),
    FACT_FIELD(key_file_fact, readable_by_user, FIELD_BOOL),
    FACT_FIELD(key_file_fact, blocked_at, FIELD_TEXT),
    FACT_FIELD(key_file_fact, unsafe_path, FIELD_TEXT),
    FACT_FIELD(key_file_fact, unsafe_kind, FIELD_TEXT),
    FACT_FIELD(key_file_fact, unsafe_why, FIELD_TEXT),
    FACT_FIELD(key_file_fact, unsafe_mode, FIELD_MODE),
    FACT_FIELD(key_file_fact, unsafe_uid, FIELD_NUMBER),
    FACT_FIELD(key_file_fact, label, FIELD_TEXT),
    FACT_FIELD(key_file_fact, has_acl, FIELD_BOOL),
    FACT_FIELD(key_file_fact, lines, FIELD_NUMBER),
    FACT_FIELD(key_file_fact, usable_lines, FIELD_NUMBER),
    FACT_FIELD(key_file_fact, detail, FIELD_TEXT),
    FACT_FIELD(key_file_fact, at, FIELD_PLACE),
};
const struct fact_kind key_file_kind = FACT_KIND("key_file", key_file_fact, key_file_fields);

static const struct fact_field key_fields[] = {
    FACT_FIELD(key_fact, user, FIELD_TEXT),        FACT_FIELD(key_fact, file, FIELD_TEXT),
    FACT_FIELD(key_fact, type, FIELD_TEXT),        FACT_FIELD(key_fact, bits, FIELD_NUMBER),
    FACT_FIELD(key_fact, fingerprint, FIELD_TEXT), FACT_FIELD(key_fact, comment, FIELD_TEXT),
    FACT_FIELD(key_fact, options, FIELD_TEXTS),    FACT_FIELD(key_fact, cert_authority, FIELD_BOOL),
    FACT_FIELD(key_fact, from, FIELD_TEXT),        FACT_FIELD(key_fact, expiry_time, FIELD_TEXT),
    FACT_FIELD(key_fact, command, FIELD_TEXT),     FACT_FIELD(key_fact, principals, FIELD_TEXT),
    FACT_FIELD(key_fact, defect, FIELD_TEXT),      FACT_FIELD(key_fact, detail, FIELD_TEXT),
    FACT_FIELD(key_fact, at, FIELD_PLACE),
};
const struct fact_kind key_kind = FACT_KIND("key", key_fact, key_fields);

void facts_read_keys(struct facts *f)
{
    keys_read_host(f);
    keys_read_authorized(f);
}
