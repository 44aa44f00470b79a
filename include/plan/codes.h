/* The stable codes of everything that can be wrong with a cluster file.
 *
 * E1xx: one place cannot be understood.  E2xx: places contradict each other.  W2xx: legal, and
 * probably not meant.  A code keeps its meaning for ever; a number is never used again. */
#ifndef PLAN_CODES_H
#define PLAN_CODES_H

#include <stdint.h>

/* X(enumerator, number, title); the rest of each explanation is in src/plan/told_*.c. */
#define PLAN_CODES(X)                                                                              \
	X(E_TEXT, 101, "The file must be UTF-8 text without control characters.")                  \
	X(E_SYNTAX, 102, "This is not YAML.")                                                      \
	X(E_UNKNOWN_KEY, 103, "No key of this name exists here.")                                  \
	X(E_DUPLICATE_KEY, 104, "A map has each key once.")                                        \
	X(E_MISSING_KEY, 105, "A key that has no default is not given.")                           \
	X(E_YAML_FEATURE, 106,                                                                     \
	  "Anchors, aliases, tags, directives and several documents are not taken.")               \
	X(E_DEPTH, 107, "Nothing in a cluster file is nested this deep.")                          \
	X(E_SIZE, 108, "A cluster file has at most 16 MiB.")                                       \
	X(E_KIND, 109, "A map, a list or a single value stands where another is expected.")        \
	X(E_INTEGER, 110, "Integers are decimal, without leading zeros, signs or separators.")     \
	X(E_BOOLEAN, 111, "Only true and false are booleans.")                                     \
	X(E_RANGE, 112, "The value lies outside the range that works.")                            \
	X(E_WORD, 113, "Only certain words can stand here.")                                       \
	X(E_DURATION, 114, "Durations are an integer and one of s, m, h; or 0.")                   \
	X(E_RATE, 115, "Rates are an integer and \"/s\".")                                         \
	X(E_ADDRESS, 116, "This is not an address that can stand here, in its canonical form.")    \
	X(E_MAC, 117, "MACs are six pairs of lower-case hex digits with colons.")                  \
	X(E_PREFIX, 118, "Prefixes are an address, a slash and a length, host bits zero.")         \
	X(E_NAME, 119, "Names are letters, digits, '-', '_' and '.', at most 63.")                 \
	X(E_INTERFACE, 120, "The kernel takes no interface of this name.")                         \
	X(E_UNKNOWN_NODE, 121, "No node of the file has this name.")                               \
	X(E_VERSION, 122, "This program reads version 1.")                                         \
	X(E_PATH, 123, "Files are named with their whole path.")                                   \
	X(E_NO_MEMORY, 199, "Memory was too short to check everything.")                           \
	X(E_DUPLICATE_VNI, 201, "A node can tell networks on one port by their VNI only.")         \
	X(E_DUPLICATE_DEVICE, 202, "Two networks of a node cannot share a device.")                \
	X(E_DUPLICATE_ADDRESS, 203, "Two nodes cannot share an address.")                          \
	X(E_NO_COMMON_FAMILY, 204, "Two members have no address family in common.")                \
	X(E_OUTSIDE_CIDR, 205, "An address of a network lies in its cidr.")                        \
	X(E_DUPLICATE_MAC, 206, "A MAC lives at one place of a network.")                          \
	X(E_DUPLICATE_IP, 207, "An IP address belongs to one MAC of a network.")                   \
	X(E_NOT_MULTICAST, 208, "Only a multicast group can stand for all members.")               \
	X(E_NO_INTERFACE, 209, "A group is joined on an interface, which the node must name.")     \
	X(E_MTU, 210, "The inner packet and its outer headers do not fit the underlay.")           \
	X(E_VTEP_IN_CIDR, 211, "The tunnel's own packets would be routed into the tunnel.")        \
	X(E_SOURCE_PORTS, 212, "The range has fewer ports than are to be used.")                   \
	X(E_NOT_MEMBER, 213, "Only members of a network can hold its hosts or get its frames.")    \
	X(E_NO_DEVICE, 214, "What concerns the device makes no sense without one.")                \
	X(E_GROUP_FAMILY, 215, "A member has no address of the group's family.")                   \
	X(E_BRIDGE, 216, "A device cannot be its own bridge.")                                     \
	X(E_DUPLICATE_MEMBER, 217, "A node is named twice in one list.")                           \
	X(E_UNREACHABLE, 218, "A member has no address of the destination's family.")              \
	X(E_UNDERLAY_MTU, 219, "The underlay's interface does not carry packets this large.")      \
	X(E_SUBNET_LENGTH, 220, "A cidr is divided into four subnets of four addresses at least.") \
	X(E_SUBNET_RANGE, 221, "The first and last subnet lie in the cidr, in this order.")        \
	X(E_SUBNET, 222, "A node's subnet is one of those into which the cidr is divided.")        \
	X(E_DUPLICATE_SUBNET, 223, "Two nodes cannot share a subnet.")                             \
	X(E_NO_SUBNET, 224, "There are fewer subnets than nodes.")                                 \
	X(E_OTHERS_SUBNET, 225, "A host's address does not lie in another node's subnet.")         \
	X(E_GATEWAY, 226, "A gateway has an address in every node's subnet.")                      \
	X(E_DUPLICATE_FILE, 227, "Two networks of a node cannot write one file.")                  \
	X(E_ROUTING, 228, "A routed network is no link that its nodes share.")                     \
	X(E_DHCP, 229, "DHCP answers from a gateway's address, and in one message.")               \
	X(E_ETCD, 230, "What is in etcd stands nowhere else, and is one network, with IPv4.")      \
	X(E_NOT_OURS, 240, "An address of this node is none of this machine's.")                   \
	X(W_VNI_ZERO, 201, "VNI 0 works here, but not everywhere.")                                \
	X(W_ALONE, 202, "A network with one member tunnels nothing.")                              \
	X(W_NO_REMOTE, 203, "Nothing says where frames to other nodes should go.")                 \
	X(W_NO_NEIGHBOURS, 204, "arp: proxy drops every request it cannot answer.")                \
	X(W_NOT_LEASED, 205, "Subnets that no file gives move when nodes are inserted.")

enum plan_code {
#define X(name, number, title) PLAN_##name = (number),
	PLAN_CODES(X)
#undef X
};

#endif
