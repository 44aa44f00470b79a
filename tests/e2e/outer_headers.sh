#!/bin/bash
# What the outer packet looks like on the wire: never fragmented, TTL, TOS, ECN, checksum.
. "$(dirname "$0")/lib.sh"
needs_tcpdump

all_packets() { # FILTER...: there are some from n1, and all match
	local all matching
	all=$(heard n2 eth2 "src host $A1" | grep -c 'VXLAN')
	matching=$(heard n2 eth2 "src host $A1 and ($*)" | grep -c 'VXLAN')
	echo "$matching of $all match $*"
	[ "$all" -gt 0 ] && [ "$all" -eq "$matching" ]
}

some_packet() { # FILTER...: at least one from n1 does
	[ "$(heard n2 eth2 "src host $A1 and ($*)" | grep -c 'VXLAN')" -gt 0 ] && return
	heard n2 eth2 -v "src host $A1"
	return 1
}

# The fields, as filters, in both families.
tos() { [ "$FAMILY" = 4 ] && echo "ip[1] = $1" || echo "(ip6[0:2] & 0x0ff0) >> 4 = $1"; }
ttl() { [ "$FAMILY" = 4 ] && echo "ip[8] = $1" || echo "ip6[7] = $1"; }
no_checksum() { [ "$FAMILY" = 4 ] && echo "udp[6:2] = 0" || echo "ip6[46:2] = 0"; }

# Half an hour of pings would not show it as well as one with each mark (-Q sets TOS and ECN).
speak() {
	pings h1 $H2 && pings h1 $H2 -Q 0x88 && pings h1 $H2 -Q 0x8a
}

plain() {
	site bridged
	learning_tunnel </dev/null
	listen n2 eth2 udp dst port 4789
	t "pings pass ($WHERE)" speak
	t "TTL 64 ($WHERE)" all_packets "$(ttl 64)"
	[ "$FAMILY" = 6 ] || t "DF is set ($WHERE)" all_packets "ip[6] & 0x40 != 0"
	t "the checksum is there ($WHERE)" all_packets "not ($(no_checksum))"
	t "TOS is not copied ($WHERE)" all_packets "$(tos 0) or $(tos 2)"
	t "ECN is ($WHERE)" some_packet "$(tos 2)"
}

set_by_hand() {
	site bridged
	learning_tunnel "ttl: 17" "tos: inherit" "checksum: false" </dev/null
	listen n2 eth2 udp dst port 4789
	t "pings pass ($WHERE)" speak
	t "TTL 17 ($WHERE)" all_packets "$(ttl 17)"
	t "TOS is copied ($WHERE)" some_packet "$(tos 136)"
	t "with ECN ($WHERE)" some_packet "$(tos 138)"
	if [ "$FAMILY" = 4 ]; then
		t "the checksum is zero ($WHERE)" all_packets "$(no_checksum)"
	else
		t "on IPv6 the checksum stays ($WHERE)" all_packets "not ($(no_checksum))"
	fi
	BYTES=5000000 t "TCP passes ($WHERE)" tcp h1 h2 $H2
}

multicast() {
	site bridged
	cluster >"$W/cluster.yaml" <<<"flood: \"$GROUP\""
	end 1
	end 2
	listen n2 eth2 udp dst port 4789
	t "pings pass ($WHERE)" pings h1 $H2
	t "to the group goes TTL 1 ($WHERE)" some_packet "dst host $GROUP and $(ttl 1)"
	t "to the peer TTL 64 ($WHERE)" some_packet "dst host $A2 and $(ttl 64)"
}

# The kernel sends zero checksums over IPv6 where it is told to; RFC 7348 says they must be accepted.
zero_is_accepted() {
	site bridged
	learning_tunnel_with_zero_checksums
	listen n2 eth2 udp dst port 4789
	t "zero checksums are accepted ($WHERE)" pings h1 $H2
	t "and were zero ($WHERE)" all_packets "$(no_checksum)"
}
learning_tunnel_with_zero_checksums() {
	cluster >"$W/cluster.yaml" </dev/null
	end 1 noudpcsum udp6zerocsumtx udp6zerocsumrx
	kernel_flood 1 "$A2"
	end 2
}

# Each node listens where the file says of it, and is sent there what was learned from it.
own_ports() {
	site bridged
	learning_tunnel </dev/null
	sed -i '/^  n2:/s/ }/, port: 4790 }/' "$W/cluster.yaml"
	vxs_stop n2
	kill -HUP "${pid[n1]}"
	need vxs_start n2 "$W/cluster.yaml" n2
	need eventually dumped n1 "^00:00:00:00:00:00 dst $A2 port 4790 self"
	listen n2 eth2 udp
	t "pings pass ($WHERE)" pings h1 $H2
	t "n2 is sent to on its own port ($WHERE)" all_packets "udp dst port 4790"
	t "and n1 on its ($WHERE)" is "$(heard n2 eth2 "src host $A2 and not dst port 4789")" = ""
	t "as the entry says that was learned ($WHERE)" dumped n1 "^$MAC2 dst $A2 port 4790 self$"
	t "probes find it, too ($WHERE)" "$VXS" ping n2 -c 1 --node n1
}

ENDS=${ENDS:-ours-ours ours-kernel} each plain
ENDS=ours-ours each own_ports
ENDS=${ENDS:-ours-ours ours-kernel} each set_by_hand
ENDS=ours-ours each multicast
ENDS=kernel-ours each zero_is_accepted
finish
