/* pam.d lines as libpam reads them: pam_handlers.c _pam_assemble_line, pam_misc.c _pam_tokenize and
 * _pam_parse_control. */
#include "syntax/pam_lines.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#define MAXIMUM_LINES     20000u
#define MAXIMUM_ARGUMENTS 256u
#define ACTION_UNSET      (-6)

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* The next word of TEXT; "[…]" is one word, in which "\]" stands for "]". NULL: no more. */
static const char *next_word(struct arena *a, struct bytes *text, bool *bracketed)
{
    size_t i = 0;
    while (i < text->len && is_blank(text->ptr[i]))
        i++;
    *bracketed = i < text->len && text->ptr[i] == '[';
    if (i >= text->len)
        return NULL;
    if (!*bracketed) {
        size_t start = i;
        while (i < text->len && !is_blank(text->ptr[i]))
            i++;
        const char *word = arena_text(a, bytes_cut(*text, start, i));
        *text = bytes_cut(*text, i, text->len);
        return word;
    }
    char *word = arena_alloc(a, text->len - i);
    size_t n = 0;
    for (i++; i < text->len && text->ptr[i] != ']'; i++) {
        if (text->ptr[i] == '\\' && i + 1 < text->len && text->ptr[i + 1] == ']')
            i++;
        word[n++] = text->ptr[i];
    }
    word[n] = '\0';
    *text = bytes_cut(*text, i + 1, text->len);
    return word;
}

static void add_line(struct arena *a, struct pam_lines *out, struct bytes text, int line)
{
    bool bracketed;
    const char *type = next_word(a, &text, &bracketed);
    if (!type)
        return;
    struct pam_line l = {.type = type, .line = line};
    if (*type == '-') {
        l.silent = true;
        l.type = type + 1;
    }
    l.control = next_word(a, &text, &l.bracketed);
    if (l.control)
        l.module = next_word(a, &text, &bracketed);
    VEC(const char *) words = {0};
    const char *word;
    while (l.module && words.count < MAXIMUM_ARGUMENTS && (word = next_word(a, &text, &bracketed)))
        vec_push(a, &words, word);
    l.arguments = words.items;
    l.argument_count = words.count;
    vec_push(a, &out->items, l);
}

/* One line of the file, up to its NUL, comment or end; says whether it goes on in the next. */
static bool take_line(struct bytes *rest, struct bytes *line)
{
    const char *end = memchr(rest->ptr, '\n', rest->len);
    size_t length = end ? (size_t)(end - rest->ptr) : rest->len;
    *line = bytes_cut(*rest, 0, length);
    *rest = bytes_cut(*rest, end ? length + 1 : length, rest->len);
    const char *zero = line->len ? memchr(line->ptr, '\0', line->len) : NULL;
    if (zero)
        *line = bytes_cut(*line, 0, (size_t)(zero - line->ptr));
    const char *hash = line->len ? memchr(line->ptr, '#', line->len) : NULL;
    if (hash) {
        *line = bytes_cut(*line, 0, (size_t)(hash - line->ptr));
        return false;
    }
    size_t n = line->len;
    while (n > 0 && is_blank(line->ptr[n - 1]))
        n--;
    if (n == 0 || line->ptr[n - 1] != '\\')
        return false;
    *line = bytes_cut(*line, 0, n - 1);
    return true;
}

struct pam_lines pam_lines_read(struct arena *a, struct bytes text)
{
    struct pam_lines out = {0};
    char *joined = arena_alloc(a, text.len * 2 + 1);
    size_t n = 0;
    int begins = 1;
    bool goes_on = false;
    struct bytes line;
    for (int number = 1; text.len > 0; number++) {
        if (out.items.count >= MAXIMUM_LINES) {
            out.cut = true;
            break;
        }
        if (!goes_on) {
            n = 0;
            begins = number;
        }
        goes_on = take_line(&text, &line);
        if (line.len > 0)
            memcpy(joined + n, line.ptr, line.len);
        n += line.len;
        joined[n++] = ' ';
        if (!goes_on)
            add_line(a, &out, (struct bytes){joined, n}, begins);
    }
    out.incomplete = goes_on;
    return out;
}

static const char *const code_names[PAM_CODE_COUNT + 1] = {
    "success",
    "open_err",
    "symbol_err",
    "service_err",
    "system_err",
    "buf_err",
    "perm_denied",
    "auth_err",
    "cred_insufficient",
    "authinfo_unavail",
    "user_unknown",
    "maxtries",
    "new_authtok_reqd",
    "acct_expired",
    "session_err",
    "cred_unavail",
    "cred_expired",
    "cred_err",
    "no_module_data",
    "conv_err",
    "authtok_err",
    "authtok_recover_err",
    "authtok_lock_busy",
    "authtok_disable_aging",
    "try_again",
    "ignore",
    "abort",
    "authtok_expired",
    "module_unknown",
    "bad_item",
    "conv_again",
    "incomplete",
    "default",
};
static const char *const action_names[] = {"ignore", "ok", "done", "bad", "die", "reset"};

static void set_default(int actions[PAM_CODE_COUNT], int action)
{
    for (int i = 0; i < PAM_CODE_COUNT; i++)
        if (actions[i] == ACTION_UNSET)
            actions[i] = action;
}

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\n\v\f\r");
}

/* A number of modules to skip; 0 when there is none that libpam takes. */
static int read_jump(const char **p)
{
    int jump = 0;
    for (; **p >= '0' && **p <= '9'; (*p)++) {
        int digit = **p - '0';
        if (jump > (INT_MAX - digit) / 10)
            return 0;
        jump = jump * 10 + digit;
    }
    return jump;
}

/* One "result=action"; NULL when it is none. */
static const char *read_pair(const char *p, int actions[PAM_CODE_COUNT])
{
    int code = 0;
    while (code <= PAM_CODE_COUNT && strncmp(code_names[code], p, strlen(code_names[code])) != 0)
        code++;
    if (code > PAM_CODE_COUNT)
        return NULL;
    p = skip_space(p + strlen(code_names[code]));
    if (*p != '=')
        return NULL;
    p = skip_space(p + 1);
    int action = ACTION_UNSET;
    for (int i = 0; i < 6 && action == ACTION_UNSET; i++)
        if (strncmp(action_names[i], p, strlen(action_names[i])) == 0) {
            action = -i;
            p += strlen(action_names[i]);
        }
    if (action == ACTION_UNSET && (action = read_jump(&p)) == 0)
        return NULL;
    if (code == PAM_CODE_COUNT)
        set_default(actions, action);
    else
        actions[code] = action;
    return p;
}

static bool read_pairs(const char *control, int actions[PAM_CODE_COUNT])
{
    for (const char *p = skip_space(control); *p; p = skip_space(p)) {
        p = read_pair(p, actions);
        if (!p) {
            for (int i = 0; i < PAM_CODE_COUNT; i++)
                actions[i] = PAM_DO_BAD;
            return false;
        }
    }
    set_default(actions, PAM_DO_BAD);
    return true;
}

bool pam_control_read(const char *control, int actions[PAM_CODE_COUNT])
{
    static const struct {
        const char *word;
        int success, ignore, others;
    } words[] = {
        {"required", PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_BAD},
        {"requisite", PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_DIE},
        {"optional", PAM_DO_OK, PAM_DO_IGNORE, PAM_DO_IGNORE},
        {"sufficient", PAM_DO_DONE, PAM_DO_IGNORE, PAM_DO_IGNORE},
    };
    for (int i = 0; i < PAM_CODE_COUNT; i++)
        actions[i] = ACTION_UNSET;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(words[i].word, control) != 0)
            continue;
        actions[PAM_CODE_SUCCESS] = words[i].success;
        actions[PAM_CODE_NEW_AUTHTOK_REQD] = words[i].success;
        actions[PAM_CODE_IGNORE] = words[i].ignore;
        set_default(actions, words[i].others);
        return true;
    }
    return read_pairs(control, actions);
}
