#include "ctl/show.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

static void show_destination(FILE *to, const struct tables *t, const struct network *n,
			     const char *mac, struct destination dst, const char *state)
{
	const struct peer *peer = peers_at(t->peers, dst.peer);
	char ip[ADDR_TEXT];

	if (!peer)
		return;
	fprintf(to, "%s dst %s ", mac, addr_text(peer->addr, ip));
	if (tables_port_of(t, n, dst) != n->port)
		fprintf(to, "port %u ", tables_port_of(t, n, dst));
	if (tables_interface_of(t, n, dst))
		fprintf(to, "via %s ", tables_interface_of(t, n, dst));
	fprintf(to, "self%s\n", state);
}

static void show_list(FILE *to, const struct tables *t, const struct network *n, const char *mac,
		      const struct flood_list *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		show_destination(to, t, n, mac, list->to[i], " permanent");
}

static void show_entry(FILE *to, const struct tables *t, const struct network *n,
		       const struct fdb_entry *entry)
{
	const char *state = entry->kind == FDB_LEARNED ? ""
			    : entry->said_static       ? " static"
						       : " permanent";
	char mac[MAC_TEXT];

	mac_text(entry->mac, mac);
	if (entry->list)
		show_list(to, t, n, mac, entry->list);
	else if (entry->place.kind == PLACE_PORT)
		fprintf(to, "%s dev %s master%s\n", mac, n->ports[entry->place.port].name, state);
	else
		show_destination(to, t, n, mac, entry->place.to, state);
}

void show_fdb(FILE *to, const struct tables *t, const struct network *n)
{
	if (n->flood)
		show_list(to, t, n, "00:00:00:00:00:00", n->flood);
	for (uint32_t slot = fdb_next(n->fdb, 0); slot != FDB_NONE;
	     slot = fdb_next(n->fdb, slot + 1))
		show_entry(to, t, n, fdb_at(n->fdb, slot));
}

void show_neigh(FILE *to, const struct network *n)
{
	char ip[ADDR_TEXT], mac[MAC_TEXT];

	for (uint32_t slot = neigh_next(n->neigh, 0); slot != NEIGH_NONE;
	     slot = neigh_next(n->neigh, slot + 1)) {
		const struct neigh_entry *entry = neigh_at(n->neigh, slot);

		fprintf(to, "%s lladdr %s %s%s\n", addr_text(entry->ip, ip),
			mac_text(entry->mac, mac), entry->router ? "router " : "",
			entry->until ? "REACHABLE" : "PERMANENT");
	}
}

/* -- Counters: names on the left, numbers under each other -- */

enum { COUNTER_NAME = 23 };

static void show_count(FILE *to, const char *what, uint64_t count)
{
	fprintf(to, "  %-*s %12" PRIu64 "\n", COUNTER_NAME, what, count);
}

static void show_traffic(FILE *to, const char *what, uint64_t frames, uint64_t bytes)
{
	fprintf(to, "  %-*s %12" PRIu64 " frames %15" PRIu64 " bytes\n", COUNTER_NAME, what, frames,
		bytes);
}

static void show_drops(FILE *to, const struct drops *drops)
{
	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++) {
		if (drops->count[reason])
			fprintf(to, "  drop %-*s %12" PRIu64 "  %s\n",
				COUNTER_NAME - (int)strlen("drop "), drop_name(reason),
				drops->count[reason], drop_explanation(reason));
	}
}

void show_counters(FILE *to, const struct network *n)
{
	const struct network_counters *c = &n->count;
	const struct fdb_counts *fdb = fdb_counts(n->fdb);

	show_traffic(to, "from peers", c->rx_frames, c->rx_bytes);
	show_traffic(to, "to peers", c->tx_frames, c->tx_bytes);
	fprintf(to, "  %-*s %12" PRIu64 " frames\n", COUNTER_NAME, "between local ports",
		c->local_frames);
	show_count(to, "flooded", c->floods);
	show_count(to, "ARP and ND answered", c->answered);
	if (c->dhcp_heard)
		show_count(to, "DHCP messages answered", c->dhcp_answered);
	show_count(to, "MAC not known", c->l2_misses);
	show_count(to, "neighbour not known", c->l3_misses);
	if (c->reserved_bits)
		show_count(to, "reserved bits set", c->reserved_bits);
	if (c->bad_checksums)
		show_count(to, "wrong checksums inside", c->bad_checksums);
	show_drops(to, &c->drops);
	fprintf(to,
		"  fdb: %" PRIu32 " learned of %" PRIu32 ", %" PRIu32 " fixed; moved %" PRIu64
		", frozen %" PRIu64 ", aged %" PRIu64 ", evicted %" PRIu64 "\n",
		fdb->learned, fdb_capacity(n->fdb), fdb->fixed, fdb->moves, fdb->freezes, fdb->aged,
		fdb->evicted);
}

void show_stray_drops(FILE *to, const struct tables *t)
{
	show_drops(to, &t->drops);
}

/* -- Peers -- */

static void show_peer(FILE *to, const struct peer *peer, int width, uint64_t now)
{
	const struct peer_counters *c = &peer->count;
	char ip[ADDR_TEXT];

	fprintf(to,
		"peer %-*s  rx %10" PRIu64 " frames %14" PRIu64 " bytes  tx %10" PRIu64
		" frames %14" PRIu64 " bytes  errors %" PRIu64,
		width, addr_text(peer->addr, ip), c->rx_frames, c->rx_bytes, c->tx_frames,
		c->tx_bytes, c->errors);
	if (peer->heard)
		fprintf(to, "; heard %" PRIu32 " s ago", clock_tick(now) - peer->heard);
	if (peer->path_mtu && clock_tick(now) < peer->path_mtu_until)
		fprintf(to, "; path mtu %" PRIu32, peer->path_mtu);
	if (peer_is_lost(peer, now))
		fprintf(to, "; not found on its link");
	fprintf(to, "%s\n", peer->stranger ? "; stranger" : "");
}

/* Of the longest address. */
static int peers_width(const struct peers *peers)
{
	struct peer_ref ref = { 0 };
	char ip[ADDR_TEXT];
	size_t width = 0;

	for (uint32_t slot = 0; peers_next(peers, slot, &ref); slot = ref.slot + 1) {
		size_t len = strlen(addr_text(peers_at(peers, ref)->addr, ip));

		width = len > width ? len : width;
	}
	return (int)width;
}

void show_peers(FILE *to, const struct tables *t, uint64_t now)
{
	int width = peers_width(t->peers);
	struct peer_ref ref = { 0 };

	for (uint32_t slot = 0; peers_next(t->peers, slot, &ref); slot = ref.slot + 1)
		show_peer(to, peers_at(t->peers, ref), width, now);
}

void show_all(FILE *to, const struct tables *t, uint64_t now)
{
	for (uint32_t id = 0; id < t->network_count; id++) {
		const struct network *n = t->networks[id];

		if (!n)
			continue;
		fprintf(to, "network %s vni %" PRIu32 " mtu %u\n", n->name, n->vni, n->mtu);
		show_counters(to, n);
		fprintf(to, "fdb of %s\n", n->name);
		show_fdb(to, t, n);
		fprintf(to, "neighbours of %s\n", n->name);
		show_neigh(to, n);
	}
	fprintf(to, "peers\n");
	show_peers(to, t, now);
	show_stray_drops(to, t);
}
