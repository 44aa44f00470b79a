/* The bench of the fuzzers: the small world of tests/unit/build.h with the real engine over ports
 * and wires made of memory.  An input says how the networks are set up, then what happens: frames,
 * datagrams, time, trouble.  Whatever leaves is checked:
 *
 * - frames and datagrams are whole, fit the MTU, and say no more than their sink can carry;
 * - headers are ours: I flag, a VNI we have, no reserved bits, a destination that is not ourselves;
 * - as long as every frame that came in had right checksums, every frame that goes out has;
 * - what came from a peer never goes to a peer, but for answers to its probes; what came from one network never to another;
 * - tables keep within their bounds;
 * - nothing reads beyond the frame it was given (under AddressSanitizer). */
#ifndef FUZZ_LAB_H
#define FUZZ_LAB_H

#include "build.h"
#include "engine/engine.h"
#include "wire/vnet.h"

enum {
	LAB_ROOM = 66 * 1024,
	LAB_LONGEST = 65535 + 14,
	LAB_PORTS = 4, /* three of blue, one of green */
};

struct lab_port {
	struct lab *lab;
	uint32_t network, index;
	struct port_caps caps;
	int error; /* −errno of the next writes */
};

struct lab_wire {
	struct lab *lab;
	int error;     /* errno of the next sends */
	uint32_t mtu;  /* what the system says about any route */
	bool reported; /* the error below waits in the queue */
	struct wire_error report;
};

struct lab {
	struct world world;
	struct engine *engine;
	uint64_t now;
	struct span in; /* what is left of the input */
	struct lab_port port[LAB_PORTS];
	struct lab_wire wire[2]; /* by endpoint */

	/* On its way in, one at a time. */
	const struct lab_port *asks; /* which port has a frame to be read; NULL: none */
	const struct lab_wire *heard;
	struct datagram datagram;
	uint8_t vnet[VNET_LEN];
	uint8_t bytes[LAB_ROOM];
	size_t len;
	struct span fence; /* behind the bytes, where the engine keeps them */

	bool sound;     /* every frame so far had right checksums */
	bool settled;   /* nothing of earlier records waits to be sent */
	bool from_peer; /* the record at work is a datagram ... */
	uint32_t vni;   /* ... or a frame of this network */
	uint8_t gathered[LAB_ROOM];
};

/* Runs @input: its first bytes set up the world; then records, each starting with a byte that
 * chooses what happens.  Half of those bytes choose @own, the others are shared by all fuzzers. */
void lab_run(const uint8_t *input, size_t size, void (*own)(struct lab *l));

/* -- For the records of a fuzzer. -- */

/* The next value of the input; 0 beyond its end. */
uint8_t lab_byte(struct lab *l);
uint16_t lab_word(struct lab *l);

/* A frame from port @which; lab->bytes, len and vnet say what it is. */
void lab_give(struct lab *l, unsigned which);

/* Whole records of the two kinds, as bytes: see fuzz_outbound.c and fuzz_inbound.c. */
void lab_frame(struct lab *l);
void lab_datagram(struct lab *l);

/* -- Between the files of the lab. -- */

void lab_unfence(struct lab *l);

extern const struct port_ops lab_port_ops;
extern const struct wire_ops lab_wire_ops;

/* Are the checksums of @f right, as far as it has any?  An unfinished one is right when it is the
 * sum of the pseudo header. */
bool lab_is_sound(const struct frame *f);

#endif
