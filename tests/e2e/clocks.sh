#!/bin/bash
# Clocks: a machine that has been up for ten years or for a second, a date that jumps by ten years, a
# process that is stopped for a while.  Entries age as they should and timers run.
. "$(dirname "$0")/lib.sh"

JUMPING_CLOCK=${JUMPING_CLOCK:-$HERE/../../build/tests/e2e/libjumping_clock.so}
YEARS=315360000

learned() { dumped n1 "^$(mac_of n2 vxlan100) dst $A2 self$"; }
comes_back() {
	in_ns n1 ip link del vxlan100
	eventually grep -q 'device vxlan100 is back' "$W/n1.log"
}
start() { LD_PRELOAD=${PRELOAD:-} ASAN_OPTIONS=verify_asan_link_order=0 vxs_start "$@"; }

site_ages() {
	two_nodes
	BRIDGE=
	cluster >"$W/cluster.yaml" <<<"ageing: ${AGEING:-4s}"
	t "it starts ($WHERE)" start n1 "$W/cluster.yaml" n1
	need vxs_start n2 "$W/cluster.yaml" n2
	address n1 vxlan100 $H1/24
	address n2 vxlan100 $H2/24
	t "it carries frames ($WHERE)" pings n1 $H2
}

ages() {
	AGEING=300s site_ages
	sleep 3
	t "nothing ages early ($WHERE)" learned
	t "nothing spins ($WHERE)" idles n1
	sweep
	AGEING=4s site_ages
	t "what is learned is there ($WHERE)" learned
	in_ns n1 ip link set vxlan100 down
	t "and ages ($WHERE)" eventually not learned
	in_ns n1 ip link set vxlan100 up
	t "a lost device comes back ($WHERE)" comes_back
	t "the end is clean ($WHERE)" vxs_stop n1
	sweep
}

jumps() { is "$(LD_PRELOAD=$PRELOAD date +%s)" -gt "$(($(date +%s) + YEARS / 2))"; }

# The same once more, by this very script in a time namespace.
in_time() {
	env -u E2E_INSIDE AT="$1" VXS="$VXS" \
		unshare --time --monotonic "$1" --boottime "$1" --fork bash "$HERE/clocks.sh" >"$W/inner"
	local rc=$?
	cat "$W/inner"
	[ $rc = 0 ] && grep -q '^ok 1' "$W/inner"
}

if [ -n "${AT:-}" ]; then
	WHERE="at $(cut -d. -f1 /proc/uptime) s"
	ages
	finish
fi

uptime=$(cut -d. -f1 /proc/uptime)
if unshare --time --monotonic $YEARS --fork true 2>/dev/null; then
	t "ten years after the start of the machine" in_time $YEARS
	t "a second after it" in_time -$((uptime - 1))
else
	t_skip "another uptime" "no right to make time namespaces here"
fi

if [ -f "$JUMPING_CLOCK" ]; then
	WHERE="while the date jumps by ten years"
	PRELOAD=$(realpath "$JUMPING_CLOCK")
	t "it does" jumps
	ages
	PRELOAD=
else
	t_skip "while the date jumps" "there is no $JUMPING_CLOCK"
fi

WHERE="stopped for a while"
AGEING=300s site_ages
kill -STOP "${pid[n1]}"
sleep 2
kill -CONT "${pid[n1]}"
t "it goes on ($WHERE)" eventually pings n1 $H2
t "and knows what it knew ($WHERE)" learned
finish
