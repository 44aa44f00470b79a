#!/bin/bash
# `vxs trace` says where a frame would go; then a host sends it, and tcpdump on the underlay shows the
# same peer, source port and VNI.  That it was asked leaves nothing behind.
. "$(dirname "$0")/lib.sh"
needs_tcpdump

trace() { "$VXS" trace "$@" >"$W/trace" 2>&1; }
# says PATTERN WORD... of the frame
says() {
	local pattern=$1
	shift
	trace "$@" && grep -qE -- "$pattern" "$W/trace" && return
	cat "$W/trace"
	return 1
}

datagram=(ip src "$H1" dst "$H2" udp sport 4000 dport 4001)

# The datagram of the frame above, as the host sends it.
send() {
	in_ns h1 python3 - "$H1" "$H2" <<-EOF2
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind((sys.argv[1], 4000))
		s.sendto(b"x" * 56, (sys.argv[2], 4001))
	EOF2
}

# "A 54353 B 4789 VNI": of what was traced, and of what was seen on the wire with the inner port 4001.
promised() {
	sed -nE 's/^datagram +\[?([0-9a-f.:]+)\]?:([0-9]+) → \[?([0-9a-f.:]+)\]?:([0-9]+), VNI ([0-9]+),.*/\1 \2 \3 \4 \5/p' \
		"$W/trace"
}
kept() {
	heard n2 eth2 -n | grep -A 1 VXLAN | grep -B 1 "\.4001: UDP" |
		sed -nE 's/.*IP6? ([0-9a-f.:]+)\.([0-9]+) > ([0-9a-f.:]+)\.([0-9]+): VXLAN.* vni ([0-9]+).*/\1 \2 \3 \4 \5/p'
}
arrived() { [ "$(kept)" = "$1" ] || { echo "promised $1; heard $(kept)" && return 1; }; }

counters() { "$VXS" stats --node n1 && "$VXS" fdb show --node n1; }

walks() {
	local promise
	site bridged
	learning_tunnel </dev/null
	t "hosts talk ($WHERE)" pings h1 $H2
	counters >"$W/before"
	t "it is looked up where it was learned ($WHERE)" says \
		"3 look up +$MAC2 dst $A2 self  \(learned from $A2, last heard [0-9]+ s ago\)" \
		blue src $MAC1 dst $MAC2 "${datagram[@]}" --node n1
	promise=$(promised)
	t "one datagram to n2 ($WHERE)" grep -qE "^$A1 [0-9]+ $A2 4789 100$" <<<"$promise"
	t "the other end lets it in ($WHERE)" says "5 leave +DELIVER to vxlan100: $MAC2" \
		blue from n1 src $MAC1 dst $MAC2 "${datagram[@]}" --node n2
	t "nothing was counted or learned ($WHERE)" diff "$W/before" <(counters)
	listen n2 eth2 udp dst port 4789
	t "the host sends it ($WHERE)" send
	t "and a ping behind it ($WHERE)" pings h1 $H2
	t "it is that datagram ($WHERE)" eventually arrived "$promise"
}

# follows NODE FILE WORD...: what is told of live frames goes into the file.
follows() {
	"$VXS" -j trace --follow "${@:3}" --node "$1" >"$W/$2" 2>&1 &
	pid[$2]=$!
}
# only PATTERN FILE: in each line.  It may grow while it is looked at.
only() {
	head -n "$(wc -l <"$W/$2")" "$W/$2" >"$W/lines"
	[ -s "$W/lines" ] && not grep -vE -- "$1" "$W/lines"
}
ends() { kill "${pid[$1]}" && { wait "${pid[$1]}" || true; } && unset "pid[$1]"; }
sees_requests() { ping_once && grep -q '"direction":"out"' "$W/$1"; }
sees_peer() { ping_once && grep -q "\"peer\":\"$A1\"" "$W/$1"; } # it may have begun to follow last
ping_once() { in_ns h1 ping -c 1 -W 2 "$H2" >/dev/null; }

lives() {
	site bridged
	learning_tunnel </dev/null
	t "hosts talk ($WHERE)" pings h1 $H2
	follows n1 pings blue mac "$MAC1" ip "$H2"
	follows n2 peers peer "$A1"
	follows n1 drops drop
	in_ns h2 ip neigh flush all # so that it asks, too; the words of an answer do not repeat who asked
	t "a follower sees the frames of a ping ($WHERE)" eventually sees_requests pings
	t "and the other end the same from that peer ($WHERE)" eventually sees_peer peers
	t "which was sent where it says ($WHERE)" grep -qE "\"verdict\":\"send\".*\"dst\":\"$A2\",\"port\":4789" "$W/pings"
	t "nothing else is shown ($WHERE)" only "$H2|\"dst\":\"$MAC2\".* ARP $H1 is at" pings
	t "a flood ends ($WHERE)" in_ns h1 ping -q -f -c 3000 "$H2"
	t "and not each frame of it was told ($WHERE)" eventually grep -q '"event":"lost"' "$W/pings"
	t "nothing was dropped, and so nothing is told ($WHERE)" is ! -s "$W/drops"
	for f in pings peers drops; do ends $f; done
	t "hosts talk on ($WHERE)" pings h1 $H2
}

ENDS=ours-ours each walks
ENDS=ours-ours each lives
finish
