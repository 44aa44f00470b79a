#!/bin/bash
# Eighty peers on our own link that are not there.  The kernel keeps what is sent to them, for three
# seconds at a time, in the buffer of the one socket that everybody sends from; they must not stop the one
# peer that lives.
. "$(dirname "$0")/lib.sh"

DEAD=80

dead_mac() { printf '02:00:00:00:de:%02x' "$1"; }

dead_entries() {
	local i
	echo "fdb:"
	for i in $(seq $DEAD); do
		echo "  - { mac: \"$(dead_mac "$i")\", dst: ${A2%.*}.$((100 + i)) }"
	done
}

dead_hosts() {
	local i
	for i in $(seq $DEAD); do
		in_ns h1 ip neigh add "${H2%.*}.$((100 + i))" lladdr "$(dead_mac "$i")" dev eth0 nud permanent
	done
}

# Bursts to all of them, a hundred times a second, for half a minute and a little more.
shower() {
	exec ip netns exec h1 "$PYTHON" - "${H2%.*}" <<-'END'
		import socket, sys, time
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for _ in range(3000):
		    for i in range(400):
		        s.sendto(bytes(1000), (sys.argv[1] + "." + str(101 + i % 80), 9))
		    time.sleep(0.01)
	END
}

endures() {
	local i
	for i in $(seq 20); do
		pings h1 $H2 || return
		sleep 0.2
	done
	kill -0 $shower || { echo "the shower had ended" && return 1; }
}

monitor_peers() {
	ip netns exec n1 "$VXS" monitor peer --node n1 >"$W/peers" 2>&1 &
	pid[peers]=$!
}
is_told_lost() { [ "$(grep -cxE 'peer [0-9.]+ lost' "$W/peers")" -ge $DEAD ]; }

is_lost() { [ "$(dump n1 | grep -c '^peer .*not found')" -ge $DEAD ]; }

dead() {
	local shower
	site bridged
	learning_tunnel "source-ports: 1" < <(dead_entries)
	dead_hosts
	monitor_peers
	t "the living peer answers" pings h1 $H2
	shower &
	shower=$!
	t "the dead are noticed" eventually is_lost
	t "and told to those who monitor, each" eventually is_told_lost
	t "the living peer is reached again" eventually pings h1 $H2
	t "and stays so while the others are still dead" endures
	t "what was meant for the dead is counted" has_counted n1 underlay-error 100
	kill $shower
	wait $shower 2>/dev/null
}

ENDS=ours-ours FAMILIES=4 each dead
finish
