/* The explanations of the codes, printed. */
#ifndef CTL_EXPLAIN_H
#define CTL_EXPLAIN_H

#include <stdio.h>

#include "plan/explain.h"

/* Codes of cluster files (plan/explain.h), then those of `vxs doctor` (ctl/findings.h): the number @i; the
 * one called @word. */
bool explain_any_at(size_t i, struct explanation *out);
bool explain_any(const char *word, struct explanation *out);

/* Title, what it means, why it matters, how to mend it, an example before and after. */
void explain_print(FILE *to, const struct explanation *e);

/* All codes, a line each. */
void explain_list(FILE *to);

/* One as an object with the keys code, severity, title, meaning, why, mend, wrong and right (null
 * where there is no example), and all of them as an array. */
void explain_json(FILE *to, const struct explanation *e);
void explain_list_json(FILE *to);

#endif
