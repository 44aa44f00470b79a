#!/usr/bin/env bats
# Files of commands: carried out in their order, to the first that fails.

# shellcheck disable=SC2154 # inside is of common.bash
load common

setup() {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	go_inside
	DIR=$BATS_TEST_TMPDIR
	"${inside[@]}" "$VXS" run --node n1 --address 127.0.0.1 --socket "$DIR/sock" --volatile 2>"$DIR/log" 3>&- &
	pid=$!
	until grep -qs "is ready" "$DIR/log" || ! kill -0 $pid; do sleep 0.05; done
	grep -q "is ready" "$DIR/log"
}

teardown() {
	[ -z "${pid:-}" ] || kill "$pid"
}

# file LINE...: the commands.
file() { printf '%s\n' "$@" >"$DIR/file"; }
batch() { call "$@" -b "$DIR/file" --socket "$DIR/sock"; }
count() {
	call fdb show dev vx0 --socket "$DIR/sock"
	grep -c "dst 127.0.0.$1 " "$DIR/out"
}

@test "a file is carried out" {
	file "# what the notes type" "link add vx0 type vxlan id 100 remote 127.0.0.2" "" \
		'bridge fdb append 32:39:e3:57:89:e7 \' ' dev "vx0" dst 127.0.0.3 # one' \
		"ip neigh add 10.0.0.9 lladdr 32:39:e3:57:89:e7 dev vx0" "fdb get 32:39:e3:57:89:e7 dev vx0" "neigh"
	batch
	[ "$status" = 0 ] || show "done"
	diff "$DIR/out" - <<-'END'
		32:39:e3:57:89:e7 dst 127.0.0.3 self permanent
		10.0.0.9 dev vx0 lladdr 32:39:e3:57:89:e7 PERMANENT
	END
}

@test "options are for all of them" {
	file "link add vx0 type vxlan id 100" "link show vx0" "status"
	batch -j
	/usr/bin/python3 -c 'import json, sys; print([json.loads(line)[0].get("ifname") for line in sys.stdin])' \
		<"$DIR/out" >"$DIR/names"
	grep -qx "\['vx0', None\]" "$DIR/names" || show "two arrays"
}

@test "nothing is carried out behind the first that fails, however far ahead it was asked" {
	file "link add vx0 type vxlan id 100" "fdb add 02:00:00:00:00:01 dev vx0 dst 127.0.0.7" \
		"fdb add 02:00:00:00:00:01 dev vx0 dst 127.0.0.8"
	for i in {1..2000}; do
		printf 'fdb add 02:00:01:00:%02x:%02x dev vx0 dst 127.0.0.9\n' $((i >> 8)) $((i & 255))
	done >>"$DIR/file"
	batch
	[ "$status" = 2 ] || show "refused"
	diff "$DIR/err" - <<-END
		$DIR/file:3: File exists: 02:00:00:00:00:01 is at 127.0.0.7 (command)
		$DIR/file: nothing behind that line was carried out (-force goes on)
	END
	[ "$(count 7)" = 1 ]
	[ "$(count 9)" = 0 ]
	batch -force
	[ "$status" = 2 ] || show "refused, and gone on with"
	[ "$(wc -l <"$DIR/err")" = 3 ] # it was there; and so was line 2's
	[ "$(count 9)" = 2000 ]
}

@test "a command that is none ends it as well" {
	file "link add vx0 type vxlan id 100" "fdb add 02:00:00:00:00:01 dev vx0 dst 127.0.0.7" "fdb ad" \
		"fdb add 02:00:00:00:00:02 dev vx0 dst 127.0.0.7"
	batch
	[ "$status" = 1 ] || show "bad"
	grep -q ':3: no command "fdb ad"; did you mean "fdb add"?$' "$DIR/err" || show "line 3"
	[ "$(count 7)" = 1 ]
	file "monitor"
	batch
	grep -q ':1: "monitor" is nothing for a file' "$DIR/err" || show "no monitor"
	head -c 70000 /dev/zero | tr '\0' x >"$DIR/file"
	batch
	[ "$status" = 1 ] || show "too long"
	grep -q ':1: a line is at most 65535 bytes long' "$DIR/err" || show "too long"
}

@test "each line of the standard input is carried out when it comes" {
	coproc "$VXS" bridge -b - --socket "$DIR/sock" 2>"$DIR/err"
	for i in 1 2 3; do
		echo "link add vx$i type vxlan id $i" >&"${COPROC[1]}"
		echo "link show vx$i" >&"${COPROC[1]}"
		read -r -t 20 line <&"${COPROC[0]}"
		grep -q "vx$i: " <<<"$line"
		read -r -t 20 line <&"${COPROC[0]}"
	done
}

@test "no such file, and no switch" {
	says 2 "cannot read $DIR/none: No such file" -b "$DIR/none" --socket "$DIR/sock"
	file "status"
	says 3 "no switch answers" -b "$DIR/file" --socket "$DIR/none"
	complains "needs a value" -b
	complains 'unexpected "frob": the commands are in the file' -b "$DIR/file" frob
	complains '-f excludes -b' -b "$DIR/file" -f "$DIR/file"
	complains '"show" and -b' fdb show -b "$DIR/file"
}
