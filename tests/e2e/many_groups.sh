#!/bin/bash
# Thirty networks with a group each: more than one socket may join (igmp_max_memberships is 20).
. "$(dirname "$0")/lib.sh"
needs_tcpdump

COUNT_OF_GROUPS=30

many() {
	cat <<-END
		version: 1
		name: test
		nodes:
		  n1: { address: $A1, interface: eth2 }
		  n2: { address: $A2, interface: eth2 }
		networks:
	END
	for i in $(seq $COUNT_OF_GROUPS); do
		echo "  net$i: { vni: $i, flood: 239.1.1.$i }"
	done
}

# What /proc/net/igmp calls 239.1.1.X, in the byte order of this machine.
memberships() { in_ns "$1" grep -ciE '^[[:space:]]+[0-9A-F]{2}0101EF' /proc/net/igmp; }
joined() { is "$(memberships "$1")" -eq "$2"; }

all_ping() {
	local i
	local -a waiting=()
	for i in $(seq $COUNT_OF_GROUPS); do
		ip netns exec n1 ping -c 1 -W 5 "10.0.$i.2" >"$W/ping$i" &
		waiting+=($!)
	done
	for i in $(seq $COUNT_OF_GROUPS); do
		wait "${waiting[$((i - 1))]}" || { echo "network $i:"; cat "$W/ping$i"; return 1; }
	done
}

two_nodes
many >"$W/cluster.yaml"
for n in 1 2; do
	t "n$n starts with $COUNT_OF_GROUPS groups" vxs_start n$n "$W/cluster.yaml" n$n
	for i in $(seq $COUNT_OF_GROUPS); do
		echo "addr add 10.0.$i.$n/24 dev vx$i"
	done | in_ns n$n ip -batch -
	t "n$n has joined them all" joined n$n $COUNT_OF_GROUPS
done
listen n2 eth2 udp port 4789
t "all networks carry traffic" all_ping
heard n2 eth2 >"$W/packets"
for i in 1 20 21 $COUNT_OF_GROUPS; do
	t "network $i asked its own group" grep -q "> 239.1.1.$i.4789: VXLAN.* vni $i\$" "$W/packets"
done
t "n1 ends well" vxs_stop n1
t "and has left the groups" joined n1 0
finish
