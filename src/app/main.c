/* vxs: a VXLAN switch in user space.  The verbs; everything else is below. */
#include <errno.h>
#include <string.h>

#include "app/client.h"
#include "app/compare.h"
#include "app/config.h"
#include "app/descriptors.h"
#include "app/loop.h"
#include "app/options.h"
#include "base/text.h"
#include "ctl/explain.h"
#include "ctl/report.h"

static enum exit_code refuse_for_memory(void)
{
	log_error("memory is short");
	return EXIT_REFUSED;
}

static enum exit_code serve(struct source *source, struct netlink *netlink, const char *socket)
{
	struct plan *plan = source->running.plan;
	struct vswitch vswitch;
	struct notes notes = { 0 };
	enum exit_code code;

	if (!descriptors_reserve(descriptors_needed(plan)) ||
	    vswitch_open(&vswitch, plan, netlink) < 0)
		return EXIT_REFUSED;
	if (notes_open(&notes, &vswitch) && loop_run(&vswitch, &notes, source, socket) == 0) {
		code = EXIT_OK;
		vswitch_close(&vswitch);
	} else {
		code = refuse_for_memory();
		vswitch_withdraw(&vswitch);
	}
	notes_close(&notes);
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
	struct source source;
	struct netlink *netlink;
	enum exit_code code;
	int rc;

	if (!options_run(self, argc, argv, &options, &code))
		return code;
	log_set_level(options.level);
	rc = netlink_open(&netlink);
	if (rc < 0) {
		log_error("no netlink socket: %s", strerror(-rc));
		return EXIT_REFUSED;
	}
	source = (struct source) { .file = options.file, .node = options.node };
	code = wanted_read(&source.running, options.file, options.node, netlink, stderr,
			   "Nothing was started.");
	if (code == EXIT_OK)
		code = serve(&source, netlink, options.socket);
	wanted_free(&source.running);
	netlink_close(netlink);
	return code;
}

static void say_fine(const struct config *config)
{
	const struct cluster *cluster = config->cluster;

	printf("%s: cluster %s, %u node%s, %u network%s: fine\n", config->file, cluster->name,
	       cluster->node_count, text_plural(cluster->node_count), cluster->network_count,
	       text_plural(cluster->network_count));
}

/* For people, what is wrong goes where complaints go; for programs, it is the answer. */
static enum exit_code verb_check(const struct verb *self, int argc, char **argv)
{
	struct check_options options;
	struct config config;
	enum exit_code code;
	bool fine, text;

	if (!options_check(self, argc, argv, &options, &code))
		return code;
	if (!read_config(&config, options.file))
		return EXIT_CONFIG;
	text = options.format == REPORT_TEXT;
	fine = config.errors.error_count == 0;
	report_errors(text ? stderr : stdout, options.format, &config.errors, config.file,
		      config.text, config.len);
	if (fine && options.format != REPORT_JSON)
		say_fine(&config);
	config_free(&config);
	return fine ? EXIT_OK : EXIT_CONFIG;
}

static enum exit_code verb_diff(const struct verb *self, int argc, char **argv)
{
	struct diff_options options;
	enum exit_code code;

	return options_diff(self, argc, argv, &options, &code) ? compare_files(&options) : code;
}

static enum exit_code no_such_code(const struct verb *self, const char *word)
{
	struct explanation nearest;

	if (explain_nearest(word, nearest.code))
		options_complain(self, "no code \"%s\"; did you mean %s?", word, nearest.code);
	else
		options_complain(self, "no code \"%s\"; `vxs explain` lists them", word);
	return EXIT_USAGE;
}

static enum exit_code verb_explain(const struct verb *self, int argc, char **argv)
{
	struct explain_options options;
	struct explanation explanation;
	enum exit_code code;

	if (!options_explain(self, argc, argv, &options, &code))
		return code;
	if (!options.code)
		(options.json ? explain_list_json : explain_list)(stdout);
	else if (!explain_find(options.code, &explanation))
		return no_such_code(self, options.code);
	else
		(options.json ? explain_json : explain_print)(stdout, &explanation);
	return EXIT_OK;
}

static const struct verb verbs[] = {
	{ "run", "-f FILE [--node NAME] [--socket PATH] [--verbose]", "be a node of the cluster",
	  verb_run },
	{ "check", "FILE [--format text|json|github]", "say what is wrong with a cluster file",
	  verb_check },
	{ "diff", "OLD NEW [--node NAME]", "say what another file changes for a node", verb_diff },
	{ "explain", "[CODE] [--json]", "say more about a code such as E112", verb_explain },
	{ "fdb", "[add|append|replace|del|get|flush|show] ...", "where MACs live", verb_ask },
	{ "neigh", "[add|replace|del|get|flush|show] ...", "which MAC an address has", verb_ask },
	{ "link", "[show] ...", "networks and their devices", verb_ask },
	{ "peer", "[show]", "the other nodes", verb_ask },
	{ "stats", "[NAME] [--drops]", "what was forwarded, answered and dropped", verb_ask },
	{ "status", "", "who this is, and how much it holds", verb_ask },
	{ "monitor", "[all|fdb|neigh|link|miss|drop] [dev NAME]", "what happens, as it happens",
	  verb_ask },
	{ "bridge", "fdb|monitor ...", "the same, as the notes say it", verb_ask },
	{ "ip", "neigh|link|monitor ...", "the same, as the notes say it", verb_ask },
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
