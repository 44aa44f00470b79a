#!/usr/bin/env bats
# vxs check FILE

# shellcheck disable=SC2154 # run sets $stderr
load common

setup() {
	good=$BATS_TEST_TMPDIR/good.yaml
	cluster "$good" 198.51.100.1 198.51.100.2 </dev/null
}

@test "a good file is fine, in one line on stdout" {
	answers 'good.yaml: cluster demo, 2 nodes, 1 network: fine$' check "$good"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 1 ]
	answers 'fine$' check -- "$good"
}

@test "numbers and nouns agree" {
	echo '  green: { vni: 200 }' >>"$good"
	answers ' 2 nodes, 2 networks: fine$' check "$good"
	printf '%s\n' 'version: 1' 'name: demo' 'nodes: { n1: { address: 198.51.100.1 } }' \
		'networks: { blue: { vni: 1 } }' >"$good"
	call check "$good"
	grep -q ' 1 node, 1 network: fine$' "$BATS_TEST_TMPDIR/out"
}

@test "a warning is said, and does not fail" {
	cluster "$good" 198.51.100.1 198.51.100.2 <<<'  zero: { vni: 0 }'
	call check "$good"
	[ "$status" = 0 ]
	grep -q 'warning: .*\[W201\]' "$BATS_TEST_TMPDIR/err"
	grep -q '^1 warning\.$' "$BATS_TEST_TMPDIR/err"
	grep -q 'fine$' "$BATS_TEST_TMPDIR/out"
}

@test "the file may come through a pipe" {
	answers 'fine$' check <(cat "$good")
	answers 'fine$' check <(head -n 2 "$good"; sleep 0.3; tail -n +3 "$good")
	mkfifo "$BATS_TEST_TMPDIR/late"
	(sleep 0.3; cat "$good" >"$BATS_TEST_TMPDIR/late") &
	answers 'fine$' check "$BATS_TEST_TMPDIR/late"
	wait $!
}

@test "- is the standard input" {
	run -0 "$VXS" check - <"$good"
	[ "$output" = '<stdin>: cluster demo, 2 nodes, 1 network: fine' ]
	run -0 "$VXS" check - < <(head -n 2 "$good"; sleep 0.3; tail -n +3 "$good")
	run -4 --separate-stderr "$VXS" check - < <(head -n 2 "$good")
	[[ $stderr == *'<stdin>:1:1: error: the cluster file has no "nodes" [E105]'* ]]
}

@test "an empty pipe is an empty file" {
	run -4 --separate-stderr "$VXS" check /dev/stdin <<<''
	[[ $stderr == *E10* ]]
}

@test "wrong command lines" {
	complains 'which cluster file' check
	complains 'which cluster file' check --
	complains 'unexpected "b.yaml"' check a.yaml b.yaml
	complains 'unexpected "-h"' check -- "$good" -h
	complains 'no option "-f"' check -f "$good"
	complains 'no option "--file"' check "--file=$good"
	complains 'no option "-x"' check -x "$good"
	complains 'no option "-x"' check "$good" -x
	complains 'no option "--node"' check --node n1 "$good"
	complains 'no option "--hlep"; did you mean "--help"' check --hlep
	complains '--help takes no value' check --help=me
	complains 'no option "--verbose"' check --verbose "$good"
	complains 'no option "--"' check --=x
	complains 'unexpected ""' check "$good" ''
}

@test "an empty name is no file" {
	says 4 'cannot read : No such file' check ''
}

@test "what cannot be a cluster file" {
	reads_no_nonsense check
}

@test "a file that may not be read" {
	chmod 000 "$good"
	if [ "$(id -u)" != 0 ]; then
		says 4 'cannot read .*good.yaml: Permission denied' check "$good"
		return
	fi
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" 2>/dev/null
	install -m 755 "$VXS" "$BATS_TEST_TMPDIR/vxs"
	setpriv --reuid 65534 --clear-groups "$BATS_TEST_TMPDIR/vxs" -V ||
		skip "another user cannot run programs from $BATS_TEST_TMPDIR"
	run -4 setpriv --reuid 65534 --clear-groups "$BATS_TEST_TMPDIR/vxs" check "$good"
	[[ $output == *'good.yaml: Permission denied' ]]
}

@test "every mistake is named with its place, in order, and counted" {
	cluster "$good" 198.51.100.1 198.51.100.2 <<-EOF
		  red: { vni: 16777216, arp: maybe }
		  pink: { vni: 5, lerning: false }
	EOF
	finds 'good.yaml:8:15: error: .*16777216.*\[E112\]$' check "$good"
	grep -q 'good.yaml:8:30: error: .*\[E113\]$' "$BATS_TEST_TMPDIR/err"
	grep -q 'help: did you mean "learning"' "$BATS_TEST_TMPDIR/err"
	grep -qx '3 errors\.' "$BATS_TEST_TMPDIR/err"
	[ "$(grep -o ':[0-9]*:[0-9]*: error' "$BATS_TEST_TMPDIR/err" | sort -V -c; echo $?)" = 0 ]
}

@test "twenty mistakes are shown, the rest counted" {
	seq 25 | sed 's/.*/  x&: { vni: -1 }/' | cluster "$good" 198.51.100.1 198.51.100.2
	finds '^\.\.\. and 5 more errors$' check "$good"
	[ "$(grep -c ': error: ' "$BATS_TEST_TMPDIR/err")" = 20 ]
	grep -qx '25 errors\.' "$BATS_TEST_TMPDIR/err"
}

@test "a file of nothing but mistakes is answered at once" {
	seq 20000 | sed 's/.*/  x&: { vni: -1 }/' | cluster "$good" 198.51.100.1 198.51.100.2
	finds '^\.\.\. and 19980 more errors$' check "$good"
	grep -qx '20000 errors\.' "$BATS_TEST_TMPDIR/err"
}

# The file of the next tests: two errors and a warning.
mistaken() {
	cluster "$good" 198.51.100.1 198.51.100.2 <<-EOF
		  red: { vni: 16777216, arp: maybe }
		  zero: { vni: 0 }
	EOF
}

# python EXPRESSION: true of the JSON on stdout, which is called e?
python() {
	python3 -c "import json, sys; e = json.load(sys.stdin); sys.exit(not ($1))" \
		<"$BATS_TEST_TMPDIR/out" || show "not $1"
}

@test "as JSON, on stdout" {
	mistaken
	for words in "--format json" "--format=json" "-format json" --json -j; do
		# shellcheck disable=SC2086 # words are words
		call check $words "$good"
		[ "$status" = 4 ]
		[ ! -s "$BATS_TEST_TMPDIR/err" ]
		python "[x['code'] for x in e] == ['E112', 'E113', 'W201']"
		python "all(x['file'] == '$good' for x in e)"
		python "(e[0]['line'], e[0]['column'], e[0]['end_column']) == (8, 15, 23)"
		python "e[0]['expected'].startswith('an integer 0..16777215')"
		python "(e[0]['severity'], e[2]['severity']) == ('error', 'warning')"
	done
	cluster "$good" 198.51.100.1 198.51.100.2 </dev/null
	call check -j "$good"
	[ "$status" = 0 ]
	python "e == []"
}

@test "as GitHub's commands, on stdout" {
	mistaken
	call check --format github "$good"
	[ "$status" = 4 ]
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	grep -q "^::error file=$good,line=8,col=15,endColumn=23,title=E112::vni 16777216 .*%0Aexpected: " \
		"$BATS_TEST_TMPDIR/out"
	grep -q "^::warning file=$good,line=9,.*title=W201::" "$BATS_TEST_TMPDIR/out"
	cluster "$good" 198.51.100.1 198.51.100.2 </dev/null
	answers 'fine$' check --format github "$good"
}

@test "as text, as without a word" {
	mistaken
	finds '\[E112\]$' check --format text "$good"
}

@test "formats that there are not" {
	complains 'no format "xml": text, json or github' check --format xml "$good"
	complains 'no format ""' check --format= "$good"
	complains '--format needs a value' check --format
	complains 'the format is given twice' check -j --format text "$good"
	complains '--json takes no value' check --json=yes "$good"
}

@test "an answer that cannot be written is a failure" {
	[ -c /dev/full ] || skip "no /dev/full here"
	run -2 --separate-stderr bash -c '"$0" check "$1" >/dev/full' "$VXS" "$good"
	[[ $stderr == *'cannot write the answer: No space left'* ]]
}
