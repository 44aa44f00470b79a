#include "app/leasing_talk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/pace.h"
#include "base/clock.h"

enum { PASSWORD = 512 };

/* A descriptor of the client's. */
struct wait {
	ev_io io;
	bool active;
};

struct leasing_talk {
	struct ev_loop *ev;
	struct leasing_talk_ops ops;
	struct lessee *lessee;
	struct etcd_client *client;
	struct wait waits[ETCD_SOCKETS];
	ev_timer client_timer; /* the client's wish */
	ev_timer due;          /* the lessee's */
};

static void set_timer(struct leasing_talk *t, ev_timer *timer, uint64_t ns)
{
	ev_timer_stop(t->ev, timer);
	ev_now_update(t->ev);
	ev_timer_set(timer, (double)ns / (double)NS_PER_S, 0.);
	ev_timer_start(t->ev, timer);
}

/* -- What the lessee wants -- */

static void ask(struct leasing_talk *t, uint64_t now)
{
	const struct etcd_request *request = lessee_request(t->lessee, now);

	if (request)
		etcd_client_ask(t->client, request);
}

static void watch(struct leasing_talk *t, uint64_t now)
{
	const struct etcd_request *request;

	if (lessee_watch_is_stale(t->lessee)) {
		etcd_client_stop_watch(t->client);
		lessee_watch_ended(t->lessee, now);
	}
	request = lessee_watch(t->lessee, now);
	if (request)
		etcd_client_watch(t->client, request);
}

void leasing_talk_go_on(struct leasing_talk *t)
{
	uint64_t now = pace_now(), due;

	ask(t, now);
	watch(t, now);
	due = lessee_due(t->lessee);
	if (due == UINT64_MAX)
		ev_timer_stop(t->ev, &t->due);
	else
		set_timer(t, &t->due, due > now ? due - now : 0);
	t->ops.heard(t->ops.context);
}

static void on_due(EV_P_ ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	leasing_talk_go_on(timer->data);
}

/* -- What the client says -- */

static void answered(void *context, struct etcd_answer *answer)
{
	struct leasing_talk *t = context;

	lessee_answered(t->lessee, pace_now(), answer);
	leasing_talk_go_on(t);
}

static void watched(void *context, struct etcd_answer *answer)
{
	struct leasing_talk *t = context;

	lessee_watched(t->lessee, pace_now(), answer);
	leasing_talk_go_on(t);
}

static void watch_ended(void *context, const char *why)
{
	struct leasing_talk *t = context;

	(void)why; /* what is asked next tells whether etcd is in trouble */
	lessee_watch_ended(t->lessee, pace_now());
	leasing_talk_go_on(t);
}

static void on_ready(EV_P_ ev_io *io, int events)
{
	struct leasing_talk *t = io->data;

	(void)loop;
	etcd_client_ready(t->client, io->fd, events & (EV_READ | EV_ERROR),
			  events & (EV_WRITE | EV_ERROR));
}

static struct wait *find_wait(struct leasing_talk *t, int fd)
{
	struct wait *spare = NULL;

	for (unsigned i = 0; i < ETCD_SOCKETS; i++) {
		if (t->waits[i].active && t->waits[i].io.fd == fd)
			return &t->waits[i];
		if (!t->waits[i].active)
			spare = &t->waits[i];
	}
	return spare;
}

static void wait_for(void *context, int fd, bool read, bool write)
{
	struct leasing_talk *t = context;
	struct wait *w = find_wait(t, fd);

	if (!w) /* which cannot be: the client has no more than there is room for */
		return;
	if (w->active)
		ev_io_stop(t->ev, &w->io);
	w->active = read || write;
	if (!w->active)
		return;
	ev_io_init(&w->io, on_ready, fd, (read ? EV_READ : 0) | (write ? EV_WRITE : 0));
	w->io.data = t;
	ev_io_start(t->ev, &w->io);
}

static void on_client_timer(EV_P_ ev_timer *timer, int events)
{
	struct leasing_talk *t = timer->data;

	(void)loop;
	(void)events;
	etcd_client_woken(t->client);
}

static void wake_in(void *context, int64_t ns)
{
	struct leasing_talk *t = context;

	if (ns < 0)
		ev_timer_stop(t->ev, &t->client_timer);
	else
		set_timer(t, &t->client_timer, (uint64_t)ns);
}

/* -- Life -- */

/* Its first line.  False and a sentence. */
static bool read_password(const char *path, char out[PASSWORD], char why[ETCD_WHY])
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, PASSWORD - 1);

	if (n < 0)
		snprintf(why, ETCD_WHY, "cannot read %.100s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

static struct etcd_client *open_client(struct leasing_talk *t, const struct etcd_config *etcd,
				       uint64_t seed, char why[ETCD_WHY])
{
	char password[PASSWORD] = "";
	const struct etcd_client_options options = {
		.endpoints = (const char *const *)etcd->endpoints,
		.endpoint_count = etcd->endpoint_count,
		.username = etcd->username,
		.password = etcd->password_file ? password : NULL,
		.ca = etcd->ca,
		.cert = etcd->cert,
		.key = etcd->key,
		.seed = seed,
	};
	const struct etcd_client_ops ops = { .context = t,
					     .wait_for = wait_for,
					     .wake_in = wake_in,
					     .answered = answered,
					     .watched = watched,
					     .watch_ended = watch_ended };
	struct etcd_client *client = NULL;

	if (!etcd->password_file || read_password(etcd->password_file, password, why))
		client = etcd_client_new(&options, &ops, why);
	explicit_bzero(password, sizeof(password));
	return client;
}

struct leasing_talk *leasing_talk_open(struct ev_loop *ev, const struct etcd_config *etcd,
				       const struct lessee_options *options,
				       const struct leasing_talk_ops *ops, char why[ETCD_WHY])
{
	struct leasing_talk *t = calloc(1, sizeof(*t));

	snprintf(why, ETCD_WHY, "memory is short");
	if (!t)
		return NULL;
	t->ev = ev;
	t->ops = *ops;
	ev_timer_init(&t->client_timer, on_client_timer, 0., 0.);
	ev_timer_init(&t->due, on_due, 0., 0.);
	t->client_timer.data = t->due.data = t;
	t->lessee = lessee_new(options, ops->tell, ops->context);
	t->client = t->lessee ? open_client(t, etcd, options->seed, why) : NULL;
	if (!t->client) {
		leasing_talk_close(t);
		return NULL;
	}
	set_timer(t, &t->due, 0);
	return t;
}

void leasing_talk_close(struct leasing_talk *t)
{
	if (!t)
		return;
	etcd_client_free(t->client);
	lessee_free(t->lessee);
	ev_timer_stop(t->ev, &t->client_timer);
	ev_timer_stop(t->ev, &t->due);
	free(t);
}

struct lessee *leasing_talk_lessee(const struct leasing_talk *t)
{
	return t->lessee;
}
