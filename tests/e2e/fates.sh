# shellcheck shell=bash
# What may become of a daemon whose start and end are disturbed.  Sourced after lib.sh; everything
# happens in the test's own namespace, which saves two processes for each of many starts.

PATIENCE=5 # seconds without a word

# A node with something of everything, and no more of it than needed.
lonely_node() {
	ip link add eth2 up type veth peer name eth3 && ip link set eth3 up
	ip addr add "$A1/$LEN" dev eth2
	ip link add br1 up type bridge
	cat >"$W/cluster.yaml" <<-END
		version: 1
		name: test
		underlay: { source-ports: 2 }
		nodes:
		  n1: { address: $A1, interface: eth2 }
		  n2: { address: $A2, interface: eth2 }
		networks:
		  blue:
		    vni: 100
		    bridge: br1
		    flood: $GROUP
		    max-fdb: 16
		    hosts: { h2: { node: n2, ip: $H2, mac: "$MAC2" } }
		  green: { vni: 200, persist: true, max-fdb: 16 }
	END
}

# lives COMMAND...: a daemon's whole life under this command: it starts, shows its tables, ends.  What
# it said is in $W/life, its exit status in $code.  True when its fate is one that may be.
lives() {
	local line rc daemon silent=0
	[ -p "$W/words" ] || mkfifo "$W/words"
	"$@" "$VXS" run -f "$W/cluster.yaml" --node n1 >"$W/words" 2>&1 &
	daemon=$!
	exec 3<"$W/words"
	while :; do
		rc=0
		IFS= read -r -t $PATIENCE -u 3 line || rc=$?
		case $rc:$line in
		0:*"is ready"*) kill -USR1 $daemon && kill -TERM $daemon ;;
		0:*) ;;
		1:*) break ;;
		*)
			silent=$((silent + 1))
			kill "$([ $silent = 1 ] && echo -TERM || echo -KILL)" $daemon
			;;
		esac
		printf '%s\n' "$line"
	done >"$W/life"
	code=0
	wait $daemon || code=$?
	exec 3<&-
	fate_is_clear && nothing_is_left && return
	echo "exit status $code, and this:"
	cat "$W/life"
	return 1
}

# It ran and ended well, or said why it did not start.  With $unheard the words themselves are lost.
unheard=
fate_is_clear() {
	case $unheard$code in
	yes[02]) ;;
	0) grep -q 'is ready: ' "$W/life" && grep -q '^end of dump' "$W/life" ;;
	2 | 4)
		grep -qE '^vxs: error: .|\[E[0-9]+\]$' "$W/life" || return
		loop_starved || not grep -q 'is ready: ' "$W/life"
		;;
	*) false ;;
	esac
}

# libev asks for a little more memory in its first turns, and leaves no way back.
loop_starved() { grep -q 'memory is short for the event loop' "$W/life"; }

# The TAPs are gone, but for the persistent one of a daemon that ran, or all but ran.
nothing_is_left() {
	local left wanted=
	left=$(ip -o link show type tun | sed 's/^[0-9]*: \([^:]*\):.*/\1/')
	if [ "$code" = 0 ] || loop_starved; then
		wanted=vx200
	fi
	[ -z "$left" ] || ip link del vx200 || return
	[ "$left" = "$wanted" ] && return
	echo "left behind: $left"
	return 1
}
