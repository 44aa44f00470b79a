/* The client of etcd before a server that is part of the test: it answers by script, in pieces, too much,
 * nonsense or not at all.  Both live in one loop of poll(), whose only clock is a bound on every wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/etcd_client.h"

#define BOUND  (20 * NS_PER_S) /* of every wait */
#define HEADER "\"header\":{\"cluster_id\":\"7\",\"revision\":\"5\"}"

enum { CONNECTIONS = 16, ASKED = 65536, DESCRIPTORS = 64, TURNS = 16, ANSWERS = 512 };

/* -- A server -- */

/* What it does at a request: sends this, and closes or not.  No text: it is silent. */
struct turn {
	const char *path;  /* that is expected; NULL: any */
	const char *token; /* likewise, of the header; "": that there is none */
	char *text;
	size_t len;
	bool close;
};

struct connection {
	int fd; /* 0: none */
	char asked[ASKED];
	size_t len;
};

struct server {
	int fd;
	char url[64];
	struct connection connections[CONNECTIONS];
	struct connection *last; /* the one that asked last */
	struct turn turns[TURNS];
	size_t turn, turn_count;
	unsigned requests;
	char body[1024]; /* of the last request */
};

/* -- The client's loop -- */

struct world {
	struct etcd_client *client;
	struct server servers[2];
	struct pollfd wanted[DESCRIPTORS]; /* fd 0: none */
	uint64_t wake;                     /* UINT64_MAX: no timer */
	bool within;                       /* a call of the client's: nothing may be told */
	struct etcd_answer answer;
	unsigned answers, parts, ends;
	int64_t revisions[ANSWERS]; /* of the parts of the watch */
	bool canceled;
	char why[ETCD_WHY]; /* the watch ended */
	unsigned stop_at;   /* the watch is stopped when so many parts have come; 0: never */
};

static uint64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * NS_PER_S + (uint64_t)at.tv_nsec;
}

static struct pollfd *find_wanted(struct world *w, int fd)
{
	for (size_t i = 0; i < DESCRIPTORS; i++)
		if (w->wanted[i].fd == fd)
			return &w->wanted[i];
	return NULL;
}

static void wait_for(void *context, int fd, bool read, bool write)
{
	struct world *w = context;
	struct pollfd *at = find_wanted(w, fd);

	/* It is open still, and nothing is given back that was not asked for. */
	assert_true(fcntl(fd, F_GETFD) >= 0);
	assert_true(fd > 0);
	if (!read && !write) {
		assert_non_null(at);
		*at = (struct pollfd) { 0 };
		return;
	}
	at = at ? at : find_wanted(w, 0);
	assert_non_null(at);
	*at = (struct pollfd) { fd, (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0)), 0 };
}

static void wake_in(void *context, int64_t ns)
{
	struct world *w = context;

	w->wake = ns < 0 ? UINT64_MAX : now() + (uint64_t)ns;
}

static void answered(void *context, struct etcd_answer *answer)
{
	struct world *w = context;

	assert_false(w->within);
	etcd_answer_free(&w->answer);
	w->answer = *answer;
	*answer = (struct etcd_answer) { 0 };
	w->answers++;
}

static void watched(void *context, struct etcd_answer *answer)
{
	struct world *w = context;

	assert_false(w->within);
	assert_int_equal(answer->outcome, ETCD_DONE);
	assert_true(w->parts < ANSWERS);
	w->revisions[w->parts++] = answer->revision;
	w->canceled = answer->canceled;
	if (w->parts == w->stop_at)
		etcd_client_stop_watch(w->client);
}

static void watch_ended(void *context, const char *why)
{
	struct world *w = context;

	assert_false(w->within);
	w->ends++;
	snprintf(w->why, sizeof(w->why), "%s", why);
}

static const struct etcd_client_ops ops_of_world = { .wait_for = wait_for,
						     .wake_in = wake_in,
						     .answered = answered,
						     .watched = watched,
						     .watch_ended = watch_ended };

/* -- The server's part of the loop -- */

static void listen_at(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(s->fd > 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->fd, 16), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u", ntohs(at.sin_port));
}

static void close_connection(struct connection *c)
{
	if (c->fd)
		close(c->fd);
	c->fd = 0;
	c->len = 0;
}

static void close_server(struct server *s)
{
	for (size_t i = 0; i < CONNECTIONS; i++)
		close_connection(&s->connections[i]);
	for (size_t i = 0; i < s->turn_count; i++)
		free(s->turns[i].text);
	if (s->fd)
		close(s->fd);
	s->fd = 0;
	s->turn = s->turn_count = 0;
}

static void accept_all(struct server *s)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		int fd;

		if (s->connections[i].fd)
			continue;
		fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		s->connections[i].fd = fd;
		s->connections[i].len = 0;
	}
}

/* All of it; the socket's buffers take what the client is slow to read only if it does read. */
static void send_all(struct world *w, struct connection *c, const char *at, size_t len);

static void check_token(const struct turn *turn, const char *asked)
{
	const char *token = strstr(asked, "\r\nAuthorization: ");

	if (!turn->token)
		return;
	if (!*turn->token) {
		assert_null(token);
		return;
	}
	assert_non_null(token);
	token += strlen("\r\nAuthorization: ");
	assert_int_equal(strncmp(token, turn->token, strlen(turn->token)), 0);
}

static void take_turn(struct world *w, struct server *s, struct connection *c)
{
	struct turn *turn = &s->turns[s->turn];
	char line[128];

	s->last = c;
	s->requests++;
	if (s->turn == s->turn_count)
		return;
	s->turn++;
	if (turn->path) {
		snprintf(line, sizeof(line), "POST %s HTTP/1.1\r\n", turn->path);
		assert_int_equal(strncmp(c->asked, line, strlen(line)), 0);
	}
	assert_non_null(strstr(c->asked, "\r\nContent-Type: application/json\r\n"));
	check_token(turn, c->asked);
	c->len = 0;
	if (turn->text)
		send_all(w, c, turn->text, turn->len);
	if (turn->close)
		close_connection(c);
}

/* A request is whole when its body is. */
static void hear(struct world *w, struct server *s, struct connection *c)
{
	ssize_t n = c->fd ? recv(c->fd, c->asked + c->len, ASKED - 1 - c->len, 0) : -1;
	const char *length, *body;

	if (n == 0)
		close_connection(c);
	if (n <= 0)
		return;
	c->len += (size_t)n;
	c->asked[c->len] = '\0';
	body = strstr(c->asked, "\r\n\r\n");
	length = strstr(c->asked, "\r\nContent-Length: ");
	if (!body || !length || strlen(body + 4) < strtoul(length + 18, NULL, 10))
		return;
	snprintf(s->body, sizeof(s->body), "%s", body + 4);
	take_turn(w, s, c);
}

static void serve(struct world *w)
{
	for (size_t i = 0; i < 2; i++) {
		struct server *s = &w->servers[i];

		if (!s->fd)
			continue;
		accept_all(s);
		for (size_t k = 0; k < CONNECTIONS; k++)
			hear(w, s, &s->connections[k]);
	}
}

/* -- One turn of the loop -- */

static nfds_t all_descriptors(const struct world *w, struct pollfd *out)
{
	nfds_t count = 0;

	for (size_t i = 0; i < DESCRIPTORS; i++)
		if (w->wanted[i].fd)
			out[count++] = w->wanted[i];
	for (size_t i = 0; i < 2; i++) {
		const struct server *s = &w->servers[i];

		if (s->fd)
			out[count++] = (struct pollfd) { s->fd, POLLIN, 0 };
		for (size_t k = 0; k < CONNECTIONS; k++)
			if (s->connections[k].fd)
				out[count++] = (struct pollfd) { s->connections[k].fd, POLLIN, 0 };
	}
	return count;
}

static void tell_client(struct world *w, const struct pollfd *list, nfds_t count)
{
	for (nfds_t i = 0; i < count; i++) {
		const struct pollfd *at = find_wanted(w, list[i].fd);

		if (!at || !list[i].revents)
			continue;
		etcd_client_ready(w->client, list[i].fd, list[i].revents & ~POLLOUT,
				  list[i].revents & (POLLOUT | POLLERR));
	}
	if (w->wake <= now()) {
		w->wake = UINT64_MAX;
		etcd_client_woken(w->client);
	}
}

static void turn_client(struct world *w, int most_ms)
{
	struct pollfd list[DESCRIPTORS + 2 * (CONNECTIONS + 1)];
	nfds_t count = all_descriptors(w, list);
	uint64_t at = now();
	uint64_t wait = w->wake <= at ? 0 : (w->wake - at) / NS_PER_MS + 1;

	assert_true(poll(list, count, wait < (uint64_t)most_ms ? (int)wait : most_ms) >= 0);
	tell_client(w, list, count);
}

static void turn_loop(struct world *w)
{
	serve(w);
	turn_client(w, 20);
	serve(w);
}

/* Until *@count has reached @wanted. */
static void run_until(struct world *w, const unsigned *count, unsigned wanted)
{
	uint64_t end = now() + BOUND;

	while (*count < wanted) {
		if (now() > end)
			fail_msg("waited in vain");
		turn_loop(w);
	}
}

/* The client takes what is sent; where its loop must not run, the buffer is large enough. */
static void send_all(struct world *w, struct connection *c, const char *at, size_t len)
{
	int fd = c->fd;

	while (len > 0 && c->fd == fd) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (errno != EAGAIN) {
			return; /* it has heard enough */
		} else {
			turn_client(w, 20);
		}
	}
}

/* -- Worlds -- */

static struct etcd_client_options options_of(struct world *w, const char *urls[2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!w->servers[i].fd)
			listen_at(&w->servers[i]);
		urls[i] = w->servers[i].url;
	}
	return (struct etcd_client_options) { .endpoints = urls, .endpoint_count = count };
}

static void start(struct world *w, const struct etcd_client_options *options)
{
	struct etcd_client_ops ops = ops_of_world;
	char why[ETCD_WHY];

	ops.context = w;
	w->wake = UINT64_MAX;
	w->client = etcd_client_new(options, &ops, why);
	if (!w->client)
		fail_msg("%s", why);
}

static struct world *world_new(size_t servers)
{
	struct world *w = calloc(1, sizeof(*w));
	const char *urls[2];
	struct etcd_client_options options;

	assert_non_null(w);
	options = options_of(w, urls, servers);
	start(w, &options);
	return w;
}

/* Another client before the same servers. */
static void use(struct world *w, const struct etcd_client_options *options)
{
	etcd_client_free(w->client);
	start(w, options);
}

static struct world *world_with_user(void)
{
	struct world *w = world_new(1);
	const char *urls[2];
	struct etcd_client_options options = options_of(w, urls, 1);

	options.username = "root";
	options.password = "sesame";
	use(w, &options);
	return w;
}

static void world_free(struct world *w)
{
	etcd_client_free(w->client);
	for (size_t i = 0; i < DESCRIPTORS; i++)
		assert_int_equal(w->wanted[i].fd, 0);
	assert_true(w->wake == UINT64_MAX);
	etcd_answer_free(&w->answer);
	for (size_t i = 0; i < 2; i++)
		close_server(&w->servers[i]);
	free(w);
}

/* -- Scripts -- */

static struct turn *add_turn(struct server *s, const char *path, char *text, size_t len)
{
	struct turn *turn = &s->turns[s->turn_count++];

	assert_true(s->turn_count < TURNS);
	*turn = (struct turn) { .path = path, .text = text, .len = len };
	return turn;
}

static struct turn *raw(struct server *s, const char *path, const char *text)
{
	char *copied = text ? strdup(text) : NULL;

	return add_turn(s, path, copied, text ? strlen(text) : 0);
}

static struct turn *reply(struct server *s, const char *path, int status, const char *body)
{
	char *text = NULL;
	int len = asprintf(&text, "HTTP/1.1 %d Words\r\nContent-Length: %zu\r\n\r\n%s", status,
			   strlen(body), body);

	assert_true(len > 0);
	return add_turn(s, path, text, (size_t)len);
}

static struct turn *stream(struct server *s, const char *path)
{
	return raw(s, path, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

/* Goes on with the stream that was asked for last. */
static void say(struct world *w, struct server *s, const char *bytes, size_t len)
{
	char head[32];

	snprintf(head, sizeof(head), "%zx\r\n", len);
	send_all(w, s->last, head, strlen(head));
	send_all(w, s->last, bytes, len);
	send_all(w, s->last, "\r\n", 2);
}

static void say_line(struct world *w, struct server *s, const char *line)
{
	say(w, s, line, strlen(line));
}

static const char one_part[] = "{\"result\":{" HEADER "}}\n";
static const char nothing[] = "{" HEADER "}";

static void ask(struct world *w, const struct etcd_request *request)
{
	w->within = true;
	etcd_client_ask(w->client, request);
	w->within = false;
}

static void ask_range(struct world *w)
{
	const struct etcd_request range = { .verb = ETCD_RANGE, .key = "a" };

	ask(w, &range);
}

static void ask_and_hear(struct world *w)
{
	unsigned before = w->answers;

	ask_range(w);
	run_until(w, &w->answers, before + 1);
}

static void watch(struct world *w)
{
	const struct etcd_request request = {
		.verb = ETCD_WATCH, .key = "a", .range_end = "b", .revision = 3
	};

	w->within = true;
	etcd_client_watch(w->client, &request);
	w->within = false;
}

/* A watch that has begun. */
static void watch_and_hear(struct world *w)
{
	unsigned requests = w->servers[0].requests;

	stream(&w->servers[0], "/v3/watch");
	watch(w);
	run_until(w, &w->servers[0].requests, requests + 1);
	say_line(w, &w->servers[0], one_part);
	run_until(w, &w->parts, w->parts + 1);
}

static void is_silent(struct world *w, const char *words)
{
	assert_int_equal(w->answer.outcome, ETCD_SILENT);
	if (!strstr(w->answer.why, words))
		fail_msg("\"%s\" is not in \"%s\"", words, w->answer.why);
	assert_int_equal(strncmp(w->answer.why, "http://127.0.0.1:", 17), 0);
}

/* -- Requests -- */

static void a_request_is_answered(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	reply(&w->servers[0], "/v3/kv/range", 200,
	      "{" HEADER ",\"kvs\":[{\"key\":\"YQ==\",\"value\":\"dg==\"}]}");
	reply(&w->servers[0], "/v3/kv/range", 200, nothing);
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	assert_int_equal(w->answer.revision, 5);
	assert_int_equal(w->answer.count, 1);
	assert_string_equal(w->answer.records[0].key, "a");
	assert_string_equal(w->servers[0].body, "{\"key\":\"YQ==\"}");
	/* The next one takes the same connection. */
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	assert_ptr_equal(w->servers[0].last, &w->servers[0].connections[0]);
	assert_int_equal(w->servers[0].connections[1].fd, 0);
	world_free(w);
}

/* It is an answer, and names who gave it; the endpoint stays in use. */
static void a_refusal_is_an_answer(void **state)
{
	struct world *w = world_new(2);

	(void)state;
	for (int i = 0; i < 2; i++) {
		reply(&w->servers[0], NULL, 400,
		      "{\"error\":\"x\",\"code\":3,\"message\":\"etcdserver: key\\nis wrong\"}");
		ask_and_hear(w);
		assert_int_equal(w->answer.outcome, ETCD_REFUSED);
		assert_non_null(strstr(w->answer.why, ": etcdserver: key?is wrong"));
		assert_non_null(strstr(w->answer.why, w->servers[0].url));
	}
	assert_int_equal(w->servers[0].requests, 2);
	world_free(w);
}

/* Silence that was waited for in full: with a short time of waiting. */
static void after_silence_it_is_the_next_ones_turn(void **state)
{
	struct world *w = world_new(2);
	const char *urls[2];
	struct etcd_client_options options = options_of(w, urls, 2);

	(void)state;
	options.answer_ms = 300;
	options.seed = 3; /* the second is the first */
	use(w, &options);
	raw(&w->servers[1], NULL, NULL);
	ask_and_hear(w);
	is_silent(w, "no answer within 0.3 s");
	assert_non_null(strstr(w->answer.why, w->servers[1].url));
	reply(&w->servers[0], NULL, 200, nothing);
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	assert_int_equal(w->servers[0].requests, 1);
	world_free(w);
}

static void nobody_listens(void **state)
{
	struct world *w = world_new(2);

	(void)state;
	close_server(&w->servers[0]);
	ask_and_hear(w);
	is_silent(w, "no connection: Connection refused");
	reply(&w->servers[1], NULL, 200, nothing);
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	/* And round again, when that one is silent, too. */
	close_server(&w->servers[1]);
	ask_and_hear(w);
	is_silent(w, "");
	assert_non_null(strstr(w->answer.why, w->servers[1].url));
	ask_and_hear(w);
	assert_non_null(strstr(w->answer.why, w->servers[0].url));
	world_free(w);
}

/* What is no whole answer of etcd's, and how that is said. */
static void nonsense_is_silence(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"header\":", "broke off" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n", "" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "" },
		{ "", "closed the connection without an answer" },
		{ "SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP" },
		{ "\x16\x03\x01\x02garbage \x80\xff\r\n\r\n", "does not speak HTTP" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "is no JSON object" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "no answer of etcd's" },
		{ "HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello", "HTTP status 404" },
		{ "HTTP/1.1 302 No\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
		  "HTTP status 302" },
		{ "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
		  "no answer of etcd's" },
	};
	struct world *w = world_new(1);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		raw(&w->servers[0], NULL, rows[i].text)->close = true;
		ask_and_hear(w);
		is_silent(w, rows[i].why);
	}
	world_free(w);
}

static char *long_text(size_t len, const char *head, char fill)
{
	char *text = malloc(len);

	assert_non_null(text);
	memset(text, fill, len);
	memcpy(text, head, strlen(head));
	return text;
}

/* With and without a length that is told before; and headers without end. */
static void too_much_is_not_kept(void **state)
{
	static const char *const heads[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
	};
	struct world *w = world_new(1);
	size_t len = ETCD_BODY + (1 << 20);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		add_turn(&w->servers[0], NULL, long_text(len, heads[i], ' '), len);
		ask_and_hear(w);
		is_silent(w, "longer than 16777216 bytes");
	}
	len = 200000;
	add_turn(&w->servers[0], NULL, long_text(len, "HTTP/1.1 200 OK\r\nX: y", 'y'), len);
	for (size_t i = 60; i + 2 < len; i += 50)
		memcpy(&w->servers[0].turns[2].text[i], "\r\nX:", 4);
	ask_and_hear(w);
	is_silent(w, "headers of the answer are longer");
	world_free(w);
}

/* As much as is allowed, to the byte, is. */
static void the_limit_is_exact(void **state)
{
	struct world *w = world_new(1);
	const char *urls[2];
	struct etcd_client_options options = options_of(w, urls, 1);

	(void)state;
	for (size_t room = strlen(nothing); room + 1 >= strlen(nothing); room--) {
		options.most = room;
		use(w, &options);
		reply(&w->servers[0], NULL, 200, nothing);
		ask_and_hear(w);
		if (room == strlen(nothing))
			assert_int_equal(w->answer.outcome, ETCD_DONE);
		else
			is_silent(w, "is longer than");
	}
	world_free(w);
}

/* A member that has lost the others answers, and is of no use. */
static void no_leader_moves_on(void **state)
{
	static const char *const words[] = { "etcdserver: no leader",
					     "etcdserver: request timed out" };
	struct world *w = world_new(2);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char body[128];

		snprintf(body, sizeof(body), "{\"error\":\"x\",\"message\":\"%s\"}", words[i]);
		reply(&w->servers[i], NULL, 200, body);
		ask_and_hear(w);
		assert_int_equal(w->answer.outcome, ETCD_REFUSED);
		assert_int_equal(w->servers[i].requests, 1);
	}
	reply(&w->servers[0], NULL, 503, "{\"error\":\"x\",\"message\":\"all is lost\"}");
	ask_and_hear(w);
	assert_int_equal(w->servers[0].requests, 2);
	ask_range(w);
	run_until(w, &w->servers[1].requests, 2);
	world_free(w);
}

/* Of a stream the first line is the answer, even where nothing ends. */
static void keeping_alive_takes_one_line(void **state)
{
	const struct etcd_request request = { .verb = ETCD_KEEP_ALIVE, .lease = 9 };
	struct world *w = world_new(1);
	struct server *s = &w->servers[0];
	const char line[] = "{\"result\":{" HEADER ",\"ID\":\"9\",\"TTL\":\"60\"}}\n{\"resu";

	(void)state;
	stream(s, "/v3/lease/keepalive");
	ask(w, &request);
	run_until(w, &s->requests, 1);
	for (size_t i = 0; i < sizeof(line) - 1; i++)
		say(w, s, &line[i], 1);
	run_until(w, &w->answers, 1);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	assert_int_equal(w->answer.ttl, 60);
	/* A line without end to it counts when the stream ends. */
	reply(s, NULL, 200, "{\"result\":{" HEADER ",\"TTL\":\"0\"}}");
	ask(w, &request);
	run_until(w, &w->answers, 2);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	assert_int_equal(w->answer.ttl, 0);
	world_free(w);
}

/* -- Watches -- */

/* Three lines, cut in two at every byte, and each byte alone. */
static void lines_may_be_cut_anywhere(void **state)
{
	static const char lines[] = "{\"result\":{\"header\":{\"revision\":\"1\"}}}\n"
				    "{\"result\":{\"header\":{\"revision\":\"2\"}}}\n"
				    "{\"result\":{\"header\":{\"revision\":\"3\"}}}\n";
	struct world *w = world_new(1);
	struct server *s = &w->servers[0];
	unsigned parts;

	(void)state;
	watch_and_hear(w);
	parts = w->parts;
	for (size_t cut = 1; cut < sizeof(lines) - 1; cut++) {
		say(w, s, lines, cut);
		turn_loop(w);
		say(w, s, lines + cut, sizeof(lines) - 1 - cut);
		run_until(w, &w->parts, parts + 3);
		for (int i = 0; i < 3; i++)
			assert_int_equal(w->revisions[parts + (unsigned)i], i + 1);
		parts += 3;
	}
	for (size_t i = 0; i < sizeof(lines) - 1; i++)
		say(w, s, &lines[i], 1);
	run_until(w, &w->parts, parts + 3);
	assert_int_equal(w->ends, 0);
	world_free(w);
}

/* Once it has begun, nothing hurries it; before, silence is silence. */
static void a_watch_may_be_silent_once_it_has_begun(void **state)
{
	struct world *w = world_new(1);
	const char *urls[2];
	struct etcd_client_options options = options_of(w, urls, 1);
	uint64_t end;

	(void)state;
	options.answer_ms = 300;
	use(w, &options);
	watch_and_hear(w);
	for (end = now() + 1000 * NS_PER_MS; now() < end;)
		turn_loop(w);
	assert_int_equal(w->ends, 0);
	stream(&w->servers[0], NULL);
	watch(w);
	run_until(w, &w->ends, 1);
	assert_non_null(strstr(w->why, "no answer within 0.3 s"));
	world_free(w);
}

static void ends_like(struct world *w, const char *words)
{
	run_until(w, &w->ends, 1);
	assert_int_equal(w->ends, 1);
	if (!strstr(w->why, words))
		fail_msg("\"%s\" is not in \"%s\"", words, w->why);
	assert_int_equal(strncmp(w->why, "http://127.0.0.1:", 17), 0);
	w->ends = 0;
}

static void a_watch_ends_with_a_reason(void **state)
{
	struct world *w = world_new(1);
	struct server *s = &w->servers[0];

	(void)state;
	watch_and_hear(w);
	send_all(w, s->last, "0\r\n\r\n", 5);
	ends_like(w, "it ended the watch");
	watch_and_hear(w);
	close_connection(s->last);
	ends_like(w, "");
	watch_and_hear(w);
	say_line(w, s, "{\"result\":{\"canceled\":true,\"compact_revision\":\"9\"," HEADER "}}\n");
	ends_like(w, "compaction");
	assert_true(w->canceled);
	watch_and_hear(w);
	say_line(w, s, "{\"error\":{\"message\":\"etcdserver: no leader\"}}\n");
	ends_like(w, "etcdserver: no leader");
	watch_and_hear(w);
	say_line(w, s, "hello\n");
	ends_like(w, "no JSON object");
	watch_and_hear(w);
	say_line(w, s, "{\"result\":");
	close_connection(s->last);
	ends_like(w, "");
	reply(s, "/v3/watch", 404, "hello");
	watch(w);
	ends_like(w, "HTTP status 404");
	world_free(w);
}

static void a_line_too_long_ends_a_watch(void **state)
{
	struct world *w = world_new(1);
	const char *urls[2];
	struct etcd_client_options options = options_of(w, urls, 1);
	char line[1000];
	unsigned parts;

	(void)state;
	options.most = 1000;
	use(w, &options);
	watch_and_hear(w);
	parts = w->parts;
	/* As long as is allowed, often: it is each line that counts. */
	memset(line, ' ', sizeof(line));
	memcpy(line, one_part, strlen(one_part) - 1);
	line[999] = '\n';
	for (unsigned i = 1; i <= 100; i++)
		say(w, &w->servers[0], line, 1000);
	run_until(w, &w->parts, parts + 100);
	line[999] = ' ';
	say(w, &w->servers[0], line, 1000);
	say(w, &w->servers[0], "\n", 1);
	ends_like(w, "longer than 1000 bytes");
	assert_int_equal(w->parts, parts + 100);
	world_free(w);
}

/* From without, and from within the telling: what was behind is not told. */
static void a_stopped_watch_tells_nothing_more(void **state)
{
	struct world *w = world_new(1);
	unsigned parts;

	(void)state;
	watch_and_hear(w);
	say_line(w, &w->servers[0], one_part);
	etcd_client_stop_watch(w->client);
	etcd_client_stop_watch(w->client);
	parts = w->parts;
	for (int i = 0; i < 5; i++)
		turn_loop(w);
	assert_int_equal(w->parts, parts);
	w->stop_at = parts + 2;
	watch_and_hear(w);
	for (int i = 0; i < 5; i++)
		say_line(w, &w->servers[0], one_part);
	for (int i = 0; i < 10; i++)
		turn_loop(w);
	assert_int_equal(w->parts, w->stop_at);
	assert_int_equal(w->ends, 0);
	world_free(w);
}

/* A member that does not answer is not listened to, either. */
static void a_silent_member_loses_its_watch(void **state)
{
	struct world *w = world_new(2);

	(void)state;
	watch_and_hear(w);
	raw(&w->servers[0], NULL, "")->close = true;
	ask_and_hear(w);
	is_silent(w, "");
	ends_like(w, "did not answer something else");
	watch(w);
	run_until(w, &w->servers[1].requests, 1);
	/* What that one says of a request does not concern another's watch. */
	world_free(w);
}

/* -- Logging in -- */

#define LOG_IN "/v3/auth/authenticate"

static void give_token(struct server *s, const char *token)
{
	char body[256];

	snprintf(body, sizeof(body), "{" HEADER ",\"token\":\"%s\"}", token);
	reply(s, LOG_IN, 200, body)->token = "";
}

static void it_logs_in_first(void **state)
{
	struct world *w = world_with_user();
	struct server *s = &w->servers[0];

	(void)state;
	give_token(s, "one");
	reply(s, "/v3/kv/range", 200, nothing)->token = "one\r\n";
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	/* Also for a watch, and once for both. */
	stream(s, "/v3/watch")->token = "one\r\n";
	watch(w);
	run_until(w, &s->requests, 3);
	world_free(w);
	w = world_with_user();
	s = &w->servers[0];
	give_token(s, "two");
	reply(s, NULL, 200, nothing)->token = "two\r\n";
	stream(s, NULL)->token = "two\r\n";
	ask_range(w);
	watch(w);
	run_until(w, &s->requests, 3);
	world_free(w);
}

static void a_token_that_is_too_old_is_replaced_once(void **state)
{
	static const char *const refusals[] = {
		"{\"error\":\"etcdserver: invalid auth token\",\"code\":16,\"message\":"
		"\"etcdserver: invalid auth token\"}",
		"{\"error\":\"x\",\"message\":\"etcdserver: user name is empty\"}",
	};
	struct world *w = world_with_user();
	struct server *s = &w->servers[0];

	(void)state;
	give_token(s, "one");
	reply(s, "/v3/kv/range", 401, refusals[0])->token = "one\r\n";
	give_token(s, "two");
	reply(s, "/v3/kv/range", 200, nothing)->token = "two\r\n";
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	/* Not without end: the second refusal is the answer. */
	reply(s, "/v3/kv/range", 400, refusals[1])->token = "two\r\n";
	give_token(s, "three");
	reply(s, "/v3/kv/range", 401, refusals[0])->token = "three\r\n";
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_REFUSED);
	assert_non_null(strstr(w->answer.why, "invalid auth token"));
	assert_int_equal(s->requests, 7);
	world_free(w);
}

/* For a watch etcd only says that it is not allowed. */
static void a_watch_that_is_not_allowed_logs_in_again(void **state)
{
	static const char no[] = "{\"result\":{" HEADER ",\"created\":true,\"canceled\":true,"
				 "\"cancel_reason\":\"etcdserver: permission denied\"}}\n";
	struct world *w = world_with_user();
	struct server *s = &w->servers[0];

	(void)state;
	give_token(s, "one");
	reply(s, "/v3/watch", 200, no)->token = "one\r\n";
	give_token(s, "two");
	reply(s, "/v3/watch", 200, no)->token = "two\r\n";
	watch(w);
	ends_like(w, "permission denied");
	assert_int_equal(w->parts, 1);
	assert_true(w->canceled);
	world_free(w);
}

/* A log-in that fails is the answer, to both; its words are not the password. */
static void a_log_in_may_be_refused(void **state)
{
	struct world *w = world_with_user();
	struct server *s = &w->servers[0];

	(void)state;
	reply(s, LOG_IN, 400, "{\"error\":\"x\",\"message\":\"no: sesame is wrong\"}");
	watch(w);
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_REFUSED);
	assert_non_null(strstr(w->answer.why, "refused"));
	assert_null(strstr(w->answer.why, "sesame"));
	ends_like(w, "refused");
	assert_null(strstr(w->why, "sesame"));
	raw(s, LOG_IN, "SSH-2.0-OpenSSH_9.2\r\n")->close = true;
	ask_and_hear(w);
	is_silent(w, "does not speak HTTP");
	/* A token that would be more than a header. */
	give_token(s, "one\\r\\nX: y");
	ask_and_hear(w);
	is_silent(w, "no token");
	/* An etcd without users is asked without. */
	reply(s, LOG_IN, 400, "{\"error\":\"x\",\"message\":\"authentication is not enabled\"}");
	reply(s, "/v3/kv/range", 200, nothing)->token = "";
	ask_and_hear(w);
	assert_int_equal(w->answer.outcome, ETCD_DONE);
	world_free(w);
}

/* -- Ends -- */

/* Whatever is under way, nothing is told, and all is given back: world_free() looks. */
static void it_can_be_freed_at_any_time(void **state)
{
	(void)state;
	for (unsigned turns = 0; turns < 12; turns++) {
		struct world *w = turns % 2 ? world_with_user() : world_new(1);
		struct server *s = &w->servers[0];

		if (turns % 2)
			give_token(s, "one");
		stream(s, NULL);
		stream(s, NULL);
		ask_range(w);
		watch(w);
		for (unsigned i = 0; i < turns; i++)
			turn_loop(w);
		if (turns > 8 && s->last->fd)
			say_line(w, s, one_part);
		world_free(w);
	}
}

static void is_refused(struct etcd_client_options options, const char *words)
{
	struct etcd_client_ops ops = ops_of_world;
	char why[ETCD_WHY];

	assert_null(etcd_client_new(&options, &ops, why));
	if (!strstr(why, words))
		fail_msg("\"%s\" is not in \"%s\"", words, why);
	assert_null(strstr(why, "sesame"));
}

static void options_are_looked_at(void **state)
{
	static const char *const endpoints[] = {
		"192.0.2.1:2379",        "ftp://192.0.2.1",        "http://",
		"http://a/v3",           "http://root:sesame@a:1", "http://a?x",
		"unix:///run/etcd.sock", "http://a:99999",         "",
	};
	const char *good = "http://192.0.2.1:2379/";
	struct etcd_client_options options = { .endpoints = &good, .endpoint_count = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
		is_refused((struct etcd_client_options) { .endpoints = &endpoints[i],
							  .endpoint_count = 1 },
			   "expected http:// or https://");
	is_refused((struct etcd_client_options) { .endpoints = endpoints }, "0 endpoints");
	options.ca = "/nowhere/ca.pem";
	is_refused(options, "/nowhere/ca.pem: No such file");
	options.ca = "/etc/hostname";
	is_refused(options, "no PEM file");
	options.ca = NULL;
	options.cert = "/etc/hostname";
	is_refused(options, "come together");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_answered),
		cmocka_unit_test(a_refusal_is_an_answer),
		cmocka_unit_test(after_silence_it_is_the_next_ones_turn),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(nonsense_is_silence),
		cmocka_unit_test(too_much_is_not_kept),
		cmocka_unit_test(the_limit_is_exact),
		cmocka_unit_test(no_leader_moves_on),
		cmocka_unit_test(keeping_alive_takes_one_line),
		cmocka_unit_test(lines_may_be_cut_anywhere),
		cmocka_unit_test(a_watch_may_be_silent_once_it_has_begun),
		cmocka_unit_test(a_watch_ends_with_a_reason),
		cmocka_unit_test(a_line_too_long_ends_a_watch),
		cmocka_unit_test(a_stopped_watch_tells_nothing_more),
		cmocka_unit_test(a_silent_member_loses_its_watch),
		cmocka_unit_test(it_logs_in_first),
		cmocka_unit_test(a_token_that_is_too_old_is_replaced_once),
		cmocka_unit_test(a_watch_that_is_not_allowed_logs_in_again),
		cmocka_unit_test(a_log_in_may_be_refused),
		cmocka_unit_test(it_can_be_freed_at_any_time),
		cmocka_unit_test(options_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
