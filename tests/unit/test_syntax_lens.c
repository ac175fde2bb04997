/* The lenses are total: whatever the text, it parses, every byte is on exactly one line, the text
 * comes back, and places agree with Augeas's spans. DISKMEND_LENS_TEXTS: random texts per lens. */
#include "syntax/lens.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "base/strbuf.h"
#include "suite.h"

#define LENSES TEST_SOURCE_DIRECTORY "/rules/lenses"

/* Augeas 1.14 loses a span for every text it takes with AUG_ENABLE_SPAN (lens_round_trip only). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libaugeas.so\n";
}

static struct arena *arena;
static struct lens_session *session;

static void set_up(void)
{
    struct err e;
    arena = arena_new(NULL, NULL);
    session = lens_open(arena, LENSES, &e);
    ck_assert_msg(session, "%s", session ? "" : e.text);
}

static void tear_down(void)
{
    lens_close(session);
    arena_free(arena);
}

static void renew(void)
{
    tear_down();
    set_up();
}

/* ---- what holds for every text ---- */

static const char *const good_fields[] = {
    [LENS_SSHD] = "line",
    [LENS_PASSWD] = "name password uid gid gecos home shell",
    [LENS_SHADOW] = "name password last_change minimum maximum warn inactive expires reserved",
    [LENS_GROUP] = "name password gid members",
    [LENS_GSHADOW] = "name password administrators members",
    [LENS_FSTAB] = "device directory type options frequency pass",
};

static char *fault; /* of the last check, in the arena */
#define REQUIRE(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fault = arena_printf(arena, __VA_ARGS__);                                              \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool fields_hold(enum lens_kind kind, const struct lens_line *line)
{
    bool has_fields = strcmp(line->kind, "entry") == 0 || strcmp(line->kind, "bare") == 0;
    REQUIRE(has_fields == (line->field_count > 0), "line %d: %zu fields in a %s", line->line,
            line->field_count, line->kind);
    struct strbuf names;
    strbuf_init(&names, arena);
    const char *end = line->text.ptr;
    for (size_t i = 0; i < line->field_count; i++) {
        const struct lens_field *f = &line->fields[i];
        REQUIRE(f->value.ptr >= end &&
                    f->value.ptr + f->value.len <= line->text.ptr + line->text.len,
                "line %d: field %s lies outside", line->line, f->name);
        REQUIRE(f->column == (int)(f->value.ptr - line->text.ptr) + 1, "line %d: column of %s",
                line->line, f->name);
        end = f->value.ptr + f->value.len;
        strbuf_printf(&names, "%s%s", i ? " " : "", f->name);
    }
    if (!has_fields)
        return true;
    const char *good = good_fields[kind];
    if (kind == LENS_FSTAB) {
        bool enough = line->field_count >= 3;
        REQUIRE(enough == (line->kind[0] == 'e'), "line %d: %s with %zu fields", line->line,
                line->kind, line->field_count);
        if (line->field_count == 7)
            good = arena_printf(arena, "%s extra", good);
        REQUIRE(strncmp(names.ptr, good, names.len) == 0, "line %d: %s", line->line, names.ptr);
    } else if (line->kind[0] == 'e') {
        REQUIRE(strcmp(names.ptr, good) == 0, "line %d: %s", line->line, names.ptr);
    } else {
        const char *more = arena_printf(arena, "%s extra", good);
        REQUIRE(strcmp(names.ptr, good) != 0 && strncmp(names.ptr, more, names.len) == 0,
                "line %d: %s", line->line, names.ptr);
    }
    return true;
}

static bool parse_holds(enum lens_kind kind, struct bytes text, struct lens_text *out)
{
    struct err e = {0};
    REQUIRE(lens_parse(session, kind, text, out, &e) == ERR_NONE, "parse: %s", e.text);
    const char *at = text.ptr;
    const char *end = text.ptr + text.len;
    for (size_t i = 0; i < out->lines.count; i++) {
        const struct lens_line *line = &out->lines.items[i];
        REQUIRE(line->line == (int)i + 1, "line %zu counts as %d", i + 1, line->line);
        REQUIRE(line->text.ptr == at, "line %zu starts elsewhere", i + 1);
        REQUIRE(!memchr(at, '\n', line->text.len), "line %zu holds a newline", i + 1);
        at += line->text.len;
        REQUIRE(at == end ? i + 1 == out->lines.count && out->no_final_newline : *at == '\n',
                "line %zu ends elsewhere", i + 1);
        at += at < end;
        if (!fields_hold(kind, line))
            return false;
    }
    REQUIRE(at == end, "%td bytes on no line", end - at);
    return true;
}

static bool text_holds(enum lens_kind kind, struct bytes text)
{
    struct err e = {0};
    struct lens_text lines;
    struct bytes back;
    if (!parse_holds(kind, text, &lines))
        return false;
    REQUIRE(lens_round_trip(session, kind, text, &back, &e) == ERR_NONE, "back: %s", e.text);
    REQUIRE(bytes_equal(back, text), "other bytes come back");
    return true;
}

/* ---- random texts ---- */

static uint64_t seed;
static unsigned below(unsigned n) /* splitmix64 */
{
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (unsigned)((z ^ (z >> 31)) % n);
}

static const char *const good_lines[][6] = {
    [LENS_SSHD] = {"PermitRootLogin no", "  AllowUsers ana bob # people", "Match User ana",
                   "Subsystem sftp /usr/lib/openssh/sftp-server", "# $OpenBSD$", "Port=22"},
    [LENS_PASSWD] = {"root:x:0:0:root:/root:/bin/bash", "ana:x:1000:1000:Ana,,,:/home/ana:/bin/sh",
                     "+::::::", "a:b:c", "# comment", "x:x:1:1:::/bin/sh:more:fields"},
    [LENS_SHADOW] = {"root:*:19000:0:99999:7:::", "ana:$6$abc$defghij:19000:0:99999:7:::", "ana:!",
                     "x:::::::::::", "#", "ana:$y$j9T$x$y:19000:0:99999:7::1:"},
    [LENS_GROUP] = {"root:x:0:", "sudo:x:27:ana,bob", "x", "+:::", ":::", "a:b:c:d:e"},
    [LENS_GSHADOW] = {"root:*::", "sudo:*::ana", "a:!:b,c:d", "a:b", "", "a:b:c:d:e"},
    [LENS_FSTAB] = {"UUID=1234-abcd / ext4 errors=remount-ro 0 1", "/dev/sda1\t/boot\text2",
                    "# <file system> <mount point>",
                    "tmpfs /tmp tmpfs defaults,noatime 0 0 more words", "proc", " LABEL=x\t /srv "},
};
static const char *const pieces[] = {"\n",   "\r\n",     ":",           "::",   " ",    "\t",
                                     "#",    "\f",       "\v",          "\r",   "\"",   "=",
                                     "\\",   "\xc3\xa4", "\xc2\xa0",    "\xff", "\xef", "?",
                                     "root", "\x01",     "\x02\x03\x04"};

static struct bytes random_text(enum lens_kind kind)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    if (below(20) == 0)
        strbuf_add(&s, "\xef\xbb\xbf");
    bool dos = below(8) == 0;
    for (unsigned lines = below(below(10) == 0 ? 200 : 12); lines > 0; lines--) {
        strbuf_add(&s, good_lines[kind][below(6)]);
        for (unsigned n = below(3) ? 0 : below(6); n > 0; n--) { /* harm what is there */
            switch (below(4)) {
            case 0:
                if (s.len)
                    s.ptr[below((unsigned)s.len)] = (char)below(256);
                break;
            case 1:
                strbuf_add_char(&s, (char)below(256));
                break;
            case 2:
                if (s.len)
                    s.len -= below(s.len > 8 ? 8 : (unsigned)s.len);
                break;
            default:
                strbuf_add(&s, pieces[below(sizeof pieces / sizeof *pieces)]);
            }
        }
        if (lines > 1 || below(4))
            strbuf_add(&s, dos ? "\r\n" : "\n");
    }
    return strbuf_bytes(&s);
}

static unsigned text_count(void)
{
    const char *wish = getenv("DISKMEND_LENS_TEXTS");
    long n = wish ? strtol(wish, NULL, 10) : 0;
    return n > 0 && n < 10000000 ? (unsigned)n : 500;
}

START_TEST(random_texts)
{
    for (unsigned i = 0; i < text_count(); i++) {
        uint64_t start = ((uint64_t)_i << 32) + i;
        seed = start;
        struct bytes text = random_text((enum lens_kind)_i);
        ck_assert_msg(text_holds((enum lens_kind)_i, text), "lens %d, seed %#llx: %s", _i,
                      (unsigned long long)start, fault);
        if (i % 200 == 199)
            renew();
    }
}
END_TEST

/* ---- texts that always have to be tried ---- */

START_TEST(fixed_texts)
{
    enum lens_kind kind = (enum lens_kind)_i;
    char all[257];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    all[256] = '\n';
    struct bytes texts[] = {
        {all, 256},
        {all, 257},
        {"", 0},
        {"\n", 1},
        {"\0", 1},
        {"\0\n\0", 3},
        {"\r\n", 2},
        {"\r", 1},
        {"\r \n\r\r\n", 6},
        {" \r x y z\n", 10},
        {"\f\n", 2},
        {" \f \r\n", 5},
        {"\f#x\n\v#\n", 8},
        {":\n#:\n :\n", 8},
        {"?\n\1", 3},
        {"\xef\xbb\xbf", 3},
        {"\xef\xbb\xbf#\n", 5},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(text_holds(kind, texts[i]), "lens %d, text %zu: %s", _i, i, fault);
    /* every byte in the middle of a good line */
    for (int byte = 0; byte < 256; byte++) {
        char *line = arena_strdup(arena, good_lines[kind][0]);
        line[4] = (char)byte;
        struct bytes text = {line, strlen(good_lines[kind][0])};
        ck_assert_msg(text_holds(kind, text), "lens %d, byte %d: %s", _i, byte, fault);
    }
}
END_TEST

START_TEST(bytes_are_bytes_in_any_locale)
{
    const char *const locales[] = {"C.UTF-8", "C"};
    for (size_t i = 0; i < 2; i++) {
        if (!setlocale(LC_ALL, locales[i]))
            continue;
        struct bytes text = bytes_of("\xff\xfe:\xc3:1\xc2\xa0:1:J\xf6rg \xe2\x80\xae:/:/bin/sh\n");
        struct lens_text lines;
        ck_assert_msg(text_holds(LENS_PASSWD, text), "%s: %s", locales[i], fault);
        ck_assert(parse_holds(LENS_PASSWD, text, &lines));
        ck_assert_str_eq(lines.lines.items[0].kind, "entry");
        ck_assert(bytes_equal_text(lines.lines.items[0].fields[2].value, "1\xc2\xa0"));
    }
    setlocale(LC_ALL, "C");
}
END_TEST

/* ---- kinds and fields ---- */

static const struct {
    enum lens_kind lens;
    const char *line, *kind, *fields; /* fields: name@column=value … */
} kinds[] = {
    {LENS_SSHD, "Port 22", "entry", "line@1=Port 22"},
    {LENS_SSHD, " \tPort 22 \r", "entry", "line@1= \tPort 22 \r"},
    {LENS_SSHD, "\f Port", "entry", "line@1=\f Port"},
    {LENS_SSHD, " \t# x", "comment", ""},
    {LENS_SSHD, "\f# x", "entry", "line@1=\f# x"}, /* servconf.c: \f is no blank at the start */
    {LENS_SSHD, " \f\r", "blank", ""},
    {LENS_SSHD, "\xef\xbb\xbf# x", "entry", "line@1=\xef\xbb\xbf# x"},
    {LENS_PASSWD, "a:x:1:2:g:/h:/s", "entry",
     "name@1=a password@3=x uid@5=1 gid@7=2 gecos@9=g home@11=/h shell@14=/s"},
    {LENS_PASSWD, "a:x:1:2:g:/h:/s \r", "entry",
     "name@1=a password@3=x uid@5=1 gid@7=2 gecos@9=g home@11=/h shell@14=/s \r"},
    {LENS_PASSWD, "  a::::::", "entry",
     "name@3=a password@5= uid@6= gid@7= gecos@8= home@9= shell@10="},
    {LENS_PASSWD, "::::::", "entry", "name@1= password@2= uid@3= gid@4= gecos@5= home@6= shell@7="},
    {LENS_PASSWD, "a:x:1", "bare", "name@1=a password@3=x uid@5=1"},
    {LENS_PASSWD, "a", "bare", "name@1=a"},
    {LENS_PASSWD, "a:::::::", "bare",
     "name@1=a password@3= uid@4= gid@5= gecos@6= home@7= shell@8= extra@9="},
    {LENS_PASSWD, "a:1:2:3:4:5:6:7:8", "bare",
     "name@1=a password@3=1 uid@5=2 gid@7=3 gecos@9=4 home@11=5 shell@13=6 extra@15=7:8"},
    {LENS_PASSWD, " # a:b", "comment", ""},
    {LENS_PASSWD, "#a:x:1:2:g:/h:/s", "comment", ""},
    {LENS_PASSWD, "a#:x:1:2:g:/h:/s", "entry",
     "name@1=a# password@4=x uid@6=1 gid@8=2 gecos@10=g home@12=/h shell@15=/s"},
    {LENS_PASSWD, " \r\v", "blank", ""},
    {LENS_PASSWD, "+", "bare", "name@1=+"},
    {LENS_SHADOW, "a:!:1:2:3:4:5:6:7", "entry",
     "name@1=a password@3=! last_change@5=1 minimum@7=2 maximum@9=3 warn@11=4 inactive@13=5 "
     "expires@15=6 reserved@17=7"},
    {LENS_SHADOW, "a:!:1:2:3:4:5:6", "bare",
     "name@1=a password@3=! last_change@5=1 minimum@7=2 maximum@9=3 warn@11=4 inactive@13=5 "
     "expires@15=6"},
    {LENS_GROUP, "sudo:x:27:a,b", "entry", "name@1=sudo password@6=x gid@8=27 members@11=a,b"},
    {LENS_GROUP, "sudo:x:27", "bare", "name@1=sudo password@6=x gid@8=27"},
    {LENS_GSHADOW, "sudo:!:r:a,b", "entry",
     "name@1=sudo password@6=! administrators@8=r members@10=a,b"},
    {LENS_FSTAB, "/d / ext4", "entry", "device@1=/d directory@4=/ type@6=ext4"},
    {LENS_FSTAB, "\t/d \t/  ext4 ro 0 1 ", "entry",
     "device@2=/d directory@6=/ type@9=ext4 options@14=ro frequency@17=0 pass@19=1"},
    {LENS_FSTAB, "/d / ext4 ro 0 1 # x", "entry",
     "device@1=/d directory@4=/ type@6=ext4 options@11=ro frequency@14=0 pass@16=1 extra@18=# x"},
    {LENS_FSTAB, "/d / ext4 #ro 0 1\r", "entry",
     "device@1=/d directory@4=/ type@6=ext4 options@11=#ro frequency@15=0 pass@17=1\r"},
    {LENS_FSTAB, "/d /", "bare", "device@1=/d directory@4=/"},
    {LENS_FSTAB, "/d ", "bare", "device@1=/d"},
    {LENS_FSTAB, " # /d / ext4", "comment", ""},
    {LENS_FSTAB, " \r", "blank", ""},
    {LENS_FSTAB, "\r ", "bare", "device@1=\r"},
};

START_TEST(kinds_and_fields)
{
    struct lens_text lines;
    char *text = arena_printf(arena, "\n%s\n", kinds[_i].line);
    ck_assert_msg(parse_holds(kinds[_i].lens, bytes_of(text), &lines), "%s", fault);
    ck_assert_uint_eq(lines.lines.count, 2);
    const struct lens_line *line = &lines.lines.items[1];
    struct strbuf got;
    strbuf_init(&got, arena);
    for (size_t i = 0; i < line->field_count; i++)
        strbuf_printf(&got, "%s%s@%d=%.*s", i ? " " : "", line->fields[i].name,
                      line->fields[i].column, (int)line->fields[i].value.len,
                      line->fields[i].value.ptr);
    ck_assert_str_eq(line->kind, kinds[_i].kind);
    ck_assert_str_eq(got.ptr, kinds[_i].fields);
}
END_TEST

START_TEST(what_is_odd_about_a_text)
{
    struct lens_text t;
    ck_assert(parse_holds(LENS_SSHD,
                          (struct bytes){"\xef\xbb\xbf"
                                         "a\r\nb\0c\n\4",
                                         11},
                          &t));
    ck_assert(t.has_byte_order_mark && t.has_carriage_returns && t.no_final_newline);
    ck_assert_uint_eq(t.odd_bytes.count, 2);
    ck_assert(t.odd_bytes.items[0].byte == 0 && t.odd_bytes.items[0].line == 2 &&
              t.odd_bytes.items[0].column == 2);
    ck_assert(t.odd_bytes.items[1].byte == 4 && t.odd_bytes.items[1].line == 3 &&
              t.odd_bytes.items[1].column == 1);
    ck_assert(bytes_equal(t.lines.items[1].fields[0].value, (struct bytes){"b\0c", 3}));
    ck_assert(parse_holds(LENS_SSHD, (struct bytes){"a\0\n", 3}, &t));
    ck_assert(t.odd_bytes.items[0].line == 1 && t.odd_bytes.items[0].column == 2);
    ck_assert(!t.has_byte_order_mark && !t.has_carriage_returns && !t.no_final_newline);
    ck_assert(parse_holds(LENS_SSHD, (struct bytes){"", 0}, &t));
    ck_assert(t.lines.count == 0 && !t.no_final_newline);
    char *zeros = arena_alloc(arena, 5000);
    ck_assert(parse_holds(LENS_SSHD, (struct bytes){zeros, 5000}, &t));
    ck_assert_uint_eq(t.odd_bytes.count, 100);
}
END_TEST

/* ---- size ---- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct bytes repeated(const char *piece, size_t len)
{
    struct strbuf s;
    strbuf_init(&s, arena);
    while (s.len < len)
        strbuf_add(&s, piece);
    return (struct bytes){s.ptr, len};
}

static const struct {
    enum lens_kind lens;
    const char *piece;
    size_t len;
    int code;
} sizes[] = {
    {LENS_PASSWD, "user:x:1000:1000:A User Name:/home/user:/bin/bash\n", LIMIT_ACCOUNT_BYTES, 0},
    {LENS_SHADOW, "user:$6$abcdefgh$ijklmnopqrstuvwxyzabcdefghijkl:19000:0:99999:7:::\n",
     LIMIT_ACCOUNT_BYTES, 0},
    {LENS_GROUP, "user,", LIMIT_ACCOUNT_BYTES, 0},
    {LENS_GROUP, ":", 1u << 20, 0},
    {LENS_GSHADOW, "a:b:c:d\n", 1u << 20, 0},
    {LENS_GSHADOW, "a:b:c:d\n", 100000, 0},
    {LENS_SSHD, "AllowUsers a\n", LIMIT_CONFIG_BYTES, 0},
    {LENS_SSHD, "a ", LIMIT_CONFIG_BYTES, 0},
    {LENS_SSHD, "\n", 200000, 0},
    {LENS_SSHD, "#", LIMIT_CONFIG_BYTES, 0},
    {LENS_FSTAB, "a ", LIMIT_CONFIG_BYTES, 0},
    {LENS_FSTAB, "/dev/sda1 / ext4 defaults 0 1\n", LIMIT_CONFIG_BYTES, 0},
    {LENS_FSTAB, " ", LIMIT_CONFIG_BYTES, 0},
    {LENS_PASSWD, "\n", LIMIT_ACCOUNT_BYTES, ERR_LIMIT},
    {LENS_PASSWD, "\n", LIMIT_ACCOUNT_BYTES + 1, ERR_LIMIT},
};

START_TEST(large_texts)
{
    struct bytes text = repeated(sizes[_i].piece, sizes[_i].len);
    struct lens_text lines;
    struct err e = {0};
    double start = seconds();
    int code = lens_parse(session, sizes[_i].lens, text, &lines, &e);
    double took = seconds() - start;
    if (getenv("DISKMEND_SHOW_TIMES"))
        printf("# %2d: %.2f s, %zu lines, arena %zu MiB\n", _i, took, lines.lines.count,
               arena_used(arena) >> 20);
    ck_assert_msg(code == sizes[_i].code, "%d: %s", _i, e.text);
#ifndef __SANITIZE_ADDRESS__
    ck_assert_msg(took < LIMIT_PARSE_SECONDS * 2, "%d: %.2f s", _i, took);
#endif
    if (code == ERR_NONE && text.len <= 200000)
        ck_assert_msg(text_holds(sizes[_i].lens, text), "%d: %s", _i, fault);
}
END_TEST

START_TEST(no_lens_directory)
{
    struct err e = {0};
    struct lens_text t;
    struct lens_session *s = lens_open(arena, "/nonexistent", &e);
    ck_assert(s);
    ck_assert_int_eq(lens_parse(s, LENS_SSHD, bytes_of("x\n"), &t, &e), ERR_INTERNAL);
    lens_close(s);
    ck_assert(!lens_open(arena, "/a:/b", &e));
    ck_assert_int_eq(e.code, ERR_UNSUPPORTED);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("syntax: lenses");
    TCase *t = tcase_create("lens");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 600);
    tcase_add_loop_test(t, random_texts, 0, LENS_FSTAB + 1);
    tcase_add_loop_test(t, fixed_texts, 0, LENS_FSTAB + 1);
    tcase_add_test(t, bytes_are_bytes_in_any_locale);
    tcase_add_loop_test(t, kinds_and_fields, 0, sizeof kinds / sizeof *kinds);
    tcase_add_test(t, what_is_odd_about_a_text);
    tcase_add_loop_test(t, large_texts, 0, sizeof sizes / sizeof *sizes);
    tcase_add_test(t, no_lens_directory);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
