#!/bin/bash
# Pings that fit, that fill the MTU and that are fragmented inside the tunnel; with the tunnel's device
# on a bridge, and given to the host itself.
. "$(dirname "$0")/lib.sh"

sizes() {
	site "$1"
	learning_tunnel </dev/null
	for size in 56 1400 3200; do
		t "$size bytes, $1 ($WHERE)" pings h1 $H2 -s $size
		t "$size bytes back, $1 ($WHERE)" pings h2 $H1 -s $size
	done
	t "what just fits, $1 ($WHERE)" pings h1 $H2 -M "do" -s $((MTU - 28))
	t "the MTU leaves room for the outer headers, $1 ($WHERE)" \
		is "$(in_ns "$(where)" cat /sys/class/net/vxlan100/mtu)" -eq $MTU
}
where() { [ -n "$BRIDGE" ] && echo n1 || echo h1; }

each sizes bridged
each sizes direct
finish
