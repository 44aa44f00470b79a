#!/bin/bash
# Who is not in the file is not listened to, and is counted; `accept: any` is for laboratories.
. "$(dirname "$0")/lib.sh"

# n1 is ours and knows n2 only; n3 is a kernel that floods to n1.
stranger() {
	three_nodes
	for n in 1 2 3; do
		bridged_host $n
	done
	cluster "$@" >"$W/cluster.yaml" </dev/null
	# shellcheck disable=SC2034 # lib.sh reads them
	END1=ours END3=kernel
	end 1
	end 3
	kernel_flood 3 "$A1"
}

refused() {
	stranger
	t "a stranger does not get in ($WHERE)" no_ping h3 $H1
	t "and is counted ($WHERE)" has_counted n1 unknown-peer
	t "nothing of it is remembered ($WHERE)" not dumped n1 "$MAC3|^peer $A3 "
}

welcome() {
	stranger "accept: any"
	t "under accept: any it does ($WHERE)" pings h3 $H1
	t "and is remembered as such ($WHERE)" dumped n1 "^peer $A3 .*stranger"
	t "with its MAC ($WHERE)" dumped n1 "^$MAC3 dst $A3 self$"
}

# Datagrams that are no VXLAN, and VXLAN of a network that is not here.
nonsense() {
	stranger
	in_ns n2 bash -c "printf 'hello' >/dev/udp/$A1/4789"
	in_ns n2 bash -c "printf '\0\0\0\0\0\0\x64\0 and more' >/dev/udp/$A1/4789"
	in_ns n2 bash -c "printf '\x08\0\0\0\0\0\x65\0 and more' >/dev/udp/$A1/4789"
	in_ns n2 bash -c "printf '\x08\0\0\0\0\0\x64\0runt' >/dev/udp/$A1/4789"
	t "too short ($WHERE)" eventually has_counted n1 rx-short
	t "no VNI flag ($WHERE)" eventually has_counted n1 invalid-hdr
	t "nobody's VNI ($WHERE)" eventually has_counted n1 vni-not-found
	t "an inner frame that is none ($WHERE)" eventually has_counted n1 inner-runt
}

ENDS=ours-kernel
each refused
each welcome
each nonsense
finish
