#!/bin/bash
# Kernels that refuse what they promised: runs of datagrams (UDP_SEGMENT), superframes written into a
# TAP.  strace refuses in their stead.  Nothing is lost for long, one line says so, and the rest goes
# singly.
. "$(dirname "$0")/lib.sh"

needs_strace

# Which runs are hit is chance, so it is tried until one of many datagrams was.
until_said() { # NAME PATTERN COMMAND...
	local name=$1 pattern=$2 i
	shift 2
	for i in $(seq 20); do
		"$@" || return
		grep -q "$pattern" "$W/$name.log" && return
	done
	echo "never said: $pattern"
	cat "$W/$name.log"
	return 1
}

# The run, and the run once more; then its first datagram leaves alone.
runs() {
	site
	learning_tunnel </dev/null
	t "the neighbours are known ($WHERE)" pings h1 $H2
	t "a socket that refuses runs with $1 says so ($WHERE)" until_said n1 "cannot send runs of datagrams" \
		refusing n1 sendmmsg "$1" 10..11 tcp h1 h2 $H2
	t "TCP goes on ($WHERE)" tcp h1 h2 $H2
	t "UDP goes on ($WHERE)" udp h1 h2 $H2
	t "it is counted ($WHERE)" dumped n1 "source sockets cannot send runs: [1-9][0-9]* runs were sent singly"
}

superframes() {
	site
	learning_tunnel </dev/null
	t "the neighbours are known ($WHERE)" pings h1 $H2
	t "a TAP that refuses superframes says so ($WHERE)" until_said n2 "refuses TCP superframes" \
		refusing n2 writev EINVAL 10..30 tcp h1 h2 $H2
	t "TCP goes on ($WHERE)" tcp h1 h2 $H2
	t "it is counted ($WHERE)" dumped n2 "local port refused superframes"
}

BYTES=5000000
ENDS=ours-kernel FAMILIES=4 each runs EIO
ENDS=ours-kernel FAMILIES=6 each runs EINVAL
ENDS=kernel-ours FAMILIES=4 each superframes
finish
