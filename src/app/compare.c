#include "app/compare.h"

#include <stdlib.h>
#include <string.h>

#include "app/conversation.h"
#include "app/handover.h"
#include "app/identity.h"
#include "app/wanted.h"
#include "base/log.h"
#include "ctl/proposal.h"
#include "ctl/protocol.h"

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
	const struct plan_machine machine = { .mtu = unknown_mtu, .subnets = w->config.subnets };
	uint32_t node;

	if (!config_is_fine(&w->config)) {
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
	int rc = config_read(&w->config, file, NULL);

	if (rc < 0) {
		log_error("cannot read %s: %s", file, config_unreadable(rc));
		return EXIT_CONFIG;
	}
	return plan_of(w, name);
}

static const char told_all[] = "{\"ok\":true}";

/* In the words that a switch answers with (ctl/proposal.h). */
static enum exit_code print(struct render *render, const struct plan *old, const struct plan *new)
{
	struct proposal p = { .diff = plan_diff(old, new) };
	char *line = malloc(PROTOCOL_LINE), why[COMMAND_WHY];
	struct text text;

	if (line)
		text = text_in(line, PROTOCOL_LINE);
	while (line && proposal_tell(&p, &text)) {
		render_line(render, text.at, text.len, why);
		text = text_in(line, PROTOCOL_LINE);
	}
	render_line(render, told_all, strlen(told_all), why);
	proposal_end(&p);
	free(line);
	if (line)
		return EXIT_OK;
	log_error("memory is short");
	return EXIT_REFUSED;
}

static enum exit_code compare_files(const char *old_file, const char *new_file, const char *node,
				    struct render *render)
{
	struct wanted old = { .plan = NULL }, new = { .plan = NULL };
	enum exit_code code = read_one(&old, old_file, node);

	if (code == EXIT_OK)
		code = read_one(&new, new_file, node);
	if (code == EXIT_OK)
		code = print(render, old.plan, new.plan);
	wanted_free(&old);
	wanted_free(&new);
	return code;
}

/* -- The words -- */

static enum exit_code compare_running(const struct verb *self, const struct client_options *options,
				      char *file)
{
	char apply[] = "apply", dry[] = "--dry-run", why[COMMAND_WHY];
	char *words[] = { apply, file, dry };
	struct command command;

	if (command_parse(&command, 3, words, why))
		return handover(self, options, &command);
	options_complain(self, "%s", why);
	return EXIT_USAGE;
}

/* Between files the node is who reads them differently; else it is which switch. */
static const char *node_of(const struct client_options *options)
{
	const char *node = options->node ? options->node : getenv("VXS_NODE");

	return node && *node ? node : NULL;
}

enum exit_code verb_diff(const struct verb *self, int argc, char **argv)
{
	struct client_options options;
	struct command apply = { .verb = command_of(VERB_APPLY) };
	struct render render;

	if (!client_options(self, &argc, argv, &options))
		return EXIT_USAGE;
	if (options.help) {
		options_usage(stdout, self);
		return EXIT_OK;
	}
	if (argc == 2)
		return compare_running(self, &options, argv[1]);
	if (argc != 3) {
		options_complain(self, argc < 2 ? "which cluster file?" : "unexpected \"%s\"",
				 argc < 2 ? "" : argv[3]);
		return EXIT_USAGE;
	}
	render = conversation_render(&options, &apply);
	return compare_files(argv[1], argv[2], node_of(&options), &render);
}
