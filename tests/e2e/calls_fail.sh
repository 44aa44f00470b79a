#!/bin/bash
# System calls that fail, now and then or again and again: strace lets them.  What fails once costs
# nothing; what goes on failing is counted and not said; and when it is over, all works again.
. "$(dirname "$0")/lib.sh"
needs_strace

both_work() { pings n1 10.0.0.2 && pings n1 10.0.1.3; }
both_are_steady() { steady n1 10.0.0.2 && steady n1 10.0.1.3; }
neither_works() { no_ping n1 10.0.0.2 && no_ping n1 10.0.1.3; }

# What fails once may be somebody else's error that waited in the socket: it is tried again.
calls() {
	local error lines
	blue_and_red
	lines=$(said n1)
	for error in EPERM ENETUNREACH EHOSTUNREACH ENETDOWN ECONNREFUSED ENOBUFS ENOMEM EINTR; do
		t "$error now and then costs nothing ($WHERE)" refusing n1 sendmmsg $error 1+2 both_are_steady
	done
	for error in EPERM ENETUNREACH ENOBUFS; do
		before=$(counted n1 underlay-error)
		t "$error again and again: nothing passes ($WHERE)" refusing n1 sendmmsg $error 1+ neither_works
		t "it is counted ($WHERE)" has_counted n1 underlay-error $((before + 2))
		t "afterwards both work ($WHERE)" eventually both_work
	done
	for error in ECONNREFUSED EINTR ENOMEM; do
		t "a receive that fails with $error costs nothing ($WHERE)" \
			refusing n1 recvmmsg $error 1+2 both_are_steady
	done
	for error in EIO EINTR ENOBUFS ENOMEM; do
		t "a device that reads $error costs nothing ($WHERE)" refusing n1 read $error 1+2 both_are_steady
	done
	for error in ENOBUFS EAGAIN ENOMEM; do
		before=$(counted n1 port-full)
		t "a device that takes nothing ($error) ($WHERE)" refusing n1 writev $error 1+ neither_works
		t "is counted ($WHERE)" has_counted n1 port-full $((before + 2))
	done
	t "afterwards both work ($WHERE)" eventually both_work
	t "of all that nothing was said ($WHERE)" is "$(said n1)" -eq "$lines"
	t "an error that nobody knows costs a device ($WHERE)" refusing n1 writev ESTALE 1 a_device_goes
	t "which is made again ($WHERE)" eventually grep -q 'its device blue is back' "$W/n1.log"
	address n1 blue 10.0.0.1/24
	t "and both work ($WHERE)" eventually both_work
}
# It is noticed with the next frame that the device gives.
a_device_goes() { eventually eval 'no_ping n1 10.0.0.2 >/dev/null; grep "its device blue is gone (Stale file handle)" "$W/n1.log"'; }

ENDS=ours-ours FAMILIES=4 each calls
finish
