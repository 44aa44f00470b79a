/* What a peer or a stranger may say to a switch, in masses: more than a script can send.
 *
 *   masses nonsense ADDRESS PID COUNT SEED [VNI]     VXLAN with some of its bytes changed or cut off,
 *                                                    and plain noise; VNI: the header stays as it is
 *   masses stations ADDRESS PID COUNT SEED VNI ID    broadcasts, each from another station 02:ID:...
 *
 * Prints how many it sent.  PID is the switch: its receive queue is looked at between bursts, and
 * none is sent that could find it full.  So they go as fast as the switch takes them, each must
 * have been counted by it, and nothing that others say gets lost in between.  IPv4. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

enum {
	PORT = 4789,
	HEADER = 8,
	FRAME = 60,
	NOISE_MAX = 200, /* bytes of plain noise */
	CHANGES_MAX = 3, /* bytes that are not as they were */
	CALL = 32,       /* datagrams per system call */
	BURST = 256,     /* and between two looks at the queue */
	WAITING_MAX =
		128 << 10, /* bytes; a burst fits beside them into the smallest usual buffer */
	LOOK_NS = 50 * 1000,
};

struct masses {
	int fd;
	const char *queues; /* the switch's /proc/PID/net/udp */
	uint64_t random;
	bool vni_given;
	uint32_t vni;
	uint8_t id; /* of stations */
	size_t (*make)(struct masses *m, uint8_t *to);
};

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "masses: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned long number(const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (!*word || *end) {
		errno = EINVAL;
		fail(word);
	}
	return n;
}

/* xorshift64* */
static uint64_t next(struct masses *m)
{
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return m->random * UINT64_C(0x2545f4914f6cdd1d);
}

static uint32_t below(struct masses *m, uint32_t end)
{
	return (uint32_t)((next(m) >> 32) * end >> 32);
}

static void fill(struct masses *m, uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t word = next(m);

		memcpy(to + i, &word, len - i < sizeof(word) ? len - i : sizeof(word));
	}
}

static void put_header(const struct masses *m, uint8_t *to)
{
	uint32_t words[2] = { htonl(UINT32_C(0x08000000)), htonl(m->vni << 8) };

	memcpy(to, words, sizeof(words));
}

/* -- What is said. -- */

static size_t make_noise(struct masses *m, uint8_t *to)
{
	size_t len = below(m, NOISE_MAX);

	fill(m, to, len);
	return len;
}

static void put_frame(struct masses *m, uint8_t *to)
{
	static const uint8_t types[][2] = { { 8, 0 }, { 0x86, 0xdd }, { 8, 6 }, { 0x81, 0 } };

	fill(m, to, FRAME);
	if (below(m, 10) == 0)
		memset(to, 0xff, 6);
	else
		to[0] = 2;
	to[6] = 2;
	memcpy(to + 12, types[below(m, 4)], 2);
	to[14] = 0x45;
}

static size_t make_nonsense(struct masses *m, uint8_t *to)
{
	uint32_t len = HEADER + FRAME, first = m->vni_given ? HEADER : 0;

	if (!m->vni_given && below(m, 10) == 0)
		return make_noise(m, to);
	put_header(m, to);
	put_frame(m, to + HEADER);
	for (uint32_t i = below(m, CHANGES_MAX + 1); i > 0; i--)
		to[first + below(m, len - first)] = (uint8_t)next(m);
	return below(m, 5) == 0 ? first + below(m, len - first) : len;
}

static size_t make_station(struct masses *m, uint8_t *to)
{
	uint8_t *frame = to + HEADER;

	put_header(m, to);
	memset(frame, 0, FRAME);
	memset(frame, 0xff, 6);
	fill(m, frame + 6, 6);
	frame[6] = 2;
	frame[7] = m->id;
	memcpy(frame + 12, "\x88\xb6", 2);
	return HEADER + FRAME;
}

/* -- How it is sent. -- */

/* Bytes that wait in the fullest of the switch's receiving sockets. */
static unsigned long waiting(const struct masses *m)
{
	FILE *table = fopen(m->queues, "re");
	unsigned long bytes, most = 0;
	unsigned port;
	char line[256];

	if (!table)
		fail(m->queues);
	while (fgets(line, sizeof(line), table))
		if (sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %*x %*x:%lx", &port, &bytes) ==
			    2 &&
		    port == PORT && bytes > most)
			most = bytes;
	fclose(table);
	return most;
}

static void wait_for_room(const struct masses *m)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };

	while (waiting(m) > WAITING_MAX)
		nanosleep(&look, NULL);
}

static void send_some(struct masses *m, unsigned count)
{
	static uint8_t bytes[CALL][NOISE_MAX + sizeof(uint64_t)];
	struct mmsghdr messages[CALL] = { 0 };
	struct iovec views[CALL];
	int done;

	for (unsigned i = 0; i < count; i++) {
		views[i] = (struct iovec) { bytes[i], m->make(m, bytes[i]) };
		messages[i].msg_hdr = (struct msghdr) { .msg_iov = &views[i], .msg_iovlen = 1 };
	}
	for (unsigned sent = 0; sent < count; sent += (unsigned)done) {
		done = sendmmsg(m->fd, messages + sent, count - sent, 0);
		if (done < 0)
			fail("sendmmsg");
	}
}

static void send_all(struct masses *m, uint64_t count)
{
	for (uint64_t sent = 0; sent < count; sent += CALL) {
		if (sent % BURST == 0)
			wait_for_room(m);
		send_some(m, count - sent < CALL ? (unsigned)(count - sent) : CALL);
	}
	printf("%llu\n", (unsigned long long)count);
}

static int connect_to(const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || fd < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		fail(address);
	return fd;
}

int main(int argc, char **argv)
{
	bool stations = argc == 8 && !strcmp(argv[1], "stations");
	char queues[64];

	if (!stations && !((argc == 6 || argc == 7) && !strcmp(argv[1], "nonsense")))
		return 1;
	snprintf(queues, sizeof(queues), "/proc/%lu/net/udp", number(argv[3]));
	prctl(PR_SET_TIMERSLACK, 1);

	struct masses m = { .fd = connect_to(argv[2]),
			    .queues = queues,
			    .random = number(argv[5]) * 2 + 1,
			    .vni_given = argc > 6,
			    .vni = (uint32_t)(argc > 6 ? number(argv[6]) : 100),
			    .id = (uint8_t)(stations ? number(argv[7]) : 0),
			    .make = stations ? make_station : make_nonsense };

	send_all(&m, number(argv[4]));
	return 0;
}
