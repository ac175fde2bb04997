/* Rows of cells set in columns for a terminal. For report/ only: cells are escaped already. */
#ifndef DISKMEND_REPORT_TABLE_H
#define DISKMEND_REPORT_TABLE_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "base/vec.h"

enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN, COLOUR_BOLD, COLOUR_FAINT };

struct table_cell {
    const char *text; /* "" for an empty one */
    enum colour colour;
};

struct table_row {
    struct table_cell *cells;
    size_t count;
    const char *below; /* a paragraph under the row, or NULL */
};

struct table {
    struct arena *arena;
    VEC(struct table_row) rows;
    size_t ragged_from; /* cells from this one on are not aligned (0: all are) */
};

struct table_style {
    bool colour;
    int width; /* wrap the last cell there; 0: never */
};

/* The row's cells are to be filled by the caller; they start out empty. */
struct table_row *table_add(struct table *t, size_t cells);
/* Each row starts with INDENT blanks; columns stand two blanks apart; no trailing blanks. */
void table_print(struct strbuf *out, const struct table *t, int indent,
                 const struct table_style *style);

/* A paragraph, wrapped at the width of STYLE. The cursor stands in column AT (0-based); further
 * lines start at INDENT. Ends without a newline. */
void table_paragraph(struct strbuf *out, const char *text, int at, int indent,
                     const struct table_style *style);

/* TEXT in colour, if there is to be any. */
void table_coloured(struct strbuf *out, const char *text, enum colour colour, bool wanted);

#endif
