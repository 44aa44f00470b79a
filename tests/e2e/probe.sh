#!/bin/bash
# `vxs ping`: from VTEP to VTEP, through everything that the tenants' frames pass; and how wide the way
# is, found by trying, where a hop in the middle says so and where it keeps silent.
. "$(dirname "$0")/lib.sh"

probe() {
	case $* in
	*--mtu-sweep*) "$VXS" ping "$@" --node n1 ;;
	*) "$VXS" ping "$@" --node n1 -i 0.05 ;;
	esac
}

# says STATUS PATTERN WORD...: of one call of `vxs ping`.
says() {
	local status=$1 pattern=$2
	shift 2
	probe "$@" >"$W/ping" 2>&1
	is $? -eq "$status" && grep -qE -- "$pattern" "$W/ping" && return
	cat "$W/ping"
	return 1
}
also() { grep -E -- "$1" "$W/ping" || { cat "$W/ping" && return 1; }; }
# counts NODE PATTERN: a line of its counters.
counts() { "$VXS" stats --node "$1" | tee "$W/stats" | grep -E -- "$2"; }

# The name of a node, its address, and what is behind it mean the same.
both_live() {
	site direct
	learning_tunnel </dev/null
	t "a node by its name ($WHERE)" says 0 "3 received, 0% packet loss" n2 -c 3
	t "each with its time ($WHERE)" also "^64 bytes from n2 \($A2\): seq=3 time=[0-9.]+ ms"
	t "by its address ($WHERE)" says 0 " 1 received" "$A2" -c 1
	need eventually pings h1 $H2
	t "by a MAC behind it ($WHERE)" says 0 "^64 bytes from n2" $MAC2 -c 1
	"$VXS" neigh add $H2 lladdr $MAC2 dev vxlan100 --node n1
	t "by a tenant's address behind it ($WHERE)" says 0 "^64 bytes from n2" $H2 -c 1 dev vxlan100
	t "as JSON ($WHERE)" says 0 '"outcome":"answered"' n2 -c 2 -j
	t "with a sum ($WHERE)" also '"transmitted":2,"received":2'
	t "the largest ($WHERE)" says 0 "^$MTU bytes from" n2 -c 1 -s $MTU
	t "and one byte more ($WHERE)" says 5 "too big for the interface of this node" n2 -c 1 \
		-s $((MTU + 1))
	t "how wide the way is ($WHERE)" says 0 "largest inner MTU that passes is $MTU" n2 --mtu-sweep
	t "and that this fits ($WHERE)" also "the network has $MTU, which fits"
	t "tenants saw nothing of it ($WHERE)" not counts n2 'drop probe'
}

nobody_there() {
	t "nobody listens there ($WHERE)" says 5 "refused: nobody listens" n2 -c 3 -W 0.5
	in_ns n2 ip link set eth2 down
	t "no such machine ($WHERE)" says 5 "unreachable|no answer" n2 -c 1 -W 5
}

one_dies() {
	site direct
	learning_tunnel </dev/null
	need says 0 "0% packet loss" n2 -c 1
	vxs_stop n2
	nobody_there
}

# The notes' node 2 never made its device: here the other end says so itself.
lacks_network() {
	two_nodes
	BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
	sed 's/vni: 100/vni: 101/' "$W/cluster.yaml" >"$W/other.yaml"
	need vxs_start n1 "$W/cluster.yaml" n1
	need vxs_start n2 "$W/other.yaml" n2
	t "a node without this network says so ($WHERE)" says 5 "has no network with this VNI" n2 -c 1 -W 5
}

# A device of the kernel carries the tenants' frames and knows nothing of probes.
kernel_peer() {
	site direct
	learning_tunnel </dev/null
	need eventually pings h1 $H2
	t "Linux's device does not answer ($WHERE)" says 5 "no answer within" n2 -c 1 -W 0.3
	t "and this is said ($WHERE)" also "Only vxs answers probes"
	t "its tenants go on ($WHERE)" pings h1 $H2
}

# A hop of 1400 bytes: routers say so, and the network does not fit.
narrow() {
	two_nodes_far_apart
	direct_host 1
	direct_host 2
	learning_tunnel </dev/null
	need says 0 "0% packet loss" n2 -c 1
	t "a narrow hop is found ($WHERE)" says 0 "passes is $((MTU - 100))$" n2 --mtu-sweep
	t "and who said so ($WHERE)" also "the path MTU is 1400"
	t "and what to write ($WHERE)" also "write .mtu: $((MTU - 100)). for network blue"
}

# The same, and the routers' word is filtered.  It may be learned neither before nor meanwhile.
black_hole() {
	two_nodes_far_apart
	in_ns r1 nft -f - <<-END || { t_skip "$WHERE" "no nft here" && return; }
		table inet filter {
			chain output {
				type filter hook output priority 0
				meta nfproto ipv4 icmp type destination-unreachable icmp code 4 drop
				meta l4proto icmpv6 icmpv6 type packet-too-big drop
			}
		}
	END
	direct_host 1
	direct_host 2
	learning_tunnel </dev/null
	need says 0 "0% packet loss" n2 -c 1
	t "a black hole is found ($WHERE)" says 0 "passes is $((MTU - 100))$" n2 \
		--mtu-sweep -W 0.2
	t "and told from a refusal ($WHERE)" also "vanishes without a word"
}

ENDS=ours-ours each both_live
ENDS=ours-ours each one_dies
ENDS=ours-ours each lacks_network
ENDS=ours-kernel FAMILIES=4 each kernel_peer
ENDS=ours-ours each narrow
ENDS=ours-ours each black_hole
finish
