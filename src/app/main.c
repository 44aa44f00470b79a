/* vxs: a VXLAN switch in user space.  The verbs; everything else is below. */
#include <errno.h>
#include <string.h>

#include "app/config.h"
#include "app/identity.h"
#include "app/loop.h"
#include "app/options.h"
#include "base/text.h"

static const char *const not_started = "Nothing was started.";

static uint32_t machine_mtu(void *netlink, struct addr addr, const char *interface)
{
	struct link_info link;
	int rc = interface ? link_get(netlink, interface, &link)
			   : link_holding(netlink, addr, &link);

	return rc < 0 ? 0 : link.mtu;
}

static enum exit_code serve(const struct plan *plan, struct netlink *netlink)
{
	struct vswitch vswitch;
	struct notes notes = { 0 };
	enum exit_code code = EXIT_REFUSED;

	if (vswitch_open(&vswitch, plan, netlink) < 0)
		return EXIT_REFUSED;
	if (notes_open(&notes, &vswitch) && loop_run(&vswitch, &notes) == 0)
		code = EXIT_OK;
	notes_close(&notes);
	vswitch_close(&vswitch);
	return code;
}

/* From a readable cluster file to a running switch: each stage whole before the next begins. */
static enum exit_code run_config(struct config *config, const char *asked, struct netlink *netlink)
{
	const struct plan_machine machine = { .context = netlink, .mtu = machine_mtu };
	char why[IDENTITY_WHY];
	struct plan *plan;
	uint32_t node;
	enum exit_code code;

	if (config->errors.error_count) {
		config_report(config, not_started);
		return EXIT_CONFIG;
	}
	node = identity_find(config->cluster, asked, why);
	if (node == NODE_NONE) {
		log_error("%s", why);
		return EXIT_REFUSED;
	}
	identity_check(config->cluster, node, netlink, &config->errors);
	plan = config->errors.error_count
		       ? NULL
		       : plan_make(config->cluster, node, &machine, &config->errors);
	if (!config_report(config, not_started) || !plan)
		code = EXIT_CONFIG;
	else
		code = serve(plan, netlink);
	plan_free(plan);
	return code;
}

static bool read_config(struct config *config, const char *file)
{
	int rc = config_read(config, file);

	if (rc < 0)
		log_error("cannot read %s: %s", file, config_unreadable(rc));
	return rc == 0;
}

static enum exit_code verb_run(const struct verb *self, int argc, char **argv)
{
	struct run_options options;
	struct netlink *netlink;
	struct config config;
	enum exit_code code;
	int rc;

	if (!options_run(self, argc, argv, &options, &code))
		return code;
	log_set_level(options.level);
	if (!read_config(&config, options.file))
		return EXIT_CONFIG;
	rc = netlink_open(&netlink);
	if (rc < 0) {
		log_error("no netlink socket: %s", strerror(-rc));
		config_free(&config);
		return EXIT_REFUSED;
	}
	code = run_config(&config, options.node, netlink);
	netlink_close(netlink);
	config_free(&config);
	return code;
}

static enum exit_code verb_check(const struct verb *self, int argc, char **argv)
{
	enum exit_code code;
	const char *file = options_check(self, argc, argv, &code);
	struct config config;
	bool fine;

	if (!file)
		return code;
	if (!read_config(&config, file))
		return EXIT_CONFIG;
	fine = config_report(&config, NULL);
	if (fine)
		printf("%s: cluster %s, %u node%s, %u network%s: fine\n", file,
		       config.cluster->name, config.cluster->node_count,
		       text_plural(config.cluster->node_count), config.cluster->network_count,
		       text_plural(config.cluster->network_count));
	config_free(&config);
	return fine ? EXIT_OK : EXIT_CONFIG;
}

static const struct verb verbs[] = {
	{ "run", "-f FILE [--node NAME] [--verbose]", "be a node of the cluster", verb_run },
	{ "check", "FILE", "say what is wrong with a cluster file", verb_check },
	{ 0 },
};

int main(int argc, char **argv)
{
	enum exit_code code = options_dispatch(verbs, argc, argv);

	/* An answer that did not arrive is no answer (a full disk, for one). */
	if (fflush(stdout) && code == EXIT_OK) {
		log_error("cannot write the answer: %s", strerror(errno));
		code = EXIT_REFUSED;
	}
	return (int)code;
}
