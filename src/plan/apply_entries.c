#include <stdlib.h>

#include "apply.h"

static void put_station(struct applying *a, struct network *n, struct mac mac,
			struct destination to, uint32_t origin)
{
	if (fdb_put(n->fdb, mac, FDB_STATIC, place_peer(to), origin) == FDB_NONE)
		a->no_memory = true;
}

static void put_neighbour(struct applying *a, struct network *n, struct neigh_entry entry)
{
	if (!neigh_put(n->neigh, entry))
		a->no_memory = true;
}

/* A host elsewhere is the notes' `bridge fdb append` and `ip neighbor add` in one; a host of our
 * own is only a neighbour: its frames teach us its port. */
static void apply_host(struct applying *a, struct network *n, const struct host *host)
{
	uint32_t origin = origin_at(a, host->at);
	struct destination to;

	if (apply_to_node(a, host->node, &to))
		put_station(a, n, host->mac, to, origin);
	for (size_t i = 0; i < host->ip_count; i++)
		put_neighbour(a, n,
			      (struct neigh_entry) {
				      .ip = host->ips[i], .mac = host->mac, .origin = origin });
}

static void apply_station_line(struct applying *a, struct network *n,
			       const struct network_config *config, const struct fdb_line *line)
{
	struct destination to;

	if (mac_is_station(line->mac) && apply_to_addr(a, n, config, line->dst, line->port, &to))
		put_station(a, n, line->mac, to, origin_at(a, line->at));
}

/* -- Group MACs: all lines of one make one list -- */

static int compare_lines(const void *left, const void *right)
{
	const struct fdb_line *a = *(const struct fdb_line *const *)left;
	const struct fdb_line *b = *(const struct fdb_line *const *)right;
	int order = memcmp(a->mac.octet, b->mac.octet, sizeof(a->mac.octet));

	return order != 0 ? order : (a > b) - (a < b);
}

/* The @count lines of one MAC. */
static void put_group(struct applying *a, struct network *n, const struct network_config *config,
		      const struct fdb_line **lines, size_t count)
{
	struct destination to;
	struct flood_list *list;

	gather_begin(a);
	for (size_t i = 0; i < count; i++)
		if (apply_to_addr(a, n, config, lines[i]->dst, lines[i]->port, &to))
			gather(a, to);
	if (a->gathered.count == 0)
		return;
	list = share_list(a);
	if (!list)
		return;
	if (fdb_put_group(n->fdb, lines[0]->mac, list, origin_at(a, lines[0]->at)) == FDB_NONE)
		a->no_memory = true;
}

static void apply_groups(struct applying *a, struct network *n, const struct network_config *config)
{
	const struct fdb_line **lines = calloc(config->fdb_count + 1, sizeof(struct fdb_line *));
	size_t count = 0, end;

	if (!lines) {
		a->no_memory = true;
		return;
	}
	for (size_t i = 0; i < config->fdb_count; i++)
		if (mac_is_group(config->fdb[i].mac))
			lines[count++] = &config->fdb[i];
	qsort(lines, count, sizeof(struct fdb_line *), compare_lines);
	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count; end++)
			if (!mac_equal(lines[i]->mac, lines[end]->mac))
				break;
		put_group(a, n, config, lines + i, end - i);
	}
	free(lines);
}

void apply_entries(struct applying *a, struct network *n, const struct network_config *config)
{
	for (size_t i = 0; i < config->host_count; i++)
		apply_host(a, n, &config->hosts[i]);
	for (size_t i = 0; i < config->fdb_count; i++)
		apply_station_line(a, n, config, &config->fdb[i]);
	apply_groups(a, n, config);
	for (size_t i = 0; i < config->neigh_count; i++) {
		const struct neigh_line *line = &config->neigh[i];

		put_neighbour(a, n,
			      (struct neigh_entry) { .ip = line->ip,
						     .mac = line->mac,
						     .router = line->router,
						     .origin = origin_at(a, line->at) });
	}
}

/* An owner of a lease may have a second, on its other address. */
static void put_vtep(struct applying *a, struct network *n, const struct plan_reach *reach,
		     struct destination to, uint32_t origin)
{
	struct destination second;

	put_station(a, n, reach->vtep, to, origin);
	if (reach->addr6.family && apply_to_second(a, reach->addr6, &second))
		put_station(a, n, reach->vtep6, second, origin);
}

/* Who has no subnet gets no packets: no route leads there (plan/hops.h). */
void apply_vteps(struct applying *a, struct network *n, const struct plan_network *from)
{
	for (uint32_t i = 0; from->subnets && i < from->subnets->count; i++) {
		uint32_t node = network_member(from->config, i);
		struct plan_subnet_peer peer;
		struct destination to;

		if (plan_subnet_peer(a->plan, from, i, &peer) &&
		    (peer.subnet.source != SUBNET_NONE || peer.subnet6.source != SUBNET_NONE) &&
		    apply_to_node(a, node, &to))
			put_vtep(a, n, &peer.reach, to, origin_at(a, a->cluster->nodes[node].at));
	}
}
