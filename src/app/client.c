#include "app/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/client_options.h"
#include "app/rendezvous.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/command.h"
#include "ctl/protocol.h"
#include "ctl/render.h"
#include "port/unix.h"

/* -- The way there -- */

static int reach(const struct client_options *options, char path[UNIX_PATH])
{
	const char *node = options->node ? options->node : getenv("VXS_NODE");
	char why[RENDEZVOUS_WHY];
	int fd;

	if (options->socket && strlen(options->socket) >= UNIX_PATH) {
		log_error("%s: %s", options->socket, strerror(ENAMETOOLONG));
		return -1;
	}
	if (options->socket) {
		memcpy(path, options->socket, strlen(options->socket) + 1);
	} else if (!rendezvous_find(node && *node ? node : NULL, path, why)) {
		log_error("%s", why);
		return -1;
	}
	fd = unix_connect(path);
	if (fd < 0)
		log_error("no switch answers at %s: %s", path, strerror(-fd));
	return fd;
}

static bool send_all(int fd, const char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* -- Question and answer -- */

static enum exit_code code_of(enum rendered rendered, const struct verb *self, char *why)
{
	if (rendered == RENDERED_DONE)
		return EXIT_OK;
	text_tame(why);
	if (rendered == RENDERED_REFUSED)
		fprintf(stderr, "vxs %s: %s\n", self->name, why);
	else
		log_error("the switch said something that is not of version %d of the protocol",
			  PROTOCOL_VERSION);
	return EXIT_REFUSED;
}

/* A monitor ends when nobody reads its lines any more. */
static bool is_unread(const struct render *render)
{
	return ferror(render->to) != 0;
}

static enum exit_code hear(FILE *from, struct render *render, const struct verb *self)
{
	char *line = NULL, why[COMMAND_WHY] = "";
	size_t room = 0;
	ssize_t len;
	enum rendered rendered = RENDERED_MORE;

	while (rendered == RENDERED_MORE && !is_unread(render) &&
	       (len = getline(&line, &room, from)) > 0)
		rendered = render_line(render, line, (size_t)len, why);
	free(line);
	if (rendered != RENDERED_MORE)
		return code_of(rendered, self, why);
	if (is_unread(render))
		return EXIT_REFUSED;
	log_error("the switch has ended");
	return EXIT_ABSENT;
}

static enum exit_code converse(int fd, struct render *render, const struct verb *self)
{
	char request[1024];
	size_t len = command_write(render->command, request, sizeof(request) - 1);
	FILE *from = fdopen(fd, "r");
	enum exit_code code = EXIT_ABSENT;

	request[len] = '\n';
	if (from && send_all(fd, request, len + 1))
		code = hear(from, render, self);
	else
		log_error("the switch does not listen: %s", strerror(errno));
	if (from)
		fclose(from);
	else
		close(fd);
	return code;
}

static enum exit_code ask(const struct verb *self, const struct client_options *options,
			  const struct command *command)
{
	struct render render = { .to = stdout,
				 .command = command,
				 .json = options->json,
				 .pretty = options->pretty,
				 .brief = options->brief,
				 .oneline = options->oneline,
				 .details = options->details,
				 .statistics = options->statistics };
	char path[UNIX_PATH];
	int fd = reach(options, path);

	return fd < 0 ? EXIT_ABSENT : converse(fd, &render, self);
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
	if (!command_parse(&command, argc, argv, why))
		return complain(self, &command, why);
	return ask(self, &options, &command);
}
