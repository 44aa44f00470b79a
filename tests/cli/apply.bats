#!/usr/bin/env bats
# vxs apply FILE [--dry-run] and vxs diff FILE: a running switch and another cluster file.

# shellcheck disable=SC2154 # inside is of common.bash
load common

setup_file() {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	go_inside
	export DIR=$BATS_FILE_TMPDIR
	cluster "$DIR/one.yaml" 127.0.0.1 127.0.0.2 </dev/null
	"${inside[@]}" "$VXS" run -f "$DIR/one.yaml" --node n1 --socket "$DIR/sock" 2>"$DIR/log" 3>&- &
	echo $! >"$DIR/pid"
	until grep -qs "is ready" "$DIR/log" || ! kill -0 "$(cat "$DIR/pid")"; do sleep 0.05; done
	grep -q "is ready" "$DIR/log"
}

teardown_file() {
	[ ! -e "$DIR/pid" ] || kill "$(cat "$DIR/pid")"
}

# Each begins with what the switch was started with.
setup() {
	inside=()
	one=$DIR/one.yaml two=$BATS_TEST_TMPDIR/two.yaml
	cluster "$two" 127.0.0.1 127.0.0.2 <<<'  green: { vni: 200 }'
	"$VXS" apply "$one" --socket "$DIR/sock" >/dev/null
}

networks() { "$VXS" status --socket "$DIR/sock" -j | grep -o '"networks":[0-9]*'; }
at() { call "$@" --socket "$DIR/sock"; }

@test "what would change is said, and then what has" {
	at diff "$two"
	[ "$status" = 0 ]
	grep -qx '+ network green: vni 200, device vx200' "$BATS_TEST_TMPDIR/out"
	cp "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/compared"
	at apply "$two" --dry-run
	cmp "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/compared"
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	[ "$(networks)" = '"networks":1' ]
	at apply "$two"
	cmp "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/compared"
	[ "$(networks)" = '"networks":2' ]
	at diff "$two"
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
}

@test "until when it holds is said, unless it is the switch's own file" {
	at apply "$two"
	grep -qx "vxs apply: this holds until the switch reads $one, on SIGHUP or when it starts again" \
		"$BATS_TEST_TMPDIR/err"
	at apply "$one"
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
}

@test "SIGHUP goes back to the switch's own file" {
	at apply "$two"
	said=$(grep -c 'was read again' "$DIR/log") || true
	kill -HUP "$(cat "$DIR/pid")"
	until [ "$(grep -c 'was read again' "$DIR/log")" -gt "$said" ]; do sleep 0.05; done
	[ "$(networks)" = '"networks":1' ]
}

# divided NODES WHERE NETWORKS: so many nodes beside n1, the last one at 127.0.0.WHERE.
divided() {
	printf 'version: 1\nname: demo\nnodes:\n  n1: { address: 127.0.0.1 }\n'
	[ "$1" -le 1 ] || seq $(($1 - 1)) | sed 's/.*/  m&: { address: 127.0.2.& }/'
	[ "$1" = 0 ] || printf '  last: { address: 127.0.0.%s }\n' "$2"
	printf 'networks:\n%s\n' "$3"
}
listen() { # NAME WORDS...
	local name=$1
	shift
	timeout 60 "$VXS" monitor "$@" --socket "$DIR/sock" >"$BATS_TEST_TMPDIR/$name" 3>&- &
	listening+=($!)
}
# heard NAME LINE, whole.
heard() {
	for _ in {1..200}; do
		grep -qxF -- "$2" "$BATS_TEST_TMPDIR/$1" && return
		sleep 0.05
	done
	cat "$BATS_TEST_TMPDIR/$1" && false
}

@test "a monitor is told whose subnet comes, changes and goes" {
	local green='  green: { vni: 200, cidr: 10.42.0.0/16, subnet-length: 24' listening=()
	local red='  red: { vni: 300, cidr: 10.43.0.0/16, subnet-length: 24 }'
	local end='gateway 10.42.2.1'
	divided 1 2 "$green }"$'\n'"$red" >"$two"
	at apply "$two"
	listen told subnet
	listen green subnet dev vx200
	listen red subnet dev vx300
	listen json subnet -j
	for _ in {1..100}; do # until all of them listen
		divided 1 3 "$green }"$'\n'"$red" >"$two"
		at apply "$two"
		divided 1 2 "$green }"$'\n'"$red" >"$two"
		at apply "$two"
		[ -s "$BATS_TEST_TMPDIR/told" ] && [ -s "$BATS_TEST_TMPDIR/green" ] &&
			[ -s "$BATS_TEST_TMPDIR/red" ] && [ -s "$BATS_TEST_TMPDIR/json" ] && break
		sleep 0.05
	done
	heard told "10.42.2.0/24 network green node last address 127.0.0.2 $end computed was at 127.0.0.3"
	divided 1 2 "$green, subnets: { last: 10.42.9.0/24 } }"$'\n'"$red" >"$two"
	at apply "$two"
	heard green "10.42.9.0/24 network green node last address 127.0.0.2 gateway 10.42.9.1 pinned was 10.42.2.0/24"
	divided 0 2 "$green }"$'\n'"$red" >"$two"
	at apply "$two"
	heard told "Deleted 10.42.9.0/24 network green node last address 127.0.0.2 gateway 10.42.9.1 pinned"
	heard red "Deleted 10.43.2.0/24 network red node last address 127.0.0.2 gateway 10.43.2.1 computed"
	divided 100 2 "$green }" >"$two"
	at apply "$two"
	heard green "10.42.2.0/24 network green node m1 address 127.0.2.1 gateway 10.42.2.1 computed"
	heard green "36 more lines of subnet network green were left out"
	heard red "Deleted 10.43.1.0/24 network red node n1 address 127.0.0.1 gateway 10.43.1.1 computed"
	run ! grep -q "network red" "$BATS_TEST_TMPDIR/green"
	run ! grep -q "network green" "$BATS_TEST_TMPDIR/red"
	kill "${listening[@]}"
	grep '"change":"changed".*"was":"10.42.2.0/24","deleted":false,"event":"subnet"' "$BATS_TEST_TMPDIR/json"
}

@test "SIGHUP to a switch without a file: it says so, and nothing changes" {
	local log=$BATS_TEST_TMPDIR/log pid socket=$BATS_TEST_TMPDIR/sock
	local why="vxs: error: this switch was started without a file to read again.  Nothing was changed."
	go_inside
	"${inside[@]}" "$VXS" run --node alone --address 127.0.0.1 --volatile --socket "$socket" 2>"$log" 3>&- &
	pid=$!
	until grep -q "is ready" "$log" || ! kill -0 $pid; do sleep 0.05; done
	"$VXS" link add vx7 type vxlan id 7 remote 127.0.0.2 --socket "$socket"
	"$VXS" fdb append 02:00:00:00:00:07 dev vx7 dst 127.0.0.2 --socket "$socket"
	"$VXS" fdb show --socket "$socket" >"$BATS_TEST_TMPDIR/before"
	kill -HUP $pid
	for _ in {1..200}; do
		grep -qxF "$why" "$log" && break
		sleep 0.05
	done
	"$VXS" fdb show --socket "$socket" >"$BATS_TEST_TMPDIR/after"
	kill $pid
	[ "$(grep -cxF "$why" "$log")" = 1 ]
	grep -q '^02:00:00:00:00:07 dev vx7 dst 127.0.0.2 self permanent' "$BATS_TEST_TMPDIR/before"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "an invalid file changes nothing, and all that is wrong is said" {
	printf '  red: { vni: x }\n  pink: { vnj: 7 }\n' >>"$two"
	for verb in apply diff 'apply --dry-run'; do
		# shellcheck disable=SC2086 # words
		finds '^.*two.yaml:9:15: error: .*\[E110\]' $verb "$two" --socket "$DIR/sock"
		grep -qx '[2-9] errors. Nothing was changed.' "$BATS_TEST_TMPDIR/err"
	done
	[ "$(networks)" = '"networks":1' ]
}

@test "what only the switch can know is said in the same way" {
	sed -i 's/127.0.0.1/198.51.100.77/' "$two"
	finds '198.51.100.77 of node n1 is not an address of this machine \[E240\]' apply "$two" --socket "$DIR/sock"
	sed -i 's/n1/n9/' "$two"
	says 2 'no node "n1" in .*two.yaml.* Nothing was changed' apply "$two" --socket "$DIR/sock"
	[ "$(networks)" = '"networks":1' ]
}

@test "what can not be opened changes nothing" {
	cluster "$two" 127.0.0.1 127.0.0.2 <<<'  green: { vni: 200, bridge: none0 }'
	says 2 'there is no bridge none0' apply "$two" --socket "$DIR/sock"
	[ "$(networks)" = '"networks":1' ]
}

@test "warnings are said, once" {
	cluster "$two" 127.0.0.1 127.0.0.2 <<<'  green: { vni: 0 }'
	at apply "$two"
	[ "$status" = 0 ]
	[ "$(grep -c 'warning: ' "$BATS_TEST_TMPDIR/err")" = 1 ]
}

@test "a file may come from the standard input, and be long" {
	# shellcheck disable=SC2016 # awk's
	awk 'BEGIN { for (i = 0; i < 15000; i++) printf "#%*s åååååååååååååååååååååååååååååååååååååååå\n", i % 90, "" }' >>"$two"
	"$VXS" apply - --socket "$DIR/sock" <"$two" >"$BATS_TEST_TMPDIR/out"
	grep -qx '+ network green: vni 200, device vx200' "$BATS_TEST_TMPDIR/out"
}

@test "one thing that changes much is one line" {
	{
		echo '  green:'
		echo '    vni: 200'
		echo '    fdb:'
		for i in {1..250}; do printf '      - { mac: "02:00:00:00:00:%02x", dst: 127.0.0.2 }\n' "$i"; done
	} >"$BATS_TEST_TMPDIR/many"
	sed '/fdb:/,$d' "$BATS_TEST_TMPDIR/many" >"$BATS_TEST_TMPDIR/none"
	cluster "$BATS_TEST_TMPDIR/few.yaml" 127.0.0.1 127.0.0.2 <"$BATS_TEST_TMPDIR/none"
	cluster "$two" 127.0.0.1 127.0.0.2 <"$BATS_TEST_TMPDIR/many"
	at apply "$BATS_TEST_TMPDIR/few.yaml"
	at diff "$two"
	[ "$(grep -c . "$BATS_TEST_TMPDIR/out")" = 1 ]
	[ "$(grep -o '02:00:00' "$BATS_TEST_TMPDIR/out" | wc -l)" = 250 ]
	cp "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/asked"
	call diff "$BATS_TEST_TMPDIR/few.yaml" "$two" --node n1
	# The files alone do not know the MTU.
	diff <(grep -o '02:00:00.*' "$BATS_TEST_TMPDIR/out") <(grep -o '02:00:00.*' "$BATS_TEST_TMPDIR/asked")
}

@test "JSON" {
	at apply "$two" --dry-run -j
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/out" <<-'END'
		import json, sys
		assert json.load(open(sys.argv[1])) == [{"change": "added", "subject": "network green",
		    "begins": True, "words": "vni 200, device vx200", "ends": True}]
	END
	at diff "$one" -j
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = '[]' ]
}

@test "files that are none" {
	reads_no_nonsense apply --socket "$DIR/sock"
	[ "$(networks)" = '"networks":1' ]
}

@test "wrong words, and nobody to ask" {
	complains 'which cluster file' apply
	complains 'which cluster file' diff
	complains 'unexpected ".*two.yaml"' apply "$one" "$two"
	complains 'did you mean "--dry-run"' apply "$one" --dry-rnu
	complains '--dry-run is given twice' apply "$one" --dry-run --dry-run
	complains 'unexpected "three"' diff "$one" "$two" three
	complains 'no option "-x"' diff "$one" -x
	says 3 'no switch answers at' apply "$one" --socket "$DIR/none"
	says 3 'no switch answers at' diff "$one" --socket "$DIR/none"
}
