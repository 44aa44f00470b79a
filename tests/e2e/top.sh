#!/bin/bash
# `vxs top`: what it counts, reading by reading, is together what was sent, however long the readings took; and its
# blocks, on a terminal and elsewhere.
# shellcheck source=tests/e2e/lib.sh disable=SC2317 # functions are called by name, through t
. "$(dirname "$0")/lib.sh"

SENT=50 BAD=7

top() { "$VXS" top --node n1 "$@"; }

# sums PATH: over all readings, `networks.0.rx.frames` for one.
sums() {
	"$PYTHON" - "$1" "$W/top" <<-'END'
		import json, sys
		total = 0
		for line in open(sys.argv[2]):
		    at = json.loads(line) if line.endswith("\n") else {}
		    for key in sys.argv[1].split("."):
		        at = at[int(key)] if isinstance(at, list) and at else at.get(key, {}) if isinstance(at, dict) else {}
		    total += at if not isinstance(at, (dict, list)) else 0
		print(total)
	END
}
sums_to() { is "$(sums "$1")" -eq "$2"; }

# Rates are the counts by the seconds of the same reading.
rates_fit() {
	"$PYTHON" - "$W/top" <<-'END'
		import json, sys
		busy = 0
		for line in open(sys.argv[1]):
		    reading = json.loads(line)
		    for row in reading["networks"] + reading["peers"]:
		        for way in row["rx"], row["tx"]:
		            assert abs(way["frames_per_s"] * reading["seconds"] - way["frames"]) < 0.001, reading
		            assert abs(way["bits_per_s"] * reading["seconds"] - 8 * way["bytes"]) < 0.1, reading
		            busy += way["frames"] > 0
		assert busy >= 4, busy
	END
}

# Frames that claim to come from a group: nobody may have that MAC.
send_bad() {
	in_ns h1 "$PYTHON" -c "
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('vxlan100', 0))
for _ in range($BAD): s.send(bytes.fromhex('ffffffffffff' '0300000000ff' '0800') + bytes(46))"
}

# Nothing but what is counted is on the way: no ARP in between.
know_each_other() {
	need eventually pings h1 $H2
	in_ns h1 ip neigh replace $H2 lladdr $MAC2 dev vxlan100 nud permanent
	in_ns h2 ip neigh replace $H1 lladdr $MAC1 dev vxlan100 nud permanent
}

start_top() { # WORD...
	: >"$W/top"
	"$VXS" top --node n1 "$@" >"$W/top" 2>"$W/top.err" &
	pid[top]=$!
	eventually test -s "$W/top"
}
end_top() { # SIGNAL: its exit status
	local top=${pid[top]}
	unset "pid[top]"
	[ "$1" = 0 ] || kill "-$1" "$top"
	wait "$top"
}

counts_what_was_sent() {
	site direct
	learning_tunnel </dev/null
	know_each_other
	need start_top -j -i 0.1
	need in_ns h1 ping -q -c $SENT -i 0.01 -w 10 $H2
	need send_bad
	t "all that was sent is counted ($WHERE)" eventually sums_to networks.0.tx.frames $SENT
	t "and all that came back ($WHERE)" eventually sums_to networks.0.rx.frames $SENT
	t "and what was dropped ($WHERE)" eventually sums_to networks.0.dropped $BAD
	t "Ctrl-C is its end, and no failure ($WHERE)" end_top INT
	t "bytes are the inner frames' ($WHERE)" sums_to networks.0.tx.bytes $((SENT * 98))
	t "why is said ($WHERE)" sums_to networks.0.drops.mac-invalid-source $BAD
	t "to the peer, too ($WHERE)" sums_to peers.0.tx.frames $SENT
	t "from it ($WHERE)" sums_to peers.0.rx.frames $SENT
	t "rates fit the counts and the time ($WHERE)" rates_fit
}

# headings FILE: how many blocks it has.
headings() { grep -c '^NETWORK .* RX/s .* DROP/s$' "$1"; }

so_many_readings() {
	top -n 2 -i 0.1 >"$W/top" && is "$(headings "$W/top")" -eq 2 && is "$(grep -c '^blue ' "$W/top")" -eq 2 &&
		not grep -q $'\033' "$W/top" && is "$(grep -c '^$' "$W/top")" -eq 3
}
as_json() { top -n 2 -i 0.1 -j >"$W/top" && is "$(wc -l <"$W/top")" -eq 2 && sums_to networks.0.rx.frames 0; }
of_one_network() {
	top dev vxlan100 -n 1 -i 0.1 -j >"$W/top" && "$PYTHON" - "$W/top" <<-'END'
		import json, sys
		reading = json.load(open(sys.argv[1]))
		assert [n["network"] for n in reading["networks"]] == ["blue"], reading
		assert reading["peers"] == [], reading
	END
}
paints() {
	TERM=xterm script -qec "'$VXS' top --node n1 -n 3 -i 0.1" /dev/null >"$W/top" </dev/null
	is "$(grep -o $'\033\[HNETWORK' "$W/top" | wc -l)" -eq 3 && is "$(grep -o $'\033\[J' "$W/top" | wc -l)" -eq 3
}
does_not_paint() {
	TERM=dumb script -qec "'$VXS' top --node n1 -n 2 -i 0.1" /dev/null >"$W/top" </dev/null
	not grep $'\033' "$W/top" && is "$(grep -c '^NETWORK' "$W/top")" -eq 2
}
in_colours() { top -n 1 -i 0.1 -c >"$W/top" && grep -q $'^\033\[36mblue' "$W/top"; }

# A full disk, for one.
nobody_reads() { not top -n 1000 -i 0.1 >/dev/full; }

ends_with_the_switch() {
	start_top -i 0.1 || return
	vxs_stop n1
	end_top 0
	is $? -eq 3 && grep -E "the switch (has ended|does not listen)" "$W/top.err"
}

blocks() {
	two_nodes
	BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
	need vxs_start n1 "$W/cluster.yaml" n1
	t "-n 2 ends it after two readings" so_many_readings
	t "-j is an object for each" as_json
	t "one network, by its device" of_one_network
	t "a terminal is painted over" paints
	t "a dumb one is not" does_not_paint
	t "names have colours" in_colours
	t "it ends when nobody reads it" nobody_reads
	t "it ends with the switch" ends_with_the_switch
}

ENDS=ours-ours each counts_what_was_sent
WHERE=
use_family 4
blocks
finish
