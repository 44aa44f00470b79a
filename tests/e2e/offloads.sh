#!/bin/bash
# Offloads in all combinations: what enters one host comes out of the other, unchanged, in order, once,
# and nothing had to be sent again.
#
#   auto     our end, superframes between TAP and us
#   off      our end without: the kernel cuts before we read, and we cut before we write
#   kernel   the kernel's VXLAN device as it comes: over a veth it neither cuts nor sums up
#   cut      the same with its offloads off
#
# Where host and tunnel are one wire apart (bridged) or none (direct), and over an underlay that segments
# and sums up tunnels (rich: a veth does) or does neither (poor).
. "$(dirname "$0")/lib.sh"

PAIRS="auto-auto off-off auto-off off-auto auto-kernel kernel-auto auto-cut cut-auto
	off-kernel kernel-off off-cut cut-off"
I1=fd03::3
I2=fd03::4

has_ethtool() { command -v ethtool >/dev/null; }

# without_offloads NS DEV
without_offloads() { in_ns "$1" ethtool -K "$2" tx off tso off gso off gro off; }

# -- A site --

# Makes of END1 and END2 what lib.sh knows, and keeps in KIND1 and KIND2 what they were.
name_ends() {
	KIND1=$END1 KIND2=$END2
	case $KIND1 in auto | off) END1=ours ;; *) END1=kernel ;; esac
	case $KIND2 in auto | off) END2=ours ;; *) END2=kernel ;; esac
}

is_ours() { # N
	local end=END$1
	[ "${!end}" = ours ]
}

end_as_named() { # N PEER
	local kind=KIND$1
	! is_ours "$1" || cluster >"$W/cluster.yaml" <<<"offload: ${!kind}"
	end "$1" || return
	kernel_flood "$1" "$2"
	[ "${!kind}" != cut ] || need without_offloads "$(space_of "$1")" vxlan100
}

# Where vxlan100 of end N is.
space_of() { [ -n "$BRIDGE" ] && echo "n$1" || echo "h$1"; }

# A host whose TCP sends nothing twice out of impatience, however long it waits for the processor, and
# has no more under way than the shortest queue holds: what it sends again was lost.   host N IPV4 IPV6
host() {
	local of=h$1 own=I$1
	address "$of" "$DEV" "${!own}/64"
	in_ns "$of" sysctl -qw net.ipv4.tcp_early_retrans=0 net.ipv4.tcp_rmem="4096 131072 212992" &&
		in_ns "$of" ip route add "$2/32" dev "$DEV" rto_min 5s &&
		in_ns "$of" ip route add "$3/128" dev "$DEV" rto_min 5s
}

# Many a network card cannot segment tunnels or even sum them up: then nothing leaves uncut.
underlay() { # rich|poor
	UNDERLAY=$1
	[ "$1" = rich ] || { need without_offloads n1 eth2 && need without_offloads n2 eth2; }
}

offload_site() { # bridged|direct rich|poor
	site "$1"
	underlay "$2" && end_as_named 1 "$A2" && end_as_named 2 "$A1" &&
		need host 1 $H2 $I2 && need host 2 $H1 $I1
}

# -- What went wrong --

FAULTS="TcpRetransSegs TcpInErrs TcpInCsumErrors TcpExtTCPOFOQueue TcpExtTCPDSACKOldSent TcpExtTCPDSACKRecv
	TcpExtTCPRcvQDrop UdpInErrors UdpInCsumErrors UdpRcvbufErrors Udp6InErrors Udp6InCsumErrors
	Udp6RcvbufErrors IpInHdrErrors IpReasmFails IpExtInCsumErrors IpExtInTruncatedPkts
	Ip6InHdrErrors Ip6InTruncatedPkts Ip6ReasmFails"

# counter NS NAME...: the sum of what the kernel has counted there.
counter() { in_ns "$1" nstat -asz "${@:2}" | awk '!/^#/ { n += $2 } END { print n + 0 }'; }

# Nothing sent again, changed, overtaken or doubled.  The first packet of a connection may be sent again:
# the kernel waits for its answer for one second only.
unharmed() { # NS
	# shellcheck disable=SC2086 # a list of words
	in_ns "$1" nstat -as $FAULTS TcpExtTCPSynRetrans >"$W/faults"
	cat "$W/faults"
	awk '/TcpRetransSegs/ { again += $2; next } /TCPSynRetrans/ { again -= $2; next } !/^#/ { n++ }
		END { exit n > 0 || again != 0 }' "$W/faults"
}

# -- Superframes --

# packets FROM TO: how many from one host to the other, as they count themselves: a superframe by its
# segments.
packets() {
	echo $(($(counter "h$1" TcpOutSegs) + $(counter "h$2" UdpInDatagrams Udp6InDatagrams)))
}

# frames N rx|tx: written to our TAP (rx) or read from it, a superframe once.
frames() { in_ns "$(space_of "$1")" cat "/sys/class/net/vxlan100/statistics/${2}_packets"; }

declare -A before=()

# From here on is counted.
mark() {
	local n
	for n in 1 2; do
		before[packets$n]=$(packets $n $((3 - n)))
		before[rx$n]=$(frames $n rx)
		before[tx$n]=$(frames $n tx)
	done
}

# The way from the host: superframes exactly where they are allowed.  The way to the host: none where
# they are not; where the underlay does not cut, one as the kernel sent it, or put together again from
# what another of ours sent in one message.  From anybody else it is a matter of what arrives together.
superframes() {
	local n peer kind from
	for n in 1 2; do
		peer=$((3 - n)) kind=KIND$n from=KIND$((3 - n))
		is_ours $n || continue
		case ${!kind} in
		auto) fewer $n tx $n ;;
		off) no_fewer $n tx $n && no_fewer $n rx $peer ;;
		esac || return
		case "${!kind}-${!from}, $UNDERLAY" in
		"auto-auto, rich" | "auto-kernel, rich") fewer $n rx $peer || return ;;
		esac
	done
}

# fewer N rx|tx FROM: less than half as many frames as packets from host FROM.  The last ones may still be
# on their way to the TAP.
fewer() { [ $((2 * $(frames_since "$1" "$2"))) -lt "$(packets_since "$3")" ] || tell "$@"; }
no_fewer() { eventually as_many "$@" || tell "$@"; }
as_many() { [ "$(frames_since "$1" "$2")" -ge "$(packets_since "$3")" ]; }
tell() {
	echo "end $1: $(frames_since "$1" "$2") frames ($2) for $(packets_since "$3") packets"
	return 1
}
frames_since() { # N rx|tx
	local now
	now=$(frames "$1" "$2")
	echo $((now - ${before[$2$1]}))
}
packets_since() { # FROM
	local now
	now=$(packets "$1" $((3 - $1)))
	echo $((now - ${before[packets$1]}))
}

# Linux has UDP superframes on TAPs since 6.2.
has_uso() { [ "$(printf '%s\n' 6.2 "$(uname -r)" | sort -V | head -n 1)" = 6.2 ]; }

# -- The scenarios --

# Which addresses the hosts use: over all scenarios, and with both orders of two unequal ends, each way of
# wiring sees both over both.   inner bridged|direct
inner() {
	local same=$FAMILY other=$((10 - FAMILY))
	if [ "$KIND1" = "$KIND2" ]; then
		echo "$same $other"
	elif [ "$1" = bridged ] && [[ $KIND1 < $KIND2 ]] || [ "$1" = direct ] && [[ $KIND1 > $KIND2 ]]; then
		echo "$same"
	else
		echo "$other"
	fi
}

exchange() { # tcp|udp INNER WHAT
	local to=$H2 what="${1^^} over IPv$2, $3"
	[ "$2" = 4 ] || to=$I2
	mark
	t "$what ($WHERE)" "$1" h1 h2 $to
	if [ "$1" = udp ] && [[ $WHERE == *auto* ]] && ! has_uso; then
		t_skip "$what: superframes ($WHERE)" "this kernel has no UDP superframes on TAPs"
	else
		t "$what: superframes ($WHERE)" superframes
	fi
}

traffic() { # bridged|direct rich|poor
	local family n what="$1, $2 underlay"
	name_ends
	if [[ $KIND1$KIND2$2 =~ cut|poor ]] && ! has_ethtool; then
		t_skip "$what ($WHERE)" "no ethtool here"
		return
	fi
	offload_site "$1" "$2" || return
	for family in $(inner "$1"); do
		exchange tcp "$family" "$what"
		exchange udp "$family" "$what"
	done
	for n in 1 2; do
		t "host $n saw nothing lost, doubled or overtaken, $what ($WHERE)" unharmed h$n
		! is_ours $n || t "node $n dropped nothing, $what ($WHERE)" not dumped n$n '^ *drop'
	done
}

# All on one processor: with several the kernel itself lets packets overtake each other on a veth, as each
# has a queue of its own.
stay_on_one_processor() {
	local allowed
	allowed=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status)
	taskset -cp "${allowed##*[-,]}" $$
}

need stay_on_one_processor
BYTES=3000002
ENDS=${ENDS:-$PAIRS} each traffic bridged rich
ENDS=${ENDS:-$PAIRS} each traffic direct rich
ENDS=${ENDS:-auto-auto auto-kernel kernel-off} each traffic bridged poor
finish
