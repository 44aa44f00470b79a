#!/bin/bash
# File descriptors that run short: at the start it is said how many are needed, before anything was
# touched; later what is open goes on, and what has to be opened waits until there are some.
. "$(dirname "$0")/lib.sh"

NETWORKS=60

networks() {
	local i
	cat <<-END
		version: 1
		name: test
		nodes:
		  n1: { address: $A1 }
		  n2: { address: $A2 }
		networks:
	END
	for i in $(seq $NETWORKS); do
		echo "  net$i: { vni: $i }"
	done
}

# With no right to have more.
refused() {
	in_ns n1 timeout 20 setpriv --bounding-set=-sys_resource prlimit --nofile=50:50 \
		"$VXS" run -f "$W/cluster.yaml" --node n1 >"$W/message" 2>&1
	is $? -eq 2
}

start_limited() {
	ip netns exec n1 prlimit --nofile=50:4096 "$VXS" run -f "$W/cluster.yaml" --node n1 2>"$W/n1.log" &
	pid[n1]=$!
	eventually started_or_ended n1
	cat "$W/n1.log"
	grep -q "is ready" "$W/n1.log"
}

no_more() { prlimit --pid "${pid[n1]}" --nofile="3:4096"; }
as_many_as_it_likes() { prlimit --pid "${pid[n1]}" --nofile="4096:4096"; }
says() { grep -- "$1" "$W/n1.log"; }

two_nodes
networks >"$W/cluster.yaml"
t "too few descriptors are refused" refused
t "saying how many it takes" grep -q '[0-9]* file descriptors are needed.*ulimit -n 1[0-9][0-9]' "$W/message"
t "in one line" is "$(wc -l <"$W/message")" -eq 1
t "and no device was made" is "$(in_ns n1 ls /sys/class/net | xargs)" = "eth2 lo"
t "a limit that may be raised is raised" start_limited
need vxs_start n2 "$W/cluster.yaml" n2
for n in 1 2; do
	address n$n vx1 10.0.1.$n/24
	address n$n vx2 10.0.2.$n/24
done
t "it works" pings n1 10.0.1.2

need no_more
start_traffic n1 10.0.2.2
in_ns n1 ip link del vx1
t "a device that can not be opened again: it is said why" eventually says 'net1: its device does not come back.*Too many open files'
t "the other network lost nothing" lost_nothing
in_ns n1 ip addr del "$A1/$LEN" dev eth2
address n1 eth2 "$A1/$LEN"
in_ns n1 ip link set eth2 mtu 1400
t "a path that became narrower is no trouble" eventually eval 'in_ns n1 ping -c 1 -W 1 -s 1400 10.0.2.2 >/dev/null; has_counted n1 tx-too-big'
t "it is no work" idles n1
t "nothing is said that nobody knows" not says 'no address of this machine'
need as_many_as_it_likes
t "the device is back when there are descriptors" eventually says 'net1: its device vx1 is back'
address n1 vx1 10.0.1.1/24
t "and works" pings n1 10.0.1.2
t "the other network, too" pings n1 10.0.2.2
t "the end is clean" vxs_stop n1
finish
