/* What is counted between two readings, how fast that is, and how it is told. */
#include "ctl/top.h"

#include <stdio.h>

#include "base/clock.h"
#include "craft.h"

/* -- Readings -- */

static void take(struct top_reading *reading, const char *line)
{
	char why[COMMAND_WHY];

	assert_int_equal(top_read(reading, line, strlen(line), why), RENDERED_MORE);
}

/* A network with so many frames in and out, of 100 bytes each, and drops for want of a destination. */
static void network(struct top_reading *reading, const char *name, unsigned rx, unsigned tx,
		    unsigned drops)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "{\"v\":1,\"item\":{\"network\":\"%s\",\"rx\":{\"frames\":%u,\"bytes\":%u},"
		 "\"tx\":{\"frames\":%u,\"bytes\":%u},\"drops\":{\"no-remote\":%u}}}",
		 name, rx, rx * 100, tx, tx * 100, drops);
	take(reading, line);
}

static void peer(struct top_reading *reading, const char *address, unsigned rx, unsigned errors)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "{\"v\":1,\"item\":{\"address\":\"%s\",\"rx\":{\"frames\":%u,\"bytes\":%u},"
		 "\"tx\":{\"frames\":0,\"bytes\":0},\"errors\":%u}}",
		 address, rx, rx * 100, errors);
	take(reading, line);
}

static void strays(struct top_reading *reading, unsigned drops)
{
	char line[256];

	snprintf(line, sizeof(line),
		 "{\"v\":1,\"item\":{\"network\":null,\"drops\":{\"vni-not-found\":%u}}}", drops);
	take(reading, line);
}

/* -- The computation -- */

static void a_rate_is_a_count_by_the_time_it_took(void **state)
{
	(void)state;
	assert_true(top_rate(0, NS_PER_S) == 0);
	assert_true(top_rate(100, NS_PER_S) == 100);
	assert_true(top_rate(100, NS_PER_S / 2) == 200);
	assert_true(top_rate(1, 10 * NS_PER_S) > 0.0999 && top_rate(1, 10 * NS_PER_S) < 0.1001);
	assert_true(top_rate(100, 0) == 0);
	assert_true(top_rate(UINT64_MAX, 1) > 1e28);
}

static void what_came_between(void **state)
{
	struct top_reading before = { .ns = NS_PER_S }, after = { .ns = 3 * NS_PER_S }, between;

	(void)state;
	network(&before, "blue", 10, 20, 1);
	peer(&before, "10.0.0.2", 10, 0);
	network(&after, "blue", 110, 20, 4);
	peer(&after, "10.0.0.2", 15, 7);
	between = top_between(&before, &after);
	assert_int_equal(between.ns, 2 * NS_PER_S);
	assert_int_equal(between.networks.count, 1);
	assert_int_equal(between.networks.row[0].count.rx_frames, 100);
	assert_int_equal(between.networks.row[0].count.rx_bytes, 10000);
	assert_int_equal(between.networks.row[0].count.tx_frames, 0);
	assert_int_equal(between.networks.row[0].count.lost, 3);
	assert_int_equal(between.networks.row[0].drops.count[DROP_NO_REMOTE], 3);
	assert_int_equal(between.peers.count, 1);
	assert_int_equal(between.peers.row[0].count.rx_frames, 5);
	assert_int_equal(between.peers.row[0].count.lost, 7);
	assert_int_equal(after.networks.row[0].count.rx_frames, 110);
	top_forget(&between);
	top_forget(&before);
	top_forget(&after);
}

/* A network that was made again counts from nought. */
static void nothing_goes_backwards(void **state)
{
	struct top_reading before = { .ns = NS_PER_S }, after = { .ns = 2 * NS_PER_S }, between;
	const struct top_row *row;

	(void)state;
	network(&before, "blue", 1000000, 50, 900);
	network(&after, "blue", 7, 60, 2);
	between = top_between(&before, &after);
	row = between.networks.row;
	assert_int_equal(row->count.rx_frames, 7);
	assert_int_equal(row->count.rx_bytes, 700);
	assert_int_equal(row->count.tx_frames, 10);
	assert_int_equal(row->count.lost, 2);
	assert_int_equal(row->drops.count[DROP_NO_REMOTE], 2);
	assert_true(top_rate(row->count.rx_frames, between.ns) == 7);
	top_forget(&between);
	top_forget(&before);
	top_forget(&after);
}

static const struct top_row *row_of(const struct top_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->row[i].name, name) == 0)
			return &rows->row[i];
	return NULL;
}

/* Each is compared with itself, wherever it stands. */
static void who_comes_and_who_goes(void **state)
{
	struct top_reading before = { .ns = 0 }, after = { .ns = NS_PER_S }, between;

	(void)state;
	network(&before, "gone", 5, 5, 5);
	network(&before, "blue", 10, 0, 0);
	network(&before, "red", 100, 0, 0);
	network(&after, "red", 101, 0, 0);
	network(&after, "new", 3, 0, 0);
	network(&after, "blue", 12, 0, 0);
	between = top_between(&before, &after);
	assert_int_equal(between.networks.count, 3);
	assert_int_equal(row_of(&between.networks, "red")->count.rx_frames, 1);
	assert_int_equal(row_of(&between.networks, "blue")->count.rx_frames, 2);
	assert_int_equal(row_of(&between.networks, "new")->count.rx_frames, 3);
	assert_null(row_of(&between.networks, "gone"));
	top_forget(&between);
	top_forget(&before);
	top_forget(&after);
}

static void answers_are_read(void **state)
{
	static const char done[] = "{\"v\":1,\"ok\":true}";
	static const char no[] = "{\"v\":1,\"ok\":false,\"message\":\"no device\"}";
	static const char *const nonsense[] = { "", "{", "[]", "{\"item\":7}", "{\"ok\":1}" };
	struct top_reading r = { .ns = 0 };
	char why[COMMAND_WHY] = "";

	(void)state;
	assert_int_equal(top_read(&r, done, strlen(done), why), RENDERED_DONE);
	assert_int_equal(top_read(&r, no, strlen(no), why), RENDERED_REFUSED);
	assert_string_equal(why, "no device");
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
		assert_int_equal(top_read(&r, nonsense[i], strlen(nonsense[i]), why),
				 RENDERED_NONSENSE);
	assert_int_equal(r.networks.count + r.peers.count, 0);
}

/* -- How it is told -- */

static char told[4096];

/* Two seconds in which blue got 3000 frames and dropped 5, and red none; to the peer 1 of 2 sends failed. */
static void tell(struct top_look look, struct render render)
{
	struct top_reading before = { .ns = 0 }, after = { .ns = 2 * NS_PER_S }, between;

	network(&before, "red", 7, 7, 0);
	network(&before, "blue", 0, 0, 0);
	strays(&before, 4);
	peer(&before, "10.0.0.2", 0, 0);
	network(&after, "red", 7, 7, 0);
	network(&after, "blue", 3000, 1, 5);
	strays(&after, 4);
	peer(&after, "10.0.0.2", 3000, 1);
	between = top_between(&before, &after);
	*told = '\0';
	render.to = fmemopen(told, sizeof(told), "w");
	look.render = &render;
	top_tell(&look, &between);
	fclose(render.to);
	top_forget(&between);
	top_forget(&before);
	top_forget(&after);
}

static void lines_of_columns_the_busiest_first(void **state)
{
	(void)state;
	tell((struct top_look) { .lines = 0 }, (struct render) { .json = false });
	assert_string_equal(
		told, "NETWORK                RX/s   RX bit/s       TX/s   TX bit/s     DROP/s\n"
		      "blue                  1.50k      1.20M       0.50        400       2.50\n"
		      "red                       0          0          0          0          0\n"
		      "\n"
		      "PEER                   RX/s   RX bit/s       TX/s   TX bit/s    ERROR/s\n"
		      "10.0.0.2              1.50k      1.20M          0          0       0.50\n"
		      "\n"
		      "blue                   2.50  drop no-remote\n");
}

static void blocks_have_a_line_between_them(void **state)
{
	(void)state;
	tell((struct top_look) { .more = true }, (struct render) { .json = false });
	assert_int_equal(strncmp(told, "\nNETWORK ", 9), 0);
}

/* From the top, over what stands there, and nothing is left of it. */
static void a_terminal_is_painted_over(void **state)
{
	size_t lines = 0;

	(void)state;
	tell((struct top_look) { .repaint = true, .more = true, .lines = 7 },
	     (struct render) { .palette = PALETTE_LIGHT });
	assert_int_equal(strncmp(told, "\033[HNETWORK", 10), 0);
	assert_non_null(strstr(told, "\033[36mblue            \033[0m"));
	assert_non_null(strstr(told, "\033[35m10.0.0.2"));
	assert_string_equal(told + strlen(told) - 3, "\033[J");
	for (const char *at = told; (at = strchr(at, '\n')); at++) {
		assert_int_equal(strncmp(at - 3, "\033[K", 3), 0);
		lines++;
	}
	assert_true(lines <= 7);
}

static void what_does_not_fit_is_counted(void **state)
{
	(void)state;
	tell((struct top_look) { .repaint = true, .lines = 5 }, (struct render) { .json = false });
	assert_non_null(strstr(told, "and 2 more"));
	assert_non_null(strstr(told, "10.0.0.2"));
	assert_null(strstr(told, "no-remote"));
}

static void an_object_with_counts_and_rates(void **state)
{
	(void)state;
	tell((struct top_look) { .lines = 3 }, (struct render) { .json = true });
	assert_string_equal(
		told,
		"{\"seconds\":2.0,\"networks\":["
		"{\"network\":\"red\",\"rx\":{\"frames\":0,\"bytes\":0,\"frames_per_s\":0.0,"
		"\"bits_per_s\":0.0},\"tx\":{\"frames\":0,\"bytes\":0,\"frames_per_s\":0.0,"
		"\"bits_per_s\":0.0},\"dropped\":0,\"drops_per_s\":0.0,\"drops\":{}},"
		"{\"network\":\"blue\",\"rx\":{\"frames\":3000,\"bytes\":300000,"
		"\"frames_per_s\":1500.0,\"bits_per_s\":1200000.0},\"tx\":{\"frames\":1,"
		"\"bytes\":100,\"frames_per_s\":0.5,\"bits_per_s\":400.0},\"dropped\":5,"
		"\"drops_per_s\":2.5,\"drops\":{\"no-remote\":5}},"
		"{\"network\":null,\"rx\":{\"frames\":0,\"bytes\":0,\"frames_per_s\":0.0,"
		"\"bits_per_s\":0.0},\"tx\":{\"frames\":0,\"bytes\":0,\"frames_per_s\":0.0,"
		"\"bits_per_s\":0.0},\"dropped\":0,\"drops_per_s\":0.0,\"drops\":{}}],"
		"\"peers\":[{\"address\":\"10.0.0.2\",\"rx\":{\"frames\":3000,\"bytes\":300000,"
		"\"frames_per_s\":1500.0,\"bits_per_s\":1200000.0},\"tx\":{\"frames\":0,"
		"\"bytes\":0,\"frames_per_s\":0.0,\"bits_per_s\":0.0},\"errors\":1,"
		"\"errors_per_s\":0.5}]}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_a_count_by_the_time_it_took),
		cmocka_unit_test(what_came_between),
		cmocka_unit_test(nothing_goes_backwards),
		cmocka_unit_test(who_comes_and_who_goes),
		cmocka_unit_test(answers_are_read),
		cmocka_unit_test(lines_of_columns_the_busiest_first),
		cmocka_unit_test(blocks_have_a_line_between_them),
		cmocka_unit_test(a_terminal_is_painted_over),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(an_object_with_counts_and_rates),
	};

	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
