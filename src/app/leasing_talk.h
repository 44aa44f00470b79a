/* A lessee (store/lessee.h) that speaks with etcd (store/etcd_client.h), carried by the loop. */
#ifndef APP_LEASING_TALK_H
#define APP_LEASING_TALK_H

#include <ev.h>

#include "plan/cluster.h"
#include "store/etcd_client.h"
#include "store/lessee.h"

struct leasing_talk;

struct leasing_talk_ops {
	void *context;
	lessee_tell *tell;
	/* After each thing that was said or heard: the lessee may know more than before. */
	void (*heard)(void *context);
};

/* NULL, and why in @why. */
struct leasing_talk *leasing_talk_open(struct ev_loop *ev, const struct etcd_config *etcd,
				       const struct lessee_options *options,
				       const struct leasing_talk_ops *ops, char why[ETCD_WHY]);
void leasing_talk_close(struct leasing_talk *talk); /* NULL is fine; not from within heard() */

struct lessee *leasing_talk_lessee(const struct leasing_talk *talk);

/* The lessee was told something: it may have something to ask. */
void leasing_talk_go_on(struct leasing_talk *talk);

#endif
