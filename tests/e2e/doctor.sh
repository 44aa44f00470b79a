#!/bin/bash
# `vxs doctor`: each fault is put in by hand, and exactly its finding is expected, with what it is known
# by; a healthy pair has none.
. "$(dirname "$0")/lib.sh"

doctor() { in_ns n1 "$VXS" doctor --node n1 "$@"; }

# finds CODES [PATTERN]...: these codes and no others, exit status 5, and each pattern in the words.
finds() {
	local codes=$1 status
	shift
	doctor >"$W/doctor" 2>&1
	status=$?
	cat "$W/doctor"
	is "$status" -eq 5 || return
	is "$(grep -oE '^D[0-9]+' "$W/doctor" | sort -u | xargs)" = "$codes" || return
	while [ $# -gt 0 ]; do
		grep -qE -- "$1" "$W/doctor" || { echo "no line like $1" && return 1; }
		shift
	done
}

finds_nothing() {
	doctor >"$W/doctor" 2>&1
	local status=$?
	cat "$W/doctor"
	is "$status" -eq 0 && grep -q "^nothing wrong found" "$W/doctor"
}

as_json() { # CODE...: of the array
	is "$(doctor -j | "$PYTHON" -c 'import json, sys
print(*[f["code"] for f in json.load(sys.stdin)])')" = "$*"
}

# Two nodes and a tenant at each, without a bridge between.   pair <LINES OF THE NETWORK
pair() {
	site direct
	cluster >"$W/cluster.yaml"
	end 1 && end 2
}

healthy() {
	pair </dev/null
	need eventually pings h1 $H2
	t "a healthy pair has nothing ($WHERE)" finds_nothing
	t "and an empty array as JSON ($WHERE)" as_json
}

healthy_with_kernel() {
	site direct
	learning_tunnel </dev/null
	need eventually pings h1 $H2
	t "Linux's device at the other end is not a fault ($WHERE)" finds_nothing
}

device() {
	two_nodes
	BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
	need vxs_start n1 "$W/cluster.yaml" n1
	need vxs_start n2 "$W/cluster.yaml" n2
	need finds_nothing
	in_ns n1 ip link set vxlan100 down
	t "a device that is down ($WHERE)" finds D102 "vxlan100.* is down" \
		'^  mend    \$ ip link set vxlan100 up$'
	t "as JSON ($WHERE)" as_json D102
	in_ns n1 ip link set vxlan100 up
	t "up again ($WHERE)" finds_nothing
	# It cannot be made again while its name is another's.
	in_ns n1 ip link add spare type bridge
	printf 'link del vxlan100\nlink set spare name vxlan100\n' | need in_ns n1 ip -batch -
	t "a device that is gone ($WHERE)" eventually finds D101 "vxlan100.* is gone"
}

address_goes() {
	pair </dev/null
	in_ns n1 ip addr del "$A1/$LEN" dev eth2
	t "an address that is not ours ($WHERE)" eventually finds D103 "$A1 is no address" \
		'\$ ip addr add'
}

nothing_static() {
	pair <<-END
		learning: false
		flood: none
	END
	need "$VXS" fdb append 00:00:00:00:00:00 dev vxlan100 dst "$A1" --node n2
	in_ns h1 ping -c 1 -W 1 $H2 >/dev/null
	t "learning off and nothing static ($WHERE)" finds D201 "learning is off" \
		"vxs fdb append 00:00:00:00:00:00 dev vxlan100 dst $A2"
	"$VXS" fdb append 00:00:00:00:00:00 dev vxlan100 dst "$A2" --node n1
	t "and what it says mends it ($WHERE)" finds_nothing
}

other_vni() {
	two_nodes
	BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
	sed 's/vni: 100/vni: 101/' "$W/cluster.yaml" >"$W/other.yaml"
	need vxs_start n1 "$W/cluster.yaml" n1
	need vxs_start n2 "$W/other.yaml" n2
	t "the other node lacks the VNI ($WHERE)" finds D301 "n2 has no network with VNI 100"
	in_ns n2 "$VXS" ping n1 --node n2 -c 1 >/dev/null
	t "and sends for one that is not here ($WHERE)" finds "D301 D302" "n2 sends frames for VNI 101" \
		"as vni-not-found"
}

# Somebody whom the file does not name speaks our VNI.
unknown_sender() {
	two_nodes
	BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
	need vxs_start n1 "$W/cluster.yaml" n1
	need vxs_start n2 "$W/cluster.yaml" n2
	address n2 eth2 "$A3/$LEN"
	in_ns n2 "$PYTHON" - "$A1" "$A3" <<-END
		import socket, sys
		to, own = sys.argv[1:]
		s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
		s.bind((own, 0))
		s.sendto(bytes.fromhex("0800000000006400") + bytes(60), (to, 4789))
	END
	t "a sender that is no member ($WHERE)" eventually finds D303 "$A3 sends frames for VNI 100"
}

other_port() {
	site direct
	cluster >"$W/cluster.yaml" </dev/null
	cluster "port: 4790" >"$W/other.yaml" </dev/null
	need vxs_start n1 "$W/cluster.yaml" n1
	need vxs_start n2 "$W/other.yaml" n2
	t "nobody listens there ($WHERE)" finds D304 "nobody on n2 listens on UDP port 4789"
}

no_machine() {
	pair </dev/null
	in_ns n2 ip link set eth2 down
	t "no such machine ($WHERE)" eventually finds D305 "no way to n2" "ip route get $A2"
}

rule() { # NS HOOK RULE...
	in_ns "$1" nft add table inet fault
	in_ns "$1" nft add chain inet fault c "{ type filter hook $2 priority 0; }"
	in_ns "$1" nft add rule inet fault c "${@:3}"
}

firewall() {
	command -v nft >/dev/null || { t_skip "$WHERE" "no nft here" && return; }
	two_nodes
	BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
	need vxs_start n1 "$W/cluster.yaml" n1
	rule n2 input udp dport 4789 counter drop
	need vxs_start n2 "$W/cluster.yaml" n2
	t "a port that is blocked ($WHERE)" finds D306 "n2 neither answers nor was ever heard" \
		"tcpdump -ni any udp port 4789"
	in_ns n2 nft delete table inet fault
	rule n1 input udp dport 4789 counter drop
	t "a rule for what comes in, which has counted ($WHERE)" finds D406 "drops what arrives for UDP port 4789" \
		"chain inet fault c, and [0-9]+ packets" '\$ nft insert rule inet fault c udp dport 4789 accept'
	in_ns n1 nft insert rule inet fault c udp dport 4789 accept
	t "and what it says mends it ($WHERE)" finds_nothing
	in_ns n1 nft delete table inet fault
	rule n2 input udp dport 4789 reject with icmpx admin-prohibited
	t "a rule there that says so ($WHERE)" finds D403 "forbids what is sent to it" "administratively prohibited"
	in_ns n2 nft delete table inet fault
	rule n1 output udp dport 4789 drop
	t "a rule for what goes out ($WHERE)" finds D401 "EPERM"
}

# Bridged packets go through FORWARD where br_netfilter is there, and Docker's policy is to drop them.
bridge_netfilter() {
	command -v nft >/dev/null || { t_skip "$WHERE" "no nft here" && return; }
	[ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || { t_skip "$WHERE" "no br_netfilter here" && return; }
	site bridged
	learning_tunnel </dev/null
	in_ns n1 nft add table ip filter
	in_ns n1 nft add chain ip filter FORWARD '{ type filter hook forward priority 0; policy drop; }'
	in_ns n1 sysctl -qw net.bridge.bridge-nf-call-iptables=0
	t "a policy for what is routed alone is no fault ($WHERE)" healthy_bridge
	in_ns n1 sysctl -qw net.bridge.bridge-nf-call-iptables=1
	need no_ping h1 $H2
	t "a policy for what is bridged ($WHERE)" finds D105 "between the ports of bridge br1" "chain ip filter FORWARD" \
		'\$ sysctl -w net.bridge.bridge-nf-call-iptables=0'
	in_ns n1 sysctl -qw net.bridge.bridge-nf-call-iptables=0
	t "and what it says mends it ($WHERE)" healthy_bridge
}
healthy_bridge() { pings h1 $H2 && finds_nothing; }

# As a card does that is to compute the checksums of what it does not understand.
wrong_checksums() {
	pair </dev/null
	need eventually pings h1 $H2
	in_ns n2 "$PYTHON" - "$A1" <<-END
		import socket, struct, sys
		to = sys.argv[1]
		s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
		vxlan = bytes.fromhex("0800000000006400") + bytes(60)
		for i in range(20):
		    s.sendto(struct.pack("!HHHH", 50000, 4789, 8 + len(vxlan), 1) + vxlan, (to, 0))
	END
	t "checksums that are wrong ($WHERE)" finds D405 "threw away 20 UDP datagrams" "ethtool -K"
}

# A tenant whose checksums are left to a card that is not there.
wrong_checksums_inside() {
	pair </dev/null
	need eventually pings h1 $H2
	t "checksums inside that are wrong ($WHERE)" eventually stream_is_found
}
stream_is_found() {
	in_ns h2 "$PYTHON" - $MAC1 $MAC2 $H1 $H2 <<-END
		import socket, struct, sys
		to, own = (bytes.fromhex(mac.replace(":", "")) for mac in sys.argv[1:3])
		dst, src = map(socket.inet_aton, sys.argv[3:5])
		def ip(length, number):
		    head = struct.pack("!BBHHHBBH", 0x45, 0, length, number, 0x4000, 64, 6, 0) + src + dst
		    total = sum(struct.unpack("!10H", head))
		    total = (total & 0xffff) + (total >> 16)
		    return head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + head[12:]
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("vxlan100", 0))
		for i in range(200):
		    tcp = struct.pack("!HHIIBBHHH", 5000, 5001, 1000 * i, 1, 0x50, 0x10, 1000, 0xdead, 0)
		    s.send(to + own + b"\x08\x00" + ip(1040, i) + tcp + bytes(1000))
	END
	finds D405 "has wrong checksums" "vxs stats vxlan100"
}

# It cannot come later: nobody can bind what the switch has.
second_program() {
	two_nodes
	BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
	ip netns exec n1 "$PYTHON" -c '
import socket, sys, time
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 4789))
print("bound", flush=True)
time.sleep(60)' "$A1" >"$W/bound" &
	pid[other]=$!
	need eventually grep -q bound "$W/bound"
	t "a second program on the port is named at the start ($WHERE)" names_other
	kill "${pid[other]}" && wait "${pid[other]}" 2>/dev/null
	need vxs_start n1 "$W/cluster.yaml" n1
	t "and cannot come later ($WHERE)" not in_ns n1 "$PYTHON" -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind((sys.argv[1], 4789))' "$A1"
}
names_other() { vxs_refused n1 "$W/cluster.yaml" n1 >"$W/refused"; cat "$W/refused"; grep -q "4789 .* process ${pid[other]} (python3)" "$W/refused"; }

# Entries on this side only, as when the notes' commands were typed on one node.
one_sided() {
	pair <<-END
		learning: false
		flood: none
	END
	for mac in 00:00:00:00:00:00 $MAC2; do
		need "$VXS" fdb append $mac dev vxlan100 dst "$A2" --node n1
	done
	t "the other node has no entry back ($WHERE)" finds D307 "n2 has no way back" \
		"\\$ vxs fdb append MAC dev vxlan100 dst $A1"
	"$VXS" fdb append $MAC1 dev vxlan100 dst "$A1" --node n2
	t "and with it all is well ($WHERE)" finds_nothing
}

# Multicast that does not arrive, where everything else does.
silent_group() {
	command -v nft >/dev/null || { t_skip "$WHERE" "no nft here" && return; }
	pair <<<"flood: \"$GROUP\""
	need eventually pings h1 $H2
	t "a group that arrives is no fault ($WHERE)" finds_nothing
	if [ "$FAMILY" = 4 ]; then
		rule n2 input ip daddr "$GROUP" drop
	else
		rule n2 input ip6 daddr "$GROUP" drop
	fi
	t "a group that does not ($WHERE)" finds D404 "sent to group $GROUP does not reach n2" "flood: peers"
}

narrow() {
	two_nodes_far_apart
	direct_host 1
	direct_host 2
	learning_tunnel </dev/null
	t "a narrow hop ($WHERE)" finds D402 "of more than $((MTU - 100)) bytes do not reach n2" \
		"mtu: $((MTU - 100))"
}

export ENDS=ours-ours
each healthy
ENDS=ours-kernel each healthy_with_kernel
FAMILIES=4 each device
each address_goes
each nothing_static
each other_vni
each unknown_sender
each other_port
each no_machine
each firewall
each narrow
FAMILIES=4 each bridge_netfilter
each one_sided
each silent_group
each wrong_checksums
each wrong_checksums_inside
each second_program
finish
