#!/bin/bash
# The scenarios of the notes' references, and the five modes that practitioners use, by the numbers under
# which they were collected: P1 and P2 are the two posts on VXLAN, P3 is the one on flannel, P4 goes from
# namespaces to VXLAN, M1 to M5 are the ways to find the other end.  What is not here is in a test of its
# own, which has the number in its words; the last test sees that none is missing.
. "$(dirname "$0")/lib.sh"
needs_tcpdump

I1=fd03::3
I2=fd03::4

# -- P1: three hosts, whose addresses are on the bridges --

bridges() {
	local n
	three_nodes
	export END3=$END1
	BRIDGE=br0
	for n in 1 2 3; do
		in_ns n$n ip link add br0 up type bridge mcast_snooping 0
		in_ns n$n ip link set br0 mtu $MTU
		address n$n br0 10.1.1.$((n + 1))/24
	done
}

# No multicast, but a tunnel from each to each.   tunnels [LINE OF THE NETWORK]...
tunnels() {
	local n other at
	cluster >"$W/cluster.yaml" <<<"$*"
	sed -i "/^  n2:/{p;s/n2/n3/;s/$A2/$A3/}" "$W/cluster.yaml"
	for n in 1 2 3; do
		end $n
		for other in 1 2 3; do
			at=A$other
			[ $other = $n ] || kernel_flood $n "${!at}"
		done
	done
}

# heard_at NODE: how often the frame came, to the bridge and on the wire.
heard_at() { echo "$(heard "n$1" br0 | grep -c 0x88b6) $(heard "n$1" eth2 | grep -c 0x88b6)"; }

# from_n1 DESTINATION "WHAT N2 HEARS" "WHAT N3 HEARS": a frame that is sent once
from_n1() {
	local n frame
	for n in 2 3; do
		listen n$n br0 ether proto 0x88b6
		listen n$n eth2 udp port 4789
	done
	frame=$("$PYTHON" "$HERE/frames.py" tagged "$(mac_of n1 br0)" "$1")
	in_ns n1 "$PYTHON" "$HERE/frames.py" send br0 "$frame"
	eventually heard_something
	is "$(heard_at 2)" = "$2" && is "$(heard_at 3)" = "$3"
}
heard_something() { [ "$(tcpdump -nn -r "$W/n3-br0.pcap" 2>/dev/null | grep -c 0x88b6)" -gt 0 ]; }

fdb_of() { # N
	if [ "$(kind_of "$1")" = ours ]; then
		"$VXS" fdb show brport vxlan100 --node "n$1"
	else
		in_ns "n$1" bridge fdb show brport vxlan100
	fi
}
kind_of() { local kind=END$1 && echo "${!kind}"; }
has_line() { fdb_of "$1" | tee "$W/fdb" | grep -qE "$2" || { cat "$W/fdb" && false; }; }

head_end() {
	bridges
	t "P1.1: without a tunnel nothing comes back ($WHERE)" no_ping n1 10.1.1.3
	tunnels
	t "P1.6: a broadcast reaches each node once, and goes no further ($WHERE)" \
		from_n1 ff:ff:ff:ff:ff:ff "1 1" "1 1"
	t "P1.7: the first host reaches the third ($WHERE)" pings n1 10.1.1.4
	t "P1.7: and has learned where it is ($WHERE)" has_line 1 "^$(mac_of n3 br0) dst $A3 self *$"
	t "P1.7: what is known goes there only ($WHERE)" from_n1 "$(mac_of n3 br0)" "0 0" "1 1"
	t "P1.7: what is not goes to all ($WHERE)" from_n1 02:00:00:00:00:99 "1 1" "1 1"
}

expires() {
	bridges
	tunnels "ageing: 1s"
	t "P1.7: it is learned ($WHERE)" pings n1 10.1.1.4
	t "P1.7: and expires ($WHERE)" eventually not has_line 1 "^$(mac_of n3 br0) "
}

# -- P3: flannel's two nodes, with the post's own addresses --

POD1=10.230.41.17 POD2=10.230.93.2
pod_net() { [ "$1" = 1 ] && echo 10.230.41 || echo 10.230.93; }

flannel_file() {
	cat <<-END
		version: 1
		name: post
		nodes:
		  n1: { address: $A1, interface: eth1 }
		  n2: { address: $A2, interface: eth1 }
		networks:
		  flannel:
		    vni: 1
		    port: 8472
		    device: flannel.1
		    cidr: 10.230.0.0/16
		    subnet-length: 24
		    subnets: { n1: 10.230.41.0/24, n2: 10.230.93.0/24 }
		    routing: routed
		    env-file: $W/$1.env
	END
}

pod() { # N
	local n=$1 pod=POD$1
	space "h$n"
	wire "h$n" eth0 "n$n" veth0
	in_ns "n$n" ip link add cni0 up type bridge
	in_ns "n$n" ip link set veth0 master cni0
	in_ns "n$n" ip addr add "$(pod_net "$n").1/24" dev cni0
	address "h$n" eth0 "${!pod}/24"
	in_ns "h$n" ip route add default via "$(pod_net "$n").1"
}

flannel_end() { # N MAC OF THE OTHER, for a kernel
	local n=$1 other=$((3 - $1))
	local at=A$n to=A$other
	if [ "$(kind_of "$n")" = ours ]; then
		flannel_file "n$n" >"$W/n$n.yaml"
		vxs_start "n$n" "$W/n$n.yaml" "n$n"
		return
	fi
	in_ns "n$n" ip link add flannel.1 address "$(vtep_by_file "$n")" type vxlan id 1 local "${!at}" dev eth1 \
		srcport 0 0 dstport 8472 nolearning
	in_ns "n$n" ip addr add "$(pod_net "$n").0/32" dev flannel.1
	in_ns "n$n" ip link set flannel.1 mtu 1450 up
	in_ns "n$n" ip neigh add "$(pod_net $other).0" lladdr "$(vtep $other)" dev flannel.1 nud permanent
	in_ns "n$n" bridge fdb add "$(vtep $other)" dev flannel.1 dst "${!to}" self permanent
	in_ns "n$n" ip route add "$(pod_net $other).0/24" via "$(pod_net $other).0" dev flannel.1 onlink
	in_ns "n$n" sysctl -qw net.ipv4.ip_forward=1
}
vtep() { mac_of "n$1" flannel.1; }
vtep_by_file() { # of a node, as the other one has it in its table
	local at=A$1
	"$VXS" fdb show dev flannel.1 --node "n$((3 - $1))" | awk -v dst="${!at}" '$3 == dst { print $1 }'
}

entries() { # what there is on N for the other, in iproute2's words
	local n=$1 net
	net=$(pod_net $((3 - n)))
	in_ns "n$n" ip route show "$net.0/24" | sed 's/ proto [^ ]*//; s/ *$//'
	in_ns "n$n" ip neigh show "$net.0" dev flannel.1 | sed 's/ proto [^ ]*//; s/ *$//'
	if [ "$(kind_of "$n")" = ours ]; then
		"$VXS" bridge fdb show dev flannel.1 --node "n$n" | grep dst
	else
		in_ns "n$n" bridge fdb show dev flannel.1 | grep dst | sed 's/ *$//'
	fi
}
entries_of_the_post() {
	local n=$1 other=$((3 - $1))
	local at=A$other net
	net=$(pod_net $other)
	is "$(in_ns "n$n" ip route show dev flannel.1 | wc -l)" -eq 1 && is "$(in_ns "n$n" ip neigh show dev flannel.1 | wc -l)" -eq 1 || return
	diff -u <(printf '%s\n' "$net.0/24 via $net.0 dev flannel.1 onlink" \
		"$net.0 lladdr $(vtep $other) PERMANENT" "$(vtep $other) dst ${!at} self permanent") <(entries "$n")
}

env_of_the_post() {
	diff -u - "$W/n$1.env" <<-END
		FLANNEL_NETWORK=10.230.0.0/16
		FLANNEL_SUBNET=$(pod_net "$1").1/24
		FLANNEL_MTU=1450
		FLANNEL_IPMASQ=false
	END
}

device_of_the_post() {
	local at=A$1
	in_ns "n$1" ip addr show dev flannel.1 | tee "$W/device"
	grep -q 'mtu 1450 ' "$W/device" && grep -q "inet $(pod_net "$1").0/32 " "$W/device" || return
	[ "$(kind_of "$1")" = kernel ] ||
		"$VXS" -d link show flannel.1 --node "n$1" | tee "$W/device" | grep -q "vxlan id 1 local ${!at} dstport 8472 nolearning"
}

walk_of_the_post() {
	listen n2 eth1 udp port 8472
	listen h2 eth0 icmp
	pings h1 $POD2 && heard n2 eth1 -T vxlan -e | tee "$W/packets" | grep -A1 "$A1.* > $A2.8472: VXLAN, .* vni 1$" |
		grep -q "$(vtep 1) > $(vtep 2), .*$POD1 > $POD2: ICMP echo request" || { cat "$W/packets" && return 1; }
	heard h2 eth0 -v | grep -B1 "$POD1 > $POD2: ICMP echo request" | grep -q 'ttl 62' # two routers
}

# The post's history of flannel: once every first packet was a miss, of a neighbour and of a MAC; now none is, and
# nothing is learned or flooded.
no_misses() {
	dump "$1" | tee "$W/dump"
	grep -qE '^  MAC not known +0$' "$W/dump" && grep -qE '^  neighbour not known +0$' "$W/dump" &&
		grep -qE '^  flooded +0$' "$W/dump" && grep -q 'fdb: 0 learned' "$W/dump"
}

# One end dies without a word and comes back: nothing that it or the other has is changed, and all goes on.
restart_of_the_post() {
	local n=$1 before
	before=$(vtep "$n" && entries "$n" && entries $((3 - n)))
	kill -KILL "${pid[n$n]}"
	wait "${pid[n$n]}" 2>/dev/null
	vxs_start "n$n" "$W/n$n.yaml" "n$n" && pings h1 $POD2 && is "$(vtep "$n" && entries "$n" && entries $((3 - n)))" = "$before"
}

flannel() {
	local n ours=1
	A1=10.240.0.101 A2=10.240.0.102
	space n1
	space n2
	wire n1 eth1 n2 eth1
	address n1 eth1 $A1/24
	address n2 eth1 $A2/24
	eventually underlay_works
	pod 1
	pod 2
	[ "$END1" = ours ] || ours=2
	flannel_file n1 >"$W/cluster.yaml"
	t "P3.1: flannel's network is accepted ($WHERE)" "$VXS" check "$W/cluster.yaml"
	need flannel_end $ours
	need flannel_end $((3 - ours))
	for n in 1 2; do
		[ "$(kind_of $n)" = kernel ] || t "P3.2: subnet.env of n$n ($WHERE)" env_of_the_post $n
		t "P3.3: the device of n$n ($WHERE)" device_of_the_post $n
		t "P3.4: a route, a neighbour and an entry for the other, on n$n ($WHERE)" entries_of_the_post $n
	done
	t "P3.5: from pod to pod ($WHERE)" walk_of_the_post
	t "P3.5: and back ($WHERE)" pings h2 $POD1
	for n in 1 2; do
		[ "$(kind_of $n)" = kernel ] || t "P3.6: n$n missed nothing, learned nothing ($WHERE)" no_misses n$n
	done
	t "P3.6: killed and started again, nothing else changes ($WHERE)" restart_of_the_post $ours
	use_family 4
}

# -- P4: from namespaces to VXLAN --

# All on one machine; our device is one port of the bridge among others.
namespaces() {
	two_nodes
	bridged_host 1
	space h2
	wire h2 eth0 n1 veth2
	in_ns h2 ip link set eth0 address $MAC2
	address h2 eth0 "$H2/24"
	in_ns n1 ip link set veth2 master br1
	cluster >"$W/cluster.yaml" </dev/null
	end 1
	t "P4.1: two namespaces, a bridge between them ($WHERE)" pings h1 $H2
	t "P4.1: bridge link has all its ports ($WHERE)" has_ports veth1 veth2 vxlan100
	t "P4.1: bridge fdb has the MACs ($WHERE)" knows_both
}
has_ports() {
	local port
	in_ns n1 bridge link show >"$W/ports"
	for port; do grep -E " $port(@[^ ]*)?: .* master br1 state forwarding" "$W/ports" || return; done
}
knows_both() {
	in_ns n1 bridge fdb show br br1 >"$W/fdb"
	grep "^$MAC1 dev veth1 master br1" "$W/fdb" && grep "^$MAC2 dev veth2 master br1" "$W/fdb"
}

# Addresses on the device itself.
point_to_point() {
	site direct
	cluster >"$W/cluster.yaml" <<<"flood: [\"$A1\", \"$A2\"]" # oneself is skipped
	end 1 remote "$A2"
	end 2 remote "$A1"
	t "P4.2: the other end is the one destination ($WHERE)" has_in_host "^00:00:00:00:00:00 dst $A2 self permanent"
	t "P4.2: pings ($WHERE)" pings h1 $H2
}
has_in_host() { # the kernel's device is in its host
	if [ "$END1" = ours ]; then
		has_line 1 "$1"
	else
		in_ns h1 bridge fdb show dev vxlan100 | grep -E "${1/ self/ .*self}"
	fi
}

device_in_group() {
	two_nodes
	BRIDGE=''
	cluster >"$W/cluster.yaml" <<<"flood: \"$GROUP\""
	[ "$FAMILY" = 4 ] || for n in 1 2; do in_ns n$n ip route add "$GROUP" dev eth2 table local 2>/dev/null; done
	for n in 1 2; do
		make_in_node $n
		address n$n vxlan100 "3.3.3.$((n + 2))/24"
	done
	listen n2 eth2 udp port 4789
	t "P4.3: pings by way of the group ($WHERE)" pings n1 $H2
	t "P4.3: only questions go to it ($WHERE)" questions_only
	t "P4.3: the one fixed entry ($WHERE)" has_line_of_device "^00:00:00:00:00:00 dst $GROUP via eth2 self permanent"
}
make_in_node() { # end N, which stays there
	local at=A$1
	if [ "$(kind_of "$1")" = ours ]; then
		need vxs_start "n$1" "$W/cluster.yaml" "n$1"
	else
		in_ns "n$1" ip link add vxlan100 type vxlan id 100 dstport 4789 local "${!at}" group "$GROUP" dev eth2
		in_ns "n$1" ip link set vxlan100 mtu $MTU up
	fi
}
questions_only() {
	heard n2 eth2 | paste -d' ' - - | tee "$W/packets"
	grep "> $GROUP.4789: .*Request who-has" "$W/packets" && not grep "> $GROUP.4789: .*\(Reply\|ICMP\)" "$W/packets"
}
has_line_of_device() {
	if [ "$END1" = ours ]; then
		has_line 1 "$1"
	else
		in_ns n1 bridge fdb show dev vxlan100 | grep -E "$1"
	fi
}

# -- The five modes --

static_flooding() {
	site bridged
	learning_tunnel </dev/null
	t "M2: a list to flood to, and the rest is learned ($WHERE)" pings h1 $H2
	t "M2: by both sides ($WHERE)" has_line 1 "^$MAC2 dst $A2 self *$"
}

# Nothing is flooded at all: MACs and addresses are written by hand, in both families.
static_l3() {
	local n other at mac four six
	site bridged
	address h1 eth0 $I1/64
	address h2 eth0 $I2/64
	cluster >"$W/cluster.yaml" <<-END
		learning: false
		flood: none
		arp: proxy
		hosts:
		  h1: { node: n1, ip: [$H1, "$I1"], mac: "$MAC1" }
		  h2: { node: n2, ip: [$H2, "$I2"], mac: "$MAC2" }
	END
	end 1 nolearning proxy
	end 2 nolearning proxy
	for n in 1 2; do
		other=$((3 - n))
		at=A$other mac=MAC$other four=H$other six=I$other
		[ "$(kind_of $n)" = kernel ] || continue
		kernel_fdb $n "${!mac}" "${!at}"
		in_ns n$n sysctl -qw net.ipv6.conf.vxlan100.disable_ipv6=0
		in_ns n$n ip neigh add "${!four}" lladdr "${!mac}" dev vxlan100
		in_ns n$n ip neigh add "${!six}" lladdr "${!mac}" dev vxlan100
	done
	listen n2 eth2 udp port 4789
	t "M4: pings without any flooding ($WHERE)" pings h1 $H2
	t "M4: over IPv6 ($WHERE)" pings h1 $I2
	t "M4: and from the other side ($WHERE)" pings h2 $I1
	t "M4: neither ARP nor neighbour discovery has left the nodes ($WHERE)" nothing_was_asked
}
nothing_was_asked() {
	heard n2 eth2 | tee "$W/packets"
	grep -q 'ICMP echo' "$W/packets" && grep -q 'ICMP6, echo' "$W/packets" &&
		not grep -E 'ARP|neighbor (sol|adv).*fd03' "$W/packets"
}

# -- None is missing --

missing() {
	local id
	for id in P1.{1,2,3,4,5,6,7} P2.{1,2,3,4,5,6,7,8} P3.{1,2,3,4,5,6} P4.{1,2,3,4} M{1,2,3,4,5}; do
		grep -qE "\bt \"([PM][0-9.]+, )*${id}[,:]" "$HERE"/*.sh || echo "$id"
	done
}

each head_end
ENDS=ours-ours FAMILIES=4 each expires
FAMILIES=4 each flannel
ENDS=ours-ours FAMILIES=4 each namespaces
each point_to_point
each device_in_group
each static_flooding
each static_l3
t "every scenario has its test" is "$(missing | xargs)" = ""
finish
