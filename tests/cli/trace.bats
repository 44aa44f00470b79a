#!/usr/bin/env bats
# `vxs trace`: what would happen to a frame, said so that one understands it; tests/e2e/trace.sh holds it
# against what tcpdump sees.

# shellcheck disable=SC2154 # inside and status are of common.bash
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
		  blue:
		    vni: 100
		    device: v0
		    hosts: { h2: { node: node2, ip: 3.3.3.4, mac: "32:39:e3:57:89:e7" } }
		  red: { vni: 200, device: v1, flood: none, nodes: [node1, node2] }
	EOF2
	"${inside[@]}" "$VXS" run -f "$DIR/good.yaml" --node node1 --socket "$DIR/sock" 2>"$DIR/log" 3>&- &
	echo $! >"$DIR/pid"
	until grep -qs "is ready" "$DIR/log" || ! kill -0 "$(cat "$DIR/pid")"; do sleep 0.05; done
	grep -q "is ready" "$DIR/log"
}

teardown_file() {
	[ ! -e "$DIR/pid" ] || kill "$(cat "$DIR/pid")"
}

wrong() { complains "$1" trace "${@:2}" --socket "$DIR/sock"; }
refused() { says 2 "$1" trace "${@:2}" --socket "$DIR/sock"; }
told() { answers "$1" trace "${@:2}" --socket "$DIR/sock"; }

@test "words that are not understood" {
	wrong 'which frame' blue
	wrong '"dts" is no word of a frame; did you mean "dst"' blue src 02:00:00:00:00:01 dts 02:00:00:00:00:02
	wrong '"ipv6" is no word of a frame; did you mean "ip6"' blue "src 02:00:00:00:00:01 ipv6"
	wrong 'src is a MAC such as' blue src 02:00:00:00:00
	wrong 'vlan is a number, 0..4094' blue dst 3.3.3.4 vlan 4095
	wrong 'sport and dport are of udp and tcp' blue ip dst 3.3.3.4 icmp dport 7
	wrong 'at most 319 characters' blue dst "$(printf '%0400d' 1)" ip dst 3.3.3.4
}

@test "what there is not" {
	refused 'Cannot find device "bleu"; did you mean "blue"' bleu ip dst 3.3.3.4
	refused 'there are several networks: which one' ip dst 3.3.3.4
	refused 'no such node; did you mean "node2"' blue from nod2 ip dst 3.3.3.4
	refused 'that is this node itself' blue from node1 ip dst 3.3.3.4
	refused 'that node is not in network red' red from node3 ip dst 3.3.3.4
	refused 'receives nothing of that address family' blue from fd00::1 ip dst 3.3.3.4
	refused 'whose frame' blue from 127.0.0.9 dst 02:00:00:00:00:02
	refused 'to whom' blue src 02:00:00:00:00:01
	refused 'this frame has 42..65549' blue dst 02:00:00:00:00:01 ip dst 3.3.3.4 len 40
}

@test "a frame that is sent" {
	told '^ 3 look up  32:39:e3:57:89:e7 dst 127.0.0.2 self permanent  \(.*good.yaml:11\)$' blue ip src 3.3.3.3 dst 3.3.3.4
	told '^datagram    127.0.0.1:[0-9]+ → 127.0.0.2:4789, VNI 100, TOS 0x00, DF, 134 bytes$' blue ip src 3.3.3.3 dst 3.3.3.4
	told '^ 5 leave    SEND to 127.0.0.2:4789$' "v0" "ip src 3.3.3.3 dst 3.3.3.4"
	told '^ 1 arrive   v0: VNI 100$' dev blue ip dst 3.3.3.4
}

@test "a question, asked first, answered, and flooded" {
	told 'nobody here knows the MAC of 3.3.3.9' blue ip dst 3.3.3.9
	told '^ 5 leave    FLOOD to 127.0.0.2:4789, 127.0.0.3:4789' blue ip dst 3.3.3.9
	told '^ 5 leave    REPLY on v0: ARP 3.3.3.4 is at 32:39' blue arp who-has 3.3.3.4 tell 3.3.3.3
	told '^device      v0$' blue arp who-has 3.3.3.4 tell 3.3.3.3
}

@test "a frame that is dropped, and what to do about it" {
	told 'DROP no-remote: ' red dst 02:00:00:00:00:99
	told '^what to do  add an fdb entry' red dst 02:00:00:00:00:99
}

@test "from the other side" {
	told '^blue: a datagram from 127.0.0.2$' blue from node2 src 32:39:e3:57:89:e7 ip src 3.3.3.4
	told '^device      v0$' blue from node2 src 32:39:e3:57:89:e7 ip src 3.3.3.4
	told 'DROP entry-exists: ' blue from node3 src 32:39:e3:57:89:e7
	told '^what to do  add the sender' blue from 127.0.0.9 src 02:00:00:00:00:77
}

@test "a command and a program" {
	call neigh add 3.3.3.7 lladdr 02:00:00:00:00:07 dev blue --socket "$DIR/sock"
	call fdb add 02:00:00:00:00:07 dev blue dst 127.0.0.3 --socket "$DIR/sock"
	[ "$status" = 0 ]
	told '02:00:00:00:00:07 dst 127.0.0.3 self permanent  \(command\)' blue ip dst 3.3.3.7
	call trace blue ip src 3.3.3.3 dst 3.3.3.4 -j --socket "$DIR/sock"
	[ "$status" = 0 ]
	python3 - "$BATS_TEST_TMPDIR/out" <<-EOF2
		import json, sys
		[i] = json.load(open(sys.argv[1]))
		assert (i["verdict"], i["vni"], i["direction"], i["reason"]) == ("send", 100, "out", None)
		assert [s["name"] for s in i["steps"]] == ["arrive", "parse", "look up", "change", "leave"]
		assert i["decided_by"]["table"] == "fdb" and i["decided_by"]["origin"].endswith("good.yaml:11")
		[d] = i["datagrams"]
		assert (d["dst"], d["port"], d["df"], d["lost"]) == ("127.0.0.2", 4789, True, None)
	EOF2
	call trace red dst 02:00:00:00:00:99 -j --socket "$DIR/sock"
	python3 - "$BATS_TEST_TMPDIR/out" <<-EOF2
		import json, sys
		[i] = json.load(open(sys.argv[1]))
		assert (i["verdict"], i["reason"], len(i["steps"])) == ("drop", "no-remote", 3)
		assert i["datagrams"] == i["ports"] == [] and i["remedy"]
	EOF2
}

@test "what is followed, and what can not be" {
	wrong 'unexpected "frob"' --follow blue frob
	wrong '"3.3.3" is not an address' --follow ip 3.3.3
	wrong 'peer needs a value' --follow peer
	refused 'nothing is dropped as "no-remot"; did you mean "no-remote"' --follow reason no-remot
	refused '"zebra" is neither a node nor an address' --follow peer zebra
	refused 'no node "node4"; did you mean' --follow peer node4
	refused 'Cannot find device "bleu"' --follow bleu
}

@test "four follow, and no fifth" {
	local i pids=()
	for i in 1 2 3 4; do
		"$VXS" trace --follow blue --socket "$DIR/sock" >"$BATS_TEST_TMPDIR/$i" 3>&- &
		pids+=($!)
	done
	# Whoever is asked last is answered last.
	until says 2 '4 follow frames already' trace --follow --socket "$DIR/sock" 2>/dev/null; do sleep 0.05; done
	kill "${pids[@]}"
	wait "${pids[@]}" || true
}
