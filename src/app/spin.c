#include "app/spin.h"

/* Did a turn bring the answer to what the last one brought?  One may bring both. */
static bool is_answer(const struct spin *s, uint64_t in, uint64_t out, uint64_t now)
{
	if (in > SPIN_MESSAGES || out > SPIN_MESSAGES)
		return false;
	return now - s->busy < SPIN_ANSWER && (s->came ? out > 0 : in > 0);
}

static void note_traffic(struct spin *s, uint64_t in, uint64_t out, uint64_t now)
{
	if (!is_answer(s, in, out, now))
		s->answers = 0;
	else if (s->answers < SPIN_EARNED)
		s->answers++;
	s->came = s->came ? out == 0 : in > 0;
	s->busy = now;
}

bool spin_on(struct spin *s, uint64_t in, uint64_t out, uint64_t now)
{
	if (s->looked > 0 && now - s->looked > SPIN_LONG)
		s->barred = now + SPIN_BARRED;
	if (in > 0 || out > 0)
		note_traffic(s, in, out, now);
	s->looked = 0;
	if (s->answers == SPIN_EARNED && now - s->busy < SPIN_NS && now >= s->barred)
		s->looked = now;
	return s->looked > 0;
}
