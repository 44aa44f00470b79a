#!/usr/bin/env bats
# vxs diff OLD NEW [--node NAME]

load common

setup() {
	old=$BATS_TEST_TMPDIR/old.yaml new=$BATS_TEST_TMPDIR/new.yaml
	cluster "$old" 198.51.100.1 198.51.100.2 </dev/null
	cluster "$new" 198.51.100.1 198.51.100.2 <<<'  green: { vni: 200 }'
}

@test "what is different is a line" {
	answers '^[+] network green: vni 200, device vx200$' diff "$old" "$new" --node n1
	answers '^- network green: vni 200, device vx200$' diff "$new" "$old" --node n1
	VXS_NODE=n2 answers '^[+] network green' diff "$old" "$new"
}

@test "the same is nothing" {
	call diff "$old" "$old" --node n1
	[ "$status" = 0 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
}

@test "errors of either file are said" {
	echo '  red: { vni: none }' >>"$new"
	call diff "$old" "$new" --node n1
	[ "$status" = 4 ]
	grep -q 'new.yaml:.*E110' "$BATS_TEST_TMPDIR/err"
	call diff "$new" "$old" --node n1
	[ "$status" = 4 ]
	call diff "$old" "$old.gone" --node n1
	[ "$status" = 4 ]
}

@test "two files, and a node that is in both" {
	call diff "$old" "$new" "$new"
	[ "$status" = 1 ]
	call diff "$old" "$new" --node nobody
	[ "$status" = 2 ]
}
