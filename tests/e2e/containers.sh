# shellcheck shell=bash
# What the tests of container engines stand on, beside lib.sh: nodes that each keep their files to themselves, as
# machines do, and what is to be true of containers, whoever makes them.
#
# An engine is five functions; the network is always `green`:
#   engine N                     makes node N ready for it, with what `vxs cni-config green` says there
#   run N NAME [ADDRESS]         a container in the network, which sleeps; its address, where one is wanted
#   inside N NAME COMMAND...     a command of busybox in it
#   gone N NAME                  ends and removes it
#   served N NAME                has it serve $W/www by HTTP

# machine N: what node N keeps to itself, in a mount namespace that a sleeper holds open.
machine() {
	local own=(/run/containers /run/crun /run/libpod /run/netns /dev/shm /var/lib)
	in_ns "n$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0
	mkdir -p "${own[@]}" # what is missing is on the test's own /run
	: >"$W/m$1.log"
	# shellcheck disable=SC2016 # expands inside
	ip netns exec "n$1" unshare --cgroup bash -ec '
		for dir; do mount -t tmpfs tmpfs "$dir"; done
		echo "is up"
		exec sleep infinity' - "${own[@]}" >"$W/m$1.log" 2>&1 &
	pid["m$1"]=$!
	eventually grep -q "is up" "$W/m$1.log" && return
	cat "$W/m$1.log"
	return 1
}

# on N COMMAND...
on() { VXS_NODE=${names[$1]} nsenter --target "${pid[m$1]}" --mount --net --cgroup -- "${@:2}"; }
names=([1]=n1 [2]=n2)

mkdir "$W/www"
head -c 5000000 /dev/urandom >"$W/www/file"

# two_machines <NETWORKS: and the cluster file, $W/cluster.yaml.
two_machines() {
	two_nodes
	{
		printf 'version: 1\nname: test\nnodes:\n'
		printf '  %s: { address: %s }\n' "${names[1]}" "$A1" "${names[2]}" "$A2"
		echo networks:
		cat
	} >"$W/cluster.yaml"
	need machine 1 && need machine 2
}
switches() {
	need vxs_start n1 "$W/cluster.yaml" "${names[1]}" n1 && need vxs_start n2 "$W/cluster.yaml" "${names[2]}" n2
}

# cluster_of [BRIDGE] <NETWORKS: two nodes, on each a bridge if there is to be one, a switch and an engine.
cluster_of() {
	two_machines || return
	if [ $# != 0 ]; then
		in_ns n1 ip link add "$1" up type bridge
		in_ns n2 ip link add "$1" up type bridge
	fi
	switches && need engine 1 && need engine 2
}

# -- What is true of a container --

address_is() { # N NAME ADDRESS/LEN...
	local want
	for want in "${@:3}"; do
		inside "$1" "$2" ip addr show eth0 | grep -F " $want " && continue
		echo "not $want:"
		inside "$1" "$2" ip addr show eth0
		return 1
	done
}

reaches() { inside "$1" "$2" ping -c 2 -W 3 "$3"; }

# fetches N NAME ADDRESS: what is served there, all of it.
fetches() {
	inside "$1" "$2" timeout 10 busybox wget -q -O - "http://$3/file" | cmp - "$W/www/file"
}

mtu_is() { inside "$1" "$2" ip link show eth0 | grep "mtu $3 "; }
default_is() { inside "$1" "$2" ip route | grep "^default via $3 "; }

# addresses_kept N ADDRESS...: what host-local says is in use, and nothing else.
addresses_kept() {
	is "$(on "$1" find /var/lib/cni/networks/green -name '10.*' -printf '%f ' | tr ' ' '\n' | sort | xargs)" = "${*:2}"
}

# -- A routed network: each node's subnet is a link of its own --

routed_addresses() {
	run 1 a && run 1 b && run 2 c &&
		address_is 1 a 10.42.1.2/24 fd42:0:0:1::2/64 && address_is 1 b 10.42.1.3/24 fd42:0:0:1::3/64 &&
		address_is 2 c 10.42.2.2/24 fd42:0:0:2::2/64 && addresses_kept 1 10.42.1.2 10.42.1.3
}
routed_talk() {
	reaches 1 a 10.42.2.2 && reaches 2 c 10.42.1.3 && reaches 1 a 10.42.1.3 &&
		reaches 1 a fd42:0:0:2::2 && reaches 2 c fd42:0:0:1::3
}
routed_fetch() {
	served 2 c && served 1 b && eventually fetches 1 a 10.42.2.2 && eventually fetches 2 c 10.42.1.3 &&
		fetches 1 a '[fd42:0:0:2::2]'
}
as_the_network() { mtu_is 1 a 1450 && default_is 1 a 10.42.1.1 && default_is 2 c 10.42.2.1; }
outlive_the_switch() {
	vxs_stop n1
	not inside 1 a ping -c 1 -W 1 10.42.2.2 || return
	vxs_start n1 "$W/cluster.yaml" n1 && eventually routed_talk
}
give_back() { gone 2 c && addresses_kept 2 && run 2 d && reaches 1 a 10.42.2.3; }
by_wish() { run 1 e 10.42.1.77 && address_is 1 e 10.42.1.77/24 && reaches 2 d 10.42.1.77; }

routed_containers() {
	WHERE=routed
	cluster_of <<-'END' || return
		  green:
		    vni: 200
		    cidr: 10.42.0.0/16
		    subnet-length: 24
		    cidr6: "fd42::/48"
		    subnet-length6: 64
		    routing: routed
	END
	t "$WHERE: containers get addresses of their node's subnet" routed_addresses
	t "$WHERE: they reach each other across nodes" routed_talk
	t "$WHERE: and fetch from each other" routed_fetch
	t "$WHERE: their MTU is the network's, their gateway the node's" as_the_network
	t "$WHERE: they outlive the switch" outlive_the_switch
	t "$WHERE: who goes gives its address back" give_back
	t "$WHERE: a container gets the address it wishes" by_wish
}

# -- A flat network: one link, of which each node hands out its own part --

flat_addresses() {
	run 1 a && run 1 b && run 2 c &&
		address_is 1 a 10.42.1.3/16 && address_is 1 b 10.42.1.4/16 && address_is 2 c 10.42.2.2/16
}
flat_talk() { reaches 1 a 10.42.2.2 && reaches 2 c 10.42.1.4 && reaches 1 a 10.42.1.4; }
flat_fetch() { served 2 c && eventually fetches 1 a 10.42.2.2; }

# The other is a neighbour by its own MAC, and so is the other node's gateway.
one_link() {
	local mac
	mac=$(inside 2 c cat /sys/class/net/eth0/address)
	inside 1 a ip neigh show | tee "$W/neighbours"
	grep -q "^10.42.2.2 dev eth0 lladdr $mac " "$W/neighbours" && default_is 1 a 10.42.1.1 &&
		default_is 2 c 10.42.2.1 && reaches 1 a 10.42.2.1 && mtu_is 1 a 1450
}

flat_containers() {
	WHERE=flat
	cluster_of br0 <<-'END' || return
		  green:
		    vni: 200
		    bridge: br0
		    cidr: 10.42.0.0/16
		    subnet-length: 24
		    hosts: { db: { node: n1, ip: 10.42.1.2, mac: "52:54:00:00:00:4d" } }
	END
	t "$WHERE: containers get addresses of their node's part, none of a host" flat_addresses
	t "$WHERE: they reach each other across nodes" flat_talk
	t "$WHERE: and fetch from each other" flat_fetch
	t "$WHERE: they are on one link" one_link
}
