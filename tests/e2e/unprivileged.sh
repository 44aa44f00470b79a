#!/bin/bash
# Nobody needs root: a whole test runs as another user in a user namespace, and a TAP that was made for a
# user is enough where there is none.
. "$(dirname "$0")/lib.sh"

USER=65534
as_user() { setpriv --reuid $USER --regid $USER --clear-groups --inh-caps=-all "$@"; }

if ! as_user true 2>/dev/null; then
	t_skip "as another user" "we are unprivileged already, so every test here is"
	finish
fi

# Some machines keep /dev/net/tun for root; distributions give it to everybody.
mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200

in_a_user_namespace() {
	as_user env -u E2E_INSIDE TMPDIR=/tmp VXS="$VXS" ENDS=ours-ours bash "$HERE/$1" >"$W/inner"
	local rc=$?
	cat "$W/inner"
	[ $rc = 0 ] && grep -q '^ok 1' "$W/inner"
}
if as_user unshare -Urn true 2>/dev/null; then
	t "two daemons on one host, in a user namespace" in_a_user_namespace one_host.sh
	t "the notes' static FDB, in a user namespace" in_a_user_namespace notes_static_fdb.sh
else
	t_skip "in a user namespace" "this machine forbids them"
fi

two_nodes
cluster >"$W/cluster.yaml" </dev/null
chmod 755 "$W"
in_ns n1 ip tuntap add vxlan100 mode tap vnet_hdr user $USER
in_ns n1 ip link set vxlan100 mtu $MTU up
vxs_start_as_user() {
	ip netns exec n1 setpriv --reuid $USER --regid $USER --clear-groups --inh-caps=-all \
		"$VXS" run -f "$W/cluster.yaml" --node n1 2>"$W/n1.log" &
	pid[n1]=$!
	eventually started_or_ended n1
	cat "$W/n1.log"
	grep -q "is ready" "$W/n1.log"
}
t "a TAP made for the user is taken without any right" vxs_start_as_user
vxs_start n2 "$W/cluster.yaml" n2
address n1 vxlan100 $H1/24
address n2 vxlan100 $H2/24
t "it carries frames" pings n1 $H2
t "and TCP" tcp n1 n2 $H2
t "the process has no capability" grep -q '^CapEff:[[:space:]]*0*$' "/proc/${pid[n1]}/status"
t "the end is clean" vxs_stop n1
t "the TAP is still the user's" is "$(in_ns n1 cat /sys/class/net/vxlan100/owner)" -eq $USER

refused() { STATUS=2 vxs_refused n1 "$W/cluster.yaml" n1 >"$W/message"; }
in_ns n1 ip link del vxlan100
in_ns n1 ip tuntap add vxlan100 mode tap vnet_hdr user 12345
t "another user's TAP is refused" refused
t "and whose it is is said" grep -q 'user 12345' "$W/message"
finish
