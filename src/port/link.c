#include "port/link.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>

#include "netlink.h"

enum {
	TRIES = 8, /* of a dump that the kernel says was torn by a change */
};

/* "" without the attribute. */
static void copy_text(char *out, size_t size, const struct nlattr *from)
{
	out[0] = '\0';
	if (from)
		snprintf(out, size, "%.*s", (int)mnl_attr_get_payload_len(from),
			 (const char *)mnl_attr_get_payload(from));
}

static void read_counts(struct link_info *info, const struct nlattr *attribute)
{
	struct rtnl_link_stats64 s = { 0 };

	attribute_bytes(&s, sizeof(s), attribute);
	info->rx[LINK_BYTES] = s.rx_bytes;
	info->rx[LINK_PACKETS] = s.rx_packets;
	info->rx[LINK_ERRORS] = s.rx_errors;
	info->rx[LINK_DROPPED] = s.rx_dropped;
	info->rx[LINK_OVER] = s.rx_over_errors;
	info->rx[LINK_SPECIAL] = s.multicast;
	info->tx[LINK_BYTES] = s.tx_bytes;
	info->tx[LINK_PACKETS] = s.tx_packets;
	info->tx[LINK_ERRORS] = s.tx_errors;
	info->tx[LINK_DROPPED] = s.tx_dropped;
	info->tx[LINK_OVER] = s.tx_carrier_errors;
	info->tx[LINK_SPECIAL] = s.collisions;
}

static int read_link(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(message);
	struct attributes attributes = attributes_of(message, sizeof(*head));
	const struct nlattr *const *at = attributes.at;
	struct link_info *info = data;

	*info = (struct link_info) {
		.index = (uint32_t)head->ifi_index,
		.up = head->ifi_flags & IFF_UP,
		.running = head->ifi_flags & IFF_RUNNING,
		.multicast = head->ifi_flags & IFF_MULTICAST,
	};
	copy_text(info->name, sizeof(info->name), at[IFLA_IFNAME]);
	copy_text(info->alias, sizeof(info->alias), at[IFLA_IFALIAS]);
	copy_text(info->kind, sizeof(info->kind),
		  attributes_in(at[IFLA_LINKINFO]).at[IFLA_INFO_KIND]);
	attribute_bytes(info->mac.octet, sizeof(info->mac.octet), at[IFLA_ADDRESS]);
	attribute_bytes(&info->mtu, sizeof(info->mtu), at[IFLA_MTU]);
	attribute_bytes(&info->master, sizeof(info->master), at[IFLA_MASTER]);
	read_counts(info, at[IFLA_STATS64]);
	return MNL_CB_OK;
}

static struct nlmsghdr *link_message(struct netlink *nl, uint16_t type, uint16_t flags,
				     struct ifinfomsg head)
{
	struct nlmsghdr *message = netlink_message(nl, type, flags);

	*(struct ifinfomsg *)mnl_nlmsg_put_extra_header(message, sizeof(head)) = head;
	return message;
}

int link_get(struct netlink *nl, const char *name, struct link_info *out)
{
	struct nlmsghdr *message = link_message(nl, RTM_GETLINK, 0, (struct ifinfomsg) { 0 });

	/* The kernel refuses a longer name as a bad message; such a device simply does not exist.
	 */
	if (strlen(name) >= LINK_NAME)
		return -ENODEV;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return netlink_ask(nl, message, read_link, out);
}

int link_get_index(struct netlink *nl, uint32_t index, struct link_info *out)
{
	struct ifinfomsg head = { .ifi_index = (int)index };

	return netlink_ask(nl, link_message(nl, RTM_GETLINK, 0, head), read_link, out);
}

static int change_attributes(struct netlink *nl, uint32_t index, const struct link_change *change)
{
	struct ifinfomsg head = { .ifi_index = (int)index };
	struct nlmsghdr *message = link_message(nl, RTM_NEWLINK, 0, head);

	if (change->mac)
		mnl_attr_put(message, IFLA_ADDRESS, sizeof(change->mac->octet), change->mac->octet);
	if (change->mtu)
		mnl_attr_put_u32(message, IFLA_MTU, change->mtu);
	if (change->name)
		mnl_attr_put_strz(message, IFLA_IFNAME, change->name);
	if (change->alias)
		mnl_attr_put_strz(message, IFLA_IFALIAS, change->alias);
	if (change->master || change->no_master)
		mnl_attr_put_u32(message, IFLA_MASTER, change->master);
	if (change->queue_len)
		mnl_attr_put_u32(message, IFLA_TXQLEN, change->queue_len);
	return netlink_ask(nl, message, NULL, NULL);
}

/* Without them: no link-local address, router solicitation or multicast report of the device's own.
 */
static int change_addresses(struct netlink *nl, uint32_t index, bool wanted)
{
	struct ifinfomsg head = { .ifi_index = (int)index };
	struct nlmsghdr *message = link_message(nl, RTM_NEWLINK, 0, head);
	struct nlattr *families = mnl_attr_nest_start(message, IFLA_AF_SPEC);
	struct nlattr *inet6 = mnl_attr_nest_start(message, AF_INET6);
	int rc;

	mnl_attr_put_u8(message, IFLA_INET6_ADDR_GEN_MODE,
			wanted ? IN6_ADDR_GEN_MODE_EUI64 : IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(message, inet6);
	mnl_attr_nest_end(message, families);
	rc = netlink_ask(nl, message, NULL, NULL);
	/* A machine, or an MTU (below 1280), without IPv6: then there are no addresses anyway. */
	return rc == -EAFNOSUPPORT ? 0 : rc;
}

static int change_state(struct netlink *nl, uint32_t index, bool up)
{
	struct ifinfomsg head = {
		.ifi_index = (int)index,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = IFF_UP,
	};

	return netlink_ask(nl, link_message(nl, RTM_NEWLINK, 0, head), NULL, NULL);
}

/* Three messages, because within one the kernel brings the device up (and gives it an address)
 * before it looks at the address mode (net/core/rtnetlink.c, do_setlink). */
int link_change(struct netlink *nl, uint32_t index, const struct link_change *change)
{
	int rc = 0;

	if (change->down)
		rc = change_state(nl, index, false);
	if (rc == 0 && (change->no_addresses || change->addresses))
		rc = change_addresses(nl, index, change->addresses);
	if (rc == 0)
		rc = change_attributes(nl, index, change);
	if (rc == 0 && change->up)
		rc = change_state(nl, index, true);
	return rc;
}

int link_delete(struct netlink *nl, uint32_t index)
{
	struct ifinfomsg head = { .ifi_index = (int)index };

	return netlink_ask(nl, link_message(nl, RTM_DELLINK, 0, head), NULL, NULL);
}

/* Addresses as a dump brings them: looks for one, or gathers all. */
struct address_dump {
	struct addr wanted; /* ADDR_NONE: gather */
	uint32_t holder;    /* ifindex of who holds it, 0: nobody */
	struct addr *out;
	unsigned room, count;
};

static int read_address(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(message);
	struct attributes attributes = attributes_of(message, sizeof(*head));
	struct address_dump *dump = data;
	struct addr addr;

	if (head->ifa_family != AF_INET && head->ifa_family != AF_INET6)
		return MNL_CB_OK;
	/* On a point-to-point link IFA_ADDRESS is the other end, and IFA_LOCAL is there too. */
	addr = attribute_addr(head->ifa_family,
			      attributes.at[attributes.at[IFA_LOCAL] ? IFA_LOCAL : IFA_ADDRESS]);
	if (addr_equal(addr, dump->wanted))
		dump->holder = head->ifa_index;
	if (dump->count < dump->room)
		dump->out[dump->count++] = addr;
	return MNL_CB_OK;
}

static int dump_addresses(struct netlink *nl, struct address_dump *dump)
{
	int rc = -EINTR;

	for (int try = 0; rc == -EINTR && try < TRIES; try++) {
		struct nlmsghdr *message = netlink_message(nl, RTM_GETADDR, NLM_F_DUMP);

		mnl_nlmsg_put_extra_header(message, sizeof(struct ifaddrmsg));
		dump->count = 0;
		rc = netlink_ask(nl, message, read_address, dump);
	}
	return rc;
}

int link_holding(struct netlink *nl, struct addr addr, struct link_info *out)
{
	struct address_dump dump = { .wanted = addr };
	int rc;

	/* All of 127.0.0.0/8 is local, though only 127.0.0.1 is listed. */
	if (addr_is_loopback(addr))
		return link_get_index(nl, LINK_LOOPBACK, out);
	rc = dump_addresses(nl, &dump);
	if (rc < 0)
		return rc;
	return dump.holder ? link_get_index(nl, dump.holder, out) : -EADDRNOTAVAIL;
}

int link_addresses(struct netlink *nl, struct addr *out, unsigned room)
{
	struct address_dump dump = { .out = out, .room = room };
	int rc = dump_addresses(nl, &dump);

	return rc < 0 ? rc : (int)dump.count;
}

/* The driver's own attributes, when the device is of @kind; else NULL. */
static const struct nlattr *driver_data(const struct nlmsghdr *message, const char *kind)
{
	struct attributes link = attributes_of(message, sizeof(struct ifinfomsg));
	struct attributes driver = attributes_in(link.at[IFLA_LINKINFO]);
	char name[16];

	copy_text(name, sizeof(name), driver.at[IFLA_INFO_KIND]);
	return strcmp(name, kind) == 0 ? driver.at[IFLA_INFO_DATA] : NULL;
}

struct tun_answer {
	bool found;
	struct tun_info info;
};

static int read_tun(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *driver = driver_data(message, "tun");
	struct attributes attributes = attributes_in(driver);
	struct tun_answer *answer = data;
	uint8_t type, persist;

	attribute_bytes(&type, sizeof(type), attributes.at[IFLA_TUN_TYPE]);
	attribute_bytes(&persist, sizeof(persist), attributes.at[IFLA_TUN_PERSIST]);
	attribute_bytes(&answer->info.owner, sizeof(answer->info.owner),
			attributes.at[IFLA_TUN_OWNER]);
	answer->info.tap = type == IFF_TAP;
	answer->info.persist = persist;
	answer->info.owned = attributes.at[IFLA_TUN_OWNER];
	answer->found = driver;
	return MNL_CB_OK;
}

int link_tun(struct netlink *nl, uint32_t index, struct tun_info *out)
{
	struct ifinfomsg head = { .ifi_index = (int)index };
	struct tun_answer answer = { 0 };
	int rc = netlink_ask(nl, link_message(nl, RTM_GETLINK, 0, head), read_tun, &answer);

	*out = answer.info;
	return rc < 0 ? rc : answer.found ? 0 : -ENOTSUP;
}

struct vxlan_search {
	uint16_t port; /* host order */
	bool found;
	char name[LINK_NAME];
};

static int find_vxlan(const struct nlmsghdr *message, void *data)
{
	struct attributes vxlan = attributes_in(driver_data(message, "vxlan"));
	struct vxlan_search *search = data;
	struct link_info info;
	uint8_t port[2];

	attribute_bytes(port, sizeof(port), vxlan.at[IFLA_VXLAN_PORT]);
	if (!vxlan.at[IFLA_VXLAN_PORT] || get_be16(port) != search->port)
		return MNL_CB_OK;
	read_link(message, &info);
	search->found = true;
	memcpy(search->name, info.name, sizeof(search->name));
	return MNL_CB_OK;
}

bool link_vxlan_on(struct netlink *nl, uint16_t port, char name[LINK_NAME])
{
	struct vxlan_search search = { .port = port };
	struct nlmsghdr *message =
		link_message(nl, RTM_GETLINK, NLM_F_DUMP, (struct ifinfomsg) { 0 });

	/* A dump torn by a change is good enough: this only words an error. */
	netlink_ask(nl, message, find_vxlan, &search);
	if (search.found)
		memcpy(name, search.name, LINK_NAME);
	return search.found;
}
