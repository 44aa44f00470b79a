#!/bin/bash
# Frames with one and with two VLAN tags pass as they are; `inner-vlan: drop` drops and counts them.
. "$(dirname "$0")/lib.sh"
needs_tcpdump

frame() { "$PYTHON" "$HERE/frames.py" tagged $MAC1 $MAC2 "$@"; }
send() { in_ns h1 "$PYTHON" "$HERE/frames.py" send $DEV "$@"; }

# Both hosts know each other before, so that a learned MAC and not a flood carries the frames.
tags() {
	site "$1"
	learning_tunnel </dev/null
	t "plain frames pass, $1 ($WHERE)" pings h1 $H2
	listen h2 $DEV ether src $MAC1 and not arp and not ip
	send "$(frame)" "$(frame 8100:7)" "$(frame 88a8:5 8100:7)"
	heard h2 $DEV -xx | sed 's/^[[:space:]]*0x....: *//' | tr -d ' \n' >"$W/heard"
	t "untagged, $1 ($WHERE)" grep -q "$(frame)" "$W/heard"
	t "one tag, $1 ($WHERE)" grep -q "$(frame 8100:7)" "$W/heard"
	t "two tags, $1 ($WHERE)" grep -q "$(frame 88a8:5 8100:7)" "$W/heard"
}

dropped() {
	site bridged
	learning_tunnel <<-END
		inner-vlan: drop
	END
	t "plain frames pass ($WHERE)" pings h1 $H2
	listen h2 $DEV ether src $MAC1 and not arp and not ip
	send "$(frame 8100:7)" "$(frame 88a8:5 8100:7)" "$(frame)"
	heard h2 $DEV -xx | sed 's/^[[:space:]]*0x....: *//' | tr -d ' \n' >"$W/heard"
	t "untagged ones arrive ($WHERE)" grep -q "$(frame)" "$W/heard"
	t "tagged ones do not ($WHERE)" not grep -q "8100" "$W/heard"
	if [ "$END1" = ours ]; then
		t "both are counted where they entered ($WHERE)" has_counted n1 inner-vlan 2
	else
		t "both are counted where they came out ($WHERE)" has_counted n2 inner-vlan 2
	fi
}

each tags bridged
each tags direct
ENDS=${ENDS:-ours-ours kernel-ours} each dropped
finish
