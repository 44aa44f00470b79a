#!/bin/bash
# Hosts that speak IPv6: neighbour discovery by flooding and by proxy, large transfers, "packet too big".
. "$(dirname "$0")/lib.sh"
needs_tcpdump

I1=fd03::3
I2=fd03::4

speak_ipv6() {
	address h1 eth0 $I1/64
	address h2 eth0 $I2/64
}

plain() {
	site bridged
	speak_ipv6
	learning_tunnel </dev/null
	t "pings ($WHERE)" pings h1 $I2
	t "pings of 3200 bytes ($WHERE)" pings h1 $I2 -s 3200
	t "TCP ($WHERE)" tcp h1 h2 $I2
	t "UDP ($WHERE)" udp h1 h2 $I2
}

# The node answers for hosts that it knows; no solicitation leaves it.
proxied() {
	site bridged
	speak_ipv6
	cluster >"$W/cluster.yaml" <<-END
		learning: false
		arp: proxy
		hosts:
		  h1: { node: n1, ip: [$H1, "$I1"], mac: "$MAC1" }
		  h2: { node: n2, ip: [$H2, "$I2"], mac: "$MAC2" }
	END
	end 1
	end 2
	listen n2 eth2 udp port 4789
	t "pings ($WHERE)" pings h1 $I2
	t "no neighbour discovery has left the nodes ($WHERE)" silent
}
silent() {
	heard n2 eth2 | tee "$W/packets"
	grep -q 'ICMP6, echo' "$W/packets" && not grep -qE 'neighbor (sol|adv)' "$W/packets"
}

narrow() {
	two_nodes_far_apart
	bridged_host 1
	bridged_host 2
	speak_ipv6
	learning_tunnel </dev/null
	BYTES=5000000 t "TCP over a hop of 1400 ($WHERE)" tcp h1 h2 $I2
	t "h1 knows what fits ($WHERE)" knows_mtu
}
knows_mtu() { in_ns h1 ip route get $I2 | grep "mtu $((MTU - 100))\b"; }

each plain
ENDS=ours-ours each proxied
ENDS=ours-ours each narrow
finish
