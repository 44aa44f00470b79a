#include "app/client.h"

#include <stdio.h>
#include <string.h>

#include "app/batch.h"
#include "app/conversation.h"
#include "app/handover.h"
#include "app/offline.h"
#include "base/text.h"

/* Who types Linux's command expects Linux's port. */
static void say_port(const struct command *command)
{
	if (command->verb->id == VERB_LINK_ADD && !strstr(command->link, "dstport"))
		fprintf(stderr,
			"vxs link: its UDP port is the node's, %d unless said otherwise; Linux "
			"without dstport takes 8472\n",
			MADE_DEFAULT_PORT);
}

static enum exit_code ask(const struct verb *self, const struct client_options *options,
			  const struct command *command)
{
	struct render render = conversation_render(options, command);
	struct conversation c;
	enum exit_code code;

	if (options->file)
		return offline_ask(self, options, &render);
	code = conversation_open(&c, self, options);
	if (code != EXIT_OK)
		return code;
	code = conversation_ask(&c, &render);
	if (code == EXIT_OK)
		say_port(command);
	conversation_close(&c);
	return code;
}

/* -- What is wrong with the words -- */

static enum exit_code complain(const struct verb *self, const struct command *command, char *why)
{
	text_tame(why);
	if (!command->verb) {
		options_complain(self, "%s", why);
		return EXIT_USAGE;
	}
	fprintf(stderr, "vxs %s: %s\nusage: vxs ", self->name, why);
	command_usage(stderr, command->verb);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

enum exit_code verb_ask(const struct verb *self, int argc, char **argv)
{
	struct client_options options;
	struct command command;
	char why[COMMAND_WHY];

	if (!client_options(self, &argc, argv, &options))
		return EXIT_USAGE;
	if (options.help || (argc == 2 && strcmp(argv[1], "help") == 0)) {
		command_help(stdout, self->name);
		return EXIT_OK;
	}
	if (options.batch && argc == 1)
		return batch(self, &options);
	if (options.batch) {
		options_complain(self, "\"%s\" and -b: the commands are in the file", argv[1]);
		return EXIT_USAGE;
	}
	if (!command_parse(&command, argc, argv, why))
		return complain(self, &command, why);
	return command.verb->id == VERB_APPLY ? handover(self, &options, &command)
					      : ask(self, &options, &command);
}
