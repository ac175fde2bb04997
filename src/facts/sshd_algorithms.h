/* Algorithm lists: which names a release knows, what it offers by default, and how + - ^ and
 * wildcards expand. Mirrors sshd: cipher.c ciphers_valid, mac.c mac_valid, kex-names.c
 * kex_names_valid and kex_assemble_names, sshkey.c sshkey_names_valid2. */
#ifndef DISKMEND_FACTS_SSHD_ALGORITHMS_H
#define DISKMEND_FACTS_SSHD_ALGORITHMS_H

#include "facts/sshd_keywords.h"

/* Does sshd take LIST (without its + or ^) for KEYWORD when it reads the line? When not, BAD gets
 * the first name it does not know ("" when there is none to name). */
bool sshd_algorithms_valid(struct arena *a, const struct sshd_keyword_table *table,
                           const struct os_facts *os, const char *keyword, const char *list,
                           const char **bad);

/* What is in force for VALUE ("" or NULL: the default). False when sshd's own expansion fails and
 * it refuses to start. */
bool sshd_algorithms_expand(struct arena *a, const struct sshd_keyword_table *table,
                            const struct os_facts *os, const char *keyword, const char *value,
                            struct text_list *out);

/* match.c match_pattern_list: 1, 0, or -1 for a negated hit. */
int sshd_match_pattern_list(const char *text, const char *patterns, bool ignore_case);

#endif
