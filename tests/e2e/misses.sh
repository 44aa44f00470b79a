#!/bin/bash
# The references' last scenario: the tables are empty, the node tells what it misses, and a program
# outside (tools/miss-controller) answers, first with the neighbour, then with where its MAC lives.
. "$(dirname "$0")/lib.sh"
CONTROLLER=$HERE/../../tools/miss-controller

ask() { "$VXS" "$@" --node n1; }

# What n2 needs to answer is written by hand: the scenario is n1's.
answer_by_hand() {
	if [ "$END2" = ours ]; then
		"$VXS" neigh add $H1 lladdr $MAC1 dev vxlan100 --node n2
		"$VXS" fdb append $MAC1 dev vxlan100 dst "$A1" --node n2
	else
		in_ns n2 ip neighbor add $H1 lladdr $MAC1 dev vxlan100
		kernel_fdb 2 $MAC1 "$A1"
	fi
}

monitor() { # NAME WORDS...
	local name=$1
	shift
	ip netns exec n1 "$VXS" "$@" --node n1 >"$W/$name" 2>&1 &
	pid[$name]=$!
}
has_line() { grep -qxE -- "$2" "$W/$1" || { tail "$W/$1" && false; }; }

# asks_until MONITOR PATTERN: h1 asks for h2 until the monitor has told.
asks_until() {
	for _ in $(seq 20); do
		in_ns h1 ping -c 1 -W 1 $H2 && return 1
		has_line "$1" "$2" && return
	done
	return 1
}

by_hand() {
	t "P2.4: l3miss, the ping fails, and the address is missed ($WHERE)" asks_until lines "miss $H2 STALE"
	t "the MAC is not missed yet ($WHERE)" not has_line lines "miss lladdr .*"
	ask ip neighbor replace $H2 lladdr $MAC2 dev vxlan100 nud reachable
	t "P2.5: l2miss, it fails still, and the MAC is missed ($WHERE)" \
		asks_until lines "miss lladdr $MAC2 STALE"
	ask bridge fdb append $MAC2 dev vxlan100 dst "$A2"
	t "P2.6: with the entry it works ($WHERE)" pings h1 $H2
	t "the neighbour was told of, and the entry ($WHERE)" eventually both_were_told
}
both_were_told() {
	has_line all "$H2 dev vxlan100 lladdr $MAC2 REACHABLE" &&
		has_line all "$MAC2 dev vxlan100 dst $A2 self permanent"
}

forget() {
	ask fdb del $MAC2 dev vxlan100
	ask neigh del $H2 dev vxlan100
	in_ns h1 ip neigh flush all
}
removals_were_told() {
	has_line all "Deleted $H2 dev vxlan100 lladdr $MAC2 REACHABLE" &&
		has_line all "Deleted $MAC2 dev vxlan100 dst $A2 self permanent"
}

missed_again() {
	local before
	before=$(grep -c "^miss $H2 " "$W/lines")
	for _ in $(seq 20); do
		in_ns h1 ping -c 1 -W 1 $H2 && return 1
		[ "$(grep -c "^miss $H2 " "$W/lines")" -gt "$before" ] && return
	done
	return 1
}

# asks_for ADDRESS COUNT: h1 asks for it, by ARP, one frame after the other.
asks_for() {
	in_ns h1 "$PYTHON" - "$1" "$2" <<-END
		import socket, struct, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		mac = bytes.fromhex("$MAC1".replace(":", ""))
		ask = struct.pack("!HHBBH", 1, 0x800, 6, 4, 1) + mac + socket.inet_aton("$H1") + bytes(6)
		for i in range(int(sys.argv[2])):
		    s.send(b"\xff" * 6 + mac + b"\x08\x06" + ask + socket.inet_aton(sys.argv[1]))
	END
}
# What was missed before is told before.
told_until() { asks_for "$1" 1 && grep -q "^miss $1 " "$W/lines"; }
told_so_far() { grep -c "^miss 3.3.3.77 " "$W/lines"; }

# The same miss is told once a second, however often it happens: that is counted by the switch.  Five
# hundred take less than a second, or at least not two, unless this machine was busy with something else:
# then come five hundred more.
is_limited() {
	local round before told=0
	in_ns h1 ip neigh flush all
	for round in $(seq 20); do
		before=$(misses)
		asks_for 3.3.3.77 500
		eventually counts_misses $((before + 500)) || return
		eventually told_until 3.3.3.$((100 + round)) || return
		echo "500 misses, told $(($(told_so_far) - told)) times"
		[ "$(told_so_far)" -ge 1 ] || return
		[ $(($(told_so_far) - told)) -le 2 ] && return
		told=$(told_so_far)
	done
	return 1
}
misses() { ask -j stats vxlan100 | grep -oE '"l3_misses":[0-9]+' | cut -d: -f2; }
counts_misses() { [ "$(misses)" -ge "$1" ]; }

# `l3miss: false`: counted all the same, and told to nobody.
silence() {
	sed -i 's/^\( *\)arp: proxy$/&\n\1l3miss: false/' "$W/cluster.yaml"
	kill -HUP "${pid[n1]}"
	eventually is_silent
}
is_silent() { ask -d link show vxlan100 | grep -q 'nolearning proxy l2miss ttl auto ageing'; }
stays_silent() {
	local before told
	before=$(misses)
	told=$(grep -c "^miss $H2 " "$W/all")
	ask neigh del $H2 dev vxlan100
	in_ns h1 ip neigh flush all
	in_ns h1 ping -c 1 -W 1 $H2 && return 1
	ask neigh add 3.3.3.201 lladdr $MAC3 dev vxlan100
	eventually grep -q '^3\.3\.3\.201 ' "$W/all" || return
	is "$(misses)" -gt "$before" && is "$(grep -c "^miss $H2 " "$W/all")" -eq "$told"
}

whole_lines() {
	"$PYTHON" -c '
import json, sys
items = [json.loads(line) for line in open(sys.argv[1])]
assert {"event": "miss", "dst": sys.argv[2], "dev": "vxlan100", "network": "blue"} in items, items
assert {"event": "miss", "lladdr": sys.argv[3], "dev": "vxlan100", "network": "blue"} in items, items
' "$W/json" $H2 $MAC2
}

by_program() {
	printf '%s\n' "# IP MAC VTEP" "$H2 $MAC2 $A2" >"$W/table"
	VXS=$VXS ip netns exec n1 "$PYTHON" "$CONTROLLER" "$W/table" --node n1 >"$W/controller" 2>&1 &
	pid["controller"]=$!
	t "P2.8, M5: a program answers the misses, and the ping works ($WHERE)" \
		eventually in_ns h1 ping -c 1 -W 1 $H2
	t "it answered the neighbour ($WHERE)" has_line controller \
		"vxs neigh replace $H2 lladdr $MAC2 nud reachable dev vxlan100"
	t "and the MAC ($WHERE)" has_line controller "vxs fdb replace $MAC2 dst $A2 dev vxlan100"
	t "what it does not know stays unanswered ($WHERE)" no_ping h1 3.3.3.9
	kill "${pid["controller"]}"
	wait "${pid["controller"]}"
	unset "pid[controller]"
	t "the entries outlive it ($WHERE)" pings h1 $H2
}

misses_are_told() {
	[ "$END1" = ours ] || return 0 # n1 is the one that is told about
	site bridged
	cluster >"$W/cluster.yaml" <<-END
		arp: proxy
		learning: false
		flood: none
	END
	end 1
	end 2 nolearning proxy
	answer_by_hand
	monitor lines monitor miss dev vxlan100
	monitor all monitor all
	monitor json -j monitor miss
	need eventually monitors_listen
	by_hand
	forget
	t "removals are told as Deleted ($WHERE)" eventually removals_were_told
	t "P2.7: the neighbour that was forgotten is missed again ($WHERE)" missed_again
	t "with -j each is an object in a line ($WHERE)" whole_lines
	t "P2.7: it is missed again, and five hundred times are told once a second ($WHERE)" is_limited
	by_program
	need silence
	t "a network's misses can be silenced ($WHERE)" stays_silent
}
# Until all three do, a change may pass unheard.
monitors_listen() {
	ask neigh add 3.3.3.200 lladdr $MAC3 dev vxlan100 2>/dev/null
	ask neigh del 3.3.3.200 dev vxlan100 2>/dev/null
	grep -q 3.3.3.200 "$W/all"
}

each misses_are_told
finish
