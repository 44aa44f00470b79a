#include "port/outlet.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "craft.h"

static const char LOST[] = "vxs: warning: nobody read here, and lines were lost\n";

struct pipe_ends {
	struct outlet outlet; /* its end blocks, as a shell's pipe does */
	int reader;
};

static struct pipe_ends pipe_new(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return (struct pipe_ends) { .outlet.fd = ends[1], .reader = ends[0] };
}

static void pipe_free(const struct pipe_ends *p)
{
	close(p->outlet.fd);
	close(p->reader);
}

/* All that the pipe holds; the last piece of it, at most @size − 1 bytes, is in @out. */
static size_t drain(int fd, char *out, size_t size)
{
	size_t all = 0;
	ssize_t n;

	while ((n = read(fd, out, size - 1)) > 0) {
		out[n] = '\0';
		all += (size_t)n;
	}
	return all;
}

static void line(struct pipe_ends *p, const char *text)
{
	outlet_line(&p->outlet, text, strlen(text));
}

static void is_read(void **state)
{
	struct pipe_ends p = pipe_new();
	char out[64];

	(void)state;
	line(&p, "one\n");
	outlet_text(&p.outlet, "two\nthree\n", 10);
	drain(p.reader, out, sizeof(out));
	assert_string_equal(out, "one\ntwo\nthree\n");
	pipe_free(&p);
}

/* Forty thousand lines into a pipe that nobody reads. */
static void nobody_reads(void **state)
{
	struct pipe_ends p = pipe_new();
	static char out[1 << 20];

	(void)state;
	for (int i = 0; i < 40000; i++)
		line(&p, "a line of some length that nobody reads\n");
	assert_in_range(drain(p.reader, out, sizeof(out)), 4096, sizeof(out) - 1);
	line(&p, "again\n");
	drain(p.reader, out, sizeof(out));
	assert_memory_equal(out, LOST, strlen(LOST));
	assert_string_equal(out + strlen(LOST), "again\n");
	line(&p, "and again\n");
	drain(p.reader, out, sizeof(out));
	assert_string_equal(out, "and again\n");
	pipe_free(&p);
}

/* A text is waited for once, and is cut; then nothing is until there is room. */
static void a_long_text_is_cut(void **state)
{
	struct pipe_ends p = pipe_new();
	static char text[1 << 20], out[1 << 20];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 1000; i++) /* minutes, were each waited for */
		outlet_text(&p.outlet, text, sizeof(text));
	assert_true(p.outlet.stuck);
	assert_in_range(drain(p.reader, out, sizeof(out)), 4096, sizeof(out) - 1);
	outlet_text(&p.outlet, "short\n", 6);
	drain(p.reader, out, sizeof(out));
	assert_string_equal(out + strlen(LOST), "short\n");
	pipe_free(&p);
}

static void nobody_is_there(void **state)
{
	struct pipe_ends p = pipe_new();

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	close(p.reader);
	line(&p, "to nobody\n");
	assert_false(p.outlet.stuck);
	close(p.outlet.fd);
	line(&p, "to nobody at all\n");
	assert_false(p.outlet.stuck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_read),
		cmocka_unit_test(nobody_reads),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(nobody_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
