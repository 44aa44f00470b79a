/* The control socket: what a client may send, line by line, answered over tables with some entries, in
 * pieces.  Answers are whole lines, each at most PROTOCOL_LINE long, and a session ends. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "ctl/session.h"
#include "fuzz.h"

enum { WORK = 1024, STEPS_MAX = 64, NOW_S = 1000 };

static const uint64_t now = NOW_S * UINT64_C(1000000000);

static bool link_of(void *context, uint32_t network, uint32_t port, struct link_view *out)
{
	(void)context;
	*out = (struct link_view) { .index = network + 1, .up = port == 0 };
	return network == 0;
}

static void tell(void *context, enum about about, uint32_t network, const char *line, size_t len)
{
	(void)context;
	(void)about;
	(void)network;
	assert(len > 0 && line[len - 1] == '\n');
}

/* Every second file is a bad one. */
static void follow(void *context, const char *file, bool dry)
{
	struct proposal *p = context;

	(void)file;
	p->rc = dry ? 0 : -EINVAL;
	p->complaints = p->len ? strndup(p->text, p->len) : NULL;
}

static void add_network(struct tables *t, const char *name, uint32_t vni)
{
	const struct endpoint self = { .addr = addr_v4((uint8_t[]) { 10, 0, 0, 1 }), .port = 4789 };
	struct network *n = tables_add_network(t, name, vni, 16, 300);
	uint32_t port;

	assert(n);
	n->port = 4789;
	n->endpoint_v4 = tables_add_endpoint(t, self);
	n->endpoint_v6 = ENDPOINT_NONE;
	n->members = peer_set_new(NULL, 0);
	port = network_add_port(n, (struct mac) { { 2, 0, 0, 0, 0, 1 } }, 1450, true, 0);
	network_name_port(n, port, vni == 100 ? "vx100" : "vx200");
}

/* A piece of an answer is whole lines. */
static void check(const struct text *out)
{
	assert(!out->cut);
	assert(out->len == 0 || out->at[out->len - 1] == '\n');
}

static void ask(struct session *s, const struct switch_view *view, const char *line, size_t len)
{
	static char piece[2 * PROTOCOL_LINE];
	struct text out = text_in(piece, sizeof(piece));

	session_begin(s, view, line, len, now, &out);
	check(&out);
	for (unsigned steps = 0; s->state == SESSION_BUSY; steps++) {
		assert(steps < STEPS_MAX);
		out = text_in(piece, sizeof(piece));
		session_step(s, view, now, WORK, &out);
		check(&out);
	}
	s->state = SESSION_IDLE;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct tables *t = tables_new(4, (struct hash_secret) { 1, 2 });
	struct proposal proposal = { 0 };
	const struct switch_view view = { .tables = t,
					  .proposal = &proposal,
					  .context = &proposal,
					  .follow = follow,
					  .cluster = "c",
					  .node = "n",
					  .version = "0",
					  .link = link_of,
					  .tell = tell };
	const char *at = (const char *)input, *end;
	struct session session = { .state = SESSION_IDLE };

	assert(t);
	add_network(t, "blue", 100);
	add_network(t, "red", 200);
	for (; size > 0; size -= (size_t)(end - at) + 1, at = end + 1) {
		end = memchr(at, '\n', size);
		if (!end)
			break;
		ask(&session, &view, at, (size_t)(end - at));
	}
	proposal_end(&proposal);
	tables_free(t);
	return 0;
}
