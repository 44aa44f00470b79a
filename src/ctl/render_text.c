#include "render_text.h"

#include <inttypes.h>
#include <string.h>

#include "table/drops.h"
#include "values.h"

/* -- Lines of `bridge fdb` and `ip neigh` -- */

static bool names_device(const struct render *r)
{
	return !command_has(r->command, PART_DEV);
}

static void render_fdb(const struct render *r, const json_t *item)
{
	colours_put(r, HUE_MAC, 0, value_text(item, "mac"));
	if (names_device(r))
		value_put_hued(r, item, "dev ", "ifname", HUE_NAME);
	value_put_hued(r, item, "dst ", "dst", HUE_ADDR);
	if (value_exists(item, "port"))
		fprintf(r->to, " port %" PRIu64, value_number(item, "port"));
	value_put(r->to, item, "via ", "viaIf");
	if (r->statistics && value_exists(item, "used"))
		fprintf(r->to, " used %" PRIu64 "/%" PRIu64, value_number(item, "used"),
			value_number(item, "updated"));
	if (json_array_size(json_object_get(item, "flags"))) {
		fputc(' ', r->to);
		value_put_list(r->to, json_object_get(item, "flags"), " ");
	}
	value_put(r->to, item, "master ", "master");
	if (*value_text(item, "state"))
		value_put(r->to, item, "", "state");
	if (r->details)
		value_put(r->to, item, "origin ", "origin");
	fputc('\n', r->to);
}

static void render_neigh(const struct render *r, const json_t *item)
{
	colours_put(r, HUE_ADDR, 0, value_text(item, "dst"));
	if (names_device(r) || r->command->verb->id == VERB_NEIGH_GET)
		value_put_hued(r, item, "dev ", "dev", HUE_NAME);
	value_put_hued(r, item, "lladdr ", "lladdr", HUE_MAC);
	if (json_object_get(item, "router"))
		fputs(" router", r->to);
	fputc(' ', r->to);
	value_put_list(r->to, json_object_get(item, "state"), ",");
	if (r->details)
		value_put(r->to, item, "origin ", "origin");
	fputc('\n', r->to);
}

static void render_dhcp(const struct render *r, const json_t *item)
{
	colours_put(r, HUE_ADDR, 0, value_text(item, "dst"));
	if (names_device(r))
		value_put_hued(r, item, "dev ", "dev", HUE_NAME);
	value_put_hued(r, item, "lladdr ", "lladdr", HUE_MAC);
	value_put(r->to, item, "name ", "name");
	if (r->details)
		value_put(r->to, item, "client ", "client");
	fprintf(r->to, " %s %" PRIu64 " s\n", value_text(item, "state"),
		value_number(item, "left"));
}

/* -- Counters -- */

enum { NAME = 23 };

static void put_traffic(FILE *to, const char *what, const json_t *traffic)
{
	fprintf(to, "  %-*s %12" PRIu64 " frames %15" PRIu64 " bytes\n", NAME, what,
		value_number(traffic, "frames"), value_number(traffic, "bytes"));
}

static void put_count(FILE *to, const json_t *item, const char *what, const char *key)
{
	fprintf(to, "  %-*s %12" PRIu64 "\n", NAME, what, value_number(item, key));
}

static const char *explanation_of(const char *name)
{
	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++)
		if (strcmp(drop_name(reason), name) == 0)
			return drop_explanation(reason);
	return "";
}

static void put_drops(FILE *to, json_t *drops)
{
	const char *name;
	json_t *count;

	json_object_foreach(drops, name, count)
		fprintf(to, "  drop %-*s %12" JSON_INTEGER_FORMAT "  %s\n", NAME - 5, name,
			json_integer_value(count), explanation_of(name));
}

static void put_fdb(FILE *to, const json_t *fdb)
{
	fprintf(to,
		"  fdb: %" PRIu64 " learned of %" PRIu64 ", %" PRIu64 " fixed; moved %" PRIu64
		", frozen %" PRIu64 ", aged %" PRIu64 ", evicted %" PRIu64 "\n",
		value_number(fdb, "learned"), value_number(fdb, "capacity"),
		value_number(fdb, "fixed"), value_number(fdb, "moved"), value_number(fdb, "frozen"),
		value_number(fdb, "aged"), value_number(fdb, "evicted"));
}

static void render_stats(const struct render *r, const json_t *item)
{
	json_t *drops = json_object_get(item, "drops");

	if (!value_exists(item, "network")) {
		if (json_object_size(drops))
			fprintf(r->to, "of no network\n");
	} else {
		fputs("network ", r->to);
		colours_put(r, HUE_NAME, 0, value_text(item, "network"));
		fprintf(r->to, " vni %" PRIu64 "\n", value_number(item, "vni"));
	}
	if (value_exists(item, "rx")) {
		put_traffic(r->to, "from peers", json_object_get(item, "rx"));
		put_traffic(r->to, "to peers", json_object_get(item, "tx"));
		put_count(r->to, item, "between local ports", "local_frames");
		put_count(r->to, item, "flooded", "flooded");
		put_count(r->to, item, "ARP and ND answered", "answered");
		if (value_number(item, "dhcp_heard"))
			put_count(r->to, item, "DHCP messages answered", "dhcp_answered");
		put_count(r->to, item, "MAC not known", "l2_misses");
		put_count(r->to, item, "neighbour not known", "l3_misses");
		put_fdb(r->to, json_object_get(item, "fdb"));
	}
	put_drops(r->to, drops);
}

static void render_peer(const struct render *r, const json_t *item)
{
	const json_t *rx = json_object_get(item, "rx"), *tx = json_object_get(item, "tx");

	fputs("peer ", r->to);
	colours_put(r, HUE_ADDR, 0, value_text(item, "address"));
	fprintf(r->to,
		" rx %" PRIu64 " frames %" PRIu64 " bytes tx %" PRIu64 " frames %" PRIu64
		" bytes errors %" PRIu64,
		value_number(rx, "frames"), value_number(rx, "bytes"), value_number(tx, "frames"),
		value_number(tx, "bytes"), value_number(item, "errors"));
	if (value_exists(item, "heard"))
		fprintf(r->to, "; heard %" PRIu64 " s ago", value_number(item, "heard"));
	if (value_exists(item, "path_mtu"))
		fprintf(r->to, "; path mtu %" PRIu64, value_number(item, "path_mtu"));
	if (json_is_true(json_object_get(item, "lost")))
		fputs("; not found on its link", r->to);
	fputs(json_is_true(json_object_get(item, "stranger")) ? "; stranger\n" : "\n", r->to);
}

static void render_state(const struct render *r, const json_t *state)
{
	uint64_t entries = value_number(state, "entries");

	if (!json_is_object(state)) {
		fputs("state none: what is changed is forgotten at the end\n", r->to);
		return;
	}
	fprintf(r->to, "state %s, %" PRIu64 " entr%s\n", value_text(state, "directory"), entries,
		entries == 1 ? "y" : "ies");
	if (json_is_string(json_object_get(state, "trouble")))
		fprintf(r->to, "trouble %s\n", value_text(state, "trouble"));
}

static void put_subnet(const struct render *r, const json_t *item)
{
	colours_put(r, HUE_ADDR, 0, value_text(item, "subnet"));
	value_put_hued(r, item, "network ", "network", HUE_NAME);
	value_put(r->to, item, "node ", "node");
	value_put_hued(r, item, "address ", "address", HUE_ADDR);
	value_put_hued(r, item, "gateway ", "gateway", HUE_ADDR);
	value_put(r->to, item, "", "source");
}

static void render_etcd(const struct render *r, const json_t *etcd)
{
	uint64_t nodes = value_number(etcd, "nodes");

	if (!json_is_object(etcd))
		return;
	fprintf(r->to, "etcd %s, %" PRIu64 " other node%s\n",
		json_is_true(json_object_get(etcd, "leased")) ? "this node has a lease"
							      : "this node has no lease yet",
		nodes, nodes == 1 ? "" : "s");
	if (json_is_string(json_object_get(etcd, "trouble")))
		fprintf(r->to, "trouble etcd: %s; all stays as it is\n",
			value_text(etcd, "trouble"));
}

static void render_subnet(const struct render *r, const json_t *item)
{
	put_subnet(r, item);
	if (value_exists(item, "age"))
		fprintf(r->to, " age %" PRIu64 "s", value_number(item, "age"));
	if (value_exists(item, "expires"))
		fprintf(r->to, " expires %" PRIu64 "s", value_number(item, "expires"));
	if (json_is_true(json_object_get(item, "reserved")))
		fputs(" reserved", r->to);
	if (json_is_true(json_object_get(item, "gone")))
		fputs("; etcd lacks it", r->to);
	if (json_is_true(json_object_get(item, "degraded")))
		fputs("; etcd is silent", r->to);
	fputc('\n', r->to);
}

/* Lines that a shell reads, in the order in which they came. */
static void render_env(const struct render *r, json_t *item)
{
	const char *name;
	json_t *value;

	json_object_foreach(item, name, value) if (strcmp(name, "network") != 0)
		fprintf(r->to, "%s=%s\n", name, json_string_value(value));
}

/* It is JSON for another program. */
static void render_cni(const struct render *r, const json_t *item)
{
	json_dumpf(item, r->to, JSON_INDENT(2));
	fputc('\n', r->to);
}

static void render_status(const struct render *r, const json_t *item)
{
	const json_t *endpoints = json_object_get(item, "endpoints");

	fputs("node ", r->to);
	colours_put(r, HUE_NAME, 0, value_text(item, "node"));
	fprintf(r->to, " of cluster %s, vxs %s\n", value_text(item, "cluster"),
		value_text(item, "version"));
	for (size_t i = 0; i < json_array_size(endpoints); i++) {
		const json_t *endpoint = json_array_get(endpoints, i);

		fputs("endpoint ", r->to);
		colours_put(r, HUE_ADDR, 0, value_text(endpoint, "address"));
		fprintf(r->to, " port %" PRIu64 "\n", value_number(endpoint, "port"));
	}
	fprintf(r->to,
		"networks %" PRIu64 ", fdb %" PRIu64 " learned %" PRIu64
		" fixed, neighbours %" PRIu64 "\n",
		value_number(item, "networks"), value_number(item, "learned"),
		value_number(item, "fixed"), value_number(item, "neighbours"));
	render_state(r, json_object_get(item, "state"));
	render_etcd(r, json_object_get(item, "etcd"));
}

/* -- Lines of `bridge monitor` and `ip monitor` -- */

static void render_miss(const struct render *r, const json_t *item)
{
	fputs("miss", r->to);
	value_put_hued(r, item, "", "dst", HUE_ADDR);
	if (names_device(r))
		value_put_hued(r, item, "dev ", "dev", HUE_NAME);
	value_put_hued(r, item, "lladdr ", "lladdr", HUE_MAC);
	fputs(" STALE\n", r->to);
}

static void render_peer_change(const struct render *r, const json_t *item)
{
	fputs("peer", r->to);
	value_put_hued(r, item, "", "address", HUE_ADDR);
	if (json_is_false(json_object_get(item, "deleted")))
		value_put(r->to, item, "", "change");
	if (strcmp(value_text(item, "change"), "mtu") == 0 && value_exists(item, "path_mtu"))
		fprintf(r->to, " %" PRIu64, value_number(item, "path_mtu"));
	else if (strcmp(value_text(item, "change"), "mtu") == 0)
		fputs(" forgotten", r->to);
	fputc('\n', r->to);
}

/* What is not new is told behind the line of `subnet show`. */
static void render_subnet_change(const struct render *r, const json_t *item)
{
	put_subnet(r, item);
	value_put_hued(r, item, "was ", "was", HUE_ADDR);
	value_put_hued(r, item, "was at ", "was_at", HUE_ADDR);
	if (strcmp(value_text(item, "change"), "renewed") == 0)
		fputs(" renewed", r->to);
	fputc('\n', r->to);
}

static void render_left_out(const struct render *r, const json_t *item)
{
	uint64_t count = value_number(item, "count");

	fprintf(r->to, "%" PRIu64 " more line%s of %s", count, count == 1 ? "" : "s",
		value_text(item, "about"));
	value_put_hued(r, item, "network ", "network", HUE_NAME);
	fputs(count == 1 ? " was left out\n" : " were left out\n", r->to);
}

static void render_device(const struct render *r, const json_t *item)
{
	fputs("device", r->to);
	value_put_hued(r, item, "", "dev", HUE_NAME);
	fputc('\n', r->to);
}

static void render_drop(const struct render *r, const json_t *item)
{
	fputs(value_exists(item, "dev") ? "drop" : "drop of no network", r->to);
	value_put_hued(r, item, "dev ", "dev", HUE_NAME);
	fprintf(r->to, " %s %" PRIu64 " more, %" PRIu64 " in all\n", value_text(item, "reason"),
		value_number(item, "more"), value_number(item, "count"));
}

static void render_event(const struct render *r, const json_t *item)
{
	const char *event = value_text(item, "event");

	if (json_is_true(json_object_get(item, "deleted")))
		fputs("Deleted ", r->to);
	else if (strcmp(event, "frozen") == 0)
		fputs("frozen ", r->to);
	if (strcmp(event, "fdb") == 0 || strcmp(event, "moved") == 0 ||
	    strcmp(event, "frozen") == 0)
		render_fdb(r, item);
	else if (strcmp(event, "neigh") == 0)
		render_neigh(r, item);
	else if (strcmp(event, "miss") == 0)
		render_miss(r, item);
	else if (strcmp(event, "link") == 0)
		render_device(r, item);
	else if (strcmp(event, "drop") == 0)
		render_drop(r, item);
	else if (strcmp(event, "peer") == 0)
		render_peer_change(r, item);
	else if (strcmp(event, "subnet") == 0)
		render_subnet_change(r, item);
	else if (strcmp(event, "more") == 0)
		render_left_out(r, item);
	else if (strcmp(event, "lost") == 0)
		fprintf(r->to, "%" PRIu64 " lines were lost here: they were not read in time\n",
			value_number(item, "count"));
}

/* A frame as it came, or the number of those that were not told. */
static void render_followed(const struct render *r, const json_t *item)
{
	if (r->items && !r->oneline)
		fputc('\n', r->to);
	if (value_exists(item, "event"))
		fprintf(r->to, "%" PRIu64 " more\n", value_number(item, "count"));
	else
		render_trace(r, item);
}

/* -- What another file changes: lines of `vxs diff` -- */

static void render_change(const struct render *r, const json_t *item)
{
	const char *change = value_text(item, "change"), *words = value_text(item, "words");
	char sign = "+-~"[(strcmp(change, "removed") == 0) + 2 * (strcmp(change, "changed") == 0)];

	if (json_is_true(json_object_get(item, "begins")))
		fprintf(r->to, "%c %s%s", sign, value_text(item, "subject"), *words ? ": " : "");
	fprintf(r->to, "%s%s", words, json_is_true(json_object_get(item, "ends")) ? "\n" : "");
}

void render_text(struct render *r, json_t *item)
{
	switch (r->command->verb->id) {
	case VERB_FDB_SHOW:
	case VERB_FDB_GET:
		render_fdb(r, item);
		break;
	case VERB_NEIGH_SHOW:
	case VERB_NEIGH_GET:
		render_neigh(r, item);
		break;
	case VERB_LINK_SHOW:
		render_link(r, item);
		break;
	case VERB_PEER_SHOW:
		render_peer(r, item);
		break;
	case VERB_STATS:
		render_stats(r, item);
		break;
	case VERB_SUBNET_SHOW:
		render_subnet(r, item);
		break;
	case VERB_DHCP_SHOW:
		render_dhcp(r, item);
		break;
	case VERB_ENV:
		render_env(r, item);
		break;
	case VERB_CNI_CONFIG:
		render_cni(r, item);
		break;
	case VERB_STATUS:
		render_status(r, item);
		break;
	case VERB_MONITOR:
		render_event(r, item);
		break;
	case VERB_TRACE:
		render_trace(r, item);
		break;
	case VERB_TRACE_FOLLOW:
		render_followed(r, item);
		break;
	case VERB_APPLY:
		render_change(r, item);
		break;
	default:
		break;
	}
}
