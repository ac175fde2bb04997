#include "report/table.h"

#include <string.h>

#include "base/escape.h"

/* Narrower than this a wrapped text is not worth its column: it goes under the row. */
#define LEAST_TEXT_COLUMNS 30
#define BELOW_INDENT       10

struct table_row *table_add(struct table *t, size_t cells)
{
    struct table_row *row = vec_push_new(t->arena, &t->rows);
    row->cells = arena_alloc_array(t->arena, cells, sizeof *row->cells);
    row->count = cells;
    for (size_t i = 0; i < cells; i++)
        row->cells[i].text = "";
    return row;
}

/* Columns taken on a terminal: one a character (escaped text holds no control characters). */
static int columns(const char *text, size_t len)
{
    int n = 0;
    for (size_t i = 0; i < len; n++) {
        size_t step = escape_utf8_length((struct bytes){text + i, len - i});
        i += step > 0 ? step : 1;
    }
    return n;
}

static void add_blanks(struct strbuf *out, int n)
{
    while (n-- > 0)
        strbuf_add_char(out, ' ');
}

void table_coloured(struct strbuf *out, const char *text, enum colour colour, bool wanted)
{
    static const char *const codes[] = {"",         "\033[31m", "\033[33m",
                                        "\033[32m", "\033[1m",  "\033[2m"};
    bool on = wanted && colour != COLOUR_NONE && *text;
    if (on)
        strbuf_add(out, codes[colour]);
    strbuf_add(out, text);
    if (on)
        strbuf_add(out, "\033[0m");
}

void table_paragraph(struct strbuf *out, const char *text, int at, int indent,
                     const struct table_style *style)
{
    if (style->width <= 0) {
        strbuf_add(out, text);
        return;
    }
    bool first = true;
    while (*text) {
        size_t len = strcspn(text, " ");
        int wide = columns(text, len);
        if (!first && at + 1 + wide > style->width) {
            strbuf_add_char(out, '\n');
            add_blanks(out, indent);
            at = indent;
        } else if (!first) {
            strbuf_add_char(out, ' ');
            at++;
        }
        strbuf_add_bytes(out, (struct bytes){text, len});
        at += wide;
        first = false;
        text += len;
        text += *text == ' ';
    }
}

static int cell_columns(const struct table_cell *cell)
{
    return columns(cell->text, strlen(cell->text));
}

static void print_row(struct strbuf *out, const struct table *t, const struct table_row *row,
                      const int *widths, int indent, const struct table_style *style)
{
    size_t last = row->count;
    while (last > 0 && !*row->cells[last - 1].text)
        last--;
    add_blanks(out, indent);
    int at = indent;
    for (size_t i = 0; i < last; i++) {
        const struct table_cell *cell = &row->cells[i];
        int wide = cell_columns(cell);
        if (i + 1 == last) {
            bool below = style->width > 0 && at + wide > style->width &&
                         style->width - at < LEAST_TEXT_COLUMNS && i > 0;
            if (below) {
                while (out->len > 0 && out->ptr[out->len - 1] == ' ')
                    out->ptr[--out->len] = '\0';
                strbuf_add_char(out, '\n');
                add_blanks(out, BELOW_INDENT);
                at = BELOW_INDENT;
            }
            if (cell->colour != COLOUR_NONE)
                table_coloured(out, cell->text, cell->colour, style->colour);
            else
                table_paragraph(out, cell->text, at, at, style);
            break;
        }
        table_coloured(out, cell->text, cell->colour, style->colour);
        int pad = t->ragged_from > 0 && i >= t->ragged_from ? 0 : widths[i] - wide;
        add_blanks(out, pad + 2);
        at += wide + pad + 2;
    }
    strbuf_add_char(out, '\n');
    if (row->below) {
        add_blanks(out, BELOW_INDENT);
        table_paragraph(out, row->below, BELOW_INDENT, BELOW_INDENT, style);
        strbuf_add_char(out, '\n');
    }
}

void table_print(struct strbuf *out, const struct table *t, int indent,
                 const struct table_style *style)
{
    size_t most = 0;
    vec_each (row, &t->rows)
        most = row->count > most ? row->count : most;
    int *widths = arena_alloc_array(t->arena, most, sizeof *widths);
    vec_each (row, &t->rows)
        for (size_t i = 0; i < row->count; i++) {
            int n = cell_columns(&row->cells[i]);
            widths[i] = n > widths[i] ? n : widths[i];
        }
    vec_each (row, &t->rows)
        print_row(out, t, row, widths, indent, style);
}
