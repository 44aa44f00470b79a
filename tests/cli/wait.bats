#!/usr/bin/env bats
# `vxs wait`: returns when it is so, and says why it is not.

# shellcheck disable=SC2154 # inside is of common.bash
load common

start() {
	"${inside[@]}" "$VXS" run --node n1 --address 127.0.0.1 --socket "$DIR/sock" --volatile 2>"$DIR/log" 3>&- &
	pid=$!
}
setup() {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	go_inside
	DIR=$BATS_TEST_TMPDIR
}
teardown() {
	[ -z "${pid:-}" ] || kill "$pid"
}
waits() {
	call wait "$@" --socket "$DIR/sock"
	[ "$status" = 0 ] && [ ! -s "$DIR/out" ] && [ ! -s "$DIR/err" ] || show "waited"
}
wants() { says 5 "not within 0.05 s: $1" wait "${@:2}" --timeout 50ms --socket "$DIR/sock"; }

@test "for the switch, from before it starts" {
	wants 'no switch answers at .*: No such file' ready
	"$VXS" wait ready --timeout 20s --socket "$DIR/sock" 3>&- &
	waiter=$!
	start
	wait $waiter
	waits ready
}

@test "for entries" {
	start
	waits ready
	"$VXS" link add vx0 type vxlan id 100 --socket "$DIR/sock" 2>/dev/null
	wants 'Cannot find device "vx9"' fdb 02:00:00:00:00:01 dev vx9
	wants 'Fdb entry not found' fdb 02:00:00:00:00:01 dev vx0
	wants 'Neighbour entry not found' neigh 10.0.0.9 dev vx0
	("$VXS" wait fdb 02:00:00:00:00:01 dev vx0 --timeout=20 --socket "$DIR/sock" && touch "$DIR/came") 3>&- &
	waiter=$!
	"$VXS" fdb add 02:00:00:00:00:01 dev vx0 dst 127.0.0.2 --socket "$DIR/sock"
	"$VXS" neigh add 10.0.0.9 lladdr 02:00:00:00:00:01 dev vx0 --socket "$DIR/sock"
	waits neigh 10.0.0.9 dev vx0
	wait $waiter
	[ -e "$DIR/came" ]
	wants '127.0.0.2' peer 127.0.0.2
}

@test "wrong words" {
	complains 'wait for what' wait
	complains 'did you mean "ready"' wait raedy
	complains 'ready, peer, fdb or neigh' wait frobnicate
	complains 'to whom' wait peer
	complains 'which MAC' wait fdb
	complains 'which device' wait fdb 02:00:00:00:00:01
	complains '"3.3.3" is not an address' wait neigh 3.3.3 dev v0
	complains 'timeout needs a value' wait ready --timeout
	complains 'such as 500ms, 5s or 1m' wait ready --timeout soon
	complains 'such as 500ms, 5s or 1m' wait ready --timeout 2h
	complains 'unexpected "now"' wait ready now
	complains 'no option "--frob"' wait ready --frob
}
