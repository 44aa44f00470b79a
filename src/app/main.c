/* vxs: a VXLAN switch in user space.  The verbs; everything else is below. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/batch.h"
#include "app/client.h"
#include "app/compare.h"
#include "app/config.h"
#include "app/descriptors.h"
#include "app/dhcp.h"
#include "app/doctor.h"
#include "app/env_files.h"
#include "app/leasing.h"
#include "app/links.h"
#include "app/loop.h"
#include "app/options.h"
#include "app/ping.h"
#include "app/subnets.h"
#include "app/top.h"
#include "app/wait.h"
#include "base/text.h"
#include "ctl/explain.h"
#include "ctl/report.h"

enum { HOST_ROOM = 256 };

static enum exit_code refuse_for_memory(void)
{
	log_error("memory is short");
	return EXIT_REFUSED;
}

static enum exit_code go_round(struct source *source, struct vswitch *vswitch, struct state *state,
			       const char *socket)
{
	struct notes notes = { 0 };
	bool done;

	if (!state_start(state))
		return EXIT_REFUSED;
	env_files_write(vswitch->plan);
	done = notes_open(&notes, vswitch) && loop_run(vswitch, &notes, source, state, socket) == 0;
	notes_close(&notes);
	return done ? EXIT_OK : refuse_for_memory();
}

static enum exit_code serve(struct source *source, struct netlink *netlink,
			    const struct run_options *options)
{
	struct plan *plan = source->running.plan;
	struct vswitch vswitch;
	struct state state;
	enum exit_code code = EXIT_REFUSED;

	if (!descriptors_reserve(descriptors_needed(plan)) ||
	    vswitch_open(&vswitch, plan, netlink) < 0)
		return EXIT_REFUSED;
	if (state_open(&state, &options->state, plan->cluster->name,
		       plan->cluster->nodes[plan->node].name)) {
		links_restore(&(struct live) { .source = source, .s = &vswitch }, &state);
		leasing_restore(&(struct live) { .source = source, .s = &vswitch }, &state);
		dhcp_restore(&state, vswitch.tables);
		code = state_restore(&state, vswitch.tables)
			       ? go_round(source, &vswitch, &state, options->socket)
			       : refuse_for_memory();
	}
	state_close(&state);
	if (code == EXIT_OK)
		vswitch_close(&vswitch);
	else
		vswitch_withdraw(&vswitch);
	return code;
}

static bool read_config(struct config *config, const char *file)
{
	int rc = config_read(config, file, NULL);

	if (rc < 0)
		log_error("cannot read %s: %s", file, config_unreadable(rc));
	return rc == 0;
}

/* False after saying which name is none. */
static bool name_self(const char *node, const char *interface)
{
	if (!made_node_name(node)) {
		log_error("\"%.200s\" is no name that a node can have; say one with --node", node);
		return false;
	}
	if (interface && !made_interface_name(interface)) {
		log_error("\"%.200s\" is no name that an interface can have", interface);
		return false;
	}
	return true;
}

/* Where no file says it: the node is called as the machine is. */
static bool find_self(const struct run_options *options, struct source *source,
		      char host[HOST_ROOM])
{
	source->node = options->node ? options->node : host;
	source->self = (struct made_self) { .cluster = "vxs",
					    .node = source->node,
					    .interface = options->interface,
					    .address = options->address,
					    .address6 = options->address6 };
	gethostname(host, HOST_ROOM - 1);
	return name_self(source->node, options->interface);
}

/* Who it is where the command line says it, and not the file. */
static void give(const struct run_options *options, char host[HOST_ROOM], struct node_given *given)
{
	gethostname(host, HOST_ROOM - 1);
	*given = (struct node_given) { .name = options->node ? options->node : host,
				       .interface = options->interface,
				       .bind = options->address,
				       .bind6 = options->address6,
				       .address = options->public_ip };
}

static enum exit_code want_nothing(struct source *source, struct netlink *netlink,
				   struct wanted_words *words)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	enum exit_code code;

	if (!to)
		return refuse_for_memory();
	made_cluster(&source->self, &source->made, to, words->why);
	if (fclose(to) != 0)
		return refuse_for_memory();
	code = wanted_take(&source->running, SOURCE_NO_FILE, text, len, source->self.node, NULL,
			   netlink, words);
	free(text);
	return code;
}

static enum exit_code run(struct source *source, const struct run_options *options,
			  struct netlink *netlink)
{
	struct wanted_words words = { .complaints = stderr, .consequence = "Nothing was started." };
	const struct beside beside = { .given = source->given };
	enum exit_code code = source->file ? wanted_read(&source->running, options->file,
							 options->node, &beside, netlink, &words)
					   : want_nothing(source, netlink, &words);

	if (*words.why)
		log_error("%s", words.why);
	if (code == EXIT_OK)
		code = serve(source, netlink, options);
	links_free(source);
	wanted_free(&source->running);
	leasing_free(source);
	return code;
}

static enum exit_code verb_run(const struct verb *self, int argc, char **argv)
{
	struct run_options options;
	struct source source;
	struct node_given given;
	char host[HOST_ROOM] = "";
	char *path = NULL;
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
	source = (struct source) { .node = options.node };
	if (options.file)
		path = config_path(options.file);
	source.file = path ? path : options.file;
	code = EXIT_USAGE;
	if (options.file && options.address.family) {
		give(&options, host, &given);
		source.given = &given;
	}
	if (options.file ? !source.given || name_self(given.name, given.interface)
			 : find_self(&options, &source, host))
		code = run(&source, &options, netlink);
	free(path);
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

static void report_both(FILE *to, enum report_format format, struct config *config)
{
	struct lease_file *f = &config->leases;
	const struct report_source files[] = {
		{ &config->errors, config->file, config->text, config->len },
		{ &f->errors, f->path, f->text, f->len },
	};

	report_all(to, format, files, 2);
	if (f->unreadable)
		log_error("cannot read %s: %s", f->path, config_unreadable(f->unreadable));
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
	fine = config_is_fine(&config);
	report_both(text ? stderr : stdout, options.format, &config);
	if (fine && options.format != REPORT_JSON)
		say_fine(&config);
	config_free(&config);
	return fine ? EXIT_OK : EXIT_CONFIG;
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
	else if (!explain_any(options.code, &explanation))
		return no_such_code(self, options.code);
	else
		(options.json ? explain_json : explain_print)(stdout, &explanation);
	return EXIT_OK;
}

static const struct verb verbs[] = {
	{ "run", "[-f FILE] [--node NAME] [--socket PATH] [--state DIR|--volatile] [--verbose]",
	  "be a node of the cluster", verb_run },
	{ "check", "FILE [--format text|json|github]", "say what is wrong with a cluster file",
	  verb_check },
	{ "diff", "[OLD] NEW [--node NAME] [--json]", "say what another file changes for a node",
	  verb_diff },
	{ "apply", "FILE [--dry-run]", "have a running switch follow a file", verb_ask },
	{ "explain", "[CODE] [--json]", "say more about a code such as E112", verb_explain },
	{ "fdb", "[add|append|replace|del|get|flush|show] ...", "where MACs live", verb_ask },
	{ "neigh", "[add|replace|del|get|flush|show] ...", "which MAC an address has", verb_ask },
	{ "link", "[show|add|set|del] ...", "networks and their devices", verb_ask },
	{ "peer", "[show]", "the other nodes", verb_ask },
	{ "subnet", "show [NET] [-f FILE] | allocate FILE", "which node has which subnet",
	  verb_subnet },
	{ "dhcp", "[show] [NET]", "which client has which address", verb_ask },
	{ "env", "NET [-f FILE]", "this node's subnet, as flannel tells it", verb_ask },
	{ "cni-config", "NET [-f FILE]", "this node's subnet, as CNI wants it", verb_ask },
	{ "stats", "[NAME] [--drops]", "what was forwarded, answered and dropped", verb_ask },
	{ "top", "[NAME] [-n COUNT] [-i SECONDS]", "how fast the counters go, each second",
	  verb_top },
	{ "status", "", "who this is, and how much it holds", verb_ask },
	{ "monitor", "[all|fdb|neigh|link|miss|drop|peer|subnet] [dev NAME]",
	  "what happens, as it happens", verb_ask },
	{ "ping", "NODE|IP|MAC [dev NAME] [-c N] [--mtu-sweep]", "does another node answer?",
	  verb_ping },
	{ "wait", "ready | peer NODE | fdb MAC dev NAME | neigh IP dev NAME [--timeout T]",
	  "return when it is so", verb_wait },
	{ "doctor", "[--json]", "what is wrong, and what mends it", verb_doctor },
	{ "trace", "[NET] FRAME ... | --follow [FILTER]", "what happens to a frame, and why",
	  verb_ask },
	{ "-b", "FILE|- [-force]", "a file of commands, a line each", verb_batch },
	{ "bridge", "fdb|monitor ...", "the same, as the notes say it", verb_ask },
	{ "ip", "neigh|link|monitor ...", "the same, as the notes say it", verb_ask },
	{ 0 },
};

int main(int argc, char **argv)
{
	enum exit_code code = options_dispatch(verbs, argc, argv);

	/* An answer that did not arrive is no answer (a full disk, for one). */
	if ((fflush(stdout) || ferror(stdout)) && code == EXIT_OK) {
		log_error("cannot write the answer: %s", strerror(errno));
		code = EXIT_REFUSED;
	}
	return (int)code;
}
