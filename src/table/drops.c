#include "table/drops.h"

#include <assert.h>

static const struct {
	const char *name, *explanation, *remedy;
} words[] = {
#define X(reason, name, why, remedy) [DROP_##reason] = { name, why, remedy },
	DROP_REASONS(X)
#undef X
};

const char *drop_name(enum drop_reason reason)
{
	assert(reason < DROP_REASON_COUNT);
	return words[reason].name;
}

const char *drop_explanation(enum drop_reason reason)
{
	assert(reason < DROP_REASON_COUNT);
	return words[reason].explanation;
}

const char *drop_remedy(enum drop_reason reason)
{
	assert(reason < DROP_REASON_COUNT);
	return words[reason].remedy;
}
