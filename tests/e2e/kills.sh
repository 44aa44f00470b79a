#!/bin/bash
# The switch is killed at random moments, again and again, while it acknowledges entries: none is lost.
#
#   TIMES=1000 RECORD=tests/e2e/RECORD tests/e2e/kills.sh     so often, and a line in a file
. "$(dirname "$0")/lib.sh"
TIMES=${TIMES:-20}
RECORD=${RECORD:-/dev/null}

kills() {
	ip link set lo up
	"$PYTHON" "$HERE/kills.py" "$VXS" "$W" "$TIMES" 1 >"$W/said" || { cat "$W/said" && return 1; }
}

start=$SECONDS
t "killed $TIMES times it has lost nothing that was acknowledged" kills
printf '%s  %s  kills  %5d s  %s; %s\n' "$(date -u +%F)" "$(git -C "$HERE" describe --always --dirty)" \
	$((SECONDS - start)) "$(cat "$W/said")" "$([ $failed = 0 ] && echo "$tests fine" || echo "$failed FAILED")" >>"$RECORD"
finish
