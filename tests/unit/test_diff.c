/* report/diff: what git apply is given, and what is not shown. */
#include "suite.h"

#include <string.h>

#include "report/diff.h"

static bool hides_secrets(void *context, bool is_new, size_t line, struct bytes text)
{
    (void)context, (void)is_new, (void)line;
    return text.len >= 6 && memcmp(text.ptr, "secret", 6) == 0;
}

struct diff_case {
    const char *path, *before, *after; /* NULL: there is no file */
    const char *wanted;
    bool hides;
};

static const struct diff_case cases[] = {
    {"/a", "x\n", "x\n", "", false},
    {"/a", "x\n", "y\n", "--- a/a\n+++ b/a\n@@ -1 +1 @@ rule\n-x\n+y\n", false},
    {"/a", "x", "x\n", "--- a/a\n+++ b/a\n@@ -1 +1 @@ rule\n-x\n\\ No newline at end of file\n+x\n",
     false},
    {"/a", "", "x\n", "--- a/a\n+++ b/a\n@@ -0,0 +1 @@ rule\n+x\n", false},
    {"/a", NULL, "x\n",
     "diff --git a/a b/a\nnew file mode 100644\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@ rule\n+x\n",
     false},
    {"/a", "x\n", NULL,
     "diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@ rule\n"
     "-x\n",
     false},
    /* an empty file has no lines, and git wants no header for them */
    {"/a", NULL, "", "diff --git a/a b/a\nnew file mode 100644\n", false},
    {"/a", "", NULL, "diff --git a/a b/a\ndeleted file mode 100644\n", false},
    {"/a b\n\"", "x\n", "y\r\n",
     "--- \"a/a b\\012\\\"\"\n+++ \"b/a b\\012\\\"\"\n@@ -1 +1 @@ rule\n-x\n+y\r\n", false},
    {"/a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
     "--- a/a\n+++ b/a\n@@ -2,7 +2,7 @@ rule\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n", false},
    {"/a", "secret 1\nx\n", "secret 1\ny\n",
     "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@ rule\n (not shown)\n-x\n+y\n", true},
};

static const char *the_rule(void *context, struct diff_range hunk)
{
    (void)context, (void)hunk;
    return "rule";
}

START_TEST(diffs_are_exact)
{
    const struct diff_case *c = &cases[_i];
    struct arena *a = arena_new(NULL, NULL);
    struct strbuf out;
    strbuf_init(&out, a);
    struct bytes before = bytes_of(c->before ? c->before : "");
    struct bytes after = bytes_of(c->after ? c->after : "");
    bool hid = diff_unified(&out, c->path, c->before ? &before : NULL, c->after ? &after : NULL,
                            0644, the_rule, hides_secrets, NULL);
    ck_assert_str_eq(out.ptr, c->wanted);
    ck_assert_int_eq(hid, c->hides);
    arena_free(a);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_not_quoted)
{
    struct arena *a = arena_new(NULL, NULL);
    struct strbuf out;
    strbuf_init(&out, a);
    struct bytes before = {"x\0y", 3}, after = bytes_of("x\n");
    diff_unified(&out, "/a\nb", &before, &after, 0644, NULL, NULL, NULL);
    ck_assert_str_eq(out.ptr, "Binary files \"a/a\\012b\" and \"b/a\\012b\" differ\n");
    arena_free(a);
}
END_TEST

/* Too much to be compared line by line: the changed middle is replaced whole. */
START_TEST(a_huge_difference_is_no_endless_one)
{
    struct arena *a = arena_new(NULL, NULL);
    struct strbuf out, before, after;
    strbuf_init(&out, a);
    strbuf_init(&before, a);
    strbuf_init(&after, a);
    for (int i = 0; i < 20000; i++) {
        strbuf_printf(&before, "old %d\n", i);
        strbuf_printf(&after, "new %d\n", i);
    }
    struct bytes old = strbuf_bytes(&before), new = strbuf_bytes(&after);
    diff_unified(&out, "/a", &old, &new, 0644, NULL, NULL, NULL);
    ck_assert(strstr(out.ptr, "@@ -1,20000 +1,20000 @@\n-old 0\n"));
    ck_assert(strstr(out.ptr, "\n+new 19999\n"));
    arena_free(a);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("diff");
    TCase *t = tcase_create("unified");
    tcase_add_loop_test(t, diffs_are_exact, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(t, bytes_that_are_no_text_are_not_quoted);
    tcase_add_test(t, a_huge_difference_is_no_endless_one);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
