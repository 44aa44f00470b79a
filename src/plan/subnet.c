#include "plan/subnet.h"

#include <stdlib.h>

#include "allocate.h"

static const enum addr_family families[] = { ADDR_V4, ADDR_V6 };

/* -- Small questions -- */

const char *subnet_source_name(enum subnet_source source)
{
	static const char *const names[] = { "none", "pinned", "lease", "computed", "etcd" };

	return names[source];
}

bool subnet_fits(const struct network_config *config, struct prefix subnet)
{
	const struct division *d = network_division(config, subnet.addr.family);

	return subnet.length == d->length && addr_order(&subnet.addr, &d->min) >= 0 &&
	       addr_order(&subnet.addr, &d->max) <= 0;
}

/* The last address of an IPv4 subnet is its broadcast, the first of any is its own name. */
struct ifaddress subnet_gateway(const struct network_config *config, struct prefix subnet)
{
	enum addr_family family = subnet.addr.family;
	bool flat = config->routing == ROUTING_FLAT;
	struct ifaddress gateway = {
		.length = flat ? network_cidr(config, family).length : subnet.length,
	};

	if (family == ADDR_NONE || config->gateway == GATEWAY_NONE)
		return (struct ifaddress) { .length = 0 };
	gateway.addr = subnet.addr;
	if (config->gateway == GATEWAY_ADDRESS && config->gateway_addr.family == family)
		gateway.addr = addr_join(subnet.addr, config->gateway_addr, subnet.length);
	else
		addr_advance(&gateway.addr, (uint8_t)(8 * addr_size(subnet.addr)));
	return gateway;
}

static int compare_holders(const void *left, const void *right)
{
	const struct subnet_holder *a = left, *b = right;
	int order = addr_order(&a->base, &b->base);

	return order != 0 ? order : (a->member > b->member) - (a->member < b->member);
}

static int compare_base(const void *key, const void *element)
{
	const struct subnet_holder *holder = element;

	return addr_order(key, &holder->base);
}

static struct subnet_holder *find_holder(const struct subnet_holders *holders, struct addr base)
{
	return holders->count > 0 ? bsearch(&base, holders->list, holders->count,
					    sizeof(*holders->list), compare_base)
				  : NULL;
}

uint32_t subnet_owner(const struct network_subnets *n, const struct network_config *config,
		      struct addr ip)
{
	uint8_t length = network_division(config, ip.family)->length;
	const struct subnet_holder *holder;

	if (!length || ip.family == ADDR_NONE)
		return MEMBER_NONE;
	holder = find_holder(ip.family == ADDR_V4 ? &n->v4 : &n->v6, prefix_of(ip, length).addr);
	return holder ? holder->member : MEMBER_NONE;
}

struct subnet_holders *allocation_holders(const struct allocation *a, enum addr_family family)
{
	return family == ADDR_V4 ? &a->out->v4 : &a->out->v6;
}

struct subnet *allocation_subnet(const struct allocation *a, uint32_t member,
				 enum addr_family family)
{
	return family == ADDR_V4 ? &a->out->of[member].v4 : &a->out->of[member].v6;
}

const char *allocation_name(const struct allocation *a, uint32_t member)
{
	return a->cluster->nodes[network_member(a->config, member)].name;
}

static struct prefix pin_of(const struct pin *pin, enum addr_family family)
{
	return family == ADDR_V4 ? pin->v4 : pin->v6;
}

static struct prefix lease_of(const struct lease *lease, enum addr_family family)
{
	return family == ADDR_V4 ? lease->v4 : lease->v6;
}

/* -- Giving -- */

static void hold(struct subnet_holders *holders, struct addr base, uint32_t member)
{
	holders->list[holders->count++] = (struct subnet_holder) { base, member };
}

static void give(struct allocation *a, uint32_t member, enum addr_family family,
		 struct prefix prefix, enum subnet_source source)
{
	*allocation_subnet(a, member, family) = (struct subnet) { prefix, source };
	hold(allocation_holders(a, family), prefix.addr, member);
}

static bool has(const struct allocation *a, uint32_t member, enum addr_family family)
{
	return allocation_subnet(a, member, family)->source != SUBNET_NONE;
}

/* What can be pinned was checked with the file; what can not is passed over. */
static void give_pins(struct allocation *a, enum addr_family family)
{
	const struct network_config *n = a->config;

	for (size_t i = 0; i < n->pin_count; i++) {
		struct prefix prefix = pin_of(&n->pins[i], family);
		uint32_t node = n->pins[i].node;
		uint32_t member = node == NODE_NONE ? MEMBER_NONE : a->member_of[node];

		if (prefix.addr.family && member != MEMBER_NONE && subnet_fits(n, prefix) &&
		    !has(a, member, family))
			give(a, member, family, prefix, SUBNET_PINNED);
	}
}

/* The member that now has the address of a lease whose node is not there any more: it was renamed.
 * MEMBER_NONE where there is none, or it has a lease under its own name. */
static uint32_t renamed_from(struct allocation *a, const struct lease *lease)
{
	uint32_t node;

	if (!a->claims_made && lease->address.family) {
		a->claims_made = true;
		a->no_memory |= !claims_make(a->cluster, &a->claims);
	}
	if (!lease->address.family || a->no_memory)
		return MEMBER_NONE;
	node = claims_find(&a->claims, lease->address);
	if (node == NODE_NONE || lease_find(a->list, a->lease_count, a->cluster->nodes[node].name))
		return MEMBER_NONE;
	return a->member_of[node];
}

/* Whose a lease is: its node's if that is a member; if there is no such node, that of the one that was
 * renamed. */
static uint32_t member_of_lease(struct allocation *a, const struct lease *lease)
{
	uint32_t node = cluster_node(a->cluster, lease->node);

	return node == NODE_NONE ? renamed_from(a, lease) : a->member_of[node];
}

static void give_leases(struct allocation *a, enum addr_family family)
{
	for (size_t i = 0; i < a->lease_count; i++) {
		struct prefix prefix = lease_of(&a->list[i], family);
		uint32_t member;

		if (!prefix.addr.family || !subnet_fits(a->config, prefix))
			continue;
		member = member_of_lease(a, &a->list[i]);
		if (member == MEMBER_NONE)
			hold(allocation_holders(a, family), prefix.addr, MEMBER_NONE);
		else if (!has(a, member, family))
			give(a, member, family, prefix, SUBNET_LEASE);
		else if (strcmp(a->list[i].node, allocation_name(a, member)) != 0)
			hold(allocation_holders(a, family), prefix.addr, MEMBER_NONE);
		/* Else it is pinned elsewhere, which frees this one. */
	}
}

/* -- One holder for each subnet -- */

static const struct pin *pin_for(const struct allocation *a, uint32_t member,
				 enum addr_family family)
{
	for (size_t i = 0; i < a->config->pin_count; i++) {
		const struct pin *pin = &a->config->pins[i];

		if (pin->node != NODE_NONE && a->member_of[pin->node] == member &&
		    pin_of(pin, family).addr.family)
			return pin;
	}
	return NULL;
}

/* Two members hold one subnet: one at least is pinned, for leases were compared with each other when
 * their file was checked. */
static void report_clash(struct allocation *a, enum addr_family family, uint32_t one,
			 uint32_t other)
{
	bool pinned = allocation_subnet(a, other, family)->source == SUBNET_PINNED;
	const struct pin *pin = pin_for(a, pinned ? other : one, family);

	if (pin)
		allocation_report_pin(a, pin, family, pinned ? one : other);
}

/* A pin beats a lease that nobody took up. */
static void sort_holders(struct allocation *a, enum addr_family family)
{
	struct subnet_holders *h = allocation_holders(a, family);
	size_t kept = 0;

	qsort(h->list, h->count, sizeof(*h->list), compare_holders);
	for (size_t i = 0; i < h->count; i++) {
		struct subnet_holder *last = kept > 0 ? &h->list[kept - 1] : NULL;

		if (!last || !addr_equal(last->base, h->list[i].base))
			h->list[kept++] = h->list[i];
		else if (h->list[i].member != MEMBER_NONE) /* which comes last */
			report_clash(a, family, last->member, h->list[i].member);
	}
	h->count = kept;
}

/* -- The rest, in the order of the file -- */

/* The free subnets, from the lowest on. */
struct sweep {
	const struct division *division;
	const struct subnet_holders *held; /* before the sweep */
	size_t next;                       /* of them */
	size_t held_count;
	struct addr at;
	bool over;
};

static void step(struct sweep *s)
{
	s->over = addr_equal(s->at, s->division->max) || !addr_advance(&s->at, s->division->length);
}

/* The next free one; false when there is none. */
static bool next_free(struct sweep *s, struct addr *out)
{
	while (!s->over && s->next < s->held_count &&
	       addr_equal(s->held->list[s->next].base, s->at)) {
		s->next++;
		step(s);
	}
	*out = s->at;
	if (s->over)
		return false;
	step(s);
	return true;
}

static void give_rest(struct allocation *a, enum addr_family family)
{
	const struct division *d = network_division(a->config, family);
	const struct subnet_holders *held = allocation_holders(a, family);
	struct sweep sweep = {
		.division = d, .held = held, .held_count = held->count, .at = d->min
	};
	struct addr base;
	uint32_t without = 0;

	for (uint32_t i = 0; i < a->out->count; i++) {
		if (has(a, i, family))
			continue;
		if (next_free(&sweep, &base))
			give(a, i, family, (struct prefix) { base, d->length }, SUBNET_COMPUTED);
		else
			without++;
	}
	if (without)
		allocation_report_short(a, family, without);
	if (held->count > sweep.held_count)
		qsort(held->list, held->count, sizeof(*held->list), compare_holders);
}

/* -- Room -- */

static bool make_room(struct allocation *a, enum addr_family family)
{
	struct subnet_holders *h = allocation_holders(a, family);
	size_t most = a->config->pin_count + a->lease_count + a->out->count + 1;

	h->list = calloc(most, sizeof(*h->list));
	return h->list;
}

/* -- What etcd says -- */

/* Leases that were made before the network was divided as it is now are held all the same, but not sought by
 * address. */
static void give_leased(struct allocation *a, uint32_t member, struct prefix prefix)
{
	enum addr_family family = prefix.addr.family;

	if (!family || !network_division(a->config, family)->length)
		return;
	*allocation_subnet(a, member, family) = (struct subnet) { prefix, SUBNET_ETCD };
	if (subnet_fits(a->config, prefix))
		hold(allocation_holders(a, family), prefix.addr, member);
}

static void give_all_leased(struct allocation *a)
{
	if (!make_room(a, ADDR_V4) || !make_room(a, ADDR_V6)) {
		a->no_memory = true;
		return;
	}
	for (uint32_t i = 0; i < a->out->count; i++) {
		const struct node *node = &a->cluster->nodes[network_member(a->config, i)];

		if (node->lease) {
			give_leased(a, i, node->lease->v4);
			give_leased(a, i, node->lease->v6);
		}
	}
	sort_holders(a, ADDR_V4);
	sort_holders(a, ADDR_V6);
}

/* -- A network, all networks -- */

static void number_members(const struct allocation *a, bool set)
{
	for (uint32_t i = 0; i < a->out->count; i++)
		a->member_of[network_member(a->config, i)] = set ? i : MEMBER_NONE;
}

static void allocate_family(struct allocation *a, enum addr_family family)
{
	if (!network_division(a->config, family)->length)
		return;
	if (!make_room(a, family)) {
		a->no_memory = true;
		return;
	}
	give_pins(a, family);
	give_leases(a, family);
	sort_holders(a, family);
	give_rest(a, family);
}

static void allocate_network(struct allocation *a, uint32_t number, struct network_subnets *out)
{
	a->config = &a->cluster->networks[number];
	a->out = out;
	if (!network_is_divided(a->config))
		return;
	a->list = leases_of(a->leases, a->config->name, &a->lease_count);
	out->count = network_member_count(a->cluster, a->config);
	out->of = calloc(out->count + (size_t)1, sizeof(*out->of));
	if (!out->of) {
		a->no_memory = true;
		return;
	}
	if (a->config->leased) {
		give_all_leased(a);
		return;
	}
	number_members(a, true);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		allocate_family(a, families[i]);
	if (!a->no_memory)
		allocation_check(a);
	number_members(a, false);
}

static struct subnets *subnets_new(const struct cluster *cluster)
{
	struct subnets *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->cluster = cluster;
	s->networks = calloc(cluster->network_count + (size_t)1, sizeof(*s->networks));
	if (s->networks)
		return s;
	free(s);
	return NULL;
}

struct subnets *subnets_allocate(const struct cluster *cluster, const struct leases *leases,
				 struct errors *errors)
{
	struct subnets *s = subnets_new(cluster);
	struct allocation a = { .cluster = cluster, .leases = leases, .errors = errors };

	a.member_of = malloc((cluster->node_count + (size_t)1) * sizeof(*a.member_of));
	a.no_memory = !s || !a.member_of;
	if (a.member_of)
		memset(a.member_of, 0xff, cluster->node_count * sizeof(*a.member_of));
	for (uint32_t i = 0; i < cluster->network_count && !a.no_memory; i++)
		allocate_network(&a, i, &s->networks[i]);
	free(a.member_of);
	claims_free(&a.claims);
	if (!a.no_memory)
		return s;
	subnets_free(s);
	return NULL;
}

void subnets_free(struct subnets *subnets)
{
	if (!subnets)
		return;
	for (uint32_t i = 0; i < subnets->cluster->network_count; i++) {
		free(subnets->networks[i].of);
		free(subnets->networks[i].v4.list);
		free(subnets->networks[i].v6.list);
	}
	free(subnets->networks);
	free(subnets);
}
