/* Asks an etcd what a node would, through the client and a loop of poll(): a range, a transaction that happens and
 * one that does not, a lease, its renewal, and a watch that tells of both.
 *
 *   etcd_ask [-u NAME:PASSWORD] [-a CA] [-c CERT -k KEY] PREFIX ENDPOINT...
 *
 * Prints a line for each; exit 1 where one is not as it should be, with the reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "etcd_loop.h"

enum { BOUND = 60 }; /* s, of every wait */

struct asker {
	struct etcd_loop loop;
	struct etcd_answer answer;
	unsigned answers, parts;
	unsigned put, deleted; /* told by the watch */
	char key[256], end[256];
};

static void fail(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

/* -- The client's loop -- */

static void wait_for(void *context, int fd, bool read, bool write)
{
	struct asker *a = context;

	loop_wait_for(&a->loop, fd, read, write);
}

static void wake_in(void *context, int64_t ns)
{
	struct asker *a = context;

	loop_wake_in(&a->loop, ns);
}

static void answered(void *context, struct etcd_answer *answer)
{
	struct asker *a = context;

	etcd_answer_free(&a->answer);
	a->answer = *answer;
	*answer = (struct etcd_answer) { 0 };
	a->answers++;
}

static void watched(void *context, struct etcd_answer *answer)
{
	struct asker *a = context;

	a->parts++;
	for (size_t i = 0; i < answer->count; i++) {
		a->put += !answer->records[i].deleted;
		a->deleted += answer->records[i].deleted;
	}
}

static void watch_ended(void *context, const char *why)
{
	(void)context;
	fail("watch", why);
}

static void run_until(struct asker *a, const char *what, const unsigned *count, unsigned wanted)
{
	uint64_t end = loop_now() + BOUND * NS_PER_S;

	while (*count < wanted) {
		if (loop_now() > end)
			fail(what, "waited in vain");
		loop_turn(&a->loop, loop_now() + NS_PER_S);
	}
}

static const struct etcd_answer *ask(struct asker *a, const char *what, struct etcd_request request)
{
	etcd_client_ask(a->loop.client, &request);
	run_until(a, what, &a->answers, a->answers + 1);
	if (a->answer.outcome != ETCD_DONE)
		fail(what, a->answer.why);
	return &a->answer;
}

/* -- What is asked -- */

static void change(struct asker *a, const char *what, int64_t revision, const char *value,
		   bool happens, int64_t lease)
{
	struct etcd_request request = { .verb = ETCD_CHANGE,
					.key = a->key,
					.mod_revision = revision,
					.value = value,
					.lease = lease };

	if (ask(a, what, request)->succeeded != happens)
		fail(what, happens ? "has not happened" : "has happened");
	printf("%s: fine\n", what);
}

static int64_t range(struct asker *a, const char *what, size_t records)
{
	const struct etcd_answer *answer =
		ask(a, what, (struct etcd_request) { .verb = ETCD_RANGE, .key = a->key });

	if (answer->count != records)
		fail(what, "another number of records");
	printf("%s: %zu\n", what, answer->count);
	return records ? answer->records[0].mod_revision : answer->revision;
}

static int64_t lease(struct asker *a)
{
	int64_t id =
		ask(a, "grant", (struct etcd_request) { .verb = ETCD_GRANT, .ttl = 60 })->lease;
	int64_t ttl =
		ask(a, "keepalive", (struct etcd_request) { .verb = ETCD_KEEP_ALIVE, .lease = id })
			->ttl;

	if (!id || ttl != 60)
		fail("keepalive", "another time");
	ttl = ask(a, "keepalive", (struct etcd_request) { .verb = ETCD_KEEP_ALIVE, .lease = 4711 })
		      ->ttl;
	if (ttl > 0)
		fail("keepalive", "of no lease");
	printf("lease: fine\n");
	return id;
}

static void all(struct asker *a)
{
	int64_t revision = range(a, "range", 0), id;
	const struct etcd_request watch = {
		.verb = ETCD_WATCH, .key = a->key, .range_end = a->end, .revision = revision + 1
	};

	etcd_client_watch(a->loop.client, &watch);
	run_until(a, "watch", &a->parts, 1);
	id = lease(a);
	change(a, "put", 0, "one", true, id);
	change(a, "put where there is one", 0, "two", false, 0);
	revision = range(a, "range", 1);
	change(a, "delete of another revision", revision + 100, NULL, false, 0);
	change(a, "delete", revision, NULL, true, 0);
	run_until(a, "watch", &a->deleted, 1);
	if (a->put != 1)
		fail("watch", "has not told of the record");
	printf("watch: put and deleted\n");
}

int main(int argc, char **argv)
{
	static struct asker a = { .loop.wake = UINT64_MAX };
	struct etcd_client_options options = { 0 };
	struct etcd_client_ops ops = { &a, wait_for, wake_in, answered, watched, watch_ended };
	char why[ETCD_WHY], *colon;
	int option;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt(argc, argv, "u:a:c:k:")) != -1) {
		if (option == 'u') {
			options.username = optarg;
			colon = strchr(optarg, ':');
			options.password = colon ? colon + 1 : NULL;
			if (colon)
				*colon = '\0';
		}
		options.ca = option == 'a' ? optarg : options.ca;
		options.cert = option == 'c' ? optarg : options.cert;
		options.key = option == 'k' ? optarg : options.key;
	}
	if (argc - optind < 2)
		fail("usage", "etcd_ask [OPTIONS] PREFIX ENDPOINT...");
	snprintf(a.key, sizeof(a.key), "%s/a", argv[optind]);
	etcd_prefix_end(a.key, a.end);
	options.endpoints = (const char *const *)&argv[optind + 1];
	options.endpoint_count = (size_t)(argc - optind - 1);
	a.loop.client = etcd_client_new(&options, &ops, why);
	if (!a.loop.client)
		fail("client", why);
	all(&a);
	etcd_client_free(a.loop.client);
	etcd_answer_free(&a.answer);
	return 0;
}
