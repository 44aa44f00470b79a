#!/bin/bash
# tools/demo does what it promises: all three scenarios, in devices and in memory; a failure is a
# failure; nothing outlives it, however it ends.
# shellcheck source=tests/e2e/lib.sh disable=SC2317 # functions are called by name, through t
. "$(dirname "$0")/lib.sh"
BUILD=$(dirname "$VXS")
DEMO=$(realpath "$HERE/../../tools/demo")
export BUILD
# The leak checker looks for the daemons' threads in /proc, which in the demo is not theirs.
export ASAN_OPTIONS=detect_leaks=0

# What it says is in $W/said.
demo() { NO_COLOR=1 "$DEMO" --no-setup "$@" >"$W/said" 2>&1; }

shows() {
	demo "$@" && return
	cat "$W/said"
	return 1
}

said() { # PATTERN [TIMES]
	is "$(grep -cE -- "$1" "$W/said")" -eq "${2:-1}"
}

# Neither processes nor namespaces nor files.
nothing_left() {
	not pgrep -lx 'demo|vxs|demo-memory|unshare|nsenter|ping' || return
	is "$(ls -A "$TMPDIR" /run/netns)" = "$before"
}

# ends_with SIGNAL SECONDS: told to stop that long after it began, it leaves nothing.
ends_with() {
	local demo
	# A background job of a script ignores SIGINT, and so would all that it runs.
	"$PYTHON" -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$DEMO" --no-setup >"$W/said" 2>&1 &
	demo=$!
	sleep "$2"
	kill "-$1" "$demo"
	not wait "$demo" && eventually nothing_left && not grep -q 'Done' "$W/said"
}

export TMPDIR=$W/tmp
mkdir "$TMPDIR"
before=$(ls -A "$TMPDIR" /run/netns)

t "the demo succeeds" shows
t "it shows three scenarios" said '^━━ [123]  ' 3
t "every ping comes back, once with the TAP given to the host" said ' 0% packet loss' 4
t "node1 tells five steps of a packet of each" said '^  node1 ▸   1 arrive   vxlan' 4
t "node2 tells them too" said '^  node2 ◂   1 arrive   106 bytes from 10.206.67.96' 3
t "learned lines decide under learning" said '3 look up  .* dst 10.206.67.15 self  \(learned from 10.206.67.15, '
t "lines of the file decide otherwise" \
	said '3 look up  .* dst 10.206.67.15 self permanent  \(configs/.*.yaml:[0-9]+\)' 2
t "the proxy's answer is shown" said '5 leave    REPLY on vxlan100: ARP 3.3.3.4 is at'
t "the notes' commands stand beside ours" said '^  notes     ip link add vxlan' 3
t "tables are shown" said '^  node1     fdb    00:00:00:00:00:00 dst 239.1.1.1 via eth2 self permanent'
t "it leaves nothing behind" nothing_left

t "in memory it succeeds" shows --memory
t "in memory it says so" said 'The same scenarios in memory'
t "in memory every ping comes back" said '2 packets transmitted, 2 received' 3
t "in memory both nodes tell their five steps" said '^  node[12] (▸|◂)   1 arrive ' 7

mkdir "$W/broken"
printf '#!/bin/bash\nexit 2\n' >"$W/broken/vxs"
chmod +x "$W/broken/vxs"
broken() { BUILD=$W/broken demo; }
t "a daemon that does not start is a failure" not broken
t "and it says which" said 'FAILED +node1 does not start'

t "interrupted at once, it leaves nothing behind" ends_with INT 0.2
t "interrupted midway, it leaves nothing behind" ends_with INT 1.5
t "terminated, it leaves nothing behind" ends_with TERM 0.8
t "killed, it leaves nothing behind" ends_with KILL 0.8
finish
