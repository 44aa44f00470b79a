/* E2xx: places that contradict each other or the machine.  W2xx: legal, and probably not meant. */
#include <stddef.h>

#include "told.h"

const struct told told_rules[] = {
	TOLD(E_DUPLICATE_VNI,
	     .meaning = "Two networks of one node have the same VNI on the same UDP port.",
	     .why = "The VNI is all that a datagram says about its network: the node could not "
		    "tell "
		    "the two apart.",
	     .mend = "Give one of them another vni, or another port, or no node in common.",
	     .wrong = "networks:\n  blue: { vni: 100, device: a }\n  green: { vni: 100, device: b "
		      "}\n",
	     .right = "networks:\n  blue: { vni: 100, device: a }\n  green: { vni: 200, device: b "
		      "}\n"),
	TOLD(E_DUPLICATE_DEVICE,
	     .meaning = "Two networks of one node have a device of the same name.",
	     .why = "A device is one network's port: frames of both would meet there.",
	     .mend = "Give one of them another device, or none. Without the key, devices are named "
		     "after the VNI.",
	     .wrong = "networks:\n  blue: { vni: 100, device: vxlan0 }\n"
		      "  green: { vni: 200, device: vxlan0 }\n",
	     .right = "networks:\n  blue: { vni: 100, device: vxlan0 }\n"
		      "  green: { vni: 200, device: vxlan1 }\n"),
	TOLD(E_DUPLICATE_ADDRESS, .meaning = "Two nodes have the same address.",
	     .why = "A peer is known by its address alone, for its source port differs from flow "
		    "to "
		    "flow.",
	     .mend = "Give each node its own address; behind NAT, one public address each, with "
		     "bind "
		     "for the private one.",
	     .wrong = "nodes:\n  node1: { address: 192.0.2.1 }\n  node2: { address: 192.0.2.1 }\n",
	     .right = "nodes:\n  node1: { address: 192.0.2.1 }\n  node2: { address: 192.0.2.2 }\n"),
	TOLD(E_NO_COMMON_FAMILY,
	     .meaning = "A network has a member with an IPv4 address only and one with an IPv6 "
			"address only.",
	     .why = "Neither can send to the other, and VXLAN does not relay.",
	     .mend = "Give one of them an address of the other's family.",
	     .wrong = "nodes:\n  node1: { address: 192.0.2.1 }\n"
		      "  node2: { address6: \"2001:db8::2\" }\n",
	     .right = "nodes:\n  node1: { address: 192.0.2.1, address6: \"2001:db8::1\" }\n"
		      "  node2: { address6: \"2001:db8::2\" }\n"),
	TOLD(E_OUTSIDE_CIDR,
	     .meaning = "An address under hosts or neigh lies outside the cidr of its network.",
	     .why = "Nobody in the network would ask for it: one of the two is a slip.",
	     .mend = "Correct the address, or the cidr.",
	     .wrong = "networks:\n  blue:\n    vni: 100\n    cidr: 10.9.0.0/24\n    neigh:\n"
		      "      - { ip: 10.9.1.3, mac: \"52:54:00:aa:bb:cc\" }\n",
	     .right = "networks:\n  blue:\n    vni: 100\n    cidr: 10.9.0.0/24\n    neigh:\n"
		      "      - { ip: 10.9.0.3, mac: \"52:54:00:aa:bb:cc\" }\n"),
	TOLD(E_DUPLICATE_MAC,
	     .meaning = "Two lines under hosts and fdb of a network say where one MAC is.",
	     .why = "A MAC is in one place; frames for it can go to one destination only. (Group "
		    "MACs "
		    "may have many.",
	     .mend = "Take one of the lines out, or correct the MAC.",
	     .wrong = "networks:\n  blue:\n    vni: 100\n    fdb:\n"
		      "      - { mac: \"52:54:00:aa:bb:cc\", dst: 192.0.2.1 }\n"
		      "      - { mac: \"52:54:00:aa:bb:cc\", dst: 192.0.2.2 }\n",
	     .right = "networks:\n  blue:\n    vni: 100\n    fdb:\n"
		      "      - { mac: \"52:54:00:aa:bb:cc\", dst: 192.0.2.1 }\n"
		      "      - { mac: \"52:54:00:aa:bb:cd\", dst: 192.0.2.2 }\n"),
	TOLD(E_DUPLICATE_IP,
	     .meaning = "Two lines under hosts and neigh of a network give one IP address a MAC.",
	     .why = "A question for the address has one answer.",
	     .mend = "Take one of the lines out, or correct the address.",
	     .wrong = "networks:\n  blue:\n    vni: 100\n    neigh:\n"
		      "      - { ip: 10.9.0.3, mac: \"52:54:00:aa:bb:cc\" }\n"
		      "      - { ip: 10.9.0.3, mac: \"52:54:00:aa:bb:cd\" }\n",
	     .right = "networks:\n  blue:\n    vni: 100\n    neigh:\n"
		      "      - { ip: 10.9.0.3, mac: \"52:54:00:aa:bb:cc\" }\n"
		      "      - { ip: 10.9.0.4, mac: \"52:54:00:aa:bb:cd\" }\n"),
	TOLD(E_NOT_MULTICAST,
	     .meaning = "flood is a single address, and that is not a multicast group.",
	     .why = "Only a group stands for everybody: with one machine's address, the others "
		    "would "
		    "never be reached.",
	     .mend = "Take a group (239.0.0.0/8, ff00::/8), or a list of destinations.",
	     .wrong = "networks:\n  blue: { vni: 100, flood: 192.0.2.2 }\n",
	     .right = "networks:\n  blue: { vni: 100, flood: [192.0.2.2] }\n"),
	TOLD(E_NO_INTERFACE,
	     .meaning = "A network floods to a multicast group, and a member does not say on which "
			"interface to join it.",
	     .why = "The kernel joins a group on an interface; a guess could join where nobody is.",
	     .mend = "Add interface to the node, or flood to peers.",
	     .wrong = "nodes:\n  node1: { address: 192.0.2.1 }\n  node2: { address: 192.0.2.2 }\n"
		      "networks:\n  blue: { vni: 100, flood: 239.1.1.1 }\n",
	     .right = "nodes:\n  node1: { address: 192.0.2.1, interface: eth0 }\n"
		      "  node2: { address: 192.0.2.2, interface: eth0 }\n"
		      "networks:\n  blue: { vni: 100, flood: 239.1.1.1 }\n"),
	TOLD(E_MTU,
	     .meaning =
		     "A network's mtu and the outer headers (50 bytes over IPv4, 70 over IPv6) are "
		     "more than the underlay carries.",
	     .why = "Full-sized packets would be dropped: the tunnel never fragments.",
	     .mend = "Lower the network's mtu, leave it to auto, or raise the underlay's.",
	     .wrong = "underlay: { mtu: 1500 }\nnetworks:\n  blue: { vni: 100, mtu: 1500 }\n",
	     .right = "underlay: { mtu: 1500 }\nnetworks:\n  blue: { vni: 100, mtu: 1450 }\n"),
	TOLD(E_VTEP_IN_CIDR,
	     .meaning = "The underlay address of a member lies in the network's own cidr.",
	     .why = "A host of the network would look for that node inside the tunnel, and so "
		    "might "
		    "the tunnel's own packets.",
	     .mend = "Give the network a cidr that no node's address lies in.",
	     .wrong = "nodes:\n  node1: { address: 192.0.2.1 }\n  node2: { address: 192.0.2.2 }\n"
		      "networks:\n  blue: { vni: 100, cidr: 192.0.2.0/24 }\n",
	     .right = "nodes:\n  node1: { address: 192.0.2.1 }\n  node2: { address: 192.0.2.2 }\n"
		      "networks:\n  blue: { vni: 100, cidr: 10.9.0.0/24 }\n"),
	TOLD(E_SOURCE_PORTS,
	     .meaning = "source-ports asks for more sockets than source-port-range has ports.",
	     .why = "Each socket needs a port of its own.",
	     .mend = "Widen the range, or lower source-ports.",
	     .wrong = "underlay: { source-ports: 16, source-port-range: [50000, 50003] }\n",
	     .right = "underlay: { source-ports: 4, source-port-range: [50000, 50003] }\n"),
	TOLD(E_NOT_MEMBER,
	     .meaning =
		     "A host is on a node, or flood names a node, that is not under the network's "
		     "nodes.",
	     .why = "That node does not take part in the network: it would drop the frames.",
	     .mend = "Add the node to the network's nodes, or name another.",
	     .wrong = "nodes:\n  node1: { address: 192.0.2.1 }\n  node2: { address: 192.0.2.2 }\n"
		      "  node3: { address: 192.0.2.3 }\n"
		      "networks:\n  blue: { vni: 100, nodes: [node1, node2], flood: [node3] "
		      "}\n",
	     .right = "nodes:\n  node1: { address: 192.0.2.1 }\n  node2: { address: 192.0.2.2 }\n"
		      "  node3: { address: 192.0.2.3 }\n"
		      "networks:\n  blue: { vni: 100, nodes: [node1, node2, node3], flood: ["
		      "node3] }\n"),
	TOLD(E_NO_DEVICE, .meaning = "device is none, and bridge or persist is given.",
	     .why = "Both say what becomes of the device, and there is none.",
	     .mend = "Give the device a name, or leave the other key out.",
	     .wrong = "networks:\n  blue: { vni: 100, device: none, bridge: br1 }\n",
	     .right = "networks:\n  blue: { vni: 100, device: vxlan100, bridge: br1 }\n"),
	TOLD(E_GROUP_FAMILY,
	     .meaning = "A network floods to a group of one address family, and a member has no "
			"address of it.",
	     .why = "It can neither send to the group nor be heard.",
	     .mend = "Take a group of the family that all members have, or add the addresses.",
	     .wrong = "nodes:\n  node1: { address: 192.0.2.1, interface: eth0 }\n"
		      "  node2: { address: 192.0.2.2, interface: eth0 }\n"
		      "networks:\n  blue: { vni: 100, flood: \"ff05::1\" }\n",
	     .right = "nodes:\n  node1: { address: 192.0.2.1, interface: eth0 }\n"
		      "  node2: { address: 192.0.2.2, interface: eth0 }\n"
		      "networks:\n  blue: { vni: 100, flood: 239.1.1.1 }\n"),
	TOLD(E_BRIDGE,
	     .meaning = "The device of a network is named as the bridge that it is put into.",
	     .why = "device is the TAP that the switch makes, bridge one that exists already.",
	     .mend = "Give the device another name.",
	     .wrong = "networks:\n  blue: { vni: 100, device: br1, bridge: br1 }\n",
	     .right = "networks:\n  blue: { vni: 100, device: vxlan100, bridge: br1 }\n"),
	TOLD(E_DUPLICATE_MEMBER, .meaning = "A network's nodes name one node twice.",
	     .why = "One of them was probably meant to be another.",
	     .mend = "Correct the name, or take it out.",
	     .wrong = "networks:\n  blue: { vni: 100, nodes: [node1, node2, node1] }\n",
	     .right = "networks:\n  blue: { vni: 100, nodes: [node1, node2] }\n"),
	TOLD(E_UNREACHABLE,
	     .meaning =
		     "A destination under flood or fdb is of an address family that a member has "
		     "no address of.",
	     .why = "That member could not send there.",
	     .mend = "Take the destination's address of the other family, or add one to the node.",
	     .wrong = "networks:\n  blue: { vni: 100, flood: [\"2001:db8::9\"] }\n",
	     .right = "networks:\n  blue: { vni: 100, flood: [192.0.2.9] }\n"),
	TOLD(E_UNDERLAY_MTU,
	     .meaning = "underlay.mtu is above the MTU of the interface that holds this node's "
			"address. "
			"Found when the node starts.",
	     .why = "The interface would refuse the largest packets.",
	     .mend = "Leave mtu to auto, lower it, or raise the interface's: ip link set eth0 mtu "
		     "9000.",
	     .wrong = "underlay: { mtu: 9000 }\n", .right = "underlay: { mtu: auto }\n"),
	TOLD(E_SUBNET_LENGTH,
	     .meaning = "The cidr of a network cannot be divided into subnets of this length.",
	     .why = "A subnet has four addresses at least, two of which hosts can have. A cidr has "
		    "four "
		    "subnets at least, for the first is not used: its base is that of the whole "
		    "cidr, "
		    "which some programs take for a broadcast address.",
	     .mend = "Take a length that is two more than the cidr's at least, and 30 at most "
		     "(IPv6: "
		     "126), or auto.",
	     .wrong = "networks:\n  blue: { vni: 100, cidr: 10.42.0.0/23, subnet-length: 24 }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/22, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 } }\n"),
	TOLD(E_SUBNET_RANGE,
	     .meaning =
		     "subnet-min or subnet-max is not the base of a subnet of the cidr, or the two "
		     "are in the wrong order.",
	     .why = "They are the first and the last subnet that nodes can have.",
	     .mend = "Give bases of subnets, as the hint does.",
	     .wrong = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnet-min: 10.42.1.1,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 } }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnet-min: 10.42.1.0,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 } }\n"),
	TOLD(E_SUBNET,
	     .meaning =
		     "A subnet that a node is given, under subnets or by a lease, is none of those "
		     "into which the network's cidr is divided.",
	     .why = "All subnets of a network have one length and are aligned to it; so no two "
		    "overlap, and each lies between subnet-min and subnet-max.",
	     .mend = "Give another; where cidr or subnet-length was changed on purpose, delete the "
		     "network's lines from the lease file, and have it written anew: every node "
		     "moves.",
	     .wrong = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/25 } }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 } }\n"),
	TOLD(E_DUPLICATE_SUBNET,
	     .meaning = "A subnet is pinned to two nodes, leased to two, or pinned to one and "
			"leased to "
			"another.",
	     .why = "Their containers would get the same addresses; and a lease is kept, so that "
		    "nobody's subnet moves because of another node.",
	     .mend = "Pin another subnet. To take a node's subnet away, delete its line from the "
		     "lease "
		     "file.",
	     .wrong = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.1.0/24 } }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 } }\n"),
	TOLD(E_NO_SUBNET,
	     .meaning = "A network has more nodes than subnets between subnet-min and subnet-max.",
	     .why = "Whoever gets none has no addresses for its containers. Leases of nodes that "
		    "left "
		    "hold their subnets, in case they come back.",
	     .mend = "Take a longer subnet-length or a wider cidr, or delete the lines of nodes "
		     "that "
		     "will not come back from the lease file.",
	     .wrong = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.9.0/24 },\n"
		      "      subnet-min: 10.42.9.0, subnet-max: 10.42.9.0 }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.9.0/24, node2: 10.42.10.0/24 },\n"
		      "      subnet-min: 10.42.9.0, subnet-max: 10.42.10.0 }\n"),
	TOLD(E_OTHERS_SUBNET,
	     .meaning =
		     "An address under hosts lies in the subnet of another node than the host's.",
	     .why = "That node may give the address to one of its containers.",
	     .mend = "Take an address of the host's own node, or one that is in no node's subnet.",
	     .wrong = "networks:\n  blue:\n    vni: 100\n    cidr: 10.42.0.0/16\n"
		      "    subnet-length: 24\n"
		      "    subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 }\n"
		      "    hosts:\n      h: { node: node1, ip: 10.42.2.9, mac: '52:54:00:00:00:09' "
		      "}\n",
	     .right = "networks:\n  blue:\n    vni: 100\n    cidr: 10.42.0.0/16\n"
		      "    subnet-length: 24\n"
		      "    subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 }\n"
		      "    hosts:\n      h: { node: node1, ip: 10.42.1.9, mac: '52:54:00:00:00:09' "
		      "}\n"),
	TOLD(E_GATEWAY,
	     .meaning = "The gateway's address is none that a host can have in a node's subnet, or "
			"a host "
			"has it.",
	     .why = "Every node has a gateway in its own subnet, with the same host bits: "
		    "10.42.1.254 "
		    "stands for 10.42.2.254 on the node with the next subnet.",
	     .mend = "Give first, none, or an address that is neither the base nor the last of a "
		     "subnet.",
	     .wrong = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      gateway: 10.42.1.255,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 } }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      gateway: 10.42.1.254,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 } }\n"),
	TOLD(E_DUPLICATE_FILE, .meaning = "Two networks of one node have the same env-file.",
	     .why = "A file tells of one subnet: whoever reads it would find that of either "
		    "network.",
	     .mend = "Give each network a file of its own.",
	     .wrong = "networks:\n"
		      "  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 },\n"
		      "      env-file: /run/subnet.env }\n"
		      "  green:\n    { vni: 200, cidr: 10.43.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.43.1.0/24, node2: 10.43.2.0/24 },\n"
		      "      env-file: /run/subnet.env }\n",
	     .right = "networks:\n"
		      "  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 },\n"
		      "      env-file: /run/blue.env }\n"
		      "  green:\n    { vni: 200, cidr: 10.43.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.43.1.0/24, node2: 10.43.2.0/24 },\n"
		      "      env-file: /run/green.env }\n"),
	TOLD(E_ROUTING,
	     .meaning = "Something is given that only a network on one link can have: a bridge, "
			"flooding, learning; or there is no device for the routes.",
	     .why = "With routing each node's subnet is a link of its own, and the kernels of the "
		    "nodes send packets from one to the other: no frame is for all.",
	     .mend = "Leave it out, or take routing: flat.",
	     .wrong = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 },\n"
		      "      routing: routed, bridge: br1 }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 },\n"
		      "      routing: routed }\n"),
	TOLD(E_DHCP,
	     .meaning = "A network gives out addresses and has no gateway whose address the server "
			"could have, or clients are to be told more than one message holds.",
	     .why = "A client renews its lease at the server's address, and takes messages of 576 "
		    "bytes.",
	     .mend = "Leave gateway out, or name one; tell fewer routes, name servers, or a "
		     "shorter "
		     "domain.",
	     .wrong = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 },\n"
		      "      gateway: none, dhcp: true }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 },\n"
		      "      dhcp: true }\n"),
	TOLD(E_ETCD,
	     .meaning =
		     "Subnets are leased from etcd, and the file says something beside that: a "
		     "second network that is divided, one without IPv4, its members or their "
		     "subnets; or a network's configuration is in etcd, and the file has it too.",
	     .why = "flannel keeps one network under a prefix, with IPv4 always; whoever has a "
		    "lease there is a member, and what two places say may be two things.",
	     .mend = "Leave out what etcd says; take `leases: { store: file }` for several "
		     "networks.",
	     .wrong = "networks:\n  blue:\n    { vni: 1, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      nodes: [node1, node2] }\n"
		      "leases: { store: etcd,\n"
		      "          etcd: { endpoints: [\"http://192.0.2.9:2379\"] } }\n",
	     .right = "networks:\n  blue:\n    { vni: 1, cidr: 10.42.0.0/16, subnet-length: 24 }\n"
		      "leases: { store: etcd,\n"
		      "          etcd: { endpoints: [\"http://192.0.2.9:2379\"] } }\n"),
	TOLD(E_NOT_OURS,
	     .meaning =
		     "The address (or bind) of the node that this machine is to be is none of this "
		     "machine's. Found when the node starts.",
	     .why = "Nothing can be received on an address that is elsewhere.",
	     .mend = "Start with the right --node; behind NAT, put the private address under bind; "
		     "or "
		     "add the address to an interface."),
	TOLD(W_VNI_ZERO, .meaning = "A network has VNI 0.",
	     .why = "It works here and with the kernel, but other equipment may keep VNI 0 for "
		    "itself.",
	     .mend = "Take another VNI if other equipment takes part.",
	     .wrong = "networks:\n  blue: { vni: 0 }\n",
	     .right = "networks:\n  blue: { vni: 1 }\n"),
	TOLD(W_ALONE, .meaning = "A network has one member, and accepts nobody else.",
	     .why = "There is nobody to send to: nothing is tunnelled.",
	     .mend = "Add a member, or let strangers in with underlay.accept: any.",
	     .wrong = "networks:\n  blue: { vni: 100, nodes: [node1] }\n",
	     .right = "networks:\n  blue: { vni: 100, nodes: [node1, node2] }\n"),
	TOLD(W_NO_REMOTE,
	     .meaning = "A network does not learn, does not flood, and neither hosts nor fdb say "
			"where "
			"anybody is.",
	     .why = "No frame has a destination on another node: all are dropped as no-remote.",
	     .mend = "List the hosts, or let the network learn or flood.",
	     .wrong = "networks:\n  blue: { vni: 100, learning: false, flood: none }\n",
	     .right = "networks:\n  blue: { vni: 100, learning: false, flood: peers }\n"),
	TOLD(W_NO_NEIGHBOURS,
	     .meaning = "A network answers ARP and ND in place of the others (arp: proxy), and "
			"neither "
			"hosts nor neigh say who is there.",
	     .why = "A proxy drops what it cannot answer: every request.",
	     .mend = "List the hosts, or take arp: suppress, which passes on what it cannot "
		     "answer.",
	     .wrong = "networks:\n  blue: { vni: 100, arp: proxy }\n",
	     .right = "networks:\n  blue: { vni: 100, arp: suppress }\n"),
	TOLD(W_NOT_LEASED,
	     .meaning =
		     "Subnets of nodes follow from the order of the file alone: they are neither "
		     "pinned nor in the lease file.",
	     .why = "A node that is inserted before them takes the subnet of the next, and so on: "
		    "containers keep addresses that are now another node's.",
	     .mend = "Run `vxs subnet allocate` and commit the lease file beside the cluster file.",
	     .wrong = "networks:\n  blue: { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24 }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 } }\n"),
	{ 0 },
};
