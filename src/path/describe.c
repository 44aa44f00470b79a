#include "describe.h"

#include "base/clock.h"
#include "wire/arp.h"
#include "wire/nd.h"

enum { LIST_SHOWN = 4 }; /* destinations of a flood list named one by one */

void describe_peer(struct text *out, const struct tables *t, struct peer_ref ref)
{
	const struct peer *peer = peers_at(t->peers, ref);
	char text[ADDR_TEXT];

	text_add(out, "%s", peer ? addr_text(peer->addr, text) : "a forgotten peer");
}

void describe_destination(struct text *out, const struct tables *t, const struct network *n,
			  struct destination to)
{
	const struct peer *peer = peers_at(t->peers, to.peer);
	bool bracket = peer && peer->addr.family == ADDR_V6;

	text_add(out, "%s", bracket ? "[" : "");
	describe_peer(out, t, to.peer);
	text_add(out, "%s:%u", bracket ? "]" : "", tables_port_of(t, n, to));
}

void describe_list(struct text *out, const struct tables *t, const struct network *n,
		   const struct flood_list *list)
{
	for (uint32_t i = 0; i < list->count && i < LIST_SHOWN; i++) {
		text_add(out, "%s", i > 0 ? ", " : "");
		describe_destination(out, t, n, list->to[i]);
	}
	if (list->count > LIST_SHOWN)
		text_add(out, " and %u more", list->count - LIST_SHOWN);
}

void describe_place(struct text *out, const struct tables *t, const struct network *n,
		    struct place place)
{
	if (place.kind == PLACE_PORT) {
		text_add(out, "dev %s master", n->ports[place.port].name);
		return;
	}
	text_add(out, "dst ");
	describe_peer(out, t, place.to.peer);
	if (tables_port_of(t, n, place.to) != n->port)
		text_add(out, " port %u", tables_port_of(t, n, place.to));
	text_add(out, " self");
}

void describe_origin(struct text *out, const struct tables *t, const struct network *n,
		     const struct fdb_entry *entry, uint64_t now)
{
	if (entry->kind != FDB_LEARNED || entry->origin != 0) {
		text_add(out, "%s", origin_words(t->origins, entry->origin));
		return;
	}
	text_add(out, "learned from ");
	if (entry->place.kind == PLACE_PORT)
		text_add(out, "%s", n->ports[entry->place.port].name);
	else
		describe_peer(out, t, entry->place.to.peer);
	text_add(out, ", last heard %u s ago", clock_tick(now) - entry->tick);
}

void describe_line(struct text *out, const struct tables *t, const struct network *n,
		   const struct fdb_entry *entry)
{
	char mac[MAC_TEXT];

	text_add(out, "%s ", mac_text(entry->mac, mac));
	if (entry->list) {
		text_add(out, "dst ");
		describe_list(out, t, n, entry->list);
		text_add(out, " self");
	} else {
		describe_place(out, t, n, entry->place);
	}
	text_add(out, "%s", entry->kind == FDB_LEARNED ? "" : " permanent");
}

void describe_entry(struct text *out, const struct tables *t, const struct network *n,
		    uint32_t slot, uint64_t now)
{
	const struct fdb_entry *entry = fdb_at(n->fdb, slot);

	describe_line(out, t, n, entry);
	text_add(out, "  (");
	describe_origin(out, t, n, entry, now);
	text_add(out, ")");
}

void describe_neighbour(struct text *out, const struct neigh_entry *entry)
{
	char ip[ADDR_TEXT], mac[MAC_TEXT];

	text_add(out, "%s lladdr %s%s %s", addr_text(entry->ip, ip), mac_text(entry->mac, mac),
		 entry->router ? " router" : "", entry->until ? "REACHABLE" : "PERMANENT");
}

static void describe_arp(struct text *out, const struct arp *arp)
{
	char sender[ADDR_TEXT], target[ADDR_TEXT], mac[MAC_TEXT];

	addr_text(arp->sender_ip, sender);
	addr_text(arp->target_ip, target);
	if (arp->op == ARP_REQUEST)
		text_add(out, "ARP who has %s? tell %s", target, sender);
	else
		text_add(out, "ARP %s is at %s", sender, mac_text(arp->sender_mac, mac));
}

static void describe_nd(struct text *out, const struct nd *nd)
{
	char source[ADDR_TEXT], target[ADDR_TEXT], mac[MAC_TEXT];

	addr_text(nd->target, target);
	if (nd->kind == ND_IS_SOLICIT)
		text_add(out, "ND who has %s? tell %s", target, addr_text(nd->source, source));
	else
		text_add(out, "ND %s is at %s", target,
			 nd->has_mac ? mac_text(nd->mac, mac) : "the same MAC");
}

static void describe_proto(struct text *out, const struct ip *ip)
{
	if (ip->opaque)
		text_add(out, " (payload cannot be told)");
	else if (ip->proto == IP_ICMP && ip->src.family == ADDR_V4)
		text_add(out, " ICMP");
	else if (ip->proto == IP_ICMPV6 && ip->src.family == ADDR_V6)
		text_add(out, " ICMPv6");
	else if (ip->proto == IP_TCP)
		text_add(out, " TCP");
	else if (ip->proto == IP_UDP)
		text_add(out, " UDP");
	else
		text_add(out, " protocol %u", ip->proto);
}

static void describe_ip(struct text *out, const struct frame *f)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];

	text_add(out, "IPv%u %s → %s", f->ip.src.family, addr_text(f->ip.src, src),
		 addr_text(f->ip.dst, dst));
	describe_proto(out, &f->ip);
	if (f->payload != 0)
		text_add(out, " %u → %u", f->sport, f->dport);
	if (f->ip.fragment)
		text_add(out, " fragment");
}

static void describe_payload(struct text *out, const struct frame *f)
{
	struct arp arp;
	struct nd nd;

	if (arp_read(f, &arp))
		describe_arp(out, &arp);
	else if (nd_read(f, &nd))
		describe_nd(out, &nd);
	else if (f->ip.src.family != ADDR_NONE)
		describe_ip(out, f);
	else
		text_add(out, "EtherType 0x%04x", f->eth.type);
}

void describe_frame(struct text *out, const struct frame *f)
{
	char src[MAC_TEXT], dst[MAC_TEXT];

	text_add(out, "%s → %s, ", mac_text(f->eth.src, src), mac_text(f->eth.dst, dst));
	if (f->eth.vlans > 0)
		text_add(out, "VLAN %u, ", f->eth.vid);
	describe_payload(out, f);
	text_add(out, ", %zu bytes", f->len);
	if (f->kind != FRAME_PLAIN)
		text_add(out, ", a superframe to be cut at %u", f->gso_size);
}
