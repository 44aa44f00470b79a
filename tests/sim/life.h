/* A world and what leaves it, in two kinds that can be compared.  One has the real engine around
 * it, with ports and wires that keep a digest of what is put into them; the other only asks,
 * commits, and adds to the same digests what the verdict says shall leave. */
#ifndef SIM_LIFE_H
#define SIM_LIFE_H

#include "build.h"
#include "engine/engine.h"

enum {
	LIFE_PORTS = 4, /* three of blue, one of green */
	LIFE_DOORS = LIFE_PORTS + 2,
	LIFE_SOURCES = 4,
	LIFE_ACTIONS = ACTION_FLOOD + 1,
	LIFE_EVENTS = EVENT_FROZEN + 1,
	INPUT_ROOM = 2048,
};

/* What happens to both worlds: a frame from a port, or a datagram from a wire. */
struct input {
	unsigned door;
	uint64_t now;
	uint16_t gso_size; /* ports: of the superframe, where it can be one */
	struct addr source;
	uint8_t tos;
	bool truncated;
	uint8_t at[INPUT_ROOM];
	size_t len;
};

/* A port or a wire, and what left by it. */
struct door {
	struct life *life;
	unsigned number;
	bool takes_all; /* ports: superframes and unfinished checksums */
	uint64_t count, digest;
};

struct life {
	struct world world;
	struct engine *engine;     /* NULL: this one asks */
	const struct input *input; /* what waits behind its door; NULL: nothing */
	struct door door[LIFE_DOORS];
	uint64_t told[LIFE_EVENTS]; /* events */
	uint64_t did[LIFE_ACTIONS];
	struct verdict last;
	uint8_t bytes[INPUT_ROOM], answer[INPUT_ROOM];
};

/* Puts the engine around @l's world. */
void life_attach(struct life *l);

/* What is behind @door. */
struct network *life_network(const struct life *l, unsigned door);
uint32_t life_port(unsigned door);

/* Lets @in happen to a world with an engine, or asks what would. */
void life_live(struct life *l, const struct input *in);
void life_ask(struct life *l, const struct input *in);

/* -- Between the files of a life. -- */

/* The frame of @in, copied to @at, as a port would describe it; false: too short. */
bool input_describe(const struct input *in, uint8_t *at, struct frame *f);

/* Adds to the digest of what left by @d; @about says what went with the bytes. */
void door_leaves(struct door *d, uint64_t about, const void *at, size_t len);

/* What a port is told besides the bytes, and the underlay besides those behind the VXLAN header. */
uint64_t door_about_frame(const struct frame *f);
uint64_t door_about_run(struct addr to, uint16_t port, uint8_t tos, uint16_t source, uint32_t vni);

#endif
