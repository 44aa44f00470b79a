#include "base/backoff.h"

static void wait_for(struct backoff *b, uint64_t wait, uint64_t now)
{
	*b = (struct backoff) { .wait = wait, .due = now + wait };
}

void backoff_start(struct backoff *b, uint64_t now)
{
	wait_for(b, BACKOFF_FIRST, now);
}

void backoff_failed(struct backoff *b, uint64_t now)
{
	wait_for(b, b->wait < BACKOFF_MOST / 2 ? 2 * b->wait : BACKOFF_MOST, now);
}

void backoff_end(struct backoff *b)
{
	*b = (struct backoff) { .wait = 0 };
}

uint64_t backoff_due(const struct backoff *b)
{
	return b->wait ? b->due : UINT64_MAX;
}
