/* A traced frame for people: its five steps, the datagrams that carry it, and what to do where it is
 * dropped. */
#include <inttypes.h>
#include <string.h>

#include "render_text.h"
#include "values.h"

enum { NAME = 11 }; /* columns in front of everything */

static void put_heading(const struct render *r, const json_t *item)
{
	const char *network = value_text(item, "network");
	bool in = strcmp(value_text(item, "direction"), "in") == 0;

	colours_put(r, *network ? HUE_NAME : HUE_NONE, 0, in && !*network ? "no network" : network);
	fputs(in ? ": a datagram from " : ": a frame from ", r->to);
	colours_put(r, in ? HUE_ADDR : HUE_NAME, 0, value_text(item, in ? "peer" : "dev"));
	fputc('\n', r->to);
}

static void put_steps(const struct render *r, const json_t *steps)
{
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);

		fprintf(r->to, "%2" PRIu64 " %-*s ", value_number(step, "step"), NAME - 3,
			value_text(step, "name"));
		colours_put_words(r, value_text(step, "words"));
		fputc('\n', r->to);
	}
}

/* IPv6 in brackets, as in front of a port. */
static void put_end(const struct render *r, const char *addr, uint64_t port)
{
	bool v6 = strchr(addr, ':');

	fputs(v6 ? "[" : "", r->to);
	colours_put(r, *addr ? HUE_ADDR : HUE_NONE, 0, *addr ? addr : "?");
	fputs(v6 ? "]" : "", r->to);
	if (port)
		fprintf(r->to, ":%" PRIu64, port);
}

static void put_datagram(const struct render *r, const json_t *d)
{
	const char *lost = value_text(d, "lost");

	fprintf(r->to, "%-*s ", NAME, *lost ? "not sent" : "datagram");
	put_end(r, value_text(d, "src"), value_number(d, "source_port"));
	fputs(" → ", r->to);
	put_end(r, value_text(d, "dst"), value_number(d, "port"));
	fprintf(r->to, ", VNI %" PRIu64 ", TOS 0x%02x, DF, %" PRIu64 " bytes%s%s\n",
		value_number(d, "vni"), (unsigned)value_number(d, "tos"), value_number(d, "bytes"),
		*lost ? ": " : "", lost);
}

static void put_datagrams(const struct render *r, const json_t *item)
{
	const json_t *list = json_object_get(item, "datagrams");
	uint64_t all = value_number(item, "datagram_count");

	for (size_t i = 0; i < json_array_size(list); i++)
		put_datagram(r, json_array_get(list, i));
	if (all > json_array_size(list))
		fprintf(r->to, "%-*s %" PRIu64 " more\n", NAME, "", all - json_array_size(list));
}

static void put_ports(const struct render *r, const json_t *item)
{
	const json_t *list = json_object_get(item, "ports");
	uint64_t all = value_number(item, "port_count");

	if (all == 0)
		return;
	fprintf(r->to, "%-*s", NAME, "device");
	for (size_t i = 0; i < json_array_size(list); i++) {
		fputc(' ', r->to);
		colours_put(r, HUE_NAME, 0, json_string_value(json_array_get(list, i)));
	}
	if (all > json_array_size(list))
		fprintf(r->to, " and %" PRIu64 " more", all - json_array_size(list));
	fputc('\n', r->to);
}

static void put_line(const struct render *r, const char *name, const char *words)
{
	if (*words)
		fprintf(r->to, "%-*s %s\n", NAME, name, words);
}

void render_trace(const struct render *r, const json_t *item)
{
	put_heading(r, item);
	put_steps(r, json_object_get(item, "steps"));
	put_datagrams(r, item);
	put_ports(r, item);
	put_line(r, "what to do", value_text(item, "remedy"));
	put_line(r, "note", value_text(item, "note"));
}
