/* How a network is divided among its nodes.
 *
 * The rules are flannel's (pkg/subnet/config.go), with its reasons: a subnet has four addresses at
 * least, of which two can be hosts'; a cidr has four subnets at least, for the first is not used unless
 * subnet-min says so: its base is the base of the whole cidr, which some take for a broadcast
 * address. */
#include <stdlib.h>

#include "schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum {
	LENGTH_AUTO = UINT8_MAX,
	SPARE = 2, /* bits: the cidr has four subnets, and a subnet four addresses */
};

/* -- Single values -- */

void read_cidr(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct prefix cidr = { .length = 0 };

	read_prefix(r, key, value, &cidr);
	if (cidr.addr.family && cidr.addr.family != key->min)
		read_refuse(r, PLAN_E_PREFIX, value,
			    cidr.addr.family == ADDR_V6
				    ? "help: an IPv6 prefix goes under \"cidr6\""
				    : "help: an IPv4 prefix goes under \"cidr\"",
			    "%s %s is an IPv%u prefix", key->name, value->text, cidr.addr.family);
	else
		*(struct prefix *)into = cidr;
}

/* The default is flannel's, which depends on the cidr: it is filled in when both are known. */
void read_subnet_length(struct reader *r, const struct key *key, const struct item *value,
			void *into)
{
	if (value->kind == ITEM_SCALAR && strcmp(value->text, "auto") == 0)
		*(uint8_t *)into = LENGTH_AUTO;
	else
		read_u8(r, key, value, into);
}

void read_subnet_base(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct addr addr;

	if (!take_addr(r, key->name, value, &addr))
		return;
	if (addr.family == key->min)
		*(struct addr *)into = addr;
	else
		read_refuse(r, PLAN_E_ADDRESS, value, "expected: the base of a subnet",
			    "%s %s is an IPv%u address", key->name, value->text, addr.family);
}

void read_gateway(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct network_config *n = into;
	static const char expected[] = "expected: first, none, or an address";
	const char *text = expect_scalar(r, key->name, value, expected + strlen("expected: "));
	struct addr addr;
	char word[SHOWN];

	if (!text || strcmp(text, "first") == 0)
		return;
	if (strcmp(text, "none") == 0)
		n->gateway = GATEWAY_NONE;
	else if (!addr_parse(text, &addr))
		read_refuse(r, PLAN_E_WORD, value, expected, "%s is \"%s\"", key->name,
			    text_shown(text, word));
	else if (take_addr(r, key->name, value, &n->gateway_addr))
		n->gateway = GATEWAY_ADDRESS;
}

/* -- Pins -- */

static void take_pin(struct reader *r, const struct item *value, struct pin *pin)
{
	static const struct key key = { .name = "the subnet" };
	struct prefix prefix = { .length = 0 };
	bool v6;

	read_prefix(r, &key, value, &prefix);
	if (!prefix.addr.family)
		return;
	v6 = prefix.addr.family == ADDR_V6;
	if ((v6 ? pin->v6 : pin->v4).addr.family)
		read_refuse(r, PLAN_E_SUBNET, value, "help: give one of each family at most",
			    "a second IPv%u subnet for one node", prefix.addr.family);
	*(v6 ? &pin->v6 : &pin->v4) = prefix;
	*(v6 ? &pin->v6_at : &pin->v4_at) = value->at;
}

static void read_one_pin(struct reader *r, const struct item *value, struct pin *pin)
{
	pin->at = value->key->at;
	if (!take_node(r, value->key, &pin->node))
		pin->node = NODE_NONE;
	if (value->kind != ITEM_LIST) {
		take_pin(r, value, pin);
		return;
	}
	for (const struct item *child = value->first; child; child = child->next)
		take_pin(r, child, pin);
}

void read_pins(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct network_config *n = into;

	if (!expect_map(r, key->name, value))
		return;
	n->pins = read_array(r, value->count, sizeof(*n->pins));
	for (const struct item *child = n->pins ? value->first : NULL; child; child = child->next)
		read_one_pin(r, child, &n->pins[n->pin_count++]);
}

/* -- The rules across them -- */

/* The keys of one family's division. */
struct family_keys {
	enum addr_family family;
	const char *cidr, *length, *min, *max;
	uint8_t bits;
	uint8_t usual; /* length that flannel prefers */
};

static const struct family_keys families[] = {
	{ ADDR_V4, "cidr", "subnet-length", "subnet-min", "subnet-max", 32, 24 },
	{ ADDR_V6, "cidr6", "subnet-length6", "subnet-min6", "subnet-max6", 128, 64 },
};

static void need(struct reader *r, const struct item *map, const char *key, const char *needed)
{
	const struct item *value = item_find(map, key);
	char hint[READ_HINT];

	if (!value || item_find(map, needed))
		return;
	snprintf(hint, sizeof(hint), "help: %s says how a cidr is divided among the nodes", needed);
	read_refuse(r, PLAN_E_MISSING_KEY, value->key,
		    strncmp(needed, "subnet", 6) == 0 ? hint : "help: what is to be divided?",
		    "%s is given, and \"%s\" is not", key, needed);
}

/* Keys that mean something only where one of the two families is divided. */
static void need_division(struct reader *r, const struct item *map, const char *key)
{
	if (!item_find(map, "subnet-length6"))
		need(r, map, key, "subnet-length");
}

/* False after reporting. */
static bool check_length(struct reader *r, const struct item *map, const struct family_keys *keys,
			 struct prefix cidr, struct division *d)
{
	unsigned least = cidr.length + SPARE, most = keys->bits - SPARE;
	char text[PREFIX_TEXT], hint[READ_HINT];

	if (d->length == LENGTH_AUTO)
		d->length = (uint8_t)(least <= keys->usual ? keys->usual : least);
	if (d->length >= least && d->length <= most)
		return true;
	if (least <= most)
		snprintf(hint, sizeof(hint),
			 "expected: %u..%u, so that there are four subnets of four addresses",
			 least, most);
	else
		snprintf(hint, sizeof(hint), "help: the smallest cidr that can be divided is a /%u",
			 most - SPARE);
	read_refuse(r, PLAN_E_SUBNET_LENGTH, item_find(map, keys->length), hint,
		    "%s %s cannot be divided into subnets of length %u", keys->cidr,
		    prefix_text(cidr, text), d->length);
	return false;
}

/* Is the base that @key gives one of a subnet in @cidr?  Reports where it is not. */
static bool check_base(struct reader *r, const struct item *map, const char *key,
		       struct prefix cidr, uint8_t length, struct addr base)
{
	struct prefix subnet = prefix_of(base, length);
	char text[PREFIX_TEXT], hint[READ_HINT];
	bool inside = prefix_contains(cidr, base);

	if (inside && addr_equal(subnet.addr, base))
		return true;
	if (inside)
		snprintf(hint, sizeof(hint), "expected: the base of a /%u, such as that of %s",
			 length, prefix_text(subnet, text));
	else
		snprintf(hint, sizeof(hint), "expected: the base of a subnet in %s",
			 prefix_text(cidr, text));
	read_refuse(r, PLAN_E_SUBNET_RANGE, item_find(map, key), hint, "%s %s is %s", key,
		    item_find(map, key)->text,
		    inside ? "inside a subnet, not its base" : "outside the cidr");
	return false;
}

static void default_range(struct prefix cidr, struct division *d)
{
	if (!d->min.family) {
		d->min = cidr.addr;
		addr_advance(&d->min, d->length);
	}
	if (!d->max.family)
		d->max = prefix_of(prefix_last(cidr), d->length).addr;
}

static bool check_range(struct reader *r, const struct item *map, const struct family_keys *keys,
			struct prefix cidr, struct division *d)
{
	bool fine = !d->min.family || check_base(r, map, keys->min, cidr, d->length, d->min);
	const struct item *at = item_find(map, item_find(map, keys->max) ? keys->max : keys->min);
	char min[ADDR_TEXT], max[ADDR_TEXT];

	if (d->max.family && !check_base(r, map, keys->max, cidr, d->length, d->max))
		fine = false;
	if (!fine)
		return false;
	default_range(cidr, d);
	if (memcmp(d->min.octet, d->max.octet, sizeof(d->min.octet)) <= 0)
		return true;
	read_refuse(r, PLAN_E_SUBNET_RANGE, at ? at : map,
		    "help: the first subnet of the cidr is left out unless subnet-min gives it",
		    "the last subnet, %s, comes before the first, %s", addr_text(d->max, max),
		    addr_text(d->min, min));
	return false;
}

/* A division that is not right is none. */
static void divide(struct reader *r, const struct item *map, const struct family_keys *keys,
		   struct prefix cidr, struct division *d)
{
	struct position at = d->at;

	need(r, map, keys->length, keys->cidr);
	need(r, map, keys->min, keys->length);
	need(r, map, keys->max, keys->length);
	if (d->length && cidr.addr.family && check_length(r, map, keys, cidr, d) &&
	    check_range(r, map, keys, cidr, d))
		return;
	*d = (struct division) { .at = at };
}

void read_division(struct reader *r, const struct item *map, struct network_config *n)
{
	divide(r, map, &families[0], n->cidr, &n->division);
	divide(r, map, &families[1], n->cidr6, &n->division6);
	if (n->in_etcd)
		return;
	need_division(r, map, "subnets");
	need(r, map, "dhcp", "subnet-length");
	need_division(r, map, "gateway");
	need_division(r, map, "masquerade");
	need_division(r, map, "forward-rules");
	need_division(r, map, "env-file");
}

/* -- Routing between them -- */

static void contradicts(struct reader *r, const struct item *map, const char *key, const char *hint)
{
	const struct item *value = item_find(map, key), *routing = item_find(map, "routing");

	if (value)
		read_refuse(r, PLAN_E_ROUTING, value->key, hint,
			    "%s does not go together with %s: %s", key,
			    routing ? "routing" : "config", routing ? routing->text : "etcd");
}

void read_routing(struct reader *r, const struct item *map, struct network_config *n)
{
	if (n->routing == ROUTING_FLAT)
		return;
	if (!n->in_etcd)
		need_division(r, map, "routing");
	if (n->learning)
		contradicts(r, map, "learning",
			    "help: leave it out: the leases say where each "
			    "node is");
	if (n->flood != FLOOD_NONE)
		contradicts(r, map, "flood", "help: leave it out: nothing is flooded");
	if (!n->device)
		contradicts(r, map, "device", "help: the routes need a device");
	contradicts(r, map, "bridge",
		    "help: leave it out: containers are behind a bridge of their own, which no "
		    "other node shares");
	if (n->dhcp)
		contradicts(
			r, map, "dhcp",
			"help: leave it out: containers are behind a bridge of their own, out of "
			"our sight (vxs cni-config)");
	n->learning = false;
	n->flood = FLOOD_NONE;
}
