#include "app/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/conversation.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/batch.h"
#include "ctl/protocol.h"
#include "port/unix.h"

enum {
	ROOM_IN = 65536, /* of the file, and so of a line; of answers */
	ROOM_OUT = 2 * (PROTOCOL_REQUEST + 1),
};

/* A command that waits for its answer, or for its turn to be told what is wrong with it. */
struct asked {
	unsigned line;
	char wrong[COMMAND_WHY]; /* "": it was asked */
	struct command command;
	struct render render;
};

struct batch {
	const struct verb *self;
	const struct client_options *options;
	const char *name; /* of the file */

	int file;
	char text[ROOM_IN + 1]; /* read, and not yet asked */
	size_t text_len, text_done;
	unsigned line;   /* of its first byte */
	bool file_ended; /* nothing more is read */

	struct conversation to;
	struct asked *asked; /* BATCH_AHEAD of them */
	unsigned first, count;
	char out[ROOM_OUT], in[ROOM_IN];
	size_t out_len, in_len;

	enum exit_code code;
};

static struct asked *asked_at(struct batch *b, unsigned i)
{
	return &b->asked[(b->first + i) % BATCH_AHEAD];
}

/* -- What is said -- */

/* The first one counts; whatever comes behind it stays in the file unless it is forced. */
static void fail(struct batch *b, enum exit_code code)
{
	if (b->code == EXIT_OK)
		b->code = code;
	if (!b->options->force)
		b->file_ended = true;
}

static void complain(struct batch *b, unsigned line, char *why, enum exit_code code)
{
	text_tame(why);
	fprintf(stderr, "%s:%u: %s\n", b->name, line, why);
	fail(b, code);
}

static void say_end(const struct batch *b)
{
	if (b->code != EXIT_OK && !b->options->force)
		fprintf(stderr, "%s: nothing behind that line was carried out (-force goes on)\n",
			b->name);
}

/* -- Asking -- */

static bool is_of_batch(const struct command *c, char why[COMMAND_WHY])
{
	enum command_verb_id id = c->verb->id;

	if (id != VERB_MONITOR && id != VERB_TRACE_FOLLOW && id != VERB_APPLY)
		return true;
	snprintf(why, COMMAND_WHY, "\"%s\" is nothing for a file of commands",
		 id == VERB_MONITOR        ? "monitor"
		 : id == VERB_TRACE_FOLLOW ? "trace --follow"
					   : "apply");
	return false;
}

static bool write_request(struct batch *b, const struct command *c)
{
	size_t len = command_write(c, b->out + b->out_len, PROTOCOL_REQUEST);

	if (len == 0)
		return false;
	b->out[b->out_len + len] = '\n';
	b->out_len += len + 1;
	return true;
}

/* A line that has words, @words: asked, or remembered for what is wrong with it. */
static void ask(struct batch *b, unsigned line, int count, char **words, char why[COMMAND_WHY])
{
	struct asked *a = asked_at(b, b->count++);

	a->line = line;
	*a->wrong = '\0';
	if (count > 0 && command_parse(&a->command, count, words, why) &&
	    is_of_batch(&a->command, why)) {
		a->command.then = !b->options->force;
		a->render = conversation_render(b->options, &a->command);
		if (write_request(b, &a->command))
			return;
		snprintf(why, COMMAND_WHY, "memory is short");
	}
	memcpy(a->wrong, why, sizeof(a->wrong));
	b->file_ended = b->file_ended || !b->options->force;
}

/* Asks what the next line says; false when no line is whole yet. */
static bool take_line(struct batch *b)
{
	char *at = b->text + b->text_done, *words[BATCH_WORDS], why[COMMAND_WHY] = "";
	ssize_t len = batch_line(at, b->text_len - b->text_done, b->file < 0);
	unsigned line = b->line;
	int count;

	if (len < 0 && b->text_len - b->text_done < ROOM_IN)
		return false;
	if (len < 0) {
		snprintf(why, COMMAND_WHY, "a line is at most %d bytes long", ROOM_IN - 1);
		b->file_ended = true;
		ask(b, line, 0, NULL, why);
		return true;
	}
	at[len] = '\0';
	for (ssize_t i = 0; i < len; i++)
		b->line += at[i] == '\n';
	b->line++;
	b->text_done += (size_t)len + 1;
	b->file_ended = b->file < 0 && b->text_done >= b->text_len;
	count = batch_words(at, words, why);
	if (count != 0)
		ask(b, line, count, words, why);
	return true;
}

static bool may_ask(const struct batch *b)
{
	return !b->file_ended && b->count < BATCH_AHEAD && ROOM_OUT - b->out_len > PROTOCOL_REQUEST;
}

static void ask_all(struct batch *b)
{
	while (may_ask(b) && take_line(b))
		;
	if (b->text_done >= b->text_len) {
		b->text_len = b->text_done = 0;
	} else {
		b->text_len -= b->text_done;
		memmove(b->text, b->text + b->text_done, b->text_len);
		b->text_done = 0;
	}
}

/* -- Being answered -- */

static void forget_first(struct batch *b)
{
	b->first = (b->first + 1) % BATCH_AHEAD;
	b->count--;
}

/* Those whose turn has come. */
static void say_wrong(struct batch *b)
{
	while (b->count > 0 && *asked_at(b, 0)->wrong) {
		complain(b, asked_at(b, 0)->line, asked_at(b, 0)->wrong, EXIT_USAGE);
		forget_first(b);
	}
}

static bool was_skipped(const struct batch *b, const struct asked *a)
{
	return b->code != EXIT_OK && a->command.then && strcmp(a->render.code, "ECANCELED") == 0;
}

/* False when the switch says what it must not. */
static bool take_answer(struct batch *b, const char *line, size_t len)
{
	struct asked *a = asked_at(b, 0);
	char why[COMMAND_WHY] = "";
	enum rendered rendered =
		b->count ? render_line(&a->render, line, len, why) : RENDERED_NONSENSE;

	if (rendered == RENDERED_MORE)
		return true;
	if (rendered == RENDERED_NONSENSE) {
		log_error("the switch said something that is not of version %d of the protocol",
			  PROTOCOL_VERSION);
		return false;
	}
	if (rendered == RENDERED_REFUSED && !was_skipped(b, a))
		complain(b, a->line, why, EXIT_REFUSED);
	forget_first(b);
	say_wrong(b);
	return true;
}

static bool take_answers(struct batch *b)
{
	size_t done = 0;
	char *end;

	while ((end = memchr(b->in + done, '\n', b->in_len - done))) {
		size_t len = (size_t)(end + 1 - b->in) - done;

		if (!take_answer(b, b->in + done, len))
			return false;
		done += len;
	}
	b->in_len -= done;
	memmove(b->in, b->in + done, b->in_len);
	return b->in_len < ROOM_IN;
}

/* -- Moving bytes -- */

static void read_file(struct batch *b)
{
	ssize_t n = read(b->file, b->text + b->text_len, ROOM_IN - b->text_len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		b->text_len += (size_t)n;
		return;
	}
	if (n < 0) {
		log_error("%s: %s", b->name, strerror(errno));
		fail(b, EXIT_USAGE);
	}
	close(b->file);
	b->file = -1;
	b->file_ended = b->file_ended || b->text_len == b->text_done;
}

static bool send_requests(struct batch *b)
{
	ssize_t n = unix_send(b->to.fd, b->out, b->out_len);

	if (n == -EAGAIN || n == -EINTR)
		return true;
	if (n < 0)
		return false;
	b->out_len -= (size_t)n;
	memmove(b->out, b->out + n, b->out_len);
	return true;
}

static bool receive_answers(struct batch *b)
{
	ssize_t n = unix_receive(b->to.fd, b->in + b->in_len, ROOM_IN - b->in_len);

	if (n == -EAGAIN || n == -EINTR)
		return true;
	if (n <= 0)
		return false;
	b->in_len += (size_t)n;
	return take_answers(b);
}

/* Waits for whatever can go on, and goes on with it; false when the switch has ended.  Who waits for an answer
 * before they type on gets it. */
static bool turn(struct batch *b)
{
	bool reads =
		b->file >= 0 && !b->file_ended && b->text_len < ROOM_IN && b->count < BATCH_AHEAD;
	struct pollfd fds[] = {
		{ .fd = b->to.fd, .events = (short)(POLLIN | (b->out_len ? POLLOUT : 0)) },
		{ .fd = reads ? b->file : -1, .events = POLLIN },
	};

	if (b->count == 0)
		fflush(stdout);
	if (poll(fds, 2, -1) < 0)
		return errno == EINTR;
	if (fds[1].revents)
		read_file(b);
	if (fds[0].revents & POLLOUT && !send_requests(b))
		return false;
	return !(fds[0].revents & (POLLIN | POLLHUP | POLLERR)) || receive_answers(b);
}

/* -- All of it -- */

static bool open_file(struct batch *b)
{
	bool is_input = strcmp(b->options->batch, "-") == 0;

	b->name = is_input ? "<stdin>" : b->options->batch;
	b->file = is_input ? dup(STDIN_FILENO) : open(b->options->batch, O_RDONLY | O_CLOEXEC);
	if (b->file >= 0)
		return true;
	log_error("cannot read %s: %s", b->name, strerror(errno));
	return false;
}

static enum exit_code carry_out(struct batch *b)
{
	while (!b->file_ended || b->count > 0) {
		ask_all(b);
		say_wrong(b);
		if ((b->file_ended && b->count == 0) || turn(b))
			continue;
		log_error("the switch has ended");
		return EXIT_ABSENT;
	}
	say_end(b);
	return b->code;
}

static enum exit_code converse(struct batch *b)
{
	enum exit_code code = conversation_open(&b->to, b->self, b->options);

	if (code != EXIT_OK) {
		close(b->file);
		return code;
	}
	code = carry_out(b);
	conversation_close(&b->to);
	if (b->file >= 0)
		close(b->file);
	return code;
}

enum exit_code batch(const struct verb *self, const struct client_options *options)
{
	struct batch *b;
	enum exit_code code = EXIT_REFUSED;

	if (options->file) {
		options_complain(self,
				 "-f excludes -b: a file of commands is for a running switch");
		return EXIT_USAGE;
	}
	b = calloc(1, sizeof(*b));
	if (!b) {
		log_error("memory is short");
		return code;
	}
	b->self = self;
	b->options = options;
	b->line = 1;
	b->asked = calloc(BATCH_AHEAD, sizeof(*b->asked));
	if (!b->asked)
		log_error("memory is short");
	else if (open_file(b))
		code = converse(b);
	free(b->asked);
	free(b);
	return code;
}

enum exit_code verb_batch(const struct verb *self, int argc, char **argv)
{
	struct client_options options;

	if (!client_options(self, &argc, argv, &options))
		return EXIT_USAGE;
	if (options.help) {
		options_usage(stdout, self);
		return EXIT_OK;
	}
	if (argc == 1)
		return batch(self, &options);
	options_complain(self, "unexpected \"%s\": the commands are in the file", argv[1]);
	return EXIT_USAGE;
}
