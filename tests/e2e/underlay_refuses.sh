#!/bin/bash
# The underlay refuses: routes that say no, and a path too narrow for one peer.  It concerns the peer that
# it happens to; it is counted and not said; and when it is over, all works again.
. "$(dirname "$0")/lib.sh"

# Once neighbours are known, frames go to the peer and to nobody else.
for_blue() { # WHAT REASON UNDO COMMAND...: what the machine does to the way to n2
	local what=$1 reason=$2 undo=$3 before lines
	shift 3
	before=$(counted n1 "$reason")
	lines=$(said n1)
	start_traffic n1 10.0.1.3 -s 1400
	need "$@"
	t "$what: blue fails ($WHERE)" not in_ns n1 ping -c 5 -i 0.02 -W 1 -s 1400 10.0.0.2
	t "it is counted ($WHERE)" has_counted n1 "$reason" $((before + 5))
	t "it is no work ($WHERE)" idles n1
	need $undo
	t "afterwards blue works ($WHERE)" eventually pings n1 10.0.0.2
	t "red lost nothing ($WHERE)" lost_nothing
	t "and nothing was said ($WHERE)" is "$(said n1)" -eq "$lines"
}

routes() {
	local kind full=128
	[ "$FAMILY" = 6 ] || full=32
	blue_and_red
	for kind in unreachable prohibit blackhole throw; do
		for_blue "a route that is $kind" underlay-error "in_ns n1 ip route del $kind $A2/$full" \
			in_ns n1 ip route add $kind "$A2/$full"
	done
	need in_ns n1 ip link set blue mtu $MTU
	t "a narrow route: small ones pass ($WHERE)" eval \
		'in_ns n1 ip route add $A2/$full dev eth2 mtu 1300 && pings n1 10.0.0.2'
	start_traffic n1 10.0.1.3 -s 1400
	t "large ones do not ($WHERE)" not in_ns n1 ping -c 3 -i 0.02 -W 1 -s 1400 -M "dont" 10.0.0.2
	t "it is counted ($WHERE)" has_counted n1 tx-too-big
	t "red lost nothing ($WHERE)" lost_nothing
	in_ns n1 ip route del "$A2/$full" dev eth2
}

ENDS=ours-ours each routes
finish
