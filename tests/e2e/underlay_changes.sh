#!/bin/bash
# The machine changes under the sockets: addresses go and come back, the interface of a multicast group is
# deleted and made again.  Nobody restarts anything; who uses another address notices nothing.
. "$(dirname "$0")/lib.sh"

TIMES=${TIMES:-20}

lines() { grep -c -- "$2" "$W/$1.log"; }
says() { grep -q -- "$2" "$W/$1.log"; }

# -- An address that comes and goes --

# n1 speaks IPv4 with n2 (blue) and IPv6 with n3 (red).
both_families() {
	local i
	space switch
	in_ns switch ip link add hub up type bridge
	for i in 1 2 3; do
		space n$i
		wire n$i eth2 switch n$i
		in_ns switch ip link set n$i master hub
	done
	address n1 eth2 10.206.67.1/24
	address n1 eth2 fd00:67::1/64
	address n2 eth2 10.206.67.2/24
	address n3 eth2 fd00:67::3/64
	cat >"$W/cluster.yaml" <<-END
		version: 1
		name: test
		nodes:
		  n1: { address: 10.206.67.1, address6: "fd00:67::1" }
		  n2: { address: 10.206.67.2 }
		  n3: { address6: "fd00:67::3" }
		networks:
		  blue: { vni: 100, device: blue, nodes: [n1, n2] }
		  red:  { vni: 200, device: red, nodes: [n1, n3] }
	END
	for i in 1 2 3; do
		need vxs_start n$i "$W/cluster.yaml" n$i
	done
	address n1 blue 10.0.0.1/24
	address n2 blue 10.0.0.2/24
	address n1 red 10.0.1.1/24
	address n3 red 10.0.1.3/24
	need eventually pings n1 10.0.0.2
	need eventually pings n1 10.0.1.3
}

come_and_go() { # ADDRESS/LEN
	local i
	for i in $(seq "$TIMES"); do
		in_ns n1 ip addr del "$1" dev eth2
		address n1 eth2 "$1"
	done
}

addresses() { # NETWORK ADDRESS LEN PEER OTHER
	WHERE="$2"
	start_traffic n1 "$5"
	in_ns n1 ip addr del "$2/$3" dev eth2
	t "an address that went is said ($WHERE)" eventually says n1 "$2 is no address of this machine any more"
	t "nothing passes ($WHERE)" no_ping n1 "$4"
	t "and it is counted ($WHERE)" has_counted n1 underlay-error
	t "it is no work ($WHERE)" idles n1
	address n1 eth2 "$2/$3"
	t "that it is back is said ($WHERE)" eventually says n1 "$2 is an address of this machine again"
	t "$1 works again ($WHERE)" eventually pings n1 "$4"
	t "it comes and goes $TIMES times ($WHERE)" come_and_go "$2/$3"
	t "$1 still works ($WHERE)" eventually pings n1 "$4"
	t "the other network lost nothing ($WHERE)" lost_nothing
	t "a line or two were said ($WHERE)" is "$(lines n1 "$2 is")" -le 8
}

# -- The interface of a group --

group_site() {
	two_nodes
	BRIDGE=
	cluster >"$W/cluster.yaml" <<-END
		flood: "$GROUP"
	END
	for n in 1 2; do
		need vxs_start n$n "$W/cluster.yaml" n$n
		address n$n vxlan100 3.3.3.$n/24
	done
	t "the group works ($WHERE)" eventually asks_anew
}

# What is known of each other is forgotten: so the question goes to the group.
asks_anew() {
	in_ns n1 ip neigh flush dev vxlan100
	in_ns n2 ip neigh flush dev vxlan100
	COUNT=1 pings n1 3.3.3.2 -w 1
}

# The other end of a veth goes with the one that is deleted.
made_again() {
	local index
	index=$(in_ns n1 cat /sys/class/net/eth2/ifindex)
	in_ns n1 ip link del eth2
	eventually not in_ns n2 ip link show eth2 >/dev/null 2>&1
	t "without its interface nothing passes ($WHERE)" not asks_anew
	in_ns n1 ip link add unused type bridge # so that the index is another one
	wire n1 eth2 n2 eth2
	address n1 eth2 "$A1/$LEN"
	address n2 eth2 "$A2/$LEN"
	is "$(in_ns n1 cat /sys/class/net/eth2/ifindex)" -ne "$index" || return
	t "made again, the group is joined again ($WHERE)" eventually asks_anew
	t "and that is said ($WHERE)" says n1 'eth2 was made again, and its groups were joined'
	in_ns n1 ip link del unused
}

# There and back: the kernel ends the memberships, and the index is the old one.
moved_and_back() {
	local index
	index=$(in_ns n1 cat /sys/class/net/eth2/ifindex)
	space beyond
	in_ns n1 ip link set eth2 netns beyond
	in_ns beyond ip link set eth2 netns n1
	in_ns n1 ip link set eth2 up
	address n1 eth2 "$A1/$LEN"
	t "moved away and back it is the same ($WHERE)" is "$(in_ns n1 cat /sys/class/net/eth2/ifindex)" -eq "$index"
	t "and the group is joined again ($WHERE)" eventually heard_by_n1
}
# n2 asks this time: it is n1 that must hear the group.
heard_by_n1() {
	in_ns n2 ip neigh flush dev vxlan100
	COUNT=1 pings n2 3.3.3.1 -w 1
}

memberships() { # NS: of the group, as the kernel counts them
	local hex=0101EF
	[ "$FAMILY" = 4 ] && in_ns "$1" grep -ci "$hex" /proc/net/igmp
	[ "$FAMILY" = 4 ] || in_ns "$1" grep -c 'ff[0-9a-f]*4789 ' /proc/net/igmp6
}

groups() {
	WHERE="$GROUP"
	group_site
	made_again
	moved_and_back
	for _ in $(seq 25); do # more often than a socket may have memberships (igmp_max_memberships)
		in_ns n1 ip link set eth2 netns beyond
		in_ns beyond ip link set eth2 netns n1
		in_ns n1 ip link set eth2 up
		address n1 eth2 "$A1/$LEN"
	done
	t "and after 25 times more ($WHERE)" eventually heard_by_n1
	t "once ($WHERE)" is "$(memberships n1)" -eq 1
	t "it is no work ($WHERE)" idles n1
	t "the end is clean ($WHERE)" vxs_stop n1
	sweep
}

both_families
addresses blue 10.206.67.1 24 10.0.0.2 10.0.1.3
addresses red fd00:67::1 64 10.0.1.3 10.0.0.2
sweep
use_family 4
groups
use_family 6
groups
GROUP=ff02::4789
groups
finish
