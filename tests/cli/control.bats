#!/usr/bin/env bats
# The verbs that ask a running switch.  What they print is held against iproute2, which was given the
# same words for a kernel device; known differences: iproute2 ends lines with a blank, its order is
# that of its hash, and our own device is an entry with a master.  Wrong words get one line.

# shellcheck disable=SC2154 # inside is of common.bash
load common

M=32:39:e3:57:89
setup_file() {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	go_inside
	export DIR=$BATS_FILE_TMPDIR
	cat >"$DIR/good.yaml" <<-EOF2
		version: 1
		name: demo
		nodes:
		  n1: { address: 127.0.0.1 }
		  n2: { address: 127.0.0.2 }
		underlay: { tos: inherit }
		networks:
		  blue: { vni: 100, device: v0, flood: none }
		  red: { vni: 200, device: v1 }
	EOF2
	"${inside[@]}" "$VXS" run -f "$DIR/good.yaml" --node n1 --socket "$DIR/sock" 2>"$DIR/log" 3>&- &
	echo $! >"$DIR/pid"
	until grep -qs "is ready" "$DIR/log" || ! kill -0 "$(cat "$DIR/pid")"; do sleep 0.05; done
	grep -q "is ready" "$DIR/log"
}

teardown_file() {
	[ ! -e "$DIR/pid" ] || kill "$(cat "$DIR/pid")"
}

setup() {
	cat >"$BATS_TEST_TMPDIR/device" <<-'EOF2'
		ip link add v0 type vxlan id 100 dstport 4789 local 127.0.0.1 nolearning
		ip link set v0 up
	EOF2
}

# asks PATTERN WORD...: an answer of the switch; tells WORD...: a change that it makes.
asks() { answers "$1" "${@:2}" --socket "$DIR/sock"; }
tells() {
	call "$@" --socket "$DIR/sock"
	[ "$status" = 0 ] || show "a change is made"
	[ ! -s "$BATS_TEST_TMPDIR/out" ] || show "and nothing is said"
}
refused() { says 2 "$1" "${@:2}" --socket "$DIR/sock"; }
wrong() { complains "$1" "${@:2}" --socket "$DIR/sock"; }

# both WORDS: for the kernel's device (later, in one go) and for ours.
both() {
	echo "$*" >>"$BATS_TEST_TMPDIR/device"
	# shellcheck disable=SC2048,SC2086 # words
	tells $*
}

# alike WORDS: what the two show is the same, but for our own device.
alike() {
	{ cat "$BATS_TEST_TMPDIR/device" && echo "$*"; } >"$BATS_TEST_TMPDIR/asked"
	unshare --net --map-root-user bash -e "$BATS_TEST_TMPDIR/asked" >"$BATS_TEST_TMPDIR/theirs" ||
		skip "this kernel has no VXLAN device"
	# Their colours reach over the blank behind a value.
	sed 's/ \x1b\[0m/\x1b[0m /g; s/ *$//' "$BATS_TEST_TMPDIR/theirs" | sort >"$BATS_TEST_TMPDIR/kernel"
	# shellcheck disable=SC2048,SC2086 # words
	asks . $*
	diff <(grep -v -e master -e v1 "$BATS_TEST_TMPDIR/out" | sort) "$BATS_TEST_TMPDIR/kernel"
	[ -s "$BATS_TEST_TMPDIR/kernel" ]
}

fill_fdb() {
	tells fdb flush dev v0
	both bridge fdb append 00:00:00:00:00:00 dev v0 dst 127.0.0.2
	both bridge fdb append 00:00:00:00:00:00 dev v0 dst 127.0.0.3 port 8472
	both bridge fdb add $M:01 dev v0 dst 127.0.0.2
	both bridge fdb append $M:02 dev v0 dst 127.0.0.2 port 5000
	both bridge fdb add $M:03 dev v0 dst 127.0.0.2 port 4789 static
	both bridge fdb add $M:04 dev v0 dst 127.0.0.2 dynamic
	both bridge fdb replace $M:05 dev v0 dst 127.0.0.2 self permanent
	both bridge fdb replace $M:05 dev v0 dst 127.0.0.4
	both bridge fdb append 01:00:5e:00:00:05 dev v0 dst 127.0.0.2
	both bridge fdb append 01:00:5e:00:00:05 dev v0 dst 127.0.0.3 port 8472
	both bridge fdb append $M:06 dev v0 dst 127.0.0.2
	both bridge fdb del $M:06 dev v0
}

@test "fdb show: iproute2's lines of one device" {
	fill_fdb
	alike bridge fdb show dev v0
	alike bridge fdb show brport v0
}

@test "fdb show: iproute2's lines of all devices" {
	fill_fdb
	alike bridge fdb show
	alike bridge fdb
}

@test "fdb: one destination of many is deleted" {
	fill_fdb
	both bridge fdb del 00:00:00:00:00:00 dev v0 dst 127.0.0.3 port 8472
	both bridge fdb del 01:00:5e:00:00:05 dev v0 dst 127.0.0.2
	alike bridge fdb show dev v0
}

@test "neigh show: iproute2's lines" {
	tells neigh flush dev v0 nud permanent
	both ip neigh add 3.3.3.4 lladdr $M:04 dev v0
	both ip neighbor add 3.3.3.5 lladdr $M:05 dev v0 nud permanent
	both ip neighbour replace 3.3.3.5 lladdr $M:06 dev v0
	both ip neigh add 3.3.3.6 lladdr $M:06 dev v0 nud reachable
	both ip neigh add 2001:db8::9 lladdr $M:09 dev v0 router
	both ip neigh add fe80::9 lladdr $M:0a dev v0
	both ip neigh add fe80::a lladdr $M:0a dev v0
	both ip neigh del fe80::a dev v0
	alike ip neigh show dev v0
	alike ip neigh show
	alike ip neigh get 3.3.3.4 dev v0
	both ip neigh flush dev v0
	alike ip neigh show
}

@test "json: the keys and values of iproute2, and some more" {
	fill_fdb
	tells neigh replace 3.3.3.4 lladdr $M:04 dev v0
	echo 'ip neigh replace 3.3.3.4 lladdr '$M':04 dev v0; bridge -j fdb show; echo; ip -j neigh show' \
		>>"$BATS_TEST_TMPDIR/device"
	unshare --net --map-root-user bash -e "$BATS_TEST_TMPDIR/device" >"$BATS_TEST_TMPDIR/kernel" ||
		skip "this kernel has no VXLAN device"
	call bridge -j fdb show --socket "$DIR/sock"
	cp "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/ours"
	call -j ip neigh show --socket "$DIR/sock"
	cat "$BATS_TEST_TMPDIR/out" >>"$BATS_TEST_TMPDIR/ours"
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/kernel" "$BATS_TEST_TMPDIR/ours" <<-'END'
		import json, sys
		kernel, ours = ([json.loads(line) for line in open(name) if line.strip()]
		                for name in sys.argv[1:])
		assert len(kernel) == len(ours) == 2
		for theirs, own in zip(kernel, ours):
		    for item in theirs:
		        assert any(all(k in o and o[k] == v for k, v in item.items()) for o in own), item
	END
}

@test "flush: what is asked for, and never the own device" {
	fill_fdb
	tells fdb flush dev v0 dynamic
	call fdb show dev v0 --socket "$DIR/sock"
	run ! grep -q "$M:04" "$BATS_TEST_TMPDIR/out"
	grep -q "$M:03" "$BATS_TEST_TMPDIR/out"
	tells fdb flush dev v0 dst 127.0.0.4
	call fdb show dev v0 --socket "$DIR/sock"
	run ! grep -q "$M:05" "$BATS_TEST_TMPDIR/out"
	tells fdb flush dev v0
	call fdb show dev v0 --socket "$DIR/sock"
	[ "$(grep -c . "$BATS_TEST_TMPDIR/out")" = 1 ]
	grep -q 'master blue permanent$' "$BATS_TEST_TMPDIR/out"
}

@test "what is there is said, and what is not" {
	tells fdb flush dev v0
	tells fdb add $M:01 dev v0 dst 127.0.0.2
	refused "File exists: $M:01 is at 127.0.0.2 \\(command\\)" fdb add $M:01 dev v0 dst 127.0.0.3
	refused '.replace. changes it' fdb append $M:01 dev v0 dst 127.0.0.3
	refused 'Cannot replace non-unicast' fdb replace 00:00:00:00:00:00 dev v0 dst 127.0.0.3
	refused 'No such file' fdb del $M:02 dev v0
	refused 'No such file' fdb del $M:01 dev v0 dst 127.0.0.9
	refused 'Fdb entry not found' fdb get $M:02 dev v0
	refused 'this node itself' fdb add $M:02 dev v0 dst 127.0.0.1
	refused 'no IPv6 address' fdb add $M:02 dev v0 dst fd00::1
	refused 'Cannot find device "v9"' fdb show dev v9
	refused 'did you mean "blue"' fdb show dev bleu
	refused 'Neighbour entry not found' neigh get 9.9.9.9 dev v0
	refused 'No such file' neigh del 9.9.9.9 dev v0
	refused 'nobody' neigh add 224.0.0.1 lladdr $M:01 dev v0
	refused 'not a station' neigh add 9.9.9.9 lladdr 01:00:5e:00:00:01 dev v0
}

@test "link, peer, stats and status" {
	asks '^[0-9]+: v0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu [0-9]+ state UP network blue$' link
	asks '^[0-9]+: v0: .*\\    link/ether .*\\    vxlan id 100 local 127.0.0.1 dstport 4789 l2miss l3miss tos inherit ttl auto ageing 300 maxaddr 8192 udpcsum noudp6zerocsumtx noudp6zerocsumrx$' \
		-o -d link show v0
	asks '^v0 +UP +[0-9a-f:]{17} <BROADCAST,MULTICAST,UP,LOWER_UP>$' -br link
	asks '^peer 127.0.0.2 rx 0 frames' peer
	asks '^  from peers +0 frames' stats v0
	asks '"drops":' stats --drops -j
	asks '^node n1 of cluster demo, vxs ' status
	asks '"cluster":"demo"' -json status
}

# as_the_kernel WORD...: what -d says of a device made with these words; the kernel's own says more: the
# range of source ports, which is a node's here as TOS and address are, and what follows the checksums.
as_the_kernel() {
	local add="ip link add k0 type vxlan id 300 dstport 4789 $*"

	unshare --net --map-root-user bash -ec "$add local 127.0.0.1 tos inherit; ip -d link show k0" >"$BATS_TEST_TMPDIR/theirs" ||
		skip "this kernel has no VXLAN device"
	# shellcheck disable=SC2086 # words
	tells $add
	asks . -d link show k0
	cp "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/ours"
	tells ip link del k0
	diff <(grep 'vxlan id' "$BATS_TEST_TMPDIR/ours") \
		<(sed -n 's/ srcport 0 0//; s/\(noudp6zerocsumrx\).*/\1/; /vxlan id/p' "$BATS_TEST_TMPDIR/theirs")
}

@test "link show -d: the words of ip -d link" {
	as_the_kernel proxy l2miss l3miss ageing 200 maxaddress 77
	as_the_kernel nolearning noproxy nol2miss nol3miss ageing 1 maxaddress 1
	as_the_kernel learning proxy nol2miss l3miss ageing 86400 maxaddress 5000
	as_the_kernel remote 127.0.0.2 l2miss l3miss maxaddress 8192
	tells ip link add k0 type vxlan id 300 ageing 0
	asks ' ageing none maxaddr 8192 udpcsum ' -d link show k0
	asks '"proxy":false,.*"tos":"0x1","ageing":0,"limit":8192,"ttl":0,"udp_csum":true,"udp_zero_csum6_tx":false' -d -j link show k0
	tells ip link del k0
}

@test "colours are iproute2's, on a light ground and on a dark one" {
	fill_fdb
	tells neigh flush dev v0 nud permanent
	alike bridge -c fdb show dev v0
	grep -q $'\x1b' "$BATS_TEST_TMPDIR/out"
	alike bridge -color=always fdb show
	COLORFGBG='15;default;0' alike bridge -c fdb show
	grep -q $'\x1b\\[1;35m127.0.0.2' "$BATS_TEST_TMPDIR/out"
	COLORFGBG='0;15' alike bridge -c fdb show
	both ip neigh add 3.3.3.4 lladdr $M:04 dev v0
	both ip neigh add 2001:db8::9 lladdr $M:09 dev v0 router
	alike ip -c neigh show
	COLORFGBG='15;8' alike ip -c -br neigh show
	asks $'^[0-9]+: \x1b\\[36mv0\x1b\\[0m: .* state \x1b\\[32mUP\x1b\\[0m network blue$' -c link show v0
	tells neigh flush dev v0 nud permanent
}

@test "colours on a terminal only, unless always" {
	tells fdb replace $M:01 dev v0 dst 127.0.0.2
	on_terminal() {
		TERM=xterm script -qec "'$VXS' fdb show dev v0 --socket '$DIR/sock' $*" /dev/null \
			</dev/null >"$BATS_TEST_TMPDIR/seen"
		grep -q "$M:01" "$BATS_TEST_TMPDIR/seen"
	}
	asks "^$M:01 dst 127.0.0.2 self permanent$" fdb show dev v0 -c=auto
	asks "^$M:01 dst 127.0.0.2 self permanent$" fdb show dev v0 -c -c=never
	asks '^\[' fdb show dev v0 -c -j
	run ! grep -q $'\x1b' "$BATS_TEST_TMPDIR/out"
	on_terminal
	run ! grep -q $'\x1b' "$BATS_TEST_TMPDIR/seen"
	on_terminal --color=auto
	grep -q $'\x1b\\[33m'"$M:01" "$BATS_TEST_TMPDIR/seen"
	NO_COLOR=1 on_terminal --color=auto
	run ! grep -q $'\x1b' "$BATS_TEST_TMPDIR/seen"
	NO_COLOR='' on_terminal --color=auto
	grep -q $'\x1b\\[33m' "$BATS_TEST_TMPDIR/seen"
	NO_COLOR=1 on_terminal --color=always
	grep -q $'\x1b\\[33m' "$BATS_TEST_TMPDIR/seen"
	says 1 '^vxs fdb: --color=maybe: expected always, auto or never' fdb -c=maybe
	says 1 '^vxs fdb: --color=: expected always, auto or never' fdb --color=
}

@test "brief listings are columns, with headings when asked" {
	fill_fdb
	tells neigh flush dev v0 nud permanent
	both ip neigh add 3.3.3.4 lladdr $M:04 dev v0
	both ip neigh add 2001:db8::9 lladdr $M:09 dev v0
	alike ip -br neigh show
	alike ip -br neigh show dev v0
	asks "^$M:01 v0               127.0.0.2 +permanent$" -br fdb
	asks "^MAC               DEVICE           DST +STATE$" -H fdb
	asks "^MAC               DST +STATE$" -H fdb show dev v0
	[ "$(grep -c STATE "$BATS_TEST_TMPDIR/out")" = 1 ]
	grep -qE "^$M:01 127.0.0.2 +permanent$" "$BATS_TEST_TMPDIR/out"
	asks '^DEVICE           STATE          ADDRESS           FLAGS$' --header link
	asks '^ADDRESS +DEVICE           LLADDR$' -H neigh
	asks '^127.0.0.2 {31}0 {12}[0-9]+ +[0-9]+ +-$' -br peer
	asks '^PEER {36}RX           TX           ERRORS   HEARD$' -H peer
	asks '^blue +[0-9]+ +[0-9]+ +[0-9]+$' -br stats
	asks '^n1 +demo +2 +[0-9]+ +[0-9]+ +[0-9]+$' -br status
	tells neigh flush dev v0 nud permanent
}

@test "headings of an empty list, too" {
	tells neigh flush dev v0 nud permanent
	asks '^ADDRESS +DEVICE           LLADDR$' -H neigh
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 1 ]
	asks '^ADDRESS          DEVICE           LLADDR            STATE     LEFT$' -H dhcp
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 1 ]
	asks '^\[\]$' -H -j dhcp
	tells -br dhcp
}

@test "trace, stats and status have colours, too" {
	local name=$'\x1b\\[36m' mac=$'\x1b\\[33m' addr=$'\x1b\\[35m' six=$'\x1b\\[34m' end=$'\x1b\\[0m'
	tells fdb replace $M:72 dev v0 dst 127.0.0.2
	asks "^${name}blue$end: a frame from ${name}v0$end$" -c trace v0 "src $M:71 dst $M:72 ip src 10.0.0.1 dst 10.0.0.2"
	grep -qE "^ 2 parse    $mac$M:71$end → $mac$M:72$end, IPv4 ${addr}10.0.0.1$end → ${addr}10.0.0.2$end " "$BATS_TEST_TMPDIR/out"
	grep -qE "^datagram    ${addr}127.0.0.1$end:[0-9]+ → ${addr}127.0.0.2$end:4789, VNI 100" "$BATS_TEST_TMPDIR/out"
	sed 's/\x1b\[[0-9;]*m//g; s/:[0-9]* → /: → /; s/0x[0-9a-f]*//g' "$BATS_TEST_TMPDIR/out" >"$BATS_TEST_TMPDIR/coloured"
	asks '^blue: a frame from v0$' trace v0 "src $M:71 dst $M:72 ip src 10.0.0.1 dst 10.0.0.2"
	sed 's/:[0-9]* → /: → /; s/0x[0-9a-f]*//g' "$BATS_TEST_TMPDIR/out" | diff "$BATS_TEST_TMPDIR/coloured" -
	asks "IPv6 ${six}2001:db8::1$end → ${six}2001:db8::2$end" -c trace v0 "src $M:71 dst $M:72 ip6 src 2001:db8::1 dst 2001:db8::2"
	asks "^network ${name}blue$end vni 100$" -c stats
	asks "^node ${name}n1$end of cluster demo, vxs " -c status
	grep -qE "^endpoint ${addr}127.0.0.1$end port 4789$" "$BATS_TEST_TMPDIR/out"
	tells fdb del $M:72 dev v0
}

# shows WORDS ITEM...: what vxs prints of these items, whoever they come from.
shows() {
	/usr/bin/python3 - "$VXS" "$BATS_TEST_TMPDIR/$BATS_TEST_NUMBER" "$@" <<-'END'
		import os, socket, subprocess, sys
		s = socket.socket(socket.AF_UNIX)
		s.bind(sys.argv[2])
		s.listen()
		s.settimeout(10)
		client = subprocess.Popen([sys.argv[1], *sys.argv[3].split(), "--socket", sys.argv[2]])
		c, _ = s.accept()
		c.recv(65536)
		for item in sys.argv[4:]: c.sendall(b'{"v":1,"item":' + item.encode() + b'}\n')
		c.sendall(b'{"v":1,"ok":true}\n')
		os.unlink(sys.argv[2])
		sys.exit(client.wait(10))
	END
}

@test "leases and counters as columns" {
	local rx='"rx":{"frames":1,"bytes":9},"tx":{"frames":0,"bytes":0}' out=$BATS_TEST_TMPDIR/out
	shows "-br dhcp" '{"dst":"10.0.0.2","dev":"v0","lladdr":"02:00:00:00:00:01","state":"LEASED","left":17}' \
		'{"dst":"10.0.0.3","dev":null,"lladdr":"02:00:00:00:00:02","state":"OFFERED","left":0}' >"$out"
	diff "$out" - <<-'END'
		10.0.0.2         v0               02:00:00:00:00:01 LEASED    17
		10.0.0.3         -                02:00:00:00:00:02 OFFERED   0
	END
	shows "-H dhcp show v0" '{"dst":"10.0.0.2","dev":"v0","lladdr":"02:00:00:00:00:01","state":"LEASED","left":17}' >"$out"
	diff "$out" - <<-'END'
		ADDRESS          LLADDR            STATE     LEFT
		10.0.0.2         02:00:00:00:00:01 LEASED    17
	END
	shows "-br stats" "{\"network\":\"blue\",$rx,\"drops\":{}}" '{"network":null,"drops":{}}' >"$out"
	diff "$out" - <<<'blue             1            0            0'
	shows "-H stats" "{\"network\":\"blue\",$rx,\"drops\":{\"gpe\":2,\"rx-short\":3}}" '{"network":null,"drops":{"vni-not-found":3}}' >"$out"
	diff "$out" - <<-'END'
		NETWORK          RX           TX           DROPS
		blue             1            0            5
		-                -            -            3
	END
}

# Each event, plain and in colours that it is the same without.
events=(
	'{"event":"miss","dst":"10.0.0.9","dev":"v0"}'
	'{"event":"miss","dev":"v0","lladdr":"02:00:00:00:00:09"}'
	'{"event":"link","dev":"v0"}'
	'{"event":"link","dev":"v0","deleted":true}'
	'{"event":"drop","dev":"v0","reason":"no-remote","more":1,"count":2}'
	'{"event":"drop","reason":"gpe","more":3,"count":3}'
	'{"event":"peer","address":"192.0.2.1","change":"mtu","path_mtu":1400,"deleted":false}'
	'{"event":"peer","address":"2001:db8::1","change":"gone","deleted":true}'
	'{"event":"more","about":"subnet","network":"green","count":2}'
	'{"event":"neigh","dst":"10.0.0.9","dev":"v0","lladdr":"02:00:00:00:00:09","state":["PERMANENT"]}'
)

@test "a monitor has colours, too" {
	local name=$'\x1b[36m' mac=$'\x1b[33m' addr=$'\x1b[35m' six=$'\x1b[34m' end=$'\x1b[0m' out=$BATS_TEST_TMPDIR/out
	shows "monitor" "${events[@]}" >"$out"
	diff "$out" - <<-'END'
		miss 10.0.0.9 dev v0 STALE
		miss dev v0 lladdr 02:00:00:00:00:09 STALE
		device v0
		Deleted device v0
		drop dev v0 no-remote 1 more, 2 in all
		drop of no network gpe 3 more, 3 in all
		peer 192.0.2.1 mtu 1400
		Deleted peer 2001:db8::1
		2 more lines of subnet network green were left out
		10.0.0.9 dev v0 lladdr 02:00:00:00:00:09 PERMANENT
	END
	shows "-c monitor" "${events[@]}" >"$out"
	diff "$out" - <<-END
		miss ${addr}10.0.0.9$end dev ${name}v0$end STALE
		miss dev ${name}v0$end lladdr ${mac}02:00:00:00:00:09$end STALE
		device ${name}v0$end
		Deleted device ${name}v0$end
		drop dev ${name}v0$end no-remote 1 more, 2 in all
		drop of no network gpe 3 more, 3 in all
		peer ${addr}192.0.2.1$end mtu 1400
		Deleted peer ${six}2001:db8::1$end
		2 more lines of subnet network ${name}green$end were left out
		${addr}10.0.0.9$end dev ${name}v0$end lladdr ${mac}02:00:00:00:00:09$end PERMANENT
	END
}

@test "what is too long for a column is cut, whoever answers" {
	/usr/bin/python3 - "$VXS" "$BATS_TEST_TMPDIR/false" <<-'END'
		import json, socket, subprocess, sys
		s = socket.socket(socket.AF_UNIX)
		s.bind(sys.argv[2])
		s.listen()
		s.settimeout(10)
		for length in 253, 254, 255, 256, 257, 5000:
		    client = subprocess.Popen([sys.argv[1], "-br", "fdb", "--socket", sys.argv[2]], stdout=subprocess.PIPE)
		    c, _ = s.accept()
		    c.recv(65536)
		    item = {"mac": "M", "ifname": "D", "dst": "A", "state": "x" * length}
		    for answer in {"v": 1, "item": item}, {"v": 1, "ok": True}:
		        c.sendall(json.dumps(answer).encode() + b"\n")
		    said = client.communicate(timeout=10)[0]
		    assert client.returncode == 0 and said.split() == [b"M", b"D", b"A", b"x" * min(length, 254)], (length, said)
	END
}

@test "one line each" {
	tells neigh flush dev v0 nud permanent
	both ip neigh add 3.3.3.4 lladdr $M:04 dev v0
	alike ip -o neigh show
	asks '^network blue vni 100\\  from peers .*\\  fdb: ' -o stats v0
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 1 ]
	asks '^node n1 of cluster demo, vxs .*\\endpoint 127.0.0.1 port 4789\\networks 2' -o status
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 1 ]
	asks '^blue: .*\\ 1 arrive .*\\ 2 parse ' -o trace v0 "src $M:01 dst $M:02"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 1 ]
	tells neigh flush dev v0 nud permanent
}

@test "a monitor is told of changes" {
	tells fdb flush dev v0
	# shellcheck disable=SC2024
	timeout 20 "$VXS" monitor fdb --socket "$DIR/sock" >"$BATS_TEST_TMPDIR/told" 3>&- &
	monitor=$!
	for _ in {1..100}; do
		tells fdb replace $M:01 dev v0 dst 127.0.0.2
		grep -qx "$M:01 dev v0 dst 127.0.0.2 self permanent" "$BATS_TEST_TMPDIR/told" && break
		sleep 0.05
	done
	tells fdb del $M:01 dev v0
	until grep -qx "Deleted $M:01 dev v0 dst 127.0.0.2 self permanent" "$BATS_TEST_TMPDIR/told"; do sleep 0.05; done
	kill $monitor
}

# Each of them with "bridge", and then with ours, in front.
changes() {
	cat <<-END
		fdb add $M:01 dev v0 dst 127.0.0.2
		fdb append 00:00:00:00:00:00 dev v0 dst 127.0.0.2
		fdb append 00:00:00:00:00:00 dev v0 dst 127.0.0.3 port 8472
		fdb add $M:02 dev v0 dst 127.0.0.2 static
		fdb add $M:03 dev v0 dst 127.0.0.2 dynamic
		fdb replace $M:01 dev v0 dst 127.0.0.4
		fdb append 01:00:5e:00:00:05 dev v0 dst 127.0.0.2
		fdb append 01:00:5e:00:00:05 dev v0 dst 127.0.0.3
		fdb del 00:00:00:00:00:00 dev v0 dst 127.0.0.2
		fdb del $M:01 dev v0
		fdb del $M:02 dev v0
		fdb del 01:00:5e:00:00:05 dev v0
		fdb del 00:00:00:00:00:00 dev v0
		fdb del $M:03 dev v0
	END
}

@test "a monitor says what bridge monitor says, and tells each entry of a flush" {
	local told=$BATS_TEST_TMPDIR/told last="Deleted $M:03 dev v0 dst 127.0.0.2 self"
	{
		cat "$BATS_TEST_TMPDIR/device"
		echo "stdbuf -oL bridge monitor fdb >'$told.kernel' & pid=\$!"
		echo "until grep -q $M:09 '$told.kernel'; do"
		echo "bridge fdb add $M:09 dev v0 dst 127.0.0.9; bridge fdb del $M:09 dev v0; sleep 0.05; done"
		changes | sed 's/^/bridge /'
		echo "until grep -q '^$last' '$told.kernel'; do sleep 0.05; done; kill \$pid"
	} >"$BATS_TEST_TMPDIR/asked"
	timeout 60 unshare --net --map-root-user bash -e "$BATS_TEST_TMPDIR/asked" || skip "this kernel has no VXLAN device"
	tells fdb flush dev v0
	timeout 60 "$VXS" monitor fdb --socket "$DIR/sock" >"$told" 3>&- &
	monitor=$!
	until grep -q $M:09 "$told"; do
		tells fdb replace $M:09 dev v0 dst 127.0.0.9
		sleep 0.05
	done
	changes | sed 's/^fdb/bridge fdb/' >"$BATS_TEST_TMPDIR/changes"
	tells -b "$BATS_TEST_TMPDIR/changes"
	until grep -qx "$last" "$told"; do sleep 0.05; done
	diff <(sed 's/ *$//' "$told.kernel" | grep -v $M:09) <(grep -v $M:09 "$told")
	tells fdb append 00:00:00:00:00:00 dev v0 dst 127.0.0.2
	tells fdb append 00:00:00:00:00:00 dev v0 dst 127.0.0.3
	tells fdb flush dev v0
	until grep -qx "Deleted $M:09 dev v0 dst 127.0.0.9 self permanent" "$told"; do sleep 0.05; done
	grep -qx "Deleted 00:00:00:00:00:00 dev v0 dst 127.0.0.3 self permanent" "$told"
	kill $monitor
}

@test "wrong words: fdb" {
	wrong 'did you mean "fdb show"' fdb shwo
	wrong 'did you mean "fdb append"' fdb apend $M:01 dev v0 dst 127.0.0.2
	wrong 'no command "fdb frobnicate"' fdb frobnicate
	wrong 'which MAC' fdb add
	wrong 'which device' fdb add $M:01 dst 127.0.0.2
	wrong 'which address' fdb add $M:01 dev v0
	wrong 'is not a MAC' fdb add 32:39:e3 dev v0 dst 127.0.0.2
	wrong 'is not an address' fdb add $M:01 dev v0 dst n2
	wrong 'is not a UDP port' fdb add $M:01 dev v0 dst 127.0.0.2 port http
	wrong 'dev is given twice' fdb add $M:01 dev v0 dev v1 dst 127.0.0.2
	wrong 'did you mean "permanent"' fdb add $M:01 dev v0 dst 127.0.0.2 pernament
	wrong 'speaks of a bridge' fdb add $M:01 dev v0 dst 127.0.0.2 master
	wrong 'dst needs a value' fdb add $M:01 dev v0 dst
	wrong 'did you mean "dynamic"' fdb flush dev v0 dynamc
	wrong 'unexpected' fdb show v0
}

@test "wrong words: neigh" {
	wrong 'did you mean "neigh show"' neigh shw
	wrong 'which address' neigh add
	wrong 'which MAC' neigh add 3.3.3.4 dev v0
	wrong 'which device' neigh add 3.3.3.4 lladdr $M:01
	wrong 'did you mean "lladdr"' neigh add 3.3.3.4 laddr $M:01 dev v0
	wrong 'is not a MAC' neigh add 3.3.3.4 lladdr x dev v0
	wrong 'is not an address' neigh add 3.3.3 lladdr $M:01 dev v0
	wrong 'no nud "stale"' neigh add 3.3.3.4 lladdr $M:01 dev v0 nud stale
	wrong 'did you mean "reachable"' neigh add 3.3.3.4 lladdr $M:01 dev v0 nud rechable
	wrong 'did you mean "router"' neigh add 3.3.3.4 lladdr $M:01 dev v0 roter
	wrong 'which device' neigh flush
}

@test "wrong words: the others, and options" {
	wrong 'unexpected "v1"' link show v0 v1
	wrong 'which device' link set
	wrong 'what shall it be' link set v0
	wrong 'did you mean "mtu"' link set v0 mtv 1400
	wrong 'mtu needs a value' link set v0 mtu
	wrong 'out of range' link set v0 mtu 67
	wrong 'which device' link add
	wrong 'what shall it be' link add v9
	wrong 'which VNI' link add v9 type vxlan
	wrong 'only vxlan' link add v9 type bridge
	wrong 'out of range' link add v9 type vxlan id 16777216
	wrong 'did you mean "learning"' link add v9 type vxlan id 5 lerning
	wrong 'group 239.1.1.1' link add v9 type vxlan id 5 remote 239.1.1.1
	wrong 'at most 15' link add a-name-that-is-too-long type vxlan id 5
	wrong 'which device' link del
	wrong 'no command "peer add"' peer add
	wrong 'did you mean "--drops"' stats --drop
	wrong 'unexpected "now"' status now
	wrong 'did you mean "miss"' monitor mis
	refused 'leave out dev' monitor peer dev v0
	wrong '"bridge" what' bridge
	wrong 'did you mean "bridge fdb"' bridge fbd
	wrong 'no command "bridge neigh"' bridge neigh
	wrong 'did you mean "ip neigh"' ip niegh
	wrong 'did you mean "--json"' fdb --jsno
	wrong '--json takes no value' fdb --json=yes
	complains '--socket needs a value' fdb --socket
	complains '--node is given twice' fdb --node a --node b
}

@test "nobody to ask" {
	says 3 'no switch answers at .*: No such file' status --socket "$DIR/none"
	says 3 'no switch answers at .*: Connection refused' status --socket "$DIR/log"
	says 3 'File name too long' status --socket "$(printf 'x%.0s' {1..200})"
	XDG_RUNTIME_DIR=/nowhere says 3 'no switch zebra runs here .*.vxs run. starts one' status --node zebra
}

@test "lines that are no requests are answered, and the next ones too" {
	/usr/bin/python3 - "$DIR/sock" <<-'END'
		import json, socket, sys
		def connect():
		    s = socket.socket(socket.AF_UNIX)
		    s.settimeout(10)
		    s.connect(sys.argv[1])
		    return s, s.makefile("rb")
		wrong = [b"", b"\0", b"fdb show", b"{", b"[]", b"{}", b'{"v":2,"do":"status"}',
		         b'{"v":1,"do":"frob"}', b'{"v":1,"do":"status","x":1}', b"[" * 65000, b"\xff" * 9]
		s, lines = connect()
		for line in wrong:
		    s.sendall(line + b"\n")
		    answer = json.loads(lines.readline())
		    assert answer["ok"] is False and answer["code"] == "EPROTO" and answer["message"], line
		s.sendall(b'{"v":1,"do":"sta')
		s.sendall(b'tus"}\n{"v":1,"do":"status"}\n')
		for _ in range(2):
		    assert json.loads(lines.readline())["item"]["node"] == "n1"
		    assert json.loads(lines.readline())["ok"] is True
		s.shutdown(socket.SHUT_WR)
		assert lines.readline() == b""
		s, lines = connect()
		s.sendall(b"x" * 65537)
		assert "65536" in json.loads(lines.readline())["message"]
		assert lines.readline() == b""
	END
}

@test "the socket is its owner's" {
	[ "$(stat -c %a "$DIR/sock")" = 600 ]
}
