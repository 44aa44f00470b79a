/* What somebody may have meant by a key that does not exist: the spelling of another tool, or a
 * slip of the finger. */
#ifndef PLAN_SUGGEST_H
#define PLAN_SUGGEST_H

#include "read.h"

/* A hint for @word among the @count keys of one map, written into @out of @size bytes.  NULL when
 * nothing comes near. */
const char *suggest_key(const char *word, const struct key *keys, size_t count, char *out,
			size_t size);

#endif
