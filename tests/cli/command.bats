#!/usr/bin/env bats
# The command line before any verb: help, version, and words that are no command.

# shellcheck disable=SC2154 # run sets $stderr
load common

@test "no word at all: the help, as a complaint" {
	call
	[ "$status" = 1 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	grep -q 'vxs run ' "$BATS_TEST_TMPDIR/err"
}

@test "help is an answer, however it is asked for" {
	for word in help --help -help -h; do
		answers '^  vxs run ' "$word"
		answers '^  vxs check ' "$word"
	done
}

@test "help says what each exit status means" {
	answers 'Exit status: 0 ok, 1 bad command line, 2 refused, 3 no switch to ask,' --help
	answers '^4 configuration invalid' --help
}

@test "help says what listings take" {
	answers '^Listings take .*-br .*-H.* -o ' --help
	answers '^and -c\[=always\|auto\|never\]' --help
}

@test "help fits a terminal" {
	call --help
	run ! grep -nE '.{101}' "$BATS_TEST_TMPDIR/out"
}

@test "help of a verb is its usage" {
	answers '^usage: vxs run \[-f FILE\]' help run
	answers '^usage: vxs check FILE' help check
	answers '^usage: vxs run \[-f FILE\]' --help run
	answers '^usage: vxs run \[-f FILE\]' run --help
	answers '^usage: vxs run \[-f FILE\]' run -help
	answers '^usage: vxs run \[-f FILE\]' run -h
	answers '^usage: vxs run \[-f FILE\]' run -f nowhere.yaml -h
	answers '^usage: vxs check FILE' check --help
	answers '^usage: vxs check FILE' check -h
	answers '^usage: vxs check FILE' check nowhere.yaml -h
}

@test "version is an answer, however it is asked for" {
	for word in version --version -version -V; do
		answers '^vxs [0-9]+\.[0-9]+\.[0-9]+$' "$word"
	done
}

@test "wrong words after help" {
	says 1 'no command "rnu"; did you mean "vxs run"' help rnu
	says 1 'no command "frobnicate"' help frobnicate
	says 1 'no command ""' help ''
	says 1 'no command "help"' help help
	says 1 'no option "-f"' help -f
	says 1 'no option "--node"' --help --node
	says 1 'no option "--help"' help --help
	says 1 'unexpected "check"' help run check
	says 1 'unexpected "-f"' -h run -f
	says 1 'unexpected ""' help run ''
	says 1 'no command "cluster.yaml"' help cluster.yaml
}

@test "wrong words after version" {
	for word in run check x '' -V --version -f --help 1.0 -; do
		says 1 "unexpected \"$word\"" --version "$word"
		says 1 "unexpected \"$word\"" -V "$word"
	done
}

@test "a slip in a verb is seen through" {
	for word in rnu ru runn rum RUN rin; do
		says 1 "no command \"$word\"; did you mean \"vxs run\"" "$word"
	done
	for word in chekc chck checks Check; do
		says 1 "no command \"$word\"; did you mean \"vxs check\"" "$word"
	done
}

@test "words that are no command" {
	for word in frobnicate 'run check' cluster.yaml '' 0 vxs vlan run.yaml %s%n; do
		says 1 "no command \"$word\"; .vxs --help. lists" "$word"
	done
	for word in --frob -x - -- --run --helpp -f; do
		says 1 "no option \"$word\"" "$word"
	done
}

@test "words that a terminal would obey are only shown" {
	says 1 'no command "a\?\[31mb\?c"' $'a\e[31mb\nc'
	says 1 'unexpected "x\?y"' --version $'x\ry'
	says 4 'cannot read a\?b: No such file' check $'a\nb'
	complains 'no option "-x\?y"' run $'-x\ay'
}

@test "a word of any length gets one line" {
	says 1 'no command "xxxx' "$(printf 'x%.0s' {1..5000})"
	complains 'no option "--xxxx' run "--$(printf 'x%.0s' {1..5000})"
}

@test "an answer that cannot be written is a failure" {
	[ -c /dev/full ] || skip "no /dev/full here"
	for word in --help --version; do
		run -2 --separate-stderr bash -c '"$0" "$1" >/dev/full' "$VXS" "$word"
		[[ $stderr == *'cannot write the answer: No space left'* ]]
	done
}
