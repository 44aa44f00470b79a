/* IPv4 (RFC 791) and IPv6 (RFC 8200) headers, as far as a switch that carries them must look. */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include "wire/addr.h"

enum {
	IPV4_LEN = 20,
	IPV6_LEN = 40,
	UDP_LEN = 8,
	TCP_LEN = 20,
	IP_EXTENSIONS_MAX =
		8, /* IPv6 extension headers walked; behind more the payload is opaque */
};

enum ip_proto {
	IP_ICMP = 1,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_ICMPV6 = 58,
};

struct ip {
	struct addr src, dst;
	uint8_t tos;   /* DSCP and ECN */
	uint8_t ttl;   /* or hop limit */
	uint8_t proto; /* of the payload, behind IPv6 extension headers; meaningless when opaque */
	bool df;       /* may not be fragmented on the way: DF, and every IPv6 packet */
	bool fragment; /* part of a fragmented packet, the first included */
	bool opaque;   /* the payload cannot be told: a later fragment, too many extensions, or one
			  that the packet ends within */
	size_t header_len; /* all headers in front of the payload */
	size_t len;        /* of the whole packet as its header says: headers and payload */
};

/* Reads the header and moves @in behind it (and behind IPv6 extension headers), and cuts Ethernet
 * padding off @in.  False when the bytes are no IP packet: too short, a header length below the
 * minimum, or a total length beyond the bytes there are.
 * A total length of 0 means "up to the end of @in": superframes may say so (RFC 2675 sizes). */
bool ip_read(struct span *in, struct ip *out);

/* Sum of the pseudo header for TCP, UDP and ICMPv6 over @len payload bytes, to be continued by
 * checksum_add() (RFC 9293 §3.1, RFC 8200 §8.1). */
uint64_t ip_pseudo_sum(const struct ip *ip, uint8_t proto, uint32_t len);

#endif
