#include "app/offline.h"

#include <stdlib.h>
#include <string.h>

#include "app/wanted.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/session.h"

enum {
	ROOM = 1 << 16,    /* for answers, a piece at a time */
	WORK = UINT16_MAX, /* between two pieces */
};

/* Renders the whole lines of @out and empties it. */
static enum rendered render_all(struct render *render, struct text *out, char why[COMMAND_WHY])
{
	enum rendered rendered = RENDERED_MORE;
	char *at = out->at, *end;

	for (; rendered == RENDERED_MORE && (end = strchr(at, '\n')); at = end + 1)
		rendered = render_line(render, at, (size_t)(end - at), why);
	*out = text_in(out->at, out->size);
	return rendered;
}

static enum rendered converse(const struct switch_view *view, struct render *render,
			      struct text *out, char why[COMMAND_WHY])
{
	struct session session = { .state = SESSION_IDLE };
	char request[1024];
	size_t len = command_write(render->command, request, sizeof(request));
	enum rendered rendered;

	session_begin(&session, view, request, len, 0, out);
	rendered = render_all(render, out, why);
	while (rendered == RENDERED_MORE && session.state == SESSION_BUSY) {
		session_step(&session, view, 0, WORK, out);
		rendered = render_all(render, out, why);
	}
	return rendered;
}

static enum exit_code answer(const struct verb *self, const struct switch_view *view,
			     struct render *render)
{
	char why[COMMAND_WHY] = "", *room = malloc(ROOM);
	struct text out;
	enum rendered rendered;

	if (!room) {
		log_error("memory is short");
		return EXIT_REFUSED;
	}
	out = text_in(room, ROOM);
	rendered = converse(view, render, &out, why);
	free(room);
	if (rendered == RENDERED_DONE)
		return EXIT_OK;
	text_tame(why);
	fprintf(stderr, "vxs %s: %s\n", self->name, why);
	return EXIT_REFUSED;
}

static enum exit_code answer_of_file(const struct verb *self, const char *file,
				     struct render *render)
{
	enum exit_code code = EXIT_CONFIG;
	struct config config;
	int rc = config_read(&config, file, NULL);

	if (rc < 0) {
		log_error("cannot read %s: %s", file, config_unreadable(rc));
		return EXIT_CONFIG;
	}
	if (config_is_fine(&config))
		code = answer(self, &(struct switch_view) { .subnets = config.subnets }, render);
	else
		config_report(&config, stderr, NULL);
	config_free(&config);
	return code;
}

/* Warnings are `vxs check`'s to say: who asks may be a program. */
static enum exit_code plan_from(struct wanted *out, const struct client_options *options,
				struct netlink *netlink)
{
	char *text = NULL;
	size_t len = 0;
	struct wanted_words words = { .complaints = open_memstream(&text, &len) };
	enum exit_code code;

	*out = (struct wanted) { .plan = NULL };
	if (!words.complaints) {
		log_error("memory is short");
		return EXIT_REFUSED;
	}
	code = wanted_read(out, options->file, options->node, NULL, netlink, &words);
	if (fclose(words.complaints) == 0 && code != EXIT_OK)
		fputs(text, stderr);
	if (*words.why)
		log_error("%s", words.why);
	free(text);
	return code;
}

/* What a switch that starts here and now would run with. */
static enum exit_code answer_of_plan(const struct verb *self, const struct client_options *options,
				     struct render *render)
{
	struct netlink *netlink;
	struct wanted wanted;
	enum exit_code code;
	int rc = netlink_open(&netlink);

	if (rc < 0) {
		log_error("no netlink socket: %s", strerror(-rc));
		return EXIT_REFUSED;
	}
	code = plan_from(&wanted, options, netlink);
	netlink_close(netlink);
	if (code == EXIT_OK)
		code = answer(self, &(struct switch_view) { .plan = wanted.plan }, render);
	wanted_free(&wanted);
	return code;
}

enum exit_code offline_ask(const struct verb *self, const struct client_options *options,
			   struct render *render)
{
	if (session_is_of_plan(render->command))
		return answer_of_plan(self, options, render);
	if (session_is_of_file(render->command))
		return answer_of_file(self, options->file, render);
	options_complain(self, "only a running switch can say this: no -f");
	return EXIT_USAGE;
}
