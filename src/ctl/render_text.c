#include "render_text.h"

#include <inttypes.h>
#include <string.h>

#include "colours.h"
#include "table/drops.h"

/* -- Values; what is not there is "" or 0 -- */

static const char *text_at(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "";
}

static uint64_t number_at(const json_t *item, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(item, key));
}

static bool has(const json_t *item, const char *key)
{
	const json_t *value = json_object_get(item, key);

	return value && !json_is_null(value);
}

static void put(FILE *to, const json_t *item, const char *label, const char *key)
{
	if (has(item, key))
		fprintf(to, " %s%s", label, text_at(item, key));
}

static void put_hued(const struct render *r, const json_t *item, const char *label, const char *key,
		     enum hue hue)
{
	if (!has(item, key))
		return;
	fprintf(r->to, " %s", label);
	colours_put(r, hue, 0, text_at(item, key));
}

static void put_flag(FILE *to, const json_t *item, const char *key)
{
	if (json_is_true(json_object_get(item, key)))
		fprintf(to, " %s", key);
}

static void put_list(FILE *to, const json_t *list, const char *between)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(to, "%s%s", i ? between : "", json_string_value(json_array_get(list, i)));
}

/* -- Lines of `bridge fdb` and `ip neigh` -- */

static bool names_device(const struct render *r)
{
	return !command_has(r->command, PART_DEV);
}

static void render_fdb(const struct render *r, const json_t *item)
{
	colours_put(r, HUE_MAC, 0, text_at(item, "mac"));
	if (names_device(r))
		put_hued(r, item, "dev ", "ifname", HUE_NAME);
	put_hued(r, item, "dst ", "dst", HUE_ADDR);
	if (has(item, "port"))
		fprintf(r->to, " port %" PRIu64, number_at(item, "port"));
	put(r->to, item, "via ", "viaIf");
	if (r->statistics && has(item, "used"))
		fprintf(r->to, " used %" PRIu64 "/%" PRIu64, number_at(item, "used"),
			number_at(item, "updated"));
	if (json_array_size(json_object_get(item, "flags"))) {
		fputc(' ', r->to);
		put_list(r->to, json_object_get(item, "flags"), " ");
	}
	put(r->to, item, "master ", "master");
	if (*text_at(item, "state"))
		put(r->to, item, "", "state");
	if (r->details)
		put(r->to, item, "origin ", "origin");
	fputc('\n', r->to);
}

static void render_neigh(const struct render *r, const json_t *item)
{
	colours_put(r, HUE_ADDR, 0, text_at(item, "dst"));
	if (names_device(r) || r->command->verb->id == VERB_NEIGH_GET)
		put_hued(r, item, "dev ", "dev", HUE_NAME);
	put_hued(r, item, "lladdr ", "lladdr", HUE_MAC);
	if (json_object_get(item, "router"))
		fputs(" router", r->to);
	fputc(' ', r->to);
	put_list(r->to, json_object_get(item, "state"), ",");
	if (r->details)
		put(r->to, item, "origin ", "origin");
	fputc('\n', r->to);
}

static void render_dhcp(const struct render *r, const json_t *item)
{
	colours_put(r, HUE_ADDR, 0, text_at(item, "dst"));
	if (names_device(r))
		put_hued(r, item, "dev ", "dev", HUE_NAME);
	put_hued(r, item, "lladdr ", "lladdr", HUE_MAC);
	put(r->to, item, "name ", "name");
	if (r->details)
		put(r->to, item, "client ", "client");
	fprintf(r->to, " %s %" PRIu64 " s\n", text_at(item, "state"), number_at(item, "left"));
}

/* -- Lines of `ip link` -- */

static void put_flags(const struct render *r, const json_t *item)
{
	fputc('<', r->to);
	put_list(r->to, json_object_get(item, "flags"), ",");
	fputc('>', r->to);
}

static void put_rules(FILE *to, const json_t *data)
{
	const char *tos = text_at(data, "tos");

	if (json_is_false(json_object_get(data, "learning")))
		fputs(" nolearning", to);
	put_flag(to, data, "proxy");
	put_flag(to, data, "l2miss");
	put_flag(to, data, "l3miss");
	if (*tos)
		fprintf(to, " tos %s", strcmp(tos, "0x1") == 0 ? "inherit" : tos);
	if (number_at(data, "ttl"))
		fprintf(to, " ttl %" PRIu64, number_at(data, "ttl"));
	else if (has(data, "ttl"))
		fputs(" ttl auto", to);
	if (number_at(data, "ageing"))
		fprintf(to, " ageing %" PRIu64, number_at(data, "ageing"));
	else
		fputs(" ageing none", to);
	fprintf(to, " maxaddr %" PRIu64, number_at(data, "limit"));
}

/* As iproute2 has it: a flag that is off says so. */
static void put_checksums(FILE *to, const json_t *data)
{
	static const struct {
		const char *key, *word;
	} flags[] = { { "udp_csum", "udpcsum" },
		      { "udp_zero_csum6_tx", "udp6zerocsumtx" },
		      { "udp_zero_csum6_rx", "udp6zerocsumrx" } };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (has(data, flags[i].key))
			fprintf(to, " %s%s",
				json_is_true(json_object_get(data, flags[i].key)) ? "" : "no",
				flags[i].word);
}

static void put_vxlan(const struct render *r, const json_t *item)
{
	const json_t *data = json_object_get(json_object_get(item, "linkinfo"), "info_data");

	fprintf(r->to, "\n    vxlan id %" PRIu64, number_at(data, "id"));
	put(r->to, data, "group ", "group");
	put(r->to, data, "group ", "group6");
	put(r->to, data, "remote ", "remote");
	put(r->to, data, "remote ", "remote6");
	put(r->to, data, "local ", "local");
	put(r->to, data, has(data, "local") ? "local6 " : "local ", "local6");
	put(r->to, data, "dev ", "link");
	fprintf(r->to, " dstport %" PRIu64, number_at(data, "port"));
	put_rules(r->to, data);
	put_checksums(r->to, data);
}

static void render_link(const struct render *r, const json_t *item)
{
	const char *name = has(item, "ifname") ? text_at(item, "ifname") : text_at(item, "network");

	if (has(item, "ifindex"))
		fprintf(r->to, "%" PRIu64 ": ", number_at(item, "ifindex"));
	colours_put(r, HUE_NAME, 0, name);
	fputs(": ", r->to);
	put_flags(r, item);
	fprintf(r->to, " mtu %" PRIu64, number_at(item, "mtu"));
	put_hued(r, item, "state ", "operstate", HUE_STATE);
	put(r->to, item, "network ", "network");
	if (has(item, "address")) {
		fputs("\n   ", r->to);
		put_hued(r, item, "link/ether ", "address", HUE_MAC);
		put_hued(r, item, "brd ", "broadcast", HUE_MAC);
	}
	if (r->details || !has(item, "ifname"))
		put_vxlan(r, item);
	fputc('\n', r->to);
}

/* -- Counters -- */

enum { NAME = 23 };

static void put_traffic(FILE *to, const char *what, const json_t *traffic)
{
	fprintf(to, "  %-*s %12" PRIu64 " frames %15" PRIu64 " bytes\n", NAME, what,
		number_at(traffic, "frames"), number_at(traffic, "bytes"));
}

static void put_count(FILE *to, const json_t *item, const char *what, const char *key)
{
	fprintf(to, "  %-*s %12" PRIu64 "\n", NAME, what, number_at(item, key));
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
		number_at(fdb, "learned"), number_at(fdb, "capacity"), number_at(fdb, "fixed"),
		number_at(fdb, "moved"), number_at(fdb, "frozen"), number_at(fdb, "aged"),
		number_at(fdb, "evicted"));
}

static void render_stats(const struct render *r, const json_t *item)
{
	json_t *drops = json_object_get(item, "drops");

	if (!has(item, "network")) {
		if (json_object_size(drops))
			fprintf(r->to, "of no network\n");
	} else {
		fprintf(r->to, "network %s vni %" PRIu64 "\n", text_at(item, "network"),
			number_at(item, "vni"));
	}
	if (has(item, "rx")) {
		put_traffic(r->to, "from peers", json_object_get(item, "rx"));
		put_traffic(r->to, "to peers", json_object_get(item, "tx"));
		put_count(r->to, item, "between local ports", "local_frames");
		put_count(r->to, item, "flooded", "flooded");
		put_count(r->to, item, "ARP and ND answered", "answered");
		if (number_at(item, "dhcp_heard"))
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
	colours_put(r, HUE_ADDR, 0, text_at(item, "address"));
	fprintf(r->to,
		" rx %" PRIu64 " frames %" PRIu64 " bytes tx %" PRIu64 " frames %" PRIu64
		" bytes errors %" PRIu64,
		number_at(rx, "frames"), number_at(rx, "bytes"), number_at(tx, "frames"),
		number_at(tx, "bytes"), number_at(item, "errors"));
	if (has(item, "heard"))
		fprintf(r->to, "; heard %" PRIu64 " s ago", number_at(item, "heard"));
	if (has(item, "path_mtu"))
		fprintf(r->to, "; path mtu %" PRIu64, number_at(item, "path_mtu"));
	if (json_is_true(json_object_get(item, "lost")))
		fputs("; not found on its link", r->to);
	fputs(json_is_true(json_object_get(item, "stranger")) ? "; stranger\n" : "\n", r->to);
}

static void render_state(const struct render *r, const json_t *state)
{
	uint64_t entries = number_at(state, "entries");

	if (!json_is_object(state)) {
		fputs("state none: what is changed is forgotten at the end\n", r->to);
		return;
	}
	fprintf(r->to, "state %s, %" PRIu64 " entr%s\n", text_at(state, "directory"), entries,
		entries == 1 ? "y" : "ies");
	if (json_is_string(json_object_get(state, "trouble")))
		fprintf(r->to, "trouble %s\n", text_at(state, "trouble"));
}

static void render_subnet(const struct render *r, const json_t *item)
{
	colours_put(r, HUE_ADDR, 0, text_at(item, "subnet"));
	put_hued(r, item, "network ", "network", HUE_NAME);
	put(r->to, item, "node ", "node");
	put_hued(r, item, "address ", "address", HUE_ADDR);
	put_hued(r, item, "gateway ", "gateway", HUE_ADDR);
	put(r->to, item, "", "source");
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

	fprintf(r->to, "node %s of cluster %s, vxs %s\n", text_at(item, "node"),
		text_at(item, "cluster"), text_at(item, "version"));
	for (size_t i = 0; i < json_array_size(endpoints); i++)
		fprintf(r->to, "endpoint %s port %" PRIu64 "\n",
			text_at(json_array_get(endpoints, i), "address"),
			number_at(json_array_get(endpoints, i), "port"));
	fprintf(r->to,
		"networks %" PRIu64 ", fdb %" PRIu64 " learned %" PRIu64
		" fixed, neighbours %" PRIu64 "\n",
		number_at(item, "networks"), number_at(item, "learned"), number_at(item, "fixed"),
		number_at(item, "neighbours"));
	render_state(r, json_object_get(item, "state"));
}

/* -- Lines of `bridge monitor` and `ip monitor` -- */

static void render_miss(const struct render *r, const json_t *item)
{
	fputs("miss", r->to);
	put(r->to, item, "", "dst");
	if (names_device(r))
		put(r->to, item, "dev ", "dev");
	put(r->to, item, "lladdr ", "lladdr");
	fputs(" STALE\n", r->to);
}

static void render_peer_change(const struct render *r, const json_t *item)
{
	fprintf(r->to, "peer %s", text_at(item, "address"));
	if (json_is_false(json_object_get(item, "deleted")))
		put(r->to, item, "", "change");
	if (strcmp(text_at(item, "change"), "mtu") == 0 && has(item, "path_mtu"))
		fprintf(r->to, " %" PRIu64, number_at(item, "path_mtu"));
	else if (strcmp(text_at(item, "change"), "mtu") == 0)
		fputs(" forgotten", r->to);
	fputc('\n', r->to);
}

static void render_event(const struct render *r, const json_t *item)
{
	const char *event = text_at(item, "event");

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
		fprintf(r->to, "device %s\n", text_at(item, "dev"));
	else if (strcmp(event, "drop") == 0)
		fprintf(r->to, "drop %s%s %s %" PRIu64 " more, %" PRIu64 " in all\n",
			has(item, "dev") ? "dev " : "of no network", text_at(item, "dev"),
			text_at(item, "reason"), number_at(item, "more"), number_at(item, "count"));
	else if (strcmp(event, "peer") == 0)
		render_peer_change(r, item);
	else if (strcmp(event, "lost") == 0)
		fprintf(r->to, "%" PRIu64 " lines were lost here: they were not read in time\n",
			number_at(item, "count"));
}

/* A frame as it came, or the number of those that were not told. */
static void render_followed(const struct render *r, const json_t *item)
{
	if (r->items && !r->oneline)
		fputc('\n', r->to);
	if (has(item, "event"))
		fprintf(r->to, "%" PRIu64 " more\n", number_at(item, "count"));
	else
		render_trace(r->to, item);
}

/* -- What another file changes: lines of `vxs diff` -- */

static void render_change(const struct render *r, const json_t *item)
{
	const char *change = text_at(item, "change"), *words = text_at(item, "words");
	char sign = "+-~"[(strcmp(change, "removed") == 0) + 2 * (strcmp(change, "changed") == 0)];

	if (json_is_true(json_object_get(item, "begins")))
		fprintf(r->to, "%c %s%s", sign, text_at(item, "subject"), *words ? ": " : "");
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
		render_trace(r->to, item);
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
