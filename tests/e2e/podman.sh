#!/bin/bash
# Containers of root's podman on two nodes: in the networks that `vxs cni-config` describes, and line by line as the
# README says.  Their image is a busybox, made on the spot.  The same with CNI's plugins alone: cni.sh.
# shellcheck disable=SC2317 # functions are called by name, through t
. "$(dirname "$0")/lib.sh"
. "$HERE/containers.sh"

BUSYBOX=/bin/busybox
IMAGE=docker.io/library/busybox
README=$HERE/../../README.md
export STORAGE_DRIVER=vfs
PATH=$(dirname "$VXS"):$PATH
command -v podman >/dev/null || skip_all "no podman here"
[ -x /usr/lib/cni/bridge ] && [ -x /usr/lib/cni/portmap ] || skip_all "no containernetworking-plugins here"
not ldd $BUSYBOX >/dev/null 2>&1 || skip_all "no busybox-static here"

# -- podman as an engine --

pod() { on "$1" podman "${@:2}" 2> >(tee -a "$W/podman.said" >&2); }

# The image has what the README's has, as far as it is needed.
image() {
	mkdir -p "$W/image/bin" "$W/image/etc"
	cp $BUSYBOX "$W/image/bin/busybox"
	for name in httpd ping sleep wget; do ln -sf busybox "$W/image/bin/$name"; done
	tar -C "$W/image" -c .
}

# home N [BACKEND]: what podman keeps is node N's own; its cgroup is ours, and nothing is asked of systemd.
home() {
	local conf=$W/containers$1
	rm -rf "$conf" && cp -r /etc/containers "$conf"
	cat >"$conf/containers.conf" <<-END
		[containers]
		cgroups = "disabled"
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "crun"
	END
	[ $# = 1 ] || printf '[network]\nnetwork_backend = "%s"\n' "$2" >>"$conf/containers.conf"
	on "$1" mount --bind "$conf" /etc/containers && on "$1" mount -t tmpfs tmpfs /etc/cni/net.d &&
		on "$1" mount -t cgroup2 cgroup2 /sys/fs/cgroup && image | pod "$1" import -q - $IMAGE
}

engine() {
	home "$1" cni && on "$1" vxs cni-config green >"$W/green$1" &&
		on "$1" cp "$W/green$1" /etc/cni/net.d/green.conflist
}
# Debian's podman gives no right to ping, which busybox asks for.
run() {
	pod "$1" run -d --name "$2" --network green ${3:+"--ip=$3"} --cap-add NET_RAW -v "$W/www:/www" $IMAGE sleep 1000
}
inside() { pod "$1" exec "$2" busybox "${@:3}"; }
gone() { pod "$1" rm -f -t 0 "$2"; }
served() { inside "$1" "$2" httpd -h /www; }

# Whether podman runs anything here does not depend on us.
podman_runs() {
	space n1
	machine 1 && home 1 && is "$(pod 1 run --rm --network none $IMAGE busybox echo yes)" = yes
}

said_nothing() { not grep -E 'level=(warn|error)|^Error' "$W/podman.said"; }

# A port that nobody serves takes calls all the same: podman keeps it open.
published() {
	pod 1 run -d --name web --network green -p 8080:80 -v "$W/www:/www" $IMAGE httpd -f -h /www &&
		eventually inside 1 web wget -q -O /dev/null http://127.0.0.1/file || return
	in_ns n2 timeout 10 $BUSYBOX wget -q -O - "http://$A1:8080/file" | cmp - "$W/www/file"
}

# -- The README's chapter --

# typed WHO BLOCK: the lines that WHO types in a block of it; packages are there.
typed() {
	sed -n '/^### Containers/,/^### Addresses/p' "$README" | awk -v who="$1\$ " -v block="$2" '
		/^```/ && ++fences % 2 { n++ }
		n == block && index($0, who) == 1 { print substr($0, length(who) + 1) }' | grep -v apt-get
}
# type_in N <LINES: root types them.
type_in() {
	local line
	while read -r line; do
		echo "# $line"
		on "$1" bash -c "sudo() { \"\$@\"; }; $line" </dev/null || return
	done
}
green() { grep -m 1 '^  green: { vni: 200' "$README"; }

as_alice_types() { is "$(typed alice 2 | wc -l)" -ge 4 && type_in 1 < <(typed alice 2); }
as_bob_types() { is "$(typed bob 2 | wc -l)" -eq 1 && type_in 2 < <(typed alice 2 | head -n -1); }
bob_fetches() {
	type_in 2 < <(typed bob 2) >"$W/fetched" || return
	cat "$W/fetched"
	grep -qx "$(pod 1 inspect -f '{{.Config.Hostname}}' web)" "$W/fetched"
}
readme() {
	WHERE=README names=([1]=alice [2]=bob)
	two_machines < <(green) && switches && need home 1 && need home 2 || return
	t "$WHERE: what alice types works" as_alice_types
	t "$WHERE: and on bob" as_bob_types
	t "$WHERE: bob fetches from alice's container" eventually bob_fetches
	t "$WHERE: it is not netavark that did it" is "$(pod 1 info -f '{{.Host.NetworkBackend}}')" = cni
}

# Bob's numbers are other ones.
makes_networks() {
	type_in 1 < <(typed alice 3) >"$W/made" || return
	cat "$W/made"
	grep -qx podman1 "$W/made" && grep -qx podman1 <(sed -n '/^### Containers/,/^### Addresses/p' "$README") &&
		type_in 2 < <(typed alice 3 | sed 's/10\.42\.1\./10.42.9./g')
}
netavark() {
	WHERE="README, netavark" names=([1]=alice [2]=bob)
	two_machines < <(green | sed 's/routing: routed/bridge: podman1/') && need home 1 && need home 2 || return
	t "$WHERE: what alice types works, and on bob" makes_networks
	switches || return
	t "$WHERE: each gives its own away" netavark_addresses
	t "$WHERE: they reach each other across nodes" netavark_talk
	t "$WHERE: it is netavark that did it" is "$(pod 1 info -f '{{.Host.NetworkBackend}}')" = netavark
	t "$WHERE: when the last container is gone the bridge stays" bridge_stays
}
netavark_addresses() {
	run 1 a && run 1 b && run 2 c && address_is 1 a 10.42.1.2/16 && address_is 1 b 10.42.1.3/16 &&
		address_is 2 c 10.42.9.2/16 && mtu_is 1 a 1450
}
netavark_talk() { reaches 1 a 10.42.9.2 && reaches 2 c 10.42.1.3 && served 2 c && eventually fetches 1 a 10.42.9.2; }
bridge_stays() { gone 1 a && gone 1 b && run 1 d && reaches 1 d 10.42.9.2; }

# -- All --

WHERE=podman
if ! podman_runs >"$W/podman.runs" 2>&1; then
	skip_all "podman runs nothing here: $(tail -n 1 "$W/podman.runs")"
fi
sweep
routed_containers
if on 1 iptables -w -t nat -S >/dev/null 2>&1; then
	t "$WHERE: a port is published" published
else
	t_skip "$WHERE: a port is published" "no NAT by iptables here"
fi
sweep
flat_containers
sweep
readme
sweep
if [ -x /usr/lib/podman/netavark ]; then
	netavark
else
	t_skip "README, netavark" "no netavark here"
fi
t "podman complained of nothing" said_nothing
finish
