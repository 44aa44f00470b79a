/* Datagrams that mean no good, as many as there is time for: sound ones with a few bits, bytes or their
 * ends changed, from members, strangers and ourselves, through the lab's real engine, with all that
 * the lab checks.  A fuzzer looks for what is new; this is the sheer number.
 *
 *   storm SEED BATCHES      so many batches of DATAGRAMS each, a new world for each batch
 *   storm SEED 60s          as many as begin within a minute
 *
 * Prints "N datagrams".  A batch that dies is said with its seed: `storm SEED 1` is that batch. */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lab.h"
#include "wire/probe.h"

enum {
	DATAGRAMS = 2000, /* of a batch */
	MODELS = 64,      /* sound datagrams that a batch is made from */
	LONGEST = 300,    /* bytes of a model; the lab adds zeroes behind it now and then */
	RECORD = LONGEST + 16,
};

struct model {
	uint8_t at[LONGEST];
	size_t len;
};

struct storm {
	uint64_t random;
	struct model models[MODELS];
	uint8_t input[16 + DATAGRAMS * RECORD];
	size_t len;
};

/* Written when a batch dies. */
static char last_words[64];

static unsigned draw(struct storm *s, unsigned below)
{
	return (unsigned)((build_random(&s->random) >> 32) % below);
}

static void add(struct storm *s, unsigned byte)
{
	assert(s->len < sizeof(s->input));
	s->input[s->len++] = (uint8_t)byte;
}

static void make_model(struct storm *s, struct model *m)
{
	static uint8_t frame[4096], datagram[4096];
	size_t len = draw(s, 8) ? build_random_frame(room_of(frame, sizeof(frame)), &s->random)
				: build_probe(room_of(frame, sizeof(frame)), draw(s, 4) == 0,
					      draw(s, 256), PROBE_FRAME_MIN + draw(s, 200));

	len = build_datagram(room_of(datagram, sizeof(datagram)), draw(s, 4) ? BLUE_VNI : GREEN_VNI,
			     span_of(frame, len));
	m->len = len < LONGEST ? len : LONGEST;
	memcpy(m->at, datagram, m->len);
}

/* -- Mutations, of @m in place. -- */

static void flip_bit(struct storm *s, struct model *m)
{
	m->at[draw(s, (unsigned)m->len)] ^= (uint8_t)(1 << draw(s, 8));
}

static void set_byte(struct storm *s, struct model *m)
{
	static const uint8_t telling[] = { 0, 1, 0x7f, 0x80, 0xff, 0x08, 0x0c, 0x45, 0x60, 0x81 };

	m->at[draw(s, (unsigned)m->len)] =
		draw(s, 2) ? telling[draw(s, sizeof(telling))] : (uint8_t)draw(s, 256);
}

/* Where headers are, lengths and types count. */
static void set_word(struct storm *s, struct model *m)
{
	static const uint16_t telling[] = { 0,      1,      0xffff, 0x8000, 0x0800, 0x86dd,
					    0x0806, 0x8100, 0x88a8, 4789,   20,     1500 };
	size_t at = draw(s, m->len < 64 ? (unsigned)m->len : 64);

	if (at + 2 <= m->len)
		put_be16(m->at + at, telling[draw(s, sizeof(telling) / sizeof(telling[0]))]);
}

static void cut(struct storm *s, struct model *m)
{
	m->len = draw(s, (unsigned)m->len + 1);
}

/* The front of one, the end of another. */
static void splice(struct storm *s, struct model *m)
{
	const struct model *other = &s->models[draw(s, MODELS)];
	size_t at = draw(s, (unsigned)m->len + 1);

	if (at >= other->len)
		return;
	memcpy(m->at + at, other->at + at, other->len - at);
	m->len = other->len;
}

static void mutate(struct storm *s, struct model *m)
{
	static void (*const ways[])(struct storm *, struct model *) = {
		flip_bit, flip_bit, flip_bit, set_byte, set_byte, set_word, set_word, cut, splice,
	};

	for (unsigned n = draw(s, 5); n > 0 && m->len > 0; n--)
		ways[draw(s, sizeof(ways) / sizeof(ways[0]))](s, m);
}

/* -- A batch, in the lab's form. -- */

/* See lab_datagram(): who and how, the outer TOS, perhaps a segment size, the bytes. */
static void add_datagram(struct storm *s)
{
	struct model m = s->models[draw(s, MODELS)];
	unsigned how = draw(s, 16);

	mutate(s, &m);
	if (draw(s, 8) == 0)
		how |= 0x10; /* the kernel merged several */
	if (draw(s, 64) == 0)
		how |= 0xf0; /* and cut them */
	add(s, 0);
	add(s, how);
	add(s, draw(s, 256));
	if (how & 0x10) {
		add(s, draw(s, 4) ? 0 : draw(s, 256));
		add(s, draw(s, 256));
	}
	add(s, (unsigned)m.len >> 8);
	add(s, (unsigned)m.len);
	add(s, draw(s, 32) ? 0 : draw(s, 256));
	for (size_t i = 0; i < m.len; i++)
		add(s, m.at[i]);
}

/* Time passes, or something goes wrong: see pass_time() and trouble(), whose bytes these are. */
static void add_other(struct storm *s)
{
	unsigned how = draw(s, 256);

	if (draw(s, 2)) {
		add(s, 6);
		add(s, how);
		return;
	}
	add(s, 7);
	add(s, how);
	if (how >> 6 == 1 || (how >> 6 > 1 && (how & 0x10))) {
		add(s, 5); /* an MTU of 1280 and more */
		add(s, draw(s, 256));
	}
}

static void make_batch(struct storm *s, uint64_t seed)
{
	s->random = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	s->len = 0;
	for (unsigned i = 0; i < MODELS; i++)
		make_model(s, &s->models[i]);
	for (unsigned i = 0; i < 4; i++)                    /* the rules of the networks */
		add(s, i == 3 ? draw(s, 3) : draw(s, 256)); /* no trace: it is all it would do */
	for (unsigned i = 0; i < DATAGRAMS; i++) {
		add_datagram(s);
		if (draw(s, 100) == 0)
			add_other(s);
	}
}

/* -- The program. -- */

static void die(int signum)
{
	if (write(STDERR_FILENO, last_words, strlen(last_words)) < 0)
		_exit(1);
	signal(signum, SIG_DFL);
	raise(signum);
}

static time_t seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

int main(int argc, char **argv)
{
	static struct storm storm;
	char *unit = NULL;
	uint64_t seed = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t most = argc == 3 ? strtoull(argv[2], &unit, 10) : 0;
	time_t end = unit && *unit == 's' ? seconds() + (time_t)most : 0;
	uint64_t batches = 0;

	if (most == 0) {
		fprintf(stderr, "usage: storm SEED BATCHES|SECONDSs\n");
		return 1;
	}
	signal(SIGABRT, die);
	for (; end ? seconds() < end : batches < most; batches++) {
		snprintf(last_words, sizeof(last_words), "storm: died in batch %lu\n",
			 (unsigned long)(seed + batches));
		make_batch(&storm, seed + batches);
		lab_run(storm.input, storm.len, lab_datagram);
	}
	printf("%lu datagrams\n", (unsigned long)(batches * DATAGRAMS));
	return 0;
}
