/* A traced frame for people: its five steps, the datagrams that carry it, and what to do where it is
 * dropped. */
#include <inttypes.h>
#include <string.h>

#include "render_text.h"
#include "values.h"

enum { NAME = 11 }; /* columns in front of everything */

static void put_heading(FILE *to, const json_t *item)
{
	const char *network = value_text(item, "network");

	if (strcmp(value_text(item, "direction"), "in") == 0)
		fprintf(to, "%s: a datagram from %s\n", *network ? network : "no network",
			value_text(item, "peer"));
	else
		fprintf(to, "%s: a frame from %s\n", network, value_text(item, "dev"));
}

static void put_steps(FILE *to, const json_t *steps)
{
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);

		fprintf(to, "%2" PRIu64 " %-*s %s\n", value_number(step, "step"), NAME - 3,
			value_text(step, "name"), value_text(step, "words"));
	}
}

/* IPv6 in brackets, as in front of a port. */
static void put_end(FILE *to, const char *addr, uint64_t port)
{
	bool v6 = strchr(addr, ':');

	fprintf(to, "%s%s%s", v6 ? "[" : "", *addr ? addr : "?", v6 ? "]" : "");
	if (port)
		fprintf(to, ":%" PRIu64, port);
}

static void put_datagram(FILE *to, const json_t *d)
{
	const char *lost = value_text(d, "lost");

	fprintf(to, "%-*s ", NAME, *lost ? "not sent" : "datagram");
	put_end(to, value_text(d, "src"), value_number(d, "source_port"));
	fputs(" → ", to);
	put_end(to, value_text(d, "dst"), value_number(d, "port"));
	fprintf(to, ", VNI %" PRIu64 ", TOS 0x%02x, DF, %" PRIu64 " bytes%s%s\n",
		value_number(d, "vni"), (unsigned)value_number(d, "tos"), value_number(d, "bytes"),
		*lost ? ": " : "", lost);
}

static void put_datagrams(FILE *to, const json_t *item)
{
	const json_t *list = json_object_get(item, "datagrams");
	uint64_t all = value_number(item, "datagram_count");

	for (size_t i = 0; i < json_array_size(list); i++)
		put_datagram(to, json_array_get(list, i));
	if (all > json_array_size(list))
		fprintf(to, "%-*s %" PRIu64 " more\n", NAME, "", all - json_array_size(list));
}

static void put_ports(FILE *to, const json_t *item)
{
	const json_t *list = json_object_get(item, "ports");
	uint64_t all = value_number(item, "port_count");

	if (all == 0)
		return;
	fprintf(to, "%-*s", NAME, "device");
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(to, " %s", json_string_value(json_array_get(list, i)));
	if (all > json_array_size(list))
		fprintf(to, " and %" PRIu64 " more", all - json_array_size(list));
	fputc('\n', to);
}

static void put_line(FILE *to, const char *name, const char *words)
{
	if (*words)
		fprintf(to, "%-*s %s\n", NAME, name, words);
}

void render_trace(FILE *to, const json_t *item)
{
	put_heading(to, item);
	put_steps(to, json_object_get(item, "steps"));
	put_datagrams(to, item);
	put_ports(to, item);
	put_line(to, "what to do", value_text(item, "remedy"));
	put_line(to, "note", value_text(item, "note"));
}
