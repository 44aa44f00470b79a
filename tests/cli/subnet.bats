#!/usr/bin/env bats
# vxs subnet show -f FILE, vxs subnet allocate FILE

# shellcheck disable=SC2154 # call and run set $status and $output
load common

setup() {
	file=$BATS_TEST_TMPDIR/c.yaml leases=$BATS_TEST_TMPDIR/leases.yaml
	cluster "$file" 198.51.100.1 198.51.100.2 <<<'  green: { vni: 2, cidr: 10.42.0.0/16, subnet-length: 24 }'
}

shown() {
	call subnet show -f "$file"
	[ "$status" = 0 ] || show "subnets are shown"
	cut -d ' ' -f 1,5,10 "$BATS_TEST_TMPDIR/out" | paste -sd ,
}

@test "what is leased from etcd is in no file" {
	echo 'leases: { store: etcd, etcd: { endpoints: [http://198.51.100.9:2379] } }' >>"$file"
	says 2 'subnets are leased from etcd' subnet allocate "$file"
	[ ! -e "$leases" ]
	call subnet show -f "$file"
	[ "$status" = 0 ] && [ ! -s "$BATS_TEST_TMPDIR/out" ]
	sed -i 's/^nodes:.*/nodes: {}/; /^  n[12]:/d' "$file"
	says 2 'names no node; --address makes this machine one' run -f "$file" --node me
	says 2 'no node is called .* or make it one with --address' run -f "$file"
}

@test "show without leases: computed, in the order of the file" {
	[ "$(shown)" = '10.42.1.0/24 n1 computed,10.42.2.0/24 n2 computed' ]
	answers '^\[{"network":"green","node":"n1","subnet":"10.42.1.0/24","source":"computed",' \
		subnet show -j -f "$file"
	answers '^10.42.1.0/24 network green node n1 ' subnet "--file=$file"
	answers '^10.42.1.0/24 network green' subnet show green -f "$file"
	answers '^10.42.1.0/24 network green' subnet show vx2 -f "$file"
	answers '^10.42.1.0/24 +green +n1 +computed$' -br subnet show -f "$file"
	answers '^SUBNET +NETWORK +NODE +SOURCE$' -H subnet show -f "$file"
	answers $'^\x1b\\[35m10.42.1.0/24\x1b\\[0m network \x1b\\[36mgreen\x1b' -c subnet show -f "$file"
	call subnet show blue -f "$file"
	[ "$status" = 0 ] && [ ! -s "$BATS_TEST_TMPDIR/out" ]
	says 2 'no network "gren"; did you mean "green"' subnet show gren -f "$file"
}

@test "check warns of what no lease holds, and is silent when all are leased" {
	call check "$file"
	[ "$status" = 0 ]
	grep -q 'no lease holds the subnets of "n1" and "n2".*\[W205\]' "$BATS_TEST_TMPDIR/err"
	answers 'leases.yaml: 2 subnets, 2 of them new$' subnet allocate "$file"
	answers 'fine$' check "$file"
}

@test "nobody moves when nodes are inserted, reordered, renamed or removed" {
	answers 'node n2 has 10.42.2.0/24$' subnet allocate "$file"
	sed -i '/^  n2/d; s/^  n1: {/  new: { address: 198.51.100.9 }\n  n2: { address: 198.51.100.2 }\n  other: {/' "$file"
	[ "$(shown)" = '10.42.3.0/24 new computed,10.42.2.0/24 n2 lease,10.42.1.0/24 other lease' ]
	answers 'node other has 10.42.1.0/24, which was node n1.s$' subnet allocate "$file"
	sed -i '/^  n2/d' "$file"
	answers 'leases.yaml: 2 subnets, 0 of them new' subnet allocate "$file"
	grep -q '^    n2: .*10.42.2.0/24' "$leases"
	sed -i 's/^networks:/  last: { address: 198.51.100.7 }\nnetworks:/' "$file"
	[ "$(shown)" = '10.42.3.0/24 new lease,10.42.1.0/24 other lease,10.42.4.0/24 last computed' ]
}

@test "the lease file: sorted, kept as it is where nothing changes, with its mode" {
	call subnet allocate "$file"
	[ "$(stat -c %a "$leases")" = 644 ]
	chmod 600 "$leases"
	before=$(stat -c %i "$leases")
	call subnet allocate "$file"
	[ "$(stat -c %i "$leases")" = "$before" ]
	sed -i 's/^networks:/  a: { address6: "2001:db8::a", address: 198.51.100.7 }\nnetworks:/' "$file"
	answers '1 of them new' subnet allocate "$file"
	[ "$(stat -c %a "$leases")" = 600 ]
	[ "$(grep -o '^    [a-z0-9]*:' "$leases" | tr -d ' \n')" = a:n1:n2: ]
	[ "$(ls "$BATS_TEST_TMPDIR"/leases.yaml*)" = "$leases" ]
	mv "$leases" "$BATS_TEST_TMPDIR/elsewhere"
	ln -s elsewhere "$leases"
	sed -i 's/^networks:/  b: { address: 198.51.100.8 }\nnetworks:/' "$file"
	answers '1 of them new' subnet allocate "$file"
	[ -L "$leases" ] && grep -q '^    b:' "$BATS_TEST_TMPDIR/elsewhere"
}

@test "where the leases are" {
	echo "leases: { path: sub/l.yaml }" >>"$file"
	says 2 'cannot write .*/sub/l.yaml: No such file' subnet allocate "$file"
	mkdir "$BATS_TEST_TMPDIR/sub"
	answers 'sub/l.yaml: 2 subnets' subnet allocate "$file"
	cd "$BATS_TEST_TMPDIR"
	answers '^sub/l.yaml: 2 subnets, 0 of them new' subnet allocate c.yaml
	run -0 "$VXS" check - <c.yaml
	[ "$output" = '<stdin>: cluster demo, 2 nodes, 2 networks: fine' ]
	sed -i "s,sub/l.yaml,$BATS_TEST_TMPDIR/abs.yaml," "$file"
	answers "^$BATS_TEST_TMPDIR/abs.yaml: 2 subnets" subnet allocate c.yaml
}

@test "errors of the lease file have their places, and change nothing" {
	printf 'version: 1\nnetworks:\n  green:\n    n1: { subnet: 10.43.0.0/24 }\n' >"$leases"
	cp "$leases" "$leases.before"
	for verb in 'check' 'subnet allocate' 'subnet show -f' 'run --node n1 -f'; do
		# shellcheck disable=SC2086 # words
		finds 'leases.yaml:4:19: error: .* \[E222\]' $verb "$file"
	done
	cmp "$leases" "$leases.before"
	call check --format json "$file"
	[ "$(grep -c leases.yaml "$BATS_TEST_TMPDIR/out")" = 1 ]
	python3 -c 'import json, sys; json.load(sys.stdin)' <"$BATS_TEST_TMPDIR/out"
	: >"$leases"
	finds 'leases.yaml: error: the file is empty' check "$file"
	rm "$leases"
	mkdir "$leases"
	says 4 'cannot read .*leases.yaml: it is no regular file' subnet show -f "$file"
	rmdir "$leases"
	mkfifo "$leases"
	says 4 'cannot read .*leases.yaml: it is no regular file' subnet allocate "$file"
}

@test "a pin is not taken from another node" {
	call subnet allocate "$file"
	sed -i 's/subnet-length: 24/subnet-length: 24, subnets: { n2: 10.42.1.0\/24 }/' "$file"
	finds 'subnet 10.42.1.0/24 is leased to node "n1" \[E223\]' subnet allocate "$file"
}

@test "wrong command lines" {
	complains 'which cluster file' subnet allocate
	complains 'has to be a file' subnet allocate -
	complains 'has to be a file' subnet allocate --force "$file"
	complains 'unexpected "b"' subnet allocate "$file" b
	complains 'only a running switch' fdb show -f "$file"
	complains '--file needs a value' subnet show -f
	answers '^usage: vxs subnet allocate FILE' subnet allocate --help
	reads_no_nonsense subnet show -f
}
