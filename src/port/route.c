#include "port/route.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/socket.h>

#include "netlink.h"

enum { TRIES = 8 }; /* of a dump that the kernel says was torn by a change */

static uint8_t family_of(struct addr addr)
{
	return addr.family == ADDR_V6 ? AF_INET6 : AF_INET;
}

/* The kernel's structs have room for what an address needs and no more. */
static void put_addr(struct nlmsghdr *message, uint16_t type, struct addr addr)
{
	mnl_attr_put(message, type, addr_size(addr), addr.octet);
}

/* -- Routes -- */

static struct nlmsghdr *route_message(struct netlink *nl, uint16_t type, uint16_t flags,
				      const struct route *route)
{
	struct nlmsghdr *message = netlink_message(nl, type, flags);
	struct rtmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));

	*head = (struct rtmsg) {
		.rtm_family = family_of(route->to.addr),
		.rtm_dst_len = route->to.length,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = ROUTE_PROTOCOL,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = route->onlink ? RTNH_F_ONLINK : 0,
	};
	put_addr(message, RTA_DST, route->to.addr);
	put_addr(message, RTA_GATEWAY, route->via);
	mnl_attr_put_u32(message, RTA_OIF, route->link);
	return message;
}

int route_add(struct netlink *nl, const struct route *route)
{
	return netlink_ask(nl, route_message(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route),
			   NULL, NULL);
}

int route_remove(struct netlink *nl, const struct route *route)
{
	return netlink_ask(nl, route_message(nl, RTM_DELROUTE, 0, route), NULL, NULL);
}

struct route_search {
	void (*found)(void *context, const struct route *route);
	void *context;
};

static struct route route_of(const struct rtmsg *head, const struct attributes *a)
{
	struct route route = { .onlink = head->rtm_flags & RTNH_F_ONLINK };

	route.to.addr = attribute_addr(head->rtm_family, a->at[RTA_DST]);
	route.to.length = head->rtm_dst_len;
	if (a->at[RTA_GATEWAY])
		route.via = attribute_addr(head->rtm_family, a->at[RTA_GATEWAY]);
	attribute_bytes(&route.link, sizeof(route.link), a->at[RTA_OIF]);
	return route;
}

static bool is_ip(uint8_t family)
{
	return family == AF_INET || family == AF_INET6;
}

static int read_own_route(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(message);
	const struct route_search *search = data;
	struct attributes attributes;
	struct route route;

	if (message->nlmsg_type != RTM_NEWROUTE || !is_ip(head->rtm_family) ||
	    head->rtm_protocol != ROUTE_PROTOCOL || head->rtm_table != RT_TABLE_MAIN)
		return MNL_CB_OK;
	attributes = attributes_of(message, sizeof(*head));
	route = route_of(head, &attributes);
	search->found(search->context, &route);
	return MNL_CB_OK;
}

/* A dump of all there is that @read looks at; what is told twice, because it was torn, must not matter. */
static int dump(struct netlink *nl, uint16_t type, const void *head, size_t head_len, mnl_cb_t read,
		void *data)
{
	int rc = -EINTR;

	for (int try = 0; rc == -EINTR && try < TRIES; try++) {
		struct nlmsghdr *message = netlink_message(nl, type, NLM_F_DUMP);

		memcpy(mnl_nlmsg_put_extra_header(message, head_len), head, head_len);
		rc = netlink_ask(nl, message, read, data);
	}
	return rc;
}

int route_each(struct netlink *nl, void (*found)(void *context, const struct route *route),
	       void *context)
{
	struct route_search search = { .found = found, .context = context };
	const struct rtmsg head = { .rtm_family = AF_UNSPEC };

	return dump(nl, RTM_GETROUTE, &head, sizeof(head), read_own_route, &search);
}

/* -- Looking up -- */

struct way {
	struct route route;
	uint8_t type, protocol;
};

static int read_way(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(message);
	struct attributes attributes = attributes_of(message, sizeof(*head));
	struct way *way = data;

	way->route = route_of(head, &attributes);
	way->type = head->rtm_type;
	way->protocol = head->rtm_protocol;
	return MNL_CB_OK;
}

static int ask_way(struct netlink *nl, struct addr to, uint8_t length, uint32_t flags,
		   struct way *out)
{
	struct nlmsghdr *message = netlink_message(nl, RTM_GETROUTE, 0);
	struct rtmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));

	*head = (struct rtmsg) { .rtm_family = family_of(to),
				 .rtm_dst_len = length,
				 .rtm_flags = flags };
	put_addr(message, RTA_DST, to);
	*out = (struct way) { .type = RTN_UNSPEC };
	return netlink_ask(nl, message, read_way, out);
}

int route_lookup(struct netlink *nl, struct addr to, struct route *out)
{
	struct way way;
	int rc = ask_way(nl, to, (uint8_t)(8 * addr_size(to)), 0, &way);

	*out = way.route;
	return rc < 0 ? rc : way.type == RTN_UNICAST ? 0 : -EHOSTUNREACH;
}

uint8_t route_owner(struct netlink *nl, struct prefix to)
{
	struct way way;
	int rc = ask_way(nl, to.addr, (uint8_t)(8 * addr_size(to.addr)), RTM_F_FIB_MATCH, &way);

	return rc == 0 && way.route.to.length == to.length ? way.protocol : 0;
}

/* -- Neighbours -- */

static struct nlmsghdr *neighbour_message(struct netlink *nl, uint16_t type, uint16_t flags,
					  uint32_t link, struct addr ip)
{
	struct nlmsghdr *message = netlink_message(nl, type, flags);
	struct ndmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));

	*head = (struct ndmsg) { .ndm_family = family_of(ip),
				 .ndm_ifindex = (int)link,
				 .ndm_state = NUD_PERMANENT };
	put_addr(message, NDA_DST, ip);
	return message;
}

int neighbour_put(struct netlink *nl, uint32_t link, const struct neighbour *neighbour)
{
	struct nlmsghdr *message = neighbour_message(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
						     link, neighbour->ip);

	mnl_attr_put(message, NDA_LLADDR, sizeof(neighbour->mac.octet), neighbour->mac.octet);
	mnl_attr_put_u8(message, NDA_PROTOCOL, ROUTE_PROTOCOL);
	return netlink_ask(nl, message, NULL, NULL);
}

int neighbour_remove(struct netlink *nl, uint32_t link, struct addr ip)
{
	return netlink_ask(nl, neighbour_message(nl, RTM_DELNEIGH, 0, link, ip), NULL, NULL);
}

struct neighbour_search {
	void (*found)(void *context, const struct neighbour *neighbour);
	void *context;
	uint32_t link;
};

static int read_own_neighbour(const struct nlmsghdr *message, void *data)
{
	const struct ndmsg *head = mnl_nlmsg_get_payload(message);
	const struct neighbour_search *search = data;
	struct attributes a = attributes_of(message, sizeof(*head));
	struct neighbour neighbour = { .mac = { { 0 } } };
	uint8_t protocol;

	attribute_bytes(&protocol, sizeof(protocol), a.at[NDA_PROTOCOL]);
	if (message->nlmsg_type != RTM_NEWNEIGH || !is_ip(head->ndm_family) ||
	    protocol != ROUTE_PROTOCOL || (uint32_t)head->ndm_ifindex != search->link)
		return MNL_CB_OK;
	neighbour.ip = attribute_addr(head->ndm_family, a.at[NDA_DST]);
	attribute_bytes(neighbour.mac.octet, sizeof(neighbour.mac.octet), a.at[NDA_LLADDR]);
	search->found(search->context, &neighbour);
	return MNL_CB_OK;
}

int neighbour_each(struct netlink *nl, uint32_t link,
		   void (*found)(void *context, const struct neighbour *neighbour), void *context)
{
	struct neighbour_search search = { .found = found, .context = context, .link = link };
	const struct ndmsg head = { .ndm_family = AF_UNSPEC };

	return dump(nl, RTM_GETNEIGH, &head, sizeof(head), read_own_neighbour, &search);
}

/* -- Addresses -- */

static struct nlmsghdr *address_message(struct netlink *nl, uint16_t type, uint16_t flags,
					uint32_t link, struct ifaddress address)
{
	struct nlmsghdr *message = netlink_message(nl, type, flags);
	struct ifaddrmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));

	*head = (struct ifaddrmsg) {
		.ifa_family = family_of(address.addr),
		.ifa_prefixlen = address.length,
		/* Nobody else can have it: there is no need to wait and see. */
		.ifa_flags = address.addr.family == ADDR_V6 ? IFA_F_NODAD : 0,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = link,
	};
	put_addr(message, IFA_LOCAL, address.addr);
	put_addr(message, IFA_ADDRESS, address.addr);
	return message;
}

int address_add(struct netlink *nl, uint32_t link, struct ifaddress address)
{
	struct nlmsghdr *message =
		address_message(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, link, address);

	mnl_attr_put_u8(message, IFA_PROTO, ROUTE_PROTOCOL);
	return netlink_ask(nl, message, NULL, NULL);
}

int address_remove(struct netlink *nl, uint32_t link, struct ifaddress address)
{
	return netlink_ask(nl, address_message(nl, RTM_DELADDR, 0, link, address), NULL, NULL);
}

struct address_search {
	void (*found)(void *context, struct ifaddress address);
	void *context;
	uint32_t link;
};

static int read_own_address(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(message);
	const struct address_search *search = data;
	struct attributes a = attributes_of(message, sizeof(*head));
	struct ifaddress address = { .length = head->ifa_prefixlen };
	uint8_t protocol;

	attribute_bytes(&protocol, sizeof(protocol), a.at[IFA_PROTO]);
	if (!is_ip(head->ifa_family) || protocol != ROUTE_PROTOCOL ||
	    (search->link && head->ifa_index != search->link))
		return MNL_CB_OK;
	address.addr = attribute_addr(head->ifa_family, a.at[IFA_ADDRESS]);
	search->found(search->context, address);
	return MNL_CB_OK;
}

int address_each(struct netlink *nl, uint32_t link,
		 void (*found)(void *context, struct ifaddress address), void *context)
{
	struct address_search search = { .found = found, .context = context, .link = link };
	const struct ifaddrmsg head = { .ifa_family = AF_UNSPEC };

	return dump(nl, RTM_GETADDR, &head, sizeof(head), read_own_address, &search);
}
