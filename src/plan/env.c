#include "plan/env.h"

static struct env_line *add(struct env_line **next, const char *name)
{
	struct env_line *line = (*next)++;

	line->name = name;
	return line;
}

static void add_family(struct env_line **next, const char *const names[2], struct prefix cidr,
		       struct prefix subnet, struct ifaddress gateway)
{
	struct ifaddress first = { .addr = gateway.addr, .length = subnet.length };

	if (!subnet.addr.family)
		return;
	if (!first.addr.family) {
		first.addr = subnet.addr;
		addr_advance(&first.addr, (uint8_t)(8 * addr_size(subnet.addr)));
	}
	prefix_text(cidr, add(next, names[0])->value);
	ifaddress_text(first, add(next, names[1])->value);
}

unsigned env_lines(const struct plan_network *n, struct env_line out[ENV_LINES])
{
	static const char *const v4[] = { "FLANNEL_NETWORK", "FLANNEL_SUBNET" };
	static const char *const v6[] = { "FLANNEL_IPV6_NETWORK", "FLANNEL_IPV6_SUBNET" };
	struct env_line *next = out;

	add_family(&next, v4, n->config->cidr, n->subnet.prefix, n->gateway);
	add_family(&next, v6, n->config->cidr6, n->subnet6.prefix, n->gateway6);
	snprintf(add(&next, "FLANNEL_MTU")->value, sizeof(next->value), "%u", n->mtu);
	snprintf(add(&next, "FLANNEL_IPMASQ")->value, sizeof(next->value), "%s",
		 n->config->masquerade ? "true" : "false");
	return (unsigned)(next - out);
}

bool env_write(FILE *to, const struct plan_network *n)
{
	struct env_line lines[ENV_LINES];
	unsigned count = env_lines(n, lines);
	bool fine = true;

	for (unsigned i = 0; i < count; i++)
		fine = fprintf(to, "%s=%s\n", lines[i].name, lines[i].value) > 0 && fine;
	return fine;
}
