#!/bin/bash
# A clean start and a clean end; a persistent TAP stays and is found again; a second start is refused, and
# the message names who is in the way.
. "$(dirname "$0")/lib.sh"

device_is_there() { in_ns n1 ip link show vxlan100; }
ifindex() { in_ns n1 cat /sys/class/net/vxlan100/ifindex; }
message_says() { grep -E -- "$1" "$W/message" || { cat "$W/message"; return 1; }; }
refused() { vxs_refused "$@" >"$W/message" || { cat "$W/message"; return 1; }; }
both_ways() {
	vxs_start n2 "$W/cluster.yaml" n2
	address n1 vxlan100 $H1/24
	address n2 vxlan100 $H2/24
	pings n1 $H2
}

two_nodes
BRIDGE=
cluster >"$W/cluster.yaml" </dev/null

for signal in TERM INT; do
	t "starts" vxs_start n1 "$W/cluster.yaml" n1
	t "its device is up" device_is_there
	t "$signal ends it with 0" vxs_stop n1 $signal
	t "and the device is gone" not device_is_there
	t "what was counted is in the log" grep -q '^end of dump' "$W/n1.log"
done

vxs_start n1 "$W/cluster.yaml" n1
mac=$(mac_of n1 vxlan100)
t "a second start is refused" refused n1 "$W/cluster.yaml" n1
t "with one line" is "$(wc -l <"$W/message")" -eq 1
t "that names port and process" message_says "4789.*process ${pid[n1]} .vxs"
t "the first does not notice" dumped n1 '^network blue'
often_refused() {
	local i
	for i in $(seq 20); do
		refused n1 "$W/cluster.yaml" n1 || return
	done
}
need both_ways
start_traffic n1 $H2
t "nor when it is tried twenty times" often_refused
t "and loses nothing" lost_nothing
vxs_stop n2
vxs_stop n1

if has_kernel_vxlan; then
	in_ns n1 ip link add kernels up type vxlan id 7 dstport 4789 dev eth2
	t "beside the kernel's device on the port the start is refused" refused n1 "$W/cluster.yaml" n1
	t "saying that a kernel device is no process" message_says '4789.*kernel'
	in_ns n1 ip link del kernels
	t "and leaves no device behind" not device_is_there
else
	t_skip "beside the kernel's device" "this kernel has no VXLAN device"
fi

in_ns n1 ip link add vxlan100 type bridge
t "a device of another kind is not taken" refused n1 "$W/cluster.yaml" n1
t "and named" message_says 'vxlan100.*bridge'
in_ns n1 ip link del vxlan100
in_ns n1 ip tuntap add vxlan100 mode tap
t "a TAP that belongs to nobody is not taken" refused n1 "$W/cluster.yaml" n1
t "saying why" message_says 'vxlan100.*owner'
in_ns n1 ip link del vxlan100

cluster >"$W/cluster.yaml" <<<"persist: true"
vxs_start n1 "$W/cluster.yaml" n1
t "the MAC is the same after every start" is "$(mac_of n1 vxlan100)" = "$mac"
index=$(ifindex)
t "with persist: true it ends with 0, too" vxs_stop n1
t "and the device stays" device_is_there
t "the next start takes it" vxs_start n1 "$W/cluster.yaml" n1
t "the same one" is "$(ifindex)" -eq "$index"
t "it carries frames" both_ways
t "and stays again" eval 'vxs_stop n1 && device_is_there'
t "until it is removed" in_ns n1 ip link del vxlan100
finish
