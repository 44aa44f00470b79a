#include "app/wanted.h"

#include <stdarg.h>

#include "app/identity.h"

static uint32_t machine_mtu(void *netlink, struct addr addr, const char *interface)
{
	struct link_info link;
	int rc = interface ? link_get(netlink, interface, &link)
			   : link_holding(netlink, addr, &link);

	return rc < 0 ? 0 : link.mtu;
}

static enum exit_code __attribute__((format(printf, 3, 4)))
say(struct wanted_words *words, enum exit_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(words->why, sizeof(words->why), format, args);
	va_end(args);
	return code;
}

/* Is the node of the command line one of @cluster, and not the file's? */
static bool is_given(const struct cluster *cluster, const struct node_given *given)
{
	uint32_t node = cluster_node(cluster, given->name);

	return cluster->etcd && node != NODE_NONE && cluster->nodes[node].at.line == 0;
}

static const char *refuse_given(const struct cluster *cluster)
{
	return cluster->etcd
		       ? "the cluster file has this node, and says which address is its own: "
			 "--address is for one that it does not have (--node names another)"
		       : "the cluster file says which address and interface are this node's: "
			 "--address, --address6, --public-ip and --interface are for a switch "
			 "without a file, or one whose subnets are leased from etcd";
}

/* Each stage whole before the next begins. */
static enum exit_code plan_for(struct wanted *w, const char *node_name, const struct beside *beside,
			       struct netlink *netlink, struct wanted_words *words)
{
	struct config *config = &w->config;
	const struct plan_machine machine = { .context = netlink,
					      .mtu = machine_mtu,
					      .subnets = config->subnets };
	char why[IDENTITY_WHY];
	uint32_t node;

	if (!config_is_fine(config)) {
		config_report(config, words->complaints, words->consequence);
		return EXIT_CONFIG;
	}
	if (beside && beside->given && !is_given(config->cluster, beside->given))
		return say(words, EXIT_REFUSED, "%s", refuse_given(config->cluster));
	node = identity_find(config->cluster, node_name, why);
	if (node == NODE_NONE)
		return say(words, EXIT_REFUSED, "%s", why);
	identity_check(config->cluster, node, netlink, &config->errors);
	if (!config->errors.error_count)
		w->plan = plan_make(config->cluster, node, &machine, &config->errors);
	if (!config_report(config, words->complaints, words->consequence))
		return EXIT_CONFIG;
	return w->plan ? EXIT_OK : say(words, EXIT_REFUSED, "memory is short");
}

static enum exit_code wanted_of(struct wanted *w, const char *node, const struct beside *beside,
				struct netlink *netlink, struct wanted_words *words)
{
	const char *name = beside && beside->given ? beside->given->name : node;
	enum exit_code code = plan_for(w, name, beside, netlink, words);

	if (code != EXIT_OK)
		wanted_free(w);
	return code;
}

enum exit_code wanted_read(struct wanted *out, const char *file, const char *node,
			   const struct beside *beside, struct netlink *netlink,
			   struct wanted_words *words)
{
	int rc;

	*out = (struct wanted) { .plan = NULL };
	*words->why = '\0';
	rc = config_read(&out->config, file, beside);
	if (rc < 0)
		return say(words, EXIT_CONFIG, "cannot read %.500s: %s", file,
			   config_unreadable(rc));
	return wanted_of(out, node, beside, netlink, words);
}

enum exit_code wanted_take(struct wanted *out, const char *file, const char *text, size_t len,
			   const char *node, const struct beside *beside, struct netlink *netlink,
			   struct wanted_words *words)
{
	*out = (struct wanted) { .plan = NULL };
	*words->why = '\0';
	if (config_take(&out->config, file, text, len, beside) < 0)
		return say(words, EXIT_REFUSED, "memory is short");
	return wanted_of(out, node, beside, netlink, words);
}

void wanted_free(struct wanted *wanted)
{
	plan_free(wanted->plan);
	config_free(&wanted->config);
	*wanted = (struct wanted) { .plan = NULL };
}
