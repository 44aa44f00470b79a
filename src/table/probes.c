#include "table/probes.h"

#include <stddef.h>

/* Sequences go round the slots, so that a slot is found by its sequence. */
static uint32_t next_sequence(struct probes *probes)
{
	if (++probes->last == 0)
		probes->last = 1;
	return probes->last;
}

static struct probe_waiting *free_slot(struct probes *probes, uint64_t now)
{
	for (unsigned i = 0; i < PROBES_MAX; i++) {
		struct probe_waiting *p = &probes->slot[next_sequence(probes) % PROBES_MAX];

		if (p->until <= now || p->answered)
			return p;
	}
	return NULL;
}

struct probe_waiting *probes_begin(struct probes *probes, struct hash_secret secret,
				   uint32_t network, struct addr to, uint64_t now, uint64_t until)
{
	struct probe_waiting *p = free_slot(probes, now);

	if (!p)
		return NULL;
	*p = (struct probe_waiting) { .sequence = probes->last,
				      .token = (uint32_t)hash_word(secret, probes->last),
				      .network = network,
				      .to = to,
				      .sent = now,
				      .until = until };
	return p;
}

const struct probe_waiting *probes_at(const struct probes *probes, uint32_t sequence)
{
	const struct probe_waiting *p = &probes->slot[sequence % PROBES_MAX];

	return sequence && p->sequence == sequence ? p : NULL;
}

uint32_t probes_find(const struct probes *probes, uint32_t network, struct addr from,
		     const struct probe *answer, uint64_t now)
{
	const struct probe_waiting *p = probes_at(probes, answer->sequence);

	if (!p || p->token != answer->token || p->network != network || !addr_equal(p->to, from) ||
	    p->answered || p->until <= now)
		return PROBES_NONE;
	return answer->sequence % PROBES_MAX;
}

void probes_answered(struct probes *probes, uint32_t slot, bool no_network, bool one_way,
		     uint64_t now)
{
	probes->slot[slot].no_network = no_network;
	probes->slot[slot].one_way = one_way;
	probes->slot[slot].answered = now;
}
