/* The judge of `vxs doctor`: facts as the switch tells them go in, and exactly the findings that are
 * expected come out. */
#include "ctl/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "craft.h"
#include "ctl/explain.h"

#define NETWORK                                                                                    \
	"{\"kind\":\"network\",\"network\":\"blue\",\"vni\":100,\"port\":4789,\"mtu\":1450,"       \
	"\"device\":\"vx100\",\"gone\":%s,\"down\":%s,\"learning\":%s,\"flood\":%d,\"static\":%d," \
	"\"group\":\"239.1.1.1\",\"received\":5000,\"bad_checksums\":%d,\"port_down\":7,\"no_"     \
	"remote\":8,\"repeated\":%s}"
#define MEMBER                                                                                \
	"{\"kind\":\"member\",\"network\":\"blue\",\"node\":\"n2\",\"address\":\"10.0.0.2\"," \
	"\"port\":4789,\"heard\":%s,\"errors\":3,\"last_error\":%s,\"lost\":%s}"
#define ENDPOINT                                                                                \
	"{\"kind\":\"endpoint\",\"address\":\"10.0.0.1\",\"port\":4789,\"interface\":\"eth2\"," \
	"\"no_address\":%s,\"no_interface\":%s}"
#define STRAY                                                                           \
	"{\"kind\":\"stray\",\"address\":\"%s\",\"node\":%s,\"vni\":101,\"port\":4789," \
	"\"reason\":\"%s\",\"count\":9,\"ago\":2}"

#define ETCD "{\"kind\":\"etcd\",\"leased\":true,\"nodes\":41,\"trouble\":%s}"

/* What there is to be wrong; all zero is a healthy pair that answers. */
struct facts {
	bool gone, down, nolearning, noflood, fixed;
	const char *repeated; /* "5"; NULL: never */
	bool no_address, no_interface;
	const char *heard; /* "5"; NULL: never */
	const char *error; /* "\"EPERM\"" */
	bool lost;
	const char *stray_from, *stray_node, *stray_reason;
	enum probe_outcome outcome;
	uint32_t passes; /* what a sweep found; 0: none was needed */
	enum probe_outcome limit;
	int bad_inside;
	bool one_way;
	bool by_group, group_answered;
	const char *etcd;           /* what is in its way, in quotes */
	const char *snmp, *ruleset; /* as the machine says it; NULL: it was not asked */
	bool filters;               /* what is bridged, and the device is in a bridge */
};

#define RULESET(chain, rule)                                                      \
	"table inet guard {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n\n\tchain c {\n" \
	"\t\ttype filter hook " chain "\n\t\tct state invalid drop\n\t\t" rule "\n\t}\n}\n"
#define SNMP(in, bad)                                                                              \
	"Tcp: InSegs InCsumErrors\nTcp: 7 900\n"                                                   \
	"Udp: InDatagrams NoPorts InErrors InCsumErrors IgnoredMulti\nUdp: " in " 3 9 " bad " 0\n" \
	"UdpLite: InDatagrams InCsumErrors\nUdpLite: 0 800\n"                                      \
	"Udp6InDatagrams                         \t0\nUdp6InCsumErrors  "                          \
	"\t1\nUdpLite6InCsumErrors \t70\n"

static const char *truth(bool b)
{
	return b ? "true" : "false";
}

static void say(struct doctor *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct doctor *d, const char *format, ...)
{
	char item[1024], line[1100], why[COMMAND_WHY];
	va_list args;

	va_start(args, format);
	vsnprintf(item, sizeof(item), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "{\"v\":1,\"item\":%s}", item);
	assert_int_equal(doctor_read(d, line, strlen(line), why), RENDERED_MORE);
}

static void tell(struct doctor *d, const struct facts *f)
{
	struct doctor_asked asked = { .network = "blue", .node = "n2", .probes = 3 };
	struct probe_report report = {
		.outcome = f->outcome, .network_mtu = 1450, .overhead = 50, .vni = 100
	};

	say(d, NETWORK, truth(f->gone), truth(f->down), truth(!f->nolearning), !f->noflood,
	    f->fixed, f->bad_inside, f->repeated ? f->repeated : "null");
	say(d, MEMBER, f->heard ? f->heard : "null", f->error ? f->error : "null", truth(f->lost));
	say(d, ENDPOINT, truth(f->no_address), truth(f->no_interface));
	if (f->stray_from)
		say(d, STRAY, f->stray_from, f->stray_node, f->stray_reason);
	say(d, ETCD, f->etcd ? f->etcd : "null");
	if (f->snmp)
		doctor_read_snmp(d, f->snmp);
	if (f->ruleset)
		doctor_read_ruleset(d, f->ruleset);
	d->machine.filters_v4 = d->machine.filters_v6 = f->filters;
	if (f->filters)
		strcpy(d->networks[0].bridge, "br1");
	report.one_way = f->one_way;
	asked.by_group = f->by_group;
	asked.group_answered = f->group_answered;
	asked.small = report;
	asked.swept = f->passes > 0;
	asked.sweep = (struct sweep) { .passes = f->passes, .fails = f->passes + 1 };
	asked.sweep.small = asked.sweep.large = report;
	asked.sweep.large.outcome = f->limit;
	doctor_ask(d, &asked);
}

static bool says(const struct finding *f, const char *words)
{
	return strstr(f->what, words) || strstr(f->known, words) || strstr(f->mend, words);
}

/* The codes in @expected, such as "301 302", and nothing else; and @words in what is said of one. */
static void assert_finds(const struct facts *f, const char *expected, const char *words)
{
	struct doctor d = { .networks = NULL };
	char found[64] = "";
	bool said = !words;

	tell(&d, f);
	doctor_judge(&d);
	assert_false(d.short_of_memory);
	for (size_t i = 0; i < d.finding_count; i++) {
		const struct finding *x = &d.findings[i];
		size_t len = strlen(found);

		snprintf(found + len, sizeof(found) - len, "%s%d", len ? " " : "", x->code);
		said = said || says(x, words);
		assert_true(*x->what && *x->known && *x->mend);
	}
	assert_string_equal(found, expected);
	if (!said)
		fail_msg("%s: nothing says \"%s\"", found, words);
	doctor_free(&d);
}

static void healthy_ones_have_none(void **state)
{
	static const struct facts healthy[] = {
		{ 0 },
		{ .nolearning = true },
		{ .nolearning = true, .noflood = true, .fixed = true },
		{ .noflood = true },                          /* it learns: the other may flood */
		{ .outcome = PROBE_SILENCE, .heard = "300" }, /* it speaks, and answers no probes */
		{ .passes = 1450 },
		{ .repeated = "61" }, /* it was opened */
		{ .snmp = SNMP("20", "3") },
		{ .bad_inside = 4 },
		{ .by_group = true, .group_answered = true },
		{ .snmp = SNMP("900000", "800") },
		/* a policy for what is routed; and bridged packets that nothing drops */
		{ .ruleset = RULESET("forward priority 0; policy drop;", "") },
		{ .filters = true, .ruleset = RULESET("forward priority 0; policy accept;", "") },
		{ .filters = true, .ruleset = RULESET("input priority 0; policy drop;", "") },
		/* a rule that keeps strangers out */
		{ .ruleset = RULESET("input priority 0; policy accept;",
				     "udp dport 4789 counter packets 5 bytes 500 drop") },
		/* noise of strangers, who are nobody's fault */
		{ .stray_from = "10.9.9.9", .stray_node = "null", .stray_reason = "vni-not-found" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(healthy) / sizeof(healthy[0]); i++)
		assert_finds(&healthy[i], "", NULL);
}

static void each_fault_has_its_finding(void **state)
{
	static const struct {
		struct facts facts;
		const char *codes, *words;
	} cases[] = {
		{ { .gone = true, .down = true }, "101", "7 frames" },
		{ { .down = true }, "102", "$ ip link set vx100 up" },
		{ { .no_address = true }, "103", "10.0.0.1 is no address of this machine" },
		{ { .no_interface = true }, "104", "interface eth2" },
		{ { .etcd = "\"no connection\"" }, "106", "no connection; 41 other nodes" },
		{ { .nolearning = true, .noflood = true }, "201", "dev vx100 dst 10.0.0.2" },
		{ { .repeated = "60" }, "202", "vx100 gave the same frame 100 times" },
		{ { .outcome = PROBE_LACKS_NETWORK }, "301", "n2 has no network with VNI 100" },
		{ { .stray_from = "10.0.0.2",
		    .stray_node = "\"n2\"",
		    .stray_reason = "vni-not-found" },
		  "302",
		  "n2 sends frames for VNI 101" },
		{ { .stray_from = "10.9.9.9",
		    .stray_node = "null",
		    .stray_reason = "unknown-peer" },
		  "303",
		  "9 datagrams from 10.9.9.9" },
		{ { .outcome = PROBE_REFUSED }, "304", "UDP port 4789" },
		{ { .outcome = PROBE_UNREACHABLE, .error = "\"ENETUNREACH\"" },
		  "305",
		  "the last one ENETUNREACH" },
		{ { .outcome = PROBE_SILENCE, .lost = true }, "305", "nobody on its link" },
		{ { .outcome = PROBE_SILENCE }, "306", "no datagram ever came" },
		{ { .outcome = PROBE_SILENCE, .heard = "301" }, "306", "301 s ago" },
		{ { .outcome = PROBE_UNREACHABLE, .error = "\"EPERM\"" }, "401", "3 so far" },
		{ { .outcome = PROBE_UNREACHABLE, .error = "\"EACCES\"" },
		  "403",
		  "administratively prohibited" },
		{ { .passes = 1350, .limit = PROBE_TOO_BIG_PATH }, "402", "`mtu: 1350`" },
		{ { .passes = 1350, .limit = PROBE_SILENCE }, "402", "without a word" },
		{ { .passes = 1350, .limit = PROBE_TOO_BIG_HERE }, "402", "our own interface" },
		{ { .filters = true,
		    .ruleset = RULESET("forward priority filter; policy drop;", "") },
		  "105",
		  "between the ports of bridge br1" },
		{ { .bad_inside = 5 }, "405", "$ vxs stats vx100" },
		{ { .one_way = true }, "307", "$ vxs fdb append MAC dev vx100 dst 10.0.0.1" },
		{ { .by_group = true }, "404", "to group 239.1.1.1 does not reach n2" },
		{ { .snmp = SNMP("20", "4") }, "405", "threw away 5 UDP datagrams" },
		{ { .outcome = PROBE_SILENCE,
		    .ruleset =
			    RULESET("input priority 0; policy accept;",
				    "udp dport { 53, 4789 } counter packets 5 bytes 500 reject") },
		  "406",
		  "in chain inet guard c, and 5 packets met it: udp dport { 53, 4789 }" },
		/* rules that are not to blame */
		{ { .outcome = PROBE_SILENCE,
		    .ruleset = RULESET("input priority 0; policy accept;",
				       "udp dport 4789 counter packets 0 bytes 0 drop") },
		  "306",
		  NULL },
		{ { .outcome = PROBE_SILENCE,
		    .ruleset = RULESET("input priority 0; policy accept;",
				       "tcp dport 4789 counter packets 5 bytes 0 drop") },
		  "306",
		  NULL },
		{ { .outcome = PROBE_SILENCE,
		    .ruleset = RULESET("input priority 0; policy accept;",
				       "udp dport 47890 counter packets 5 bytes 0 drop") },
		  "306",
		  NULL },
		{ { .outcome = PROBE_SILENCE,
		    .ruleset = RULESET("output priority 0; policy accept;",
				       "udp dport 4789 counter packets 5 bytes 0 drop") },
		  "306",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_finds(&cases[i].facts, cases[i].codes, cases[i].words);
}

/* What only follows is not found again. */
static void a_fault_has_one_finding(void **state)
{
	(void)state;
	assert_finds(&(struct facts) { .no_address = true, .outcome = PROBE_SILENCE }, "103", NULL);
	assert_finds(&(struct facts) { .outcome = PROBE_SILENCE,
				       .stray_from = "10.0.0.2",
				       .stray_node = "\"n2\"",
				       .stray_reason = "vni-not-found" },
		     "302", NULL);
}

static void every_finding_is_explained(void **state)
{
	struct explanation e, again;
	size_t i;

	(void)state;
	for (i = 0; finding_explain_at(i, &e); i++) {
		assert_true(e.code[0] == 'D' && *e.title && *e.meaning && *e.why && *e.mend);
		assert_true(explain_any(e.code, &again));
		assert_string_equal(again.title, e.title);
	}
	assert_true(i > 0);
	assert_true(explain_any("[d102]", &e));
	assert_string_equal(e.code, "D102");
	assert_true(explain_any("E112", &e));
	assert_false(explain_any("D199", &e));
}

static void answers_that_are_none(void **state)
{
	struct doctor d = { .networks = NULL };
	char why[COMMAND_WHY] = "";

	(void)state;
	assert_int_equal(doctor_read(&d, "{}", 2, why), RENDERED_NONSENSE);
	assert_int_equal(doctor_read(&d, "[", 1, why), RENDERED_NONSENSE);
	assert_int_equal(doctor_read(&d, "{\"ok\":true}", 11, why), RENDERED_DONE);
	assert_int_equal(doctor_read(&d, "{\"ok\":false,\"message\":\"no\"}", 27, why),
			 RENDERED_REFUSED);
	assert_string_equal(why, "no");
	say(&d, "{\"kind\":\"of a newer switch\"}");
	say(&d, "{\"kind\":\"member\",\"node\":7}");
	doctor_judge(&d);
	assert_int_equal(d.finding_count, 0);
	doctor_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_ones_have_none),
		cmocka_unit_test(each_fault_has_its_finding),
		cmocka_unit_test(a_fault_has_one_finding),
		cmocka_unit_test(every_finding_is_explained),
		cmocka_unit_test(answers_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
