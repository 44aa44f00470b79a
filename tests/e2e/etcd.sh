#!/bin/bash
# Subnets that are leased from etcd (Debian's etcd-server), as flannel leases them: nodes that no file names join
# and find each other, a kernel device that was set up as flannel would is a node like any other, and what etcd
# does not say, or says wrongly, takes nothing away.
. "$(dirname "$0")/lib.sh"

for tool in etcd etcdctl; do
	command -v "$tool" >/dev/null || skip_all "no $tool here"
done
etcd --version >/dev/null 2>&1 || skip_all "etcd does not run on this machine"

PREFIX=/coreos.com/network
ETCD=192.0.2.99

# The nodes are n1 to n5 at 192.0.2.1 to .5, and etcd's members are e1 to e3 at .99, .98 and .97.
site() {
	local i
	space switch
	in_ns switch ip link add hub up type bridge
	for i in 1 2 3 4 5; do plug "n$i" "192.0.2.$i"; done
	for i in 1 2 3; do plug "e$i" "192.0.2.$((100 - i))"; done
}
plug() { # NS ADDRESS
	space "$1"
	wire "$1" eth2 switch "$1"
	in_ns switch ip link set "$1" master hub
	address "$1" eth2 "$2/24"
}

# member N [CLUSTER]: one of etcd's, alone unless a cluster of several is given.
member() {
	local url=http://192.0.2.$((100 - $1)) name=e$1
	mkdir -p "$W/etcd"
	ip netns exec "e$1" etcd --name "e$1" --data-dir "$W/etcd/e$1" --listen-client-urls "$url:2379" \
		--advertise-client-urls "$url:2379" --listen-peer-urls "$url:2380" \
		--initial-advertise-peer-urls "$url:2380" --initial-cluster "${2:-e$1=$url:2380}" \
		--unsafe-no-fsync >"$W/e$1.log" 2>&1 &
	pid[$name]=$!
}
ctl() {
	in_ns "${AT:-e1}" env ETCDCTL_API=3 etcdctl --command-timeout=2s --dial-timeout=2s \
		--endpoints "http://${TO:-$ETCD}:2379" "$@"
}
healthy() { ctl endpoint health >/dev/null 2>&1; }

file() { # [LINE OF green]...
	cat <<-END
		version: 1
		name: test
		nodes: {}
		networks:
		  green:
	END
	[ $# -gt 0 ] || set -- "vni: 1" "port: 8472" "cidr: 10.42.0.0/16" "subnet-length: 24" "routing: routed"
	printf '    %s\n' "$@" "device: vx1"
	cat <<-END
		leases:
		  store: etcd
		  etcd: { endpoints: [${ENDPOINTS:-\"http://$ETCD:2379\"}] }
	END
}

# start N: a node that the file does not name.
start() {
	local name=n$1
	: >"$W/n$1.log"
	ip netns exec "n$1" "$VXS" run -f "$W/file.yaml" --node "n$1" --address "192.0.2.$1" 2>"$W/n$1.log" &
	pid[$name]=$!
	eventually started_or_ended "n$1" >/dev/null
	grep -q "is ready" "$W/n$1.log" || cat "$W/n$1.log"
}
killed() {
	kill -KILL "${pid[n$1]}"
	wait "${pid[n$1]}" 2>/dev/null
	unset "pid[n$1]"
}

subnet() { # N: "10.42.7.0/24"
	"$VXS" -j subnet show --node "n$1" | "$PYTHON" -c "import json, sys
print(*[s['subnet'] for s in json.load(sys.stdin) if s['node'] == 'n$1'])"
}
base() { subnet "$1" | cut -d/ -f1; }
has_subnet() { [ -n "$(subnet "$1" 2>/dev/null)" ]; }
routes() { in_ns "n$1" ip route show proto 118; }
knows() { [ "$(routes "$1" | wc -l)" = "$2" ]; }
vtep() { in_ns "n$1" cat /sys/class/net/vx1/address; }

all_join() { # N...: each has a subnet and a route to each other
	local i others=$(($# - 1 + ${BESIDE:-0}))
	for i; do eventually has_subnet "$i" || return; done
	for i; do
		eventually knows "$i" "$others" || { routes "$i"; tail -n 5 "$W/n$i.log"; return 1; }
	done
}

# A container of node N, behind the node's bridge, with the addresses that `vxs env` says.
container() {
	local gateway
	gateway=$("$VXS" env green --node "n$1" | sed -n 's/^FLANNEL_SUBNET=//p')
	box "$1" "$gateway"
}
box() { # N GATEWAY/LENGTH
	local n=$1 gateway=$2
	space "h$n"
	wire "h$n" eth0 "n$n" veth0
	in_ns "n$n" ip link add cni0 up type bridge mcast_snooping 0
	in_ns "n$n" ip link set veth0 master cni0
	in_ns "n$n" ip address add "$gateway" dev cni0
	address "h$n" eth0 "${gateway%.1/24}.5/24"
	in_ns "h$n" ip route add default via "${gateway%/24}"
}
inside() { echo "${1%.0}.5"; } # BASE: the container's address
reach() { # I J
	pings "h$1" "$(inside "$(base "$2")")" && pings "h$2" "$(inside "$(base "$1")")"
}

record() { # N: what flannel would have written for node N
	printf '{"PublicIP":"192.0.2.%s","PublicIPv6":null,"BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"%s"}}\n' \
		"$1" "$(vtep "$1")"
}
records_are_flannels() {
	local i
	for i; do
		diff -u <(record "$i") <(ctl get "$PREFIX/subnets/$(base "$i")-24" --print-value-only) || return
	done
	is "$(ctl get --prefix "$PREFIX/subnets/" --keys-only | grep -c .)" -eq $#
}
lease_is_a_day() {
	local id
	id=$(ctl get "$PREFIX/subnets/$(base 1)-24" -w json | "$PYTHON" -c "import json, sys
print('%x' % json.load(sys.stdin)['kvs'][0]['lease'])")
	ctl lease timetolive "$id" | grep -q 'granted with TTL(86400s)'
}

# -- Two, then five; the third is a kernel device and its entries, as flannel makes them --

flannel_by_hand() { # node 3 has 10.42.3.0/24
	local i
	in_ns n3 ip link add flannel.1 address 02:00:00:00:03:01 type vxlan id 1 local 192.0.2.3 dev eth2 dstport 8472 nolearning
	in_ns n3 ip address add 10.42.3.0/32 dev flannel.1
	in_ns n3 ip link set flannel.1 up
	in_ns n3 sysctl -qw net.ipv4.ip_forward=1
	for i; do
		in_ns n3 ip neigh replace "$(base "$i")" lladdr "$(vtep "$i")" dev flannel.1 nud permanent
		in_ns n3 bridge fdb replace "$(vtep "$i")" dst "192.0.2.$i" dev flannel.1 self permanent
		in_ns n3 ip route replace "$(subnet "$i")" via "$(base "$i")" dev flannel.1 onlink
	done
	box 3 10.42.3.1/24
	ctl put "$PREFIX/subnets/10.42.3.0-24" '{"PublicIP":"192.0.2.3","PublicIPv6":null,"BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"02:00:00:00:03:01"}}'
}
kernel_and_ours() { # N
	pings "h$1" 10.42.3.5 && pings h3 "$(inside "$(base "$1")")"
}

silence_changes_nothing() {
	local before
	before=$(routes 1 | sort)
	vxs_stop e1
	sleep 1
	diff -u <(echo "$before") <(routes 1 | sort) && reach 1 2
}
restart_without_etcd() {
	killed 1
	start 1
	eventually knows 1 "$1" && reach 1 2 && grep -q 'until it is asked' "$W/n1.log"
}
tells_of_leases() {
	"$VXS" subnet show --node n1 | grep -qE "^$(subnet 1) .* etcd age [0-9]+s expires [0-9]+s$" &&
		"$VXS" subnet show --node n1 | grep -qE "^$(subnet 2) .* node 192.0.2.2 .* etcd age [0-9]+s$" &&
		"$VXS" status --node n1 | grep -qx 'etcd this node has a lease, 1 other node'
}
tells_of_silence() {
	"$VXS" status --node n1 | grep -q '^trouble etcd: ' && "$VXS" subnet show --node n1 | grep -q 'etcd is silent' || return
	"$VXS" doctor --node n1 | grep -q D106
}
says_that_it_is_silent() {
	eventually grep -q 'all stays as it is until it answers' "$W/n1.log" && is "$(grep -c 'all stays' "$W/n1.log")" -le 2
}
goes_on() {
	"$VXS" monitor subnet --node n1 >"$W/monitored" &
	pid[monitor]=$!
	member 1
	eventually healthy && eventually grep -q 'it answers again' "$W/n1.log"
}

nonsense() {
	ctl put "$PREFIX/subnets/10.42.3.0-24" '{"PublicIP": 7' >/dev/null
	ctl put "$PREFIX/subnets/10.42.77.0-24" 'x' >/dev/null
	ctl put "$PREFIX/subnets/no-subnet" '{}' >/dev/null
	eventually grep -q 'affects that node alone' "$W/n1.log" || return
	reach 1 2 && kernel_and_ours 1
}
leaves() {
	ctl del "$PREFIX/subnets/10.42.3.0-24" >/dev/null
	eventually not_known 1 10.42.3.0/24
}
not_known() { ! routes "$1" | grep -q "^$2 "; }

# flaps: node 3's record changes as fast as etcdctl can write it.  What that makes the log say is bounded.
flaps() {
	local i before after
	before=$(wc -l <"$W/n1.log")
	for i in $(seq 10 49); do
		ctl put "$PREFIX/subnets/10.42.3.0-24" "{\"PublicIP\":\"192.0.2.3\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:03:$i\"}}" >/dev/null
	done
	long has_vtep 02:00:00:00:03:49 || { tail -n 5 "$W/n1.log"; return 1; }
	after=$(wc -l <"$W/n1.log")
	echo "$((after - before)) lines"
	[ $((after - before)) -le 8 ] && reach 1 2
}
has_vtep() { "$VXS" fdb show --node n1 | grep -q "^$1 "; }

# A node that came to another subnet: its former record is there until it expires.
has_two_records() {
	ctl put "$PREFIX/subnets/10.42.4.0-24" '{"PublicIP":"192.0.2.3","PublicIPv6":null,"BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"02:00:00:00:03:49"}}' >/dev/null
	eventually is_routed 10.42.4.0/24 10.42.3.0/24 || return
	ctl del "$PREFIX/subnets/10.42.4.0-24" >/dev/null
	eventually is_routed 10.42.3.0/24 10.42.4.0/24
}
is_routed() { routes 1 | grep -q "^$1 " && not_known 1 "$2"; } # FIRST, and not SECOND

# A disk that refuses: the subnet is not used, and the disk is not asked without end.
disk_refuses() {
	local tracer asked
	rm -rf "$W/state/test/n5"
	kill -STOP "${pid[e1]}" # so that nothing is to be kept before the disk refuses
	start 5
	: >"$W/syncs"
	strace -f -qq -o "$W/syncs" -p "${pid[n5]}" -e trace=fdatasync,fsync \
		-e inject=fdatasync,fsync:error=EIO 2>"$W/tracer" &
	tracer=$!
	eventually is_traced "${pid[n5]}" >/dev/null || cat "$W/tracer"
	kill -CONT "${pid[e1]}"
	long grep -q 'what cannot be kept is refused' "$W/n5.log" || { cat "$W/n5.log"; return 1; }
	sleep 2
	asked=$(grep -c INJECTED "$W/syncs")
	echo "the disk was asked $asked times"
	not has_subnet 5 && [ "$asked" -ge 1 ] && [ "$asked" -le 100 ]
	set -- $?
	kill "$tracer"
	wait "$tracer" 2>/dev/null
	return "$1"
}
is_traced() { [ "$(awk '$1 == "TracerPid:" { print $2 }' "/proc/$1/status")" != 0 ]; }

# long COMMAND...: as eventually; what waits for etcd does so for up to 30 s.
long() {
	for _ in 1 2 3 4 5 6 7; do eventually "$@" >/dev/null && return; done
	eventually "$@"
}

ends_clean() {
	vxs_stop "n$1" || { cat "$W/n$1.log"; return 1; }
	is "$(routes "$1")" = "" && not grep -q ERROR "$W/n$1.log"
}

scenario() {
	site
	member 1
	need eventually healthy
	file >"$W/file.yaml"
	t "check takes the file" "$VXS" check "$W/file.yaml"
	need start 1
	need start 2
	t "two nodes that no file names have subnets, and a route each" all_join 1 2
	t "their records are flannel's, to the byte" records_are_flannels 1 2
	t "their leases last a day" lease_is_a_day
	t "subnet show and status tell of the leases" tells_of_leases
	container 1
	container 2
	t "a container of each reaches the other's" reach 1 2
	need start 4
	need start 5
	t "five nodes: two more join" all_join 1 2 4 5
	container 4
	t "a container of a node that joined reaches the first's" reach 1 4
	if has_kernel_vxlan; then
		flannel_by_hand 1 2 4 >/dev/null
		BESIDE=1 t "all have a route to it" all_join 1 2 4 5
		t "it and ours exchange packets, both ways" kernel_and_ours 1
		t "and with one that joined later" kernel_and_ours 4
		t "records without sense affect nobody else" nonsense
		t "who is removed leaves" leaves
	else
		t_skip "a kernel device with its record in etcd is a node" "this kernel has no VXLAN device"
	fi
	t "etcd is silent: nothing changes" silence_changes_nothing
	t "killed and started without etcd, a node forwards as before" restart_without_etcd 3
	t "it says once that etcd is silent" says_that_it_is_silent
	t "status, subnet show and doctor tell it" tells_of_silence
	t "and goes on when etcd is back" goes_on
	t "monitor tells that its lease was renewed" eventually grep -q "^$(subnet 1) .* renewed" "$W/monitored"
	t "a record that changes all the time fills no log" flaps
	t "of two records of one node the younger counts" has_two_records
	killed 5
	if command -v strace >/dev/null; then
		t "a disk that refuses: the subnet is not used, and the disk has its rest" disk_refuses
		t "and it is used once it is kept" long has_subnet 5
	else
		t_skip "a disk that refuses" "no strace here"
	fi
	t "ended, a node leaves nothing in the kernel" ends_clean 1
	sweep
	rm -rf "$W/etcd"
}

# -- The configuration in etcd, and three members of which the leader dies --

leader() {
	local i
	for i in 1 2 3; do
		TO=192.0.2.$((100 - i)) ctl endpoint status -w json 2>/dev/null | "$PYTHON" -c "import json, sys
s = json.load(sys.stdin)[0]['Status']
sys.exit(s['header']['member_id'] != s['leader'])" 2>/dev/null && echo "$i" && return
	done
	return 1
}
a_leader() { leader >/dev/null; }
config_from_etcd() {
	all_join 1 2 && in_ns n1 ip -d link show vx1 >/dev/null &&
		routes 1 | grep -q '^10.55.' && is "$(subnet 1 | cut -d/ -f2)" = 26
}
three() {
	local cluster="e1=http://192.0.2.99:2380,e2=http://192.0.2.98:2380,e3=http://192.0.2.97:2380" dead
	site
	member 1 "$cluster"
	member 2 "$cluster"
	member 3 "$cluster"
	need eventually healthy
	ENDPOINTS='"http://192.0.2.99:2379", "http://192.0.2.98:2379", "http://192.0.2.97:2379"'
	file "config: etcd" >"$W/file.yaml"
	t "check takes a network whose configuration is in etcd" "$VXS" check "$W/file.yaml"
	need start 1
	t "without a configuration it waits, and says for what" eventually grep -q 'nobody has put it there yet' "$W/n1.log"
	ctl put "$PREFIX/config" '{"Network":"10.55.0.0/16","SubnetLen":26,"Backend":{"Type":"vxlan","VNI":7}}' >/dev/null
	need start 2
	t "three members: the configuration is etcd's" config_from_etcd
	container 1 2>/dev/null
	need eventually a_leader
	dead=$(leader)
	vxs_stop "e$dead" KILL
	start 4
	t "the leader is gone, and another node joins all the same" all_join 1 2 4
	sweep
	rm -rf "$W/etcd"
}

scenario
three
finish
