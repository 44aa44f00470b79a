#!/bin/bash
# Networks that are routed, as flannel's vxlan backend routes them: each node's containers are behind a
# bridge of their own, and the kernels route between the subnets through the tunnel.  Nodes come and
# go, die and come back; what others have put into the kernel stays as it is; and a kernel device that was
# set up as flannel would is a node like any other.
. "$(dirname "$0")/lib.sh"

# file [LINE OF green]...: nodes n1 to n$NODES and the network green.
NODES=2
file() {
	local i at
	printf 'version: 1\nname: test\nnodes:\n'
	for i in $(seq "$NODES"); do
		at=A$i
		echo "  n$i: { address: ${!at} }"
	done
	cat <<-END
		networks:
		  green:
		    vni: 1
		    port: 8472
		    device: vx1
		    cidr: 10.42.0.0/16
		    subnet-length: 24
		    cidr6: "fd42::/48"
		    subnet-length6: 64
		    routing: ${ROUTING:-routed}
		    env-file: $W/run/$E2E_NODE/subnet.env
	END
	[ $# = 0 ] || printf '    %s\n' "$@"
}
files() { # one for each node
	local i
	for i in 1 2 3; do
		E2E_NODE=n$i file "$@" >"$W/n$i.yaml"
	done
}

# A container of node N: a namespace behind the node's bridge, as CNI's bridge plugin makes them.
container() {
	local n=$1
	in_ns "n$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0
	space "h$n"
	wire "h$n" eth0 "n$n" veth0
	in_ns "n$n" ip link add cni0 up type bridge mcast_snooping 0
	in_ns "n$n" ip link set veth0 master cni0
	in_ns "n$n" ip address add "10.42.$n.1/24" dev cni0
	in_ns "n$n" ip address add "fd42:0:0:$n::1/64" dev cni0 nodad
	address "h$n" eth0 "10.42.$n.5/24"
	address "h$n" eth0 "fd42:0:0:$n::5/64"
	in_ns "h$n" ip route add default via "10.42.$n.1"
	in_ns "h$n" ip route add default via "fd42:0:0:$n::1"
}

start() { # N
	vxs_start "n$1" "$W/n$1.yaml" "n$1"
}

# follow N: reads its file again.
follow() {
	local before
	before=$(grep -c 'was read again' "$W/n$1.log")
	kill -HUP "${pid[n$1]}"
	eventually more_lines "$1" "$before" >/dev/null
}
more_lines() { [ "$(grep -c 'was read again' "$W/n$1.log")" -gt "$2" ]; }

killed() { # N
	kill -KILL "${pid[n$1]}"
	wait "${pid[n$1]}" 2>/dev/null
	unset "pid[n$1]"
}

vtep() { in_ns "n$1" cat /sys/class/net/vx1/address; }
routes() { in_ns "$1" ip route show proto 118 | sed 's/ *$//'; in_ns "$1" ip -6 route show proto 118 | sed 's/ *$//'; }
neighbours() { in_ns "n$1" ip neigh show dev vx1 nud permanent | sed 's/ *$//' | sort; }
counts() { # N ROUTES NEIGHBOURS
	routes "n$1"
	neighbours "$1"
	[ "$(routes "n$1" | wc -l)" = "$2" ] && [ "$(neighbours "$1" | wc -l)" = "$3" ]
}

# What flannel would have set at node 1 for node 2, and nothing else.
as_flannel() {
	diff -u - <(routes n1) <<-END || return
		10.42.2.0/24 via 10.42.2.0 dev vx1 onlink
		fd42:0:0:2::/64 via fd42:0:0:2:: dev vx1 metric 1024 onlink pref medium
	END
	diff -u <(printf '%s lladdr %s PERMANENT\n' 10.42.2.0 "$(vtep 2)" fd42:0:0:2:: "$(vtep 2)") \
		<(neighbours 1 | sed 's/ proto [^ ]*//') || return
	in_ns n1 ip -br address show dev vx1 | grep -qE 'vx1 +[A-Z]+ +10.42.1.0/32 (10.99.0.1/32 )?fd42:0:0:1::/128 $' || {
		in_ns n1 ip address show dev vx1
		return 1
	}
	"$VXS" fdb show dev vx1 --node n1 | grep -v master | diff -u <(echo "$(vtep 2) dst $A2 self permanent") -
}

env_file() {
	diff -u - "$W/run/n1/subnet.env" <<-END && "$VXS" env green --node n1 | diff -u "$W/run/n1/subnet.env" -
		FLANNEL_NETWORK=10.42.0.0/16
		FLANNEL_SUBNET=10.42.1.1/24
		FLANNEL_IPV6_NETWORK=fd42::/48
		FLANNEL_IPV6_SUBNET=fd42:0:0:1::1/64
		FLANNEL_MTU=1450
		FLANNEL_IPMASQ=false
	END
}

follows_mtu() {
	files "mtu: 1400"
	follow 1 && grep -qx FLANNEL_MTU=1400 "$W/run/n1/subnet.env" || return
	files
	follow 1 && grep -qx FLANNEL_MTU=1450 "$W/run/n1/subnet.env"
}

both_ways() { # I J: containers reach each other in both families
	pings "h$1" "10.42.$2.5" && pings "h$2" "10.42.$1.5" && pings "h$1" "fd42:0:0:$2::5" && pings "h$2" "fd42:0:0:$1::5"
}

forwards() { is "$(in_ns n1 sysctl -n net.ipv4.ip_forward)" = 1 && is "$(in_ns n1 sysctl -n net.ipv6.conf.all.forwarding)" = 1; }

# Beside ours: a route into the cidr, one through our device, a neighbour and an address there.  (Without
# any address on a device the kernel takes the routes away.)
foreigners() {
	in_ns n1 ip address add 10.99.0.1/32 dev vx1
	in_ns n1 ip route add 10.42.98.0/24 via "$A2"
	in_ns n1 ip route add 10.99.0.0/16 via 10.42.2.0 dev vx1 onlink proto 186
	in_ns n1 ip neigh add 10.42.97.0 lladdr 02:00:00:00:00:97 dev vx1
}
untouched() {
	in_ns n1 ip address show dev vx1 | grep -q 10.99.0.1/32 && in_ns n1 ip route show 10.42.98.0/24 | grep -q via &&
		 in_ns n1 ip route show 10.99.0.0/16 | grep -q bgp &&
		in_ns n1 ip neigh show 10.42.97.0 dev vx1 | grep -q PERMANENT
}

joins() {
	NODES=3 files
	start 3 && follow 1 && follow 2 && counts 1 4 5 && counts 2 4 4 && both_ways 3 1 && both_ways 2 3
}

leaves() {
	NODES=2 files
	follow 1 && follow 2 && counts 1 2 3 && counts 2 2 2 && no_ping h1 10.42.3.5 && both_ways 1 2 &&
		"$VXS" fdb show dev vx1 --node n1 | not grep -q "$A3"
}

# A peer's address, and its subnet.
other_address() {
	in_ns n2 ip address add 10.206.67.16/24 dev eth2
	sed -i 's/10.206.67.15/10.206.67.16/' "$W"/n?.yaml
	in_ns n2 sysctl -qw net.ipv4.conf.eth2.arp_filter=0
	vxs_stop n2
	start 2 && follow 1 && "$VXS" fdb show dev vx1 --node n1 | grep -q "$(vtep 2) dst 10.206.67.16 self" &&
		both_ways 1 2 || return
	files
	vxs_stop n2
	start 2 && follow 1 && both_ways 1 2
}

other_subnet() {
	files "subnets: { n2: 10.42.7.0/24 }"
	follow 1 && follow 2 && routes n1 | grep -q '^10.42.7.0/24 via 10.42.7.0 dev vx1' &&
		not grep -q 10.42.2.0 <(routes n1; neighbours 1) &&
		in_ns n2 ip -br address show dev vx1 | grep -q ' 10.42.7.0/32' || return
	files
	follow 1 && follow 2 && both_ways 1 2
}

other_mac() { # of the VTEP: the node is called otherwise
	sed -i 's/ n2:/ b:/' "$W/n1.yaml" "$W/n2.yaml"
	vxs_stop n2
	vxs_start n2 "$W/n2.yaml" b n2 && follow 1 && both_ways 1 2 && counts 1 2 3 &&
		is "$("$VXS" fdb show dev vx1 --node n1 | grep -c "dst $A2")" -eq 1 || return
	files
	vxs_stop n2
	start 2 && follow 1 && both_ways 1 2
}

# Died without a word; what it left is not what the next life wants.
comes_back() {
	killed 1
	in_ns n1 ip route add 10.42.55.0/24 via 10.42.55.0 dev vx1 onlink proto 118
	in_ns n1 ip route add 10.42.56.0/24 via "$A2" dev eth2 proto 118
	in_ns n1 ip neigh add 10.42.55.0 lladdr 02:00:00:00:00:55 dev vx1 protocol 118
	in_ns n1 ip neigh replace 10.42.2.0 lladdr 02:00:00:00:00:56 dev vx1 nud permanent protocol 118
	in_ns n1 ip address add 10.42.55.0/32 dev vx1 proto 118
	in_ns n1 ip route del 10.42.2.0/24 dev vx1 # and stands in another table, which is nobody's but theirs
	in_ns n1 ip route add 10.42.2.0/24 via 10.42.2.0 dev vx1 onlink proto 118 table 7
	start 1 && as_flannel_but_one && both_ways 1 2
}
as_flannel_but_one() {
	untouched && in_ns n1 ip neigh del 10.42.97.0 dev vx1 && as_flannel &&
		in_ns n1 ip neigh add 10.42.97.0 lladdr 02:00:00:00:00:97 dev vx1
}

mends() { # what somebody took away
	in_ns n1 ip link set vx1 down
	in_ns n1 ip link set vx1 up
	eventually both_ways 1 2
}

# In another namespace it is out of reach; what has its number here is another.
taken_elsewhere() {
	local number
	number=$(in_ns n1 cat /sys/class/net/vx1/ifindex)
	in_ns n1 ip link set vx1 netns h2 && in_ns n1 ip link add br9 index "$number" up type bridge || return
	sleep 2 # what is in doubt is looked at once a second
	in_ns n1 ip address show dev br9 | not grep '10\.42' && is "$(routes n1 | grep -c .)" -eq 0 || return
	in_ns n1 ip link del br9
	in_ns h2 ip link set vx1 netns n1
	in_ns n1 ip link set vx1 up
	eventually counts 1 2 2 && both_ways 1 2
}

device_again() {
	in_ns n1 ip link del vx1
	eventually counts 1 2 2 && both_ways 1 2 && as_flannel
}

# A route of another's stands where ours belongs: theirs stays, until they take it away.
in_the_way() {
	vxs_stop n1
	in_ns n1 ip route add 10.42.2.0/24 via "$A2"
	start 1 && grep -q "the route to 10.42.2.0/24 is another's (protocol 3), and stays" "$W/n1.log" &&
		is "$(routes n1 | grep -c .)" -eq 1 && pings h1 fd42:0:0:2::5 || return
	in_ns n1 ip route del 10.42.2.0/24 via "$A2"
	eventually counts 1 2 2 && both_ways 1 2
}

leaves_nothing() {
	vxs_stop n1
	is "$(routes n1 | wc -l)" -eq 0 && is "$(neighbours 1 | grep -vc 10.42.97.0)" -eq 0 && untouched &&
		in_ns n1 ip address show dev vx1 | not grep -q 10.42 && in_ns n1 ip link show vx1 >/dev/null
}

# Where only root may open TAPs, in our mount namespace anybody may.
anybodys_tun() { mknod -m 666 "$W/tun" c 10 200 && mount --bind "$W/tun" /dev/net/tun; }

without_rights() {
	local before=$W/rights.log
	anybodys_tun || return
	in_ns n1 ip tuntap add dev vx1 mode tap vnet_hdr user 65534
	in_ns n1 ip link set vx1 mtu 1450 up
	chmod 755 "$W"
	in_ns n1 timeout 20 setpriv --reuid 65534 --clear-groups --bounding-set -all \
		"$VXS" run -f "$W/n1.yaml" --node n1 --volatile --socket "$W/none" >"$before" 2>&1
	is $? -eq 2 || return
	cat "$before"
	grep -q 'network green: routing needs CAP_NET_ADMIN for the address 10.42.1.0/32' "$before"
}

routed() {
	WHERE=routed
	three_nodes
	for i in 1 2 3; do container $i; done
	files "persist: true"
	need start 1
	need start 2
	t "$WHERE: the kernel has what flannel would have set" as_flannel
	t "$WHERE: containers reach each other" both_ways 1 2
	t "$WHERE: TCP, both ways" tcp h1 h2 10.42.2.5
	t "$WHERE: forwarding is on" forwards
	files
	t "$WHERE: env-file and vxs env" env_file
	t "$WHERE: env-file follows" follows_mtu
	files "persist: true"
	follow 1 && follow 2
	foreigners
	t "$WHERE: a third node joins" joins
	files "persist: true"
	t "$WHERE: and leaves" leaves
	t "$WHERE: a node with another address" other_address
	t "$WHERE: a node with another subnet" other_subnet
	t "$WHERE: a node with another MAC" other_mac
	t "$WHERE: what was others' is untouched" untouched
	files "persist: true"
	follow 1
	t "$WHERE: killed, and nothing stale is left" comes_back
	t "$WHERE: down and up" mends
	foreigners 2>/dev/null # with the device down the kernel took two of them away
	t "$WHERE: nothing stays at the end" leaves_nothing
	files
	in_ns n1 ip link del vx1
	start 1
	t "$WHERE: a device that is made again has its routes" device_again
	t "$WHERE: a device that was taken elsewhere, and comes back" taken_elsewhere
	t "$WHERE: another's route is in the way" in_the_way
	vxs_stop n1
	if [ "$(awk 'NR == 1 { print $3 }' /proc/self/uid_map)" -gt 1 ]; then
		t "$WHERE: without the right" without_rights
	else
		t_skip "$WHERE: without the right" "nobody else in this user namespace"
	fi
	sweep
}

# -- Masquerading --

# Somebody outside, who knows no way to the containers.
outside() {
	space x
	wire x eth0 switch x
	in_ns switch ip link set x master hub
	address x eth0 10.206.67.200/24
}
tables() { in_ns n1 nft list tables; }
keeps_source() { # from container to container
	listen h2 eth0 icmp || return
	pings h1 10.42.2.5 || return
	heard h2 eth0 | grep -q '10.42.1.5 > 10.42.2.5'
}
after_a_kill() {
	killed 1
	in_ns n1 nft add table inet vxs/test/n1/former
	start 1 && diff <(printf 'table inet other\ntable inet vxs/test/n1/green\n') <(tables | sort) &&
		is "$(in_ns n1 nft list table inet vxs/test/n1/green | grep -c 'hook')" -eq 2 && pings h1 10.206.67.200
}
# follow_to N [TABLE]: reads the file again, and soon there is that table of ours, or none; nobody waits for nft.
follow_to() { follow "$1" && eventually has_tables "${2:-}" >/dev/null; }
has_tables() { diff <(echo 'table inet other' && { [ -z "${1:-}" ] || echo "table inet $1"; }) <(tables | sort); }
masquerade_ends() {
	files
	follow_to 1 && no_ping h1 10.206.67.200 || return
	files "masquerade: true"
	follow_to 1 vxs/test/n1/green && pings h1 10.206.67.200
}

# An nft that does its work and then hangs, with a child, while there is a file "hang".
slow_nft() {
	mkdir "$W/bin"
	cat >"$W/bin/nft" <<-END
		#!/bin/bash
		$(command -v nft) "\$@" || exit
		[ ! -e $W/hang ] || { echo \$\$ >>$W/hung; sleep 600 & wait; }
	END
	chmod +x "$W/bin/nft"
}
hangs() { kill -0 "$(tail -n 1 "$W/hung")"; }
forwards_while_nft_hangs() {
	touch "$W/hang"
	files "masquerade: true" "forward-rules: true"
	follow 1 && eventually test -s "$W/hung" && pings h1 10.42.2.5 && hangs
}
# It is stopped in the end, with what it started.  What was wanted meanwhile comes next, the last word only.
the_last_word() {
	local group
	group=$(tail -n 1 "$W/hung")
	files
	follow 1
	files "forward-rules: true"
	follow 1 && hangs && rm "$W/hang" && gives_up 1 &&
		eventually hooks filter && not kill -0 -- "-$group" && is "$(wc -l <"$W/hung")" -eq 1
}
gives_up() { eventually gave_up "$1" || eventually gave_up "$1"; } # so many times
gave_up() { is "$(grep -c 'can not be changed: nft: Connection timed out' "$W/n1.log")" -eq "$1"; }
hooks() { # of the table's chains, no others
	is "$(in_ns n1 nft list table inet vxs/test/n1/green | sed -n 's/.*type \([a-z]*\) hook.*/\1/p' | tr '\n' ' ')" = "$* "
}
# What was stopped had done its work already: nobody knows, so nothing is taken for granted.
in_doubt() {
	files "masquerade: true"
	follow 1 && eventually hooks nat && touch "$W/hang" || return
	files
	follow 1 && gives_up 2 && rm "$W/hang" || return
	files "masquerade: true"
	follow_to 1 vxs/test/n1/green || return
	files
	follow_to 1 && touch "$W/hang" || return
	files "masquerade: true"
	follow 1 && gives_up 3 && has_tables vxs/test/n1/green && rm "$W/hang" || return
	files
	follow_to 1
}
# It failed; the same file again has it tried again.
again_after_a_failure() {
	printf '#!/bin/sh\necho no >&2; exit 1\n' >"$W/bin/nft.bad"
	chmod +x "$W/bin/nft.bad"
	mv "$W/bin/nft" "$W/bin/nft.good" && cp "$W/bin/nft.bad" "$W/bin/nft"
	files "masquerade: true"
	follow 1 && eventually refused && has_tables || return
	mv "$W/bin/nft.good" "$W/bin/nft"
	follow 1 && eventually hooks nat
}
refused() { grep -q 'can not be changed: no$' "$W/n1.log"; }

tables_gone() {
	vxs_stop n1
	diff <(echo 'table inet other') <(tables)
}
masquerade() {
	WHERE=masquerade
	if ! command -v nft >/dev/null || ! nft list tables >/dev/null 2>&1; then
		t_skip "$WHERE" "no nftables here"
		return
	fi
	three_nodes
	container 1
	container 2
	outside
	files
	slow_nft
	need start 1
	need start 2
	in_ns n1 nft add table inet other
	t "$WHERE: without it nobody outside answers" no_ping h1 10.206.67.200
	files "masquerade: true" "forward-rules: true"
	follow_to 1 vxs/test/n1/green
	t "$WHERE: somebody outside answers" pings h1 10.206.67.200
	t "$WHERE: subnet.env says so" grep -qx FLANNEL_IPMASQ=true "$W/run/n1/subnet.env"
	t "$WHERE: inside, addresses stay" keeps_source
	t "$WHERE: killed, and nothing stale is left" after_a_kill
	t "$WHERE: switched off and on" masquerade_ends
	vxs_stop n1
	PATH=$W/bin:$PATH need start 1
	t "$WHERE: while nft hangs, frames pass" forwards_while_nft_hangs
	t "$WHERE: it is stopped, and the last word is carried out" the_last_word
	t "$WHERE: whatever it did before, the next file is followed" in_doubt
	t "$WHERE: what failed is tried again with the same file" again_after_a_failure
	t "$WHERE: nothing stays at the end, but what is another's" tables_gone
	sweep
}

# -- DirectRouting --

plain_routes() {
	diff -u - <(routes n1) <<-END
		10.42.2.0/24 via $A2 dev eth2
		fd42:0:0:2::/64 via fd42:0:0:2:: dev vx1 metric 1024 onlink pref medium
	END
}
in_the_clear() {
	local before
	before=$(through_tunnel)
	pings h1 10.42.2.5 && pings h2 10.42.1.5 && is "$(through_tunnel)" -eq "$before" && both_ways 1 2 &&
		is "$(through_tunnel)" -ge $((before + 4))
}
through_tunnel() { # frames of node 1
	"$VXS" stats green --node n1 -j | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[0]["tx"]["frames"])'
}
purges_plain() {
	killed 1
	is "$(routes n1 | grep -c eth2)" -eq 1 || return
	ROUTING=routed files
	start 1 && eventually counts 1 2 2 && not grep -q eth2 <(routes n1)
}

# Killed; the next life has another cidr, another network has a route to where the old one's led, and somebody
# else's routes look alike.
other_cidr() {
	killed 1
	in_ns n1 ip route add 10.44.0.0/24 via "$A2" dev eth2 proto 186
	sed -i 's/10\.42\.0\.0/10.43.0.0/' "$W/n1.yaml"
	start 1 && is "$(routes n1 | grep -v :)" = "10.43.2.0/24 via $A2 dev eth2" && in_ns n1 ip route show 10.44.0.0/24 | grep -q bgp &&
		in_ns n1 ip route del 10.44.0.0/24
}
# The same while it runs, and back.
follows_cidr() {
	local before
	before=$(routes n1)
	ROUTING=direct files
	follow 1 && is "$(routes n1 | grep -v :)" = "10.42.2.0/24 via $A2 dev eth2" || return
	sed -i 's/10\.42\.0\.0/10.43.0.0/' "$W/n1.yaml"
	follow 1 && is "$(routes n1)" = "$before" || return
	ROUTING=direct files
	follow 1 && plain_routes
}
# Where another switch lives, nobody can tell its routes from stale ones.
beside_another() {
	local mine
	sed 's/name: test/name: other/; s/8472/8473/; s/vni: 1/vni: 2/; s/vx1/vx2/; s/10\.42\.0\.0/10.52.0.0/; s/fd42:/fd52:/; /env-file/d' "$W/n1.yaml" >"$W/other.yaml"
	vxs_start n1 "$W/other.yaml" n1 other || return
	mine=$(routes n1 | grep '10\.52\.\|fd52:')
	is "$(wc -l <<<"$mine")" -eq 2 || return
	killed 1
	start 1 && is "$(routes n1 | grep '10\.52\.\|fd52:')" = "$mine" && vxs_stop other && plain_routes
}

# -- The underlay's routes change, and nothing else does --

tunnelled() { routes n1 | grep -qx '10.42.2.0/24 via 10.42.2.0 dev vx1 onlink' && counts 1 2 2; }
through_a_router() { # ROUTE OR RULE...: n3 is the router
	in_ns n1 ip "$@" && eventually tunnelled >/dev/null && both_ways 1 2
}
on_the_link_again() {
	in_ns n1 ip "$@" && eventually plain_routes >/dev/null && both_ways 1 2
}
# Through the tunnel itself nobody is on a link.
through_ourselves() {
	in_ns n1 ip route add "$A2/32" dev vx1 && eventually tunnelled >/dev/null && on_the_link_again route del "$A2/32"
}
# One that leads elsewhere has nobody asked.
not_concerned() {
	in_ns n1 ip route add 10.77.0.0/16 via "$A3" && in_ns n1 ip route del 10.77.0.0/16 && plain_routes
}
taken_away() { # by hand; ours come back
	in_ns n1 ip route del "$1" && eventually plain_routes >/dev/null && both_ways 1 2
}

moves() {
	WHERE="direct, moving"
	three_nodes
	container 1
	container 2
	in_ns n3 sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.eth2.send_redirects=0 net.ipv4.conf.all.send_redirects=0
	ROUTING=direct files
	need start 1
	need start 2
	t "$WHERE: on the link" plain_routes
	t "$WHERE: a route makes it go behind a router" through_a_router route add "$A2/32" via "$A3"
	t "$WHERE: and on the link again" on_the_link_again route del "$A2/32"
	in_ns n1 ip route add "$A2/32" via "$A3" table 7
	t "$WHERE: a rule has the same effect" through_a_router rule add to "$A2" lookup 7
	t "$WHERE: and none without it" on_the_link_again rule del to "$A2" lookup 7
	t "$WHERE: a route to elsewhere has none" not_concerned
	t "$WHERE: a route through our own device leads to nobody" through_ourselves
	t "$WHERE: a plain route that somebody took away comes back" taken_away 10.42.2.0/24
	t "$WHERE: and one through the tunnel" taken_away fd42:0:0:2::/64
	sweep
}

direct() {
	WHERE=direct
	two_nodes
	container 1
	container 2
	ROUTING=direct files
	need start 1
	need start 2
	t "$WHERE: a peer on the same link has a plain route" plain_routes
	t "$WHERE: IPv4 goes beside the tunnel" in_the_clear
	t "$WHERE: killed, and another cidr the next time" other_cidr
	t "$WHERE: another cidr while it runs" follows_cidr
	t "$WHERE: another switch in the same namespace keeps its routes" beside_another
	t "$WHERE: killed, and routed the next time" purges_plain
	sweep
	moves
	two_nodes_far_apart
	container 1
	container 2
	ROUTING=direct files
	need start 1
	need start 2
	t "$WHERE: a peer behind routers is reached through the tunnel" counts 1 2 2
	t "$WHERE: and answers" both_ways 1 2
	sweep
	use_family 4
}

# -- Beside flannel: a kernel device, and its entries, as flannel makes them --

flannel() { # at n2, for n1
	in_ns n2 ip link add flannel.1 address "$1" type vxlan id 1 local "$A2" dev eth2 srcport 0 0 dstport 8472 nolearning &&
		in_ns n2 sysctl -qw net.ipv6.conf.flannel/1.accept_ra=0 &&
		in_ns n2 ip address add 10.42.2.0/32 dev flannel.1 &&
		in_ns n2 ip link set flannel.1 mtu 1450 up &&
		in_ns n2 ip neigh replace 10.42.1.0 lladdr "$(vtep 1)" dev flannel.1 nud permanent &&
		in_ns n2 bridge fdb replace "$(vtep 1)" dev flannel.1 dst "$A1" self permanent &&
		in_ns n2 ip route replace 10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink &&
		in_ns n2 sysctl -qw net.ipv4.ip_forward=1
}

# What node n2's VTEP MAC will be.
vtep_of_n2() { "$VXS" fdb show dev vx1 --node n1 | awk -v dst="$A2" '$3 == dst { print $1 }'; }

beside_flannel() {
	WHERE="beside flannel"
	if ! has_kernel_vxlan; then
		t_skip "$WHERE" "this kernel has no VXLAN device"
		return
	fi
	two_nodes
	container 1
	container 2
	files
	need start 1
	need flannel "$(vtep_of_n2)"
	t "$WHERE: containers reach each other" pings h1 10.42.2.5
	t "$WHERE: and back" pings h2 10.42.1.5
	t "$WHERE: TCP, both ways" tcp h1 h2 10.42.2.5
	t "$WHERE: nothing was dropped" is "$(counted n1 unknown-peer)" -eq 0
	sweep
}

for part in ${PARTS:-routed masquerade direct beside_flannel}; do
	$part
done
finish
