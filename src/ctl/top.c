#include "ctl/top.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

/* -- Reading -- */

static struct top_row *add(struct top_reading *reading, struct top_rows *rows)
{
	struct top_row *longer = reallocarray(rows->row, rows->count + 1, sizeof(*longer));

	if (!longer) {
		reading->short_of_memory = true;
		return NULL;
	}
	rows->row = longer;
	return memset(&longer[rows->count++], 0, sizeof(*longer));
}

static uint64_t number(const json_t *item, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(item, key));
}

static void read_traffic(struct top_counts *out, const json_t *item)
{
	const json_t *rx = json_object_get(item, "rx"), *tx = json_object_get(item, "tx");

	out->rx_frames = number(rx, "frames");
	out->rx_bytes = number(rx, "bytes");
	out->tx_frames = number(tx, "frames");
	out->tx_bytes = number(tx, "bytes");
}

/* A reason that is not known is a newer switch's; it counts among all. */
static void read_drops(struct top_row *row, json_t *drops)
{
	const char *name;
	json_t *count;

	json_object_foreach(drops, name, count)
	{
		row->count.lost += (uint64_t)json_integer_value(count);
		for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++)
			if (strcmp(drop_name(reason), name) == 0)
				row->drops.count[reason] = (uint64_t)json_integer_value(count);
	}
}

static void read_item(struct top_reading *reading, const json_t *item)
{
	const char *address = json_string_value(json_object_get(item, "address"));
	const char *network = json_string_value(json_object_get(item, "network"));
	struct top_row *row = add(reading, address ? &reading->peers : &reading->networks);

	if (!row)
		return;
	snprintf(row->name, sizeof(row->name), "%s", address ? address : network ? network : "");
	read_traffic(&row->count, item);
	if (address)
		row->count.lost = number(item, "errors");
	else
		read_drops(row, json_object_get(item, "drops"));
}

enum rendered top_read(struct top_reading *reading, const char *line, size_t len,
		       char why[COMMAND_WHY])
{
	json_t *object = json_loadb(line, len, 0, NULL);
	const json_t *item = json_object_get(object, "item"), *ok = json_object_get(object, "ok");
	const char *message = json_string_value(json_object_get(object, "message"));
	enum rendered rendered = RENDERED_NONSENSE;

	if (json_is_object(item)) {
		read_item(reading, item);
		rendered = RENDERED_MORE;
	} else if (json_is_true(ok)) {
		rendered = RENDERED_DONE;
	} else if (json_is_false(ok) && message) {
		snprintf(why, COMMAND_WHY, "%s", message);
		rendered = RENDERED_REFUSED;
	}
	json_decref(object);
	return rendered;
}

void top_forget(struct top_reading *reading)
{
	free(reading->networks.row);
	free(reading->peers.row);
	*reading = (struct top_reading) { .ns = 0 };
}

/* -- Between two -- */

static uint64_t since(uint64_t before, uint64_t after)
{
	return after >= before ? after - before : after;
}

static void subtract(struct top_row *row, const struct top_row *before)
{
	row->count.rx_frames = since(before->count.rx_frames, row->count.rx_frames);
	row->count.rx_bytes = since(before->count.rx_bytes, row->count.rx_bytes);
	row->count.tx_frames = since(before->count.tx_frames, row->count.tx_frames);
	row->count.tx_bytes = since(before->count.tx_bytes, row->count.tx_bytes);
	row->count.lost = since(before->count.lost, row->count.lost);
	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++)
		row->drops.count[reason] =
			since(before->drops.count[reason], row->drops.count[reason]);
}

/* The row called @name: nearly always the one at or behind @hint, for both readings go through the same tables. */
static const struct top_row *find(const struct top_rows *rows, const char *name, size_t *hint)
{
	for (size_t i = 0; i < rows->count; i++) {
		size_t at = (*hint + i) % rows->count;

		if (strcmp(rows->row[at].name, name) == 0) {
			*hint = at + 1;
			return &rows->row[at];
		}
	}
	return NULL;
}

static bool rows_between(struct top_rows *out, const struct top_rows *before,
			 const struct top_rows *after)
{
	size_t hint = 0;

	if (after->count == 0)
		return true;
	out->row = reallocarray(NULL, after->count, sizeof(*out->row));
	if (!out->row)
		return false;
	memcpy(out->row, after->row, after->count * sizeof(*out->row));
	out->count = after->count;
	for (size_t i = 0; i < out->count; i++) {
		const struct top_row *was = find(before, out->row[i].name, &hint);

		if (was)
			subtract(&out->row[i], was);
	}
	return true;
}

struct top_reading top_between(const struct top_reading *before, const struct top_reading *after)
{
	struct top_reading out = { .ns = since(before->ns, after->ns) };

	out.short_of_memory = !rows_between(&out.networks, &before->networks, &after->networks) ||
			      !rows_between(&out.peers, &before->peers, &after->peers);
	return out;
}

double top_rate(uint64_t count, uint64_t ns)
{
	return ns ? (double)count * 1e9 / (double)ns : 0;
}
