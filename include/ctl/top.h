/* `vxs top`, but for sockets, clocks and terminals: how fast the counters go.
 *
 * A reading is what the switch answers to `stats` and `peer show` at one point in time.  What came between two of them
 * is a pure function of both, and has the form of a reading itself, whose `ns` says how long it took; what is told are
 * its rates, busiest first.  Counters are those of the tables: bytes are the inner frames', a peer's are of all its
 * networks together. */
#ifndef CTL_TOP_H
#define CTL_TOP_H

#include "ctl/render.h"
#include "table/drops.h"

struct top_counts {
	uint64_t rx_frames, rx_bytes, tx_frames, tx_bytes;
	uint64_t lost; /* of a network: its drops; of a peer: sends that failed */
};

/* A network, a peer, or what belonged to no network. */
struct top_row {
	char name[NETWORK_NAME]; /* or the peer's address; "": no network */
	struct top_counts count;
	struct drops drops; /* of a network */
};

struct top_rows {
	struct top_row *row;
	size_t count;
};

struct top_reading {
	struct top_rows networks, peers;
	uint64_t ns; /* when it was, monotonic; of what came between two: how long */
	bool short_of_memory;
};

/* One line of the answer to either request; RENDERED_MORE: what it counts was added. */
enum rendered top_read(struct top_reading *reading, const char *line, size_t len,
		       char why[COMMAND_WHY]);
void top_forget(struct top_reading *reading);

/* What was counted between the two.  A counter that went backwards began anew (the network was made again), and what
 * it shows was counted since.  Who is new had counted nothing before; who is gone is left out.  To be forgotten, too;
 * short_of_memory when it could not be made. */
struct top_reading top_between(const struct top_reading *before, const struct top_reading *after);

/* So many in a second; 0 where no time has passed. */
double top_rate(uint64_t count, uint64_t ns);

struct top_look {
	const struct render *render; /* where to, json, pretty, palette */
	bool repaint;                /* over the block before, on a terminal */
	unsigned lines;              /* that a block may have; 0: as many as there are */
	bool more;                   /* it is not the first block */
};

/* Tells what was counted between two readings, whose rows are then in another order. */
void top_tell(const struct top_look *look, struct top_reading *between);

#endif
