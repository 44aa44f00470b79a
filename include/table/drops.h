/* Why frames are dropped: the one vocabulary.
 *
 * The list yields the enum, the counter's name, the explanation and the remedy.  Names are the kernel's where
 * it has one (include/net/dropreason-core.h: VXLAN_NO_REMOTE is `no-remote`).  Nothing else in the
 * program names a drop. */
#ifndef TABLE_DROPS_H
#define TABLE_DROPS_H

#include <stdint.h>

/* X(enumerator, name, explanation, remedy) */
#define DROP_REASONS(X)                                                                            \
	X(RX_SHORT, "rx-short", "a datagram shorter than a VXLAN header",                          \
	  "something else than VXLAN is sent to this port: find the sender (tcpdump)")             \
	X(INVALID_HDR, "invalid-hdr", "a VXLAN header without the I flag: it carries no VNI",      \
	  "the sender does not speak VXLAN (RFC 7348): find it (tcpdump)")                         \
	X(GPE, "gpe", "VXLAN-GPE with a payload that is not Ethernet",                             \
	  "have the sender use plain VXLAN, or Ethernet as the payload")                           \
	X(VNI_NOT_FOUND, "vni-not-found", "no network here has this VNI on this endpoint",         \
	  "give the network the same vni and port on both nodes")                                  \
	X(UNKNOWN_PEER, "unknown-peer", "the sender is not a member of the network",               \
	  "add the sender to the network's nodes, or set accept: any")                             \
	X(RX_SELF, "rx-self", "a datagram from our own address came back",                         \
	  "take our own address out of the others' lists, or find the routing loop")               \
	X(RESERVED_BITS, "reserved-bits",                                                          \
	  "reserved header bits are set and the network is strict",                                \
	  "set reserved-bits: ignore, or mend the sender")                                         \
	X(INNER_RUNT, "inner-runt", "the inner frame is shorter than an Ethernet header",          \
	  "the sender puts no whole Ethernet frame behind the VXLAN header: mend it")              \
	X(MAC_INVALID_SOURCE, "mac-invalid-source", "the source MAC is zero or a group address",   \
	  "give the sending host a station's MAC: even first octet, not all zero")                 \
	X(LOCAL_MAC, "local-mac", "a frame from a peer claims to be from our own device: a loop",  \
	  "look for a bridge that joins two nodes beside the overlay, or a MAC given twice")       \
	X(INNER_VLAN, "inner-vlan",                                                                \
	  "the frame has a VLAN tag and the network drops tagged frames",                          \
	  "send without the tag, or let the network carry them (inner-vlan: pass)")                \
	X(IP_TUNNEL_ECN, "ip-tunnel-ecn", "congestion was marked on a packet that cannot say so",  \
	  "mend the router that marks packets which are not ECN-capable")                          \
	X(ENTRY_EXISTS, "entry-exists",                                                            \
	  "a static entry says that this source MAC lives elsewhere",                              \
	  "change or delete the static entry (vxs fdb del), or send from where it says")           \
	X(OVERSIZE, "oversize", "longer than the MTU, or a superframe whose segments are",         \
	  "lower the MTU of the sending host to that of the network")                              \
	X(TRUNCATED, "truncated", "only a part of it arrived, or it claims its neighbours' bytes", \
	  "lower the MTU of the sender; jumbo datagrams beyond 64 KiB do not arrive whole")        \
	X(TX_RUNT, "tx-runt", "a frame from a local port is shorter than an Ethernet header",      \
	  "mend the program that writes to the device")                                            \
	X(NO_REMOTE, "no-remote", "no entry, no flood list and no other port: nobody to send to",  \
	  "add an fdb entry for this MAC, or give the network a flood list (flood:)")              \
	X(SAME_PORT, "same-port", "the destination is behind the port that the frame came from",   \
	  "nothing: the host there has seen the frame already")                                    \
	X(TX_TOO_BIG, "tx-too-big", "with its outer headers it does not fit the path to the peer", \
	  "lower the network's mtu (vxs ping --mtu-sweep finds it), or raise the underlay's")      \
	X(TX_RECURSION, "tx-recursion",                                                            \
	  "our own VXLAN came back through a local port: a route loop",                            \
	  "route the peers' addresses outside of the overlay")                                     \
	X(BUM_LIMITED, "bum-limited", "copies of broadcast and unknown frames beyond bum-limit",   \
	  "wait a second, raise bum-limit, or add fdb and neighbour entries")                      \
	X(NEIGH_UNKNOWN, "neigh-unknown", "arp: proxy, and nobody is known at the asked address",  \
	  "add the neighbour (vxs neigh add), or set arp: suppress")                               \
	X(PORT_DOWN, "port-down", "the local port is down or gone",                                \
	  "set the device up (ip link set NAME up)")                                               \
	X(PORT_FULL, "port-full", "the local port did not take the frame: its queue is full",      \
	  "the host reads too slowly: give it more time, or a longer txqueuelen")                  \
	X(UNDERLAY_FULL, "underlay-full", "the queue to the underlay is full",                     \
	  "the underlay is slower than the tenants: send less, or raise net.core.wmem_max")        \
	X(UNDERLAY_ERROR, "underlay-error",                                                        \
	  "the underlay refused the datagram, or cannot find the peer",                            \
	  "see whether the peer is up and routed (vxs peer, vxs ping)")                            \
	X(MAC_FROZEN, "mac-frozen", "the MAC moved too often and is frozen at another place",      \
	  "end the loop or the duplicate MAC; the entry thaws after 180 s, or vxs fdb del")        \
	X(PROBE_REFUSED, "probe-refused",                                                          \
	  "a probe from a stranger, or one of too many in a second: not answered",                 \
	  "ask more slowly, and from a node that the file names")                                  \
	X(PROBE_UNASKED, "probe-unasked", "an answer to no probe of ours, or no probe at all",     \
	  "nothing: it came too late, or somebody makes it up")                                    \
	X(DHCP_INVALID, "dhcp-invalid",                                                            \
	  "what a local port sent to a DHCP server is no message of a client",                     \
	  "give this network no DHCP relay, and no client but of Ethernet: dhcp answers here")     \
	X(DHCP_LIMITED, "dhcp-limited",                                                            \
	  "more DHCP messages in a second than one client, one port, or the disk is good for",     \
	  "nothing: clients ask again; else find who asks without end (tcpdump port 67)")

enum drop_reason {
#define X(name, text, why, remedy) DROP_##name,
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

/* What to do about it. */
const char *drop_remedy(enum drop_reason reason);

#endif
