/* pam_time: rules of service, terminal, user and hours. Source: Linux-PAM modules/pam_time/
 * pam_time.c read_field, logic_field, check_time. The guest's clock is local time: where its zone
 * is not known, all zones are tried, and what they do not agree on stays open. */
#include "login/pam_verdict.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "facts/collect.h"

#define FIELD_BYTES   1000u /* PAM_TIME_BUFLEN: what is longer is read in other ways */
#define MINUTES_A_DAY 1440
#define WESTERNMOST   (-12 * 60)
#define EASTERNMOST   (14 * 60)
#define ZONE_STEP     15

struct moment {
    int day;    /* one bit of seven, Sunday the lowest */
    int minute; /* hours * 100 + minutes */
};

struct rule {
    const char *fields[4];
    int line;
};

static bool is_member_byte(char c)
{
    return c && (isalnum((unsigned char)c) || strchr("*_-./:", c));
}

/* One "*" at the end of what fits, or a tail behind it. */
static bool is_same(const char *text, struct bytes pattern)
{
    size_t star = 0;
    while (star < pattern.len && pattern.ptr[star] != '*')
        star++;
    size_t n = strlen(text);
    if (star == pattern.len)
        return n == star && strncmp(text, pattern.ptr, n) == 0;
    size_t tail = pattern.len - star - 1;
    return strncmp(text, pattern.ptr, star) == 0 && tail <= n &&
           strncmp(pattern.ptr + star + 1, text + n - tail, tail) == 0;
}

/* "Wk0800-1800": days toggle, then the hours; it may go over midnight. */
static bool is_in_time(struct moment now, struct bytes times)
{
    static const struct {
        const char *name;
        int bits;
    } days[] = {{"su", 01},  {"mo", 02},   {"tu", 04},  {"we", 010},  {"th", 020},
                {"fr", 040}, {"sa", 0100}, {"wk", 076}, {"wd", 0101}, {"al", 0177}};
    size_t j = 0;
    int marked = 0, hours[2] = {0, 0};
    while (j < times.len && isalpha((unsigned char)times.ptr[j])) {
        int bits = -1;
        for (size_t i = 0; j + 1 < times.len && i < sizeof days / sizeof *days; i++)
            if (tolower((unsigned char)times.ptr[j]) == days[i].name[0] &&
                tolower((unsigned char)times.ptr[j + 1]) == days[i].name[1])
                bits = days[i].bits;
        if (bits < 0)
            return false;
        marked ^= bits;
        j += 2;
    }
    if (marked == 0)
        return false;
    for (int part = 0; part < 2; part++) {
        int digits = 0;
        for (; digits < 4 && j < times.len && isdigit((unsigned char)times.ptr[j]); digits++, j++)
            hours[part] = hours[part] * 10 + (times.ptr[j] - '0');
        if (part == 0 && (j >= times.len || times.ptr[j++] != '-'))
            return true; /* no times: pam_time logs it and lets pass */
        if (part == 1 && digits != 4)
            return true;
    }
    if (hours[0] < hours[1])
        return (now.day & marked) && now.minute >= hours[0] && now.minute < hours[1];
    if ((now.day & marked) && now.minute >= hours[0])
        return true;
    marked = marked << 1 | (marked & 0100 ? 1 : 0);
    return (now.day & marked) && now.minute <= hours[1];
}

/* Names or times between & and |, each with ! before it. TEXT NULL: times. */
static bool field_fits(const char *field, const char *text, struct moment now)
{
    bool left = false, negate = false, conjunction = false, wants_value = true;
    for (const char *p = field; *p;) {
        if (is_member_byte(*p)) {
            size_t n = 0;
            while (is_member_byte(p[n]))
                n++;
            if (!wants_value)
                return false;
            struct bytes member = {p, n};
            bool right = (text ? is_same(text, member) : is_in_time(now, member)) != negate;
            left = conjunction ? left && right : left || right;
            wants_value = false;
            p += n;
        } else if (*p == '!' && wants_value) {
            negate = !negate;
            p++;
        } else if (*p == '&' || *p == '|' || *p == '!') {
            if (wants_value || *p == '!')
                return false;
            conjunction = *p == '&';
            wants_value = true;
            negate = false;
            p++;
        } else {
            p++;
        }
    }
    return left;
}

/* A rule is refused outside of its hours. */
static const struct rule *refusing_rule(const struct visit *v, const struct rule *rules,
                                        size_t count, int64_t local)
{
    int64_t minutes = local / 60;
    struct moment now = {1 << ((minutes / MINUTES_A_DAY + 4) % 7), /* 1 January 1970: Thursday */
                         (int)(minutes % MINUTES_A_DAY / 60 * 100 + minutes % 60)};
    for (size_t i = 0; i < count; i++) {
        const struct rule *r = &rules[i];
        if (field_fits(r->fields[0], v->facts->pam_service.name, now) &&
            field_fits(r->fields[1], "ssh", now) &&
            field_fits(r->fields[2], v->account->name, now) && !field_fits(r->fields[3], NULL, now))
            return r;
    }
    return NULL;
}

/* False: something that is read in ways not modelled (too long, netgroups, a broken rule in the
 * middle). */
static bool split_rule(struct arena *a, const char *line, struct rule *out)
{
    struct text_list fields = text_words(a, bytes_of(line), ";");
    if (fields.count != 4 || strchr(line, '@') || strlen(line) >= FIELD_BYTES ||
        line[strlen(line) - 1] == ';' || line[0] == ';' || strstr(line, ";;"))
        return false;
    for (int i = 0; i < 4; i++)
        out->fields[i] = fields.items[i];
    return true;
}

static size_t count_separators(struct bytes line)
{
    size_t n = 0;
    for (size_t i = 0; i < line.len; i++)
        n += line.ptr[i] == ';';
    return n;
}

/* The lines joined that end in a backslash, comments and blanks taken off. */
static bool read_rules(const struct visit *v, const struct pam_file_fact *file, struct rule **rules,
                       size_t *count)
{
    struct arena *a = v->facts->arena;
    *rules = arena_alloc_array(a, file->lines.count + 1, sizeof **rules);
    *count = 0;
    for (size_t i = 0; i < file->lines.count; i++) {
        struct strbuf joined;
        int first = (int)i + 1;
        strbuf_init(&joined, a);
        for (;; i++) {
            struct bytes line = file->lines.items[i];
            bool goes_on = line.len > 0 && line.ptr[line.len - 1] == '\\' &&
                           !memchr(line.ptr, '#', line.len) && i + 1 < file->lines.count;
            strbuf_add_bytes(&joined, bytes_cut(line, 0, goes_on ? line.len - 1 : line.len));
            if (!goes_on)
                break;
        }
        struct bytes text = strbuf_bytes(&joined);
        const char *hash = text.len ? memchr(text.ptr, '#', text.len) : NULL;
        text = text_trim(hash ? bytes_cut(text, 0, (size_t)(hash - text.ptr)) : text);
        if (count_separators(text) < 3)
            continue; /* pam_time logs a line with too few fields, and goes on */
        struct rule *r = &(*rules)[(*count)++];
        r->line = first;
        if (memchr(text.ptr, '\0', text.len) || !split_rule(a, arena_text(a, text), r))
            return false;
    }
    return true;
}

struct pam_verdict pam_time_verdict(const struct visit *v, const struct pam_fact *e)
{
    const char *given = pam_argument(e, "conffile=");
    const struct pam_file_fact *file = pam_file(v, given ? given : "/etc/security/time.conf");
    const struct rule *refusing = NULL;
    struct rule *rules;
    size_t count;
    if (strcmp(e->type, "account") != 0 || (pam_file_is(file, "missing") && !given))
        return pam_answers(PAM_CODE_SUCCESS);
    if (!pam_file_is(file, "ok") || !read_rules(v, file, &rules, &count))
        return (struct pam_verdict){0};
    bool utc = v->facts->pam_service.is_utc;
    int from = utc ? 0 : WESTERNMOST, to = utc ? 0 : EASTERNMOST;
    for (int zone = from; zone <= to; zone += ZONE_STEP) {
        const struct rule *one =
            refusing_rule(v, rules, count, v->subject->at + (int64_t)zone * 60);
        if (zone > from && !one != !refusing)
            return (struct pam_verdict){0};
        refusing = one ? one : refusing;
    }
    if (!refusing)
        return pam_answers(PAM_CODE_SUCCESS);
    struct pam_verdict no = pam_fails(PAM_CODE_PERM_DENIED, "pam-access-rules",
                                      (struct place){file->path, refusing->line, 0});
    no.value = arena_printf(v->facts->arena, "%s;%s;%s;%s", refusing->fields[0],
                            refusing->fields[1], refusing->fields[2], refusing->fields[3]);
    no.detail = arena_printf(v->facts->arena, "let in at %s only", refusing->fields[3]);
    return no;
}
