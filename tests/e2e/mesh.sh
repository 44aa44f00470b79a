#!/bin/bash
# Three nodes, two of ours and a kernel, and two tenants with the same addresses and the same MACs.
. "$(dirname "$0")/lib.sh"
needs_tcpdump

# tenant NODE COLOUR VNI: its host, with the same address in every colour.
tenant() {
	local n=$1 host=$2$1 mac=MAC$1 addr=H$1 at=A$1 other
	space "$host"
	if [ "$n" = 3 ]; then
		in_ns n3 ip link add "$2" mtu $MTU type vxlan id "$3" dstport 4789 local "${!at}"
		for other in $A1 $A2; do
			in_ns n3 bridge fdb append 00:00:00:00:00:00 dev "$2" dst "$other"
		done
	fi
	in_ns "n$n" ip link set "$2" netns "$host"
	in_ns "$host" ip link set "$2" address "${!mac}" up
	address "$host" "$2" "${!addr}/24"
}

# Everybody but NODE hears one broadcast of it once, in its own colour only.
hears_once() {
	local node=$1 frame n
	frame=$("$PYTHON" "$HERE/frames.py" tagged 02:00:00:00:00:0"$node" ff:ff:ff:ff:ff:ff)
	for n in 1 2 3; do
		listen blue$n blue ether proto 0x88b6
		listen red$n red ether proto 0x88b6
	done
	in_ns blue"$node" "$PYTHON" "$HERE/frames.py" send blue "$frame"
	for n in 1 2 3; do
		is "$(heard blue$n blue | grep -c 0x88b6)" -eq 1 || return
		is "$(heard red$n red | grep -c 0x88b6)" -eq 0 || return
	done
}

mesh() {
	local n from to
	three_nodes
	colours >"$W/cluster.yaml"
	need vxs_start n1 "$W/cluster.yaml" n1
	need vxs_start n2 "$W/cluster.yaml" n2
	for n in 1 2 3; do
		tenant $n blue 100
		tenant $n red 200
	done
	for from in 1 2 3; do
		for to in $H1 $H2 $H3; do
			t "blue$from reaches $to once per ping ($WHERE)" pings_without_duplicates blue$from $to
		done
		t "a broadcast of blue$from is heard once by each and by no red ($WHERE)" hears_once $from
	done
	t "red works beside it ($WHERE)" pings red1 $H3
	in_ns red2 ip link set red down
	t "and is not blue: red2 is down ($WHERE)" no_ping red1 $H2
	t "while blue2 is there ($WHERE)" pings blue1 $H2
}
pings_without_duplicates() { pings "$@" && not grep -q DUP "$W/ping"; }

ENDS=ours-kernel each mesh
finish
