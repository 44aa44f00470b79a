#include "plan/hops.h"

static bool hop_to(const struct plan_network *n, struct mac vtep, struct prefix subnet,
		   struct addr own, struct plan_hop *out)
{
	*out = (struct plan_hop) { .to = subnet, .via = subnet.addr, .mac = vtep };
	if (n->config->routing == ROUTING_DIRECT)
		out->direct = own;
	return subnet.addr.family != ADDR_NONE;
}

unsigned plan_hops(const struct plan *plan, const struct plan_network *n, uint32_t member,
		   struct plan_hop out[HOPS_FAMILIES])
{
	const struct node *node = &plan->cluster->nodes[network_member(n->config, member)];
	struct plan_subnet_peer peer;
	struct mac vtep6;
	unsigned count = 0;

	if (!plan_subnet_peer(plan, n, member, &peer))
		return 0;
	vtep6 = peer.reach.addr6.family ? peer.reach.vtep6 : peer.reach.vtep;
	count += hop_to(n, peer.reach.vtep, peer.subnet.prefix, node->address, &out[count]);
	count += hop_to(n, vtep6, peer.subnet6.prefix, node->address6, &out[count]);
	return count;
}
