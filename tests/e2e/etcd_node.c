/* One node of a flannel cluster before a real etcd: a lessee, its client, a file that it remembers its subnet in.
 *
 *   etcd_node NUMBER FILE ENDPOINT...
 *
 * Prints what happens, and whenever something has changed "has KEY knows COUNT".  It is made to be killed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "etcd_loop.h"
#include "store/lessee.h"

struct node {
	struct etcd_loop loop;
	struct lessee *lessee;
	const char *file;
	char said[FLANNEL_KEY];
	size_t knows;
};

/* -- What the client says -- */

static void wait_for(void *context, int fd, bool read, bool write)
{
	struct node *n = context;

	loop_wait_for(&n->loop, fd, read, write);
}

static void wake_in(void *context, int64_t ns)
{
	struct node *n = context;

	loop_wake_in(&n->loop, ns);
}

static void answered(void *context, struct etcd_answer *answer)
{
	struct node *n = context;

	lessee_answered(n->lessee, loop_now(), answer);
}

static void watched(void *context, struct etcd_answer *answer)
{
	struct node *n = context;

	lessee_watched(n->lessee, loop_now(), answer);
}

static void watch_ended(void *context, const char *why)
{
	struct node *n = context;

	printf("watch ended: %s\n", why);
	lessee_watch_ended(n->lessee, loop_now());
}

/* -- What the lessee says -- */

static void tell(void *context, enum lessee_news news, const struct lessee_peer *peer,
		 const char *text)
{
	static const char *const words[] = {
		[LESSEE_DAMAGED] = "damaged",     [LESSEE_ACQUIRED] = "acquired",
		[LESSEE_RENEWED] = "renewed",     [LESSEE_LOST] = "lost",
		[LESSEE_RELEASED] = "released",   [LESSEE_RESTORED] = "restored",
		[LESSEE_HELD_BACK] = "held back", [LESSEE_TROUBLED] = "troubled",
		[LESSEE_RECOVERED] = "recovered",
	};

	(void)context;
	(void)peer;
	if (words[news])
		printf("%s: %s\n", words[news], text);
}

/* -- What it remembers -- */

static struct flannel_subnets remembered(const char *file)
{
	struct flannel_subnets subnets = { 0 };
	FILE *in = fopen(file, "r");
	char key[FLANNEL_KEY];

	if (in && fscanf(in, "%63s", key) == 1)
		flannel_key_read(key, &subnets);
	if (in)
		fclose(in);
	return subnets;
}

static void remember(struct node *n, const struct flannel_subnets *subnets)
{
	char key[FLANNEL_KEY], fresh[256];
	FILE *out;

	snprintf(fresh, sizeof(fresh), "%s.new", n->file);
	out = fopen(fresh, "w");
	if (!out || fprintf(out, "%s\n", flannel_key_text(subnets, key)) < 0 || fclose(out) != 0 ||
	    rename(fresh, n->file) < 0) {
		perror(n->file);
		exit(1);
	}
	lessee_kept(n->lessee, loop_now());
}

/* -- Its life -- */

static void say_changes(struct node *n)
{
	const struct flannel_subnets *own = lessee_subnets(n->lessee);
	char key[FLANNEL_KEY] = "nothing";
	size_t knows;

	lessee_peers(n->lessee, &knows);
	if (own)
		flannel_key_text(own, key);
	if (knows == n->knows && strcmp(key, n->said) == 0)
		return;
	n->knows = knows;
	memcpy(n->said, key, sizeof(key));
	printf("has %s knows %zu\n", key, knows);
}

static void step(struct node *n)
{
	const struct etcd_request *request;

	if (lessee_watch_is_stale(n->lessee)) {
		etcd_client_stop_watch(n->loop.client);
		lessee_watch_ended(n->lessee, loop_now());
	}
	request = lessee_request(n->lessee, loop_now());
	if (request)
		etcd_client_ask(n->loop.client, request);
	request = lessee_watch(n->lessee, loop_now());
	if (request)
		etcd_client_watch(n->loop.client, request);
	if (lessee_keeps(n->lessee))
		remember(n, lessee_keeps(n->lessee));
	say_changes(n);
}

static struct lessee *make_lessee(struct node *n, unsigned number, const char *name)
{
	const uint8_t octet[4] = { 192, 0, (uint8_t)(2 + number / 250),
				   (uint8_t)(1 + number % 250) };
	struct lessee_options options = { .prefix = FLANNEL_PREFIX,
					  .name = name,
					  .remembered = remembered(n->file),
					  .seed = loop_now() + number };

	options.self = (struct flannel_node) { .vxlan = true, .vni = 1, .public4 = addr_v4(octet) };
	options.self.vtep4 =
		(struct mac) { { 2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number } };
	return lessee_new(&options, tell, n);
}

int main(int argc, char **argv)
{
	static struct node n = { .loop.wake = UINT64_MAX };
	struct etcd_client_ops ops = { &n, wait_for, wake_in, answered, watched, watch_ended };
	struct etcd_client_options options = { 0 };
	char why[ETCD_WHY] = "usage: etcd_node NUMBER FILE ENDPOINT...";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc >= 4) {
		options.endpoints = (const char *const *)&argv[3];
		options.endpoint_count = (size_t)(argc - 3);
		options.seed = strtoul(argv[1], NULL, 10);
		n.file = argv[2];
		n.lessee = make_lessee(&n, (unsigned)options.seed, argv[1]);
		n.loop.client = etcd_client_new(&options, &ops, why);
	}
	if (!n.loop.client || !n.lessee) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	for (;;) {
		step(&n);
		loop_turn(&n.loop, lessee_due(n.lessee));
	}
}
