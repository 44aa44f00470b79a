#!/bin/bash
# In masses: nonsense from a stranger, nonsense from a member, and frames from stations that nobody has seen
# before, each as fast as the switch takes them.  Each datagram is counted as something, another network
# loses no ping beside them, the table holds what it held, and nothing grows.
#
#   MANY=10000000 RECORD=FILE tests/e2e/masses.sh     of each; FILE gets a line about it
. "$(dirname "$0")/lib.sh"

MASSES=$(realpath -m "${MASSES:-$HERE/../../build/tests/e2e/masses}")
MANY=${MANY:-50000}
RECORD=${RECORD:-/dev/null}
[ -x "$MASSES" ] || skip_all "there is no $MASSES"
[[ $MANY =~ ^[1-9][0-9]*$ ]] || skip_all "how many?"

A4=10.206.67.44       # the stranger
CAPACITY=1000         # of blue's table, for learned entries
OTHERS=100            # stations of others than the member that invents them
FIXED=52:54:00:aa:bb:cc
RSS_GROWTH=4096       # KiB; pools are there from the start, and touched when needed
WORDS=10              # lines of log

site_of_four() {
	local n
	three_nodes
	space n4
	wire n4 eth2 switch n4
	in_ns switch ip link set n4 master hub
	address n4 eth2 "$A4/$LEN"
	cat >"$W/cluster.yaml" <<-END
		version: 1
		name: test
		nodes:
		  n1: { address: $A1 }
		  n2: { address: $A2 }
		  n3: { address: $A3 }
		networks:
		  blue:  { vni: 100, device: blue, ageing: 86400s, max-fdb: $CAPACITY, fdb: [ { mac: "$FIXED", dst: $A3 } ] }
		  green: { vni: 300, device: green, nodes: [n1, n3] }
	END
	for n in 1 3; do
		vxs_start n$n "$W/cluster.yaml" n$n || return
		address n$n green 10.0.2.$n/24
	done
	eventually pings n1 10.0.2.3
}

# say_as NODE VERB MANY [VNI [ID]]: from there to n1.
say_as() {
	seed=$((seed + 1))
	in_ns "$1" "$MASSES" "$2" "$A1" "${pid[n1]}" "$3" $seed "${@:4}"
}
seed=0

# The others: behind n3, and behind n1's own port.
settle() {
	local i
	say_as n3 stations $OTHERS 100 3 || return
	# shellcheck disable=SC2046 # one word each
	in_ns n1 "$PYTHON" "$HERE/frames.py" send blue $(for i in $(seq $OTHERS); do
		printf 'ffffffffffff020400000%03x88b6%092d\n' "$i" 0
	done)
	eventually all_settled
}
all_settled() {
	dump n1 >"$W/dump"
	is "$(grep -c "^02:03:.* dst $A3 self$" "$W/dump")" -eq $OTHERS &&
		is "$(grep -c '^02:04:.* dev blue master$' "$W/dump")" -eq $OTHERS &&
		grep -q "^$FIXED dst $A3 self permanent$" "$W/dump"
}
capacity_held() { dumped n1 "^  fdb: $CAPACITY learned of $CAPACITY, [0-9]+ fixed"; }

# Datagrams that n1 took or refused, whatever they were.
counted_all() { dump n1 | awk '$1 == "drop" || /^  from peers / { n += $3 } END { print n + 0 }'; }
lost_in_queue() { dump n1 | sed -nE 's/^endpoint .* ([0-9]+) lost because.*/\1/p'; }

# mass NODE VERB [VNI [ID]]: MANY of them; a tenth first, after which memory is as large as it gets.
mass() {
	local before
	before=$(counted_all)
	say_as "$1" "$2" $((MANY / 10)) "${@:3}" || return
	warm=${warm:-$(memory_of n1)}
	say_as "$1" "$2" $((MANY - MANY / 10)) "${@:3}" || return
	eventually all_counted "$before" || return
	total=$((total + MANY))
}
all_counted() { is $(($(counted_all) - $1)) -ge "$MANY"; }
total=0

status_of() { sed -n "s/^$1:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/${pid[n1]}/status"; }
descriptors() { find "/proc/${pid[n1]}/fd" -mindepth 1 | wc -l; }
growth() { echo $(($(memory_of n1) - warm)); }
per_second() { echo $((total / (SECONDS - start + (SECONDS == start)))); }

fill_table() { MANY=5000 mass n2 stations 100 2 && dump n1 >/dev/null; }

t "three nodes and a stranger" site_of_four
t "stations are settled" settle
# A dump holds its text until it is written: the longest, of a full table, comes before memory is looked at.
need fill_table
total=0
data=$(status_of VmData) files=$(descriptors) words=$(said n1) start=$SECONDS
start_traffic n1 10.0.2.3
t "a stranger says $MANY things" mass n4 nonsense
t "a member says $MANY things" mass n2 nonsense 100
t "stations that were settled are where they were" all_settled
t "$MANY new stations" mass n2 stations 100 2
took=$((SECONDS - start))
t "green lost nothing" lost_nothing
t "nor did a full queue" is "$(lost_in_queue)" -eq 0
t "stations that were settled are still where they were" all_settled
t "the table holds no more than it may" capacity_held
t "the stranger was refused" has_counted n1 unknown-peer $((MANY / 2))
if grep -q __asan_init "$VXS"; then
	t_skip "no memory was asked for" "the sanitizer asks for its own"
else
	t "no memory was asked for" is "$(status_of VmData)" -eq "$data"
	t "and no more is resident" is "$(growth)" -le $RSS_GROWTH
fi
t "descriptors are as many" is "$(descriptors)" -eq "$files"
t "the log is short" is $(($(said n1) - words)) -le $WORDS
t "nothing is left to be done" idles n1
printf '%s  %s  masses  %5d s  3 * %d datagrams, %d/s; %s; RSS %+d KiB; log %d lines; %s\n' \
	"$(date -u +%F)" "$(git -C "$HERE" describe --always --dirty)" "$took" "$MANY" "$(per_second)" \
	"$(awk '/packets transmitted/ { print $1 " pings, " $1 - $4 " lost" }' "$W/traffic")" \
	"$(growth)" $(($(said n1) - words)) \
	"$([ $failed = 0 ] && echo "$tests fine" || echo "$failed of $tests FAILED")" >>"$RECORD"
t "the ends are clean" eval 'vxs_stop n1 && vxs_stop n3'
finish
