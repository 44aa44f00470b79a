/* E1xx: a place that cannot be understood by itself. */
#include <stddef.h>

#include "told.h"

const struct told told_values[] = {
	TOLD(E_TEXT,
	     .meaning = "The file contains bytes that are not UTF-8, or a character that no "
			"editor shows: a control character, or a line end that only YAML sees. "
			"Reading stops there.",
	     .why = "Who reads the file has to see all that the switch sees.",
	     .mend = "Save the file as UTF-8 without the character; the message gives its place.",
	     .wrong = "networks:\n  blue: { vni: 100, device: \"vx\\0\" }\n",
	     .right = "networks:\n  blue: { vni: 100, device: \"vx\" }\n"),
	TOLD(E_SYNTAX,
	     .meaning =
		     "The YAML reader lost its way: mostly a bracket or quote that is not closed, "
		     "lines indented differently, or a tab where blanks belong. What follows "
		     "cannot be understood.",
	     .why = "A guess could start a switch that nobody described.",
	     .mend = "Look at the place, and at the line where what was read there began.",
	     .wrong = "networks:\n  blue: { vni: 100, nodes: [node1, node2 }\n",
	     .right = "networks:\n  blue: { vni: 100, nodes: [node1, node2] }\n"),
	TOLD(E_UNKNOWN_KEY,
	     .meaning =
		     "There is no key of this name in this map: a slip of the finger, a key of "
		     "another map, another program's word, or one whose feature does not work yet.",
	     .why = "A key that is passed over in silence leaves its default in force.",
	     .mend = "Take the name that the message suggests, or leave the key out.",
	     .wrong = "networks:\n  blue: { vni: 100, nolearning: true }\n",
	     .right = "networks:\n  blue: { vni: 100, learning: false }\n"),
	TOLD(E_DUPLICATE_KEY,
	     .meaning = "One map has the same key twice. Of nodes, networks and hosts, the name is "
			"the key.",
	     .why = "YAML readers disagree on which of the two counts.",
	     .mend = "Put both together under one key, or give one another name.",
	     .wrong = "networks:\n  blue: { vni: 100 }\n  blue: { vni: 200 }\n",
	     .right = "networks:\n  blue: { vni: 100 }\n  green: { vni: 200 }\n"),
	TOLD(E_MISSING_KEY,
	     .meaning =
		     "A key that has no default is not there: version, name, nodes and networks "
		     "of the file, an address of a node, the vni of a network, what makes a host, "
		     "an fdb or a neigh line.",
	     .why = "There is no value that would be right for everybody.",
	     .mend = "Add the key; the message shows one to begin with.",
	     .wrong = "networks:\n  blue: { device: vxlan100 }\n",
	     .right = "networks:\n  blue: { device: vxlan100, vni: 100 }\n"),
	TOLD(E_YAML_FEATURE,
	     .meaning = "Anchors (&), aliases (*), tags (!), directives (%) and a second document "
			"(---) are parts of YAML that a cluster file does without.",
	     .why = "They make a line mean something that does not stand in it.",
	     .mend = "Write the value out.",
	     .wrong = "networks:\n  blue: { vni: 100, nodes: &all [node1, node2] }\n"
		      "  green: { vni: 200, nodes: *all }\n",
	     .right = "networks:\n  blue: { vni: 100, nodes: [node1, node2] }\n"
		      "  green: { vni: 200, nodes: [node1, node2] }\n"),
	TOLD(E_DEPTH,
	     .meaning =
		     "Maps and lists are nested more than 16 deep. Nothing in a cluster file is; "
		     "reading stops there.",
	     .why = "Deep nesting makes YAML readers slow: a file of brackets would keep one busy "
		    "for hours.",
	     .mend = "Close what is open, or take the brackets that are too many out.",
	     .wrong = "networks:\n  blue: { vni: 100, flood: [[[[[[[[[[[[[[[[node2]]]]]]]]]]]]]]]] "
		      "}\n",
	     .right = "networks:\n  blue: { vni: 100, flood: [node2] }\n"),
	TOLD(E_SIZE, .meaning = "The file has more than 16 MiB; nothing of it was read.",
	     .why = "Tens of thousands of nodes fit into one MiB: a longer file is another file.",
	     .mend = "Look whether the right file was named."),
	TOLD(E_KIND,
	     .meaning = "A map (lines of \"key: value\"), a list ([a, b] or lines of \"- a\") or a "
			"single value stands where another of the three is expected, or nothing "
			"at all.",
	     .why = "The value cannot be read.",
	     .mend = "Write it in the form that the message says.",
	     .wrong = "networks:\n  blue: { vni: 100, nodes: node1 }\n",
	     .right = "networks:\n  blue: { vni: 100, nodes: [node1, node2] }\n"),
	TOLD(E_INTEGER,
	     .meaning = "An integer is expected: decimal digits, without sign, leading zero, "
			"separators and quotes.",
	     .why = "010, 0x10, 1_000 and 1:30 are numbers to some YAML readers and words to "
		    "others.",
	     .mend = "Write the number in decimal digits.",
	     .wrong = "networks:\n  blue: { vni: 0x64 }\n",
	     .right = "networks:\n  blue: { vni: 100 }\n"),
	TOLD(E_BOOLEAN, .meaning = "Only true and false are booleans, without quotes.",
	     .why = "yes, no, on and off are booleans to some YAML readers and words to others.",
	     .mend = "Write true or false.",
	     .wrong = "networks:\n  blue: { vni: 100, learning: off }\n",
	     .right = "networks:\n  blue: { vni: 100, learning: false }\n"),
	TOLD(E_RANGE,
	     .meaning = "The value can be read, but lies outside the range that works; the message "
			"gives the range.",
	     .why = "The range is that of a field of the packet, or of what the switch can hold.",
	     .mend = "Take a value within the range.",
	     .wrong = "networks:\n  blue: { vni: 16777216 }\n",
	     .right = "networks:\n  blue: { vni: 16777215 }\n"),
	TOLD(E_WORD, .meaning = "Only certain words can stand here; the message lists them.",
	     .why = "The value cannot be read.", .mend = "Take one of the words.",
	     .wrong = "networks:\n  blue: { vni: 100, arp: on }\n",
	     .right = "networks:\n  blue: { vni: 100, arp: suppress }\n"),
	TOLD(E_DURATION,
	     .meaning = "A duration is an integer and one of s, m or h: 300s, 5m, 24h. 0 needs no "
			"unit.",
	     .why = "A bare number does not say of what.", .mend = "Add the unit.",
	     .wrong = "networks:\n  blue: { vni: 100, ageing: 300 }\n",
	     .right = "networks:\n  blue: { vni: 100, ageing: 300s }\n"),
	TOLD(E_RATE, .meaning = "A rate is an integer and \"/s\": 64000/s.",
	     .why = "A bare number does not say of what.", .mend = "Add the \"/s\".",
	     .wrong = "networks:\n  blue: { vni: 100, bum-limit: 64000 }\n",
	     .right = "networks:\n  blue: { vni: 100, bum-limit: 64000/s }\n"),
	TOLD(E_ADDRESS,
	     .meaning =
		     "This is no IPv4 or IPv6 address, not in its canonical form (lower case, the "
		     "longest run of zeros as ::, no leading zeros, no prefix length), or an "
		     "address "
		     "that nobody has: multicast, 0.0.0.0, 255.255.255.255.",
	     .why = "With one spelling for each address, a search through the file finds all its "
		    "places.",
	     .mend = "Take the spelling that the message shows, or the address of one machine.",
	     .wrong = "nodes:\n  node1: { address6: \"2001:DB8:0::1\" }\n"
		      "  node2: { address6: \"2001:db8::2\" }\n",
	     .right = "nodes:\n  node1: { address6: \"2001:db8::1\" }\n"
		      "  node2: { address6: \"2001:db8::2\" }\n"),
	TOLD(E_MAC,
	     .meaning =
		     "A MAC is six pairs of lower-case hex digits with colons between them; that "
		     "of a host or neighbour belongs to one interface, so it is neither zero nor a "
		     "group's.",
	     .why = "With one spelling for each MAC, a search through the file finds all its "
		    "places.",
	     .mend = "Write it as `ip link` shows it.",
	     .wrong = "networks:\n  blue:\n    vni: 100\n    hosts:\n"
		      "      h1: { node: node1, ip: 10.9.0.1, mac: AA-BF-B9-29-63-12 }\n",
	     .right = "networks:\n  blue:\n    vni: 100\n    hosts:\n"
		      "      h1: { node: node1, ip: 10.9.0.1, mac: \"aa:bf:b9:29:63:12\" }\n"),
	TOLD(E_PREFIX,
	     .meaning =
		     "A prefix is an address in its canonical form, a slash and a length; the bits "
		     "behind the length are zero.",
	     .why = "10.9.0.1/24 may mean a network, or an address in one.",
	     .mend = "Take the prefix that the message shows.",
	     .wrong = "networks:\n  blue: { vni: 100, cidr: 10.9.0.1/24 }\n",
	     .right = "networks:\n  blue: { vni: 100, cidr: 10.9.0.0/24 }\n"),
	TOLD(E_NAME,
	     .meaning =
		     "Names of clusters, nodes, networks and hosts have letters, digits, '-', '_' "
		     "and '.', at most 63, and begin with a letter or digit.",
	     .why = "They stand in paths, command lines and logs, where other characters would "
		    "need "
		    "quoting.",
	     .mend = "Take another name.", .wrong = "networks:\n  my net: { vni: 100 }\n",
	     .right = "networks:\n  my-net: { vni: 100 }\n"),
	TOLD(E_INTERFACE,
	     .meaning =
		     "The name of a network interface has at most 15 characters, without blanks, "
		     "'/', ':' and '%'.",
	     .why = "The kernel makes no interface of another name.",
	     .mend = "Take a shorter name.",
	     .wrong = "networks:\n  blue: { vni: 100, device: vxlan-of-tenant-blue }\n",
	     .right = "networks:\n  blue: { vni: 100, device: vxlan-blue }\n"),
	TOLD(E_UNKNOWN_NODE, .meaning = "A node is named here that does not stand under nodes.",
	     .why = "Nobody knows the address that its frames would be sent to.",
	     .mend = "Correct the name, or add the node.",
	     .wrong = "networks:\n  blue: { vni: 100, nodes: [node1, node3] }\n",
	     .right = "networks:\n  blue: { vni: 100, nodes: [node1, node2] }\n"),
	TOLD(E_VERSION,
	     .meaning =
		     "The key version says which format the file has. This program reads format 1.",
	     .why = "Another format could give the same keys another meaning.",
	     .mend = "Write version: 1, or take the program that the file was written for.",
	     .wrong = "version: 2\n", .right = "version: 1\n"),
	TOLD(E_PATH, .meaning = "A file that the switch writes is named by its path from the root.",
	     .why = "A switch is started from anywhere: another path would mean another file each "
		    "time.",
	     .mend = "Write the path with all its directories.",
	     .wrong = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 },\n"
		      "      env-file: subnet.env }\n",
	     .right = "networks:\n  blue:\n    { vni: 100, cidr: 10.42.0.0/16, subnet-length: 24,\n"
		      "      subnets: { node1: 10.42.1.0/24, node2: 10.42.2.0/24 },\n"
		      "      env-file: /run/flannel/subnet.env }\n"),
	TOLD(E_NO_MEMORY, .meaning = "Memory was too short to check everything.",
	     .why = "What was not checked may be wrong.",
	     .mend = "Check the file where there is more memory, or allow the program more."),
	{ 0 },
};
