/* Asking rtnetlink: one request, its answers, its end.  Private to `port`; include/port/link.h is
 * what others see. */
#ifndef PORT_NETLINK_H
#define PORT_NETLINK_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

#include "port/link.h"

enum { LINK_LOOPBACK = 1 }; /* ifindex of lo in every namespace */

/* A message of @type with @flags beside NLM_F_REQUEST, in the handle's own buffer: there is one at
 * a time, and netlink_ask() ends it. */
struct nlmsghdr *netlink_message(struct netlink *nl, uint16_t type, uint16_t flags);

/* Sends @message and gives every answer to @answer (which returns MNL_CB_OK, or MNL_CB_STOP).
 * 0 or −errno; −EINTR: what a dump listed changed under way, and it has to be asked again. */
int netlink_ask(struct netlink *nl, struct nlmsghdr *message, mnl_cb_t answer, void *data);

/* The attributes of a message behind a header of @header_len, or of a nest (NULL: none), by type; NULL
 * where there is none. */
enum { NETLINK_ATTRIBUTES = 64 }; /* types below it are looked at; all we ask for are */

struct attributes {
	const struct nlattr *at[NETLINK_ATTRIBUTES];
};

struct attributes attributes_of(const struct nlmsghdr *message, size_t header_len);
struct attributes attributes_in(const struct nlattr *nest);

/* The bytes of one; zeros without it, or behind a shorter one (of an older kernel). */
void attribute_bytes(void *out, size_t size, const struct nlattr *from);
struct addr attribute_addr(uint8_t family, const struct nlattr *from); /* of AF_INET or AF_INET6 */

/* What only the TUN driver tells of its devices. */
struct tun_info {
	bool tap;     /* Ethernet frames, not bare IP packets */
	bool persist; /* outlives its opener */
	bool owned;   /* has an owner ... */
	uint32_t owner;
};

/* 0 or −errno (−ENOTSUP: not a TUN or TAP). */
int link_tun(struct netlink *nl, uint32_t index, struct tun_info *out);

/* The kernel's own VXLAN device that listens on @port: true and its name. */
bool link_vxlan_on(struct netlink *nl, uint16_t port, char name[LINK_NAME]);

#endif
