#!/usr/bin/env bats
# `vxs ping`: wrong words, each answered in one line; tests/e2e/probe.sh has the right ones.

# shellcheck disable=SC2154 # inside is of common.bash
load common

setup_file() {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	go_inside
	export DIR=$BATS_FILE_TMPDIR
	cat >"$DIR/good.yaml" <<-EOF2
		version: 1
		name: demo
		nodes:
		  node1: { address: 127.0.0.1 }
		  node2: { address: 127.0.0.2 }
		  node3: { address: 127.0.0.3 }
		networks:
		  blue: { vni: 100, device: v0, flood: none, nodes: [node1, node2] }
	EOF2
	"${inside[@]}" "$VXS" run -f "$DIR/good.yaml" --node node1 --socket "$DIR/sock" 2>"$DIR/log" 3>&- &
	echo $! >"$DIR/pid"
	until grep -qs "is ready" "$DIR/log" || ! kill -0 "$(cat "$DIR/pid")"; do sleep 0.05; done
	grep -q "is ready" "$DIR/log"
}

teardown_file() {
	[ ! -e "$DIR/pid" ] || kill "$(cat "$DIR/pid")"
}

wrong() { complains "$1" ping "${@:2}" --socket "$DIR/sock"; }
refused() { says 2 "$1" ping "${@:2}" --socket "$DIR/sock"; }

@test "words that are not understood" {
	wrong 'ping whom'
	wrong '-c 0: how many' node2 -c 0
	wrong '-c -1: how many' node2 -c -1
	wrong '-c 1e3: how many' node2 -c 1e3
	wrong '-i 5000: a number of seconds, 0..3600' node2 -i 5000
	wrong '-i x: a number of seconds' node2 -i x
	wrong '-i 1.2.3: a number of seconds' node2 -i 1.2.3
	wrong '-W 0: a number of seconds, 0.001..60' node2 -W 0
	wrong '"big" is not a number' node2 -s big
	wrong '"70000" is not a number' node2 -s 70000
	wrong '-c is given twice' node2 -c 1 -c 2
	complains '-c needs a value' ping node2 -c
	wrong 'no option "--mtu-swep"; did you mean "--mtu-sweep"' node2 --mtu-swep
	wrong '--mtu-sweep chooses' node2 --mtu-sweep -c 3
	wrong 'unexpected|is not|twice' node2 node3
	wrong '"a/b" is not the name' a/b
	wrong 'unexpected' node2 dev v0 a b c d e f
}

@test "whom there is not" {
	refused 'no node "nod2"; did you mean "node2"' nod2
	refused 'no node "elsewhere" in cluster demo' elsewhere
	refused 'node1 is this node itself' node1
	refused '127.0.0.1 is this node itself' 127.0.0.1
	refused 'node3 is no member' node3
	refused 'node3 is no member of blue' node3 dev blue
	refused '10.0.0.9 is no node of cluster demo, nor a neighbour' 10.0.0.9
	refused '32:39:e3:57:89:01 is behind no node' 32:39:e3:57:89:01
	refused 'Cannot find device "v9"' node2 dev v9
	refused 'a probe has 46..65400 bytes' node2 -s 45
	refused 'a probe has 46..65400 bytes' node2 -s 65401
}

@test "no switch to ask" {
	says 3 'no switch answers at' ping node2 --socket "$DIR/nobody"
}

@test "no answer has a status of its own" {
	call ping node2 -c 1 -W 0.2 --socket "$DIR/sock"
	[ "$status" = 5 ]
	grep -q '1 packets transmitted, 0 received, 100% packet loss' "$BATS_TEST_TMPDIR/out"
}

@test "help" {
	answers '^vxs|usage: vxs ping' ping --help
}
