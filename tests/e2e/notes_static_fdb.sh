#!/bin/bash
# The notes' second scenario: learning is off, and where each MAC lives is written by hand.  Without the
# entries nothing gets through; with them everything does.
. "$(dirname "$0")/lib.sh"

no_entries() {
	cluster <<-END
		learning: false
		flood: none
	END
}

entries() { # as `bridge fdb append` twice on each node, by way of hosts and peers
	cluster <<-END
		learning: false
		hosts:
		  h1: { node: n1, ip: $H1, mac: "$MAC1" }
		  h2: { node: n2, ip: $H2, mac: "$MAC2" }
		arp: flood
	END
}

without() {
	site bridged
	no_entries >"$W/cluster.yaml"
	end 1 nolearning && end 2 nolearning
	t "P2.1: without entries nothing reaches the other host ($WHERE)" no_ping h1 $H2
	[ "$END1" = ours ] && t "which is counted ($WHERE)" has_counted n1 no-remote
	[ "$END2" = ours ] && t "and nothing arrived ($WHERE)" dumped n2 'from peers +0 frames'
}

with() {
	site bridged
	entries >"$W/cluster.yaml"
	end 1 nolearning
	kernel_flood 1 "$A2"
	kernel_fdb 1 $MAC2 "$A2"
	end 2 nolearning
	kernel_flood 2 "$A1"
	kernel_fdb 2 $MAC1 "$A1"
	t "P2.2, P4.4, M3: h1 reaches h2 by the entries ($WHERE)" pings h1 $H2
	t "and has learned its MAC by ARP ($WHERE)" neighbour_is h1 $H2 $MAC2
	t "h2 reaches h1 ($WHERE)" pings h2 $H1
	if [ "$END1" = ours ]; then
		t "P2.2: fdb says so in iproute2's words ($WHERE)" fdb_is n1
		t "and nothing is learned from the peer ($WHERE)" learns_nothing
	fi
}

learns_nothing() { # from a station beside h2 that nobody wrote down
	local frame
	frame=$("$PYTHON" "$HERE/frames.py" tagged $MAC3 $MAC1)
	in_ns h2 "$PYTHON" "$HERE/frames.py" send eth0 "$frame"
	pings h1 $H2 && not dumped n1 "$MAC3"
}

neighbour_is() { in_ns "$1" ip neigh show "$2" dev eth0 | grep "$3"; }

fdb_is() {
	dumped "$1" "^$MAC2 dst $A2 self permanent" && dumped "$1" "^00:00:00:00:00:00 dst $A2 self permanent"
}

each without
each with
finish
