/* What differs in a network, as this node has it. */
#include "words.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *node_name(const struct cluster *c, uint32_t node)
{
	return c->nodes[node].name;
}

/* -- Lists -- */

static struct lines lines_of_members(const struct cluster *c, const struct network_config *n)
{
	struct lines l = { 0 };

	if (!n->members)
		lines_add(&l, "all");
	for (size_t i = 0; n->members && i < n->member_count; i++)
		lines_add(&l, "%s", node_name(c, n->members[i]));
	return l;
}

static struct lines lines_of_flood(const struct cluster *c, const struct network_config *n)
{
	char ip[ADDR_TEXT];
	struct lines l = { 0 };

	if (n->flood == FLOOD_PEERS)
		lines_add(&l, "peers");
	if (n->flood == FLOOD_NONE)
		lines_add(&l, "none");
	if (n->flood == FLOOD_GROUP)
		lines_add(&l, "%s", addr_text(n->group, ip));
	for (size_t i = 0; i < n->flood_count; i++) {
		const struct target *t = &n->flood_list[i];

		lines_add(&l, "%s",
			  t->node != NODE_NONE ? node_name(c, t->node) : addr_text(t->addr, ip));
	}
	return l;
}

static struct lines lines_of_hosts(const struct cluster *c, const struct network_config *n)
{
	struct lines l = { 0 };

	for (size_t i = 0; i < n->host_count; i++) {
		const struct host *host = &n->hosts[i];
		char mac[MAC_TEXT], ip[ADDR_TEXT];

		mac_text(host->mac, mac);
		if (!host->ip_count)
			lines_add(&l, "%s on %s %s", host->name, node_name(c, host->node), mac);
		for (size_t k = 0; k < host->ip_count; k++)
			lines_add(&l, "%s on %s %s %s", host->name, node_name(c, host->node), mac,
				  addr_text(host->ips[k], ip));
	}
	return l;
}

static struct lines lines_of_fdb(const struct network_config *n)
{
	struct lines l = { 0 };

	for (size_t i = 0; i < n->fdb_count; i++) {
		const struct fdb_line *line = &n->fdb[i];
		char mac[MAC_TEXT], ip[ADDR_TEXT];

		mac_text(line->mac, mac);
		addr_text(line->dst, ip);
		if (line->port)
			lines_add(&l, "%s dst %s port %u", mac, ip, line->port);
		else
			lines_add(&l, "%s dst %s", mac, ip);
	}
	return l;
}

static struct lines lines_of_neigh(const struct network_config *n)
{
	struct lines l = { 0 };

	for (size_t i = 0; i < n->neigh_count; i++) {
		const struct neigh_line *line = &n->neigh[i];
		char mac[MAC_TEXT], ip[ADDR_TEXT];

		lines_add(&l, "%s lladdr %s%s", addr_text(line->ip, ip), mac_text(line->mac, mac),
			  line->router ? " router" : "");
	}
	return l;
}

/* With the VTEP that a lease says; else it follows from the name. */
static void add_subnet(struct lines *l, const struct node *node, struct subnet subnet)
{
	char text[PREFIX_TEXT], mac[MAC_TEXT];
	struct mac vtep = { 0 };

	if (subnet.source == SUBNET_ETCD && node->lease)
		vtep = subnet.prefix.addr.family == ADDR_V6 && !mac_is_zero(node->lease->vtep6)
			       ? node->lease->vtep6
			       : node->lease->vtep;
	if (subnet.prefix.addr.family && mac_is_zero(vtep))
		lines_add(l, "%s %s", node->name, prefix_text(subnet.prefix, text));
	else if (subnet.prefix.addr.family)
		lines_add(l, "%s %s vtep %s", node->name, prefix_text(subnet.prefix, text),
			  mac_text(vtep, mac));
}

/* The other members'. */
static struct lines lines_of_subnets(const struct plan *plan, const struct plan_network *n)
{
	struct lines l = { 0 };

	for (uint32_t i = 0; n->subnets && i < n->subnets->count; i++) {
		uint32_t node = network_member(n->config, i);

		if (node == plan->node)
			continue;
		add_subnet(&l, &plan->cluster->nodes[node], n->subnets->of[i].v4);
		add_subnet(&l, &plan->cluster->nodes[node], n->subnets->of[i].v6);
	}
	return l;
}

static struct lines lines_of_dhcp(const struct network_config *n)
{
	const struct dhcp_config *d = n->dhcp;
	char ip[ADDR_TEXT], to[PREFIX_TEXT];
	struct lines l = { 0 };

	if (!d)
		return l;
	lines_add(&l, "lease %us", d->lease);
	if (d->domain)
		lines_add(&l, "domain %s", d->domain);
	for (size_t i = 0; i < d->server_count; i++)
		lines_add(&l, "server %s", addr_text(d->servers[i], ip));
	for (size_t i = 0; i < d->route_count; i++)
		lines_add(&l, "route %s via %s", prefix_text(d->routes[i].to, to),
			  d->routes[i].via.family ? addr_text(d->routes[i].via, ip) : "gateway");
	return l;
}

static void diff_lists(struct words *w, const struct cluster *oc, const struct network_config *o,
		       const struct cluster *nc, const struct network_config *n)
{
	struct lines old = lines_of_members(oc, o), new = lines_of_members(nc, n);

	words_lists(w, "nodes", &old, &new);
	old = lines_of_flood(oc, o);
	new = lines_of_flood(nc, n);
	words_lists(w, "flood", &old, &new);
	old = lines_of_hosts(oc, o);
	new = lines_of_hosts(nc, n);
	words_lists(w, "hosts", &old, &new);
	old = lines_of_fdb(o);
	new = lines_of_fdb(n);
	words_lists(w, "fdb", &old, &new);
	old = lines_of_dhcp(o);
	new = lines_of_dhcp(n);
	words_lists(w, "dhcp", &old, &new);
	old = lines_of_neigh(o);
	new = lines_of_neigh(n);
	words_lists(w, "neigh", &old, &new);
}

/* -- Single values -- */

static void diff_vni(struct words *w, const struct network_config *o,
		     const struct network_config *n)
{
	if (o->vni != n->vni)
		words_add(w,
			  "vni %" PRIu32 " -> %" PRIu32 " (begins anew: what it learned is "
			  "forgotten)",
			  o->vni, n->vni);
}

static void diff_prefix(struct words *w, const char *name, struct prefix old, struct prefix new)
{
	char a[PREFIX_TEXT], b[PREFIX_TEXT];

	words_text(w, name, old.addr.family ? prefix_text(old, a) : NULL,
		   new.addr.family ? prefix_text(new, b) : NULL);
}

static void diff_gateway(struct words *w, const char *name, struct ifaddress old,
			 struct ifaddress new)
{
	char a[PREFIX_TEXT], b[PREFIX_TEXT];

	words_text(w, name, old.addr.family ? ifaddress_text(old, a) : NULL,
		   new.addr.family ? ifaddress_text(new, b) : NULL);
}

/* What this node has, and who else has what. */
static void diff_subnets(struct words *w, const struct plan *running,
			 const struct plan_network *old, const struct plan *wanted,
			 const struct plan_network *new)
{
	static const char *const routing[] = { "flat", "routed", "direct" };
	struct lines a = lines_of_subnets(running, old), b = lines_of_subnets(wanted, new);

	diff_prefix(w, "cidr6", old->config->cidr6, new->config->cidr6);
	diff_prefix(w, "subnet", old->subnet.prefix, new->subnet.prefix);
	diff_prefix(w, "subnet6", old->subnet6.prefix, new->subnet6.prefix);
	diff_gateway(w, "gateway", old->gateway, new->gateway);
	diff_gateway(w, "gateway6", old->gateway6, new->gateway6);
	words_text(w, "routing", routing[old->config->routing], routing[new->config->routing]);
	words_bool(w, "masquerade", old->config->masquerade, new->config->masquerade);
	words_bool(w, "forward-rules", old->config->forward_rules, new->config->forward_rules);
	words_text(w, "env-file", old->config->env_file, new->config->env_file);
	words_lists(w, "subnets", &a, &b);
}

static void diff_device(struct words *w, const struct plan_network *old,
			const struct plan_network *new)
{
	const struct network_config *o = old->config, *n = new->config;
	char a[MAC_TEXT], b[MAC_TEXT];

	words_text(w, "device", o->device, n->device);
	words_text(w, "its mac", mac_text(old->mac, a), mac_text(new->mac, b));
	words_bool(w, "persist", o->persist, n->persist);
	words_text(w, "bridge", o->bridge, n->bridge);
	words_text(w, "offload", o->offload ? "auto" : "off", n->offload ? "auto" : "off");
	words_number(w, "mtu", old->mtu, new->mtu);
}

static void diff_rules(struct words *w, const struct network_config *o,
		       const struct network_config *n)
{
	static const char *const arp[] = { "flood", "suppress", "proxy" };

	words_bool(w, "learning", o->learning, n->learning);
	words_text(w, "arp", arp[o->arp], arp[n->arp]);
	words_bool(w, "l2miss", o->l2miss, n->l2miss);
	words_bool(w, "l3miss", o->l3miss, n->l3miss);
	words_number(w, "ageing", o->ageing, n->ageing);
	words_number(w, "max-fdb", o->max_fdb, n->max_fdb);
	words_text(w, "inner-vlan", o->drop_vlan ? "drop" : "pass", n->drop_vlan ? "drop" : "pass");
	words_text(w, "reserved-bits", o->strict_reserved ? "strict" : "ignore",
		   n->strict_reserved ? "strict" : "ignore");
	words_number(w, "bum-limit", o->bum_limit, n->bum_limit);
	diff_prefix(w, "cidr", o->cidr, n->cidr);
}

void diff_network(struct words *w, const struct plan *running, const struct plan_network *old,
		  const struct plan *wanted, const struct plan_network *new)
{
	diff_vni(w, old->config, new->config);
	words_number(w, "port", old->port, new->port);
	diff_device(w, old, new);
	diff_rules(w, old->config, new->config);
	diff_subnets(w, running, old, wanted, new);
	diff_lists(w, running->cluster, old->config, wanted->cluster, new->config);
}

/* -- Nothing at all -- */

static bool same_line(struct position a, struct position b)
{
	return a.line == b.line;
}

/* Of networks that have the same entries: in the same order, from the same lines. */
static bool same_lines(const struct network_config *o, const struct network_config *n)
{
	bool same = same_line(o->flood_at, n->flood_at) && o->host_count == n->host_count &&
		    o->fdb_count == n->fdb_count && o->neigh_count == n->neigh_count;

	for (size_t i = 0; same && i < o->host_count; i++)
		same = same_line(o->hosts[i].at, n->hosts[i].at) &&
		       strcmp(o->hosts[i].name, n->hosts[i].name) == 0;
	for (size_t i = 0; same && i < o->fdb_count; i++)
		same = same_line(o->fdb[i].at, n->fdb[i].at) &&
		       mac_equal(o->fdb[i].mac, n->fdb[i].mac);
	for (size_t i = 0; same && i < o->neigh_count; i++)
		same = same_line(o->neigh[i].at, n->neigh[i].at) &&
		       addr_equal(o->neigh[i].ip, n->neigh[i].ip);
	return same;
}

/* The entries of a routed network come from the lines of its members. */
static bool same_member_lines(const struct plan *running, const struct plan_network *old,
			      const struct plan *wanted, const struct plan_network *new)
{
	if (old->config->routing == ROUTING_FLAT)
		return true;
	for (uint32_t i = 0; i < old->subnets->count; i++) {
		const struct node *a = &running->cluster->nodes[network_member(old->config, i)];
		const struct node *b = &wanted->cluster->nodes[network_member(new->config, i)];

		if (!same_line(a->at, b->at))
			return false;
	}
	return true;
}

static uint16_t number_of(const struct plan *plan, uint16_t endpoint)
{
	return endpoint == ENDPOINT_NONE ? ENDPOINT_NONE : plan->endpoints[endpoint].number;
}

static bool same_endpoints(const struct plan *running, const struct plan_network *old,
			   const struct plan *wanted, const struct plan_network *new)
{
	return number_of(running, old->endpoint_v4) == number_of(wanted, new->endpoint_v4) &&
	       number_of(running, old->endpoint_v6) == number_of(wanted, new->endpoint_v6);
}

bool diff_is_same_network(const struct plan *running, const struct plan_network *old,
			  const struct plan *wanted, const struct plan_network *new)
{
	char *text = NULL;
	size_t len = 0;
	struct words w = { .to = open_memstream(&text, &len) };
	bool same;

	if (!w.to)
		return false;
	diff_network(&w, running, old, wanted, new);
	same = fclose(w.to) == 0 && w.count == 0;
	free(text);
	return same && same_endpoints(running, old, wanted, new) &&
	       same_lines(old->config, new->config) && same_member_lines(running, old, wanted, new);
}
