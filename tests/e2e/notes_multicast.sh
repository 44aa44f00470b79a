#!/bin/bash
# The notes' first scenario, which they could not get to work: the nodes learn from each other, and
# broadcasts go to a multicast group.  The addresses are on the bridges themselves.
. "$(dirname "$0")/lib.sh"
needs_tcpdump

packets() { # the conversation on the wire, a line each: outer and inner
	heard n2 eth2 | paste -d' ' - - | sed 's/^IP6* //; s/, length.*//'
}

expect_packet() { # NUMBER OUTER-SOURCE OUTER-DESTINATION INNER
	local line
	line=$(sed -n "$1p" "$W/packets")
	[[ $line == "$2."*" > $3.4789: VXLAN, flags [I] (0x08), vni 100"*"$4"* ]] && return
	echo "packet $1 is not from $2 to $3 with $4; there are:"
	cat "$W/packets"
	return 1
}

fdb_of() { # N: of what leads elsewhere
	local kind=END$1
	if [ "${!kind}" = ours ]; then
		"$VXS" fdb show brport vxlan100 --node "n$1"
	else
		in_ns "n$1" bridge fdb show brport vxlan100
	fi | grep dst | sed 's/ *$//'
}

multicast() {
	two_nodes
	for n in 1 2; do
		in_ns n$n ip link add br1 up type bridge mcast_snooping 0
		in_ns n$n ip link set br1 mtu $MTU
		address n$n br1 100.1.1.$((n + 1))/24
		[ "$FAMILY" = 4 ] || in_ns n$n ip route add "$GROUP" dev eth2 table local 2>/dev/null
	done
	BRIDGE=br1
	cluster >"$W/cluster.yaml" <<-END
		flood: "$GROUP"
	END
	end 1 group "$GROUP" dev eth2
	end 2 group "$GROUP" dev eth2
	t "P1.2: there is one entry, for the group ($WHERE)" is "$(fdb_of 1)" = "00:00:00:00:00:00 dst $GROUP via eth2 self permanent"
	t "P1.5: 50 bytes fewer fit, 70 over IPv6 ($WHERE)" is "$(in_ns n1 cat /sys/class/net/vxlan100/mtu)" = $MTU
	listen n2 eth2 udp port 4789

	t "P1.3, M1: n1 reaches n2 ($WHERE)" pings n1 100.1.1.3
	packets >"$W/packets"
	t "P1.4: 1, ARP asks the group ($WHERE)" expect_packet 1 "$A1" "$GROUP" "Request who-has 100.1.1.3"
	t "P1.4: 2, the answer is unicast ($WHERE)" expect_packet 2 "$A2" "$A1" "Reply 100.1.1.3 is-at"
	t "P1.4: 3, the echo request is, too ($WHERE)" expect_packet 3 "$A1" "$A2" "100.1.1.2 > 100.1.1.3: ICMP echo request"
	t "P1.4: 4, and its reply ($WHERE)" expect_packet 4 "$A2" "$A1" "100.1.1.3 > 100.1.1.2: ICMP echo reply"
	[ "$END1" = ours ] && t "P1.3: n1 has learned where n2's bridge is ($WHERE)" \
		dumped n1 "^$(mac_of n2 br1) dst $A2 self$"
	[ "$END2" = ours ] && t "n2 has learned where n1's bridge is ($WHERE)" \
		dumped n2 "^$(mac_of n1 br1) dst $A1 self$"

	listen n2 eth2 udp dst port 4789
	for port in $(seq 7001 7032); do
		in_ns n1 bash -c "echo hello >/dev/udp/100.1.1.3/$port"
	done
	t "P1.4: flows differ in their outer source ports ($WHERE)" many_source_ports
}

many_source_ports() {
	local n
	n=$(heard n2 eth2 "src host $A1" | sed -n 's/^IP6* [^ ]*\.\([0-9]*\) > .*4789: VXLAN.*/\1/p' | sort -u | wc -l)
	echo "$n source ports"
	[ "$n" -ge 8 ]
}

each multicast
finish
