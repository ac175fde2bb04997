/* Numbers and times as sshd reads them from text. Pure; for the sshd_* files of this room only. */
#ifndef DISKMEND_FACTS_SSHD_NUMBER_H
#define DISKMEND_FACTS_SSHD_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* openbsd-compat strtonum: NULL, or "invalid", "too small", "too large". */
const char *sshd_number(const char *text, int64_t low, int64_t high, int64_t *value);
/* misc.c atoi_err: 0 to INT_MAX; "missing" for an empty or absent text. */
const char *sshd_integer(const char *text, int64_t *value);
/* misc.c convtime of VERSION, in seconds; -1 when it does not parse (below 8.5
 * other negative values are an overflow that sshd takes). SECONDS may be NULL and takes
 * the exact value (fractions from 10.3 on). */
int64_t sshd_time(const char *text, int version, double *seconds);
/* openbsd-compat scan_scaled: "1G" to bytes. NULL, or what strerror says. */
const char *sshd_scaled(const char *text, int64_t *value);
/* sscanf("%d:%d:%d"): how many of the three were there. */
int sshd_scan_numbers(const char *text, int64_t value[3]);

#endif
