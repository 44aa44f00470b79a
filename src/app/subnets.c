#include "app/subnets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/client.h"
#include "app/config.h"
#include "base/log.h"
#include "base/text.h"
#include "store/replace.h"

static bool read_config(struct config *config, const char *file)
{
	int rc = config_read(config, file, NULL);

	if (rc < 0)
		log_error("cannot read %s: %s", file, config_unreadable(rc));
	return rc == 0;
}

/* -- allocate -- */

/* What a member was leased before: under its name, or under another that had its address. */
struct before {
	const struct lease *list;
	size_t count;
};

static const struct lease *lease_on(const struct before *before, struct prefix subnet)
{
	for (size_t i = 0; i < before->count; i++)
		if (prefix_equal(before->list[i].v4, subnet) ||
		    prefix_equal(before->list[i].v6, subnet))
			return &before->list[i];
	return NULL;
}

/* A line where the lease file said something else; true for what it did not know. */
static bool say_subnet(const struct network_config *n, const struct node *node,
		       const struct before *before, struct subnet subnet)
{
	const struct lease *own = lease_find(before->list, before->count, node->name);
	const struct lease *other;
	char text[PREFIX_TEXT];
	bool v6 = subnet.prefix.addr.family == ADDR_V6;

	if (subnet.source == SUBNET_NONE ||
	    (own && prefix_equal(v6 ? own->v6 : own->v4, subnet.prefix)))
		return false;
	other = subnet.source == SUBNET_LEASE ? lease_on(before, subnet.prefix) : NULL;
	printf("network %s: node %s has %s", n->name, node->name, prefix_text(subnet.prefix, text));
	if (other)
		printf(", which was node %s's\n", other->node);
	else
		printf("%s\n", subnet.source == SUBNET_PINNED ? ", pinned" : "");
	return !other;
}

/* Says what is new, and returns how much that is; *@all: of how many. */
static size_t say_changes(const struct config *c, size_t *all)
{
	size_t changes = 0;

	*all = 0;
	for (uint32_t i = 0; i < c->cluster->network_count; i++) {
		const struct network_config *n = &c->cluster->networks[i];
		const struct network_subnets *subnets = &c->subnets->networks[i];
		struct before before;

		before.list = leases_of(c->leases.leases, n->name, &before.count);
		for (uint32_t k = 0; k < subnets->count; k++) {
			const struct node *node = &c->cluster->nodes[network_member(n, k)];

			*all += subnets->of[k].v4.source != SUBNET_NONE;
			*all += subnets->of[k].v6.source != SUBNET_NONE;
			changes += say_subnet(n, node, &before, subnets->of[k].v4);
			changes += say_subnet(n, node, &before, subnets->of[k].v6);
		}
	}
	return changes;
}

/* A file that would say the same is not touched. */
static int write_leases(const struct config *c)
{
	struct leases *leases = leases_renew(c->leases.leases, c->subnets);
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	bool written = to && leases && leases_write(to, leases);
	int rc = -ENOMEM;

	leases_free(leases);
	if (to)
		written = fclose(to) == 0 && written;
	if (written && c->leases.leases && len == c->leases.len &&
	    memcmp(text, c->leases.text, len) == 0)
		rc = 0;
	else if (written)
		rc = file_replace(c->leases.path, text, len, REPLACE_DURABLE);
	free(text);
	return rc;
}

/* The warning that nothing is leased is what is being mended. */
static bool complain(struct config *c)
{
	return config_is_fine(c) || config_report(c, stderr, "Nothing was changed.");
}

static enum exit_code allocate_all(struct config *c)
{
	size_t all, changes;
	int rc;

	if (!complain(c))
		return EXIT_CONFIG;
	if (c->cluster->etcd) {
		log_error("%s: subnets are leased from etcd, which no file is written for",
			  c->file);
		return EXIT_REFUSED;
	}
	rc = write_leases(c);
	if (rc < 0) {
		log_error("cannot write %s: %s", c->leases.path, strerror(-rc));
		return EXIT_REFUSED;
	}
	changes = say_changes(c, &all);
	printf("%s: %zu subnet%s, %zu of them new\n", c->leases.path, all, text_plural(all),
	       changes);
	return EXIT_OK;
}

static enum exit_code allocate(const struct verb *self, int argc, char **argv)
{
	struct config config;
	enum exit_code code;

	if (argc > 2 && (strcmp(argv[2], "-h") == 0 || strcmp(argv[2], "--help") == 0)) {
		printf("usage: vxs subnet allocate FILE\n");
		return EXIT_OK;
	}
	if (argc < 3 || argv[2][0] == '-') {
		options_complain(self, argc < 3 ? "which cluster file?"
						: "the cluster file has to be a file");
		return EXIT_USAGE;
	}
	if (argc > 3) {
		options_complain(self, "unexpected \"%s\"", argv[3]);
		return EXIT_USAGE;
	}
	if (!read_config(&config, argv[2]))
		return EXIT_CONFIG;
	code = allocate_all(&config);
	config_free(&config);
	return code;
}

/* -- show -- */

enum exit_code verb_subnet(const struct verb *self, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "allocate") == 0)
		return allocate(self, argc, argv);
	return verb_ask(self, argc, argv);
}
