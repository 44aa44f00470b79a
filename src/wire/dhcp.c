#include "wire/dhcp.h"

#include <string.h>

#include "reply.h"
#include "wire/checksum.h"

enum {
	BOOT_REQUEST = 1,
	BOOT_REPLY = 2,
	HTYPE_ETHERNET = 1,
	FIXED_LEN = 236,
	MAGIC_LEN = 4,
	LEAST_LEN = 300, /* of a whole message: what BOOTP wants (RFC 1542 §2.1), clients insist */
	AT_FLAGS = 10,
	AT_CIADDR = 12,
	AT_YIADDR = 16,
	AT_GIADDR = 24,
	AT_CHADDR = 28,
	AT_SNAME = 44,
	SNAME_LEN = 64,
	AT_FILE = 108,
	FILE_LEN = 128,
	FLAG_BROADCAST = 0x8000,
	IN_FILE = 1,
	IN_SNAME = 2,
	ID_LEAST = 2, /* RFC 2132 §9.14 */
	TTL = 64,
};

static const uint8_t magic[MAGIC_LEN] = { 99, 130, 83, 99 };

/* -- Reading -- */

/* What our options say, before anything is believed; by code. */
struct options {
	struct span of[DHCP_O_ID + 1]; /* `at` NULL: not there */
};

static bool is_ours(uint8_t code)
{
	return code == DHCP_O_REQUESTED || code == DHCP_O_OVERLOAD || code == DHCP_O_TYPE ||
	       code == DHCP_O_SERVER || code == DHCP_O_WANTED || code == DHCP_O_ID;
}

/* One behind its code; false when it is cut off, or comes again. */
static bool take_option(struct options *o, struct span *in, uint8_t code)
{
	const uint8_t *len = span_take(in, 1);
	const uint8_t *at = len ? span_take(in, *len) : NULL;

	if (!at || !is_ours(code))
		return at;
	if (o->of[code].at)
		return false;
	o->of[code] = span_of(at, *len);
	return true;
}

/* Up to the end option; that it is missing is forgiven where the bytes end with an option. */
static bool take_options(struct options *o, struct span in)
{
	const uint8_t *code;

	while ((code = span_take(&in, 1)) && *code != DHCP_O_END)
		if (*code != DHCP_O_PAD && !take_option(o, &in, *code))
			return false;
	return true;
}

static bool take_all(struct options *o, const uint8_t *fixed, struct span in)
{
	struct span overload;
	uint8_t where;

	if (!take_options(o, in))
		return false;
	overload = o->of[DHCP_O_OVERLOAD];
	if (!overload.at)
		return true;
	where = overload.len == 1 ? overload.at[0] : 0;
	if (where == 0 || where > (IN_FILE | IN_SNAME))
		return false;
	if (where & IN_FILE && !take_options(o, span_of(fixed + AT_FILE, FILE_LEN)))
		return false;
	return !(where & IN_SNAME) || take_options(o, span_of(fixed + AT_SNAME, SNAME_LEN));
}

/* True when it is not there, too. */
static bool read_address(struct span in, struct addr *out)
{
	*out = (struct addr) { .family = ADDR_NONE };
	if (!in.at)
		return true;
	if (in.len != 4)
		return false;
	*out = addr_v4(in.at);
	return true;
}

static bool read_type(struct span in, enum dhcp_type *out)
{
	if (!in.at || in.len != 1)
		return false;
	*out = (enum dhcp_type)in.at[0];
	return *out == DHCP_DISCOVER || *out == DHCP_REQUEST || *out == DHCP_DECLINE ||
	       *out == DHCP_RELEASE || *out == DHCP_INFORM;
}

static bool read_client(struct span in, struct dhcp *out)
{
	memset(&out->client, 0, sizeof(out->client));
	out->has_id = in.at;
	if (!in.at) {
		out->client.len = 7;
		out->client.octet[0] = HTYPE_ETHERNET;
		memcpy(out->client.octet + 1, out->chaddr.octet, 6);
		return true;
	}
	if (in.len < ID_LEAST || in.len > DHCP_ID)
		return false;
	out->client.len = (uint8_t)in.len;
	memcpy(out->client.octet, in.at, in.len);
	return true;
}

static bool read_options(const struct options *o, struct dhcp *out)
{
	struct span wanted = o->of[DHCP_O_WANTED];

	out->asks_routes = wanted.len && memchr(wanted.at, DHCP_O_ROUTES, wanted.len);
	return read_type(o->of[DHCP_O_TYPE], &out->type) &&
	       read_address(o->of[DHCP_O_REQUESTED], &out->requested) &&
	       read_address(o->of[DHCP_O_SERVER], &out->server) &&
	       read_client(o->of[DHCP_O_ID], out);
}

static bool read_fixed(const uint8_t *at, struct dhcp *out)
{
	if (at[0] != BOOT_REQUEST || at[1] != HTYPE_ETHERNET || at[2] != 6)
		return false;
	if (!addr_is_unspecified(addr_v4(at + AT_GIADDR)))
		return false;
	out->xid = get_be32(at + 4);
	out->broadcast = get_be16(at + AT_FLAGS) & FLAG_BROADCAST;
	out->ciaddr = addr_v4(at + AT_CIADDR);
	memcpy(out->chaddr.octet, at + AT_CHADDR, 6);
	return mac_is_station(out->chaddr);
}

bool dhcp_read(const struct frame *f, struct dhcp *out)
{
	struct options options = { 0 };
	struct span in = span_from(frame_bytes(f), f->payload);
	const uint8_t *fixed, *cookie;

	if (!dhcp_is_asked(f) || f->kind != FRAME_PLAIN)
		return false;
	in = span_first(in, f->ip.len - f->ip.header_len - UDP_LEN); /* without padding */
	fixed = span_take(&in, FIXED_LEN);
	cookie = fixed ? span_take(&in, MAGIC_LEN) : NULL;
	if (!cookie || memcmp(cookie, magic, MAGIC_LEN) != 0)
		return false;
	return read_fixed(fixed, out) && take_all(&options, fixed, in) &&
	       read_options(&options, out);
}

bool dhcp_client_equal(const struct dhcp_client *a, const struct dhcp_client *b)
{
	return a->len == b->len && memcmp(a->octet, b->octet, a->len) == 0;
}

/* -- Writing -- */

/* Space for the @len bytes of an option behind its head; NULL when there is none. */
static uint8_t *begin_option(struct room *out, enum dhcp_option code, size_t len)
{
	uint8_t *at = len <= UINT8_MAX ? room_take(out, len + 2) : NULL;

	if (!at)
		return NULL;
	at[0] = (uint8_t)code;
	at[1] = (uint8_t)len;
	return at + 2;
}

static bool put_bytes(struct room *out, enum dhcp_option code, const void *bytes, size_t len)
{
	uint8_t *at = begin_option(out, code, len);

	if (at)
		memcpy(at, bytes, len);
	return at;
}

static bool put_address(struct room *out, enum dhcp_option code, struct addr addr)
{
	return addr.family != ADDR_V4 || put_bytes(out, code, addr.octet, 4);
}

static bool put_text(struct room *out, enum dhcp_option code, const char *text)
{
	return !text || !*text || put_bytes(out, code, text, strlen(text));
}

static bool put_number(struct room *out, enum dhcp_option code, uint32_t value, size_t size)
{
	uint8_t bytes[4];

	put_be32(bytes, value);
	return value == 0 || put_bytes(out, code, bytes + sizeof(bytes) - size, size);
}

static bool put_mask(struct room *out, uint8_t length)
{
	return put_number(out, DHCP_O_MASK, length ? UINT32_MAX << (32 - length) : 0, 4);
}

static bool put_servers(struct room *out, const struct dhcp_answer *a)
{
	uint8_t *at =
		a->server_count ? begin_option(out, DHCP_O_SERVERS, 4 * a->server_count) : NULL;

	for (size_t i = 0; at && i < a->server_count; i++)
		memcpy(at + 4 * i, a->servers[i].octet, 4);
	return at || a->server_count == 0;
}

/* RFC 3442: the length of the prefix, those of its bytes that count, the router. */
static uint8_t *add_route(uint8_t *at, struct prefix to, struct addr via)
{
	size_t bytes = (to.length + 7U) / 8;

	*at++ = to.length;
	memcpy(at, to.addr.octet, bytes);
	memcpy(at + bytes, via.octet, 4);
	return at + bytes + 4;
}

/* Who takes these does not look at option 3: the default route is among them. */
static bool put_routes(struct room *out, const struct dhcp_answer *a)
{
	const struct prefix everything = { .addr.family = ADDR_V4 };
	uint8_t bytes[9 * (DHCP_ROUTES + 1)], *end = bytes;

	if (a->route_count == 0)
		return true;
	for (size_t i = 0; i < a->route_count; i++)
		end = add_route(end, a->routes[i].to, a->routes[i].via);
	if (a->router.family == ADDR_V4)
		end = add_route(end, everything, a->router);
	return put_bytes(out, DHCP_O_ROUTES, bytes, (size_t)(end - bytes));
}

/* What is told besides "yes"; nothing of it belongs into a NAK. */
static bool put_facts(struct room *out, const struct dhcp *ask, const struct dhcp_answer *a)
{
	return put_number(out, DHCP_O_DURATION, a->duration, 4) && put_mask(out, a->length) &&
	       (!ask->asks_routes || put_routes(out, a)) &&
	       put_address(out, DHCP_O_ROUTER, a->router) && put_servers(out, a) &&
	       put_text(out, DHCP_O_NAME, a->name) && put_text(out, DHCP_O_DOMAIN, a->domain) &&
	       put_number(out, DHCP_O_MTU, a->mtu, 2);
}

/* A client's identifier comes back (RFC 6842). */
static bool put_options(struct room *out, const struct dhcp *ask, const struct dhcp_answer *a)
{
	uint8_t *at;

	if (!put_number(out, DHCP_O_TYPE, a->type, 1) ||
	    !put_address(out, DHCP_O_SERVER, a->server) ||
	    (a->type != DHCP_NAK && !put_facts(out, ask, a)))
		return false;
	if (ask->has_id && !put_bytes(out, DHCP_O_ID, ask->client.octet, ask->client.len))
		return false;
	at = room_take(out, 1);
	if (at)
		*at = DHCP_O_END;
	return at;
}

/* Bytes of the message; 0 when there is no room. */
static size_t put_message(uint8_t *at, size_t room, const struct dhcp *ask,
			  const struct dhcp_answer *a)
{
	struct room out = room_of(at, room);
	uint8_t *fixed = room_take(&out, FIXED_LEN + MAGIC_LEN);

	if (!fixed)
		return 0;
	memset(at, 0, room);
	fixed[0] = BOOT_REPLY;
	fixed[1] = HTYPE_ETHERNET;
	fixed[2] = 6;
	put_be32(fixed + 4, ask->xid);
	put_be16(fixed + AT_FLAGS, ask->broadcast ? FLAG_BROADCAST : 0);
	if (a->type == DHCP_ACK)
		memcpy(fixed + AT_CIADDR, ask->ciaddr.octet, 4);
	memcpy(fixed + AT_YIADDR, a->yiaddr.octet, 4);
	memcpy(fixed + AT_CHADDR, ask->chaddr.octet, 6);
	memcpy(fixed + FIXED_LEN, magic, MAGIC_LEN);
	if (!put_options(&out, ask, a))
		return 0;
	return room - out.len < LEAST_LEN ? LEAST_LEN : room - out.len;
}

/* RFC 2131 §4.1: who has an address is told there; everybody hears a NAK, and what goes to a client that
 * asks for it so; the others are told at the address that they are about to get. */
static struct addr told_at(const struct dhcp *ask, const struct dhcp_answer *a)
{
	static const uint8_t everybody[4] = { 255, 255, 255, 255 };

	if (a->type == DHCP_NAK)
		return addr_v4(everybody);
	if (!addr_is_unspecified(ask->ciaddr))
		return ask->ciaddr;
	return ask->broadcast || a->yiaddr.family != ADDR_V4 ? addr_v4(everybody) : a->yiaddr;
}

static void put_headers(uint8_t *at, struct addr src, struct addr dst, size_t message)
{
	struct ip ip = { .src = src, .dst = dst };
	uint16_t len = (uint16_t)(UDP_LEN + message), sum;
	uint8_t *udp = at + IPV4_LEN;

	memset(at, 0, IPV4_LEN + UDP_LEN);
	at[0] = 0x45;
	put_be16(at + 2, (uint16_t)(IPV4_LEN + len));
	put_be16(at + 6, 0x4000); /* DF: then an identification of 0 is fine (RFC 6864) */
	at[8] = TTL;
	at[9] = IP_UDP;
	memcpy(at + 12, src.octet, 4);
	memcpy(at + 16, dst.octet, 4);
	put_be16(at + 10, checksum_finish(checksum_add(0, span_of(at, IPV4_LEN))));
	put_be16(udp, DHCP_SERVER_PORT);
	put_be16(udp + 2, DHCP_CLIENT_PORT);
	put_be16(udp + 4, len);
	sum = checksum_finish(checksum_add(ip_pseudo_sum(&ip, IP_UDP, len), span_of(udp, len)));
	put_be16(udp + 6, sum ? sum : UINT16_MAX); /* 0 would say that there is none */
}

size_t dhcp_answer_write(struct room out, const struct frame *f, const struct dhcp *ask,
			 const struct dhcp_answer *answer)
{
	static const struct mac everybody = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	struct addr dst = told_at(ask, answer);
	uint8_t message[DHCP_ROOM - IPV4_LEN - UDP_LEN];
	size_t len = put_message(message, sizeof(message), ask, answer);
	uint8_t *at;

	if (len == 0)
		return 0;
	at = reply_begin(&out, f, dst.octet[0] == 255 ? everybody : ask->chaddr, answer->mac,
			 IPV4_LEN + UDP_LEN + len);
	if (!at)
		return 0;
	memcpy(at + IPV4_LEN + UDP_LEN, message, len);
	put_headers(at, answer->server, dst, len);
	return (size_t)f->l3 + IPV4_LEN + UDP_LEN + len;
}
