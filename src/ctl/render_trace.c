/* A traced frame for people: its five steps, the datagrams that carry it, and what to do where it is
 * dropped. */
#include <inttypes.h>
#include <string.h>

#include "render_text.h"

enum { NAME = 11 }; /* columns in front of everything */

static const char *text_at(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "";
}

static uint64_t number_at(const json_t *item, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(item, key));
}

static void put_heading(FILE *to, const json_t *item)
{
	const char *network = text_at(item, "network");

	if (strcmp(text_at(item, "direction"), "in") == 0)
		fprintf(to, "%s: a datagram from %s\n", *network ? network : "no network",
			text_at(item, "peer"));
	else
		fprintf(to, "%s: a frame from %s\n", network, text_at(item, "dev"));
}

static void put_steps(FILE *to, const json_t *steps)
{
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);

		fprintf(to, "%2" PRIu64 " %-*s %s\n", number_at(step, "step"), NAME - 3,
			text_at(step, "name"), text_at(step, "words"));
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
	const char *lost = text_at(d, "lost");

	fprintf(to, "%-*s ", NAME, *lost ? "not sent" : "datagram");
	put_end(to, text_at(d, "src"), number_at(d, "source_port"));
	fputs(" → ", to);
	put_end(to, text_at(d, "dst"), number_at(d, "port"));
	fprintf(to, ", VNI %" PRIu64 ", TOS 0x%02x, DF, %" PRIu64 " bytes%s%s\n",
		number_at(d, "vni"), (unsigned)number_at(d, "tos"), number_at(d, "bytes"),
		*lost ? ": " : "", lost);
}

static void put_datagrams(FILE *to, const json_t *item)
{
	const json_t *list = json_object_get(item, "datagrams");
	uint64_t all = number_at(item, "datagram_count");

	for (size_t i = 0; i < json_array_size(list); i++)
		put_datagram(to, json_array_get(list, i));
	if (all > json_array_size(list))
		fprintf(to, "%-*s %" PRIu64 " more\n", NAME, "", all - json_array_size(list));
}

static void put_ports(FILE *to, const json_t *item)
{
	const json_t *list = json_object_get(item, "ports");
	uint64_t all = number_at(item, "port_count");

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
	put_line(to, "what to do", text_at(item, "remedy"));
	put_line(to, "note", text_at(item, "note"));
}
