#!/bin/bash
# The notes' third scenario: the node answers ARP in the name of the hosts behind the other one, so that
# no ARP leaves it.
. "$(dirname "$0")/lib.sh"
needs_tcpdump

kernel_entries() { # N: what the notes type on it
	local n=$1 kind=END$1 other=$((3 - $1))
	local at=A$other mac=MAC$other ip=H$other
	[ "${!kind}" = kernel ] || return
	kernel_flood "$n" "${!at}"
	kernel_fdb "$n" "${!mac}" "${!at}"
	in_ns "n$n" ip neighbor add "${!ip}" lladdr "${!mac}" dev vxlan100
}

no_arp_was_heard() {
	heard n2 eth2 | tee "$W/packets"
	grep -q 'ICMP echo' "$W/packets" && not grep -q 'ARP' "$W/packets"
}

proxy() {
	site bridged
	cluster >"$W/cluster.yaml" <<-END
		learning: false
		arp: proxy
		cidr: 3.3.3.0/24
		hosts:
		  h1: { node: n1, ip: $H1, mac: "$MAC1" }
		  h2: { node: n2, ip: $H2, mac: "$MAC2" }
	END
	end 1 nolearning proxy
	end 2 nolearning proxy
	kernel_entries 1
	kernel_entries 2
	listen n2 eth2 udp port 4789

	t "h1 reaches h2 ($WHERE)" pings h1 $H2
	in_ns h2 ip neigh flush all
	t "h2 has forgotten everybody ($WHERE)" is -z "$(in_ns h2 ip neigh)"
	t "P2.3: and reaches h1 ($WHERE)" pings h2 $H1
	t "whose MAC it knows by the proxy ($WHERE)" grep_neigh h2 "$H1.*$MAC1"
	t "a host that nobody knows is not asked for ($WHERE)" no_ping h1 3.3.3.9
	t "P2.3: no ARP has left the nodes ($WHERE)" no_arp_was_heard
	if [ "$END1" = ours ]; then
		t "the miss is counted ($WHERE)" has_counted n1 neigh-unknown
		t "the neighbour is there in iproute2's words ($WHERE)" dumped n1 "^$H2 lladdr $MAC2 PERMANENT"
	fi
}
grep_neigh() { in_ns "$1" ip neigh | grep "$2"; }

each proxy
finish
