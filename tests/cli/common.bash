# shellcheck shell=bash
# What every command test uses.  A test calls vxs with right or wrong words and looks at its exit
# status, at what it prints on standard output and at what it says on standard error.

bats_require_minimum_version 1.5.0
VXS=$(realpath "${VXS:-$BATS_TEST_DIRNAME/../../build/vxs}")
export LC_ALL=C
unset VXS_NODE NO_COLOR COLORFGBG
export STATE_DIRECTORY=$BATS_RUN_TMPDIR/state # of bats itself, beside those of its tests

# What a failed test shows.
show() {
	echo "$1: vxs ${words[*]@Q}"
	echo "status $status"
	sed 's/^/stdout: /' "$BATS_TEST_TMPDIR/out"
	sed 's/^/stderr: /' "$BATS_TEST_TMPDIR/err"
	return 1
}

# Makes every later call happen in a network namespace of its own, which vanishes with the call: what
# is started by mistake there meets nobody.
inside=()
go_inside() {
	inside=(unshare --net)
	[ "$(id -u)" = 0 ] || inside+=(--map-root-user)
	inside+=(bash -c 'ip link set lo up && exec "$@"' -)
	"${inside[@]}" true || skip "no right to make namespaces here"
}

# call WORD...: runs vxs; sets status, and leaves out and err behind.
call() {
	words=("$@")
	status=0
	timeout -k 1 20 "${inside[@]}" "$VXS" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null ||
		status=$?
}

# answers PATTERN WORD...: the answer is on stdout, nothing on stderr, and the exit status 0.
answers() {
	local pattern=$1
	shift
	call "$@"
	[ "$status" = 0 ] || show "an answer has status 0"
	[ ! -s "$BATS_TEST_TMPDIR/err" ] || show "an answer says nothing on stderr"
	grep -qE -- "$pattern" "$BATS_TEST_TMPDIR/out" || show "no \"$pattern\" on stdout"
}

# says STATUS PATTERN WORD...: one line on stderr, nothing on stdout.
says() {
	local wanted=$1 pattern=$2
	shift 2
	call "$@"
	[ "$status" = "$wanted" ] || show "wanted status $wanted"
	[ ! -s "$BATS_TEST_TMPDIR/out" ] || show "a complaint says nothing on stdout"
	[ "$(grep -vc '^usage: ' "$BATS_TEST_TMPDIR/err")" = 1 ] || show "a complaint is one line"
	grep -v '^usage: ' "$BATS_TEST_TMPDIR/err" | grep -qE -- "$pattern" ||
		show "no \"$pattern\" on stderr"
}

# complains PATTERN WORD...: a bad command line; says so, and how it is right.
complains() {
	local pattern=$1
	shift
	says 1 "$pattern" "$@"
	[ "$(grep -c '^usage: vxs' "$BATS_TEST_TMPDIR/err")" = 1 ] || show "no usage"
}

# finds PATTERN WORD...: the cluster file has errors, which are on stderr with a count at the end.
finds() {
	local pattern=$1
	shift
	call "$@"
	[ "$status" = 4 ] || show "wanted status 4"
	[ ! -s "$BATS_TEST_TMPDIR/out" ] || show "errors are not for stdout"
	grep -qE -- "$pattern" "$BATS_TEST_TMPDIR/err" || show "no \"$pattern\" on stderr"
	tail -n 1 "$BATS_TEST_TMPDIR/err" | grep -qE '^[0-9]+ errors?[.,]' || show "no count"
}

# cluster FILE ADDRESS1 ADDRESS2: two nodes, n1 and n2, in one network; more of it from stdin.
cluster() {
	cat >"$1" <<-EOF
		version: 1
		name: demo
		nodes:
		  n1: { address: $2 }
		  n2: { address: $3 }
		networks:
		  blue: { vni: 100 }
	EOF
	[ -t 0 ] || cat >>"$1"
}

# Files that are no cluster file, for whatever verb reads one: PATTERN and status alike.
# reads_no_nonsense VERB-WORDS...: the file's name comes last.
reads_no_nonsense() {
	local dir=$BATS_TEST_TMPDIR
	says 4 'cannot read .*nowhere.yaml: No such file' "$@" "$dir/nowhere.yaml"
	says 4 'cannot read .*: Is a directory' "$@" "$dir"
	says 4 'cannot read .*: Not a directory' "$@" "$VXS/cluster.yaml"
	says 4 'cannot read .*: File name too long' "$@" "$(printf 'x%.0s' {1..300})"

	ln -sf loop "$dir/loop"
	says 4 'cannot read .*loop: Too many levels' "$@" "$dir/loop"

	: >"$dir/empty"
	finds 'the cluster file .*empty|\[E10[0-9]\]' "$@" "$dir/empty"
	finds '\[E10[0-9]\]' "$@" /dev/null
	head -c 4096 "$VXS" >"$dir/binary"
	finds '\[E101\]' "$@" "$dir/binary"

	# The longest file that is read, and one byte more.
	yes '# nothing' | head -c $((16 << 20)) >"$dir/long"
	finds '\[E10[0-9]\]' "$@" "$dir/long"
	echo >>"$dir/long"
	says 4 'cannot read .*long: it is longer than 16 MiB' "$@" "$dir/long"
	says 4 'cannot read /dev/zero: it is longer than 16 MiB' "$@" /dev/zero

	mkfifo -m 600 "$dir/pipe"
	says 4 'cannot read .*pipe: it is a pipe, and nobody writes into it' "$@" "$dir/pipe"
}
