/* What `vxs doctor` can find: one list, which yields the enum, the codes and their explanations.
 *
 * D1xx: this machine.  D2xx: the tables.  D3xx: other nodes.  D4xx: the way to them.  A code keeps its meaning
 * for ever; a number is never used again. */
#ifndef CTL_FINDINGS_H
#define CTL_FINDINGS_H

#include <stddef.h>
#include <stdio.h>

#include "plan/explain.h"
#include "table/network.h"

/* X(enumerator, number, title, what it means, why it matters, how to mend it) */
#define FINDINGS(X)                                                                                \
	X(DEVICE_GONE, 101, "The network's device is gone.",                                       \
	  "The TAP through which tenants reach this network was deleted, or failed.",              \
	  "Nothing goes in or out: frames of other nodes are dropped as port-down.",               \
	  "The switch makes it again by itself as soon as it can; its log says what is in the "    \
	  "way.")                                                                                  \
	X(DEVICE_DOWN, 102, "The network's device is down.",                                       \
	  "The TAP exists, and somebody has set it down, or moved it, which does the same.",       \
	  "A device that is down neither takes nor gives frames.",                                 \
	  "Set it up: ip link set DEVICE up.")                                                     \
	X(ADDRESS_NOT_OURS, 103, "The address that tunnels start at is not this machine's.",       \
	  "The kernel has no interface with the address of this endpoint (`local`) any more.",     \
	  "Nothing can be sent from it, and what others send to it does not arrive.",              \
	  "Give the address back to its interface, or write the right one in the cluster file.")   \
	X(NO_INTERFACE, 104, "The interface on which groups are joined is not there.",             \
	  "The node names an interface for multicast, and it is gone, or takes no groups.",        \
	  "Without a membership the network's switches and routers send us nothing of the group.", \
	  "Bring the interface back; its groups are joined again at once.")                        \
	X(BRIDGE_FILTERED, 105, "The firewall forbids what the bridge would forward.",             \
	  "br_netfilter sends bridged packets through FORWARD, where nothing lets them pass.",     \
	  "ARP gets through and IP does not: neighbours are known, and pings get no answer.",      \
	  "Switch it off: sysctl -w net.bridge.bridge-nf-call-iptables=0, or allow bridged "       \
	  "packets.")                                                                              \
	X(ETCD_SILENT, 106, "etcd, which gives this node its subnet, is not to be spoken with.",   \
	  "It does not answer, refuses, or has not what is needed; the switch asks again and "     \
	  "again.",                                                                                \
	  "What is known holds on; but nobody joins, and leases that are not renewed for a day "   \
	  "end, for others to take.",                                                              \
	  "Look at etcd first: etcdctl endpoint health; then at the way to it, and at "            \
	  "`leases` in the cluster file.")                                                         \
	X(NOTHING_STATIC, 201, "Learning is off, and nothing says where MACs live.",               \
	  "The network learns nothing from traffic, floods to nobody and has no static entry.",    \
	  "So every frame to another node is dropped as no-remote.",                               \
	  "Add entries (vxs fdb append), a flood list (`flood: peers`) or switch learning on.")    \
	X(LOOP, 202, "A frame goes round in a loop.",                                              \
	  "The same frame comes from a local port a hundred times a second and more.",             \
	  "It leaves through the tunnel, comes back by a second way - another network in the "     \
	  "same bridges, a cable - and is flooded again, for ever.",                               \
	  "Take one of the two ways out of its bridge, or let STP do so: BPDUs pass.")             \
	X(VNI_MISSING_THERE, 301, "The other node has no network with this VNI.",                  \
	  "It answered a probe by saying so: its machine, port and vxs are fine.",                 \
	  "It drops our frames as vni-not-found.",                                                 \
	  "Give both ends the same VNI; here or there, whichever is wrong.")                       \
	X(VNI_MISSING_HERE, 302, "Another node sends frames for a VNI that is not here.",          \
	  "Datagrams of one of our peers name a VNI that no network has on this port.",            \
	  "They are dropped as vni-not-found, so what that node sends gets no answer.",            \
	  "Give both ends the same VNI, or make the network here.")                                \
	X(UNKNOWN_SENDER, 303, "Frames come from an address that is no member's.",                 \
	  "Somebody speaks one of our VNIs from an address that the file does not give.",          \
	  "They are dropped as unknown-peer, so that strangers cannot reach tenants.",             \
	  "If it is one of the nodes (another `local`, or NAT on the way), correct its address.")  \
	X(NOBODY_LISTENS, 304, "Nobody listens on the UDP port there.",                            \
	  "The other machine answered with ICMP \"port unreachable\".",                            \
	  "Nothing can be received there: vxs is not running, or on another port.",                \
	  "Start vxs there, and give both ends the same `port`.")                                  \
	X(UNREACHABLE, 305, "The underlay finds no way to the other node.",                        \
	  "Our kernel, or a router, refuses what is sent to it, or ARP gets no answer.",           \
	  "The tunnel stands on the underlay: what cannot be pinged there cannot be tunnelled "    \
	  "to.",                                                                                   \
	  "Mend the underlay first: ip route get ADDRESS, ping ADDRESS.")                          \
	X(SILENT, 306, "The other node neither answers nor was ever heard.",                       \
	  "Probes vanish without an error, and no datagram ever came from it.",                    \
	  "Mostly a firewall drops the UDP port, here, there or between.",                         \
	  "Open UDP to the port at both ends; look with tcpdump where datagrams stop.")            \
	X(ONE_SIDED, 307, "The other node has no way back.",                                       \
	  "It learns nothing from what arrives, and no entry and no flood list of it leads here.", \
	  "Our tenants' frames reach it, and their answers are dropped there as no-remote.",       \
	  "Give it the entries for this side: vxs fdb append MAC dev DEVICE dst ADDRESS.")         \
	X(REFUSED_HERE, 401, "A rule of this machine forbids what we send.",                       \
	  "The kernel refuses our datagrams with EPERM: a firewall rule for what goes out.",       \
	  "Nothing leaves, whatever the other node does.",                                         \
	  "Find the rule (nft list ruleset) and let UDP to the port out.")                         \
	X(MTU, 402, "Full-sized packets do not reach the other node.",                             \
	  "Small probes are answered, and those as large as the network's MTU are not.",           \
	  "Pings work, and TCP stalls as soon as it sends full segments.",                         \
	  "Give the network the MTU that passes, on all nodes, or widen the way.")                 \
	X(PROHIBITED, 403, "A firewall on the way forbids what we send.",                          \
	  "A machine there, or a router, answers with ICMP \"administratively prohibited\".",      \
	  "What is sent is rejected before vxs there sees it.",                                    \
	  "Let UDP to the port pass there: on the other node, and on routers between.")            \
	X(GROUP_SILENT, 404, "What is sent to the multicast group does not arrive.",               \
	  "The other node answers probes to itself, and none to the group it should listen to.",   \
	  "Broadcasts go there, ARP among them: nobody is found, though the way is fine.",         \
	  "Multicast seldom crosses clouds and routers: `flood: peers` does without it.")          \
	X(CHECKSUMS, 405, "Datagrams arrive with wrong checksums.",                                \
	  "This machine's kernel threw away UDP datagrams because of their checksum.",             \
	  "Mostly a network card computes checksums of tunnelled packets wrongly: some pings "     \
	  "pass, "                                                                                 \
	  "and TCP stalls.",                                                                       \
	  "On the sending node: ethtool -K INTERFACE tx-checksum-ip-generic off.")                 \
	X(DROPPED_HERE, 406, "A rule of this machine drops what arrives for the port.",            \
	  "A firewall rule names the UDP port of an endpoint, drops, and has counted packets.",    \
	  "The datagrams reach this machine, and vxs never sees them.",                            \
	  "Let UDP to the port pass before that rule, or delete it.")

enum finding_code {
#define X(name, number, title, means, because, mend) FINDING_##name = (number),
	FINDINGS(X)
#undef X
};

enum { FINDING_TEXT = 640 };

/* One thing that is wrong. */
struct finding {
	enum finding_code code;
	char network[NETWORK_NAME], node[NETWORK_NAME]; /* that it is about; "" */
	char what[FINDING_TEXT / 2];                    /* a sentence */
	char known[FINDING_TEXT];                       /* how it is known: sentences */
	char mend[FINDING_TEXT]; /* lines: those that begin with "$ " are commands, others words */
};

/* As for the codes of plan/explain.h. */
bool finding_explain_at(size_t i, struct explanation *out);

/* What was found, for people and as an array of JSON.  @asked: of how many networks and members. */
void findings_print(FILE *to, const struct finding *list, size_t count, unsigned networks,
		    unsigned members);
void findings_json(FILE *to, const struct finding *list, size_t count);

#endif
