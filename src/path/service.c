#include "service.h"

#include "decide.h"
#include "wire/arp.h"

static bool is_for_server(const struct dhcp_terms *terms, const struct frame *f)
{
	struct prefix link = prefix_of(terms->gateway.addr, terms->gateway.length);

	return dhcp_is_asked(f) && (mac_is_group(f->eth.dst) || addr_is_nobodys(f->ip.dst) ||
				    prefix_contains(link, f->ip.dst));
}

static bool take_dhcp(struct verdict *v, const struct network *n, uint32_t port, struct mac from,
		      uint64_t now)
{
	if (!bindings_hear(n->bindings, port, from, now))
		return !verdict_drop(v, DROP_DHCP_LIMITED);
	v->action = ACTION_PUNT;
	v->service = SERVICE_DHCP;
	return true;
}

/* Who claims the address is not answered, but who asks whether it may have it is. */
static bool asks_for_gateway(const struct dhcp_terms *terms, const struct frame *f)
{
	struct arp arp;

	return arp_read(f, &arp) && arp.op == ARP_REQUEST &&
	       addr_equal(arp.target_ip, terms->gateway.addr) &&
	       !addr_equal(arp.sender_ip, arp.target_ip) && mac_is_station(arp.sender_mac);
}

static bool take_question(struct verdict *v, const struct dhcp_terms *terms, uint32_t port)
{
	v->action = ACTION_REPLY;
	v->answer = ANSWER_BINDING;
	v->answer_ip = terms->gateway.addr;
	v->answer_mac = terms->mac;
	v->port = port;
	return true;
}

bool service_takes(struct verdict *v, const struct network *n, uint32_t port, const struct frame *f,
		   uint64_t now)
{
	const struct dhcp_terms *terms = bindings_terms(n->bindings);

	if (is_for_server(terms, f))
		return take_dhcp(v, n, port, f->eth.src, now);
	if (!bindings_are_gateway(n->bindings))
		return false;
	if (f->eth.type == ETHERTYPE_ARP && asks_for_gateway(terms, f))
		return take_question(v, terms, port);
	if (mac_equal(f->eth.dst, terms->mac)) /* it is no router */
		return !verdict_drop(v, DROP_NO_REMOTE);
	return false;
}
