/* Command lines and requests: one table reads both.  Right ones are compared as the request that they
 * make; wrong ones by a word of the one sentence that answers them. */
#include "ctl/command.h"

#include <stdio.h>

#include "craft.h"
#include "ctl/protocol.h"

#define M "32:39:e3:57:89:e7"

/* Cuts @line into words, in place. */
static int cut(char *line, char **words)
{
	int count = 0;

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	return count;
}

static bool parse(const char *line, struct command *out, char why[COMMAND_WHY])
{
	char copy[512], *words[64];

	snprintf(copy, sizeof(copy), "%s", line);
	return command_parse(out, cut(copy, words), words, why);
}

static void right_lines(void **state)
{
	static const struct {
		const char *line, *request;
	} rows[] = {
		{ "fdb", "{\"v\":1,\"do\":\"fdb show\"}" },
		{ "fdb ls", "{\"v\":1,\"do\":\"fdb show\"}" },
		{ "bridge fdb show brport vx1", "{\"v\":1,\"do\":\"fdb show\",\"dev\":\"vx1\"}" },
		{ "fdb append " M " dev vx1 dst 10.0.0.2",
		  "{\"v\":1,\"do\":\"fdb append\",\"mac\":\"" M
		  "\",\"dev\":\"vx1\",\"dst\":\"10.0.0.2\"}" },
		{ "fdb add dev vx1 self static port 8472 dst fd00::2 " M,
		  "{\"v\":1,\"do\":\"fdb add\",\"mac\":\"" M
		  "\",\"dev\":\"vx1\",\"dst\":\"fd00::2\",\"port\":8472,"
		  "\"state\":\"static\",\"self\":true}" },
		{ "bridge fdb delete " M " dev vx1 self",
		  "{\"v\":1,\"do\":\"fdb del\",\"mac\":\"" M "\",\"dev\":\"vx1\",\"self\":true}" },
		{ "fdb flush dev vx1 nopermanent",
		  "{\"v\":1,\"do\":\"fdb flush\",\"dev\":\"vx1\",\"only\":\"nopermanent\"}" },
		{ "ip neighbor add 3.3.3.4 lladdr " M " dev vx1",
		  "{\"v\":1,\"do\":\"neigh add\",\"dst\":\"3.3.3.4\",\"lladdr\":\"" M
		  "\",\"dev\":\"vx1\"}" },
		{ "ip neigh replace to fd::4 dev vx1 nud reachable router lladdr " M,
		  "{\"v\":1,\"do\":\"neigh replace\",\"dst\":\"fd::4\",\"lladdr\":\"" M
		  "\",\"nud\":\"reachable\",\"router\":true,\"dev\":\"vx1\"}" },
		{ "neighbour get 3.3.3.4 dev vx1",
		  "{\"v\":1,\"do\":\"neigh get\",\"dst\":\"3.3.3.4\",\"dev\":\"vx1\"}" },
		{ "link show vx1", "{\"v\":1,\"do\":\"link show\",\"dev\":\"vx1\"}" },
		{ "ip link show dev vx1", "{\"v\":1,\"do\":\"link show\",\"dev\":\"vx1\"}" },
		{ "ip link add vx1 mtu 1400 type vxlan id 5",
		  "{\"v\":1,\"do\":\"link add\",\"dev\":\"vx1\",\"link\":\"mtu 1400 type vxlan id "
		  "5\"}" },
		{ "link set up dev vx1",
		  "{\"v\":1,\"do\":\"link set\",\"dev\":\"vx1\",\"set\":\"up\"}" },
		{ "link set name vx2 dev vx1",
		  "{\"v\":1,\"do\":\"link set\",\"dev\":\"vx1\",\"set\":\"name vx2\"}" },
		{ "ip link set name vx2 vx1 up",
		  "{\"v\":1,\"do\":\"link set\",\"dev\":\"vx1\",\"set\":\"name vx2 up\"}" },
		{ "ip link set mtu 1400 vx1 up",
		  "{\"v\":1,\"do\":\"link set\",\"dev\":\"vx1\",\"set\":\"mtu 1400 up\"}" },
		{ "link delete vx1", "{\"v\":1,\"do\":\"link del\",\"dev\":\"vx1\"}" },
		{ "peer", "{\"v\":1,\"do\":\"peer show\"}" },
		{ "stats --drops blue",
		  "{\"v\":1,\"do\":\"stats\",\"dev\":\"blue\",\"drops\":true}" },
		{ "status", "{\"v\":1,\"do\":\"status\"}" },
		{ "bridge monitor fdb", "{\"v\":1,\"do\":\"monitor\",\"about\":\"fdb\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[COMMAND_WHY] = "", line[1024];
		static struct command there, back;

		if (!parse(rows[i].line, &there, why))
			fail_msg("%s: %s", rows[i].line, why);
		line[command_write(&there, line, sizeof(line))] = '\0';
		assert_string_equal(line, rows[i].request);
		assert_true(command_read(&back, line, strlen(line), why));
		assert_memory_equal(&there, &back, sizeof(there));
		assert_int_equal(command_write(&there, line, 5), 0);
	}
}

static void wrong_lines(void **state)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "bridge", "what?" },
		{ "bridge fbd", "did you mean \"bridge fdb\"" },
		{ "bridge neigh", "no command \"bridge neigh\"" },
		{ "fdb shwo", "did you mean \"fdb show\"" },
		{ "fdb frobnicate", "`vxs help fdb`" },
		{ "fdb show vx1", "unexpected \"vx1\"" },
		{ "fdb show dve vx1", "did you mean \"dev\"" },
		{ "fdb show dev", "dev needs a value" },
		{ "fdb show dev a dev b", "dev is given twice" },
		{ "fdb add", "which MAC?" },
		{ "fdb add " M, "which device or network? (dev ...)" },
		{ "fdb add " M " " M " dev vx1", "unexpected" },
		{ "fdb add dev vx1 dst 10.0.0.2", "which MAC?" },
		{ "fdb add 32:39:e3 dev vx1", "\"32:39:e3\" is not a MAC" },
		{ "fdb add " M " dev vx1 dst 10.0.0", "is not an address" },
		{ "fdb add " M " dev vx1 dst 10.0.0.2 port 0", "is not a UDP port" },
		{ "fdb add " M " dev vx1 dst 10.0.0.2 port 65536", "is not a UDP port" },
		{ "fdb add " M " dev vx1 dst 10.0.0.2 prot 1", "did you mean \"port\"" },
		{ "fdb add " M " dev vx1 pernament", "did you mean \"permanent\"" },
		{ "fdb add " M " dev vx1 static dynamic", "static and dynamic exclude each other" },
		{ "fdb add " M " dev vx1 master", "bridge" },
		{ "fdb add " M " dev vx1 --frob", "unexpected \"--frob\"" },
		{ "fdb add " M " dev vx1", "which address? (dst ...)" },
		{ "fdb flush", "which device" },
		{ "neigh add", "which address?" },
		{ "neigh add 3.3.3.4 dev vx1", "which MAC? (lladdr ...)" },
		{ "neigh add 3.3.3.4 lladr " M " dev vx1", "did you mean \"lladdr\"" },
		{ "neigh add 3.3.3.4 lladdr " M " dev vx1 nud stale", "no nud \"stale\"" },
		{ "neigh add 3.3.3.4 lladdr " M " dev vx1 nud rechable",
		  "did you mean \"reachable\"" },
		{ "stats --drop", "did you mean \"--drops\"" },
		{ "monitor mis", "did you mean \"miss\"" },
		{ "status now", "unexpected \"now\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[COMMAND_WHY] = "";
		struct command c;

		if (parse(rows[i].line, &c, why) || !strstr(why, rows[i].why))
			fail_msg("%s: %s", rows[i].line, why);
	}
}

static void wrong_requests(void **state)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "", "not JSON" },
		{ "fdb show", "not JSON" },
		{ "{\"v\":1,\"do\":\"fdb show\"} {}", "not JSON" },
		{ "{\"v\":1,\"v\":1,\"do\":\"fdb show\"}", "not JSON" },
		{ "{\"v\":1,\"do\":\"fdb\\u0000show\"}", "not JSON" },
		{ "[]", "an object" },
		{ "7", "an object" },
		{ "{}", "version 1" },
		{ "{\"v\":2,\"do\":\"fdb show\"}", "version 1" },
		{ "{\"v\":\"1\",\"do\":\"fdb show\"}", "version 1" },
		{ "{\"v\":1}", "\"do\"" },
		{ "{\"v\":1,\"do\":7}", "\"do\"" },
		{ "{\"v\":1,\"do\":\"fdb shwo\"}", "did you mean \"fdb show\"" },
		{ "{\"v\":1,\"do\":\"fdb show\",\"dve\":\"x\"}", "did you mean \"dev\"" },
		{ "{\"v\":1,\"do\":\"fdb show\",\"dev\":[]}", "not a string" },
		{ "{\"v\":1,\"do\":\"fdb show\",\"dev\":\"\"}", "not the name" },
		{ "{\"v\":1,\"do\":\"fdb add\"}", "which MAC" },
		{ "{\"v\":1,\"do\":\"stats\",\"drops\":\"yes\"}", "true or false" },
		{ "{\"v\":1,\"do\":\"fdb add\",\"mac\":\"" M "\",\"dev\":\"x\",\"port\":65536}",
		  "UDP port" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[COMMAND_WHY] = "";
		struct command c;

		if (command_read(&c, rows[i].line, strlen(rows[i].line), why) ||
		    !strstr(why, rows[i].why))
			fail_msg("%s: %s", rows[i].line, why);
	}
}

/* As deep and as long as a request may be. */
static void monsters(void **state)
{
	char *deep = malloc(PROTOCOL_REQUEST);
	char why[COMMAND_WHY];
	struct command c;

	(void)state;
	memset(deep, '[', PROTOCOL_REQUEST);
	assert_false(command_read(&c, deep, PROTOCOL_REQUEST, why));
	memset(deep, '"', PROTOCOL_REQUEST);
	assert_false(command_read(&c, deep, PROTOCOL_REQUEST, why));
	memset(deep + 1, 'x', PROTOCOL_REQUEST - 2);
	assert_false(command_read(&c, deep, PROTOCOL_REQUEST, why));
	free(deep);
}

static void usage_is_of_the_table(void **state)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	assert_true(command_help(to, "neighbor"));
	assert_false(command_help(to, "frob"));
	fclose(to);
	assert_non_null(strstr(
		text,
		"vxs neigh add ADDRESS lladdr MAC [nud permanent|reachable] [router] dev NAME\n"));
	assert_null(strstr(text, "fdb"));
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_lines),           cmocka_unit_test(wrong_lines),
		cmocka_unit_test(wrong_requests),        cmocka_unit_test(monsters),
		cmocka_unit_test(usage_is_of_the_table),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
