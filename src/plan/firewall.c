#include "plan/firewall.h"

static bool wants_table(const struct plan_network *n)
{
	return n->subnets && (n->config->masquerade || n->config->forward_rules);
}

enum { TABLE = 4 * NETWORK_NAME };

static const char *own_prefix(const struct plan *plan, char out[TABLE])
{
	snprintf(out, TABLE, "inet vxs/%s/%s/", plan->cluster->name,
		 plan->cluster->nodes[plan->node].name);
	return out;
}

static const char *table_of(const struct plan *plan, const struct plan_network *n, char out[TABLE])
{
	size_t len = strlen(own_prefix(plan, out));

	snprintf(out + len, TABLE - len, "%s", n->config->name);
	return out;
}

/* In this order: what stays inside is decided first. */
static void write_masquerade(FILE *to, const char *ip, const char *groups, struct prefix cidr,
			     struct prefix subnet)
{
	char all[PREFIX_TEXT], own[PREFIX_TEXT];

	if (!subnet.addr.family)
		return;
	prefix_text(cidr, all);
	prefix_text(subnet, own);
	fprintf(to, "  %s saddr %s %s daddr %s return\n", ip, own, ip, all);
	fprintf(to, "  %s saddr %s %s daddr %s return\n", ip, all, ip, own);
	fprintf(to, "  %s saddr != %s %s daddr %s return\n", ip, all, ip, own);
	fprintf(to, "  %s saddr %s %s daddr != %s masquerade fully-random\n", ip, all, ip, groups);
	fprintf(to, "  %s saddr != %s %s daddr %s masquerade fully-random\n", ip, all, ip, all);
}

static void write_forward(FILE *to, const char *ip, struct prefix cidr)
{
	char all[PREFIX_TEXT];

	if (!cidr.addr.family)
		return;
	prefix_text(cidr, all);
	fprintf(to, "  %s saddr %s accept\n", ip, all);
	fprintf(to, "  %s daddr %s accept\n", ip, all);
}

static void write_table(FILE *to, const struct plan *plan, const struct plan_network *n)
{
	const struct network_config *config = n->config;
	char table[TABLE];

	fprintf(to, "table %s {\n", table_of(plan, n, table));
	if (config->masquerade) {
		fprintf(to, " chain postrouting {\n"
			    "  type nat hook postrouting priority srcnat; policy accept;\n");
		write_masquerade(to, "ip", "224.0.0.0/4", config->cidr, n->subnet.prefix);
		write_masquerade(to, "ip6", "ff00::/8", config->cidr6, n->subnet6.prefix);
		fprintf(to, " }\n");
	}
	if (config->forward_rules) {
		fprintf(to, " chain forward {\n"
			    "  type filter hook forward priority filter; policy accept;\n");
		write_forward(to, "ip", config->cidr);
		write_forward(to, "ip6", config->cidr6);
		fprintf(to, " }\n");
	}
	fprintf(to, "}\n");
}

void firewall_write_tables(FILE *to, const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->network_count; i++)
		if (wants_table(&plan->networks[i]))
			write_table(to, plan, &plan->networks[i]);
}

/* What is made first is there to be removed. */
void firewall_write_removal(FILE *to, const struct plan *plan)
{
	char table[TABLE];

	for (uint32_t i = 0; i < plan->network_count; i++) {
		if (!wants_table(&plan->networks[i]))
			continue;
		table_of(plan, &plan->networks[i], table);
		fprintf(to, "table %s\ndelete table %s\n", table, table);
	}
}

bool firewall_is_own(const struct plan *plan, const char *table)
{
	char prefix[TABLE];

	own_prefix(plan, prefix);
	return strncmp(table, prefix, strlen(prefix)) == 0;
}

bool firewall_is_wanted(const struct plan *plan, const char *table)
{
	char own[TABLE];

	for (uint32_t i = 0; i < plan->network_count; i++)
		if (wants_table(&plan->networks[i]) &&
		    strcmp(table_of(plan, &plan->networks[i], own), table) == 0)
			return true;
	return false;
}
