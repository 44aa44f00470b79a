#!/bin/bash
# The README keeps its word: its cluster works as printed, and its tables name what there is.
# shellcheck source=tests/e2e/lib.sh disable=SC2317 # functions are called by name, through t
. "$(dirname "$0")/lib.sh"
ROOT=$(realpath "$HERE/../..")
README=$ROOT/README.md

named() { # WORD...: each stands in the first column of one of its tables
	local word missing=()
	for word; do
		grep -qE "^\| (\`[^|]*, )?\`$word\`" "$README" || missing+=("$word")
	done
	is "${#missing[@]} of $# missing: ${missing[*]}" = "0 of $# missing: "
}

reasons() { sed -nE 's/^\tX\([A-Z_0-9]+, "([^"]+)",.*/\1/p' "$ROOT/include/table/drops.h"; }
keys() { sed -nE '/^static const struct key (underlay|node|network)_keys/,/^};/s/.*\.name = "([^"]+)".*/\1/p' \
	"$ROOT"/src/plan/{cluster,network}.c; }

mapfile -t words < <(reasons)
t "there are drop reasons" is "${#words[@]}" -gt 20
t "the README names each" named "${words[@]}"
mapfile -t words < <(keys)
t "there are keys" is "${#words[@]}" -gt 30
t "the README names each" named "${words[@]}"

its_cluster() { awk '/^...yaml$/ { on = 1; next } on && !/[a-z]/ { exit } on' "$README"; }
run_unnamed() { # NS NODE
	ip netns exec "$1" "$VXS" run -f "$W/home.yaml" 2>"$W/$2.log" &
	pid[$2]=$!
	eventually grep -q "node $2 of cluster home is ready" "$W/$2.log"
}

A1=198.51.100.1 A2=198.51.100.2
two_nodes
its_cluster >"$W/home.yaml"
# and a network with subnets, of which its requests speak
echo "  green: { vni: 200, cidr: 10.42.0.0/16, subnet-length: 24, routing: routed }" >>"$W/home.yaml"
t "its cluster is fine" "$VXS" check "$W/home.yaml"
t "alice starts, and finds out who she is" run_unnamed n1 alice
t "bob does" run_unnamed n2 bob
address n1 vx100 10.9.0.1/24
address n2 vx100 10.9.0.2/24
t "they talk" pings n1 10.9.0.2

# Each request that it prints is one that the switch fulfils; and it prints one of each kind.
printed() { sed -nE 's/^\| `(\{"v":1,"do":[^`]*\})` .*/\1/p' "$README"; }
fulfilled() {
	printed | "$PYTHON" -c '
import json, socket, sys
for request in sys.stdin:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect(sys.argv[1])
    s.sendall(request.encode())
    s.shutdown(socket.SHUT_WR)
    if json.loads(request)["do"] not in ("monitor", "trace follow"):
        last = json.loads(s.makefile("rb").read().splitlines()[-1])
        assert last == {"v": 1, "ok": True}, (request, last)
' /run/vxs/home/alice.sock
}
verbs() { sed -nE 's/^\tVERB_([A-Z_]+),$/\1/p' "$ROOT/include/ctl/command.h" | sort; }
asked() { printed | sed -E 's/.*"do":"([^"]+)".*/\1/' | tr 'a-z -' 'A-Z__' | sort -u; }
t "its requests are fulfilled" fulfilled
t "and are all there are" is "$(asked)" = "$(verbs)"
lines() { sed -nE 's/^sudo (vxs (bridge|ip|fdb) .*)/\1/p' "$README"; }
type_lines() {
	local line
	while read -r line; do
		# shellcheck disable=SC2086 # words
		"$VXS" ${line#vxs } --node alice || return
	done < <(lines)
}
t "the lines of the notes work with vxs in front" type_lines
t "there are some" is "$(lines | wc -l)" -ge 4
finish
