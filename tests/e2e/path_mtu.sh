#!/bin/bash
# A hop of 1400 bytes in the middle of the underlay.  Nobody is told; routers say "too big", the switch
# remembers it for the peer and says it on to the hosts, and TCP, which forbids fragments, recovers.
. "$(dirname "$0")/lib.sh"

narrow() {
	two_nodes_far_apart
	bridged_host 1
	bridged_host 2
	learning_tunnel </dev/null
	t "small packets pass ($WHERE)" pings h1 $H2
	t "TCP finds the way ($WHERE)" tcp h1 h2 $H2
	[ "$END1" = ours ] && t "h1 knows what fits ($WHERE)" route_mtu_is h1 $H2
	[ "$END2" = ours ] && t "h2 knows what fits ($WHERE)" route_mtu_is h2 $H1
	[ "$END1" = ours ] && t "n1 knows the path to the peer ($WHERE)" dumped n1 "^peer $A2 .*path mtu 1400"
}
route_mtu_is() {
	in_ns "$1" ip route get "$2" | tee "$W/route"
	grep -q "mtu $((MTU - 100))\b" "$W/route"
}

# The same without a router: our own interface becomes narrower while TCP believes the old MTU.
lowered() {
	site direct
	learning_tunnel </dev/null
	t "TCP at the full MTU ($WHERE)" tcp h1 h2 $H2
	lower
	t "TCP after the underlay became narrower ($WHERE)" tcp h1 h2 $H2
	t "h1 knows what fits ($WHERE)" route_mtu_is h1 $H2
}

lower() {
	for n in 1 2; do
		in_ns n$n ip link set eth2 mtu 1400
	done
}

# The packet that finds out about it is not lost in silence: ping, unlike TCP, would not send it again.
found_out() {
	site direct
	learning_tunnel </dev/null
	t "small packets pass ($WHERE)" pings h1 $H2
	lower
	t "the very packet that finds out is answered ($WHERE)" told h1 $H2
}
told() {
	in_ns "$1" ping -c 1 -W 2 -M "do" -s $((MTU - 28)) "$2" | tee "$W/ping"
	grep -q "mtu = $((MTU - 100))" "$W/ping"
}

BYTES=10000000
each narrow
ENDS=ours-ours each lowered
ENDS=ours-ours each found_out
finish
