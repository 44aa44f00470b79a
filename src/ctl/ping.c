#include "ctl/ping.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "json.h"
#include "wire/vxlan.h"

enum { SWEEP_FIRST = PROBE_SIZE };

static const struct {
	const char *name, *meaning;
} outcomes[] = {
	[PROBE_ANSWERED] = { "answered", "" },
	[PROBE_SILENCE] = { "silence", "no answer" },
	[PROBE_LACKS_NETWORK] = { "no-network", "the node has no network with this VNI" },
	[PROBE_REFUSED] = { "refused", "refused: nobody listens on the UDP port there (ICMP port "
				       "unreachable)" },
	[PROBE_UNREACHABLE] = { "unreachable",
				"unreachable: the underlay finds no way there, or refuses" },
	[PROBE_TOO_BIG_HERE] = { "too-big-here", "too big for the interface of this node" },
	[PROBE_TOO_BIG_PATH] = { "too-big-path", "too big for the path" },
};

/* -- Reading -- */

static void read_text(const json_t *item, const char *key, char *out, size_t room)
{
	const char *text = json_string_value(json_object_get(item, key));

	snprintf(out, room, "%s", text ? text : "");
}

static uint32_t read_number(const json_t *item, const char *key)
{
	return (uint32_t)json_integer_value(json_object_get(item, key));
}

static bool read_outcome(const json_t *item, enum probe_outcome *out)
{
	const char *name = json_string_value(json_object_get(item, "outcome"));

	for (size_t i = 0; name && i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		*out = (enum probe_outcome)i;
		if (strcmp(outcomes[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool read_item(struct probe_report *out, const json_t *item)
{
	*out = (struct probe_report) {
		.vni = read_number(item, "vni"),
		.size = read_number(item, "size"),
		.network_mtu = read_number(item, "network_mtu"),
		.overhead = read_number(item, "overhead"),
		.interface_mtu = read_number(item, "interface_mtu"),
		.path_mtu = read_number(item, "path_mtu"),
		.ns = (uint64_t)json_integer_value(json_object_get(item, "ns")),
		.one_way = json_is_true(json_object_get(item, "one_way")),
	};
	read_text(item, "node", out->node, sizeof(out->node));
	read_text(item, "address", out->address, sizeof(out->address));
	read_text(item, "network", out->network, sizeof(out->network));
	return read_outcome(item, &out->outcome);
}

static enum rendered read_object(struct probe_report *out, const json_t *object,
				 char why[COMMAND_WHY])
{
	const json_t *item = json_object_get(object, "item"), *ok = json_object_get(object, "ok");

	if (item)
		return read_item(out, item) ? RENDERED_MORE : RENDERED_NONSENSE;
	read_text(object, "message", why, COMMAND_WHY);
	if (json_is_true(ok))
		return RENDERED_DONE;
	return json_is_false(ok) ? RENDERED_REFUSED : RENDERED_NONSENSE;
}

enum rendered probe_report_read(struct probe_report *out, const char *line, size_t len,
				char why[COMMAND_WHY])
{
	json_t *object = json_loadb(line, len, 0, NULL);
	enum rendered rendered = object ? read_object(out, object, why) : RENDERED_NONSENSE;

	json_decref(object);
	return rendered;
}

/* -- One after another -- */

static double ms_of(double ns)
{
	return ns / 1e6;
}

static void tell_heading(const struct ping *ping, const struct probe_report *r)
{
	fprintf(ping->to,
		"PING %s (%s) in network %s, VNI %u: %u bytes, and %u around them on the way\n",
		r->node, r->address, r->network, r->vni, r->size, r->overhead);
}

static void tell_text(const struct ping *ping, const struct probe_report *r, unsigned wait)
{
	if (r->outcome == PROBE_ANSWERED)
		fprintf(ping->to, "%u bytes from %s (%s): seq=%" PRIu64 " time=%.3f ms\n", r->size,
			r->node, r->address, ping->sent, ms_of((double)r->ns));
	else if (r->outcome == PROBE_SILENCE)
		fprintf(ping->to, "seq=%" PRIu64 ": no answer within %u ms\n", ping->sent, wait);
	else if (r->outcome == PROBE_TOO_BIG_HERE)
		fprintf(ping->to, "seq=%" PRIu64 ": %s, which takes %u\n", ping->sent,
			outcomes[r->outcome].meaning, r->interface_mtu);
	else if (r->outcome == PROBE_TOO_BIG_PATH)
		fprintf(ping->to, "seq=%" PRIu64 ": %s, whose MTU is %u\n", ping->sent,
			outcomes[r->outcome].meaning, r->path_mtu);
	else
		fprintf(ping->to, "seq=%" PRIu64 ": %s\n", ping->sent,
			outcomes[r->outcome].meaning);
	fflush(ping->to);
}

static json_t *report_object(const struct probe_report *r)
{
	json_t *object = json_object();

	json_object_set_new(object, "node", json_text(r->node));
	json_object_set_new(object, "address", json_text(r->address));
	json_object_set_new(object, "network", json_text(r->network));
	json_object_set_new(object, "vni", json_integer(r->vni));
	return object;
}

static void tell_json(const struct ping *ping, const struct probe_report *r)
{
	json_t *object = report_object(r);

	json_object_set_new(object, "seq", json_integer((json_int_t)ping->sent));
	json_object_set_new(object, "size", json_integer(r->size));
	json_object_set_new(object, "outcome", json_string(outcomes[r->outcome].name));
	json_object_set_new(object, "ms",
			    r->outcome == PROBE_ANSWERED ? json_real(ms_of((double)r->ns))
							 : json_null());
	json_object_set_new(object, "path_mtu", json_integer(r->path_mtu));
	json_dumpf(object, ping->to, JSON_COMPACT | JSON_REAL_PRECISION(9));
	json_decref(object);
	fputc('\n', ping->to);
	fflush(ping->to);
}

static void count(struct ping *ping, const struct probe_report *r)
{
	double ns = (double)r->ns;

	ping->last = *r;
	ping->sent++;
	if (r->outcome != PROBE_ANSWERED)
		return;
	if (ping->received == 0 || r->ns < ping->min)
		ping->min = r->ns;
	if (r->ns > ping->max)
		ping->max = r->ns;
	ping->received++;
	ping->sum += ns;
	ping->squares += ns * ns;
}

void ping_tell(struct ping *ping, const struct probe_report *report, unsigned wait)
{
	if (ping->sent == 0 && !ping->json)
		tell_heading(ping, report);
	count(ping, report);
	if (ping->json)
		tell_json(ping, report);
	else
		tell_text(ping, report, wait);
}

/* What a person would want to know who gets no answer. */
static void tell_why_not(FILE *to, const struct probe_report *r)
{
	if (r->outcome == PROBE_SILENCE)
		fprintf(to,
			"Only vxs answers probes; Linux's own VXLAN device and other software pass "
			"them by.  If %s\n"
			"runs such, ping one of its hosts from a tenant instead.  If it runs vxs: "
			"is it up, has it\n"
			"network %s with VNI %u, may this node speak there, and is the UDP port "
			"open all the way?\n"
			"`vxs stats --drops`, on either node, tells what was dropped and why.\n",
			r->node, r->network, r->vni);
	else if (r->outcome == PROBE_REFUSED)
		fprintf(to,
			"The machine of %s lives, and nobody on it listens on this UDP port: is "
			"vxs "
			"running there, on\n"
			"the same `port`?\n",
			r->node);
}

static double mean_deviation(const struct ping *ping)
{
	double mean = ping->sum / (double)ping->received;
	double variance = ping->squares / (double)ping->received - mean * mean;

	return variance > 0 ? sqrt(variance) : 0;
}

static void end_text(const struct ping *ping, uint64_t ms)
{
	fprintf(ping->to,
		"\n--- %s ping statistics ---\n%" PRIu64 " packets transmitted, %" PRIu64
		" received, %.4g%% packet loss, time %" PRIu64 "ms\n",
		ping->last.node, ping->sent, ping->received,
		100. * (double)(ping->sent - ping->received) / (double)ping->sent, ms);
	if (ping->received)
		fprintf(ping->to, "rtt min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms\n",
			ms_of((double)ping->min), ms_of(ping->sum / (double)ping->received),
			ms_of((double)ping->max), ms_of(mean_deviation(ping)));
	else
		tell_why_not(ping->to, &ping->last);
}

static void end_json(const struct ping *ping, uint64_t ms)
{
	json_t *object = report_object(&ping->last);

	json_object_set_new(object, "transmitted", json_integer((json_int_t)ping->sent));
	json_object_set_new(object, "received", json_integer((json_int_t)ping->received));
	json_object_set_new(object, "time_ms", json_integer((json_int_t)ms));
	if (ping->received)
		json_object_set_new(
			object, "rtt_ms",
			json_pack("{s:f, s:f, s:f, s:f}", "min", ms_of((double)ping->min), "avg",
				  ms_of(ping->sum / (double)ping->received), "max",
				  ms_of((double)ping->max), "mdev", ms_of(mean_deviation(ping))));
	json_dumpf(object, ping->to, JSON_COMPACT | JSON_REAL_PRECISION(9));
	json_decref(object);
	fputc('\n', ping->to);
}

void ping_end(struct ping *ping, uint64_t ms)
{
	if (ping->sent == 0)
		return;
	if (ping->json)
		end_json(ping, ms);
	else
		end_text(ping, ms);
}

/* -- The largest MTU -- */

struct sweep sweep_begin(void)
{
	return (struct sweep) { .next = SWEEP_FIRST };
}

/* The largest inner packet that an outer one of @mtu can carry. */
static uint32_t inner_of(const struct probe_report *r, uint32_t mtu)
{
	uint32_t inner = mtu > r->overhead ? mtu - r->overhead : 0;

	return inner < PROBE_SIZE_MAX ? inner : PROBE_SIZE_MAX;
}

static bool lies_between(const struct sweep *s, uint32_t size)
{
	return size > s->passes && size < s->fails;
}

/* What was told is tried first, then one more; else the middle. */
static uint32_t choose(const struct sweep *s)
{
	uint32_t told = inner_of(&s->large, s->large.path_mtu);
	bool knows = s->large.outcome == PROBE_TOO_BIG_PATH;

	if (s->fails - s->passes <= 1)
		return 0;
	if (knows && lies_between(s, told))
		return told;
	if (knows && told == s->passes)
		return told + 1;
	return s->passes + (s->fails - s->passes) / 2;
}

static void pass(struct sweep *s, const struct probe_report *report)
{
	if (s->passes == 0) { /* the first; now the largest that can leave here */
		s->fails = inner_of(report, report->interface_mtu) + 1;
		s->large = *report;
		s->large.outcome = PROBE_TOO_BIG_HERE;
	}
	s->next = s->passes == 0 && s->fails - 1 > report->size ? s->fails - 1 : 0;
	s->passes = report->size;
	s->small = *report;
	if (!s->next)
		s->next = choose(s);
}

void sweep_learn(struct sweep *s, const struct probe_report *report)
{
	if (report->outcome == PROBE_ANSWERED) {
		pass(s, report);
		return;
	}
	s->fails = report->size;
	s->large = *report;
	s->next = s->passes ? choose(s) : 0;
}

bool sweep_is_silent(const struct sweep *sweep)
{
	return sweep->passes == 0;
}

static void tell_limit(FILE *to, const struct sweep *s)
{
	const struct probe_report *r = &s->large;

	if (r->outcome == PROBE_TOO_BIG_HERE)
		fprintf(to, "more does not fit the interface of this node, whose MTU is %u\n",
			r->interface_mtu);
	else if (r->outcome == PROBE_TOO_BIG_PATH)
		fprintf(to,
			"more is refused: the path MTU is %u, as a router on the way told, or our "
			"own route says\n",
			r->path_mtu);
	else
		fprintf(to,
			"more vanishes without a word: a hop on the way, or back, is narrower and "
			"does not say so (ICMP\n"
			"\"fragmentation needed\" is not sent, or is filtered), so nobody can find "
			"out but by trying\n");
}

static void sweep_text(FILE *to, const struct sweep *s)
{
	const struct probe_report *r = &s->small;

	if (sweep_is_silent(s)) {
		fprintf(to, "not even %u bytes come back from %s (%s) in network %s, VNI %u: %s\n",
			s->large.size, s->large.node, s->large.address, s->large.network,
			s->large.vni, outcomes[s->large.outcome].meaning);
		tell_why_not(to, &s->large);
		return;
	}
	fprintf(to, "%s (%s) in network %s, VNI %u: the largest inner MTU that passes is %u\n",
		r->node, r->address, r->network, r->vni, s->passes);
	tell_limit(to, s);
	if (s->passes < r->network_mtu)
		fprintf(to, "the network has %u: write `mtu: %u` for network %s on all nodes\n",
			r->network_mtu, s->passes, r->network);
	else
		fprintf(to, "the network has %u, which fits\n", r->network_mtu);
}

static void sweep_json(FILE *to, const struct sweep *s)
{
	bool silent = sweep_is_silent(s);
	json_t *object = report_object(silent ? &s->large : &s->small);

	json_object_set_new(object, "largest", silent ? json_null() : json_integer(s->passes));
	json_object_set_new(object, "limit", json_string(outcomes[s->large.outcome].name));
	json_object_set_new(object, "network_mtu", json_integer(s->large.network_mtu));
	json_object_set_new(object, "path_mtu", json_integer(s->large.path_mtu));
	json_object_set_new(object, "interface_mtu", json_integer(s->large.interface_mtu));
	json_object_set_new(object, "fits", json_boolean(s->passes >= s->large.network_mtu));
	json_dumpf(object, to, JSON_COMPACT);
	json_decref(object);
	fputc('\n', to);
}

void sweep_tell(FILE *to, bool json, const struct sweep *sweep)
{
	if (json)
		sweep_json(to, sweep);
	else
		sweep_text(to, sweep);
}
