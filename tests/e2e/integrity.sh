#!/bin/bash
# 60 MB of TCP both ways compared by hash, at full speed: all processors, all windows, both ends busy.
# What offloads do to frames, in all combinations, is in offloads.sh.
. "$(dirname "$0")/lib.sh"

bulk() {
	site
	learning_tunnel <<<"offload: $1"
	t "TCP, offload $1 ($WHERE)" tcp h1 h2 $H2
	t "UDP, offload $1 ($WHERE)" udp h1 h2 $H2
	if [ "$END1$END2" = oursours ]; then
		t "nothing was dropped ($WHERE)" nothing_dropped
	fi
}

nothing_dropped() { not dumped n1 '^ *drop' && not dumped n2 '^ *drop'; }

each bulk auto
ENDS=${ENDS:-ours-ours ours-kernel} each bulk off
finish
