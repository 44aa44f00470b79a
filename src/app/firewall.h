/* The packet filter's tables of those networks that want one (plan/firewall.h): put there at the start,
 * replaced when a file is followed, gone at the end.  What a former life left is removed by the next that
 * has any.  Each step is one transaction of nftables: all of it or nothing. */
#ifndef APP_FIREWALL_H
#define APP_FIREWALL_H

#include "plan/plan.h"
#include "port/nft.h"

/* 0, or −errno and a sentence in @why. */
int firewall_open(const struct plan *plan, char why[NFT_WHY]);

/* From @plan's to those of @next, NULL: to none.  What fails is logged. */
void firewall_follow(const struct plan *plan, const struct plan *next);

#endif
