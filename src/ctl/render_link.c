/* A network and its device, in the lines of `ip link`. */
#include <inttypes.h>
#include <string.h>

#include "render_text.h"
#include "values.h"

static void put_flags(const struct render *r, const json_t *item)
{
	fputc('<', r->to);
	value_put_list(r->to, json_object_get(item, "flags"), ",");
	fputc('>', r->to);
}

static void put_rules(FILE *to, const json_t *data)
{
	const char *tos = value_text(data, "tos");

	if (json_is_false(json_object_get(data, "learning")))
		fputs(" nolearning", to);
	value_put_flag(to, data, "proxy");
	value_put_flag(to, data, "l2miss");
	value_put_flag(to, data, "l3miss");
	if (*tos)
		fprintf(to, " tos %s", strcmp(tos, "0x1") == 0 ? "inherit" : tos);
	if (value_number(data, "ttl"))
		fprintf(to, " ttl %" PRIu64, value_number(data, "ttl"));
	else if (value_exists(data, "ttl"))
		fputs(" ttl auto", to);
	if (value_number(data, "ageing"))
		fprintf(to, " ageing %" PRIu64, value_number(data, "ageing"));
	else
		fputs(" ageing none", to);
	fprintf(to, " maxaddr %" PRIu64, value_number(data, "limit"));
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
		if (value_exists(data, flags[i].key))
			fprintf(to, " %s%s",
				json_is_true(json_object_get(data, flags[i].key)) ? "" : "no",
				flags[i].word);
}

static void put_vxlan(const struct render *r, const json_t *item)
{
	const json_t *data = json_object_get(json_object_get(item, "linkinfo"), "info_data");

	fprintf(r->to, "\n    vxlan id %" PRIu64, value_number(data, "id"));
	value_put(r->to, data, "group ", "group");
	value_put(r->to, data, "group ", "group6");
	value_put(r->to, data, "remote ", "remote");
	value_put(r->to, data, "remote ", "remote6");
	value_put(r->to, data, "local ", "local");
	value_put(r->to, data, value_exists(data, "local") ? "local6 " : "local ", "local6");
	value_put(r->to, data, "dev ", "link");
	fprintf(r->to, " dstport %" PRIu64, value_number(data, "port"));
	put_rules(r->to, data);
	put_checksums(r->to, data);
}

/* -- Counters, in columns as wide as the widest figure -- */

enum { COUNTS = 6, WAYS = 2 };

static const struct way {
	const char *name, *key;
	struct {
		const char *heading, *key;
	} columns[COUNTS];
} ways[WAYS] = {
	{ "RX",
	  "rx",
	  { { "bytes", "bytes" },
	    { "packets", "packets" },
	    { "errors", "errors" },
	    { "dropped", "dropped" },
	    { "missed", "over_errors" },
	    { "mcast", "multicast" } } },
	{ "TX",
	  "tx",
	  { { "bytes", "bytes" },
	    { "packets", "packets" },
	    { "errors", "errors" },
	    { "dropped", "dropped" },
	    { "carrier", "carrier_errors" },
	    { "collsns", "collisions" } } },
};

static uint64_t count_of(const json_t *stats, const struct way *way, size_t column)
{
	return value_number(json_object_get(stats, way->key), way->columns[column].key);
}

static void measure(const json_t *stats, int width[COUNTS])
{
	static const int least[COUNTS] = { 10, 7, 6, 7, 7, 7 };

	for (size_t i = 0; i < COUNTS; i++) {
		width[i] = least[i];
		for (size_t w = 0; w < WAYS; w++) {
			int len = snprintf(NULL, 0, "%" PRIu64, count_of(stats, &ways[w], i));

			width[i] = len > width[i] ? len : width[i];
		}
	}
}

static void put_stats(FILE *to, const json_t *stats)
{
	int width[COUNTS];

	measure(stats, width);
	for (size_t w = 0; w < WAYS; w++) {
		fprintf(to, "\n    %s: %*s", ways[w].name, width[0] - 4,
			ways[w].columns[0].heading);
		for (size_t i = 1; i < COUNTS; i++)
			fprintf(to, " %*s", width[i], ways[w].columns[i].heading);
		fprintf(to, "\n   ");
		for (size_t i = 0; i < COUNTS; i++)
			fprintf(to, " %*" PRIu64, width[i], count_of(stats, &ways[w], i));
	}
}

void render_link(const struct render *r, const json_t *item)
{
	const char *name = value_exists(item, "ifname") ? value_text(item, "ifname")
							: value_text(item, "network");

	if (value_exists(item, "ifindex"))
		fprintf(r->to, "%" PRIu64 ": ", value_number(item, "ifindex"));
	colours_put(r, HUE_NAME, 0, name);
	fputs(": ", r->to);
	put_flags(r, item);
	fprintf(r->to, " mtu %" PRIu64, value_number(item, "mtu"));
	value_put_hued(r, item, "state ", "operstate", HUE_STATE);
	value_put(r->to, item, "network ", "network");
	if (value_exists(item, "address")) {
		fputs("\n   ", r->to);
		value_put_hued(r, item, "link/ether ", "address", HUE_MAC);
		value_put_hued(r, item, "brd ", "broadcast", HUE_MAC);
	}
	if (r->details || !value_exists(item, "ifname"))
		put_vxlan(r, item);
	if (r->statistics && value_exists(item, "stats64"))
		put_stats(r->to, json_object_get(item, "stats64"));
	fputc('\n', r->to);
}
