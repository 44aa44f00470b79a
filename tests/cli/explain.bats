#!/usr/bin/env bats
# vxs explain [CODE]

# shellcheck disable=SC2154 # call sets $status
load common

@test "a code is explained, with an example before and after" {
	answers '^E112: ' explain E112
	for part in means because mend wrong right; do
		grep -qE "^  $part +[^ ]" "$BATS_TEST_TMPDIR/out" || show "no \"$part\""
	done
	grep -q 'vni: 16777216' "$BATS_TEST_TMPDIR/out"
}

@test "the code may be copied as a message shows it" {
	answers '^E112: ' explain e112
	answers '^E112: ' explain '[E112]'
	answers '^W203: ' explain w203
	answers '^E112: ' explain -- E112
}

@test "without a code, all of them in a line each" {
	answers '^E112  ' explain
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -gt 40 ]
	run ! grep -vE '^[EWD][0-9]{3}  [^ ].*\.$' "$BATS_TEST_TMPDIR/out"
}

@test "each code of the list is explained, and fits a terminal" {
	call explain
	while read -r code _; do
		"$VXS" explain "$code" >"$BATS_TEST_TMPDIR/one"
		grep -q "^$code: " "$BATS_TEST_TMPDIR/one"
		run ! grep -nE '.{81}' "$BATS_TEST_TMPDIR/one"
	done <"$BATS_TEST_TMPDIR/out"
}

@test "as JSON" {
	for option in -j --json; do
		call explain $option E112
		python3 -c 'import json,sys; e = json.load(sys.stdin); assert e["code"] == "E112" and e["wrong"]' \
			<"$BATS_TEST_TMPDIR/out"
	done
	call explain -j
	python3 -c 'import json,sys; assert len(json.load(sys.stdin)) > 40' <"$BATS_TEST_TMPDIR/out"
}

@test "wrong command lines" {
	complains 'no code "E113x"; did you mean E113' explain E113x
	complains 'no code "112"; did you mean E112' explain 112
	complains 'no code "frobnicate"; `vxs explain` lists them' explain frobnicate
	complains 'no code ""' explain ''
	complains 'unexpected "E113"' explain E112 E113
	complains 'no option "--jsno"; did you mean "--json"' explain --jsno
	complains 'no option "-x"' explain E112 -x
}

@test "help is its usage" {
	answers '^usage: vxs explain ' explain --help
	answers '^usage: vxs explain ' help explain
}

@test "an answer that cannot be written is a failure" {
	[ -c /dev/full ] || skip "no /dev/full here"
	run -2 --separate-stderr bash -c '"$0" explain >/dev/full' "$VXS"
	[[ $stderr == *'cannot write the answer: No space left'* ]]
}
