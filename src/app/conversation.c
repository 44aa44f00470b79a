#include "app/conversation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/colour.h"
#include "app/rendezvous.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/protocol.h"
#include "port/unix.h"

/* -- The way there -- */

static int reach(const struct client_options *options)
{
	const char *node = options->node ? options->node : getenv("VXS_NODE");
	char path[UNIX_PATH], why[RENDEZVOUS_WHY];
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

enum exit_code conversation_open(struct conversation *c, const struct verb *self,
				 const struct client_options *options)
{
	*c = (struct conversation) { .self = self, .fd = reach(options) };
	if (c->fd < 0)
		return EXIT_ABSENT;
	c->from = fdopen(c->fd, "r");
	if (c->from)
		return EXIT_OK;
	log_error("%s", strerror(errno));
	close(c->fd);
	return EXIT_ABSENT;
}

void conversation_close(struct conversation *c)
{
	fclose(c->from);
	free(c->line);
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

struct render conversation_render(const struct client_options *options,
				  const struct command *command)
{
	return (struct render) { .to = stdout,
				 .command = command,
				 .json = options->json,
				 .pretty = options->pretty,
				 .brief = options->brief || options->header,
				 .header = options->header,
				 .palette = colour_palette(options->colour),
				 .oneline = options->oneline,
				 .details = options->details,
				 .statistics = options->statistics };
}

/* Errors in a file, not a refusal to follow it. */
static bool is_bad_file(const struct render *render)
{
	return render->command->verb->id == VERB_APPLY && strcmp(render->code, "EINVAL") == 0;
}

static enum exit_code code_of(enum rendered rendered, const struct verb *self,
			      const struct render *render, char *why)
{
	if (rendered == RENDERED_DONE)
		return EXIT_OK;
	if (rendered == RENDERED_NONSENSE) {
		log_error("the switch said something that is not of version %d of the protocol",
			  PROTOCOL_VERSION);
		return EXIT_REFUSED;
	}
	text_tame(why);
	if (!is_bad_file(render) || !render->complained)
		fprintf(stderr, "vxs %s: %s\n", self->name, why);
	return is_bad_file(render) ? EXIT_CONFIG : EXIT_REFUSED;
}

/* A monitor ends when nobody reads its lines any more. */
static bool is_unread(const struct render *render)
{
	return ferror(render->to) != 0;
}

ssize_t conversation_hear(struct conversation *c)
{
	return getline(&c->line, &c->room, c->from);
}

static enum exit_code hear(struct conversation *c, struct render *render)
{
	char why[COMMAND_WHY] = "";
	ssize_t len;
	enum rendered rendered = RENDERED_MORE;

	while (rendered == RENDERED_MORE && !is_unread(render) && (len = conversation_hear(c)) > 0)
		rendered = render_line(render, c->line, (size_t)len, why);
	if (rendered != RENDERED_MORE)
		return code_of(rendered, c->self, render, why);
	if (is_unread(render))
		return EXIT_REFUSED;
	log_error("the switch has ended");
	return EXIT_ABSENT;
}

bool conversation_send(struct conversation *c, const struct command *command)
{
	char *request = malloc(PROTOCOL_REQUEST + 1);
	size_t len = request ? command_write(command, request, PROTOCOL_REQUEST) : 0;
	bool sent = false;

	if (len > 0) {
		request[len] = '\n';
		sent = send_all(c->fd, request, len + 1);
		if (!sent)
			log_error("the switch does not listen: %s", strerror(errno));
	} else {
		log_error("memory is short");
	}
	free(request);
	return sent;
}

enum exit_code conversation_ask(struct conversation *c, struct render *render)
{
	return conversation_send(c, render->command) ? hear(c, render) : EXIT_ABSENT;
}
