/* Why frames are dropped: the one vocabulary.
 *
 * The list yields the enum, the counter's name and the explanation.  Names are the kernel's where
 * it has one (include/net/dropreason-core.h: VXLAN_NO_REMOTE is `no-remote`).  Nothing else in the
 * program names a drop. */
#ifndef TABLE_DROPS_H
#define TABLE_DROPS_H

#include <stdint.h>

/* X(enumerator, name, explanation) */
#define DROP_REASONS(X)                                                                            \
	X(RX_SHORT, "rx-short", "a datagram shorter than a VXLAN header")                          \
	X(INVALID_HDR, "invalid-hdr", "a VXLAN header without the I flag: it carries no VNI")      \
	X(GPE, "gpe", "VXLAN-GPE with a payload that is not Ethernet")                             \
	X(VNI_NOT_FOUND, "vni-not-found", "no network here has this VNI on this endpoint")         \
	X(UNKNOWN_PEER, "unknown-peer", "the sender is not a member of the network")               \
	X(RX_SELF, "rx-self", "a datagram from our own address came back")                         \
	X(RESERVED_BITS, "reserved-bits",                                                          \
	  "reserved header bits are set and the network is strict")                                \
	X(INNER_RUNT, "inner-runt", "the inner frame is shorter than an Ethernet header")          \
	X(MAC_INVALID_SOURCE, "mac-invalid-source", "the source MAC is zero or a group address")   \
	X(LOCAL_MAC, "local-mac", "a frame from a peer claims to be from our own device: a loop")  \
	X(INNER_VLAN, "inner-vlan",                                                                \
	  "the frame has a VLAN tag and the network drops tagged frames")                          \
	X(IP_TUNNEL_ECN, "ip-tunnel-ecn", "congestion was marked on a packet that cannot say so")  \
	X(ENTRY_EXISTS, "entry-exists",                                                            \
	  "a static entry says that this source MAC lives elsewhere")                              \
	X(OVERSIZE, "oversize", "longer than the MTU, or a superframe whose segments are")         \
	X(TRUNCATED, "truncated", "only a part of it arrived, or it claims its neighbours' bytes") \
	X(TX_RUNT, "tx-runt", "a frame from a local port is shorter than an Ethernet header")      \
	X(NO_REMOTE, "no-remote", "no entry, no flood list and no other port: nobody to send to")  \
	X(SAME_PORT, "same-port", "the destination is behind the port that the frame came from")   \
	X(TX_TOO_BIG, "tx-too-big", "with its outer headers it does not fit the path to the peer") \
	X(TX_RECURSION, "tx-recursion",                                                            \
	  "our own VXLAN came back through a local port: a route loop")                            \
	X(BUM_LIMITED, "bum-limited", "copies of broadcast and unknown frames beyond bum-limit")   \
	X(NEIGH_UNKNOWN, "neigh-unknown", "arp: proxy, and nobody is known at the asked address")  \
	X(PORT_DOWN, "port-down", "the local port is down or gone")                                \
	X(PORT_FULL, "port-full", "the local port did not take the frame: its queue is full")      \
	X(UNDERLAY_FULL, "underlay-full", "the queue to the underlay is full")                     \
	X(UNDERLAY_ERROR, "underlay-error",                                                        \
	  "the underlay refused the datagram, or cannot find the peer")                            \
	X(MAC_FROZEN, "mac-frozen", "the MAC moved too often and is frozen at another place")

enum drop_reason {
#define X(name, text, why) DROP_##name,
	DROP_REASONS(X)
#undef X
		DROP_REASON_COUNT,
};

struct drops {
	uint64_t count[DROP_REASON_COUNT];
};

/* "no-remote"; never NULL for a valid reason. */
const char *drop_name(enum drop_reason reason);

/* One sentence for people. */
const char *drop_explanation(enum drop_reason reason);

#endif
