/* What came between two readings, as lines of columns or as an object. */
#include <stdlib.h>
#include <string.h>

#include "colours.h"
#include "ctl/top.h"
#include "json.h"

enum { NAME_LEAST = 16, FIGURE = 10, BITS = 8 };

/* A block under construction. */
struct block {
	const struct top_look *look;
	FILE *to;
	uint64_t ns;
	int name; /* width of the first column */
};

/* -- Figures -- */

/* Three digits and a unit, of which 7 characters are enough for any counter. */
static void put_figure(const struct block *b, double rate)
{
	static const char units[] = " kMGTPEZ";
	size_t unit = 0;
	char text[FIGURE + 1];

	while (rate >= 999.5 && units[unit + 1]) {
		rate /= 1000;
		unit++;
	}
	snprintf(text, sizeof(text), "%.*f%.*s",
		 rate == 0 || rate >= 99.95 ? 0
		 : rate >= 9.995            ? 1
					    : 2,
		 rate, unit > 0, &units[unit]);
	fprintf(b->to, " %*s", FIGURE, text);
}

static void put_rate(const struct block *b, uint64_t count)
{
	put_figure(b, top_rate(count, b->ns));
}

/* -- Order -- */

static int compare(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int busier(const void *x, const void *y)
{
	const struct top_row *a = x, *b = y;
	int order = compare(a->count.rx_bytes + a->count.tx_bytes,
			    b->count.rx_bytes + b->count.tx_bytes);

	if (order == 0)
		order = compare(a->count.lost, b->count.lost);
	return order ? order : strcmp(a->name, b->name);
}

/* What belonged to no network is a line only where there is some. */
static size_t shown(const struct top_rows *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++)
		count += *rows->row[i].name || rows->row[i].count.lost;
	return count;
}

static void sort(struct top_rows *rows)
{
	if (rows->count)
		qsort(rows->row, rows->count, sizeof(*rows->row), busier);
}

/* -- Lines -- */

static void end_line(const struct block *b)
{
	fputs(b->look->repaint ? "\033[K\n" : "\n", b->to);
}

static const char *name_of(const struct top_row *row)
{
	return *row->name ? row->name : "(no network)";
}

static void put_row(const struct block *b, const struct top_row *row, enum hue hue)
{
	colours_put(b->look->render, hue, b->name, name_of(row));
	put_rate(b, row->count.rx_frames);
	put_rate(b, row->count.rx_bytes * BITS);
	put_rate(b, row->count.tx_frames);
	put_rate(b, row->count.tx_bytes * BITS);
	put_rate(b, row->count.lost);
	end_line(b);
}

/* @room: lines for rows; where they are not enough the last one says how many more there are. */
static void put_rows(const struct block *b, const struct top_rows *rows, size_t room, enum hue hue)
{
	size_t count = shown(rows), fit = count <= room ? count : room ? room - 1 : 0;

	for (size_t i = 0; i < rows->count && fit; i++) {
		if (!*rows->row[i].name && !rows->row[i].count.lost)
			continue;
		put_row(b, &rows->row[i], hue);
		fit--;
	}
	if (count > room && room) {
		fprintf(b->to, "and %zu more", count - (room - 1));
		end_line(b);
	}
}

static void put_heading(const struct block *b, const char *what, const char *lost)
{
	fprintf(b->to, "%-*s %*s %*s %*s %*s %*s", b->name, what, FIGURE, "RX/s", FIGURE,
		"RX bit/s", FIGURE, "TX/s", FIGURE, "TX bit/s", FIGURE, lost);
	end_line(b);
}

/* Why networks drop what they drop now. */
static void put_reasons(const struct block *b, const struct top_rows *rows, size_t room)
{
	for (size_t i = 0; i < rows->count; i++) {
		for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++) {
			if (!rows->row[i].drops.count[reason] || !room)
				continue;
			room--;
			colours_put(b->look->render, HUE_NAME, b->name, name_of(&rows->row[i]));
			put_rate(b, rows->row[i].drops.count[reason]);
			fprintf(b->to, "  drop %s", drop_name(reason));
			end_line(b);
		}
	}
}

static size_t count_reasons(const struct top_rows *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++)
		for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++)
			count += rows->row[i].drops.count[reason] > 0;
	return count;
}

static int width_of(const struct top_reading *between)
{
	const struct top_rows *lists[] = { &between->networks, &between->peers };
	size_t width = NAME_LEAST;

	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; i < lists[l]->count; i++)
			if (strlen(lists[l]->row[i].name) > width)
				width = strlen(lists[l]->row[i].name);
	return (int)width;
}

/* Of @left lines, as many as @wanted behind which others want @more: those are left half of them at most. */
static size_t share(size_t *left, size_t wanted, size_t more)
{
	size_t most = *left > more && *left - more > *left / 2 ? *left - more : *left / 2;
	size_t room = wanted < most ? wanted : most;

	*left -= room;
	return room;
}

static void tell_text(const struct top_look *look, struct top_reading *between)
{
	struct block b = {
		.look = look, .to = look->render->to, .ns = between->ns, .name = width_of(between)
	};
	size_t networks = shown(&between->networks), peers = between->peers.count;
	size_t reasons = count_reasons(&between->networks), fixed = 1 + (peers ? 2 : 0);
	size_t left = !look->lines ? SIZE_MAX : look->lines > fixed ? look->lines - fixed : 0;

	sort(&between->networks);
	sort(&between->peers);
	if (look->repaint)
		fputs("\033[H", b.to);
	else if (look->more)
		fputc('\n', b.to);
	put_heading(&b, "NETWORK", "DROP/s");
	put_rows(&b, &between->networks, share(&left, networks, peers + reasons), HUE_NAME);
	if (peers) {
		end_line(&b);
		put_heading(&b, "PEER", "ERROR/s");
		put_rows(&b, &between->peers, share(&left, peers, 0), HUE_ADDR);
	}
	if (reasons && left > 1) {
		end_line(&b);
		put_reasons(&b, &between->networks, left - 1);
	}
	if (look->repaint)
		fputs("\033[J", b.to);
}

/* -- An object -- */

static json_t *traffic_of(uint64_t frames, uint64_t bytes, uint64_t ns)
{
	return json_pack("{s:I, s:I, s:f, s:f}", "frames", (json_int_t)frames, "bytes",
			 (json_int_t)bytes, "frames_per_s", top_rate(frames, ns), "bits_per_s",
			 top_rate(bytes * BITS, ns));
}

static json_t *begin_object(const char *key, const struct top_row *row, uint64_t ns)
{
	const struct top_counts *c = &row->count;
	json_t *object = json_object();

	json_object_set_new(object, key, json_text(*row->name ? row->name : NULL));
	json_object_set_new(object, "rx", traffic_of(c->rx_frames, c->rx_bytes, ns));
	json_object_set_new(object, "tx", traffic_of(c->tx_frames, c->tx_bytes, ns));
	return object;
}

static json_t *network_of(const struct top_row *row, uint64_t ns)
{
	json_t *object = begin_object("network", row, ns), *reasons = json_object();

	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++)
		if (row->drops.count[reason])
			json_object_set_new(reasons, drop_name(reason),
					    json_integer((json_int_t)row->drops.count[reason]));
	json_object_set_new(object, "dropped", json_integer((json_int_t)row->count.lost));
	json_object_set_new(object, "drops_per_s", json_real(top_rate(row->count.lost, ns)));
	json_object_set_new(object, "drops", reasons);
	return object;
}

static json_t *peer_of(const struct top_row *row, uint64_t ns)
{
	json_t *object = begin_object("address", row, ns);

	json_object_set_new(object, "errors", json_integer((json_int_t)row->count.lost));
	json_object_set_new(object, "errors_per_s", json_real(top_rate(row->count.lost, ns)));
	return object;
}

static json_t *array_of(const struct top_rows *rows, uint64_t ns,
			json_t *(*make)(const struct top_row *row, uint64_t ns))
{
	json_t *array = json_array();

	for (size_t i = 0; i < rows->count; i++)
		json_array_append_new(array, make(&rows->row[i], ns));
	return array;
}

static void tell_json(const struct render *r, const struct top_reading *between)
{
	json_t *object = json_object();
	uint64_t ns = between->ns;

	json_object_set_new(object, "seconds", json_real((double)ns / 1e9));
	json_object_set_new(object, "networks", array_of(&between->networks, ns, network_of));
	json_object_set_new(object, "peers", array_of(&between->peers, ns, peer_of));
	json_dumpf(object, r->to,
		   (r->pretty ? JSON_INDENT(4) : JSON_COMPACT) | JSON_REAL_PRECISION(9));
	json_decref(object);
	fputc('\n', r->to);
}

void top_tell(const struct top_look *look, struct top_reading *between)
{
	if (look->render->json)
		tell_json(look->render, between);
	else
		tell_text(look, between);
	fflush(look->render->to);
}
