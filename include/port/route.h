/* Routes, addresses and permanent neighbours of one namespace that are ours: each carries our protocol
 * number, by which it is known again, so that nobody else's is ever touched (rtnetlink(7)).
 *
 * The number is in none of the lists of those in use (/etc/iproute2/rt_protos, linux/rtnetlink.h);
 * `ip route show proto 118` shows the routes.  Kernels before 5.18 do not keep that of an address. */
#ifndef PORT_ROUTE_H
#define PORT_ROUTE_H

#include "port/link.h"

enum { ROUTE_PROTOCOL = 118 };

struct route {
	struct prefix to;
	struct addr via;
	uint32_t link; /* ifindex */
	bool onlink;   /* @via is believed to be on the link */
};

/* Adds a route of ours; 0 or −errno: −EEXIST where there is one to the same prefix, ours or not. */
int route_add(struct netlink *nl, const struct route *route);

/* Removes one of ours; −ESRCH where there is none. */
int route_remove(struct netlink *nl, const struct route *route);

/* Tells @found all routes of ours; 0 or −errno. */
int route_each(struct netlink *nl, void (*found)(void *context, const struct route *route),
	       void *context);

/* The way that a packet to @to takes now; via is ADDR_NONE where @to is on the link itself.  −EHOSTUNREACH
 * also for what does not leave this machine. */
int route_lookup(struct netlink *nl, struct addr to, struct route *out);

/* Which protocol's route to @to there is (`ip route` names it), 0 where there is none or it is not
 * known: for messages. */
uint8_t route_owner(struct netlink *nl, struct prefix to);

struct neighbour {
	struct addr ip;
	struct mac mac;
};

/* Makes @neighbour permanent on the device with the ifindex @link, whoever was there before. */
int neighbour_put(struct netlink *nl, uint32_t link, const struct neighbour *neighbour);
int neighbour_remove(struct netlink *nl, uint32_t link, struct addr ip);
int neighbour_each(struct netlink *nl, uint32_t link,
		   void (*found)(void *context, const struct neighbour *neighbour), void *context);

/* Puts an address on a device; −EEXIST where it is there, ours or not. */
int address_add(struct netlink *nl, uint32_t link, struct ifaddress address);
int address_remove(struct netlink *nl, uint32_t link, struct ifaddress address);

/* Those of the device @link, 0: of all devices. */
int address_each(struct netlink *nl, uint32_t link,
		 void (*found)(void *context, struct ifaddress address), void *context);

/* Has this namespace forward packets of @family: 1 where it did not, 0 where it did already, −errno. */
int forwarding_allow(enum addr_family family);

#endif
