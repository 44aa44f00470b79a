#!/bin/bash
# 60 MB of TCP both ways compared by hash, and UDP of many sizes, with all of the kernel's offloads: the
# other end may send superframes whose checksums are not finished, and ours sends superframes into TAPs.
. "$(dirname "$0")/lib.sh"

traffic() {
	site "$1"
	learning_tunnel <<-END
		offload: $2
	END
	t "TCP, $1, offload $2 ($WHERE)" tcp h1 h2 $H2
	t "UDP, $1, offload $2 ($WHERE)" udp h1 h2 $H2
	if [ "$END1$END2" = oursours ]; then
		t "nothing was dropped ($WHERE)" nothing_dropped
	fi
}

# Many a network card cannot segment tunnels or even sum them up: then datagrams leave one by one.
poor_underlay() {
	site bridged
	learning_tunnel </dev/null
	for n in 1 2; do
		in_ns n$n ethtool -K eth2 tx off gso off gro off >/dev/null
	done
	t "TCP, underlay without offloads ($WHERE)" tcp h1 h2 $H2
	t "UDP, underlay without offloads ($WHERE)" udp h1 h2 $H2
}

nothing_dropped() { not dumped n1 '^ *drop' && not dumped n2 '^ *drop'; }

each traffic bridged auto
each traffic direct auto
ENDS=${ENDS:-ours-ours ours-kernel} each traffic bridged off
ENDS=${ENDS:-ours-ours ours-kernel} each poor_underlay
finish
