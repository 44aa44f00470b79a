#!/bin/bash
# Every allocation of a daemon's life, from its command line to its last dump, fails in its turn: it
# starts and ends as ever, or says in a line why not, and leaves nothing behind.  Then the same where
# memory does not come back.
#
#   FROM=300 STEP=7 tests/e2e/short_of_memory.sh      only every seventh, from the 300th on
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fates.sh"

VXS=$(realpath -m "${VXS_STARVED:-$HERE/../../build/tests/e2e/vxs-starved}")
[ -x "$VXS" ] || skip_all "there is no $VXS; say VXS_STARVED=..."

# starve HOW: "" for one allocation each, "+" for it and all that follow.
starve() {
	local nth=${FROM:-1}
	while lives env "STARVE=$nth$1"; do
		if grep -q '^starve: never came' "$W/life"; then
			echo "$nth allocations"
			is "$code" -eq 0 && is "$nth" -gt 100
			return
		fi
		nth=$((nth + ${STEP:-1}))
	done
	echo "with STARVE=$nth$1"
	return 1
}

# checks FILE: `vxs check` under each, which answers, or says why not.
checks() {
	local nth=1 code
	until grep -qs '^starve: never came' "$W/answer"; do
		code=0
		STARVE=$nth timeout 20 "$VXS" check "$1" >"$W/answer" 2>&1 || code=$?
		if [ "$code" -gt 4 ] || [ ! -s "$W/answer" ]; then
			echo "STARVE=$nth: exit status $code, and this:"
			cat "$W/answer"
			return 1
		fi
		nth=$((nth + ${STEP:-1}))
	done
	rm "$W/answer"
	is "$nth" -gt 50
}

runs() {
	lives && is "$code" -eq 0 && return
	cat "$W/life"
	return 1
}

lonely_node
t "as it is, it runs" runs
t "each allocation in its turn" starve ""
t "each and all after it" starve +
t "check of a good file" checks "$W/cluster.yaml"
sed -i 's/vni: 200/vni: 100, SubnetLen: 24/; s/{ node: n2/{ node: n9/' "$W/cluster.yaml"
t "check of a bad one" checks "$W/cluster.yaml"
finish
