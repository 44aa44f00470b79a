/* What is told of probes, and the search for the largest MTU over paths that only a test has. */
#include "ctl/ping.h"

#include <stdio.h>

#include "craft.h"

/* -- Sweeps -- */

struct path {
	uint32_t interface_mtu;
	uint32_t mtu; /* of the narrowest hop */
	bool told;    /* it says so */
	unsigned tries;
};

static struct probe_report try(struct path *path, uint32_t size)
{
	struct probe_report r = { .size = size,
				  .network_mtu = 1450,
				  .overhead = 50,
				  .interface_mtu = path->interface_mtu,
				  .path_mtu = path->interface_mtu };

	path->tries++;
	if (size + r.overhead > path->interface_mtu) {
		r.outcome = PROBE_TOO_BIG_HERE;
	} else if (size + r.overhead > path->mtu && path->told) {
		r.outcome = PROBE_TOO_BIG_PATH;
		r.path_mtu = path->mtu;
	} else if (size + r.overhead > path->mtu) {
		r.outcome = PROBE_SILENCE;
	}
	return r;
}

static struct sweep sweep(struct path *path)
{
	struct sweep s = sweep_begin();

	while (s.next && path->tries < 100) {
		struct probe_report r = try(path, s.next);

		sweep_learn(&s, &r);
	}
	return s;
}

static void every_width_is_found(void **state)
{
	(void)state;
	for (uint32_t mtu = 114; mtu <= 1500; mtu++) {
		for (int told = 0; told < 2; told++) {
			struct path path = { 1500, mtu, told, 0 };
			struct sweep s = sweep(&path);

			assert_int_equal(s.passes, mtu - 50);
			assert_int_equal(s.fails, mtu - 49);
			assert_true(path.tries <= 14);
			if (told)
				assert_true(path.tries <= 4);
			assert_int_equal(s.large.outcome, mtu == 1500 ? PROBE_TOO_BIG_HERE
							  : told      ? PROBE_TOO_BIG_PATH
								      : PROBE_SILENCE);
		}
	}
}

static void the_largest_packets_there_are(void **state)
{
	struct path path = { 65535, 65535, false, 0 };

	(void)state;
	assert_int_equal(sweep(&path).passes, PROBE_SIZE_MAX);
}

static void nothing_passes(void **state)
{
	struct path path = { 1500, 100, false, 0 };
	struct sweep s = sweep(&path);

	(void)state;
	assert_true(sweep_is_silent(&s));
	assert_int_equal(path.tries, 1);
}

/* -- Words -- */

static const char *told(bool json, const struct sweep *s)
{
	static char text[4096];
	FILE *to = fmemopen(text, sizeof(text), "w");

	sweep_tell(to, json, s);
	fclose(to);
	return text;
}

static void a_sweep_says_what_to_write(void **state)
{
	struct path narrow = { 1500, 1400, true, 0 }, hole = { 1500, 1400, false, 0 },
		    wide = { 1500, 1500, false, 0 };
	struct sweep s = sweep(&narrow);

	(void)state;
	assert_non_null(strstr(told(false, &s), "largest inner MTU that passes is 1350"));
	assert_non_null(strstr(told(false, &s), "the path MTU is 1400"));
	assert_non_null(strstr(told(false, &s), "write `mtu: 1350`"));
	assert_non_null(strstr(told(true, &s), "\"largest\":1350,\"limit\":\"too-big-path\""));
	s = sweep(&hole);
	assert_non_null(strstr(told(false, &s), "vanishes without a word"));
	assert_non_null(strstr(told(true, &s), "\"limit\":\"silence\""));
	s = sweep(&wide);
	assert_non_null(strstr(told(false, &s), "the network has 1450, which fits"));
	assert_non_null(strstr(told(true, &s), "\"fits\":true"));
}

static const char *pinged(bool json, const struct probe_report *reports, size_t n)
{
	static char text[4096];
	struct ping ping = { .json = json };

	*text = '\0';
	ping.to = fmemopen(text, sizeof(text), "w");
	for (size_t i = 0; i < n; i++)
		ping_tell(&ping, &reports[i], 1000);
	ping_end(&ping, 2000);
	fclose(ping.to);
	return text;
}

static void pings_are_told_as_ping_does(void **state)
{
	const struct probe_report r[] = {
		{ .outcome = PROBE_ANSWERED,
		  .node = "n2",
		  .address = "10.0.0.2",
		  .network = "blue",
		  .vni = 100,
		  .size = 64,
		  .overhead = 50,
		  .ns = 1000000 },
		{ .outcome = PROBE_SILENCE,
		  .node = "n2",
		  .address = "10.0.0.2",
		  .network = "blue",
		  .vni = 100,
		  .size = 64,
		  .overhead = 50 },
		{ .outcome = PROBE_ANSWERED,
		  .node = "n2",
		  .address = "10.0.0.2",
		  .network = "blue",
		  .vni = 100,
		  .size = 64,
		  .overhead = 50,
		  .ns = 3000000 },
	};

	(void)state;
	assert_string_equal(
		pinged(false, r, 3),
		"PING n2 (10.0.0.2) in network blue, VNI 100: 64 bytes, and 50 around them on the "
		"way\n"
		"64 bytes from n2 (10.0.0.2): seq=1 time=1.000 ms\n"
		"seq=2: no answer within 1000 ms\n"
		"64 bytes from n2 (10.0.0.2): seq=3 time=3.000 ms\n"
		"\n--- n2 ping statistics ---\n"
		"3 packets transmitted, 2 received, 33.33% packet loss, time 2000ms\n"
		"rtt min/avg/max/mdev = 1.000/2.000/3.000/1.000 ms\n");
	assert_non_null(strstr(pinged(false, r + 1, 1), "Only vxs answers probes"));
	assert_non_null(strstr(pinged(true, r, 3), "\"transmitted\":3,\"received\":2"));
	assert_string_equal(pinged(false, r, 0), "");
}

static void answers_are_read(void **state)
{
	static const char item[] = "{\"v\":1,\"item\":{\"node\":\"n2\",\"outcome\":\"refused\","
				   "\"size\":64}}";
	static const char *const nonsense[] = { "",
						"{",
						"[]",
						"{\"item\":{}}",
						"{\"item\":7}",
						"{\"item\":{\"outcome\":\"odd\"}}",
						"{\"ok\":1}" };
	struct probe_report r;
	char why[COMMAND_WHY];

	(void)state;
	assert_int_equal(probe_report_read(&r, item, strlen(item), why), RENDERED_MORE);
	assert_int_equal(r.outcome, PROBE_REFUSED);
	assert_string_equal(r.node, "n2");
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
		assert_int_equal(probe_report_read(&r, nonsense[i], strlen(nonsense[i]), why),
				 RENDERED_NONSENSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_width_is_found),
		cmocka_unit_test(the_largest_packets_there_are),
		cmocka_unit_test(nothing_passes),
		cmocka_unit_test(a_sweep_says_what_to_write),
		cmocka_unit_test(pings_are_told_as_ping_does),
		cmocka_unit_test(answers_are_read),
	};

	return cmocka_run_group_tests_name("ping", tests, NULL, NULL);
}
