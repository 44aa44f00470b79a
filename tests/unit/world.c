#include <assert.h>

#include "build.h"
#include "wire/vxlan.h"

static const struct hash_secret secret = { 0x0123456789abcdef, 0xfedcba9876543210 };

static struct peer_ref add_peer(struct world *w, const char *text)
{
	struct peer_ref ref;
	bool added = peers_add(w->tables->peers, addr_of(text), &ref);

	assert(added);
	return ref;
}

static void add_port(struct network *n, const char *mac, bool speaks, uint32_t origin)
{
	uint32_t port = network_add_port(n, mac_of(mac), INNER_MTU, speaks, origin);

	assert(port != PORT_NONE);
}

static void add_static(struct network *n, const char *mac, struct place place, uint32_t origin)
{
	uint32_t slot = fdb_put(n->fdb, mac_of(mac), FDB_STATIC, place, origin);

	assert(slot != FDB_NONE);
}

static void add_neighbour(struct network *n, const char *ip, const char *mac, bool router,
			  uint32_t origin)
{
	bool added = neigh_put(n->neigh, (struct neigh_entry) {
						 .ip = addr_of(ip),
						 .mac = mac_of(mac),
						 .router = router,
						 .origin = origin,
					 });

	assert(added);
}

static struct network *add_network(struct world *w, const char *name, uint32_t vni, uint32_t own)
{
	struct network *n = tables_add_network(w->tables, name, vni, WORLD_FDB, 300);
	bool heard;

	assert(n);
	n->mtu = INNER_MTU;
	n->vtep = mac_of(VTEP_MAC);
	n->endpoint_v4 = w->endpoint_v4;
	n->endpoint_v6 = w->endpoint_v6;
	heard = tables_listen(w->tables, n, w->endpoint_v4) &&
		tables_listen(w->tables, n, w->endpoint_v6);
	assert(heard);
	add_port(n, TAP_MAC, true, own);
	return n;
}

static void fill_blue(struct world *w)
{
	struct network *n = w->blue;
	struct origins *origins = w->tables->origins;
	struct peer_ref peers[] = { w->node2, w->node3, w->node4 };
	struct destination flood[] = { { .peer = w->node2 },
				       { .peer = w->node3 },
				       { .peer = w->node4 } };
	uint32_t hosts = origins_add(origins, "cluster.yaml:14");
	uint32_t group = origins_add(origins, "cluster.yaml:16");

	n->members = peer_set_new(peers, 3);
	n->flood = flood_list_new(flood, 3);
	assert(n->members && n->flood);
	n->flood_origin = origins_add(origins, "cluster.yaml:12");
	add_port(n, "02:00:00:00:00:02", false, 0);
	add_port(n, "02:00:00:00:00:03", false, 0);
	add_static(n, H2_MAC, place_peer((struct destination) { .peer = w->node2 }), hosts);
	add_static(n, H3_MAC, place_port(2), hosts);
	add_static(n, H4_MAC, place_peer((struct destination) { .peer = w->node4, .port = 8472 }),
		   hosts);
	fdb_put_group(n->fdb, mac_of(GROUP_MAC), flood_list_new(&flood[1], 1), group);
	add_neighbour(n, "3.3.3.3", H1_MAC, false, hosts);
	add_neighbour(n, "3.3.3.4", H2_MAC, false, hosts);
	add_neighbour(n, "fd03::3", H1_MAC, false, hosts);
	add_neighbour(n, "fd03::4", H2_MAC, true, hosts);
}

static uint16_t add_endpoint(struct world *w, const char *addr)
{
	return tables_add_endpoint(
		w->tables,
		(struct endpoint) { .addr = addr_of(addr), .port = VXLAN_PORT, .mtu = WORLD_MTU });
}

struct world world_new(void)
{
	struct world w = { .tables = tables_new(WORLD_STRANGERS, secret) };
	uint32_t own;

	assert(w.tables);
	own = origins_add(w.tables->origins, "the network's own device");
	w.endpoint_v4 = add_endpoint(&w, NODE1_V4);
	w.endpoint_v6 = add_endpoint(&w, NODE1_V6);
	w.node2 = add_peer(&w, NODE2);
	w.node3 = add_peer(&w, NODE3);
	w.node4 = add_peer(&w, NODE4);
	w.blue = add_network(&w, "blue", BLUE_VNI, own);
	w.green = add_network(&w, "green", GREEN_VNI, own);
	w.green->members = peer_set_new(&w.node2, 1);
	assert(w.green->members);
	fill_blue(&w);
	return w;
}

void world_free(struct world *w)
{
	tables_free(w->tables);
}

static uint64_t mix(uint64_t digest, const void *at, size_t len)
{
	return hash_bytes((struct hash_secret) { digest, 1 }, at, len);
}

static uint64_t mix_word(uint64_t digest, uint64_t word)
{
	return hash_word((struct hash_secret) { digest, UINT64_C(0x9e3779b97f4a7c15) }, word);
}

static uint64_t mix_peers(uint64_t digest, const struct peers *peers)
{
	struct peer_ref ref;

	for (uint32_t slot = 0; peers_next(peers, slot, &ref); slot = ref.slot + 1) {
		const struct peer *peer = peers_at(peers, ref);

		digest = mix(digest, &peer->addr, sizeof(peer->addr));
		digest = mix(digest, &peer->count.rx_frames,
			     offsetof(struct peer_counters, last_error));
		digest = mix_word(digest, (uint64_t)peer->probed.tick << 32 | peer->probed.count);
		digest = mix_word(digest, (uint64_t)ref.slot << 32 | ref.generation);
		digest = mix_word(digest, (uint64_t)peer->heard << 32 | peer->stranger);
		digest = mix_word(digest, (uint64_t)peer->path_mtu_until << 32 | peer->path_mtu);
	}
	return digest;
}

/* Entry by entry, without the pointers that fdb_digest() takes in: two worlds can be compared. */
static uint64_t mix_fdb(uint64_t digest, const struct fdb *fdb)
{
	for (uint32_t slot = fdb_next(fdb, 0); slot != FDB_NONE; slot = fdb_next(fdb, slot + 1)) {
		const struct fdb_entry *entry = fdb_at(fdb, slot);
		struct peer_ref peer = entry->place.to.peer;

		digest = mix_word(digest, mac_word(entry->mac) << 8 | entry->kind);
		digest = mix_word(digest, (uint64_t)entry->place.kind << 32 | entry->place.port);
		digest = mix_word(digest, (uint64_t)peer.slot << 32 | peer.generation);
		digest = mix_word(digest, (uint64_t)entry->tick << 32 | entry->moves);
		digest = mix_word(digest, (uint64_t)entry->frozen_until << 32 | slot);
	}
	return mix(digest, fdb_counts(fdb), sizeof(struct fdb_counts));
}

static uint64_t mix_network(uint64_t digest, const struct network *n)
{
	digest = mix(digest, &n->count, sizeof(n->count));
	for (uint32_t port = 0; port < n->ports_end; port++)
		digest = mix_word(digest, (uint64_t)n->ports[port].used << 1 | n->ports[port].up);
	digest = mix_word(digest, n->bum.tokens);
	digest = mix_word(digest, n->bum.filled);
	digest = mix_word(digest, n->too_big.tokens);
	digest = mix_word(digest, n->too_big.filled);
	digest = mix_word(digest, neigh_count(n->neigh));
	return mix_fdb(digest, n->fdb);
}

uint64_t world_digest(const struct world *w)
{
	const struct probes *probes = &w->tables->probes;
	uint64_t digest = mix(1, &w->tables->drops, sizeof(w->tables->drops));

	for (unsigned i = 0; i < PROBES_MAX; i++)
		digest = mix_word(digest, probes->slot[i].answered);
	digest = mix_word(digest, w->tables->probe_answers.tokens);

	for (uint32_t id = 0; id < w->tables->network_count; id++)
		if (w->tables->networks[id])
			digest = mix_network(digest, w->tables->networks[id]);
	return mix_peers(digest, w->tables->peers);
}
