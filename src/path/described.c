#include "path/described.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/nearest.h"

/* A description while it is read, word by word. */
struct reading {
	struct described *out;
	char *rest;       /* the words not yet taken */
	const char *word; /* the one taken last; NULL: there was none */
	char *why;
};

/* -- Words -- */

static bool next_word(struct reading *r)
{
	r->word = strtok_r(NULL, " \t\n,", &r->rest);
	return r->word;
}

static bool __attribute__((format(printf, 2, 3)))
fail(const struct reading *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, DESCRIBED_WHY, format, args);
	va_end(args);
	return false;
}

/* The value behind @name, as the next word. */
static bool value_of(struct reading *r, const char *name, const char *what)
{
	return next_word(r) || fail(r, "%s needs %s behind it", name, what);
}

static bool give(struct reading *r, enum described_part part, const char *name)
{
	if (described_has(r->out, part))
		return fail(r, "%s is given twice", name);
	r->out->given |= part;
	return true;
}

/* -- Values -- */

static bool take_number(struct reading *r, const char *name, uint32_t least, uint32_t most,
			uint32_t *out)
{
	char range[64], *end;
	unsigned long number;

	snprintf(range, sizeof(range), "a number, %u..%u,", least, most);
	if (!value_of(r, name, range))
		return false;
	number = strtoul(r->word, &end, 0);
	*out = (uint32_t)number;
	if (*r->word >= '0' && *r->word <= '9' && !*end && number >= least && number <= most)
		return true;
	return fail(r, "%s is a number, %u..%u; not \"%.100s\"", name, least, most, r->word);
}

static bool set_family(struct reading *r, enum addr_family family)
{
	if (r->out->family != ADDR_NONE && r->out->family != family)
		return fail(r, "IPv4 and IPv6 are mixed");
	r->out->family = family;
	return true;
}

static bool set_addr(struct reading *r, enum described_part part, const char *name,
		     struct addr addr, struct addr *out)
{
	*out = addr;
	return give(r, part, name) && set_family(r, (enum addr_family)addr.family);
}

static bool take_addr(struct reading *r, enum described_part part, const char *name,
		      struct addr *out)
{
	struct addr addr;

	if (!value_of(r, name, "an address"))
		return false;
	if (!addr_parse(r->word, &addr))
		return fail(r, "%s is an address, such as 10.9.0.9; not \"%.100s\"", name, r->word);
	return set_addr(r, part, name, addr, out);
}

static bool begin_payload(struct reading *r, enum described_kind kind)
{
	r->out->kind = kind;
	return give(r, DESCRIBED_PAYLOAD, "what is in the frame");
}

/* -- Each word that may stand there -- */

static bool take_from(struct reading *r)
{
	if (!value_of(r, "from", "a node or its address"))
		return false;
	snprintf(r->out->from, sizeof(r->out->from), "%s", r->word);
	return give(r, DESCRIBED_FROM, "from");
}

/* `src` and `dst` are of Ethernet or of IP, as their value is. */
static bool take_end(struct reading *r, bool source)
{
	struct described *d = r->out;
	const char *name = source ? "src" : "dst";
	struct addr addr;

	if (!value_of(r, name, "a MAC or an address"))
		return false;
	if (mac_parse(r->word, source ? &d->src : &d->dst))
		return give(r, source ? DESCRIBED_SRC : DESCRIBED_DST, name);
	if (!addr_parse(r->word, &addr))
		return fail(r,
			    "%s is a MAC such as 32:39:e3:57:89:e7, or an address such as "
			    "10.9.0.9; not \"%.100s\"",
			    name, r->word);
	return set_addr(r, source ? DESCRIBED_IP_SRC : DESCRIBED_IP_DST, name, addr,
			source ? &d->ip_src : &d->ip_dst);
}

static bool take_src(struct reading *r)
{
	return take_end(r, true);
}

static bool take_dst(struct reading *r)
{
	return take_end(r, false);
}

static bool take_vlan(struct reading *r)
{
	uint32_t number;

	if (!take_number(r, "vlan", 0, 4094, &number))
		return false;
	r->out->vlan = (uint16_t)number;
	return give(r, DESCRIBED_VLAN, "vlan");
}

static bool take_arp(struct reading *r)
{
	bool reply;

	if (!set_family(r, ADDR_V4) || !value_of(r, "arp", "who-has IP, or reply IP,"))
		return false;
	reply = strcmp(r->word, "reply") == 0;
	if (!reply && strcmp(r->word, "who-has") != 0)
		return fail(r, "it is `arp who-has IP` or `arp reply IP`; not `arp %.100s`",
			    r->word);
	return begin_payload(r, reply ? DESCRIBED_ARP_REPLY : DESCRIBED_ARP_REQUEST) &&
	       take_addr(r, DESCRIBED_ABOUT, "arp", &r->out->about);
}

static bool take_ip(struct reading *r)
{
	return set_family(r, ADDR_V4) && begin_payload(r, DESCRIBED_IP);
}

static bool take_ip6(struct reading *r)
{
	return set_family(r, ADDR_V6) && begin_payload(r, DESCRIBED_IP);
}

static bool take_neighbour(struct reading *r, const char *name, enum described_kind kind)
{
	if (!set_family(r, ADDR_V6))
		return false;
	r->out->kind = kind;
	r->out->given |= DESCRIBED_PAYLOAD;
	return take_addr(r, DESCRIBED_ABOUT, name, &r->out->about);
}

static bool take_ns(struct reading *r)
{
	return take_neighbour(r, "ns", DESCRIBED_SOLICIT);
}

static bool take_na(struct reading *r)
{
	return take_neighbour(r, "na", DESCRIBED_ADVERT);
}

static bool take_tell(struct reading *r)
{
	return take_addr(r, DESCRIBED_IP_SRC, "tell", &r->out->ip_src);
}

static bool take_is_at(struct reading *r)
{
	if (!value_of(r, "is-at", "a MAC"))
		return false;
	if (!mac_parse(r->word, &r->out->is_at))
		return fail(r, "is-at names a MAC such as 32:39:e3:57:89:e7; not \"%.100s\"",
			    r->word);
	return give(r, DESCRIBED_IS_AT, "is-at");
}

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "icmp", IP_ICMP }, { "tcp", IP_TCP }, { "udp", IP_UDP }, { "icmp6", IP_ICMPV6 }
};

static bool is_protocol(const char *word, uint8_t *out)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		*out = protocols[i].number;
		if (strcmp(word, protocols[i].name) == 0)
			return true;
	}
	return false;
}

static bool take_proto(struct reading *r)
{
	char *end;
	unsigned long number;

	if (!value_of(r, "proto", "udp, tcp, icmp or a number"))
		return false;
	if (!is_protocol(r->word, &r->out->proto)) {
		number = strtoul(r->word, &end, 10);
		if (*end || *r->word < '0' || *r->word > '9' || number > UINT8_MAX)
			return fail(r,
				    "proto is udp, tcp, icmp or a number, 0..255; not \"%.100s\"",
				    r->word);
		r->out->proto = (uint8_t)number;
	}
	return give(r, DESCRIBED_PROTO, "proto");
}

/* `udp` alone is `proto udp`. */
static bool take_protocol(struct reading *r)
{
	is_protocol(r->word, &r->out->proto);
	return give(r, DESCRIBED_PROTO, "proto");
}

static bool take_port(struct reading *r, enum described_part part, const char *name, uint16_t *out)
{
	uint32_t number;

	if (!take_number(r, name, 0, UINT16_MAX, &number))
		return false;
	*out = (uint16_t)number;
	return give(r, part, name);
}

static bool take_sport(struct reading *r)
{
	return take_port(r, DESCRIBED_SPORT, "sport", &r->out->sport);
}

static bool take_dport(struct reading *r)
{
	return take_port(r, DESCRIBED_DPORT, "dport", &r->out->dport);
}

static bool take_octet(struct reading *r, enum described_part part, const char *name, uint8_t *out)
{
	uint32_t number;

	if (!take_number(r, name, 0, UINT8_MAX, &number))
		return false;
	*out = (uint8_t)number;
	return give(r, part, name);
}

static bool take_ttl(struct reading *r)
{
	return take_octet(r, DESCRIBED_TTL, "ttl", &r->out->ttl);
}

static bool take_tos(struct reading *r)
{
	return take_octet(r, DESCRIBED_TOS, "tos", &r->out->tos);
}

static bool take_df(struct reading *r)
{
	return give(r, DESCRIBED_DF, "df");
}

static bool take_len(struct reading *r)
{
	return take_number(r, "len", ETH_LEN, ETH_LEN + DESCRIBED_PACKET, &r->out->len) &&
	       give(r, DESCRIBED_LEN, "len");
}

static const struct {
	const char *word;
	bool (*take)(struct reading *r);
} keywords[] = {
	{ "from", take_from },    { "src", take_src },      { "dst", take_dst },
	{ "vlan", take_vlan },    { "arp", take_arp },      { "ip", take_ip },
	{ "ip6", take_ip6 },      { "ns", take_ns },        { "na", take_na },
	{ "tell", take_tell },    { "is-at", take_is_at },  { "proto", take_proto },
	{ "udp", take_protocol }, { "tcp", take_protocol }, { "icmp", take_protocol },
	{ "sport", take_sport },  { "dport", take_dport },  { "ttl", take_ttl },
	{ "tos", take_tos },      { "df", take_df },        { "len", take_len },
};

enum { KEYWORDS = sizeof(keywords) / sizeof(keywords[0]) };

static size_t find_keyword(const char *word)
{
	size_t i = 0;

	while (i < KEYWORDS && strcmp(keywords[i].word, word) != 0)
		i++;
	return i;
}

bool described_is_word(const char *word)
{
	return find_keyword(word) < KEYWORDS;
}

static bool no_such_word(const struct reading *r)
{
	struct nearest nearest = nearest_to(r->word);

	for (size_t i = 0; i < KEYWORDS; i++)
		nearest_offer(&nearest, keywords[i].word);
	if (nearest.found)
		return fail(r, "\"%.100s\" is no word of a frame; did you mean \"%s\"?", r->word,
			    nearest.found);
	return fail(r, "\"%.100s\" is no word of a frame: src, dst, vlan, arp, ip, ip6, from ...",
		    r->word);
}

/* -- Does it make sense together? -- */

/* Words that only IP has make it IP. */
static void find_kind(struct described *d)
{
	const uint32_t of_ip = DESCRIBED_IP_SRC | DESCRIBED_IP_DST | DESCRIBED_PROTO |
			       DESCRIBED_SPORT | DESCRIBED_DPORT | DESCRIBED_TTL | DESCRIBED_TOS |
			       DESCRIBED_DF;

	if (d->kind != DESCRIBED_ETHERNET || !(d->given & of_ip))
		return;
	d->kind = DESCRIBED_IP;
	if (d->family == ADDR_NONE)
		d->family = ADDR_V4;
}

static bool check_together(const struct reading *r)
{
	const struct described *d = r->out;
	const uint32_t of_packet = DESCRIBED_PROTO | DESCRIBED_SPORT | DESCRIBED_DPORT |
				   DESCRIBED_TTL | DESCRIBED_TOS | DESCRIBED_DF;
	bool has_ports = d->proto == IP_UDP || d->proto == IP_TCP;

	if (d->kind != DESCRIBED_IP && d->given & of_packet)
		return fail(r, "proto, ports, ttl, tos and df are of `ip` and `ip6`");
	if (d->kind == DESCRIBED_IP && d->given & DESCRIBED_IS_AT)
		return fail(r, "is-at is of `arp reply` and `ip6 na`");
	if (d->given & (DESCRIBED_SPORT | DESCRIBED_DPORT) && d->given & DESCRIBED_PROTO &&
	    !has_ports)
		return fail(r, "sport and dport are of udp and tcp");
	return true;
}

bool described_read(struct described *out, const char *text, char why[DESCRIBED_WHY])
{
	char words[DESCRIBED_TEXT];
	struct reading r = { .out = out, .rest = words, .why = why };
	size_t keyword;

	why[0] = '\0';
	*out = (struct described) { .kind = DESCRIBED_ETHERNET };
	if ((size_t)snprintf(words, sizeof(words), "%s", text) >= sizeof(words))
		return fail(&r, "a description is at most %d characters long", DESCRIBED_TEXT - 1);
	while (next_word(&r)) {
		keyword = find_keyword(r.word);
		if (keyword == KEYWORDS)
			return no_such_word(&r);
		if (!keywords[keyword].take(&r))
			return false;
	}
	if (out->given == 0)
		return fail(&r, "which frame? (src MAC dst MAC, or ip dst ADDRESS)");
	find_kind(out);
	return check_together(&r);
}
