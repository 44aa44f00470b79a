#!/bin/bash
# Many nodes before three etcds, all of them real: the leader is stopped, cut off and killed, and another member
# is cut off; each time a third of the nodes is killed, some forget what they had, and an administrator takes
# away records.  Afterwards etcd_history.py replays all that happened: no subnet had two owners, and all have one.
#
#   NODES=100 tests/e2e/etcd_nodes.sh       12 unless said; tools/soak --etcd [NODES]
# shellcheck disable=SC2317 # what is tested is called by name
. "$(dirname "$0")/lib.sh"
NODE=${ETCD_NODE:-$HERE/../../build/tests/e2e/etcd_node}
NODES=${NODES:-12}
BEGAN=$SECONDS
for program in etcd etcdctl; do
	command -v $program >/dev/null || skip_all "no $program here"
done
[ -x "$NODE" ] || skip_all "there is no $NODE; say ETCD_NODE=..."
etcd --version >"$W/version" 2>&1 || skip_all "etcd does not run here"

export ETCDCTL_API=3
A4=10.206.67.44
URLS=("http://$A1:2379" "http://$A2:2379" "http://$A3:2379")
ALL=${URLS[0]},${URLS[1]},${URLS[2]}
mkdir -p "$W/kept" "$W/nodes"
killed=0 forgot=0 taken=0

# -- Three etcds on a switch, and all nodes behind one more port of it --

start_etcd() { # N
	local at=A$1
	ip netns exec "n$1" etcd --name "e$1" --data-dir "$W/data$1" --log-outputs stderr \
		--listen-peer-urls "http://${!at}:2380" --initial-advertise-peer-urls "http://${!at}:2380" \
		--listen-client-urls "http://${!at}:2379" --advertise-client-urls "http://${!at}:2379" \
		--initial-cluster "e1=http://$A1:2380,e2=http://$A2:2380,e3=http://$A3:2380" 2>>"$W/etcd$1.log" &
	pid[etcd$1]=$!
}
ctl() { in_ns nodes etcdctl --endpoints "$ALL" --dial-timeout 2s --command-timeout 5s "$@"; }
healthy() { ctl endpoint health; }
build() {
	three_nodes
	space nodes
	wire nodes eth2 switch nodes
	in_ns switch ip link set nodes master hub
	address nodes eth2 "$A4/$LEN"
	for n in 1 2 3; do
		start_etcd "$n"
	done
	slowly healthy &&
		ctl put /coreos.com/network/config '{"Network":"10.42.0.0/17","Backend":{"Type":"vxlan","VNI":1}}'
}
# slowly COMMAND...: up to two minutes.
slowly() {
	local end=$((SECONDS + 120))
	while [ $SECONDS -lt $end ]; do
		"$@" && return
		sleep 0.5
	done
	echo "never came true: $*"
	return 1
}

leader() { # 1, 2 or 3, once there is one
	slowly find_leader
}
find_leader() {
	ctl endpoint status -w json 2>/dev/null | "$PYTHON" -c '
import json, sys
for one in json.load(sys.stdin):
    if one["Status"].get("leader") == one["Status"]["header"]["member_id"]:
        print(["'"$A1"'", "'"$A2"'", "'"$A3"'"].index(one["Endpoint"].split("/")[2].split(":")[0]) + 1)
        sys.exit(0)
sys.exit(1)'
}

# -- Nodes --

start_node() { # NUMBER
	ip netns exec nodes "$NODE" "$1" "$W/kept/$1" "${URLS[@]}" >>"$W/nodes/$1" 2>&1 &
	pid[node$1]=$!
}
kill_node() { # NUMBER
	kill -KILL "${pid[node$1]}"
	wait "${pid[node$1]}" 2>/dev/null
	echo "killed" >>"$W/nodes/$1"
	killed=$((killed + 1))
}
# Three of ten; a third of those forget.
kill_some() {
	local number
	for number in $(shuf -i 0-$((NODES - 1)) -n $(((NODES * 3 + 9) / 10))); do
		kill_node "$number"
		if [ $((RANDOM % 3)) = 0 ]; then
			rm -f "$W/kept/$number"
			forgot=$((forgot + 1))
		fi
		start_node "$number"
	done
}
# One of ten loses its record, as if its lease had run out.
take_some() {
	local key
	for key in $(ctl get --prefix --keys-only /coreos.com/network/subnets/ | grep . | shuf -n $(((NODES + 9) / 10))); do
		ctl del "$key" >/dev/null && taken=$((taken + 1))
	done
}
says() { grep '^has\|^killed' "$W/nodes/$1" | tail -n 1; }
all_placed() {
	local number
	for number in $(seq 0 $((NODES - 1))); do
		[[ $(says "$number") == "has 10.42."*" knows "* ]] || { echo "node $number: $(says "$number")" && return 1; }
	done
}
# And each knows all others: some time after, for watches that were lost.
all_known() {
	local number
	for number in $(seq 0 $((NODES - 1))); do
		[[ $(says "$number") == *" knows $((NODES - 1))" ]] || { echo "node $number: $(says "$number")" && return 1; }
	done
}

# -- What happens to etcd --

stopped() {
	local who=$1
	kill -STOP "${pid[etcd$who]}"
	kill_some
	sleep 6
	kill -CONT "${pid[etcd$who]}"
}
cut_off() {
	in_ns switch ip link set "n$1" down
	kill_some
	sleep 6
	in_ns switch ip link set "n$1" up
}
killed_hard() {
	kill -KILL "${pid[etcd$1]}"
	wait "${pid[etcd$1]}" 2>/dev/null
	kill_some
	sleep 6
	start_etcd "$1"
}
# round WHAT WHO: and while it lasts, records go.
round() {
	local rc=0 taker
	(sleep 2 && take_some && echo "$taken" >"$W/taken") &
	taker=$!
	"$1" "$2" || rc=1
	wait "$taker"
	taken=$(cat "$W/taken")
	slowly all_placed >"$W/placed" || { tail -n 1 "$W/placed" && rc=1; }
	return "$rc"
}

t "three etcds" build
for number in $(seq 0 $((NODES - 1))); do
	start_node "$number"
done
t "the leader is stopped while all begin" round stopped "$(leader)"
t "cut off" round cut_off "$(leader)"
t "killed" round killed_hard "$(leader)"
t "another member is cut off" round cut_off $(($(leader) % 3 + 1))
t "etcd is whole" slowly healthy
t "all are placed" slowly all_placed
t "and know each other" slowly all_known
check() {
	in_ns nodes timeout 100 "$PYTHON" "$HERE/etcd_history.py" "$NODES" "$W/kept" "${URLS[0]}" >"$W/history" && return
	cat "$W/history"
	return 1
}
t "no subnet had two owners, and each node has one" check
[ -z "${RECORD:-}" ] ||
	printf '%s  %s  etcd  %5d s  %d nodes, %d killed, %d forgot, %d records taken away; %s; %s\n' \
		"$(date -u +%F)" "$(git -C "$HERE" describe --always --dirty)" $((SECONDS - BEGAN)) \
		"$NODES" $killed $forgot "$taken" "$(tail -n 1 "$W/history")" \
		"$([ $failed = 0 ] && echo "$tests fine" || echo "$failed of $tests FAILED")" | tee -a "$RECORD"
finish
