#!/bin/bash
# On every node somebody has put the TAPs of blue and red into one bridge: what blue floods comes back through
# red, and round again, both ways.  Where stations are learned they move until they are frozen, and the
# frame dies.  Where nothing is learned, or the loop has one direction, nothing can end it, and it is said;
# between two nodes it is one frame that goes round, among three it multiplies, and the limit of extra
# copies is what holds it.  Green, between the
# same nodes, never loses a ping.
. "$(dirname "$0")/lib.sh"

STATION=02:00:00:00:00:01
LIMIT=500     # extra copies in a second
WORDS=10      # LOG_BURST and what a few seconds allow
FEW_COPIES=50 # of each node, for six broadcasts that die of the freeze

# looped NODES [LINE OF blue AND red]: that many nodes, a host at the first.
looped() {
	local n
	NODES=$1
	three_nodes
	loop_file "${@:2}" >"$W/cluster.yaml"
	for n in $(seq "$NODES"); do
		in_ns n$n ip link add br0 up type bridge mcast_snooping 0
		need vxs_start n$n "$W/cluster.yaml" n$n
		address n$n green 10.0.2.$n/24
	done
	space h1
	wire h1 eth0 n1 veth1
	in_ns n1 ip link set veth1 master br0
	need eventually pings n1 10.0.2.2
}

loop_file() {
	local n at
	printf '%s\n' "version: 1" "name: test" "nodes:"
	for n in $(seq "$NODES"); do
		at=A$n
		echo "  n$n: { $(address_key): \"${!at}\" }"
	done
	cat <<-END
		networks:
		  blue:  { vni: 100, device: blue, bridge: br0${1:+, $1} }
		  red:   { vni: 200, device: red, bridge: br0${1:+, $1} }
		  green: { vni: 300, device: green }
	END
}

broadcast() { # HOW MANY
	local i frame
	frame=$("$PYTHON" "$HERE/frames.py" tagged $STATION ff:ff:ff:ff:ff:ff)
	for i in $(seq "$1"); do
		in_ns h1 "$PYTHON" "$HERE/frames.py" send eth0 "$frame" || return
	done
}

# Frames that blue and red have carried on all nodes, in and out.
carried() {
	local n device
	for n in $(seq "$NODES"); do
		for device in blue red; do
			in_ns n$n cat /sys/class/net/$device/statistics/{tx,rx}_packets
		done
	done | awk '{ n += $1 } END { print n }'
}

# still: is a quarter of a second without a frame?
still() {
	local before
	before=$(carried)
	sleep 0.25
	is "$(carried)" -eq "$before"
}

# What the daemons have copied for floods, which green hardly does.
copied() { dump "$1" | sed -nE 's/^sent .* runs, ([0-9]+) flooded copies.*/\1/p'; }
copied_little() { # MOST
	local n
	for n in $(seq "$NODES"); do
		is "$(copied n$n)" -le "$1" || return
	done
}

# sum_counted REASON: over all nodes.
sum_counted() {
	local n
	for n in $(seq "$NODES"); do
		counted n$n "$1"
	done | awk '{ n += $1 } END { print n }'
}

# A second of their lives costs none of them more than a fifth of one.
all_idle() {
	local n
	local -A before
	for n in $(seq "$NODES"); do
		before[$n]=$(work_of n$n)
	done
	sleep 1
	for n in $(seq "$NODES"); do
		is $(($(work_of n$n) - before[$n])) -lt 200000000 || return
	done
}

few_words() {
	local n
	for n in $(seq "$NODES"); do
		is "$(said n$n)" -le $((1 + $1)) || return # "is ready"
	done
}

diagnosed() {
	local said
	said=$(in_ns n1 "$VXS" doctor --node n1)
	echo "$said"
	is "$(grep -oE '^D[0-9]+' <<<"$said" | sort -u)" = D202
}

frozen() {
	WHERE="$1 nodes, $WHERE"
	looped "$1"
	start_traffic n1 10.0.2.2
	t "a broadcast goes round ($WHERE)" broadcast 1
	t "and dies ($WHERE)" eventually still
	t "it did go round ($WHERE)" is "$(carried)" -gt 8
	t "for its station was frozen ($WHERE)" is "$(sum_counted mac-frozen)" -ge 2
	t "more of them die too ($WHERE)" broadcast 5
	t "each of them ($WHERE)" eventually still
	t "after a few copies ($WHERE)" copied_little $FEW_COPIES
	t "green lost nothing ($WHERE)" lost_nothing
	t "it is no work any more ($WHERE)" all_idle
	t "it was said ($WHERE)" grep -q "$STATION moved more than .* there is a loop" "$W"/n?.log
	t "in a line or two ($WHERE)" few_words 2
}

# Nothing is learned from peers, so nothing moves.  It lasts until the loop is opened.
endless() {
	looped 2 "learning: false"
	start_traffic n1 10.0.2.2
	t "without learning it goes on ($WHERE)" broadcast 1
	t "still ($WHERE)" not still
	t "green lost nothing ($WHERE)" lost_nothing
	in_ns n2 ip link set red nomaster
	t "until the loop is opened ($WHERE)" eventually still
	t "it is no work any more ($WHERE)" all_idle
	t "it was said, with the source ($WHERE)" \
		grep -qE "the same frame of $STATION .* there is a loop" "$W"/n?.log
	t "in few lines ($WHERE)" few_words $WORDS
	t "and is diagnosed ($WHERE)" diagnosed
}

# What n1 hears goes out again by blue alone, so each station stays where it is, and nothing freezes it.
one_way() {
	looped 2
	in_ns n1 ip link set red type bridge_slave flood off mcast_flood off bcast_flood off
	start_traffic n1 10.0.2.2
	t "round one way it goes on ($WHERE)" broadcast 1
	t "still ($WHERE)" not still
	t "nothing is frozen ($WHERE)" is "$(sum_counted mac-frozen)" -eq 0
	t "green lost nothing ($WHERE)" lost_nothing
	t "it was said ($WHERE)" grep -qE "the same frame of $STATION .* there is a loop" "$W/n1.log"
	t "in few lines ($WHERE)" few_words $WORDS
	t "and is diagnosed ($WHERE)" diagnosed
	in_ns n1 ip link set blue nomaster
	t "until the loop is opened ($WHERE)" eventually still
}

# copied_within LIMIT SINCE: no node made more extra copies than that in each second, and one second's worth.
copied_within() {
	local n copies
	for n in $(seq "$NODES"); do
		copies=$(copied n$n) # a flood in blue or red is two copies, one of them extra
		is "$copies" -le $((2 * 2 * $1 * (SECONDS - $2 + 2) + 100)) || return
	done
}

multiplied() {
	local since
	looped 3 "learning: false, bum-limit: $LIMIT/s"
	since=$SECONDS
	start_traffic n1 10.0.2.2
	t "among three nodes it multiplies ($WHERE)" broadcast 1
	t "to the limit ($WHERE)" eventually has_counted n1 bum-limited 100
	sleep 1
	t "which holds ($WHERE)" copied_within $LIMIT $since
	t "green lost nothing ($WHERE)" lost_nothing
	in_ns n1 ip link set red nomaster
	in_ns n2 ip link set red nomaster
	t "until the loop is opened ($WHERE)" eventually still
	t "it is no work any more ($WHERE)" all_idle
	t "it was said ($WHERE)" grep -qE "the same frame of $STATION .* there is a loop" "$W"/n?.log
	t "in few lines ($WHERE)" few_words $WORDS
}

ENDS=ours-ours each frozen 2
FAMILIES=4 ENDS=ours-ours each frozen 3
FAMILIES=4 ENDS=ours-ours each endless
FAMILIES=4 ENDS=ours-ours each one_way
FAMILIES=4 ENDS=ours-ours each multiplied
finish
