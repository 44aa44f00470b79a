/* Subnets that are leased from etcd: a lessee (store/lessee.h) and its client in the loop.
 *
 * What etcd says becomes a plan in the way of every reload (app/reload.h): a moment after it was said, so that what
 * comes in a burst is one change.  What is remembered of a former life (app/leasing_memory.h) is a plan
 * before etcd was asked at all.  Our own subnet is used once it is durable; with --volatile at once.
 *
 * Nobody leaves because etcd is silent: the lessee says who has left. */
#ifndef APP_LEASING_H
#define APP_LEASING_H

#include <ev.h>

#include "app/leasing_memory.h"
#include "app/reload.h"
#include "ctl/session.h"

struct leasing;

/* What the loop does around a change. */
struct leasing_ops {
	void *context;
	void (*before)(void *context);
	void (*after)(void *context);
};

/* Before anything forwards: what was known is made again. */
void leasing_restore(const struct live *live, struct state *state);

/* NULL when memory is short, which the log says.  All must outlive it. */
struct leasing *leasing_open(struct ev_loop *ev, const struct live *live, struct state *state,
			     const struct leasing_ops *ops);
void leasing_close(struct leasing *leasing); /* NULL is fine */

/* The file may say something else: where etcd is, or who we are. */
void leasing_look_again(struct leasing *leasing);

/* What is known of @source goes. */
void leasing_free(struct source *source);

/* For those who ask; false where subnets are not leased from etcd.  @leasing NULL is fine. */
bool leasing_see(const struct leasing *leasing, struct etcd_view *out);
bool leasing_see_lease(const struct leasing *leasing, const struct node_lease *lease, uint64_t now,
		       struct lease_view *out);

#endif
