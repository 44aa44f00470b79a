#!/usr/bin/env bats
# vxs run, when the system says no: one line about what is missing, status 2, and nothing left behind.
# Each call has a network namespace of its own, prepared by the words in $before and looked at by those
# in $after, whose output is $left.

load common

setup() {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	good=$BATS_TEST_TMPDIR/good.yaml
	before=: after=:
	cluster "$good" 127.0.0.1 127.0.0.2 <<<'  green: { vni: 200 }'
	go_inside
	export before after
	inside=("${inside[@]}" bash -c 'eval "$before"; "$@"; rc=$?; eval "$after" >&9; exit $rc' -)
	exec 9>"$BATS_TEST_TMPDIR/left"
}

is_left() { grep -q "$1" "$BATS_TEST_TMPDIR/left"; }

@test "the second network's device cannot be made: the first one's goes, too" {
	before='ip link add vx200 type bridge'
	after='ip -br link show'
	says 2 'network green: .*vx200.*bridge' run -f "$good" --node n1
	is_left '^vx200 '
	run ! is_left '^vx100'
}

@test "also a persistent one" {
	sed -i 's/blue: { /&persist: true, /' "$good"
	before='ip link add vx200 type bridge'
	after='ip -br link show'
	says 2 'network green: .*vx200' run -f "$good" --node n1
	run ! is_left '^vx100'
}

@test "but not one that was there before" {
	sed -i 's/blue: { /&persist: true, /' "$good"
	before='ip tuntap add vx100 mode tap vnet_hdr user "$(id -u)"; ip link add vx200 type bridge'
	after='ip -br link show'
	says 2 'network green: .*vx200' run -f "$good" --node n1
	is_left '^vx100 '
}

@test "the port is taken: no device is touched" {
	before=': >"$FIRST.log"; timeout 20 "$VXS" run -f "$FIRST" --node n1 2>"$FIRST.log" & first=$!
		until grep -q "is ready" "$FIRST.log"; do sleep 0.05; done'
	after='kill $first; wait $first; ip -br link show'
	cluster "$BATS_TEST_TMPDIR/first" 127.0.0.1 127.0.0.2 </dev/null
	sed -i 's/vni: 100/&, device: first0/' "$BATS_TEST_TMPDIR/first"
	export VXS FIRST=$BATS_TEST_TMPDIR/first
	says 2 'port 4789.*process [0-9]+' run -f "$good" --node n1
	run ! is_left '^vx'
}

@test "a bridge that is not there" {
	sed -i 's/vni: 200/&, bridge: br9/' "$good"
	after='ip -br link show'
	says 2 'network green: .*br9' run -f "$good" --node n1
	run ! is_left '^vx'
}

@test "a bridge that is none" {
	sed -i 's/vni: 200/&, bridge: lo/' "$good"
	says 2 'network green: .*lo' run -f "$good" --node n1
}

@test "a group on an interface that is not there" {
	sed -i 's/n1: { /&interface: eth9, /; s/n2: { /&interface: eth9, /; s/vni: 200/&, flood: 239.1.1.1/' \
		"$good"
	after='ip -br link show'
	says 2 'eth9' run -f "$good" --node n1
	run ! is_left '^vx'
}

@test "no right to make a device" {
	before='ip link set lo up'
	[ "$(id -u)" = 0 ] || skip "needs a second user"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
	install -m 755 "$VXS" "$BATS_TEST_TMPDIR/vxs"
	chmod 644 "$good"
	setpriv --reuid 65534 --clear-groups "$BATS_TEST_TMPDIR/vxs" -V ||
		skip "another user cannot run programs from $BATS_TEST_TMPDIR"
	VXS=$BATS_TEST_TMPDIR/vxs
	inside+=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	says 2 'network blue: .*(needs CAP_NET_ADMIN|may not be opened by user 65534)' \
		run -f "$good" --node n1
}
