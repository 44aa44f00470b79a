#!/bin/bash
# Storms of signals, and a reader of the log who has stopped to read: forwarding goes on.  Any signal that
# ends the switch does so at once, also when it comes many times.
. "$(dirname "$0")/lib.sh"

storm() { # NAME SIGNAL...: two hundred of each, mixed
	local i
	for i in $(seq 200); do
		for signal in "${@:2}"; do
			kill "-$signal" "${pid[$1]}" || return
		done
	done
}

# Before the first has been looked at, the others are there.
ends_at_once() { # SIGNAL
	local i rc daemon=${pid[n1]}
	for i in $(seq 100); do
		kill "-$1" "$daemon" 2>/dev/null
	done
	unset "pid[n1]"
	wait "$daemon" 2>/dev/null
	rc=$?
	# By itself; or, while it was ending already, by the signal's own power.
	[ $rc -eq 0 ] || is $rc -eq $((128 + $(kill -l "$1")))
}
# The last dump waits for its reader, until it is told once more.
ends() {
	kill -TERM "${pid[n1]}" 2>/dev/null
	! kill -0 "${pid[n1]}" 2>/dev/null
}
device_is_gone() { not in_ns n1 ip link show vxlan100; }

# fill FIFO: not another byte fits.
fill() { yes filling | dd of="$1" bs=4096 count=1024 iflag=fullblock oflag=nonblock conv=notrunc 2>/dev/null; }

# start_unread FIFO: the log goes into a pipe that is read until the switch is ready, and then no more.
start_unread() {
	local line
	mkfifo "$1"
	exec 7<>"$1"
	ip netns exec n1 "$VXS" run -f "$W/cluster.yaml" --node n1 2>"$1" 7<&- &
	pid[n1]=$!
	while read -r -t 20 line <&7; do
		[[ $line == *"is ready"* ]] && return
	done
	return 1
}

# Reads on to the end of what is there.
read_on() {
	local line
	while read -r -t 1 line <&7; do
		echo "$line"
	done >"$W/unread"
}

two_nodes
BRIDGE=
cluster >"$W/cluster.yaml" </dev/null
need vxs_start n1 "$W/cluster.yaml" n1
need vxs_start n2 "$W/cluster.yaml" n2
address n1 vxlan100 $H1/24
address n2 vxlan100 $H2/24
need eventually pings n1 $H2

start_traffic n1 $H2
t "a storm of a thousand signals" storm n1 USR1 PIPE USR2 CHLD HUP
t "loses nothing" lost_nothing
t "and is over when it is over" idles n1
t "the dump is whole" dumped n1 '^network blue'
for signal in TERM INT; do
	t "many times $signal end it at once" ends_at_once $signal
	t "and the device is gone" eventually device_is_gone
	need vxs_start n1 "$W/cluster.yaml" n1
done
vxs_stop n1

t "with a log that is not read on it starts" start_unread "$W/fifo"
address n1 vxlan100 $H1/24
t "it carries frames" eventually pings n1 $H2
fill "$W/fifo"
start_traffic n1 $H2
t "a storm of dumps that nobody reads" storm n1 USR1 USR2
t "loses nothing" lost_nothing
t "it is no work" idles n1
read_on
t "none of them is there" not grep -q '^network blue' "$W/unread"
kill -USR1 "${pid[n1]}"
read_on
t "once it is read again, that is said" grep -q 'nobody read here, and lines were lost' "$W/unread"
t "and a dump is whole again" grep -q '^end of dump' "$W/unread"
fill "$W/fifo"
t "an end that is told to nobody can be hurried" eventually ends
finish
