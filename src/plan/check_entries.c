#include <stdlib.h>

#include "check.h"

/* A MAC or an IP address that a line of the file gives to somebody. */
struct given {
	struct mac mac;
	struct addr ip;
	struct position at;
};

static int compare_places(const struct position *a, const struct position *b)
{
	int order = (a->line > b->line) - (a->line < b->line);

	return order != 0 ? order : (a->column > b->column) - (a->column < b->column);
}

static int compare_macs(const void *left, const void *right)
{
	const struct given *a = left, *b = right;
	int order = memcmp(a->mac.octet, b->mac.octet, sizeof(a->mac.octet));

	return order != 0 ? order : compare_places(&a->at, &b->at);
}

static int compare_ips(const void *left, const void *right)
{
	const struct given *a = left, *b = right;
	int order = addr_order(&a->ip, &b->ip);

	return order != 0 ? order : compare_places(&a->at, &b->at);
}

static void check_macs(struct checker *c, struct given *list, size_t count)
{
	char text[MAC_TEXT];

	qsort(list, count, sizeof(*list), compare_macs);
	for (size_t i = 1; i < count; i++)
		if (mac_equal(list[i - 1].mac, list[i].mac))
			check_error(
				c, PLAN_E_DUPLICATE_MAC, list[i].at,
				"help: a MAC is in one place of a network, so each is given once",
				"mac %s is given twice (the first is on line %u)",
				mac_text(list[i].mac, text), list[i - 1].at.line);
}

static void check_ips(struct checker *c, struct given *list, size_t count)
{
	char text[ADDR_TEXT];

	qsort(list, count, sizeof(*list), compare_ips);
	for (size_t i = 1; i < count; i++)
		if (addr_equal(list[i - 1].ip, list[i].ip))
			check_error(c, PLAN_E_DUPLICATE_IP, list[i].at,
				    "help: an address answers with one MAC, so each is given once",
				    "ip %s is given twice (the first is on line %u)",
				    addr_text(list[i].ip, text), list[i - 1].at.line);
}

/* Hosts' and fdb's: group MACs may have many lines. */
static size_t gather_macs(const struct network_config *n, struct given *list)
{
	size_t count = 0;

	for (size_t i = 0; i < n->host_count; i++)
		if (mac_is_station(n->hosts[i].mac))
			list[count++] =
				(struct given) { .mac = n->hosts[i].mac, .at = n->hosts[i].mac_at };
	for (size_t i = 0; i < n->fdb_count; i++)
		if (mac_is_station(n->fdb[i].mac))
			list[count++] =
				(struct given) { .mac = n->fdb[i].mac, .at = n->fdb[i].mac_at };
	return count;
}

static size_t gather_ips(const struct network_config *n, struct given *list)
{
	size_t count = 0;

	for (size_t i = 0; i < n->host_count; i++)
		for (size_t j = 0; j < n->hosts[i].ip_count; j++)
			list[count++] = (struct given) { .ip = n->hosts[i].ips[j],
							 .at = n->hosts[i].ip_at };
	for (size_t i = 0; i < n->neigh_count; i++)
		if (n->neigh[i].ip.family)
			list[count++] =
				(struct given) { .ip = n->neigh[i].ip, .at = n->neigh[i].ip_at };
	return count;
}

static size_t room_needed(const struct network_config *n)
{
	size_t room = n->host_count + n->fdb_count + n->neigh_count + 1;

	for (size_t i = 0; i < n->host_count; i++)
		room += n->hosts[i].ip_count;
	return room;
}

static void check_inside(struct checker *c, const struct network_config *n, struct addr ip,
			 struct position at)
{
	struct prefix cidr = network_cidr(n, ip.family);
	char text[ADDR_TEXT], prefix[PREFIX_TEXT];

	if (cidr.addr.family == ip.family && ip.family && !prefix_contains(cidr, ip))
		check_error(c, PLAN_E_OUTSIDE_CIDR, at,
			    "help: change the address, or widen the cidr",
			    "ip %s lies outside the network's cidr %s", addr_text(ip, text),
			    prefix_text(cidr, prefix));
}

static void check_host(struct checker *c, const struct network_config *n, const struct host *host)
{
	if (host->node != NODE_NONE && !check_is_member(c, n, host->node))
		check_error(c, PLAN_E_NOT_MEMBER, host->at,
			    "help: add the node to the network's nodes",
			    "host \"%s\" is on node \"%s\", which is not a member of network "
			    "\"%s\"",
			    host->name, c->cluster->nodes[host->node].name, n->name);
	for (size_t i = 0; i < host->ip_count; i++)
		check_inside(c, n, host->ips[i], host->ip_at);
}

void check_entries(struct checker *c, const struct network_config *n)
{
	struct given *list = calloc(room_needed(n), sizeof(*list));

	if (!list) {
		check_no_memory(c);
		return;
	}
	for (size_t i = 0; i < n->host_count; i++)
		check_host(c, n, &n->hosts[i]);
	for (size_t i = 0; i < n->neigh_count; i++)
		check_inside(c, n, n->neigh[i].ip, n->neigh[i].ip_at);
	check_macs(c, list, gather_macs(n, list));
	check_ips(c, list, gather_ips(n, list));
	free(list);
}
