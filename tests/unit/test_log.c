#include "base/log.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "craft.h"

static void one_line_a_second(void **state)
{
	struct log_limit limit = { 0 };
	uint64_t now = 5 * NS_PER_S;
	uint32_t swallowed = 99;

	(void)state;
	assert_true(log_allowed(&limit, now, &swallowed));
	assert_int_equal(swallowed, 0);
	for (int i = 0; i < 3; i++)
		assert_false(log_allowed(&limit, now + (uint64_t)i, &swallowed));
	assert_false(log_allowed(&limit, now + NS_PER_S - 1, &swallowed));
	assert_true(log_allowed(&limit, now + NS_PER_S, &swallowed));
	assert_int_equal(swallowed, 4);
	assert_true(log_allowed(&limit, now + 2 * NS_PER_S, &swallowed));
	assert_int_equal(swallowed, 0);
}

/* A day of trouble, a thousand times a second. */
static void lines_become_seldom(void **state)
{
	const uint64_t day = 24 * 3600;
	struct log_limit limit = { 0 };
	uint32_t swallowed, lines = 0, early = 0;

	(void)state;
	for (uint64_t ms = 0; ms < day * 1000; ms++) {
		if (!log_allowed(&limit, NS_PER_S + ms * NS_PER_MS, &swallowed))
			continue;
		lines++;
		early += ms < LOG_BURST * UINT64_C(1000);
	}
	assert_int_equal(early, LOG_BURST);
	assert_in_range(lines, day / LOG_SPAN, day / LOG_SPAN + LOG_BURST);
}

/* Who was quiet for long enough may speak as often as at first, and not more. */
static void quiet_is_paid_back(void **state)
{
	struct log_limit limit = { 0 };
	uint64_t now = 0;
	uint32_t swallowed;

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < LOG_BURST; i++, now += NS_PER_S)
			assert_true(log_allowed(&limit, now, &swallowed));
		assert_false(log_allowed(&limit, now, &swallowed));
		now += LOG_BURST * LOG_SPAN * NS_PER_S;
	}
}

static void the_swallowed_count_does_not_wrap(void **state)
{
	struct log_limit limit = { .next = 10, .swallowed = UINT32_MAX };
	uint32_t swallowed;

	(void)state;
	assert_false(log_allowed(&limit, 9, &swallowed));
	assert_true(log_allowed(&limit, 10, &swallowed));
	assert_true(swallowed == UINT32_MAX);
}

/* What write_all() puts on stderr, as text in @out. */
static void capture(void (*write_all)(void), char *out, size_t size)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t len;

	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	write_all();
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	len = fread(out, 1, size - 1, file);
	out[len] = '\0';
	fclose(file);
}

static void every_level(void)
{
	log_error("port %d is taken", 4789);
	log_warning("tap %s is down", "vx100");
	log_info("ready");
	log_debug("detail");
}

static void at_the_start(void **state)
{
	char out[512];

	(void)state;
	capture(every_level, out, sizeof(out));
	assert_string_equal(out, "vxs: error: port 4789 is taken\n"
				 "vxs: warning: tap vx100 is down\n"
				 "vxs: ready\n");
}

static void levels_hide_what_lies_above(void **state)
{
	char out[512];

	(void)state;
	log_set_level(LOG_ERROR);
	capture(every_level, out, sizeof(out));
	assert_string_equal(out, "vxs: error: port 4789 is taken\n");
	log_set_level(LOG_DEBUG);
	capture(every_level, out, sizeof(out));
	assert_non_null(strstr(out, "vxs: debug: detail\n"));
	log_set_level(LOG_INFO);
}

static void a_huge_line(void)
{
	char long_text[3000];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	log_error("%s", long_text);
}

static void long_lines_are_cut_but_end(void **state)
{
	char out[2048];

	(void)state;
	capture(a_huge_line, out, sizeof(out));
	assert_in_range(strlen(out), 900, 1024);
	assert_int_equal(out[strlen(out) - 1], '\n');
}

static void append(void *context, const char *line, size_t len)
{
	strncat(context, line, len);
}

static void another_writer(void **state)
{
	char out[512] = "", err[512];

	(void)state;
	log_set_writer(append, out);
	capture(every_level, err, sizeof(err));
	log_set_writer(NULL, NULL);
	assert_string_equal(out, "vxs: error: port 4789 is taken\n"
				 "vxs: warning: tap vx100 is down\n"
				 "vxs: ready\n");
	assert_string_equal(err, "");
}

/* A closed stderr is no reason to stop. */
static void nobody_is_there(void **state)
{
	int saved = dup(STDERR_FILENO);

	(void)state;
	close(STDERR_FILENO);
	log_error("to nobody");
	dup2(saved, STDERR_FILENO);
	close(saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_a_second),
		cmocka_unit_test(lines_become_seldom),
		cmocka_unit_test(quiet_is_paid_back),
		cmocka_unit_test(the_swallowed_count_does_not_wrap),
		cmocka_unit_test(at_the_start),
		cmocka_unit_test(levels_hide_what_lies_above),
		cmocka_unit_test(long_lines_are_cut_but_end),
		cmocka_unit_test(another_writer),
		cmocka_unit_test(nobody_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
