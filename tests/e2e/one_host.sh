#!/bin/bash
# Two daemons on one host, by unicast on 127.0.0.1 and .2, and by a multicast group on one interface that
# has both addresses.  The TAPs go to hosts of their own.
. "$(dirname "$0")/lib.sh"

# node N: a daemon in the namespace `one`; its TAP goes to host N before the next one wants the name.
node() {
	local addr=H$1
	space "h$1"
	vxs_start one "$W/cluster.yaml" "n$1" || return
	in_ns one ip link set vxlan100 netns "h$1"
	in_ns "h$1" ip link set vxlan100 up
	address "h$1" vxlan100 "${!addr}/24"
}

on_loopback() {
	WHERE="127.0.0.1 and .2"
	A1=127.0.0.1 A2=127.0.0.2
	space one
	cluster </dev/null | sed 's/, interface: eth2//' >"$W/cluster.yaml"
	t "both start ($WHERE)" both_start
	t "they talk ($WHERE)" pings h1 $H2
	t "and carry TCP ($WHERE)" tcp h1 h2 $H2
	t "each has learned from the other ($WHERE)" dumped n1 "^$(mac_of h2 vxlan100) dst $A2 self$"
}

in_a_group() {
	WHERE="a group on one interface, IPv$FAMILY"
	space one
	space beyond
	wire one eth2 beyond eth2
	address one eth2 "$A1/$LEN"
	address one eth2 "$A2/$LEN"
	cluster >"$W/cluster.yaml" <<-END
		flood: "$GROUP"
	END
	t "both start ($WHERE)" both_start
	t "they hear each other ($WHERE)" pings h1 $H2
	t "but not themselves ($WHERE)" not dumped n1 "^$(mac_of h1 vxlan100) dst"
}
both_start() { node 1 && node 2; }

on_loopback
sweep
for family in ${FAMILIES:-4 6}; do
	use_family "$family"
	in_a_group
	sweep
done
finish
