#include "render_brief.h"

#include <inttypes.h>
#include <string.h>

#include "colours.h"

/* A listing is a list of columns, from which its headings follow.  Where iproute2 has the listing too,
 * the columns and their widths are its own: scripts cut at them. */

/* A value is one of @key, or of @key within the object @in, or of @instead where that is null; what is not
 * there is "-".  @device: not shown when the question named the device, as all would have the same. */
struct column {
	const char *heading, *in, *key, *instead;
	int width;
	enum hue hue;
	bool device;
};

enum { COLUMNS = 6, VALUE = 256 };

static const struct listing {
	enum command_verb_id verb;
	struct column columns[COLUMNS]; /* to the first without a heading */
} listings[] = {
	{ VERB_LINK_SHOW,
	  { { .heading = "DEVICE",
	      .key = "ifname",
	      .instead = "network",
	      .width = 16,
	      .hue = HUE_NAME },
	    { .heading = "STATE", .key = "operstate", .width = 14, .hue = HUE_STATE },
	    { .heading = "ADDRESS", .key = "address", .width = 17, .hue = HUE_MAC },
	    { .heading = "FLAGS", .key = "flags" } } },
	{ VERB_NEIGH_SHOW,
	  { { .heading = "ADDRESS", .key = "dst", .width = 39, .hue = HUE_ADDR },
	    { .heading = "DEVICE", .key = "dev", .width = 16, .hue = HUE_NAME, .device = true },
	    { .heading = "LLADDR", .key = "lladdr", .hue = HUE_MAC } } },
	{ VERB_FDB_SHOW,
	  { { .heading = "MAC", .key = "mac", .width = 17, .hue = HUE_MAC },
	    { .heading = "DEVICE", .key = "ifname", .width = 16, .hue = HUE_NAME, .device = true },
	    { .heading = "DST", .key = "dst", .instead = "master", .width = 39, .hue = HUE_ADDR },
	    { .heading = "STATE", .key = "state" } } },
	{ VERB_DHCP_SHOW,
	  { { .heading = "ADDRESS", .key = "dst", .width = 16, .hue = HUE_ADDR },
	    { .heading = "DEVICE", .key = "dev", .width = 16, .hue = HUE_NAME, .device = true },
	    { .heading = "LLADDR", .key = "lladdr", .width = 17, .hue = HUE_MAC },
	    { .heading = "STATE", .key = "state", .width = 9 },
	    { .heading = "LEFT", .key = "left" } } },
	{ VERB_PEER_SHOW,
	  { { .heading = "PEER", .key = "address", .width = 39, .hue = HUE_ADDR },
	    { .heading = "RX", .in = "rx", .key = "frames", .width = 12 },
	    { .heading = "TX", .in = "tx", .key = "frames", .width = 12 },
	    { .heading = "ERRORS", .key = "errors", .width = 8 },
	    { .heading = "HEARD", .key = "heard" } } },
	{ VERB_STATS,
	  { { .heading = "NETWORK", .key = "network", .width = 16, .hue = HUE_NAME },
	    { .heading = "RX", .in = "rx", .key = "frames", .width = 12 },
	    { .heading = "TX", .in = "tx", .key = "frames", .width = 12 },
	    { .heading = "DROPS", .key = "drops" } } },
	{ VERB_SUBNET_SHOW,
	  { { .heading = "SUBNET", .key = "subnet", .width = 43, .hue = HUE_ADDR },
	    { .heading = "NETWORK", .key = "network", .width = 16, .hue = HUE_NAME },
	    { .heading = "NODE", .key = "node", .width = 16 },
	    { .heading = "SOURCE", .key = "source" } } },
	{ VERB_STATUS,
	  { { .heading = "NODE", .key = "node", .width = 16, .hue = HUE_NAME },
	    { .heading = "CLUSTER", .key = "cluster", .width = 16 },
	    { .heading = "NETWORKS", .key = "networks", .width = 8 },
	    { .heading = "LEARNED", .key = "learned", .width = 8 },
	    { .heading = "FIXED", .key = "fixed", .width = 8 },
	    { .heading = "NEIGHBOURS", .key = "neighbours" } } },
};

static const struct listing *listing_of(enum command_verb_id verb)
{
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++)
		if (listings[i].verb == verb)
			return &listings[i];
	return NULL;
}

/* -- A value as text -- */

static void write_list(FILE *to, const json_t *list)
{
	fputc('<', to);
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(to, "%s%s", i ? "," : "", json_string_value(json_array_get(list, i)));
	fputc('>', to);
}

/* The counts of an object together. */
static json_int_t sum_of(json_t *object)
{
	const char *name;
	json_t *count;
	json_int_t sum = 0;

	json_object_foreach(object, name, count) sum += json_integer_value(count);
	return sum;
}

static void write_value(FILE *to, json_t *value)
{
	if (json_is_array(value))
		write_list(to, value);
	else if (json_is_object(value))
		fprintf(to, "%" JSON_INTEGER_FORMAT, sum_of(value));
	else if (json_is_integer(value))
		fprintf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		fputs(json_is_string(value) ? json_string_value(value) : "-", to);
}

static json_t *value_of(const struct column *column, const json_t *item)
{
	json_t *value =
		json_object_get(column->in ? json_object_get(item, column->in) : item, column->key);

	if (column->instead && (!value || json_is_null(value)))
		value = json_object_get(item, column->instead);
	return value;
}

/* Names, addresses and short lists of flags; from a switch that says more, the beginning.  The last
 * character is not the stream's: it writes no end where there is no room. */
static void put_value(const struct render *r, const struct column *column, const json_t *item)
{
	char text[VALUE] = "";
	FILE *to = fmemopen(text, sizeof(text) - 1, "w");

	if (to) {
		write_value(to, value_of(column, item));
		fclose(to);
	}
	colours_put(r, column->hue, column->width, text);
}

/* -- Lines -- */

static bool is_shown(const struct render *r, const struct column *column)
{
	return column->heading && !(column->device && command_has(r->command, PART_DEV));
}

/* @item NULL: the headings. */
static void put_line(const struct render *r, const struct listing *listing, const json_t *item)
{
	bool first = true;

	for (size_t i = 0; i < COLUMNS; i++) {
		const struct column *column = &listing->columns[i];

		if (!is_shown(r, column))
			continue;
		if (!first)
			fputc(' ', r->to);
		first = false;
		if (item)
			put_value(r, column, item);
		else
			colours_put(r, HUE_NONE, column->width, column->heading);
	}
	fputc('\n', r->to);
}

/* What belonged to no network is a line only where there is some: a row of dashes tells nothing. */
static bool is_nothing(const struct listing *listing, const json_t *item)
{
	return listing->verb == VERB_STATS && !json_is_string(json_object_get(item, "network")) &&
	       sum_of(json_object_get(item, "drops")) == 0;
}

void render_brief_nothing(const struct render *r)
{
	const struct listing *listing = listing_of(r->command->verb->id);

	if (listing && r->header)
		put_line(r, listing, NULL);
}

bool render_brief(const struct render *r, const json_t *item)
{
	const struct listing *listing = listing_of(r->command->verb->id);

	if (!listing)
		return false;
	if (r->header && r->items == 0)
		put_line(r, listing, NULL);
	if (!is_nothing(listing, item))
		put_line(r, listing, item);
	return true;
}
