#!/bin/bash
# A switch without a cluster file, filled by `vxs link add` as Linux is by `ip link add`; what is made that way
# survives, takes part in a reload, and yields to the cluster file.
. "$(dirname "$0")/lib.sh"

ask() { in_ns "$1" "$VXS" "${@:2}" --node "$1"; }
refuses() { # PATTERN WORDS...: exit status 2 and one line
	local said status
	said=$(ask n1 "${@:2}" 2>&1)
	status=$?
	echo "$said"
	is $status -eq 2 && is "$(wc -l <<<"$said")" -eq 1 && grep -qE -- "$1" <<<"$said"
}
shows() { ask n1 "${@:2}" >"$W/shown" && cat "$W/shown" && grep -qE -- "$1" "$W/shown"; }
shows_not() { ask n1 "${@:2}" >"$W/shown" && cat "$W/shown" && ! grep -qE -- "$1" "$W/shown"; }

# start NAME [OPTION]...: without a file.
start() {
	: >"$W/$1.log"
	ip netns exec "$1" "$VXS" run --node "$1" --state "$W/state-$1" "${@:2}" 2>"$W/$1.log" &
	pid[$1]=$!
	eventually started_or_ended "$1" >/dev/null
	grep -q "is ready" "$W/$1.log" || { cat "$W/$1.log" && return 1; }
}
as_the_kernel() { # DEVICE OPTIONS...: of the kernel's device, in a namespace of its own
	ip netns add kernel
	in_ns kernel ip link add k0 type vxlan dstport 4789 "${@:2}"
	in_ns kernel ip -d link show k0 | grep -oE 'dstport .* noudp6zerocsumrx' >"$W/kernel"
	ip netns del kernel
	ask n1 -d link show "$1" | grep -oE 'dstport .*' | diff "$W/kernel" -
}
# The same from the first word on, of a device that has an address and an interface of this name, too.
as_the_kernel_wholly() { # DEVICE OPTIONS...
	ip netns add kernel
	in_ns kernel ip link add eth2 type veth peer name other
	in_ns kernel ip link add k0 type vxlan dstport 4789 local $A1 "${@:2}"
	in_ns kernel ip -d link show k0 | sed 's/ srcport 0 0//' | grep -oE 'vxlan id .* noudp6zerocsumrx' >"$W/kernel"
	ip netns del kernel
	ask n1 -d link show "$1" | grep -oE 'vxlan id .*' | diff "$W/kernel" -
}
kill_it() {
	kill -KILL "${pid[$1]}"
	wait "${pid[$1]}" 2>/dev/null
	unset "pid[$1]"
}

two_nodes
need start n1
need start n2
t "a network to the other node" ask n1 link add vx0 type vxlan id 100 remote $A2 dev eth2 dstport 4789
t "as the notes say it" ask n2 ip link add vx0 type vxlan id 100 remote $A1
address n1 vx0 10.9.0.1/24
address n2 vx0 10.9.0.2/24
t "it carries frames" eventually pings n1 10.9.0.2
t "as ip shows it" shows "vxlan id 100 remote $A2 local $A1 dstport 4789 l2miss l3miss ttl auto ageing 300 maxaddr 8192 udpcsum " -d link show vx0
start_traffic n1 10.9.0.2

t "a name that is taken" refuses 'File exists' link add vx0 type vxlan id 101
t "a VNI that is" refuses "VNI 100 is vx0's already" link add vx1 type vxlan id 100
t "another address" refuses "speaks from $A1" link add vx1 type vxlan id 101 local 192.0.2.9
t "other checksums" refuses 'vx1 has others than vx0' link add vx1 type vxlan id 101 noudpcsum
t "a bridge that is not there" refuses 'no bridge br9' link add vx1 type vxlan id 101 master br9
t "of all that nothing is left" shows_not vx1 link show

t "a second one" ask n1 link add vx1 type vxlan id 101 group 239.1.1.1 dev eth2 proxy nolearning ageing 30
t "its group is joined" dumped n1 '^group 239.1.1.1'
t "it is changed" ask n1 link set vx1 mtu 1300
t "which is seen" shows 'vx1: .* mtu 1300' link show vx1
has_kernel_vxlan &&
	t "as ip shows the kernel's device" as_the_kernel vx1 id 101 nolearning proxy l2miss l3miss ageing 30 maxaddress 8192
has_kernel_vxlan &&
	t "from the first word on, with a remote" as_the_kernel_wholly vx0 id 100 remote $A2 l2miss l3miss maxaddress 8192
has_kernel_vxlan && t "and with a group" as_the_kernel_wholly vx1 id 101 group 239.1.1.1 dev eth2 nolearning proxy \
	l2miss l3miss ageing 30 maxaddress 8192
t "its misses are silenced" ask n1 link set vx1 nol2miss nol3miss
t "which is seen, too" shows 'vxlan id 101 .* nolearning proxy ttl auto ageing 30 ' -d link show vx1
t "one of them" ask n1 link set l3miss dev vx1
t "set down" ask n1 link set dev vx1 down
t "indeed" shows 'vx1: <[^>]*> mtu 1300 state DOWN' link show vx1
t "a third one" ask n1 link add vx2 type vxlan id 102
t "with an entry" ask n1 fdb append 00:00:00:00:00:00 dev vx2 dst $A2
t "is deleted" ask n1 link del vx2
t "and is gone" shows_not vx2 link show
# Another name: the same network and device, with all they have, and frames go on.
counts() { ask n1 stats "$1" | awk '$1 == "to" { print $3; exit }'; }
index_of() { in_ns n1 cat "/sys/class/net/$1/ifindex"; }
has_its_address() { in_ns n1 ip -o addr show dev "$1" | grep -q 'inet 10.9.0.1/24'; }
t "an entry of the first" ask n1 fdb add 02:00:00:00:00:77 dev vx0 dst $A2
t "one of its list" ask n1 fdb append 01:00:5e:00:00:05 dev vx0 dst $A2
t "a neighbour" ask n1 neigh add 10.9.0.77 lladdr 02:00:00:00:00:77 dev vx0
before=$(index_of vx0)
t "it is given another name" ask n1 ip link set vx0 name red
t "by which it is the same device" is "$(index_of red)" -eq "$before"
t "which nobody has by the old one" not in_ns n1 ip link show vx0
t "with its address" has_its_address red
t "ip and the switch agree" shows "^$before: red: .* network red$" link show red
t "its counters go on" eval '[ "$(counts red)" -gt 10 ]'
t "its entries are there" shows "^02:00:00:00:00:77 dst $A2 self permanent$" fdb show dev red
t "and under no other name" refuses 'Cannot find device "vx0"' fdb show dev vx0
t "a device that is there is not taken" refuses 'File exists: there is a device eth2' link set red name eth2
t "nor a name that is made" refuses 'File exists: vx1 was made already' link set red name vx1
t "a name stands alone" refuses 'a new name stands alone' link set red name blue mtu 1300
t "of that nothing is left" shows '^[0-9]+: red: .* mtu 1450' link show red
t "nobody lost anything by that" lost_nothing
# Of one and the same device, but for what is the kernel's alone (of a TAP it never knows the state, and it shows
# our mark), and blanks at the ends of lines.
as_ip_shows() { # [OPTION]
	in_ns n1 ip "$@" link show red | sed -E 's/ qdisc [^ ]+//; s/ mode DEFAULT group default qlen [0-9]+//
		/^    alias vxs:vxs$/d; s/\\    alias vxs:vxs//; s/ state UNKNOWN/ state UP/; s/ *(\\|$)/\1/g' >"$W/kernel"
	ask n1 "$@" link show red | sed 's/ network red//' | diff "$W/kernel" -
}
t "ip link show has the same words" as_ip_shows
t "ip -s link show the same counters" eventually as_ip_shows -s
t "which are some" eval '[ "$(ask n1 -s -j link show red | grep -oE "packets\":[0-9]+" | head -n 1 | cut -d: -f 2)" -gt 10 ]'
t "in one line, too" eventually as_ip_shows -o -s
t "and back by way of another, set down and up" eval 'ask n1 link set red name blue down && ask n1 link set name red up dev blue'
t "where it still has its address" has_its_address red
t "the old name is free" ask n1 link add vx0 type vxlan id 177
t "for a while" ask n1 link del vx0

kill_it n1
need start n1
t "after a kill they are there again" shows '^[0-9]+: red' link show
t "with the entries" shows "^02:00:00:00:00:77 dst $A2 self permanent$" fdb show dev red
t "of lists, too" shows "^01:00:5e:00:00:05 dst $A2 self permanent$" fdb show dev red
t "and neighbours" shows "^10.9.0.77 lladdr 02:00:00:00:00:77 PERMANENT$" neigh show dev red
t "nothing of it waits under the old name" not grep 'kept for later' "$W/n1.log"
t "as they were changed" shows 'vx1: .* mtu 1300' link show vx1
t "silent and not" shows 'vxlan id 101 .* nolearning proxy l3miss ttl auto ageing 30 ' -d link show vx1
t "what was deleted is not" shows_not vx2 link show
# What cannot be kept is refused, and then the network is called as before.
full_disk() { # COMMAND...
	local tracer rc
	strace -f -qq -o /dev/null -e trace=fdatasync,fsync -e inject=fdatasync,fsync:error=ENOSPC -p "${pid[n1]}" 2>/dev/null &
	tracer=$!
	eventually grep -q '^TracerPid:[^0-9]*[1-9]' "/proc/${pid[n1]}/status"
	"$@"
	rc=$?
	kill "$tracer"
	wait "$tracer" 2>/dev/null
	return $rc
}
if strace -qq -o /dev/null true 2>/dev/null; then
	t "a full disk refuses a name" full_disk refuses 'No space left' link set red name blue
	t "which it has not got" eval 'shows "^[0-9]+: red: .* network red$" link show red && in_ns n1 ip link show red'
	t "nor its entries" shows "^02:00:00:00:00:77 dst $A2 self permanent$" fdb show dev red
else
	t_skip "a full disk" "nothing may be traced here"
fi
t "it gets its old name again" ask n1 link set red name vx0
address n1 vx0 10.9.0.1/24
t "and they work" eventually pings n1 10.9.0.2
t "made again, the third has no old entry" eval "ask n1 link add vx2 type vxlan id 102 && shows_not $A2 fdb show dev vx2"

t "and the end is clean" vxs_stop n1

cat >"$W/cluster.yaml" <<-END
	version: 1
	name: vxs
	nodes:
	  n1: { address: $A1, interface: eth2 }
	  n2: { address: $A2 }
	underlay: { accept: any, tos: 16, ttl: 5, checksum: false }
	networks:
	  vx0: { vni: 100, device: vx0, flood: [n2] }
END
need start n1 -f "$W/cluster.yaml"
t "the cluster file wins" grep -q 'link/vx0 is kept for later: .*cluster.yaml has a network of this name' "$W/n1.log"
t "and is not changed by commands" refuses "is the cluster file's" link set vx0 mtu 1300
t "nor deleted" refuses "is the cluster file's" link del vx0
t "what is made stands beside it" ask n1 link add vx3 type vxlan id 103 remote $A2
has_kernel_vxlan &&
	t "and as ip shows the kernel's, TTL and checksums from the file" as_the_kernel vx3 id 103 l2miss l3miss tos 0x10 ttl 5 noudpcsum maxaddress 8192
t "and takes another name" ask n1 link set vx3 name vx4
t "not one of the file's" refuses 'has a network of this name' link set vx4 name vx0
t "nor a name that it has for good" eval 'ask n1 link set vx4 name vx4 && shows "^[0-9]+: vx4: .* network vx4$" link show vx4'
t "and its own again" ask n1 link set dev vx4 name vx3
kill -HUP "${pid[n1]}"
t "and stays when it is read again" eventually grep -q 'was read again: nothing is different' "$W/n1.log"
t "indeed" shows '^[0-9]+: vx3' link show
t "a file that takes its VNI sets it aside" eval 	"sed -i 's/^  vx0: .*/&\n  red: { vni: 103 }/' '$W/cluster.yaml' && kill -HUP ${pid[n1]} &&
	 eventually grep -q 'network vx3, which a command made, is set aside' '$W/n1.log'"
t "the ends are clean" eval 'vxs_stop n1 && vxs_stop n2'

# The same over IPv6.
use_family 6
rm -rf "$W/state-n1"
address n1 eth2 "$A1/$LEN"
need start n1
t "a network over IPv6" ask n1 link add vx6 type vxlan id 106 remote $A2 local $A1 ttl 9
has_kernel_vxlan && t "is shown as ip shows the kernel's" as_the_kernel_wholly vx6 id 106 remote $A2 l2miss l3miss ttl 9 \
	maxaddress 8192
t "and its end is clean" vxs_stop n1
use_family 4

# A crowd of changes waits for a slow disk: the answers to them do not fit into one turn.  The last one may
# have waited where there was room for one change more: deleting a network is three.
slow_disk() {
	strace -f -qq -o /dev/null -e trace=fsync,fdatasync -e inject=fsync,fdatasync:delay_enter=3000000 \
		-p "${pid[n1]}" 2>/dev/null &
	pid[strace]=$!
	eventually grep -q '^TracerPid:[^0-9]*[1-9]' "/proc/${pid[n1]}/status"
}
a_crowd() { # HOW-MANY [LAST]
	"$PYTHON" - "$W/sock" "$A2" "$@" <<-'END'
		import json, socket, sys
		with socket.socket(socket.AF_UNIX) as s:
		    s.settimeout(60)
		    s.connect(sys.argv[1])
		    ask = lambda **what: (json.dumps({"v": 1, **what}) + "\n").encode()
		    mac = lambda i: f"02:00:00:00:{i >> 8:02x}:{i & 255:02x}"
		    lines = [ask(do="fdb add", mac=mac(i), dev="vx0", dst=sys.argv[2]) for i in range(int(sys.argv[3]))]
		    lines += [ask(do=do, dev="vx0") for do in sys.argv[4:]]
		    s.sendall(b"".join(lines))
		    answers = s.makefile()
		    said = [json.loads(next(answers))["ok"] for _ in lines]
		    print(said.count(True), "of", len(said))
		    sys.exit(not all(said))
	END
}
rm -rf "$W/state-n1"
need start n1 --socket "$W/sock"
in_ns n1 "$VXS" link add vx0 type vxlan id 100 remote $A2 --socket "$W/sock"
if slow_disk; then
	t "each of a crowd is answered" a_crowd 4000
	t "they go" in_ns n1 "$VXS" fdb flush dev vx0 --socket "$W/sock"
	t "a network goes although the disk has much to do" a_crowd 4095 "link del"
	kill "${pid[strace]}"
	wait "${pid[strace]}" 2>/dev/null
	unset "pid[strace]"
	vxs_stop n1
	need start n1 --socket "$W/sock"
	t "nothing is left of it" not grep -q 'made again\|kept for later' "$W/n1.log"
	vxs_stop n1
else
	t_skip "a slow disk" "nothing may be traced here"
fi
finish
