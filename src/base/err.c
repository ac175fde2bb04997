#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(struct err *e, enum err_code code, const char *path, int line, int column)
{
    e->code = code;
    e->line = line;
    e->column = column;
    snprintf(e->path, sizeof e->path, "%s", path ? path : "");
}

int err_set(struct err *e, enum err_code code, const char *format, ...)
{
    va_list args;

    if (!e)
        return (int)code;
    fill(e, code, NULL, 0, 0);
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return (int)code;
}

int err_set_at(struct err *e, enum err_code code, const char *path, int line, int column,
               const char *format, ...)
{
    va_list args;

    if (!e)
        return (int)code;
    fill(e, code, path, line, column);
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return (int)code;
}

int err_context(struct err *e, const char *format, ...)
{
    char prefix[ERR_TEXT_MAX / 2];
    char old[ERR_TEXT_MAX];
    va_list args;

    if (!e)
        return (int)ERR_INTERNAL;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    memcpy(old, e->text, sizeof old);
    if (snprintf(e->text, sizeof e->text, "%s: %s", prefix, old) >= (int)sizeof e->text)
        memcpy(e->text + sizeof e->text - 4, "...", 4); /* visibly cut */
    return (int)e->code;
}

const char *err_code_text(enum err_code code)
{
    switch (code) {
#define ERR_CODE_TEXT(name, text)                                                                  \
    case name:                                                                                     \
        return text;
        ERR_CODES(ERR_CODE_TEXT)
#undef ERR_CODE_TEXT
    }
    return "unknown error";
}
