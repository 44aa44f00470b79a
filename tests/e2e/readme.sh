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
t "its cluster is fine" "$VXS" check "$W/home.yaml"
t "alice starts, and finds out who she is" run_unnamed n1 alice
t "bob does" run_unnamed n2 bob
address n1 vx100 10.9.0.1/24
address n2 vx100 10.9.0.2/24
t "they talk" pings n1 10.9.0.2
finish
