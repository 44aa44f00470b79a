#!/usr/bin/env bats
# What each verb says to at least ten wrong inputs: wrong.table has the exit status, the words, and how the one line
# begins that answers them; a usage may follow it, and nothing is on stdout.

# shellcheck disable=SC2154 # inside and status are of common.bash
load common

setup_file() {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	go_inside
	export DIR=$BATS_FILE_TMPDIR
	cat >"$DIR/a.yaml" <<-EOF2
		version: 1
		name: demo
		nodes: { n1: { address: 127.0.0.1 }, n2: { address: 127.0.0.2 } }
		networks: { blue: { vni: 100, device: v0 } }
	EOF2
	cd "$DIR" || return
	"${inside[@]}" "$VXS" run -f a.yaml --node n1 --volatile --socket "$DIR/sock" 2>"$DIR/log" 3>&- &
	echo $! >"$DIR/pid"
	until grep -qs "is ready" "$DIR/log" || ! kill -0 "$(cat "$DIR/pid")"; do sleep 0.05; done
	grep -q "is ready" "$DIR/log"
}

teardown_file() {
	[ ! -e "$DIR/pid" ] || kill "$(cat "$DIR/pid")"
}

rows() { grep -v '^#' "$BATS_TEST_DIRNAME/wrong.table"; }

# Where the switch is has to be said to those who ask one, unless the words are about that.
socket_for() {
	case " $* " in
	" run "* | " check "* | " diff "* | " explain "* | *" --socket"* | *" --node"* | *" allocate "* | " -b ") socket=() ;;
	*) socket=(--socket "$DIR/sock") ;;
	esac
}

is_answered() { # STATUS LINE WORD...
	local line
	socket_for "${@:3}"
	call "${@:3}" "${socket[@]}"
	[ "$status" = "$1" ] || show "wanted status $1" || return
	[ ! -s "$BATS_TEST_TMPDIR/out" ] || show "something on stdout" || return
	read -r line <"$BATS_TEST_TMPDIR/err"
	[ "${line:0:${#2}}" = "$2" ] || show "wanted: $2" || return
	[ "$(grep -cv '^usage: \|nothing behind' "$BATS_TEST_TMPDIR/err")" -le "$((1 + 2 * ($1 == 4)))" ] || show "more than one line"
}

@test "each is answered in one clear line" {
	cd "$DIR" || return
	local wanted words line failed=0
	while IFS=$'\t' read -r wanted words line; do
		eval "set -- $words"
		is_answered "$wanted" "$line" "$@" || failed=$((failed + 1))
	done < <(rows)
	[ "$failed" = 0 ]
}

@test "ten for each verb" {
	local verb
	call help
	while read -r verb; do
		[ "$(rows | cut -f 2 | grep -c -- "^$verb\b")" -ge 10 ] || show "not ten of $verb"
	done < <(sed -n 's/^  vxs \([^ ]*\) .*/\1/p' "$BATS_TEST_TMPDIR/out")
}
