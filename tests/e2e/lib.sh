# shellcheck shell=bash
# What every end-to-end test stands on: namespaces that vanish with the test, nodes and hosts as in the
# notes, ends of a tunnel that are ours or the kernel's, and lines in the Test Anything Protocol.
#
#   host h1 ── veth ── br1 ── vxlan100 ── eth2 A1 ═══ eth2 A2 ── vxlan100 ── br1 ── veth ── host h2
#              (bridged)  (a TAP of vxs, or a                       (direct: vxlan100 is moved
#                          kernel VXLAN device)                      into the host instead)
#
# A test is `source lib.sh`, then functions that build a site and say `t "what" command...`, then
# `each FUNCTION`, which calls it for all pairs of ends and both underlays, then `finish`.
#
#   VXS=build/vxs tests/e2e/ping_sizes.sh                  all pairs
#   ENDS=kernel-kernel FAMILIES=4 tests/e2e/...            is the scenario itself right?
#
# Everything runs in network, mount and process namespaces of its own (in a user namespace where we are
# not root): named network namespaces live on a private /run, and when the script ends, however it
# ends, the kernel takes all of it.
set -u

HERE=$(dirname "$(realpath "$0")")
VXS=$(realpath -m "${VXS:-$HERE/../../build/vxs}")
PYTHON=/usr/bin/python3
export LC_ALL=C

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

if [ -z "${E2E_INSIDE:-}" ]; then
	export E2E_INSIDE=1
	flags=(--net --mount --pid --fork --kill-child --mount-proc)
	if ! unshare "${flags[@]}" true 2>/dev/null; then
		flags+=(--user --map-root-user)
		unshare "${flags[@]}" true 2>/dev/null || skip_all "no right to make namespaces here"
	fi
	exec unshare "${flags[@]}" bash "$0" "$@" </dev/null
fi

[ -x "$VXS" ] || { echo "Bail out! there is no $VXS; say VXS=..." && exit 1; }
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun here"
mount -t tmpfs tmpfs /run && mkdir /run/netns || skip_all "no right to mount here"
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
export STATE_DIRECTORY=$W/state # of every daemon: nothing of one test meets another
ip link set lo up

# -- The Test Anything Protocol --

tests=0
failed=0

# t WHAT COMMAND...: one test; on failure its output follows as comments.
t() {
	local what=$1
	shift
	tests=$((tests + 1))
	if "$@" >"$W/t.out" 2>&1; then
		echo "ok $tests - $what"
	else
		failed=$((failed + 1))
		echo "not ok $tests - $what"
		sed 's/^/# /' "$W/t.out" | tail -n 40
	fi
}

# need COMMAND...: what the tests stand on; it is one only where it fails.
need() {
	"$@" >"$W/need.out" 2>&1 && return
	t "$* (${WHERE:-})" not cat "$W/need.out"
	return 1
}

# A test that this machine cannot do, said aloud.
t_skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

finish() {
	sweep
	echo "1..$tests"
	exit $((failed > 0))
}

not() { ! "$@"; }

# is NUMBER -eq NUMBER, is TEXT = TEXT: shows what was compared when it does not hold.
is() {
	[ "$@" ] && return
	echo "is not so: $*"
	return 1
}

# eventually COMMAND...: tries it up to a hundred times, a twentieth of a second apart.
eventually() {
	local i
	for i in $(seq 100); do
		"$@" && return 0
		sleep 0.05
	done
	echo "never came true: $*"
	return 1
}

# -- Ends: each pair, each underlay --

# use_family 4|6: addresses of the underlay, the group, and what the overhead leaves of 1500 bytes.
use_family() {
	if [ "$1" = 4 ]; then
		A1=10.206.67.96 A2=10.206.67.15 A3=10.206.67.33 LEN=24 GROUP=239.1.1.1 MTU=1450
	else
		A1=fd00:67::96 A2=fd00:67::15 A3=fd00:67::33 LEN=64 GROUP=ff05::4789 MTU=1430
	fi
	FAMILY=$1
}
use_family 4

MAC1=aa:bf:b9:29:63:12
MAC2=32:39:e3:57:89:e7
MAC3=52:54:00:aa:bb:cc
H1=3.3.3.3
H2=3.3.3.4
H3=3.3.3.5

# each FUNCTION...: with END1 and END2 of ours|kernel and WHERE for the names of tests.
each() {
	local ends family
	for ends in ${ENDS:-ours-ours ours-kernel kernel-ours}; do
		for family in ${FAMILIES:-4 6}; do
			END1=${ends%-*} END2=${ends#*-}
			WHERE="$ends, IPv$family"
			use_family "$family"
			if [[ $ends == *kernel* ]] && ! has_kernel_vxlan; then
				t_skip "$WHERE" "this kernel has no VXLAN device"
				continue
			fi
			"$@"
			sweep
		done
	done
}

has_kernel_vxlan() {
	local rc
	ip netns add kprobe && in_ns kprobe ip link add v0 type vxlan id 1 dstport 4789 2>/dev/null
	rc=$?
	ip netns del kprobe
	return $rc
}

# Ends what runs and removes what was built, between two scenarios of one script.
sweep() {
	local name
	for name in "${!pid[@]}"; do
		kill -KILL "${pid[$name]}" 2>/dev/null
		wait "${pid[$name]}" 2>/dev/null
	done
	pid=()
	ip -all netns del 2>/dev/null
	rm -f "$W"/*.log "$W"/*.pcap "$W"/*.tcpdump
	rm -rf "$W/state"
}
declare -A pid=()

# -- Namespaces and wires --

# In the background say `ip netns exec` itself: it becomes the command, and $! is the command's.
in_ns() { ip netns exec "$@"; }

# A namespace whose devices say nothing on their own: no IPv6 but where an address is given.
space() {
	ip netns add "$1"
	in_ns "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	in_ns "$1" sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
	in_ns "$1" ip link set lo up
}

address() { # NS DEV ADDR/LEN
	if [[ $3 == *:* ]]; then
		in_ns "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=0"
		in_ns "$1" ip addr add "$3" dev "$2" nodad
	else
		in_ns "$1" ip addr add "$3" dev "$2"
	fi
}

# wire NS1 DEV1 NS2 DEV2: a cable between two spaces.
wire() {
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
	in_ns "$1" ip link set "$2" up
	in_ns "$3" ip link set "$4" up
}

# Two nodes on one wire, eth2 at both ends.
two_nodes() {
	space n1
	space n2
	wire n1 eth2 n2 eth2
	address n1 eth2 "$A1/$LEN"
	address n2 eth2 "$A2/$LEN"
	eventually underlay_works
}

# Right after it was made, a wire still loses what is sent before both ends know each other.
underlay_works() { in_ns n1 ping -c 1 -W 1 "$A2" && in_ns n2 ping -c 1 -W 1 "$A1"; } >/dev/null 2>&1

# Three nodes on one switch.
three_nodes() {
	local i at
	space switch
	in_ns switch ip link add hub up type bridge
	for i in 1 2 3; do
		at=A$i
		space n$i
		wire n$i eth2 switch n$i
		in_ns switch ip link set n$i master hub
		address n$i eth2 "${!at}/$LEN"
	done
}

# Two nodes that see a wire of 1500 bytes, and a hop of 1400 between two routers that they do not see.
two_nodes_far_apart() {
	local i at at_router
	if [ "$FAMILY" = 4 ]; then
		A1=10.1.0.2 A2=10.2.0.2 R1=10.1.0.1 R2=10.2.0.1 M1=10.3.0.1 M2=10.3.0.2
	else
		A1=fd01::2 A2=fd02::2 R1=fd01::1 R2=fd02::1 M1=fd03::1 M2=fd03::2
	fi
	for i in 1 2; do
		at=A$i at_router=R$i
		space n$i
		space r$i
		wire n$i eth2 r$i eth0
		address n$i eth2 "${!at}/$LEN"
		address r$i eth0 "${!at_router}/$LEN"
		in_ns n$i ip route add default via "${!at_router}"
		in_ns r$i sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
	wire r1 mid r2 mid
	for i in 1 2; do
		at=M$i
		in_ns r$i ip link set mid mtu 1400
		address r$i mid "${!at}/$LEN"
	done
	in_ns r1 ip route add default via "$M2"
	in_ns r2 ip route add default via "$M1"
	# Three links that each take up to a second to be ready.
	need eventually in_ns n1 ping -c 1 -W 1 "$A2"
	eventually underlay_works
}

# -- Hosts --

# The notes' ns1: a namespace, a veth, a bridge.   bridged_host N
bridged_host() {
	local n=$1 mac=MAC$1 addr=H$1
	space "h$n"
	wire "h$n" eth0 "n$n" veth1
	in_ns "h$n" ip link set eth0 address "${!mac}" mtu $MTU
	address "h$n" eth0 "${!addr}/24"
	in_ns "n$n" ip link add br1 up type bridge mcast_snooping 0
	in_ns "n$n" ip link set veth1 master br1 mtu $MTU
	DEV=eth0 BRIDGE=br1
}

# Nothing between host and tunnel: `end N` will move vxlan100 into it.   direct_host N
direct_host() {
	space "h$1"
	DEV=vxlan100 BRIDGE=
}

give() { # N: vxlan100 of node N to its host
	local mac=MAC$1 addr=H$1
	in_ns "n$1" ip link set vxlan100 netns "h$1" || return
	in_ns "h$1" ip link set vxlan100 address "${!mac}" up
	address "h$1" vxlan100 "${!addr}/24"
}

# site [bridged|direct]: two nodes and a host at each; all but the tunnel.
site() {
	two_nodes
	"${1:-bridged}_host" 1
	"${1:-bridged}_host" 2
}

# -- The ends of a tunnel --

# cluster [LINE OF underlay]... <LINES OF THE NETWORK: the file of nodes n1, n2 and one network, VNI 100.
cluster() {
	cat <<-END
		version: 1
		name: test
		nodes:
		  n1: { $(address_key): "$A1", interface: eth2 }
		  n2: { $(address_key): "$A2", interface: eth2 }
	END
	[ $# = 0 ] || echo "underlay:"
	[ $# = 0 ] || printf '  %s\n' "$@"
	cat <<-END
		networks:
		  blue:
		    vni: 100
		    device: vxlan100
		    ${BRIDGE:+bridge: $BRIDGE}
	END
	sed 's/^/    /'
}

address_key() { [[ $A1 == *:* ]] && echo address6 || echo address; }

# end N [OPTIONS OF ip link add type vxlan]: makes end N of the tunnel; the options are for the kernel's.
end() { need make_end "$@"; }
make_end() {
	local n=$1 kind=END$1
	shift
	if [ "${!kind}" = ours ]; then
		vxs_start "n$n" "$W/cluster.yaml" "n$n" || return
	else
		vxlan "$n" "$@" || return
	fi
	[ -n "$BRIDGE" ] || give "$n"
}

# vxlan N OPTIONS: the kernel's own device, as the notes make it.
vxlan() {
	local n=$1 at=A$1
	shift
	in_ns "n$n" ip link add vxlan100 type vxlan id 100 dstport 4789 local "${!at}" "$@" || return
	[ -z "$BRIDGE" ] || in_ns "n$n" ip link set vxlan100 master "$BRIDGE"
	in_ns "n$n" ip link set vxlan100 mtu $MTU up
}

# kernel_flood N ADDRESS: where the kernel's device sends broadcasts, the notes' all-zero entry.
kernel_flood() { kernel_fdb "$1" 00:00:00:00:00:00 "$2"; }
kernel_fdb() { # N MAC ADDRESS
	local kind=END$1 where=n$1
	[ "${!kind}" = kernel ] || return 0
	[ -n "$BRIDGE" ] || where=h$1
	in_ns "$where" bridge fdb append "$2" dev vxlan100 dst "$3"
}

# learning_tunnel [LINE OF underlay]... <MORE LINES OF THE NETWORK: both ends, flooding to each other.
learning_tunnel() {
	cluster "$@" >"$W/cluster.yaml"
	end 1 && kernel_flood 1 "$A2" && end 2 && kernel_flood 2 "$A1"
}

# A file of three nodes, and networks blue and red on all of them or on those that are listed.
# colours [BLUE'S NODES [RED'S NODES]]
colours() {
	cat <<-END
		version: 1
		name: test
		nodes:
		  n1: { $(address_key): "$A1" }
		  n2: { $(address_key): "$A2" }
		  n3: { $(address_key): "$A3" }
		networks:
		  blue: { vni: 100, device: blue, nodes: [${1:-n1, n2, n3}] }
		  red:  { vni: 200, device: red, nodes: [${2:-n1, n2, n3}] }
	END
}

# Three nodes with a daemon each; n1 shares blue with n2 and red with n3.
blue_and_red() {
	three_nodes
	colours "n1, n2" "n1, n3" >"$W/cluster.yaml"
	for n in 1 2 3; do
		need vxs_start n$n "$W/cluster.yaml" n$n
	done
	address n1 blue 10.0.0.1/24
	address n2 blue 10.0.0.2/24
	address n1 red 10.0.1.1/24
	address n3 red 10.0.1.3/24
	need eventually pings n1 10.0.0.2
	need eventually pings n1 10.0.1.3
}

# -- The daemon --

# vxs_start NS FILE NODE [NAME]: a daemon; its log is $W/NAME.log (NAME: NODE unless given).
vxs_start() {
	local ns=$1 file=$2 node=$3 name=${4:-$3}
	: >"$W/$name.log" # a former life's "is ready" must not be taken for this one's
	ip netns exec "$ns" "$VXS" run -f "$file" --node "$node" 2>"$W/$name.log" &
	pid[$name]=$!
	eventually started_or_ended "$name" >/dev/null
	grep -q "is ready" "$W/$name.log" && return
	cat "$W/$name.log"
	return 1
}
started_or_ended() { grep -qs "is ready" "$W/$1.log" || ! kill -0 "${pid[$1]}"; }

# vxs_stop NAME [SIGNAL]: ends it and returns its exit status.
vxs_stop() {
	local daemon=${pid[$1]:-nobody}
	unset "pid[$1]"
	kill "-${2:-TERM}" "$daemon"
	wait "$daemon"
}

# vxs_refused NS FILE NODE: a daemon that must not start; its message on standard output.
vxs_refused() {
	in_ns "$1" timeout 20 "$VXS" run -f "$2" --node "$3" 2>&1
	is $? -eq "${STATUS:-2}"
}

# dump NAME: what the daemon holds, from its own mouth.
dump() {
	local before
	before=$(wc -l <"$W/$1.log")
	kill -USR1 "${pid[$1]:-nobody}"
	eventually dump_whole "$1" "$before" >/dev/null
	tail -n +$((before + 1)) "$W/$1.log"
}
dump_whole() { tail -n +$(($2 + 1)) "$W/$1.log" | grep -q '^end of dump'; }

# dumped NAME PATTERN: does it hold such a line?
dumped() {
	dump "$1" >"$W/dump"
	grep -qE -- "$2" "$W/dump" && return
	echo "no line $2 in:"
	cat "$W/dump"
	return 1
}

# counted NAME REASON: how many frames it dropped for this reason.
counted() { dump "$1" | awk -v r="$2" '$1 == "drop" && $2 == r { n += $3 } END { print n + 0 }'; }

has_counted() { # NAME REASON [AT LEAST]
	local n
	n=$(counted "$1" "$2")
	echo "$1 counted $n $2"
	[ "$n" -ge "${3:-1}" ]
}

# said NAME: how many lines of its log are not part of a dump.
said() { grep -c '^vxs:' "$W/$1.log"; }

# Nanoseconds of processor time that a daemon has used: what a spin shows in.
work_of() { cut -d' ' -f1 "/proc/${pid[$1]:-nobody}/schedstat"; }

# idles NAME: a second of its life costs less than a fifth of one.
idles() {
	local before after
	before=$(work_of "$1")
	sleep 1
	after=$(work_of "$1")
	echo "$(((after - before) / 1000)) us of work"
	[ $((after - before)) -lt 200000000 ]
}

# -- A kernel that refuses --

needs_strace() { command -v strace >/dev/null || skip_all "no strace here"; }

# refusing NAME SYSCALL ERROR WHICH COMMAND...: while it runs, these calls of the daemon fail.
refusing() {
	local daemon=${pid[$1]:-nobody} what=$2 error=$3 which=$4 tracer rc
	shift 4
	: >"$W/tracer"
	strace -qq -o /dev/null -p "$daemon" -e "trace=$what" \
		-e "inject=$what:error=$error:when=$which" 2>"$W/tracer" &
	tracer=$!
	eventually traced "$daemon" >/dev/null || cat "$W/tracer"
	"$@"
	rc=$?
	kill "$tracer"
	wait "$tracer"
	return $rc
}
traced() { not grep -q '^TracerPid:\s*0$' "/proc/$1/status"; }

# -- Traffic --

# pings NS ADDRESS [ping's options]: COUNT (2) of them, none lost.  Until a deadline (-w): after a first answer ping
# forgets -W and calls lost what takes longer than an interval, and the kernel may hold up a switch for longer that asks
# it about a device, while somebody on this machine makes or removes namespaces.
pings() {
	local count=${COUNT:-2}
	in_ns "$1" ping -c "$count" -w $((3 + count / 20)) -i 0.05 "${@:3}" "$2" >"$W/ping" 2>&1
	cat "$W/ping"
	first_answered "$count"
}
first_answered() { # COUNT: the answers to the first so many are there
	local i
	for i in $(seq "$1"); do
		grep -q "icmp_seq=$i ttl=" "$W/ping" || return
	done
}

# start_traffic NS ADDRESS [ping's options]: in the background; `lost_nothing` ends it.
start_traffic() {
	ip netns exec "$1" ping -i 0.02 "${@:3}" "$2" >"$W/traffic" 2>&1 &
	pid[traffic]=$!
}
lost_nothing() {
	eventually answered_a_few || return
	kill -INT "${pid[traffic]}"
	wait "${pid[traffic]}"
	unset "pid[traffic]"
	all_answered "$W/traffic"
}

answered_a_few() { [ "$(grep -c icmp_seq "$W/traffic")" -ge 10 ]; }

# all_answered FILE: was every ping answered?  Those that were under way when ping ended do not count: it
# does not wait for them for longer than two round trips.  Their numbers begin anew after 65535.
all_answered() {
	tail -n 4 "$1"
	awk 'sub(/.*icmp_seq=/, "") {
			if ($1 + turns < newest - 32768)
				turns += 65536
			newest = $1 + turns
			seen[newest] = 1
		}
		/packets transmitted/ { sent = $1 }
		END {
			for (last = sent; last > sent - 5 && !seen[last]; last--) { }
			for (i = 1; i <= last; i++)
				if (!seen[i]) { print "number " i " of " sent " is missing"; bad = 1 }
			exit bad || last < 5 || last == sent - 5
		}' "$1"
}

# steady NS ADDRESS: twenty pings, all answered.
steady() {
	in_ns "$1" ping -c 20 -i 0.02 -W 3 "$2" >"$W/ping" 2>&1
	all_answered "$W/ping"
}

# no_ping NS ADDRESS: one is tried, and nothing answers.
no_ping() { not in_ns "$1" ping -c 1 -W 1 "$2"; }

# tcp FROM TO ADDRESS: 60 MB there and 60 MB back, compared by hash.
tcp() { between "$1" "$2" tcp.py "$3" "${BYTES:-60000000}"; }

# udp FROM TO ADDRESS: datagrams of many sizes, and superframes of them, there and back.
udp() { between "$1" "$2" udp.py "$3"; }

between() {
	local from=$1 to=$2 script=$3 server
	shift 3
	ip netns exec "$to" timeout 60 "$PYTHON" "$HERE/$script" serve "$@" &
	server=$!
	if in_ns "$from" timeout 60 "$PYTHON" "$HERE/$script" call "$@"; then
		wait $server
	else
		kill $server
		wait $server
		return 1
	fi
}

# memory_of NODE: KB of its own, resident or swapped out.  Not VmRSS: pages of the program and its libraries
# come and go with what else the machine does, by megabytes.
memory_of() { awk '/^(RssAnon|VmSwap):/ { n += $2 } END { print n }' "/proc/${pid[$1]}/status"; }

mac_of() { in_ns "$1" cat "/sys/class/net/$2/address"; }

# -- What is on the wire --

# As root tcpdump becomes another user, and in a user namespace of one user there is none.
needs_tcpdump() {
	[ "$(awk 'NR == 1 { print $3 }' /proc/self/uid_map)" -gt 1 ] ||
		skip_all "tcpdump cannot give up root in a user namespace of one user"
}

# listen NS DEV FILTER...: tcpdump into a file; `heard NS DEV [OPTIONS]` ends it and prints.
listen() {
	local ns=$1 dev=$2
	shift 2
	ip netns exec "$ns" tcpdump -i "$dev" --immediate-mode -U -w "$W/$ns-$dev.pcap" "$@" \
		2>"$W/$ns-$dev.tcpdump" &
	pid[$ns-$dev]=$!
	eventually grep -qs 'listening on' "$W/$ns-$dev.tcpdump"
}

heard() {
	local ns=$1 dev=$2
	shift 2
	stop_listening "$ns-$dev"
	tcpdump -nn -t -r "$W/$ns-$dev.pcap" "$@" 2>/dev/null
}
stop_listening() { # what passed before is in the file, however busy the machine is
	local said=$W/$1.tcpdump end='^[0-9]+ packets? captured$'
	grep -qE "$end" "$said" && return
	eventually has_caught_up "${pid[$1]}" "$said" >/dev/null
	kill -INT "${pid[$1]}"
	eventually grep -qE "$end" "$said"
}
TALLY='^tcpdump: .* captured'
# SIGUSR1 has tcpdump say how many it wrote and how many the kernel gave it.  (On lo the kernel counts each twice.)
has_caught_up() {
	local before
	before=$(grep -c "$TALLY" "$2")
	kill -USR1 "$1"
	eventually has_said_more "$2" "$before" >/dev/null
	tail -n 1 "$2" | sed -nE 's/^tcpdump: ([0-9]+) packets? captured, ([0-9]+) .*/\1 \2/p' | {
		read -r written given
		[ "$written" = "$given" ]
	}
}
has_said_more() { [ "$(grep -c "$TALLY" "$1")" -gt "$2" ]; }
