/* Runs under construction, and those the underlay has not taken yet.
 *
 * A datagram joins the open run of its endpoint, source, peer, port and TOS.  One longer than the
 * run's segment starts a run of its own; a shorter one still joins and closes the run, because only
 * the last datagram of a message may be short.
 *
 * Runs of one source leave in the order in which they were begun.  A flow may change its TOS (ECN
 * does that) and so move between two open runs: a run that is older than the one its flow was last
 * put into is not joined, so no flow ever overtakes itself.
 *
 * A run refers to bytes in packet slots, which it holds until it is released, and to header blocks
 * of superframes, which stand in an arena that starts afresh whenever no run is left. */
#ifndef ENGINE_RUNS_H
#define ENGINE_RUNS_H

#include <assert.h>

#include "base/packet.h"
#include "offload/segment.h"
#include "table/network.h"
#include "wire/datagram.h"
#include "wire/vxlan.h"

enum {
	RUNS_MAX = 128,      /* open and unsent ones, of all endpoints together */
	RUNS_PER_FRAME = 24, /* that one superframe can begin: SEGMENTS_MAX in full runs, and 2 */
	RUNS_BLOCKS = 3072,  /* header blocks in the arena: two of the largest superframes */
	RUNS_BYTES = 262144, /* unsent bytes worth sending at once, while caches still hold them */
	RUN_IOVS = 2 * RUN_DATAGRAMS,
	RUN_BLOCK = VXLAN_LEN + SEGMENT_HEADERS,
};

static_assert(RUNS_PER_FRAME >= SEGMENTS_MAX / RUN_DATAGRAMS + 2,
	      "the largest superframe has room");
static_assert(RUNS_BLOCKS > 2 * SEGMENTS_MAX, "and one more is being made while it waits");

#define RUN_NONE UINT16_MAX

/* Who hears what becomes of a datagram. */
struct sender {
	uint32_t network; /* id: counts it */
	uint32_t port;    /* index: is told when it was too big; PORT_NONE: nobody is */
};

/* Where one datagram goes, and whose it is. */
struct departure {
	uint16_t endpoint, source;
	struct peer_ref peer;
	struct addr to;
	uint16_t port;
	uint8_t tos;
	uint32_t flow;
	struct sender sender;
	struct packet *packet;    /* holds its bytes ... */
	struct packet_pool *pool; /* ... and belongs to this pool */
};

/* One run, and what must be remembered until it has left. */
struct pending {
	struct run run;
	struct peer_ref peer;
	uint16_t endpoint;
	uint16_t next;     /* behind it in its queue */
	uint16_t bucket;   /* where it is or was found while open */
	uint64_t sequence; /* runs begun before it */
	bool singly;       /* it has been counted as sent singly */
	int doubt;         /* errno that made us send its first datagram alone; 0: none */

	struct iovec iov[RUN_IOVS];
	size_t iov_end;                      /* one behind the last used */
	struct sender sender[RUN_DATAGRAMS]; /* of each datagram, those already dropped included */
	uint16_t first;                      /* datagrams already dropped from the front */

	struct packet *held[RUN_DATAGRAMS];
	uint16_t holds;
	struct packet_pool *pool; /* of every held slot */
};

/* The runs of one source socket, oldest first. */
struct run_queue {
	uint16_t first, last; /* RUN_NONE when empty */
};

struct runs;

struct runs *runs_new(void); /* NULL when memory is short */
void runs_free(struct runs *r);

/* Can another frame, even the largest superframe, be put into runs? */
bool runs_room(const struct runs *r);

/* Is there so much waiting that it had better leave now? */
bool runs_heavy(const struct runs *r);

/* A block of RUN_BLOCK bytes that lives as long as the runs do.  There is one for each segment
 * after runs_room(). */
uint8_t *runs_block(struct runs *r);

/* Puts the datagram made of @n parts (1 or 2, together at most RUN_BYTES) into a run in @queue,
 * which is that of the departure's source.  The packet gets a use more if need be. */
void runs_add(struct runs *r, struct run_queue *queue, const struct departure *d,
	      const struct iovec *parts, size_t n);

/* The oldest run of a queue that is not empty. */
struct pending *runs_oldest(struct runs *r, const struct run_queue *queue);

/* The oldest runs of @queue, at most @n, as they are; returns how many. */
unsigned runs_gather(const struct runs *r, const struct run_queue *queue, struct run *out,
		     unsigned n);

/* The same, but every datagram in a run of its own. */
unsigned runs_gather_singly(const struct runs *r, const struct run_queue *queue, struct run *out,
			    unsigned n);

/* Writes the oldest datagram of @p to @out, which has room for it; returns its length. */
size_t runs_copy_oldest(const struct pending *p, uint8_t *out);

/* Nobody hears any more what becomes of the datagrams of @network. */
void runs_forget_sender(struct runs *r, uint32_t network);

/* The oldest run has left or was given up; the oldest datagram of it. */
void runs_drop(struct runs *r, struct run_queue *queue);
void runs_drop_datagram(struct runs *r, struct run_queue *queue);

#endif
