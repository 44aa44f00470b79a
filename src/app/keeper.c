#include "app/keeper.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct keeper {
	struct store *store;                     /* the thread's */
	struct store_change *taken[KEEPER_ROOM]; /* the thread's */
	pthread_t thread;
	int fd;
	uint64_t last, seen; /* the loop's: handed over, collected ... */
	uint64_t told_of;    /* ... and what the thread was woken for */
	struct {
		void *context;
		void (*told)(void *context, const struct kept_report *report);
	} listeners[KEEPER_LISTENERS]; /* the loop's */
	unsigned listener_count;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t work;
	struct store_change *waiting[KEEPER_ROOM]; /* from `done` to `last`, by their numbers */
	uint64_t added, begun, durable;
	size_t records;
	int refused; /* until the loop has collected it, nothing more is begun */
	struct keeper_look look;
	enum { LOOK_NONE, LOOK_ASKED, LOOK_DONE } looking;
	bool ending;
};

/* -- The thread -- */

static struct store_change **place_of(struct keeper *k, uint64_t number)
{
	return &k->waiting[number % KEEPER_ROOM];
}

static bool is_idle(const struct keeper *k)
{
	return (k->begun == k->added || k->refused) && k->looking != LOOK_ASKED && !k->ending;
}

/* Takes everything that waits; false when it is time to end. */
static bool take_work(struct keeper *k, size_t *count, bool *look)
{
	*count = 0;
	pthread_mutex_lock(&k->lock);
	while (is_idle(k))
		pthread_cond_wait(&k->work, &k->lock);
	while (k->begun < k->added && !k->refused)
		k->taken[(*count)++] = *place_of(k, ++k->begun);
	*look = k->looking == LOOK_ASKED;
	pthread_mutex_unlock(&k->lock);
	return *count > 0 || *look;
}

static void wake_loop(const struct keeper *k)
{
	static const uint64_t one = 1;

	while (write(k->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void tell(struct keeper *k, int rc)
{
	pthread_mutex_lock(&k->lock);
	if (rc == 0)
		k->durable = k->begun;
	else
		k->refused = rc;
	k->records = store_count(k->store);
	pthread_mutex_unlock(&k->lock);
	wake_loop(k);
}

static void look_up(struct keeper *k)
{
	store_each(k->store, k->look.prefix, k->look.take, k->look.context);
	pthread_mutex_lock(&k->lock);
	k->looking = LOOK_DONE;
	pthread_mutex_unlock(&k->lock);
	wake_loop(k);
}

static void *work(void *context)
{
	struct keeper *k = context;
	size_t count;
	bool look;

	while (take_work(k, &count, &look)) {
		if (count > 0) {
			tell(k, store_commit(k->store, k->taken, count));
			store_tidy(k->store);
		}
		if (look)
			look_up(k);
	}
	return NULL;
}

/* -- The loop's side -- */

/* Signals are the loop's: a thread begins with what its maker has blocked. */
static int start(struct keeper *k)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&k->thread, NULL, work, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int keeper_open(struct keeper **out, struct store *store)
{
	struct keeper *k = calloc(1, sizeof(*k));
	int rc = -ENOMEM;

	if (!k)
		return rc;
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->work, NULL);
	k->store = store;
	k->records = store_count(store);
	k->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	rc = k->fd < 0 ? -errno : start(k);
	if (rc == 0) {
		*out = k;
		return 0;
	}
	if (k->fd >= 0)
		close(k->fd);
	free(k);
	return rc;
}

static void drop_from(struct keeper *k, uint64_t number)
{
	for (; number <= k->added; number++)
		store_change_free(*place_of(k, number));
}

void keeper_close(struct keeper *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->ending = true;
	pthread_cond_signal(&k->work);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	drop_from(k, k->begun + 1);
	if (k->looking != LOOK_NONE)
		k->look.done(k->look.context);
	store_close(k->store);
	close(k->fd);
	pthread_cond_destroy(&k->work);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

int keeper_fd(const struct keeper *k)
{
	return k->fd;
}

bool keeper_has_room(const struct keeper *k)
{
	return k->last - k->seen + KEEPER_AT_ONCE <= KEEPER_ROOM;
}

uint64_t keeper_last(const struct keeper *k)
{
	return k->last;
}

uint64_t keeper_add(struct keeper *k, struct store_change *change)
{
	assert(k->last - k->seen < KEEPER_ROOM);
	pthread_mutex_lock(&k->lock);
	k->last = ++k->added;
	*place_of(k, k->last) = change;
	pthread_mutex_unlock(&k->lock);
	return k->last;
}

void keeper_begin(struct keeper *k)
{
	if (k->told_of == k->last)
		return;
	k->told_of = k->last;
	pthread_mutex_lock(&k->lock);
	pthread_cond_signal(&k->work);
	pthread_mutex_unlock(&k->lock);
}

bool keeper_look(struct keeper *k, const struct keeper_look *look)
{
	bool is_free;

	pthread_mutex_lock(&k->lock);
	is_free = k->looking == LOOK_NONE;
	if (is_free) {
		k->look = *look;
		k->looking = LOOK_ASKED;
		pthread_cond_signal(&k->work);
	}
	pthread_mutex_unlock(&k->lock);
	return is_free;
}

static void collect_look(struct keeper *k)
{
	const struct keeper_look look = k->look; /* the loop's own, when there is one */
	bool is_done;

	pthread_mutex_lock(&k->lock);
	is_done = k->looking == LOOK_DONE;
	if (is_done)
		k->looking = LOOK_NONE;
	pthread_mutex_unlock(&k->lock);
	if (is_done)
		look.done(look.context);
}

void keeper_listen(struct keeper *k, void *context,
		   void (*told)(void *context, const struct kept_report *report))
{
	assert(k->listener_count < KEEPER_LISTENERS);
	k->listeners[k->listener_count].context = context;
	k->listeners[k->listener_count++].told = told;
}

/* What the thread has not begun is refused as well. */
static struct kept_report take_report(struct keeper *k)
{
	struct kept_report report;
	uint64_t count;

	while (read(k->fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&k->lock);
	report = (struct kept_report) { .durable = k->durable,
					.refused = k->refused,
					.records = k->records };
	if (k->refused) {
		drop_from(k, k->begun + 1);
		k->durable = k->begun = k->added;
		k->refused = 0;
		pthread_cond_signal(&k->work);
	}
	k->seen = k->durable;
	pthread_mutex_unlock(&k->lock);
	return report;
}

void keeper_collect(struct keeper *k)
{
	const struct kept_report report = take_report(k);

	for (unsigned i = 0; i < k->listener_count; i++)
		k->listeners[i].told(k->listeners[i].context, &report);
	collect_look(k);
}
