/* A loop of poll() for a client of etcd, in programs of the tests. */
#ifndef TEST_ETCD_LOOP_H
#define TEST_ETCD_LOOP_H

#include <poll.h>

#include "store/etcd_client.h"

enum { LOOP_DESCRIPTORS = 64 };

struct etcd_loop {
	struct etcd_client *client;
	struct pollfd wanted[LOOP_DESCRIPTORS]; /* fd 0: none */
	uint64_t wake;                          /* ns; UINT64_MAX: no timer */
};

uint64_t loop_now(void);

/* wait_for() and wake_in() of @loop; the rest is the caller's. */
void loop_wait_for(struct etcd_loop *loop, int fd, bool read, bool write);
void loop_wake_in(struct etcd_loop *loop, int64_t ns);

/* Waits until @until at the latest, and tells the client what has happened. */
void loop_turn(struct etcd_loop *loop, uint64_t until);

#endif
