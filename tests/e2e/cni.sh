#!/bin/bash
# CNI: what `vxs cni-config` prints, followed as the specification says, with the plugins of Debian: containers are
# namespaces here.  With podman in between: podman.sh.
# shellcheck disable=SC2317 # functions are called by name, through t
. "$(dirname "$0")/lib.sh"
. "$HERE/containers.sh"

export CNI_PATH=/usr/lib/cni
[ -x $CNI_PATH/bridge ] && [ -x $CNI_PATH/portmap ] || skip_all "no containernetworking-plugins here"
command -v busybox >/dev/null || skip_all "no busybox here"

cni() { # VERB N NAME [CNI_ARGS]
	on "$2" "$PYTHON" "$HERE/cni.py" "$1" "$W/n$2.conflist" "$3" "/run/netns/$3" "${4:-}"
}
engine() { on "$1" "$VXS" cni-config green >"$W/n$1.conflist"; }
run() {
	on "$1" ip netns add "$2" && on "$1" ip -n "$2" link set lo up &&
		cni add "$1" "$2" ${3:+"IgnoreUnknown=1;IP=$3"} && cni check "$1" "$2"
}
inside() { on "$1" ip netns exec "$2" busybox "${@:3}"; }
gone() { cni del "$1" "$2" && on "$1" ip netns del "$2" && cni del "$1" "$2"; }
served() { inside "$1" "$2" httpd -h "$W/www"; }

# The subnet is .8 to .15: without its ends and the gateway there are five, and then no more.
until_none_is_left() {
	local i
	for i in 1 2 3 4 5; do
		run 1 "c$i" && address_is 1 "c$i" "10.43.0.$((9 + i))/27" || return
	done
	not run 1 c6 && addresses_kept 1 10.43.0.{10..14}
}
small() {
	WHERE=small
	cluster_of br0 <<<'  green: { vni: 200, bridge: br0, cidr: 10.43.0.0/27, subnet-length: 29 }' || return
	t "$WHERE: a node gives nothing away but its own" until_none_is_left
}

routed_containers
sweep
flat_containers
sweep
small
finish
