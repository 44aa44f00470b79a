/* Our own probes that wait for an answer (wire/probe.h): a fixed number of slots.
 *
 * One that has waited long enough makes room for the next.  An answer counts when it comes from whom
 * the probe went to, in the same network, with the sequence and token of the probe, for the first
 * time and before its wait is over. */
#ifndef TABLE_PROBES_H
#define TABLE_PROBES_H

#include "base/hash.h"
#include "wire/addr.h"
#include "wire/probe.h"

enum { PROBES_MAX = 64 };

#define PROBES_NONE UINT32_MAX

struct probe_waiting {
	uint32_t sequence; /* 0: never used */
	uint32_t token;
	uint32_t network; /* id */
	struct addr to;
	uint64_t sent, until; /* ns */
	uint64_t answered;    /* ns; 0: not yet */
	bool no_network;      /* the answer was that there is no such network ... */
	bool one_way;         /* ... or that nothing leads back */
};

struct probes {
	uint32_t last; /* sequence */
	struct probe_waiting slot[PROBES_MAX];
};

/* A new one to @to in network @network, which waits until @until; NULL: all slots wait. */
struct probe_waiting *probes_begin(struct probes *probes, struct hash_secret secret,
				   uint32_t network, struct addr to, uint64_t now, uint64_t until);

/* The slot of the probe that @answer from @from is the awaited answer to; PROBES_NONE. */
uint32_t probes_find(const struct probes *probes, uint32_t network, struct addr from,
		     const struct probe *answer, uint64_t now);

void probes_answered(struct probes *probes, uint32_t slot, bool no_network, bool one_way,
		     uint64_t now);

/* The probe with this sequence; NULL when its slot is another's by now. */
const struct probe_waiting *probes_at(const struct probes *probes, uint32_t sequence);

#endif
