#include "app/wanted.h"

#include "app/identity.h"
#include "base/log.h"

static uint32_t machine_mtu(void *netlink, struct addr addr, const char *interface)
{
	struct link_info link;
	int rc = interface ? link_get(netlink, interface, &link)
			   : link_holding(netlink, addr, &link);

	return rc < 0 ? 0 : link.mtu;
}

/* Each stage whole before the next begins. */
static enum exit_code plan_for(struct wanted *w, const char *node_name, struct netlink *netlink,
			       FILE *complaints, const char *consequence)
{
	const struct plan_machine machine = { .context = netlink, .mtu = machine_mtu };
	struct config *config = &w->config;
	char why[IDENTITY_WHY];
	uint32_t node;

	if (config->errors.error_count) {
		config_report(config, complaints, consequence);
		return EXIT_CONFIG;
	}
	node = identity_find(config->cluster, node_name, why);
	if (node == NODE_NONE) {
		log_error("%s", why);
		return EXIT_REFUSED;
	}
	identity_check(config->cluster, node, netlink, &config->errors);
	if (!config->errors.error_count)
		w->plan = plan_make(config->cluster, node, &machine, &config->errors);
	if (!config_report(config, complaints, consequence))
		return EXIT_CONFIG;
	if (w->plan)
		return EXIT_OK;
	log_error("memory is short");
	return EXIT_REFUSED;
}

enum exit_code wanted_read(struct wanted *out, const char *file, const char *node,
			   struct netlink *netlink, FILE *complaints, const char *consequence)
{
	enum exit_code code;
	int rc;

	*out = (struct wanted) { .plan = NULL };
	rc = config_read(&out->config, file);
	if (rc < 0) {
		log_error("cannot read %s: %s", file, config_unreadable(rc));
		return EXIT_CONFIG;
	}
	code = plan_for(out, node, netlink, complaints, consequence);
	if (code != EXIT_OK)
		wanted_free(out);
	return code;
}

void wanted_free(struct wanted *wanted)
{
	plan_free(wanted->plan);
	config_free(&wanted->config);
	*wanted = (struct wanted) { .plan = NULL };
}
