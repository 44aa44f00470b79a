#!/bin/bash
# Devices that are deleted, renamed and moved under the switch.  One comes back by itself, as it was, where
# the right to make it is there; where it is not, the log says once what to do.  Another network never
# notices.
#
#   TIMES=1000 RECORD=tests/e2e/RECORD tests/e2e/tap_deleted.sh     so often, and a line in a file
. "$(dirname "$0")/lib.sh"

TIMES=${TIMES:-100}
RECORD=${RECORD:-/dev/null}

networks() {
	cat <<-END
		version: 1
		name: test
		nodes:
		  n1: { address: $A1 }
		  n2: { address: $A2 }
		networks:
		  blue:  { vni: 100, device: blue, mtu: 1400 }
		  red:   { vni: 200, device: red }
		  green: { vni: 300, device: green, bridge: br1, persist: true }
	END
}

index_of() { in_ns n1 cat "/sys/class/net/$1/ifindex" 2>/dev/null; }
is_another() { [ "$(index_of "$1" || echo "$2")" != "$2" ]; }
lines() { grep -c -- "$2" "$W/$1.log"; }

delete() { # DEVICE: and wait until it is there again
	local before
	before=$(index_of "$1")
	in_ns n1 ip link del "$1" && eventually is_another "$1" "$before"
}

delete_often() {
	local i
	for i in $(seq "$TIMES"); do
		delete blue || { echo "after $i times" && return 1; }
	done
}

# Work, not time: what a machine under load can not blur.
work_was_small() { # BEFORE AFTER
	echo "$((($2 - $1) / TIMES / 1000)) us of work for each time"
	[ $((($2 - $1) / TIMES)) -lt 20000000 ]
}

said_little() {
	is "$(lines n1 'its device blue is')" -le $((2 * TIMES)) &&
		is "$(wc -c <"$W/n1.log")" -lt $((100000 + 500 * TIMES))
}

often() {
	local before after start=$SECONDS
	start_traffic n1 10.0.1.2
	before=$(work_of n1)
	t "blue comes back $TIMES times" delete_often
	after=$(work_of n1)
	t "red lost nothing" lost_nothing
	t "it was little work" work_was_small "$before" "$after"
	t "and few lines" said_little
	printf '%s  %s  devices %5d s  deleted %d times, %d us of work each; %s; log %d bytes; %s\n' \
		"$(date -u +%F)" "$(git -C "$HERE" describe --always --dirty)" $((SECONDS - start)) "$TIMES" \
		$(((after - before) / TIMES / 1000)) \
		"$(awk '/packets transmitted/ { print $1 " pings, " $1 - $4 " lost" }' "$W/traffic")" \
		"$(wc -c <"$W/n1.log")" "$([ $failed = 0 ] && echo "$tests fine" || echo "$failed FAILED")" >>"$RECORD"
	t "blue has its MAC again" is "$(mac_of n1 blue)" = "$mac"
	t "and its MTU" is "$(in_ns n1 cat /sys/class/net/blue/mtu)" -eq 1400
	address n1 blue 10.0.0.1/24
	t "and carries frames" pings n1 10.0.0.2
	t "it is no work any more" idles n1
}

in_a_bridge() {
	t "hosts behind green reach each other" pings h1 $H2
	t "h1 has been learned" dumped n1 "^$MAC1 dev green master$"
	t "green comes back" delete green
	t "what was behind it is forgotten" not dumped n1 "^$MAC1 dev green"
	t "it is in its bridge again" eventually in_ns n1 test -e /sys/class/net/br1/brif/green
	t "without an address of its own" is "$(in_ns n1 ip -6 addr show dev green)" = ""
	t "the hosts reach each other without more ado" eventually pings h1 $H2
	t "it is persistent again" in_ns n1 grep -q '^' /sys/class/net/green/owner
}

taken() {
	printf '%s\n' "link del blue" "link add blue type bridge" | in_ns n1 ip -batch -
	t "a name that was taken meanwhile is said" eventually says n1 'blue: its device does not come back.*not a TAP (bridge)'
	sleep 1
	t "once" is "$(lines n1 'does not come back')" -eq 1
	in_ns n2 ping -c 1 -W 1 10.0.0.1 >/dev/null
	t "frames for it are counted" has_counted n1 port-down
	t "the dump says so" dumped n1 '^device blue of network blue: gone'
	t "it is no work" idles n1
	in_ns n1 ip link del blue
	t "it is back as soon as the name is free" eventually index_of blue
}
says() { grep -q -- "$2" "$W/$1.log"; }

# Down and up, two hundred times.
flap() {
	local i
	for i in $(seq 200); do
		printf 'link set blue down\nlink set blue up\n'
	done | in_ns n1 ip -batch -
}

flaps() {
	local lines
	address n1 blue 10.0.0.1/24
	t "blue works" pings n1 10.0.0.2
	lines=$(said n1)
	start_traffic n1 10.0.1.2
	t "blue goes down and up two hundred times" flap
	t "red lost nothing" lost_nothing
	t "it works" eventually pings n1 10.0.0.2
	t "nothing was said" is "$(said n1)" -eq "$lines"
}

moved() {
	in_ns n1 ip link set blue down
	in_ns n1 ip link set blue name azure
	in_ns n1 ip link set azure up
	t "renamed it works" eventually pings n1 10.0.0.2
	space elsewhere
	in_ns n1 ip link set azure netns elsewhere
	in_ns elsewhere ip link set azure up
	address elsewhere azure 10.0.0.1/24
	t "in another namespace it works" eventually pings elsewhere 10.0.0.2
	t "nothing of that was a loss" not dumped n1 '^device .* gone'
	ip netns del elsewhere
	t "when that ends, a new one is made where we are" eventually index_of blue
	address n1 blue 10.0.0.1/24
	t "which works" eventually pings n1 10.0.0.2
}

# -- Without the right to make one --

USER=65534
as_user() { setpriv --reuid $USER --regid $USER --clear-groups --inh-caps=-all "$@"; }
make_tap() { in_ns n1 ip tuntap add vxlan100 mode tap vnet_hdr user $USER && in_ns n1 ip link set vxlan100 mtu $MTU up; }
start_as_user() {
	ip netns exec n1 setpriv --reuid $USER --regid $USER --clear-groups --inh-caps=-all \
		"$VXS" run -f "$W/cluster.yaml" --node n1 2>"$W/n1.log" &
	pid[n1]=$!
	eventually started_or_ended n1
	cat "$W/n1.log"
	grep -q "is ready" "$W/n1.log"
}

unprivileged() {
	mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200
	two_nodes
	BRIDGE=
	cluster >"$W/cluster.yaml" </dev/null
	chmod 755 "$W"
	make_tap
	t "without rights it starts on a TAP made for the user" start_as_user
	in_ns n1 ip link del vxlan100
	t "deleted, it says what to do" eventually says n1 'does not come back.*ip tuntap add dev vxlan100 mode tap vnet_hdr user 65534'
	t "once" is "$(lines n1 'does not come back')" -eq 1
	t "it is no work" idles n1
	make_tap
	t "that done, it goes on" eventually says n1 'its device vxlan100 is back: it was there'
	vxs_start n2 "$W/cluster.yaml" n2
	address n1 vxlan100 $H1/24
	address n2 vxlan100 $H2/24
	t "and carries frames" pings n1 $H2
	t "the end is clean" vxs_stop n1
}

two_nodes
bridged_host 1
bridged_host 2
networks >"$W/cluster.yaml"
for n in 1 2; do
	need vxs_start n$n "$W/cluster.yaml" n$n
	address n$n blue 10.0.0.$n/24
	address n$n red 10.0.1.$n/24
done
mac=$(mac_of n1 blue)
need eventually pings n1 10.0.1.2
often
in_a_bridge
taken
flaps
moved
t "the end is clean" vxs_stop n1
t "and leaves no device but the persistent one" is "$(in_ns n1 ls /sys/class/net | xargs)" = "br1 eth2 green lo veth1"
sweep
if as_user true 2>/dev/null; then
	unprivileged
else
	t_skip "without rights" "we are unprivileged already, so every test here is"
fi
finish
