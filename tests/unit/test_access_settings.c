/* VMAccess's settings as people write them, the examples of the extension's README and of the cloud's
 * articles among them; and what is wrong with a request whatever the guest is. */
#include "suite.h"

#include "base/strbuf.h"
#include "repair/access_settings.h"

static struct arena *arena;
static struct access_request request;
static name_list notes;
static struct err fault;

static void setup(void)
{
    arena = arena_new(NULL, NULL);
}

static void teardown(void)
{
    arena_free(arena);
}

static int take(const char *text, enum settings_part part)
{
    return access_settings(arena, bytes_of(text), "s.json", part, &request, &notes, &fault);
}

static int read_both(const char *protected, const char *public)
{
    request = (struct access_request){0};
    notes = (name_list){0};
    fault = (struct err){0};
    if (protected && take(protected, SETTINGS_PROTECTED) != 0)
        return fault.code;
    if (public && take(public, SETTINGS_PUBLIC) != 0)
        return fault.code;
    return access_check(arena, &request, &fault);
}

/* The request as a line: what a test compares. */
static const char *told(void)
{
    static const char *const sudo[] = {"", " sudo=keep", " sudo=password", " sudo=nopasswd"};
    const struct access_request *r = &request;
    struct strbuf s;
    strbuf_init(&s, arena);
    strbuf_add(&s, r->create == ACCESS_CREATE_IF_MISSING ? "make-if-missing" : "");
    if (r->user)
        strbuf_printf(&s, " user=%s", r->user);
    if (r->password.ptr)
        strbuf_printf(&s, " password=%.*s", (int)r->password.len, r->password.ptr);
    for (size_t i = 0; i < r->key_count; i++)
        strbuf_printf(&s, " key=%.*s", (int)r->keys[i].text.len, r->keys[i].text.ptr);
    strbuf_add(&s, sudo[r->sudo]);
    strbuf_add(&s, r->nopasswd_if_new && r->create ? " nopasswd-if-new" : "");
    if (r->expiry == ACCESS_EXPIRY_DAY)
        strbuf_printf(&s, " expires=%lld", (long long)r->expires_on);
    if (r->remove_user)
        strbuf_printf(&s, " remove=%s", r->remove_user);
    strbuf_add(&s, r->remove_prior_keys ? " remove-prior-keys" : "");
    strbuf_add(&s, r->reset_ssh ? " reset" : "");
    strbuf_add(&s, r->restore_ssh ? " restore" : "");
    strbuf_add(&s, r->check_disk ? " check" : "");
    strbuf_add(&s, r->repair_disk ? " repair" : "");
    if (r->disk_name)
        strbuf_printf(&s, " disk=%s", r->disk_name);
    return s.ptr + strspn(s.ptr, " ");
}

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

/* The README of VMAccess 1.5.25, chapter 3, and the articles "Troubleshoot SSH connections to an Azure
 * Linux VM" and "VMAccess Extension for Linux". */
static const struct {
    const char *from, *protected, *public, *told;
} examples[] = {
    {"README 3.1", "{\"username\": \"currentusername\", \"password\": \"newpassword\", \"reset_ssh\": \"false\"}",
     "{\n  \"check_disk\": \"false\"\n}", "make-if-missing user=currentusername password=newpassword"},
    {"README 3.2", "{ \n  \"username\": \"currentusername\", \n  \"ssh_key\": \"contentofsshkey\"\n}", NULL,
     "make-if-missing user=currentusername key=contentofsshkey nopasswd-if-new"},
    {"README 3.3",
     "{\n  \"username\": \"currentusername\",\n  \"ssh_key\": \"contentofsshkey\",\n"
     "  \"password\": \"newpassword\",\n}",
     NULL, "make-if-missing user=currentusername password=newpassword key=contentofsshkey"},
    {"README 3.4", "{\"username\": \"newusername\", \"password\": \"newpassword\"}", NULL,
     "make-if-missing user=newusername password=newpassword"},
    {"README 3.4.1",
     "{\"username\": \"newusername\", \"password\": \"newpassword\", \"expiration\": \"2016-12-31\"}", NULL,
     "make-if-missing user=newusername password=newpassword expires=17166"},
    {"README 3.5", "{\"username\": \"newusername\", \"ssh_key\": \"contentofsshkey\"}", NULL,
     "make-if-missing user=newusername key=contentofsshkey nopasswd-if-new"},
    {"README 3.5.1",
     "{\"username\": \"newusername\", \"ssh_key\": \"contentofsshkey\", \"expiration\": \"2016-12-31\"}",
     NULL, "make-if-missing user=newusername key=contentofsshkey nopasswd-if-new expires=17166"},
    {"README 3.6", "{\n  \"reset_ssh\": true\n}", NULL, "reset"},
    {"README 3.7", "{\n  \"remove_user\": \"usertoberemoveed\",\n}", NULL, "remove=usertoberemoveed"},
    {"README 3.8", NULL, "{\n    \"check_disk\": \"true\"\n}", "check"},
    {"README 3.9", NULL, "{\n    \"repair_disk\": \"true\",\n    \"disk_name\": \"userdisktofix\"\n}",
     "repair disk=userdisktofix"},
    {"README 3.10",
     "{\"username\": \"newusername\", \"ssh_key\": \"contentofsshkey\", \"remove_prior_keys\": true}", NULL,
     "make-if-missing user=newusername key=contentofsshkey nopasswd-if-new remove-prior-keys"},
    {"README 3.11", "{\n    \"restore_backup_ssh\": true\n}", NULL, "restore"},
    {"README 2.2 (PowerShell)", "{\"username\":\"u\",\"ssh_key\":\"k\"}", "{\"check_disk\":true}",
     "make-if-missing user=u key=k nopasswd-if-new check"},
    {"troubleshooting: reset SSHD", "{\n    \"reset_ssh\": true\n}", NULL, "reset"},
    {"troubleshooting: reset SSHD, of old", "{  \n\t\"reset_ssh\":\"True\"\n}", NULL, "reset"},
    {"troubleshooting: password",
     "{\n    \"username\":\"myUsername\", \"password\":\"myPassword\"\n}", NULL,
     "make-if-missing user=myUsername password=myPassword"},
    {"troubleshooting: key", "{\n    \"username\":\"myUsername\", \"ssh_key\":\"mySSHKey\"\n}", NULL,
     "make-if-missing user=myUsername key=mySSHKey nopasswd-if-new"},
    {"extension article: CLI", "{\"username\":\"user1\",\"password\":\"userPassword\"}",
     "{\"check_disk\":true}", "make-if-missing user=user1 password=userPassword check"},
    {"extension article: scale set", "{\"username\":\"azureUser\",\"password\":\"userPassword\"}",
     "{\"repair_disk\": true, \"disk_name\": \"<disk_name>\"}",
     "make-if-missing user=azureUser password=userPassword repair disk=<disk_name>"},
};

START_TEST(an_example)
{
    int code = read_both(examples[_i].protected, examples[_i].public);
    ck_assert_msg(code == 0, "%s: %d:%d: %s", examples[_i].from, fault.line, fault.column, fault.text);
    ck_assert_str_eq(told(), examples[_i].told);
}
END_TEST

/* As people, templates and shells write it. */
static const struct {
    const char *text, *told;
} forms[] = {
    {"{\"username\":\"u\",\"ssh_key\":\"k\",\"reset_ssh\":\"FALSE\"}",
     "make-if-missing user=u key=k nopasswd-if-new"},
    {"{\"username\":\"u\",\"ssh_key\":\"k\",\"reset_ssh\":\"true\"}",
     "make-if-missing user=u key=k nopasswd-if-new reset"},
    {"{\"username\":\"u\",\"ssh_key\":\"k\",\"password\":null,\"remove_user\":\"\",\"expiration\":\"\"}",
     "make-if-missing user=u key=k nopasswd-if-new"},
    {"\xef\xbb\xbf{\"reset_ssh\":true}\r\n", "reset"},
    {"{\"username\":\"u\",\"ssh_key\":\"a,}\\\"b,]\",}",
     "make-if-missing user=u key=a,}\"b,] nopasswd-if-new"},
    {"{\"username\":\"u\",\"expiration\":\"never\"}", "user=u"},
    {"{\"username\":\"u\",\"ssh_key\":\"k\",\"enable_passwordless_access\":\"True\"}",
     "make-if-missing user=u key=k sudo=nopasswd nopasswd-if-new"},
    {"{\"username\":\"u\",\"password\":\"p,}w\",\"enable_passwordless_access\":true}",
     "make-if-missing user=u password=p,}w sudo=nopasswd"},
    {"{\"username\":\"u\",\"password\":\"p\",\"enable_passwordless_access\":false}",
     "make-if-missing user=u password=p"},
    {"{\"username\":\"u\",\"password\":\"p\",\"remove_prior_keys\":true}",
     "make-if-missing user=u password=p"},
    {"{\"check_disk\":true,\"reset_ssh\":true}", "reset check"},
    {"{\"reset_ssh\":true,\"disk_name\":\"sdb1\"}", "reset disk=sdb1"},
    {"{\"username\":\"new\",\"ssh_key\":\"k\",\"remove_user\":\"old\"}",
     "make-if-missing user=new key=k nopasswd-if-new remove=old"},
    /* a resource of a template: what is not settings is not ours */
    {"{\"type\":\"Microsoft.Compute/virtualMachines/extensions\",\"name\":\"x\",\"dependsOn\":[\"y\"],"
     "\"properties\":{\"publisher\":\"Microsoft.OSTCExtensions\",\"typeHandlerVersion\":\"1.5\","
     "\"settings\":{\"check_disk\":true,\"repair_disk\":false,\"disk_name\":\"\",},"
     "\"protectedSettings\":{\"username\":\"u\",\"ssh_key\":\"k\",\"reset_ssh\":false,"
     "\"remove_user\":\"\",\"restore_backup_ssh\":true}}}",
     "make-if-missing user=u key=k nopasswd-if-new restore check"},
    {"{\"settings\":{},\"protectedSettings\":{\"reset_ssh\":true}}", "reset"},
};

START_TEST(a_form)
{
    int code = read_both(forms[_i].text, NULL);
    ck_assert_msg(code == 0, "%s: %d:%d: %s", forms[_i].text, fault.line, fault.column, fault.text);
    ck_assert_str_eq(told(), forms[_i].told);
}
END_TEST

/* Refused, with the place and a word of the sentence; never with the password. */
static const struct {
    const char *protected, *public;
    int line, column;
    const char *text;
} faults[] = {
    {"{\"reset_ssh\": true,\n \"remove_user\": \"u\"}", NULL, 0, 0, "two jobs"},
    {"{\"restore_backup_ssh\": \"true\", \"remove_user\": \"u\"}", NULL, 0, 0, "two jobs"},
    {"{\"reset_ssh\": true, \"restore_backup_ssh\": true}", NULL, 0, 0, "not both"},
    {"{\"username\": \"a\", \"password\": \"s3cret!\",\n\"remove_user\": \"b\"}", NULL, 2, 16,
     "exclude each other"},
    {"{\"username\": \"a\", \"ssh_key\": \"k\", \"remove_user\": \"a\"}", NULL, 0, 0, "at once"},
    {NULL, "{\"check_disk\": \"true\", \"repair_disk\": \"true\", \"disk_name\": \"x\"}", 0, 0, "not both"},
    {"{\"username\": \"a\",\n  \"pasword\": \"s3cret!\"}", NULL, 2, 14, "no setting \"pasword\""},
    {"{\"a/b~c\": 1}", NULL, 1, 11, "no setting \"a/b~c\""},
    {"{\"Username\": \"a\"}", NULL, 1, 14, "no setting \"Username\""},
    {NULL, "{\"username\": \"a\"}", 1, 14, "belongs in the protected settings"},
    {"{\"settings\":{\"password\":\"s3cret!\"}}", NULL, 1, 25, "belongs in the protected settings"},
    {"{\"username\": \"a\", \"password\": \"\"}", NULL, 1, 31, "the password is empty"},
    {"{\"username\": \"a\", \"password\": 12345}", NULL, 1, 31, "password wants a string"},
    {"{\"username\": [\"a\"]}", NULL, 1, 14, "username wants a string"},
    {"{\"reset_ssh\": \"yes\"}", NULL, 1, 15, "reset_ssh wants true or false"},
    {"{\"reset_ssh\": 1}", NULL, 1, 15, "reset_ssh wants true or false"},
    {"{\"username\": \"a\", \"expiration\": \"31.12.2026\"}", NULL, 1, 33, "expiration: a day is wanted"},
    {"{\"username\": \"a\", \"expiration\": \"2026-02-31\"}", NULL, 1, 33, "expiration: a day is wanted"},
    {"{\"username\": \"a\"\n \"password\": \"s3cret!\"}", NULL, 2, 2, ""},
    {"{\"username\": \"a\", \"password\": \"s3cret!", NULL, 1, 39, ""},
    {"{\"username\": \"a\", \"username\": \"b\"}", NULL, 1, 19, "already"},
    {"[]", NULL, 1, 1, "an object"},
    {"", NULL, 1, 1, ""},
    {"{}", NULL, 0, 0, "nothing was asked for"},
    {"{\"username\": \"a\"}", NULL, 0, 0, "nothing was asked for"},
    {"{\"ssh_key\": \"k\"}", NULL, 0, 0, "whose access"},
    {"{\"expiration\": \"2030-01-01\"}", NULL, 0, 0, "whose access"},
    {"{\"username\": \"<username>\", \"ssh_key\": \"k\"}", NULL, 0, 0, "no name of a user"},
    {"{\"username\": \"-x\", \"ssh_key\": \"k\"}", NULL, 0, 0, "no name of a user"},
    {"{\"username\": \"a:b\", \"ssh_key\": \"k\"}", NULL, 0, 0, "no name of a user"},
    {"{\"remove_user\": \"../x\"}", NULL, 0, 0, "no name of a user"},
    {"{\"username\": \"azure\", \"password\": \"azure\"}", NULL, 0, 0, "the name of the user"},
    {"{\"username\": \"azure\", \"password\": \"s3cret!\\n\"}", NULL, 0, 0, "more than one line"},
    {"{\"username\": \"azure\", \"password\": \"s3cret!\\u0007\"}", NULL, 0, 0, "control character"},
    {"{\"username\": \"azure\", \"password\": \"   \"}", NULL, 0, 0, "blanks"},
};

START_TEST(a_fault)
{
    int code = read_both(faults[_i].protected, faults[_i].public);
    const char *text = faults[_i].protected ? faults[_i].protected : faults[_i].public;
    ck_assert_msg(code != 0, "taken: %s", text);
    ck_assert_msg(strstr(fault.text, faults[_i].text) != NULL, "%s: %s", text, fault.text);
    ck_assert_msg(!strstr(fault.text, "s3cret"), "%s: %s", text, fault.text);
    ck_assert_msg(fault.line == faults[_i].line && fault.column == faults[_i].column, "%s: %d:%d %s",
                  text, fault.line, fault.column, fault.text);
}
END_TEST

START_TEST(what_is_overlooked_is_said)
{
    ck_assert_int_eq(read_both("{\"username\":\"u\",\"password\":\"p\",\"remove_prior_keys\":true,}", NULL), 0);
    ck_assert_uint_eq(notes.count, 2);
    ck_assert_str_eq(notes.items[0], "s.json: a comma behind the last member is overlooked");
    ck_assert(strstr(notes.items[1], "no key is removed") != NULL);
}
END_TEST

/* A NUL ends no member, and every shortened text is a fault or a request, never a crash. */
START_TEST(every_cut_is_read)
{
    static const char text[] = "{\"username\":\"u\",\"properties\":{\"settings\":{\"disk_name\":\"x,}\"},"
                               "\"protectedSettings\":[1,{\"password\":\"\\u00e4\\n\"}]}}";
    for (size_t n = 0; n < sizeof text; n++) {
        notes = (name_list){0};
        fault = (struct err){0};
        request = (struct access_request){0};
        int code = access_settings(arena, (struct bytes){text, n}, "s.json", SETTINGS_PROTECTED,
                                   &request, &notes, &fault);
        ck_assert_int_eq(code, fault.code);
    }
}
END_TEST

/* The password's bytes are gone where they stood. */
START_TEST(a_password_is_wiped)
{
    ck_assert_int_eq(read_both("{\"username\":\"u\",\"password\":\"s3cret!\"}", NULL), 0);
    access_wipe(&request);
    ck_assert_uint_eq(request.password.len, 7);
    for (size_t i = 0; i < 7; i++)
        ck_assert_int_eq(request.password.ptr[i], 0);
}
END_TEST

static const struct {
    const char *text;
    int64_t day; /* -1: never, -2: refused */
} days[] = {{"1970-01-02", 1},    {"2026-12-31", 20818}, {"2024-02-29", 19782}, {"never", -1},
            {"2023-02-29", -2},   {"2026-13-01", -2},    {"2026-1-1", -2},      {"20261231", -2},
            {"", -2},             {"2026-12-31 ", -2},   {"1969-12-31", -2},    {"1970-01-01", -2},
            {"tomorrow", -2},     {"-1", -2},            {"9999-12-31", 2932896}};

START_TEST(a_day)
{
    request = (struct access_request){0};
    fault = (struct err){0};
    int code = access_take_expiry(days[_i].text, &request, &fault);
    if (days[_i].day == -2) {
        ck_assert_int_eq(code, ERR_USAGE);
        return;
    }
    ck_assert_int_eq(code, 0);
    ck_assert_int_eq(request.expiry, days[_i].day < 0 ? ACCESS_EXPIRY_NEVER : ACCESS_EXPIRY_DAY);
    ck_assert_int_eq(request.expires_on, days[_i].day < 0 ? 0 : days[_i].day);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("access_settings");
    TCase *c = tcase_create("settings");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, an_example, 0, COUNT(examples));
    tcase_add_loop_test(c, a_form, 0, COUNT(forms));
    tcase_add_loop_test(c, a_fault, 0, COUNT(faults));
    tcase_add_test(c, what_is_overlooked_is_said);
    tcase_add_test(c, every_cut_is_read);
    tcase_add_test(c, a_password_is_wiped);
    tcase_add_loop_test(c, a_day, 0, COUNT(days));
    suite_add_tcase(s, c);
    return s;
}

UNIT_MAIN(suite)
