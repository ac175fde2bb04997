/* Prints "ID GATE" of every reason that login/ can give, for reasons.test. */
#include <stdio.h>
#include <stdlib.h>

#include "login/login.h"

int main(void)
{
    size_t count;
    const struct login_reason_row *rows = login_reasons(&count);
    for (size_t i = 0; i < count; i++)
        printf("%s %s\n", rows[i].id, gate_name(rows[i].gate));
    return EXIT_SUCCESS;
}
