/* What the surroundings say: terminal, environment variables, clock. Nobody else asks them. */
#ifndef DISKMEND_CLI_ENVIRONMENT_H
#define DISKMEND_CLI_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"

/* Colour on this stream? The option decides, then FORCE_COLOR, NO_COLOR, TERM=dumb, the terminal.
 */
bool environment_colour(enum colour_choice choice, int fd);
/* Columns of the terminal on FD; 0 when it is none. */
int environment_width(int fd);
bool environment_is_terminal(int fd);
int64_t environment_now(void);          /* seconds since 1970 */
int64_t environment_milliseconds(void); /* of a clock that only runs forward */

#endif
