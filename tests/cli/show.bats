#!/usr/bin/env bats
# What the daemon shows of its tables, held against what iproute2 prints of a kernel device that was
# given the same entries.  Known differences, and all of them: iproute2 ends lines with a blank; its
# order is that of its hash; a line for a local port names the bridge behind `master`.

# shellcheck disable=SC2154 # inside is of common.bash
load common

setup_file() {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	export good=$BATS_FILE_TMPDIR/good.yaml log=$BATS_FILE_TMPDIR/log kernel=$BATS_FILE_TMPDIR/kernel
	cat >"$good" <<-EOF
		version: 1
		name: demo
		nodes:
		  n1: { address: 127.0.0.1 }
		  n2: { address: 127.0.0.2 }
		  n3: { address: 127.0.0.3, port: 8472 }
		networks:
		  blue:
		    vni: 100
		    device: v0
		    hosts:
		      h2: { node: n2, ip: [3.3.3.4, "2001:db8::4"], mac: "32:39:e3:57:89:e7" }
		    fdb:
		      - { mac: "32:39:e3:57:89:01", dst: 127.0.0.2 }
		      - { mac: "32:39:e3:57:89:02", dst: 127.0.0.2, port: 5000 }
		      - { mac: "32:39:e3:57:89:03", dst: 127.0.0.2, port: 4789 }
		      - { mac: "01:00:5e:00:00:05", dst: 127.0.0.2 }
		      - { mac: "01:00:5e:00:00:05", dst: 127.0.0.3, port: 8472 }
		    neigh:
		      - { ip: 3.3.3.9, mac: "32:39:e3:57:89:09", router: true }
		      - { ip: "2001:db8::9", mac: "32:39:e3:57:89:09", router: true }
		      - { ip: "fe80::9", mac: "32:39:e3:57:89:0a" }
	EOF
	go_inside
	"${inside[@]}" bash -c '
		timeout --foreground 20 "$0" run -f "$1" --node n1 2>"$2" &
		until grep -qs "is ready" "$2" || ! kill -0 $!; do sleep 0.05; done
		kill $!
		wait $!' "$VXS" "$good" "$log"
	"${inside[@]}" bash "$BATS_TEST_DIRNAME/kernel_tables.sh" "$kernel" ||
		touch "$kernel.missing"
}

setup() {
	[ ! -e "$kernel.missing" ] || skip "this kernel has no VXLAN device"
}

# section HEADING: the lines below it, to the next heading, sorted.
section() {
	awk -v heading="$1" '$0 == heading { on = 1; next } /^(fdb|neighbours) of|^peers$/ { on = 0 } on' \
		"$log" | sort
}

@test "fdb entries are iproute2's lines" {
	diff <(section 'fdb of blue' | grep -v ' master') "$kernel.fdb"
	[ "$(wc -l <"$kernel.fdb")" = 8 ]
}

@test "neighbours are iproute2's lines" {
	diff <(section 'neighbours of blue') "$kernel.neigh"
	[ "$(wc -l <"$kernel.neigh")" = 5 ]
}

@test "the own device is an entry with a master, permanent" {
	section 'fdb of blue' | grep -qE '^([0-9a-f]{2}:){5}[0-9a-f]{2} dev v0 master permanent$'
	section 'fdb of blue' | grep -c ' master' | grep -qx 1
}
