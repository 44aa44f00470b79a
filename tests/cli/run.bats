#!/usr/bin/env bats
# vxs run -f FILE: the command line, the file, and which node this is.  What it does to the system is
# in start.bats.

load common

setup() {
	go_inside
	good=$BATS_TEST_TMPDIR/good.yaml
	cluster "$good" 198.51.100.1 198.51.100.2 </dev/null
}

@test "wrong command lines" {
	says 2 'the cluster file says which address and interface are this node' run -f "$good" --address 198.51.100.1
	complains 'need --address' run -f "$good" --interface lo
	complains '--address is given twice' run --address 198.51.100.1 --address 198.51.100.1
	complains 'expected an IPv4 address' run --address nowhere
	complains 'expected an IPv6 address' run --address6 198.51.100.1
	complains 'unexpected "' run "$good"
	complains '-f needs a value' run -f
	complains '--file needs a value' run --file
	complains '--node needs a value' run -f "$good" --node
	complains '-node needs a value' run -f "$good" -node
	complains '-f needs a value, and has an empty one' run -f ''
	complains '--node needs a value, and has an empty one' run -f "$good" --node=
	complains '-f is given twice' run -f "$good" -f "$good"
	complains '-f is given twice' run -f "$good" --file "$good"
	complains '--node is given twice' run -f "$good" --node n1 -n n2
	complains 'unexpected "other.yaml"' run -f "$good" other.yaml
	complains 'unexpected "other.yaml"' run other.yaml -f "$good"
	complains 'unexpected "--node"' run -f "$good" -- --node
	complains 'no option "--frob"' run --frob
	complains 'no option "--noed"; did you mean "--node"' run --noed n1
	complains 'no option "--nodee"; did you mean "--node"' run --nodee=n1
	complains 'no option "-x"' run -x -f "$good"
	complains '--verbose takes no value' run --verbose=3 -f "$good"
	complains '--help takes no value' run --help=me
}

@test "what cannot be a cluster file" {
	reads_no_nonsense run -f
}

@test "a file with mistakes starts nothing, and says so" {
	cluster "$good" 198.51.100.1 198.51.100.2 <<<'  red: { vni: x }'
	finds 'good.yaml:8:15: error:' run -f "$good" --node n1
	grep -qx '1 error\. Nothing was started\.' "$BATS_TEST_TMPDIR/err"
	seq 25 | sed 's/.*/  x&: { vni: -1 }/' | cluster "$good" 198.51.100.1 198.51.100.2
	finds '\.\.\. and 5 more' run -f "$good" --node n1
}

@test "a node that the file does not have" {
	says 2 'no node "zebra" in .*good.yaml; it has: n1, n2$' run -f "$good" --node zebra
	says 2 'no node "zebra"' run -f "$good" -node zebra
	says 2 'no node "zebra"' run -file "$good" -node=zebra
	says 2 'no node "zebra"' run --fil "$good" --no zebra
	VXS_NODE=zebra says 2 'no node "zebra"' run -f "$good"
}

@test "--node beats \$VXS_NODE" {
	VXS_NODE=n1 says 2 'no node "zebra"' run -f "$good" --node zebra
}

@test "of many nodes a few are named" {
	{
		printf 'version: 1\nname: demo\nnodes:\n'
		for i in {1..200}; do echo "  node-$i: { address: 198.51.100.$i }"; done
		printf 'networks: { blue: { vni: 1 } }\n'
	} >"$good"
	says 2 'it has: node-1, .*node-8 and 192 more$' run -f "$good" --node zebra
	says 2 'did you mean node-1\?' run -f "$good" --node nide-1
}

@test "a machine that is no node of the file" {
	says 2 'this machine is no node of .*good.yaml: .*--node' run -f "$good"
	VXS_NODE='' says 2 'this machine is no node' run -f "$good"
}

@test "a machine with the addresses of several nodes" {
	cluster "$good" 127.0.0.1 127.0.0.2 </dev/null
	says 2 'addresses of several nodes \(n1, n2\): say which with --node' run -f "$good"
}

@test "a node whose address is not here, with those that are" {
	for words in '--node n2' '-n n2' '-node=n2'; do
		# shellcheck disable=SC2086 # words
		finds 'good.yaml:5:18: error: 198.51.100.2 of node n2 is not an address of this machine \[E240\]' \
			run -f "$good" $words
	done
	grep -q 'expected: an address of this machine, such as 127.0.0.1$' "$BATS_TEST_TMPDIR/err"
	grep -qx '1 error\. Nothing was started\.' "$BATS_TEST_TMPDIR/err"
	VXS_NODE=n2 finds '198.51.100.2 of node n2 .*\[E240\]' run -f "$good"
}

@test "the host's name is a node" {
	host=$(hostname)
	[[ $host =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || skip "this host is called \"$host\""
	sed -i "s/n2:/\"$host\":/" "$good"
	finds "198.51.100.2 of node $host " run -f "$good"
}
