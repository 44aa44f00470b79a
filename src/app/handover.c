#include "app/handover.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/config.h"
#include "app/conversation.h"
#include "base/log.h"

enum { PIECE = 2048 }; /* bytes: JSON may make six of one */

static void give(struct command *c, enum command_part part)
{
	c->given |= UINT32_C(1) << part;
}

/* How much of the @len bytes at @at goes into one request; characters stay whole. */
static size_t piece_of(const char *at, size_t len)
{
	size_t n = len < PIECE ? len : PIECE;

	if (n < len)
		while (n > 1 && ((unsigned char)at[n] & 0xc0) == 0x80)
			n--;
	return n;
}

/* The request that is sent again and again, each time with the next piece of the file. */
struct parcel {
	struct command command;
	char text[PIECE + 1];
};

static void wrap(struct parcel *parcel, const char *at, size_t len, bool more)
{
	memcpy(parcel->text, at, len);
	parcel->text[len] = '\0';
	parcel->command.text = parcel->text;
	give(&parcel->command, PART_TEXT);
	parcel->command.given &= ~(UINT32_C(1) << PART_MORE);
	if (more)
		give(&parcel->command, PART_MORE);
}

static enum exit_code send_file(struct conversation *c, struct render *render,
				struct parcel *parcel, const struct config *config)
{
	struct render quiet = { .to = render->to, .command = &parcel->command };
	enum exit_code code;
	size_t at = 0, len;

	do {
		bool more;

		len = piece_of(config->text + at, config->len - at);
		more = at + len < config->len;
		wrap(parcel, config->text + at, len, more);
		/* that a piece has come is no answer */
		code = conversation_ask(c, more ? &quiet : render);
		at += len;
	} while (code == EXIT_OK && at < config->len);
	return code;
}

/* -- What it will not do -- */

static bool same_file(const char *a, const char *b)
{
	struct stat stat_a, stat_b;

	return stat(a, &stat_a) == 0 && stat(b, &stat_b) == 0 && stat_a.st_dev == stat_b.st_dev &&
	       stat_a.st_ino == stat_b.st_ino;
}

static void say_how_long(const struct verb *self, const char *starts_from, const char *file)
{
	if (!starts_from || same_file(starts_from, file))
		return;
	fflush(stdout); /* that comes first */
	if (strcmp(starts_from, "-") == 0)
		fprintf(stderr, "vxs %s: this holds until the switch ends\n", self->name);
	else
		fprintf(stderr,
			"vxs %s: this holds until the switch reads %s, on SIGHUP or when it "
			"starts again\n",
			self->name, starts_from);
}

static enum exit_code talk(const struct verb *self, const struct client_options *options,
			   struct parcel *parcel, const struct config *config)
{
	struct command *command = &parcel->command;
	struct render render = conversation_render(options, command);
	struct conversation c;
	char *path = config_path(command->file);
	enum exit_code code = conversation_open(&c, self, options);

	if (code == EXIT_OK) {
		command->file = strcmp(command->file, "-") == 0 || !path ? config->file : path;
		code = send_file(&c, &render, parcel, config);
		conversation_close(&c);
		if (code == EXIT_OK)
			say_how_long(self, render.starts_from, command->file);
		free(render.starts_from);
	}
	free(path);
	return code;
}

enum exit_code handover(const struct verb *self, const struct client_options *options,
			const struct command *command)
{
	struct parcel parcel = { .command = *command };
	enum exit_code code = EXIT_CONFIG;
	struct config config;
	int rc = config_read(&config, command->file, NULL);

	if (rc < 0) {
		log_error("cannot read %s: %s", command->file, config_unreadable(rc));
		return EXIT_CONFIG;
	}
	if (!config_is_fine(&config))
		config_report(&config, stderr, "Nothing was changed.");
	else
		code = talk(self, options, &parcel, &config);
	config_free(&config);
	return code;
}
