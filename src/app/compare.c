#include "app/compare.h"

#include <string.h>

#include "app/identity.h"
#include "app/wanted.h"
#include "base/log.h"
#include "plan/diff.h"

static uint32_t unknown_mtu(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 0;
}

/* The node as it is called; NODE_NONE after saying why there is none. */
static uint32_t find_node(const struct cluster *cluster, const char *name)
{
	char why[IDENTITY_WHY];
	uint32_t node = identity_find(cluster, name, why);

	if (node == NODE_NONE)
		log_error("%s", why);
	return node;
}

static enum exit_code plan_of(struct wanted *w, const char *name)
{
	const struct plan_machine machine = { .mtu = unknown_mtu };
	uint32_t node;

	if (w->config.errors.error_count) {
		config_report(&w->config, stderr, NULL);
		return EXIT_CONFIG;
	}
	node = find_node(w->config.cluster, name);
	if (node == NODE_NONE)
		return EXIT_REFUSED;
	w->plan = plan_make(w->config.cluster, node, &machine, &w->config.errors);
	if (w->plan)
		return EXIT_OK;
	config_report(&w->config, stderr, NULL);
	return EXIT_CONFIG;
}

static enum exit_code read_one(struct wanted *w, const char *file, const char *name)
{
	int rc = config_read(&w->config, file);

	if (rc < 0) {
		log_error("cannot read %s: %s", file, config_unreadable(rc));
		return EXIT_CONFIG;
	}
	return plan_of(w, name);
}

static void print(const struct plan *old, const struct plan *new)
{
	struct diff diff = plan_diff(old, new);

	for (size_t i = 0; i < diff.count; i++) {
		diff_print_line(stdout, &diff.list[i]);
		putchar('\n');
	}
	diff_free(&diff);
}

enum exit_code compare_files(const struct diff_options *options)
{
	struct wanted old = { .plan = NULL }, new = { .plan = NULL };
	enum exit_code code = read_one(&old, options->old, options->node);

	if (code == EXIT_OK)
		code = read_one(&new, options->new, options->node);
	if (code == EXIT_OK)
		print(old.plan, new.plan);
	wanted_free(&old);
	wanted_free(&new);
	return code;
}
