/* Frames and datagrams on buffers of exactly their size, for the tests of the path. */
#ifndef TEST_GIVEN_H
#define TEST_GIVEN_H

#include "craft.h"

#include "build.h"
#include "path/inbound.h"
#include "path/outbound.h"
#include "wire/vxlan.h"

#define SECOND UINT64_C(1000000000)
#define NOW    (1000 * SECOND)

enum { FRAME_ROOM = 2048 };

struct given {
	uint8_t *at; /* to be freed */
	struct frame frame;
};

static inline struct given given_of(const void *at, size_t len)
{
	struct given g = { .at = craft_exact(at, len) };

	assert_true(frame_parse(&g.frame, g.at, len));
	return g;
}

static inline struct given given_frame(const struct sketch *s)
{
	uint8_t room[FRAME_ROOM];

	return given_of(room, build_frame(room_of(room, sizeof(room)), s));
}

/* A datagram that carries @inner, from @source to the world's endpoint of its family. */
static inline struct arrival arrival_of(const struct world *w, const char *source, uint32_t vni,
					struct span inner)
{
	size_t len = VXLAN_LEN + inner.len;
	uint8_t *at = malloc(len);
	struct addr from = addr_of(source);

	assert_non_null(at);
	build_datagram(room_of(at, len), vni, inner);
	return (struct arrival) {
		.endpoint = from.family == ADDR_V6 ? w->endpoint_v6 : w->endpoint_v4,
		.source = from,
		.at = at,
		.len = len,
	};
}

static inline struct arrival arrival_frame(const struct world *w, const char *source, uint32_t vni,
					   const struct sketch *s)
{
	uint8_t room[FRAME_ROOM];

	return arrival_of(w, source, vni,
			  span_of(room, build_frame(room_of(room, sizeof(room)), s)));
}

/* A small UDP frame. */
static inline struct sketch udp_frame(const char *from, const char *to)
{
	return (struct sketch) {
		.from = from,
		.to = to,
		.src = "3.3.3.3",
		.dst = "3.3.3.4",
		.proto = IP_UDP,
		.sport = 4000,
		.dport = 80,
		.payload = 20,
	};
}

static inline void assert_drop(const struct verdict *v, enum drop_reason reason)
{
	assert_string_equal(action_name(v->action), "DROP");
	assert_string_equal(drop_name(v->reason), drop_name(reason));
}

#endif
