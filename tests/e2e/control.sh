#!/bin/bash
# The control socket of a switch that forwards: clients that hang, the file and its owner, and the
# notes' thesis that a program outside may fill the tables.
. "$(dirname "$0")/lib.sh"

ask() { "$VXS" "$@" --node n1; }
SOCKET=/run/vxs/test/n1.sock

# -- Clients that nobody should wait for --

# MACs enough that showing them takes a while.
fill() {
	local i
	for i in $(seq 200); do
		printf '{"v":1,"do":"fdb append","mac":"02:11:00:00:00:%02x","dev":"vxlan100","dst":"%s"}\n' \
			"$i" "$A2"
	done | "$PYTHON" -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
answers = s.makefile("rb").read().splitlines()
assert len(answers) == 200 and all(b"\"ok\":true" in a for a in answers), answers[:3]
' $SOCKET
}

# One that has not asked yet may be taken for one that hangs and make room for another: it asks again.
asked() { timeout 10 "$VXS" status --node n1 >"$W/status" && grep -q '^node n1 of' "$W/status"; }

# Whoever asks properly is answered, and whoever sends is served, however many hang: they hang until
# both have happened, so that being late for them shows.
asked_in_between() {
	local i rc=0
	"$PYTHON" "$HERE/control_clients.py" $SOCKET 1000 >"$W/crowd" &
	pid[crowd]=$!
	eventually grep -q crowded "$W/crowd" || return
	for i in $(seq 20); do
		eventually asked || rc=1
	done
	steady h1 $H2 || rc=1
	kill -KILL "${pid[crowd]}" || rc=1
	wait "${pid[crowd]}"
	unset "pid[crowd]"
	return $rc
}

clients() {
	site direct
	learning_tunnel </dev/null
	need eventually pings h1 $H2
	t "two hundred entries by two hundred requests ($WHERE)" fill
	t "and all are shown" is "$(ask fdb show dev vxlan100 | grep -c ' 02:11:\|^02:11:')" = 200
	start_traffic h1 $H2
	t "a thousand clients that hang, and some that ask ($WHERE)" asked_in_between
	t "no packet was lost meanwhile ($WHERE)" lost_nothing
	t "it costs nothing any more ($WHERE)" idles n1
	t "and it answers ($WHERE)" ask status
}

# -- The file --

second_start() {
	in_ns n2 timeout 20 "$VXS" run -f "$W/cluster.yaml" --node n1 --socket $SOCKET --volatile >"$W/message" 2>&1
	is $? -eq 2 && grep 'somebody listens on' "$W/message"
}

# A user namespace of one user has no other.
strangers_hear_nothing() {
	[ "$(awk 'NR == 1 { print $3 }' /proc/self/uid_map)" -gt 1 ] || return 0
	chmod 666 $SOCKET
	"$PYTHON" -c '
import os, socket, sys
os.setuid(65534)
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
try:
    s.sendall(b"{\"v\":1,\"do\":\"status\"}\n")
    assert s.recv(1) == b""
except (BrokenPipeError, ConnectionResetError):
    pass
' $SOCKET && chmod 600 $SOCKET
}

killed_and_started_again() {
	kill -KILL "${pid[n1]}"
	wait "${pid[n1]}"
	test -S $SOCKET && vxs_start n1 "$W/cluster.yaml" n1 && ask status
}

# n2's address is taken away, so that a second n1 fails over nothing but the socket.
the_file() {
	two_nodes
	in_ns n2 ip addr flush dev eth2
	address n2 eth2 "$A1/$LEN"
	BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
	need vxs_start n1 "$W/cluster.yaml" n1
	t "it is where clients look, and its owner's ($WHERE)" is "$(stat -c %a $SOCKET)" = 600
	t "nobody else gets in, even where the file would let them ($WHERE)" strangers_hear_nothing
	t "one that lives is not replaced ($WHERE)" second_start
	t "and still answers ($WHERE)" ask status
	t "one whose daemon was killed is ($WHERE)" killed_and_started_again
	t "who runs is found without a name ($WHERE)" "$VXS" status
	vxs_stop n1
	t "at the end it is gone ($WHERE)" not test -e $SOCKET
	t "and nobody is there to ask ($WHERE)" is "$(ask status 2>/dev/null; echo $?)" = 3
}

# -- The notes: "let a program fill the tables" --

controller() {
	ip netns exec n1 "$VXS" monitor miss dev vxlan100 --node n1 2>&1 |
		while read -r line; do
			echo "$line"
			case $line in
			"miss $H2 "*) ask ip neigh replace $H2 lladdr $MAC2 dev vxlan100 nud reachable ;;
			"miss lladdr $MAC2 "*) ask bridge fdb append $MAC2 dev vxlan100 dst "$A2" ;;
			esac
		done >"$W/controller"
}

told() { eventually grep -qxE -- "$1" "$W/controller" || { cat "$W/controller" && false; }; }

a_program_fills_the_tables() {
	site direct
	cluster >"$W/cluster.yaml" <<-END
		arp: proxy
		learning: false
		flood: none
	END
	end 1
	end 2
	vxs_ask2() { "$VXS" "$@" --node n2; }
	vxs_ask2 neigh add $H1 lladdr $MAC1 dev vxlan100
	vxs_ask2 fdb append $MAC1 dev vxlan100 dst "$A1"
	t "nobody knows anybody ($WHERE)" no_ping h1 $H2
	controller &
	pid[controller]=$!
	t "a program that hears of misses makes it work ($WHERE)" \
		eventually in_ns h1 ping -c 1 -W 1 $H2
	t "it heard of the neighbour ($WHERE)" told "miss $H2 STALE"
	t "and of the MAC ($WHERE)" told "miss lladdr $MAC2 STALE"
	t "the neighbour is a passing one ($WHERE)" \
		is "$(ask neigh show dev vxlan100)" = "$H2 lladdr $MAC2 REACHABLE"
}

ours() {
	local family
	# shellcheck disable=SC2034 # lib.sh reads them
	END1=ours END2=ours
	for family in ${FAMILIES:-4 6}; do
		use_family "$family"
		WHERE="IPv$family"
		"$1"
		sweep
	done
}

ours clients
ours the_file
ours a_program_fills_the_tables
finish
