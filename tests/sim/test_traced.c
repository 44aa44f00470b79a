/* What `vxs trace` says is what forwarding then does: random worlds are asked, through the control
 * protocol, about random frames that are described in words; asking changes nothing in them, to the last
 * counter; then the engine gets that frame, and what leaves it, and by which door, to whom, with which
 * outer header, or for which reason it is dropped, is what had been said. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "craft.h"

#include "build.h"
#include "ctl/session.h"
#include "sim.h"

enum {
	LIVES = 300,
	FRAMES = 400, /* of one life */
	CASES_MIN = 100000,
	PORTS = 4, /* three of blue, one of green */
	SOURCES = 4,
	SEEN = 32,
};

/* -- Doors that remember what left by them. -- */

struct seen {
	bool wire;
	uint32_t port; /* by number, over both networks */
	struct addr to;
	uint16_t to_port, source;
	uint8_t tos;
	uint32_t vni;
	size_t len; /* outer, of a datagram */
};

struct life {
	struct world world;
	struct engine *engine;
	struct switch_view view;
	uint64_t state, now;
	bool waits; /* a frame or a datagram, at the door of that number */
	unsigned door;
	struct addr source;
	size_t len;
	uint8_t bytes[DESCRIBED_ROOM + VXLAN_LEN];
	struct seen seen[SEEN];
	unsigned count;
};

struct door {
	struct life *life;
	unsigned number; /* a port, or PORTS + an endpoint */
};

static void see(struct life *l, struct seen seen)
{
	assert_true(l->count < SEEN);
	l->seen[l->count++] = seen;
}

static int port_read(void *at, uint8_t *to, size_t room, struct frame *f)
{
	struct door *d = at;

	if (!d->life->waits || d->life->door != d->number)
		return 0;
	d->life->waits = false;
	assert_true(d->life->len <= room);
	memcpy(to, d->life->bytes, d->life->len);
	return frame_parse(f, to, d->life->len) ? 1 : -EMSGSIZE;
}

static int port_write(void *at, const struct frame *f, const struct iovec *parts, size_t n)
{
	const struct door *d = at;

	(void)parts;
	(void)n;
	see(d->life, (struct seen) { .port = d->number, .len = f->len });
	return 0;
}

static struct port_caps port_caps(void *at)
{
	(void)at;
	return sim_takes_all;
}

static int wire_receive(void *at, unsigned socket, struct datagram *batch, unsigned n)
{
	struct door *d = at;

	if (socket != 0 || n == 0 || !d->life->waits || d->life->door != d->number)
		return 0;
	d->life->waits = false;
	memcpy(batch->at, d->life->bytes, d->life->len);
	batch->len = d->life->len;
	batch->source = d->life->source;
	return 1;
}

static unsigned wire_send_runs(void *at, const struct run *runs, unsigned n, int *error)
{
	const struct door *d = at;

	*error = 0;
	for (unsigned i = 0; i < n; i++) {
		struct span in = span_of(runs[i].iov[0].iov_base, runs[i].iov[0].iov_len);
		struct vxlan header;

		assert_true(runs[i].bytes <= runs[i].segment);
		assert_int_equal(vxlan_read(&in, &header), VXLAN_FINE);
		see(d->life, (struct seen) { .wire = true,
					     .to = runs[i].to,
					     .to_port = runs[i].port,
					     .source = (uint16_t)(100 * (d->number - PORTS) +
								  runs[i].source),
					     .tos = runs[i].tos,
					     .vni = header.vni,
					     .len = runs[i].bytes });
	}
	return n;
}

static unsigned wire_errors(void *at, struct wire_error *out, unsigned n)
{
	(void)at;
	(void)out;
	(void)n;
	return 0;
}

static uint32_t wire_path_mtu(void *at, struct addr to)
{
	(void)at;
	(void)to;
	return WORLD_MTU;
}

static const struct port_ops port_ops = { port_read, port_write, port_caps };
static const struct wire_ops wire_ops = { wire_receive, wire_send_runs, wire_errors,
					  wire_path_mtu };

/* As the doors number them, and never 0. */
static uint16_t source_port(void *context, uint16_t endpoint, uint32_t flow)
{
	(void)context;
	return (uint16_t)(1U + 100U * endpoint + flow % (endpoint == 0 ? SOURCES : 1));
}

/* -- Random worlds. -- */

static unsigned draw(struct life *l, unsigned n)
{
	return (unsigned)((build_random(&l->state) >> 32) % n);
}

static struct network *network_at(const struct life *l, unsigned door)
{
	return door < PORTS - 1 ? l->world.blue : l->world.green;
}

static struct mac some_mac(struct life *l)
{
	static const char *const known[] = { TAP_MAC,  H1_MAC,    H2_MAC,
					     H3_MAC,   H4_MAC,    H9_MAC,
					     VTEP_MAC, GROUP_MAC, "33:33:00:00:00:01" };
	struct mac mac = mac_of("02:aa:00:00:00:00");
	unsigned which = draw(l, 16);

	if (which < sizeof(known) / sizeof(known[0]))
		return mac_of(known[which]);
	mac.octet[5] = (uint8_t)draw(l, 32);
	return mac;
}

static struct flood_list *some_list(struct life *l)
{
	const struct peer_ref peers[] = { l->world.node2, l->world.node3, l->world.node4 };
	struct destination to[3];
	uint32_t count = 0;

	for (unsigned i = 0; i < 3; i++)
		if (draw(l, 3))
			to[count++] =
				(struct destination) { .peer = peers[i],
						       .port = (uint16_t)(draw(l, 3) ? 0 : 8472) };
	return flood_list_new(to, count);
}

static void set_rules(struct life *l, struct network *n)
{
	struct flood_list *list = draw(l, 3) ? some_list(l) : NULL;

	n->arp = (enum arp_mode)draw(l, 3);
	n->drop_vlan = draw(l, 3) == 0;
	n->learning = draw(l, 4) > 0;
	n->tos_inherit = draw(l, 2);
	n->tos = (uint8_t)(draw(l, 64) << 2);
	n->bum.rate = draw(l, 2) ? 0 : 1 + draw(l, 8);
	if (draw(l, 3) == 0) {
		peer_set_put(n->members);
		n->members = NULL;
	}
	if (list || draw(l, 3) == 0) {
		flood_list_put(n->flood);
		n->flood = list;
	}
	if (draw(l, 16) == 0)
		n->endpoint_v6 = ENDPOINT_NONE;
	for (uint32_t port = 0; port < n->ports_end; port++) {
		char name[NETWORK_PORT_NAME];

		snprintf(name, sizeof(name), "%c%u", *n->name, port);
		network_name_port(n, port, name);
		n->ports[port].mtu = draw(l, 4) ? INNER_MTU : 1000;
	}
}

static void put_or_remove(struct life *l, struct network *n)
{
	const struct peer_ref peers[] = { l->world.node2, l->world.node3, l->world.node4 };
	struct mac mac = some_mac(l);
	uint32_t slot = fdb_find(n->fdb, mac, l->now);
	struct place place =
		draw(l, 2) ? place_port(draw(l, n->ports_end))
			   : place_peer((struct destination) { .peer = peers[draw(l, 3)] });

	if (slot != FDB_NONE && fdb_at(n->fdb, slot)->kind == FDB_OWN)
		return;
	if (slot != FDB_NONE && draw(l, 2))
		fdb_remove(n->fdb, slot);
	else if (mac_is_group(mac))
		fdb_put_group(n->fdb, mac, some_list(l), 0);
	else if (slot == FDB_NONE)
		fdb_put(n->fdb, mac, FDB_STATIC, place, 0);
}

static void change_peer(struct life *l)
{
	const struct peer_ref peers[] = { l->world.node2, l->world.node3, l->world.node4 };
	struct peers *all = l->world.tables->peers;

	if (draw(l, 2))
		peers_lose(all, peers[draw(l, 3)], l->now);
	else
		peers_set_path_mtu(all, peers[draw(l, 3)], 1400, l->now);
}

/* What people and the world do between two frames. */
static void change(struct life *l)
{
	struct network *n = draw(l, 4) ? l->world.blue : l->world.green;

	switch (draw(l, 8)) {
	case 0:
		n->ports[draw(l, n->ports_end)].up = draw(l, 3) > 0;
		break;
	case 1:
		change_peer(l);
		break;
	case 2:
		put_or_remove(l, n);
		break;
	case 3:
		l->now += draw(l, 50) ? NS_PER_S / 4 : 200 * NS_PER_S;
		fdb_age(n->fdb, l->now, UINT32_MAX);
		break;
	default:
		l->now += NS_PER_MS * draw(l, 20);
	}
}

static void attach(struct life *l, struct door doors[PORTS + 2])
{
	l->engine = engine_new(l->world.tables);
	assert_non_null(l->engine);
	for (unsigned i = 0; i < PORTS + 2; i++)
		doors[i] = (struct door) { .life = l, .number = i };
	for (unsigned i = 0; i < PORTS; i++)
		assert_true(engine_attach_port(l->engine, network_at(l, i)->id, i % 3, &port_ops,
					       &doors[i]));
	for (uint16_t i = 0; i < 2; i++)
		assert_true(engine_attach_wire(l->engine, i, &wire_ops, &doors[PORTS + i],
					       i == 0 ? SOURCES : 1));
}

static struct life *life_new(unsigned number, struct door doors[PORTS + 2])
{
	struct life *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->world = world_new();
	l->state = UINT64_C(0x9e3779b97f4a7c15) * (number + 1);
	l->now = 1000 * NS_PER_S;
	l->view = (struct switch_view) { .tables = l->world.tables, .source_port = source_port };
	set_rules(l, l->world.blue);
	set_rules(l, l->world.green);
	attach(l, doors);
	return l;
}

static void life_free(struct life *l)
{
	engine_free(l->engine);
	world_free(&l->world);
	free(l);
}

/* -- Random frames, in words. -- */

static const char *const v4[] = { "3.3.3.3", "3.3.3.4", "3.3.3.9", "224.1.2.3", "255.255.255.255" };
static const char *const v6[] = { "fd03::3", "fd03::4", "fd03::9", "ff02::1" };

static void add_packet(struct life *l, struct text *words)
{
	bool six = draw(l, 3) == 0;
	const char *src = six ? v6[draw(l, 2)] : v4[draw(l, 2)];
	const char *dst = six ? v6[draw(l, 4)] : v4[draw(l, 5)];

	text_add(words, "%s src %s dst %s ", six ? "ip6" : "ip", src, dst);
	if (draw(l, 2))
		text_add(words, "%s sport %u dport %u ", draw(l, 2) ? "udp" : "tcp", draw(l, 9),
			 draw(l, 9));
	if (draw(l, 2))
		text_add(words, "tos %u ", draw(l, 256));
	if (draw(l, 3) == 0)
		text_add(words, "len %u ", draw(l, 2) ? 200 + draw(l, 1400) : 1350 + draw(l, 90));
	if (draw(l, 2))
		text_add(words, "df ");
}

static void add_payload(struct life *l, struct text *words)
{
	switch (draw(l, 8)) {
	case 0:
		break;
	case 1:
		text_add(words, "arp who-has %s tell %s ", v4[draw(l, 3)], v4[draw(l, 3)]);
		break;
	case 2:
		text_add(words, "arp reply %s ", v4[draw(l, 3)]);
		break;
	case 3:
		text_add(words, "ip6 ns %s src %s ", v6[draw(l, 3)], v6[draw(l, 3)]);
		break;
	case 4:
		text_add(words, "ip6 na %s ", v6[draw(l, 3)]);
		break;
	default:
		add_packet(l, words);
	}
}

static void draw_words(struct life *l, bool in, struct text *words)
{
	static const char *const senders[] = { NODE2,    NODE3,    NODE4,          NODE2,
					       STRANGER, NODE1_V4, "198.51.100.1", "fd00::bad" };
	char mac[MAC_TEXT];

	if (in)
		text_add(words, "from %s ", senders[draw(l, 8)]);
	if (in || draw(l, 8))
		text_add(words, "src %s ", mac_text(some_mac(l), mac));
	if (draw(l, 3))
		text_add(words, "dst %s ", mac_text(some_mac(l), mac));
	if (draw(l, 8) == 0)
		text_add(words, "vlan %u ", draw(l, 4095));
	add_payload(l, words);
}

/* -- Asking. -- */

/* The item of the answer, or NULL where the question was refused. */
static json_t *ask(struct life *l, const char *dev, const char *words)
{
	static char request[1024], answer[2 * PROTOCOL_LINE];
	struct text out = text_in(answer, sizeof(answer));
	struct session s = { .state = SESSION_IDLE };
	int len =
		snprintf(request, sizeof(request),
			 "{\"v\":1,\"do\":\"trace\",\"dev\":\"%s\",\"frame\":\"%s\"}", dev, words);
	json_t *object, *item;

	session_begin(&s, &l->view, request, (size_t)len, l->now, &out);
	assert_int_equal(s.state, SESSION_IDLE);
	assert_false(out.cut);
	object = json_loads(answer, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(object);
	item = json_incref(json_object_get(object, "item"));
	assert_true(item || json_is_false(json_object_get(object, "ok")));
	json_decref(object);
	return item;
}

/* -- Living. -- */

/* The same frame as bytes. */
static void make(struct life *l, unsigned door, bool in, const char *words)
{
	char why[DESCRIBED_WHY], note[DESCRIBED_NOTE];
	const struct network *n = network_at(l, door);
	struct text text = text_in(note, sizeof(note));
	size_t front = in ? VXLAN_LEN : 0;
	struct described d;

	assert_true(described_read(&d, words, why));
	assert_true(described_complete(&d, n, in ? PORT_NONE : door % 3, (struct mac) { { 0 } },
				       &text, why));
	l->len = front + described_write(room_of(l->bytes + front, sizeof(l->bytes) - front), &d);
	l->door = door;
	l->waits = true;
	if (!in)
		return;
	vxlan_write(l->bytes, n->vni);
	l->source = addr_of(d.from);
	l->door = PORTS + (l->source.family == ADDR_V6);
}

static void live(struct life *l)
{
	l->count = 0;
	if (l->door < PORTS)
		engine_port_readable(l->engine, network_at(l, l->door)->id, l->door % 3, l->now);
	else
		engine_wire_readable(l->engine, (uint16_t)(l->door - PORTS), 0, l->now);
	while (engine_flush(l->engine, l->now))
		;
	assert_false(l->waits);
}

/* -- Was it what had been said? -- */

static const char *text_at(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "";
}

static uint64_t number_at(const json_t *item, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(item, key));
}

/* Takes away one thing that left, which must be there. */
static bool take(struct life *l, const struct seen *wanted)
{
	for (unsigned i = 0; i < l->count; i++) {
		const struct seen *s = &l->seen[i];

		if (s->wire != wanted->wire || s->port != wanted->port ||
		    !addr_equal(s->to, wanted->to) || s->to_port != wanted->to_port ||
		    s->source != wanted->source || s->tos != wanted->tos || s->vni != wanted->vni ||
		    (s->wire && s->len != wanted->len))
			continue;
		l->seen[i] = l->seen[--l->count];
		return true;
	}
	return false;
}

static bool took_datagram(struct life *l, const json_t *d)
{
	struct addr to = addr_of(text_at(d, "dst"));

	return take(l, &(struct seen) { .wire = true,
					.to = to,
					.to_port = (uint16_t)number_at(d, "port"),
					.source = (uint16_t)(number_at(d, "source_port") - 1),
					.tos = (uint8_t)number_at(d, "tos"),
					.vni = (uint32_t)number_at(d, "vni"),
					.len = number_at(d, "bytes") -
					       (to.family == ADDR_V6 ? 40U : 20U) - 8U });
}

static bool took_port(struct life *l, const char *name)
{
	uint32_t number = (uint32_t)(name[1] - '0') + (*name == 'g' ? PORTS - 1 : 0);

	return take(l, &(struct seen) { .port = number });
}

static enum drop_reason reason_called(const char *name)
{
	unsigned reason = 0;

	while (strcmp(drop_name((enum drop_reason)reason), name) != 0)
		assert_true(++reason < DROP_REASON_COUNT);
	return (enum drop_reason)reason;
}

static struct drops drops_of_world(const struct life *l)
{
	struct drops all = l->world.tables->drops;

	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		all.count[i] +=
			l->world.blue->count.drops.count[i] + l->world.green->count.drops.count[i];
	return all;
}

static unsigned open_ports(const struct network *n, unsigned except)
{
	unsigned open = 0;

	for (uint32_t port = 0; port < n->ports_end; port++)
		open += port != except && n->ports[port].up;
	return open;
}

/* Adds the drops that the item promises to @drops. */
static void expect_drops(const json_t *item, const struct network *n, unsigned from_port,
			 struct drops *drops)
{
	const json_t *datagrams = json_object_get(item, "datagrams");
	const char *verdict = text_at(item, "verdict");

	if (*text_at(item, "reason"))
		drops->count[reason_called(text_at(item, "reason"))]++;
	for (size_t i = 0; i < json_array_size(datagrams); i++) {
		const char *lost = text_at(json_array_get(datagrams, i), "lost");

		if (*lost)
			drops->count[reason_called(lost)]++;
	}
	if (strcmp(verdict, "flood") == 0 || strcmp(verdict, "deliver-all") == 0)
		drops->count[DROP_OVERSIZE] +=
			open_ports(n, from_port) - number_at(item, "port_count");
}

static bool all_left(struct life *l, const json_t *item)
{
	const json_t *datagrams = json_object_get(item, "datagrams");
	const json_t *ports = json_object_get(item, "ports");

	for (size_t i = 0; i < json_array_size(datagrams); i++) {
		const json_t *d = json_array_get(datagrams, i);

		if (!*text_at(d, "lost") && !took_datagram(l, d))
			return false;
	}
	for (size_t i = 0; i < json_array_size(ports); i++)
		if (!took_port(l, json_string_value(json_array_get(ports, i))))
			return false;
	return l->count == 0;
}

struct tally {
	uint64_t cases, refused, lost;
	uint64_t verdicts[ACTION_PUNT + 1];
	uint64_t reasons[DROP_REASON_COUNT];
};

static void count(struct tally *t, const json_t *item)
{
	static const char *const names[] = { "drop",        "reply", "deliver",
					     "deliver-all", "send",  "flood" };
	const json_t *datagrams = json_object_get(item, "datagrams");

	t->cases++;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		t->verdicts[i] += strcmp(names[i], text_at(item, "verdict")) == 0;
	if (*text_at(item, "reason"))
		t->reasons[reason_called(text_at(item, "reason"))]++;
	for (size_t i = 0; i < json_array_size(datagrams); i++)
		t->lost += *text_at(json_array_get(datagrams, i), "lost") != '\0';
}

static void compare(struct life *l, const char *words, unsigned door, bool in, const json_t *item)
{
	const struct network *n = network_at(l, door);
	struct drops expected = drops_of_world(l), got;

	expect_drops(item, n, in ? PORTS : door % 3, &expected);
	make(l, door, in, words);
	live(l);
	got = drops_of_world(l);
	if (all_left(l, item) && memcmp(&expected, &got, sizeof(got)) == 0)
		return;
	fail_msg("%s %s: not what was said: %s", n->name, words, json_dumps(item, JSON_COMPACT));
}

static void one_frame(struct life *l, struct tally *t)
{
	bool in = draw(l, 2);
	unsigned door = draw(l, PORTS);
	const struct network *n = network_at(l, door);
	char line[DESCRIBED_TEXT];
	struct text words = text_in(line, sizeof(line));
	uint64_t before, after;
	json_t *item;

	draw_words(l, in, &words);
	before = world_digest(&l->world);
	item = ask(l, n->ports[door % 3].name, line);
	after = world_digest(&l->world);
	assert_true(before == after);
	assert_int_equal(l->count, 0);
	if (item) {
		compare(l, line, door, in, item);
		count(t, item);
	} else {
		t->refused++;
	}
	json_decref(item);
}

static void what_is_traced_is_what_happens(void **state)
{
	static const enum drop_reason seen[] = {
		DROP_UNKNOWN_PEER,  DROP_RX_SELF,        DROP_MAC_INVALID_SOURCE, DROP_LOCAL_MAC,
		DROP_INNER_VLAN,    DROP_ENTRY_EXISTS,   DROP_OVERSIZE,           DROP_NO_REMOTE,
		DROP_SAME_PORT,     DROP_TX_TOO_BIG,     DROP_BUM_LIMITED,        DROP_PORT_DOWN,
		DROP_NEIGH_UNKNOWN, DROP_UNDERLAY_ERROR, DROP_MAC_FROZEN,
	};
	struct tally t = { .cases = 0 };

	(void)state;
	for (unsigned number = 0; number < LIVES; number++) {
		struct door doors[PORTS + 2];
		struct life *l = life_new(number, doors);

		for (unsigned i = 0; i < FRAMES; i++) {
			change(l);
			one_frame(l, &t);
		}
		life_free(l);
	}

	/* None of it happened so rarely that it proves nothing. */
	print_message("# %llu frames traced and forwarded, %llu questions refused\n",
		      (unsigned long long)t.cases, (unsigned long long)t.refused);
	assert_true(t.cases >= CASES_MIN);
	for (unsigned i = 0; i <= ACTION_FLOOD; i++)
		assert_true(t.verdicts[i] > 500);
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		if (t.reasons[seen[i]] < 20)
			print_message("%s only %llu times\n", drop_name(seen[i]),
				      (unsigned long long)t.reasons[seen[i]]);
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_true(t.reasons[seen[i]] >= 20);
	assert_true(t.lost > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_traced_is_what_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
