#!/bin/bash
# What goes wrong around the switch concerns only what it happens to: a TAP that is set down or deleted
# under it, and a peer that is dead.  It is counted, said once, and never a spin.
. "$(dirname "$0")/lib.sh"

addresses() {
	local n
	for n in 1 2; do
		address n$n blue 10.0.0.$n/24
		address n$n red 10.0.1.$n/24
	done
}

said_once() { is "$(grep -c 'network blue: its device blue is gone' "$W/n1.log")" -eq 1; }

trouble() {
	three_nodes
	colours >"$W/cluster.yaml"
	vxs_start n1 "$W/cluster.yaml" n1
	vxs_start n2 "$W/cluster.yaml" n2
	addresses

	# n3 is a machine without a daemon: each flooded copy for it comes back as "port unreachable".
	t "blue works beside a dead peer ($WHERE)" pings n1 10.0.0.2
	t "red works beside a dead peer ($WHERE)" pings n1 10.0.1.2
	for i in $(seq 20); do
		in_ns n1 bash -c "echo anybody >/dev/udp/10.0.0.$((100 + i))/9" 2>/dev/null
	done
	COUNT=20 t "and loses nothing while there are errors ($WHERE)" pings n1 10.0.0.2 -i 0.02
	t "which are counted for the peer that caused them ($WHERE)" dumped n1 "^peer $A3 .*errors [1-9]"
	t "and not for the other ($WHERE)" dumped n1 "^peer $A2 .*errors 0"
	t "a dead peer is no work ($WHERE)" idles n1

	in_ns n1 ip link set eth2 down
	t "the underlay down: nothing passes ($WHERE)" no_ping n1 10.0.0.2
	t "it is counted ($WHERE)" has_counted n1 underlay-error
	t "it is no work ($WHERE)" idles n1
	in_ns n1 ip link set eth2 up
	[ "$FAMILY" = 4 ] || address n1 eth2 "$A1/$LEN" # which goes with the link
	t "up again, it works ($WHERE)" pings n1 10.0.0.2

	t "a peer ends ($WHERE)" vxs_stop n2
	in_ns n1 ping -c 2 -i 0.1 -W 1 10.0.0.2 >/dev/null
	t "and starts again ($WHERE)" vxs_start n2 "$W/cluster.yaml" n2
	address n2 blue 10.0.0.2/24
	address n2 red 10.0.1.2/24
	t "they find each other ($WHERE)" eventually pings n1 10.0.0.2

	in_ns n1 ip link set blue down
	COUNT=3 t "blue down: red works ($WHERE)" pings n1 10.0.1.2
	in_ns n2 ping -c 1 -W 1 10.0.0.1 >/dev/null
	t "frames for it are counted ($WHERE)" has_counted n1 port-down
	t "it is no work ($WHERE)" idles n1
	in_ns n1 ip link set blue up
	t "up again, it works ($WHERE)" pings n1 10.0.0.2

	in_ns n1 ip link del blue
	COUNT=3 t "blue deleted: red works ($WHERE)" pings n1 10.0.1.2
	t "it is said once ($WHERE)" eventually said_once
	t "it is there again ($WHERE)" eventually mac_of n1 blue
	address n1 blue 10.0.0.1/24
	t "and works ($WHERE)" pings n1 10.0.0.2
	t "it is no work ($WHERE)" idles n1
	t "and still said once ($WHERE)" said_once
	t "the end is clean ($WHERE)" vxs_stop n1
}

ENDS=ours-ours each trouble
finish
