#include "plan/leases.h"

#include <stdlib.h>

#include "claims.h"
#include "plan/subnet.h"
#include "schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* -- Order -- */

static int compare_leases(const void *left, const void *right)
{
	const struct lease *a = left, *b = right;
	int order = strcmp(a->network, b->network);

	return order != 0 ? order : strcmp(a->node, b->node);
}

/* The number of the first lease whose network is not before @network; behind it where @behind. */
static size_t network_from(const struct leases *leases, const char *network, bool behind)
{
	size_t low = 0, high = leases->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(leases->list[middle].network, network);

		if (order < 0 || (behind && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct lease *leases_of(const struct leases *leases, const char *network, size_t *count)
{
	size_t from;

	*count = 0;
	if (!leases)
		return NULL;
	from = network_from(leases, network, false);
	*count = network_from(leases, network, true) - from;
	return leases->list + from;
}

static int compare_node(const void *key, const void *element)
{
	const struct lease *lease = element;

	return strcmp(key, lease->node);
}

const struct lease *lease_find(const struct lease *list, size_t count, const char *node)
{
	return count > 0 ? bsearch(node, list, count, sizeof(*list), compare_node) : NULL;
}

/* -- Reading -- */

static void read_lease_prefix(struct reader *r, const struct key *key, const struct item *value,
			      void *into)
{
	struct prefix prefix = { .length = 0 };

	read_prefix(r, key, value, &prefix);
	if (prefix.addr.family && prefix.addr.family != key->min)
		read_refuse(r, PLAN_E_PREFIX, value, key->about, "%s %s is an IPv%u prefix",
			    key->name, value->text, prefix.addr.family);
	else
		*(struct prefix *)into = prefix;
}

static const struct key lease_keys[] = {
	{ .name = "address", .read = read_addr, .offset = offsetof(struct lease, address) },
	{ .name = "subnet",
	  .read = read_lease_prefix,
	  .offset = offsetof(struct lease, v4),
	  .position = offsetof(struct lease, v4_at),
	  .min = ADDR_V4,
	  .about = "help: an IPv6 subnet goes under \"subnet6\"" },
	{ .name = "subnet6",
	  .read = read_lease_prefix,
	  .offset = offsetof(struct lease, v6),
	  .position = offsetof(struct lease, v6_at),
	  .min = ADDR_V6,
	  .about = "help: an IPv4 subnet goes under \"subnet\"" },
};

static const char *keep_name(struct reader *r, struct leases *leases, const struct item *key)
{
	char *name = read_copy(r, key->text);

	if (name)
		leases->names[leases->name_count++] = name;
	return name;
}

static void read_lease(struct reader *r, struct leases *leases, const char *network,
		       const struct item *map)
{
	struct lease *lease = &leases->list[leases->count];
	char where[3 * SHOWN], first[SHOWN], second[SHOWN];

	*lease = (struct lease) { .network = network, .at = map->key->at };
	lease->v4_at = lease->v6_at = lease->at;
	lease->node = keep_name(r, leases, map->key);
	if (!network || !lease->node)
		return;
	leases->count++;
	take_name(r, "node", map->key);
	snprintf(where, sizeof(where), "networks.%s.%s", text_shown(network, first),
		 text_shown(lease->node, second));
	if (!expect_map(r, where, map))
		return;
	read_map(r, map, lease_keys, COUNT(lease_keys), where, lease);
	if (!item_find(map, "subnet") && !item_find(map, "subnet6"))
		read_refuse(r, PLAN_E_MISSING_KEY, map->key,
			    "expected: a key such as \"subnet: 10.42.1.0/24\"",
			    "%s has neither \"subnet\" nor \"subnet6\"", where);
}

static void read_network_leases(struct reader *r, struct leases *leases, const struct item *map)
{
	const char *network = keep_name(r, leases, map->key);
	char where[SHOWN + 16], name[SHOWN];

	take_name(r, "network", map->key);
	snprintf(where, sizeof(where), "networks.%s", text_shown(map->key->text, name));
	if (!expect_map(r, where, map))
		return;
	for (const struct item *child = map->first; child; child = child->next)
		read_lease(r, leases, network, child);
}

/* Room for all that is below: one pass counts. */
static bool make_room(struct reader *r, struct leases *leases, const struct item *networks)
{
	size_t nodes = 0;

	for (const struct item *child = networks->first; child; child = child->next)
		nodes += child->count;
	leases->list = read_array(r, nodes + 1, sizeof(*leases->list));
	leases->names = read_array(r, nodes + networks->count + 1, sizeof(*leases->names));
	return leases->list && leases->names;
}

static void read_lease_networks(struct reader *r, const struct key *key, const struct item *value,
				void *into)
{
	struct leases *leases = into;

	if (!expect_map(r, key->name, value) || !make_room(r, leases, value))
		return;
	for (const struct item *child = value->first; child; child = child->next)
		read_network_leases(r, leases, child);
	qsort(leases->list, leases->count, sizeof(*leases->list), compare_leases);
}

static const struct key top_keys[] = {
	{ .name = "version", .read = read_version, .required = true, .example = "\"version: 1\"" },
	{ .name = "networks", .read = read_lease_networks },
};

struct leases *leases_read(const char *file, const char *text, size_t len, struct errors *errors)
{
	struct cluster nobody = { .node_count = 0 }; /* no node's name is a hint here */
	struct leases *leases = calloc(1, sizeof(*leases));
	struct reader r = { .cluster = &nobody, .errors = errors, .where = "" };
	struct item *root = NULL;

	if (!leases)
		return NULL;
	leases->file = read_copy(&r, file);
	if (!document_read(text, len, errors, &root))
		r.no_memory = true;
	else if (!root && errors->error_count == 0) /* else everybody would move */
		errors_add(errors, SEVERITY_ERROR, PLAN_E_MISSING_KEY, (struct position) { 0 },
			   "help: remove it, and `vxs subnet allocate` writes it anew",
			   "the file is empty");
	else if (root && expect_map(&r, "the lease file", root))
		read_map(&r, root, top_keys, COUNT(top_keys), "the lease file", leases);
	item_free(root);
	if (!r.no_memory)
		return leases;
	leases_free(leases);
	return NULL;
}

void leases_free(struct leases *leases)
{
	if (!leases)
		return;
	for (size_t i = 0; i < leases->name_count; i++)
		free(leases->names[i]);
	free(leases->names);
	free(leases->list);
	free(leases->file);
	free(leases);
}

/* -- Checking -- */

static void check_fit(const struct network_config *n, const struct lease *lease,
		      struct prefix subnet, struct position at, struct errors *errors)
{
	char text[PREFIX_TEXT], cidr[PREFIX_TEXT];

	if (!subnet.addr.family || !network_division(n, subnet.addr.family)->length ||
	    subnet_fits(n, subnet))
		return;
	errors_add(errors, SEVERITY_ERROR, PLAN_E_SUBNET, at,
		   "help: delete the line, or all of the network's, to have subnets given anew",
		   "%s, leased to node \"%s\", is none of the subnets of length %u into which %s "
		   "of network \"%s\" is divided",
		   prefix_text(subnet, text), lease->node,
		   network_division(n, subnet.addr.family)->length,
		   prefix_text(network_cidr(n, subnet.addr.family), cidr), n->name);
}

/* A subnet, and the lease that gives it. */
struct given {
	struct addr base;
	struct position at;
	const struct lease *lease;
};

static int compare_given(const void *left, const void *right)
{
	const struct given *a = left, *b = right;
	int order = addr_order(&a->base, &b->base);

	return order != 0 ? order : (a->at.line > b->at.line) - (a->at.line < b->at.line);
}

static void check_twice(struct given *list, size_t count, struct errors *errors)
{
	char text[ADDR_TEXT];

	qsort(list, count, sizeof(*list), compare_given);
	for (size_t i = 1; i < count; i++)
		if (addr_equal(list[i - 1].base, list[i].base))
			errors_add(errors, SEVERITY_ERROR, PLAN_E_DUPLICATE_SUBNET, list[i].at,
				   "help: delete one of the two lines",
				   "subnet %s is leased to node \"%s\" already (line %u)",
				   addr_text(list[i].base, text), list[i - 1].lease->node,
				   list[i - 1].at.line);
}

static void check_network_leases(const struct network_config *n, const struct lease *list,
				 size_t count, struct given *given, struct errors *errors)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++) {
		const struct lease *lease = &list[i];

		check_fit(n, lease, lease->v4, lease->v4_at, errors);
		check_fit(n, lease, lease->v6, lease->v6_at, errors);
		if (lease->v4.addr.family && n->division.length)
			given[total++] = (struct given) { lease->v4.addr, lease->v4_at, lease };
		if (lease->v6.addr.family && n->division6.length)
			given[total++] = (struct given) { lease->v6.addr, lease->v6_at, lease };
	}
	check_twice(given, total, errors);
}

void leases_check(const struct leases *leases, const struct cluster *cluster, struct errors *errors)
{
	struct given *given = calloc(2 * leases->count + 1, sizeof(*given));

	if (!given) {
		errors_add(errors, SEVERITY_ERROR, PLAN_E_NO_MEMORY, (struct position) { 0 }, NULL,
			   "no memory to check the file");
		return;
	}
	for (uint32_t i = 0; i < cluster->network_count; i++) {
		size_t count;
		const struct lease *list = leases_of(leases, cluster->networks[i].name, &count);

		check_network_leases(&cluster->networks[i], list, count, given, errors);
	}
	free(given);
}
