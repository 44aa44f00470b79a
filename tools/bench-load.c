/* The loads that iperf3 and ping do not offer: datagrams at a rate with every loss counted, and
 * requests over TCP with the times of their responses.
 *
 *   bench-load sink PORT [gro]                 one line per run, when its end arrives:
 *                                              RUN SENT RECEIVED REORDERED
 *   bench-load send ADDRESS PORT RUN SIZE RATE MS [SEGMENTS]
 *                                              one line: SENT NANOSECONDS
 *   bench-load answer PORT                     responds to whoever connects, one after the other
 *   bench-load ask ADDRESS PORT MS             one line: COUNT P50 P99 in nanoseconds
 *   bench-load fan FIRST COUNT SIZE            one datagram to each of COUNT addresses that follow
 *                                              FIRST, in the fewest calls: nanoseconds of its own
 *
 * SIZE is the UDP payload of one datagram, RATE datagrams per second, 0 as fast as it goes.  With
 * SEGMENTS, so many datagrams leave as one superframe (UDP_SEGMENT).  Every datagram has a number
 * in its run; the last ones say how many there were, after all others had time to arrive.
 *
 * The sender sleeps between bursts: who spins for his next moment takes the processor from what is
 * measured.  When it could not keep up it forgives the delay instead of catching up in one burst,
 * and reports what it really sent.  The sink looks into its socket every now and then while a run is
 * on, for if it slept in recvmmsg each datagram would cost its sender a wake-up of another processor,
 * and that would be measured instead.  IPv4, both ends of one byte order. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
	BATCH = 64,              /* messages per system call */
	MESSAGE_MAX = 65535,     /* bytes of one, which may be a superframe */
	BUFFER_WANTED = 4 << 20, /* of the sink's socket */
	TICK_NS = 100 * 1000,    /* between two bursts of a paced sender, two looks of the sink */
	SILENCE_NS = 500 * 1000 * 1000, /* after that the sink takes the run for lost */
	FORGIVEN_NS = 1000 * 1000, /* a sender later than that, and a message, does not catch up */
	SETTLE_NS = 40 * 1000 * 1000, /* what is under way arrives before the end is said */
	ENDS = 5,                     /* how often it is said, for it may get lost */
	FAN_ROUNDS = 20,              /* the best counts */
	SAMPLES_MAX = 4 << 20,        /* of responses */
};

#define NS_PER_S      1000000000ull
#define NS_PER_MS     1000000ull
#define MAGIC         0x62656e63u
#define NUMBER_OF_END UINT64_MAX

/* At the beginning of every datagram. */
struct stamp {
	uint32_t magic;
	uint32_t run;
	uint64_t number; /* from 0; NUMBER_OF_END: the run is over */
	uint64_t total;  /* at the end: how many were sent */
};

struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec views[BATCH];
	char control[BATCH][CMSG_SPACE(sizeof(int))];
	uint8_t bytes[BATCH][MESSAGE_MAX];
};

static struct batch batch; /* too large for a stack */

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "bench-load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void check(int result, const char *what)
{
	if (result < 0)
		fail(what);
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

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void sleep_ns(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };

	nanosleep(&t, NULL);
}

static struct sockaddr_in place(const char *address, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)number(port)) };

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1) {
		errno = EINVAL;
		fail(address);
	}
	return to;
}

static int open_socket(int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	check(fd, "socket");
	return fd;
}

static void set(int fd, int level, int option, int value, const char *what)
{
	check(setsockopt(fd, level, option, &value, sizeof(value)), what);
}

static void listen_at(int fd, const char *port)
{
	struct sockaddr_in at = place("0.0.0.0", port);

	set(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
	check(bind(fd, (struct sockaddr *)&at, sizeof(at)), "bind");
}

/* -- The sink. -- */

struct run {
	uint32_t id;
	uint64_t received;
	uint64_t reordered;
	uint64_t next; /* the number that would be in order */
	bool over;
};

static void report(struct run *run, uint64_t total)
{
	if (run->over)
		return;
	run->over = true;
	printf("%u %llu %llu %llu\n", run->id, (unsigned long long)total,
	       (unsigned long long)run->received, (unsigned long long)run->reordered);
	fflush(stdout);
}

static void take(struct run *run, const uint8_t *bytes, size_t len)
{
	struct stamp stamp;

	if (len < sizeof(stamp))
		return;
	memcpy(&stamp, bytes, sizeof(stamp));
	if (stamp.magic != MAGIC)
		return;
	if (stamp.run != run->id)
		*run = (struct run) { .id = stamp.run };
	if (stamp.number == NUMBER_OF_END) {
		report(run, stamp.total);
		return;
	}
	run->received++;
	run->reordered += stamp.number < run->next;
	run->next = stamp.number >= run->next ? stamp.number + 1 : run->next;
}

/* Of one datagram in a message that may hold several. */
static size_t size_in(struct msghdr *message, size_t len)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		int size;

		if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_GRO)
			continue;
		memcpy(&size, CMSG_DATA(c), sizeof(size));
		return size > 0 ? (size_t)size : len;
	}
	return len;
}

static void take_message(struct run *run, size_t i)
{
	size_t len = batch.messages[i].msg_len;
	size_t size = size_in(&batch.messages[i].msg_hdr, len);

	for (size_t at = 0; at < len; at += size)
		take(run, batch.bytes[i] + at, len - at < size ? len - at : size);
}

static void aim(size_t i, size_t len)
{
	struct msghdr *header = &batch.messages[i].msg_hdr;

	batch.views[i] = (struct iovec) { .iov_base = batch.bytes[i], .iov_len = len };
	*header = (struct msghdr) { .msg_iov = &batch.views[i], .msg_iovlen = 1 };
}

static int open_sink(const char *port, bool gro)
{
	int fd = open_socket(SOCK_DGRAM);
	int wanted = BUFFER_WANTED;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)))
		set(fd, SOL_SOCKET, SO_RCVBUF, wanted, "SO_RCVBUF");
	set(fd, SOL_UDP, UDP_GRO, gro, "UDP_GRO");
	listen_at(fd, port);
	return fd;
}

/* Takes what is there, or waits for it; returns how many messages. */
static size_t drain(int fd, struct run *run, int flags)
{
	for (size_t i = 0; i < BATCH; i++) {
		aim(i, MESSAGE_MAX);
		batch.messages[i].msg_hdr.msg_control = batch.control[i];
		batch.messages[i].msg_hdr.msg_controllen = sizeof(batch.control[i]);
	}
	int got = recvmmsg(fd, batch.messages, BATCH, flags, NULL);

	if (got < 0 && errno == EAGAIN)
		return 0;
	check(got, "recvmmsg");
	for (size_t i = 0; i < (size_t)got; i++)
		take_message(run, i);
	return (size_t)got;
}

static void __attribute__((noreturn)) sink(const char *port, bool gro)
{
	struct run run = { .id = 0, .over = true };
	int fd = open_sink(port, gro);
	uint64_t heard = now_ns();

	prctl(PR_SET_TIMERSLACK, 1);
	for (;;) {
		bool waits = run.over || now_ns() - heard > SILENCE_NS;
		size_t got = drain(fd, &run, waits ? MSG_WAITFORONE : MSG_DONTWAIT);

		if (got)
			heard = now_ns();
		if (got < BATCH && !run.over)
			sleep_ns(TICK_NS);
	}
}

/* -- The sender. -- */

struct sending {
	int fd;
	uint32_t run;
	size_t size;     /* of one datagram */
	size_t segments; /* datagrams per message */
	uint64_t rate;   /* datagrams per second; 0: any */
	uint64_t start;
	uint64_t forgiven; /* nanoseconds that pacing does not count */
	uint64_t sent;
};

static void put_stamp(uint8_t *to, uint32_t run, uint64_t number, uint64_t total)
{
	struct stamp stamp = { MAGIC, run, number, total };

	memcpy(to, &stamp, sizeof(stamp));
}

/* How many messages pacing allows now. */
static size_t allowed(struct sending *s, uint64_t now)
{
	if (!s->rate)
		return BATCH;

	uint64_t elapsed = now - s->start - s->forgiven;
	uint64_t due_at = s->sent * NS_PER_S / s->rate; /* when all sent so far should have left */
	uint64_t late = elapsed > due_at ? elapsed - due_at : 0;
	uint64_t most = FORGIVEN_NS + s->segments * NS_PER_S / s->rate;

	if (late > most) {
		s->forgiven += late - most;
		late = most;
	}
	uint64_t due = late * s->rate / NS_PER_S / s->segments;

	return due < BATCH ? (size_t)due : BATCH;
}

static void send_burst(struct sending *s, size_t messages)
{
	uint64_t next = s->sent;

	for (size_t i = 0; i < messages; i++) {
		aim(i, s->size * s->segments);
		for (size_t k = 0; k < s->segments; k++)
			put_stamp(batch.bytes[i] + k * s->size, s->run, next++, 0);
	}
	int done = sendmmsg(s->fd, batch.messages, (unsigned int)messages, 0);

	if (done > 0)
		s->sent += (uint64_t)done * s->segments;
	else if (errno != ENOBUFS && errno != ECONNREFUSED)
		fail("sendmmsg");
}

static void say_end(struct sending *s)
{
	set(s->fd, SOL_UDP, UDP_SEGMENT, 0, "UDP_SEGMENT");
	for (int i = 0; i < ENDS; i++) {
		sleep_ns(i ? SETTLE_NS / ENDS : SETTLE_NS);
		put_stamp(batch.bytes[0], s->run, NUMBER_OF_END, s->sent);
		if (send(s->fd, batch.bytes[0], s->size, 0) < 0 && errno != ENOBUFS)
			return;
	}
}

static void send_run(struct sending *s, uint64_t duration)
{
	uint64_t now;

	prctl(PR_SET_TIMERSLACK, 1);
	if (s->segments > 1)
		set(s->fd, SOL_UDP, UDP_SEGMENT, (int)s->size, "UDP_SEGMENT");
	s->start = now_ns();
	while ((now = now_ns()) - s->start < duration) {
		size_t messages = allowed(s, now);

		if (messages)
			send_burst(s, messages);
		if (s->rate && messages < BATCH)
			sleep_ns(TICK_NS);
	}
	printf("%llu %llu\n", (unsigned long long)s->sent, (unsigned long long)(now - s->start));
	fflush(stdout);
	say_end(s);
}

static void send_to(char **word, size_t segments)
{
	struct sockaddr_in to = place(word[0], word[1]);
	struct sending s = { .fd = open_socket(SOCK_DGRAM),
			     .run = (uint32_t)number(word[2]),
			     .size = number(word[3]),
			     .segments = segments,
			     .rate = number(word[4]) };

	if (s.size < sizeof(struct stamp) || !segments || s.size * segments > MESSAGE_MAX) {
		errno = EMSGSIZE;
		fail("size");
	}
	set(s.fd, SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST");
	check(connect(s.fd, (struct sockaddr *)&to, sizeof(to)), "connect");
	send_run(&s, number(word[5]) * NS_PER_MS);
}

/* -- Requests and responses. -- */

static void __attribute__((noreturn)) answer(const char *port)
{
	int fd = open_socket(SOCK_STREAM);
	char byte;

	listen_at(fd, port);
	check(listen(fd, 4), "listen");
	for (;;) {
		int caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		check(caller, "accept");
		set(caller, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
		while (read(caller, &byte, 1) == 1 && write(caller, &byte, 1) == 1)
			;
		close(caller);
	}
}

static int compare(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static size_t ask_until(int fd, uint64_t end, uint32_t *samples)
{
	size_t count = 0;
	char byte = 0;

	for (uint64_t before = now_ns(); before < end && count < SAMPLES_MAX;) {
		if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
			fail("no response");
		uint64_t after = now_ns();

		samples[count++] = (uint32_t)(after - before);
		before = after;
	}
	return count;
}

static void ask(char **word)
{
	struct sockaddr_in to = place(word[0], word[1]);
	uint32_t *samples = calloc(SAMPLES_MAX, sizeof(*samples));
	int fd = open_socket(SOCK_STREAM);

	if (!samples)
		fail("samples");
	check(connect(fd, (struct sockaddr *)&to, sizeof(to)), "connect");
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
	size_t count = ask_until(fd, now_ns() + number(word[2]) * NS_PER_MS, samples);

	qsort(samples, count, sizeof(*samples), compare);
	printf("%zu %u %u\n", count, samples[count / 2], samples[count * 99 / 100]);
	free(samples);
	close(fd);
}

/* The first @n of @batch: to the addresses that begin with *@at, in host order, which moves on. */
static void aim_at_many(struct sockaddr_in *to, uint32_t *at, unsigned n, size_t size)
{
	for (unsigned i = 0; i < n; i++) {
		to[i] = (struct sockaddr_in) { .sin_family = AF_INET,
					       .sin_port = htons(4789),
					       .sin_addr.s_addr = htonl((*at)++) };
		batch.views[i] = (struct iovec) { batch.bytes[0], size };
		batch.messages[i].msg_hdr = (struct msghdr) { .msg_name = &to[i],
							      .msg_namelen = sizeof(to[i]),
							      .msg_iov = &batch.views[i],
							      .msg_iovlen = 1 };
	}
}

static uint64_t own_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* What copying to many costs whoever does nothing else. */
static void fan(char **word)
{
	uint32_t first = ntohl(place(word[0], "1").sin_addr.s_addr), best = UINT32_MAX;
	struct sockaddr_in to[BATCH];
	int fd = open_socket(SOCK_DGRAM);

	for (unsigned round = 0; round < FAN_ROUNDS; round++) {
		uint32_t at = first, end = first + (uint32_t)number(word[1]);
		uint64_t before = own_ns();

		while (at < end) {
			unsigned n = end - at < BATCH ? end - at : BATCH;

			aim_at_many(to, &at, n, number(word[2]));
			check(sendmmsg(fd, batch.messages, n, 0), "sendmmsg");
		}
		uint32_t took = (uint32_t)(own_ns() - before);

		best = took < best ? took : best;
	}
	printf("%u\n", best);
	close(fd);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "sink") && argc >= 3)
		sink(argv[2], argc > 3);
	if (!strcmp(verb, "answer") && argc == 3)
		answer(argv[2]);
	if (!strcmp(verb, "send") && argc >= 8)
		send_to(argv + 2, argc > 8 ? number(argv[8]) : 1);
	else if (!strcmp(verb, "ask") && argc == 5)
		ask(argv + 2);
	else if (!strcmp(verb, "fan") && argc == 5)
		fan(argv + 2);
	else
		return 1;
	return 0;
}
