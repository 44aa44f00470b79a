# shellcheck shell=bash
# What every end-to-end test stands on: private namespaces that vanish with the test, nodes and hosts
# as in the notes, and lines in the Test Anything Protocol.
#
# A test is `source lib.sh`, then `t "what" command...` lines, then `finish`.  Everything runs in network,
# mount and process namespaces of its own (in a user namespace where we are not root): named network
# namespaces live on a private /run, and when the script ends, however it ends, the kernel takes all of it.
#
#   host h1 ── veth ── br1 ── TAP ── vxs ── eth2 10.206.67.96 ═══ eth2 10.206.67.15 ── vxs ── ... ── h2
set -u

VXS=$(realpath "${VXS:-$(dirname "$0")/../../build/src/app/vxs}")
HERE=$(dirname "$(realpath "$0")")
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

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun here"
mount -t tmpfs tmpfs /run && mkdir /run/netns || skip_all "no right to mount here"
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
ip link set lo up

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

# A test that this machine cannot do, said aloud.
t_skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

finish() {
	echo "1..$tests"
	exit $((failed > 0))
}

not() { ! "$@"; }

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

in_ns() { ip netns exec "$@"; }

has_kernel_vxlan() {
	local rc
	ip netns add kprobe && in_ns kprobe ip link add v0 type vxlan id 1 dstport 4789 2>/dev/null
	rc=$?
	ip netns del kprobe
	return $rc
}

address() { # NS DEV ADDR/LEN
	if [[ $3 == *:* ]]; then
		in_ns "$1" ip addr add "$3" dev "$2" nodad
	else
		in_ns "$1" ip addr add "$3" dev "$2"
	fi
}

# underlay NS=ADDR/LEN NS=ADDR/LEN: two nodes on one wire, eth2 at both ends.  An IPv6 address is fine.
underlay() {
	local a=${1%%=*} b=${2%%=*} ns
	ip netns add "$a"
	ip netns add "$b"
	ip link add eth2 netns "$a" type veth peer name eth2 netns "$b"
	for ns in "$a" "$b"; do
		in_ns "$ns" ip link set lo up
		in_ns "$ns" ip link set eth2 up
	done
	address "$a" eth2 "${1#*=}"
	address "$b" eth2 "${2#*=}"
}

# bridged_host NODE BRIDGE HOST ADDR/LEN [MAC]: the notes' ns1: a namespace, a veth, a bridge.
bridged_host() {
	local node=$1 bridge=$2 host=$3 addr=$4 mac=${5:-}
	ip netns add "$host"
	ip link add "v$host" netns "$node" type veth peer name eth0 netns "$host"
	[ -z "$mac" ] || in_ns "$host" ip link set eth0 address "$mac"
	in_ns "$host" ip link set lo up
	in_ns "$host" ip link set eth0 mtu "${MTU:-1450}" up
	address "$host" eth0 "$addr"
	in_ns "$node" ip link show "$bridge" >/dev/null 2>&1 ||
		in_ns "$node" ip link add "$bridge" type bridge mcast_snooping 0
	in_ns "$node" ip link set "$bridge" up
	in_ns "$node" ip link set "v$host" master "$bridge" mtu "${MTU:-1450}" up
}

# vxs_start NS FILE NODE [NAME]: a daemon; its log is $W/NAME.log (NAME: NODE unless given).
declare -A pid
vxs_start() {
	local ns=$1 file=$2 node=$3 name=${4:-$3}
	in_ns "$ns" "$VXS" run -f "$file" --node "$node" 2>"$W/$name.log" &
	pid[$name]=$!
	eventually grep -q "is ready" "$W/$name.log" && return
	cat "$W/$name.log"
	return 1
}

vxs_stop() { # NAME: ends it and returns its exit status
	kill -TERM "${pid[$1]}"
	wait "${pid[$1]}"
}

# dump NAME: what the daemon holds, from its own mouth, on standard output.
dump() {
	local before
	before=$(wc -l <"$W/$1.log")
	kill -USR1 "${pid[$1]}"
	eventually dump_whole "$1" "$before" >/dev/null
	tail -n +$((before + 1)) "$W/$1.log"
}
dump_whole() { tail -n +$(($2 + 1)) "$W/$1.log" | grep -q '^end of dump'; }

# counted NAME REASON: how many frames the daemon dropped for this reason, over all networks.
counted() { dump "$1" | awk -v r="$2" '$1 == "drop" && $2 == r { n += $3 } END { print n + 0 }'; }

# pings NS ADDRESS [ping's options]: COUNT (2) of them.
pings() { in_ns "$1" ping -c "${COUNT:-2}" -i 0.2 -W 2 "${@:3}" "$2"; }

mac_of() { in_ns "$1" cat "/sys/class/net/$2/address"; }

# listen NS DEV FILTER...: tcpdump into $W/NS-DEV.pcap; `heard NS DEV [FILTER]` ends it and prints.
listen() {
	local ns=$1 dev=$2
	shift 2
	in_ns "$ns" tcpdump -i "$dev" -U -w "$W/$ns-$dev.pcap" "$@" 2>"$W/$ns-$dev.tcpdump" &
	pid[$ns-$dev]=$!
	eventually grep -q 'listening on' "$W/$ns-$dev.tcpdump"
}
heard() {
	local ns=$1 dev=$2
	shift 2
	if [ -n "${pid[$ns-$dev]:-}" ]; then
		sleep 0.2
		kill -INT "${pid[$ns-$dev]}"
		wait "${pid[$ns-$dev]}"
		unset "pid[$ns-$dev]"
	fi
	tcpdump -nn -e -r "$W/$ns-$dev.pcap" "$@" 2>/dev/null
}
