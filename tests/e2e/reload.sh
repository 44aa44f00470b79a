#!/bin/bash
# The cluster file is read again on SIGHUP: hundreds of random edits, valid, invalid and impossible, under
# traffic on a network that none of them concerns.  It loses nothing; no descriptor stays open; what a file
# that is not followed would have changed is not changed.
#
#   COUNT=10000 RECORD=tests/e2e/RECORD tests/e2e/reload.sh     so many, and a line in a file
. "$(dirname "$0")/lib.sh"

# What a sanitizer keeps of freed memory is no leak; what is one it says at the end.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1
LEEWAY=1024 # KB
! grep -q __asan_init "$VXS" || LEEWAY=16384

COUNT=${COUNT:-200}
SEED=${SEED:-1}
RECORD=${RECORD:-/dev/null}

base() { # LINE...: of networks
	cat <<-END
		version: 1
		name: test
		nodes:
		  n1: { address: $A1, interface: eth2 }
		  n2: { address: $A2, interface: eth2 }
		# nodes
		networks:
		# edits
		  blue:
		    vni: 100
		    device: blue
		    hosts: { h9: { node: n2, ip: 10.0.0.9, mac: "52:54:00:00:99:99" } }
	END
	[ $# = 0 ] || printf '%s\n' "$@"
}

# read_again [NAME]: SIGHUP, and until the log has said what came of it.
read_again() {
	local before
	before=$(answers)
	kill -HUP "${pid[n1]}"
	eventually has_answered "$before" >/dev/null
}
answers() { grep -cE 'was read again: |Nothing was changed' "$W/n1.log"; }
has_answered() { [ "$(answers)" -gt "$1" ]; }

last() { tail -n 40 "$W/n1.log" | grep -E -- "$1" || { tail -n 20 "$W/n1.log"; return 1; }; }
has_device() { in_ns n1 ip link show "$1" >/dev/null 2>&1; }
mtu_of() { in_ns n1 cat "/sys/class/net/$1/mtu"; }
follows() { base "$@" >"$W/cluster.yaml" && read_again; }
descriptors() { find "/proc/${pid[n1]}/fd" -mindepth 1 | wc -l; }
edits() { "$PYTHON" "$HERE/reload.py" "$W/cluster.yaml" "$W/n1.log" "${pid[n1]}" "$COUNT" "$SEED" "$LEEWAY"; }
rx_of() { dump n1 | awk '/^network / { n = $2 } n == "blue" && /from peers/ { print $3; exit }'; }
has_more() { [ "$(rx_of)" -gt "$1" ]; }

two_nodes
in_ns n1 ip link add br1 up type bridge
base >"$W/cluster.yaml"
base >"$W/n2.yaml"
need vxs_start n1 "$W/cluster.yaml" n1
need vxs_start n2 "$W/n2.yaml" n2
address n1 blue 10.0.0.1/24
address n2 blue 10.0.0.2/24
need eventually pings n1 10.0.0.2
index=$(in_ns n1 cat /sys/class/net/blue/ifindex)

read_again
t "the same file again changes nothing, and says so" last 'was read again: nothing is different'

follows "  red: { vni: 200, device: red, mtu: 1300 }"
t "a network is added" last 'added: network red: vni 200, device red'
t "with its device" is "$(mtu_of red)" -eq 1300
follows "  red: { vni: 200, device: red, mtu: 1200, bridge: br1, learning: false }"
t "an attribute changes" last 'changed: network red: bridge none -> br1, mtu 1300 -> 1200, learning true -> false'
t "on the device too" is "$(mtu_of red)" -eq 1200
t "which is in its bridge" in_ns n1 test -e /sys/class/net/br1/brif/red
follows "  red: { vni: 201, device: red, port: 8472 }"
t "another VNI and port" last 'red: vni 200 -> 201 .*port 4789 -> 8472'
t "and there is another endpoint" dumped n1 '^endpoint .* port 8472'
follows "  red: { vni: 201, device: red2, flood: 239.1.1.1 }"
t "another device" not has_device red
t "is there" has_device red2
t "a group is joined" dumped n1 '^group 239.1.1.1 port 4789'
t "the endpoint has gone" not dumped n1 'port 8472'
follows "  pink: { vni: 201, device: red2 }"
t "a network of another name has the device" dumped n1 '^device red2 of network pink: up'
t "the group was left" not dumped n1 '^group'

follows "  pink: { vni: 201, device: red2 }" "  green: { vni: 202, device: green2, port: 8472 }"
index2=$(in_ns n1 cat /sys/class/net/red2/ifindex)
follows "  pink: { vni: 202, device: green2, port: 8472 }" "  green: { vni: 201, device: red2 }"
t "two networks swap all they have" dumped n1 '^device red2 of network green: up'
t "and their devices stay" is "$(in_ns n1 cat /sys/class/net/red2/ifindex)" = "$index2"
printf '%s\n' "link del red2" "link add red2 type bridge" | in_ns n1 ip -batch -
eventually last 'device red2 is gone' >/dev/null
follows "  green: { vni: 201, device: red2, mtu: 1300 }"
t "a network whose device is lost changes too" dumped n1 '^network green vni 201 mtu 1300'
t "which does not bring it back" dumped n1 '^device red2 of network green: gone'
follows "  green: { vni: 201, device: red3, mtu: 1300 }"
t "another device does" dumped n1 '^device red3 of network green: up'
in_ns n1 ip link del red2
follows "  pink: { vni: 201, device: red2 }"

before=$(descriptors)
follows "  red: { vni: 99999999, device: red }" "  green: { vni: 7, devise: green }"
t "a wrong file is not followed: all errors are said" last 'cluster.yaml:14:.*devise'
t "with their lines" last 'cluster.yaml:13:.*99999999'
t "and the end of it" last '2 errors.* Nothing was changed'
follows "  red: { vni: 5, device: td0, port: 8472 }" "  green: { vni: 7, device: td1, bridge: none0 }"
t "what cannot be opened is said" last 'there is no bridge none0 .*Nothing was changed'
t "what was opened before it is closed again" not has_device td0
t "descriptors too" is "$(descriptors)" -eq "$before"
t "and what runs goes on" dumped n1 '^network pink'
rm "$W/cluster.yaml"
read_again
t "a file that is gone is not followed" last 'cannot read .*cluster.yaml'
t "which is said" last 'Nothing was changed'

follows
t "the network goes" not has_device red2
t "nobody has touched blue" is "$(in_ns n1 cat /sys/class/net/blue/ifindex)" = "$index"
frames=$(rx_of) start=$SECONDS
start_traffic n1 10.0.0.2 -i 0.002
t "$COUNT random edits: no descriptor and no memory is lost" edits
sed 's/^/# /' "$W/t.out"
cp "$W/t.out" "$W/edits"
took=$((SECONDS - start))
t "the network that they do not concern loses nothing" lost_nothing
t "nor its counters" has_more "$frames"
t "nor its entries" dumped n1 "dst $A2 self permanent"
t "it is no work any more" idles n1
printf '%s  %s  reload  %5d s  %s; %s; %s\n' \
	"$(date -u +%F)" "$(git -C "$HERE" describe --always --dirty)" $took "$(grep edits "$W/edits")" \
	"$(awk '/packets transmitted/ { print $1 " pings, " $1 - $4 " lost" }' "$W/traffic")" \
	"$([ $failed = 0 ] && echo "$tests fine" || echo "$failed of $tests FAILED")" >>"$RECORD"
t "it ends as ever" vxs_stop n1
finish
