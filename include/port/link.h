/* Network devices of one namespace, through netlink (rtnetlink(7), libmnl): as a value that is
 * bound to the namespace it was opened in. */
#ifndef PORT_LINK_H
#define PORT_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/eth.h"

struct netlink;

/* A handle on the namespace the calling thread is in; 0 or −errno. */
int netlink_open(struct netlink **out);
void netlink_close(struct netlink *nl);

/* By which others know it: what it asked for carries this when they hear of it. */
uint32_t netlink_id(const struct netlink *nl);

enum { LINK_NAME = 16, LINK_ALIAS = 256 };

/* What a device has counted, each way; RX is what the kernel got from it: of a TAP, what we wrote. */
enum link_count {
	LINK_BYTES,
	LINK_PACKETS,
	LINK_ERRORS,
	LINK_DROPPED, /* TX, of a TAP: frames its queue had no room for */
	LINK_OVER,    /* RX: it was overrun; TX: its carrier failed */
	LINK_SPECIAL, /* RX: multicast; TX: collisions */
	LINK_COUNTS,
};

struct link_info {
	uint32_t index;
	char name[LINK_NAME];
	char alias[LINK_ALIAS]; /* "" without one */
	char kind[16];          /* "tun", "bridge", "vxlan" ... or "" */
	struct mac mac;
	uint32_t mtu;
	uint32_t master; /* ifindex, 0 = none */
	bool up;         /* administratively */
	bool running;    /* carrier */
	bool multicast;  /* IFF_MULTICAST */
	uint64_t rx[LINK_COUNTS], tx[LINK_COUNTS];
};

/* 0 or −errno (−ENODEV: no such device). */
int link_get(struct netlink *nl, const char *name, struct link_info *out);
int link_get_index(struct netlink *nl, uint32_t index, struct link_info *out);

/* Changes one device.  Fields left at their zero values are not touched. */
struct link_change {
	const struct mac *mac;
	uint32_t mtu;
	const char *alias;
	const char *name;  /* a new one; −EEXIST: another device has it */
	uint32_t master;   /* ifindex of a bridge */
	bool no_master;    /* out of its bridge */
	bool no_addresses; /* no IPv6 address generation: it speaks for nobody */
	bool addresses;    /* the opposite, as a device starts */
	bool down;         /* before all else: addresses go */
	uint32_t queue_len;
	bool up;
};

int link_change(struct netlink *nl, uint32_t index, const struct link_change *change);
int link_delete(struct netlink *nl, uint32_t index);

/* The device that holds @addr; −EADDRNOTAVAIL when none does. */
int link_holding(struct netlink *nl, struct addr addr, struct link_info *out);

/* Addresses of this machine, for messages that say what could have been meant: fills @out with at
 * most @room, returns how many, or −errno. */
int link_addresses(struct netlink *nl, struct addr *out, unsigned room);

#endif
