#include "etcd_loop.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

uint64_t loop_now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * NS_PER_S + (uint64_t)at.tv_nsec;
}

static struct pollfd *find(struct etcd_loop *loop, int fd)
{
	for (size_t i = 0; i < LOOP_DESCRIPTORS; i++)
		if (loop->wanted[i].fd == fd)
			return &loop->wanted[i];
	return NULL;
}

void loop_wait_for(struct etcd_loop *loop, int fd, bool read, bool write)
{
	struct pollfd *at = find(loop, fd);

	at = at ? at : find(loop, 0);
	if (!at)
		abort();
	*at = (struct pollfd) { .fd = read || write ? fd : 0,
				.events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0)) };
}

void loop_wake_in(struct etcd_loop *loop, int64_t ns)
{
	loop->wake = ns < 0 ? UINT64_MAX : loop_now() + (uint64_t)ns;
}

static int wait_ms(uint64_t until)
{
	uint64_t now = loop_now(), wait = until <= now ? 0 : (until - now) / NS_PER_MS + 1;

	return wait < 60000 ? (int)wait : 60000;
}

void loop_turn(struct etcd_loop *loop, uint64_t until)
{
	struct pollfd list[LOOP_DESCRIPTORS];
	nfds_t count = 0;

	for (size_t i = 0; i < LOOP_DESCRIPTORS; i++)
		if (loop->wanted[i].fd)
			list[count++] = loop->wanted[i];
	if (poll(list, count, wait_ms(until < loop->wake ? until : loop->wake)) < 0)
		return;
	for (nfds_t i = 0; i < count; i++)
		if (list[i].revents && find(loop, list[i].fd))
			etcd_client_ready(loop->client, list[i].fd, list[i].revents & ~POLLOUT,
					  list[i].revents & (POLLOUT | POLLERR));
	if (loop->wake <= loop_now()) {
		loop->wake = UINT64_MAX;
		etcd_client_woken(loop->client);
	}
}
