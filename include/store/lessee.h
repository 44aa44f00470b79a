/* A node of a flannel cluster: how it comes to a subnet in etcd, keeps it, and learns of the others.
 *
 * A machine without clock, socket or disk: it says what to ask etcd (store/etcd.h) and when, takes the answer
 * or the silence, and tells what follows.  The loop carries it out; the tests put thousands of them before
 * an etcd in memory.  In flannel's words (pkg/subnet/etcd), with what it gets wrong put right:
 *
 *   configuration   PREFIX/config, unless the cluster file gives the network; asked for until it is there
 *   listing         all records, in pages of one revision, compared in full with those known
 *   our own record  the one with our address: taken over if it fits the network, else given back;
 *                   a record that never expires is an administrator's reservation, and stays one
 *   a new one       the subnet we had before, else the first free one from a place that follows from our
 *                   name; a lease is granted and the record put *if nobody has that subnet*.  Whoever
 *                   loses that race lists again after a while and goes on, without limit
 *   durable         a subnet is used once it is remembered on this machine (lessee_kept())
 *   renewal         the lease is kept alive at a third of its time.  Nothing is ever put without
 *                   a condition on what is there
 *   watch           from the revision of the listing on; where etcd has forgotten that, a listing again,
 *                   not at once (a storm of those fills disks)
 *
 * What was remembered of a former life holds until etcd has told everything once.
 *
 * What etcd does not say changes nothing: while it is silent or refuses, all stays as it is.
 *
 *   - A record that makes no sense affects its own node alone: what was known of it holds on.
 *   - Peers go when etcd says that they have gone.  When more than half have gone within a minute, that is
 *     read again after a while, and believed then.
 *   - Whom a listing merely lacks is kept until its lease would have run out: an etcd that was restored
 *     from an older copy (its revision goes back, or it is another one) takes nobody away.
 *
 * Nothing here grows with what strangers write, beyond LESSEE_RECORDS. */
#ifndef STORE_LESSEE_H
#define STORE_LESSEE_H

#include "store/etcd.h"
#include "store/flannel.h"

enum {
	LESSEE_RECORDS =
		65536,     /* of other nodes, at most; what is beyond is passed over, and told */
	LESSEE_PAGE = 500, /* records asked for at once */
	LESSEE_KEY = 256,  /* bytes of a whole key, and NUL */
	LESSEE_PREFIX = LESSEE_KEY - FLANNEL_KEY - 16,
	LESSEE_TROUBLE = 256,
};

struct lessee_options {
	const char *prefix;       /* FLANNEL_PREFIX; shorter than LESSEE_PREFIX */
	const char *name;         /* of this node; only where it begins to look depends on it */
	struct flannel_node self; /* our record; `public4` is who we are */
	struct flannel_subnets remembered;   /* what we had, and is durable here; or none */
	const struct flannel_config *config; /* NULL: etcd has it; copied */
	const struct flannel_config
		*known; /* what etcd had, when it has it; NULL: not known yet; copied */
	const struct lessee_known *peers; /* of whom was known before; used within the call alone */
	size_t peer_count;
	uint64_t seed; /* of the jitter */
};

/* Another node, as it was remembered. */
struct lessee_known {
	struct flannel_subnets subnets;
	struct flannel_node node;
	int64_t revision; /* of the record; 0: not known any more */
};

/* What etcd knows of another node. */
struct lessee_peer {
	char key[FLANNEL_KEY];
	struct flannel_subnets subnets;
	struct flannel_node node; /* the last that made sense */
	bool known;               /* it did once; else only the subnets are taken */
	bool damaged;             /* what is there now does not */
	int64_t create_revision, mod_revision;
	int64_t lease;  /* 0: a reservation */
	uint64_t since; /* ns: when what is there now was first seen; 0: before this life */
	uint64_t gone;  /* ns: since when etcd lacks it; 0: it has it */
	bool told;      /* that it has gone was told, not merely missed */
};

/* What happened, for logs and `vxs monitor`. */
enum lessee_news {
	LESSEE_JOINED,    /* @peer */
	LESSEE_CHANGED,   /* @peer: its address or MAC */
	LESSEE_LEFT,      /* @peer */
	LESSEE_DAMAGED,   /* @text says which record, and why */
	LESSEE_ACQUIRED,  /* we have a subnet: @text is its key */
	LESSEE_RENEWED,   /* and for its whole time again */
	LESSEE_LOST,      /* it is not ours any more: @text says why */
	LESSEE_RELEASED,  /* a record of ours that did not fit was given back */
	LESSEE_RESTORED,  /* etcd went back to an older state */
	LESSEE_HELD_BACK, /* @text: more than half have gone; read again before it is believed */
	LESSEE_TROUBLED,  /* @text: etcd does not answer, or refuses; told once until it does */
	LESSEE_RECOVERED,
};

typedef void lessee_tell(void *context, enum lessee_news news, const struct lessee_peer *peer,
			 const char *text);

struct lessee;

/* NULL when memory is short. */
struct lessee *lessee_new(const struct lessee_options *options, lessee_tell *tell, void *context);
void lessee_free(struct lessee *lessee); /* NULL is fine */

/* -- Asking -- */

/* What to ask now, or NULL.  Once it was handed out it is under way until it was answered; it is valid
 * that long. */
const struct etcd_request *lessee_request(struct lessee *lessee, uint64_t now);
void lessee_answered(struct lessee *lessee, uint64_t now, const struct etcd_answer *answer);

/* The watch that is wanted, or NULL; once handed out it runs until it ended, or *@stop says that another
 * is wanted in its place. */
const struct etcd_request *lessee_watch(struct lessee *lessee, uint64_t now);
bool lessee_watch_is_stale(const struct lessee *lessee);
void lessee_watched(struct lessee *lessee, uint64_t now, const struct etcd_answer *answer);
void lessee_watch_ended(struct lessee *lessee, uint64_t now);

/* When to look again at the latest; UINT64_MAX: only an answer can change anything. */
uint64_t lessee_due(const struct lessee *lessee);

/* -- What is so -- */

/* A subnet that is ours and has to be remembered before it is used; NULL: there is none. */
const struct flannel_subnets *lessee_keeps(const struct lessee *lessee);
void lessee_kept(struct lessee *lessee, uint64_t now);

/* The one that may be used; NULL: there is none yet. */
const struct flannel_subnets *lessee_subnets(const struct lessee *lessee);
uint64_t lessee_renewed(const struct lessee *lessee); /* ns; 0: never, or a reservation */

/* The network, once it is known. */
const struct flannel_config *lessee_config(const struct lessee *lessee);

/* All others, by key; *@count of them. */
const struct lessee_peer *lessee_peers(const struct lessee *lessee, size_t *count);

/* The one that has @subnets, or NULL. */
const struct lessee_peer *lessee_peer_of(const struct lessee *lessee,
					 const struct flannel_subnets *subnets);

/* Is it never to expire, an administrator's? */
bool lessee_is_reserved(const struct lessee *lessee);

/* What keeps it from being up to date with etcd, a sentence; "" for nothing. */
const char *lessee_trouble(const struct lessee *lessee);

/* Another number whenever what may be used has changed: the subnet, a peer's subnets, address or MAC. */
uint64_t lessee_generation(const struct lessee *lessee);

#endif
