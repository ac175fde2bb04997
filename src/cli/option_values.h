/* Text of the command line turned into numbers, dates, addresses and formats. */
#ifndef DISKMEND_CLI_OPTION_VALUES_H
#define DISKMEND_CLI_OPTION_VALUES_H

#include "cli/options.h"

/* Each gives 0 or ERR_USAGE with a sentence that names OPTION. */
int value_number(const char *text, const char *option, long least, long most, int *out,
                 struct err *e);
/* YYYY-MM-DD, YYYY-MM-DDTHH:MM[:SS][Z] (UTC), or @SECONDS. */
int value_date(const char *text, int64_t *out, struct err *e);
int value_address(const char *text, struct err *e);
int value_severity(const char *text, enum severity *out, struct err *e);
int value_colour(const char *text, enum colour_choice *out, struct err *e);
/* FORMAT or FORMAT:FILE */
int value_output(struct arena *a, const char *text, struct output *out, struct err *e);
int value_disk_format(const char *text, struct err *e);

#endif
