/* The packet filter's tables of those networks that want one (plan/firewall.h): put there at the start,
 * replaced when a file is followed, gone at the end.  What a former life left is removed by the next that
 * has any.  Each step is one transaction of nftables: all of it or nothing.
 *
 * At the start and at the end the program that does it is waited for.  In between nobody waits, for it may
 * hang: one run is under way at a time, and whatever is wanted meanwhile comes after it, the last word only.
 * What failed is tried again when the next file is followed, even if that says the same. */
#ifndef APP_FIREWALL_H
#define APP_FIREWALL_H

#include "plan/plan.h"
#include "port/nft.h"

/* Commands that make tables, and those that remove the same. */
struct ruleset {
	char *make, *remove; /* NULL: none */
};

struct firewall {
	struct nft *run;   /* under way; NULL */
	struct ruleset is; /* without `make` nobody knows; `remove` removes whatever it may be */
	struct ruleset becoming, next;
};

/* 0, or −errno and a sentence in @why, and then nothing is to be closed. */
int firewall_open(struct firewall *f, const struct plan *plan, char why[NFT_WHY]);

/* Removes all tables; waits for that. */
void firewall_close(struct firewall *f);

/* To the tables of @plan, without waiting.  What fails is logged. */
void firewall_follow(struct firewall *f, const struct plan *plan);

/* Readable when the run that is under way has ended; -1: there is none. */
int firewall_fd(const struct firewall *f);

/* Sees how the run ended, and begins the next if one is wanted. */
void firewall_collect(struct firewall *f);

#endif
