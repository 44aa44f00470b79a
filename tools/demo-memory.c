/* A ping between two nodes of a cluster file, in memory: no device, no socket, no right is needed.
 *
 *   demo-memory FILE ADDRESS1 ADDRESS2      node 1's host pings node 2's, twice
 *
 * Both nodes are planned from the file as `vxs run` would, and run the switch's own engine over the
 * simulator's wires.  A host of the file has the MAC it has there; another gets one made up.
 *
 * Each line says whose it is: "ping| ", or "node1| " with what that daemon would print on SIGUSR2
 * (the five steps of each frame) and on SIGUSR1 (its tables).  Exits 0 when both pings came back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/show.h"
#include "guest.h"
#include "plan/plan.h"

enum {
	NODES = 2,
	PINGS = 2,
	FILE_MAX = 1 << 20,
	SOURCES = 16,
	STEP = 10 * NS_PER_US, /* how often hosts look at what came */
	STEPS = 1000,          /* a ping has ten milliseconds */
	TRACED = 64,           /* frames */
};

struct demo {
	char *text; /* the cluster file */
	size_t len;
	struct errors errors;
	struct cluster *cluster;
	struct plan *plans[NODES];
	struct sim *sim;
	struct guest guests[NODES];
};

/* -- From the file to two nodes. -- */

static bool read_file(struct demo *d, const char *name)
{
	FILE *f = fopen(name, "r");

	if (f) {
		d->text = malloc(FILE_MAX);
		d->len = d->text ? fread(d->text, 1, FILE_MAX, f) : 0;
		fclose(f);
	}
	if (!d->len)
		fprintf(stderr, "demo-memory: cannot read %s: %s\n", name, strerror(errno));
	return d->len;
}

static uint32_t wire_mtu(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return SIM_MTU;
}

static bool plan_nodes(struct demo *d, const char *name)
{
	const struct plan_machine machine = { .mtu = wire_mtu };

	d->cluster = cluster_read(name, d->text, d->len, &d->errors);
	if (!d->cluster)
		return false;
	cluster_check(d->cluster, &d->errors);
	for (uint32_t i = 0; i < NODES && !d->errors.error_count; i++) {
		if (i < d->cluster->node_count)
			d->plans[i] = plan_make(d->cluster, i, &machine, &d->errors);
		if (!d->plans[i] || d->plans[i]->endpoint_count != 1 || !d->plans[i]->network_count)
			return false;
	}
	errors_print(stderr, &d->errors, name, d->text, d->len, NULL);
	return !d->errors.error_count;
}

static bool add_node(struct demo *d, uint32_t i)
{
	struct plan *plan = d->plans[i];
	struct tables *tables = tables_new(0, hash_secret_random());
	struct sim_node *node;

	if (!tables || !plan_apply(plan, tables)) {
		tables_free(tables);
		return false;
	}
	node = sim_adopt_node(d->sim, tables, SOURCES);
	if (plan->group_count)
		node->wire.group = plan->groups[0].group;
	d->guests[i].port = sim_add_port(node, tables->networks[0], sim_takes_all);
	return true;
}

/* -- Hosts. -- */

static struct mac made_up_mac(const uint8_t ip[4])
{
	return (struct mac) { { 0x02, 0x00, ip[0], ip[1], ip[2], ip[3] } };
}

static struct mac mac_of(const struct network_config *network, struct addr ip)
{
	for (size_t h = 0; h < network->host_count; h++) {
		const struct host *host = &network->hosts[h];

		for (size_t i = 0; i < host->ip_count; i++)
			if (addr_equal(host->ips[i], ip))
				return host->mac;
	}
	return made_up_mac(ip.octet);
}

static bool set_guests(struct demo *d, char **addresses)
{
	for (unsigned i = 0; i < NODES; i++) {
		struct guest *g = &d->guests[i];
		struct addr ip;

		if (!addr_parse(addresses[i], &ip) || ip.family != ADDR_V4) {
			fprintf(stderr, "demo-memory: %s is not an IPv4 address\n", addresses[i]);
			return false;
		}
		memcpy(g->ip, ip.octet, sizeof(g->ip));
		memcpy(d->guests[NODES - 1 - i].other_ip, ip.octet, sizeof(g->other_ip));
		g->mac = mac_of(&d->cluster->networks[0], ip);
	}
	return true;
}

/* -- The ping. -- */

/* Lets time pass until the first host has its reply; false when none comes. */
static bool wait_for_reply(struct demo *d)
{
	const struct guest *asker = &d->guests[0];

	for (unsigned i = 0; i < STEPS && !asker->replies; i++) {
		sim_run(d->sim, STEP);
		for (unsigned g = 0; g < NODES; g++)
			guest_work(&d->guests[g]);
	}
	return asker->replies;
}

static bool ping(struct demo *d, const char *address, unsigned number)
{
	struct guest *g = &d->guests[0];
	uint64_t start = d->sim->now;

	g->replies = 0;
	guest_ping(g);
	if (!wait_for_reply(d)) {
		printf("ping| no answer from %s\n", address);
		return false;
	}
	printf("ping| 64 bytes from %s: icmp_seq=%u time=%.2f ms, by the simulator's clock\n",
	       address, number, (double)(d->sim->now - start) / NS_PER_MS);
	return true;
}

static bool ping_all(struct demo *d, const char *address)
{
	unsigned received = 0;

	printf("ping| PING %s\n", address);
	for (unsigned i = 0; i < PINGS; i++)
		received += ping(d, address, i + 1);
	printf("ping| %u packets transmitted, %u received\n", PINGS, received);
	return received == PINGS;
}

/* -- What the nodes have to say. -- */

static void print_lines(const char *whose, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		printf("%s| %.*s\n", whose, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static bool tell(const struct demo *d, unsigned i)
{
	const struct sim_node *node = d->sim->node[i];
	char *dump = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&dump, &len);

	if (!to)
		return false;
	show_all(to, node->tables, d->sim->now);
	fputs("end of dump\n", to);
	fclose(to);
	print_lines(d->cluster->nodes[i].name, node->trace);
	print_lines(d->cluster->nodes[i].name, dump);
	free(dump);
	return true;
}

static bool run(struct demo *d, char **addresses)
{
	bool fine = true;

	d->sim = sim_new(1);
	for (unsigned i = 0; i < NODES; i++) {
		if (!add_node(d, i))
			return false;
		sim_trace(d->sim->node[i], TRACED);
	}
	fine = ping_all(d, addresses[1]);
	for (unsigned i = 0; i < NODES; i++)
		fine = tell(d, i) && fine;
	return fine;
}

static void forget(struct demo *d)
{
	if (d->sim)
		sim_free(d->sim);
	for (unsigned i = 0; i < NODES; i++)
		plan_free(d->plans[i]);
	cluster_free(d->cluster);
	errors_free(&d->errors);
	free(d->text);
}

int main(int argc, char **argv)
{
	static struct demo d;
	bool fine;

	if (argc != 4) {
		fputs("usage: demo-memory FILE ADDRESS1 ADDRESS2\n", stderr);
		return EXIT_FAILURE;
	}
	fine = read_file(&d, argv[1]) && plan_nodes(&d, argv[1]) && set_guests(&d, argv + 2) &&
	       run(&d, argv + 2);
	forget(&d);
	return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
