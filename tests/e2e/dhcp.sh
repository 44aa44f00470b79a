#!/bin/bash
# DHCP on local ports: on each of two nodes of one flat network, clients get addresses of their node's own subnet,
# reach each other, and keep what they have whatever becomes of the switch; none of their DHCP crosses.
. "$(dirname "$0")/lib.sh"

command -v udhcpc dhclient >/dev/null || skip_all "no udhcpc or no dhclient here"
needs_tcpdump

# client NODE NAME MAC: a space behind the node's bridge.
client() {
	space "$2"
	wire "$2" eth0 "$1" "to-$2"
	in_ns "$2" ip link set eth0 address "$3" mtu $MTU
	in_ns "$1" ip link set "to-$2" master br1 mtu $MTU
}

M=52:54:00:00:00
two_nodes
for n in 1 2; do in_ns n$n ip link add br1 up type bridge mcast_snooping 0; done
client n1 c1 $M:01
client n1 c2 $M:02
client n2 c3 $M:03
cat >"$W/cluster.yaml" <<-END
	version: 1
	name: test
	nodes:
	  n1: { address: "$A1" }
	  n2: { address: "$A2" }
	networks:
	  blue:
	    vni: 100
	    device: vxlan100
	    bridge: br1
	    cidr: 10.42.0.0/16
	    subnet-length: 24
	    subnets: { n1: 10.42.1.0/24, n2: 10.42.2.0/24 }
	    dhcp:
	      lease: 1h
	      servers: [10.42.1.53]
	      domain: example.org
	      routes: [ { to: 10.99.0.0/16, via: 10.42.1.9 } ]
	    hosts:
	      h2: { node: n1, ip: 10.42.1.77, mac: "$M:02" }
END

said() { tail -n 1 "$W/$1.said"; }
address_of() { in_ns "$1" ip -4 -br addr show eth0 | awk '{ print $3 }'; }
leases() { "$VXS" dhcp show --node "$1" "${@:2}"; }
forget() { in_ns "$1" ip addr flush dev eth0; }

# udhcpc_once NS [OPTIONS]: gets a lease, or not, and ends.
udhcpc_once() {
	DHCP_SAID=$W/$1.said in_ns "$1" timeout 30 udhcpc -i eth0 -f -q -n -t 5 -T 1 \
		-s "$HERE/dhcp_client" -O staticroutes -O mtu "${@:2}"
}
dhclient_once() { # NS [OPTIONS]
	DHCP_SAID=$W/$1.said in_ns "$1" timeout 30 dhclient -4 -1 -v -cf /dev/null -lf "$W/$1.leases" -pf "$W/$1.pid" \
		-sf "$HERE/dhcp_client" -e "DHCP_SAID=$W/$1.said" "${@:2}" eth0
}

starts() { vxs_start n1 "$W/cluster.yaml" n1 && vxs_start n2 "$W/cluster.yaml" n2; }

gives_the_nodes_own() {
	udhcpc_once c1 && said c1 && is "$(address_of c1)" = 10.42.1.2/16 &&
		dhclient_once c3 && said c3 && is "$(address_of c3)" = 10.42.2.2/16
}
tells_what_the_file_says() {
	said c1
	said c1 | grep -q "router 10.42.1.1 mtu $MTU dns 10.42.1.53 domain example.org .* server 10.42.1.1 lease 3600" &&
		said c1 | grep -q "routes 10.99.0.0/16 10.42.1.9 0.0.0.0/0 10.42.1.1"
}
gives_a_host_its_own() {
	udhcpc_once c2 && said c2 && is "$(address_of c2)" = 10.42.1.77/16 && said c2 | grep -q 'name h2'
}
lists_them() {
	leases n1
	leases n1 | grep -qE "^10.42.1.2 dev vxlan100 lladdr $M:01 LEASED 3[56][0-9]{2} s$" &&
		is "$(leases n1 -j | python3 -c 'import json, sys; print([i["name"] for i in json.load(sys.stdin)])')" = \
			"[None, 'h2']" && is "$(leases n2 | wc -l)" -eq 1
}
they_reach_each_other() { pings c1 10.42.2.2 && pings c3 10.42.1.77 && pings c2 10.42.1.2; }

# The gateway's address is nobody's but the switch's, which answers for it.
renews_by_unicast() {
	listen c3 eth0 udp port 67
	renew c3
	heard c3 eth0 -v >"$W/renewed"
	cat "$W/renewed"
	grep -q '10.42.2.2.68 > 10.42.2.1.67' "$W/renewed" && grep -q '10.42.2.1.67 > 10.42.2.2.68' "$W/renewed"
}
renew() { # udhcpc renews where it is told to
	DHCP_SAID=$W/$1.said ip netns exec "$1" udhcpc -i eth0 -f -s "$HERE/dhcp_client" -t 5 -T 1 2>"$W/$1.log" &
	pid["udhcpc"]=$!
	eventually grep -q "lease of" "$W/$1.log" || return
	kill -USR1 "${pid["udhcpc"]}"
	eventually is "$(grep -c "lease of" "$W/$1.log")" -ge 2
	kill "${pid["udhcpc"]}"
	wait "${pid["udhcpc"]}"
	unset "pid[udhcpc]"
}

again() {
	kill -KILL "${pid[n1]}"
	wait "${pid[n1]}" 2>/dev/null
	vxs_start n1 "$W/cluster.yaml" n1
}
keeps_them() {
	leases n1 | sed 's/ [0-9]* s$//' >"$W/before"
	again || return
	cat "$W/n1.log"
	leases n1 | sed 's/ [0-9]* s$//' | diff "$W/before" - && is "$(wc -l <"$W/before")" -eq 2
}
and_their_holders() {
	forget c1
	client n1 c4 $M:04
	udhcpc_once c4 && is "$(address_of c4)" = 10.42.1.3/16 && udhcpc_once c1 && is "$(address_of c1)" = 10.42.1.2/16
}
none_crossed() {
	heard n1 eth2 -v >"$W/underlay"
	is "$(grep -c "VXLAN" "$W/underlay")" -gt 10 && is "$(grep -cE '\.67[: ]|\.68[: ]|BOOTP' "$W/underlay")" -eq 0
}
released_is_free() {
	dhclient_once c3 -r && eventually nothing_leased
}
nothing_leased() { [ -z "$(leases n2)" ]; }
traced_ends_here() {
	"$VXS" trace --node n1 vxlan100 src $M:01 dst ff:ff:ff:ff:ff:ff ip src 0.0.0.0 dst 255.255.255.255 udp sport 68 dport 67 |
		tee "$W/traced"
	grep -q 'DHCP ends here' "$W/traced" && grep -q 'PUNT: DHCP' "$W/traced"
}

# What a client finds in use by somebody whom nobody was given it.
declines_what_is_in_use() {
	client n1 squatter $M:99
	address squatter eth0 10.42.1.4/16
	client n1 c5 $M:05
	udhcpc_once c5 -a || return
	said c5
	[ "$(address_of c5)" = 10.42.1.5/16 ] && leases n1 | grep -q '^10.42.1.4 .* DECLINED' &&
		grep -q "found 10.42.1.4 in use by somebody else" "$W/n1.log"
}

# A machine that has the gateway's address answers for it, and we do not.
leaves_the_gateway_to_the_machine() {
	local bridge
	bridge=$(mac_of n1 br1)
	address n1 br1 10.42.1.1/16
	eventually gateway_is "$bridge" || return
	pings c1 10.42.1.1 && udhcpc_once c1 && is "$(address_of c1)" = 10.42.1.2/16 || return
	in_ns n1 ip addr del 10.42.1.1/16 dev br1
	eventually not gateway_is "$bridge"
}
# Only one answers, and it is MAC.
gateway_is() {
	in_ns c1 ip neigh flush dev eth0
	in_ns c1 busybox arping -c 1 -w 1 -I eth0 10.42.1.1 >"$W/arping"
	[ "$(grep -c 'reply from' "$W/arping")" -eq 1 ] && grep -qi "$1" "$W/arping"
}

follows_the_file() {
	leases n1 | sed 's/ [0-9]* s$//' >"$W/before"
	sed -i 's/example.org/example.net/' "$W/cluster.yaml"
	kill -HUP "${pid[n1]}"
	eventually grep -q 'was read again: 1 change' "$W/n1.log"
	tail -n 3 "$W/n1.log"
	grep -q 'dhcp + domain example.net, dhcp - domain example.org' "$W/n1.log" &&
		leases n1 | sed 's/ [0-9]* s$//' | diff "$W/before" - &&
		udhcpc_once c1 && said c1 | grep -q 'domain example.net'
}

# What is on the disk is read while the switch runs: who comes next gets nothing that is another's.
leased() { leases n1 | sed -n 's/ LEASED.*//p'; }
has_leased() { leased | diff "$W/before" -; }
turn_off() {
	cp "$W/cluster.yaml" "$W/with.yaml"
	sed -i '/^    dhcp:/,/^    hosts:/{/^    hosts:/!d}' "$W/cluster.yaml"
	kill -HUP "${pid[n1]}"
	eventually is "$(leased 2>/dev/null)" = ""
}
turn_on() {
	cp "$W/with.yaml" "$W/cluster.yaml"
	kill -HUP "${pid[n1]}"
	eventually has_leased
}
remembers_while_it_was_off() {
	local count
	leased >"$W/before"
	count=$(wc -l <"$W/before")
	is "$count" -ge 3 && turn_off && turn_on || return
	turn_off && again && not grep -q 'restored' "$W/n1.log" && turn_on || return
	grep "network blue: $count DHCP leases were restored" "$W/n1.log" || return
	client n1 c7 $M:07
	udhcpc_once c7 && has_leased | grep -c '^>' | grep -qx 1
}

# A client that hears nothing asks again: the next answer of the disk is its own.
disk_refuses() {
	client n1 c6 $M:06
	pid["keeper"]=$(find "/proc/${pid[n1]}/task" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
	refusing keeper fsync,fdatasync EIO 1+ not udhcpc_once c6 || return
	unset "pid[keeper]"
	not grep -q '^10.42.1.6 .* LEASED' <(leases n1) && udhcpc_once c6 && is "$(address_of c6)" = 10.42.1.6/16
}

t "two nodes that give out addresses start" starts
listen n1 eth2 udp port 4789
t "each client gets an address of its node's subnet" gives_the_nodes_own
t "and is told what the file says" tells_what_the_file_says
t "a host of the file gets its own address and name" gives_a_host_its_own
t "vxs dhcp show lists them" lists_them
t "they reach each other across the tunnel" they_reach_each_other
t "a lease is renewed by unicast at the gateway's address" renews_by_unicast
t "no DHCP has crossed" none_crossed
t "killed and started again, the switch knows its leases" keeps_them
t "and gives nobody else's away" and_their_holders
t "what is released is free" released_is_free
t "a traced DISCOVER ends here" traced_ends_here
t "an address that somebody uses is given to nobody" declines_what_is_in_use
t "a gateway that the machine has is the machine's" leaves_the_gateway_to_the_machine
t "a changed file is followed, and leases stay" follows_the_file
if command -v strace >/dev/null; then
	t "a disk that refuses gives nothing away" disk_refuses
else
	t_skip "a disk that refuses gives nothing away" "no strace here"
fi
t "turned off and on again, the switch knows its leases" remembers_while_it_was_off

finish
