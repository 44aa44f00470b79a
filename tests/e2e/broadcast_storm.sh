#!/bin/bash
# A host sends broadcasts as fast as it can.  What that costs the underlay beyond one datagram for each frame
# stays within `bum-limit`, the rest is counted, and another network loses no ping.  Where there is but one
# peer a broadcast costs one datagram, and nothing is limited.
. "$(dirname "$0")/lib.sh"

WORDS=13 # it is ready, LOG_BURST, and what a few seconds allow
FRAMES=${FRAMES:-100000}
LIMIT=500 # extra copies in a second

three_and_two() {
	local n
	three_nodes
	cat >"$W/cluster.yaml" <<-END
		version: 1
		name: test
		nodes:
		  n1: { $(address_key): "$A1" }
		  n2: { $(address_key): "$A2" }
		  n3: { $(address_key): "$A3" }
		networks:
		  blue:  { vni: 100, device: blue, bum-limit: $LIMIT/s }
		  red:   { vni: 200, device: red, nodes: [n1, n2], bum-limit: 1/s }
		  green: { vni: 300, device: green }
	END
	for n in 1 2 3; do
		need vxs_start n$n "$W/cluster.yaml" n$n
		address n$n green 10.0.2.$n/24
	done
	need eventually pings n1 10.0.2.2
	need eventually pings n1 10.0.2.3
}

storm() { # DEVICE
	local frame
	frame=$("$PYTHON" "$HERE/frames.py" tagged 02:00:00:00:00:01 ff:ff:ff:ff:ff:ff)
	in_ns n1 "$PYTHON" "$HERE/frames.py" storm "$1" "$FRAMES" "$frame" >"$W/taken"
}

# of NETWORK COUNTER: in n1's dump; what never happened is not in there.
of() {
	dump n1 | awk -v n="$1" -v p="$2" '/^(network|peers)/ { on = $2 == n }
		on && sub("^  " p " +", "") { count = $1 }
		END { print count + 0 }'
}
flooded() { of "$1" flooded; }
limited() { of "$1" "drop bum-limited"; }
lost_in_queue() { dump n1 | sed -nE "s/^device $1 of .* up, ([0-9]+) frames lost.*/\1/p"; }

# What the device took was flooded or limited, or never read from its queue.
all_counted() { # NETWORK
	is $(($(flooded "$1") + $(limited "$1") + $(lost_in_queue "$1"))) -ge "$(cat "$W/taken")"
}

# Two peers, so that each flood has one copy beyond the first: so many in each second, and one second's worth.
within_limit() { is "$(flooded blue)" -le $((LIMIT * (SECONDS - since + 2))); }

each_storm() {
	three_and_two
	since=$SECONDS
	start_traffic n1 10.0.2.2
	t "a storm in blue ($WHERE)" storm blue
	t "of which all is counted ($WHERE)" eventually all_counted blue
	t "is within the limit ($WHERE)" within_limit
	t "which some of it was not ($WHERE)" has_counted n1 bum-limited $((FRAMES / 10))
	t "green lost nothing ($WHERE)" lost_nothing
	start_traffic n1 10.0.2.3
	t "a storm in red, to one peer ($WHERE)" storm red
	t "of which all is counted ($WHERE)" eventually all_counted red
	t "is not limited ($WHERE)" is "$(limited red)" -eq 0
	t "green lost nothing ($WHERE)" lost_nothing
	t "it is no work any more ($WHERE)" idles n1
	t "it was said, as all of it is one frame ($WHERE)" grep -q 'a sender that repeats itself' "$W/n1.log"
	t "in few lines ($WHERE)" is "$(said n1)" -le $WORDS
}

ENDS=ours-ours each each_storm
finish
