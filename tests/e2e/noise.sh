#!/bin/bash
# A hostile peer makes noise: the log stays short, what was dropped is counted, and another network loses
# nothing.
. "$(dirname "$0")/lib.sh"

noise() { in_ns n2 timeout 60 "$PYTHON" "$HERE/noise.py" "$A1" "$A2" "$A4"; }
log_size() { wc -c <"$W/n1.log"; }

hostile() {
	A4=${A2}4 # another address of n2, and in the file a node of its own
	three_nodes
	address n2 eth2 "$A4/$LEN"
	cat >"$W/cluster.yaml" <<-END
		version: 1
		name: test
		nodes:
		  n1: { $(address_key): "$A1" }
		  n2: { $(address_key): "$A2" }
		  n3: { $(address_key): "$A3" }
		  n4: { $(address_key): "$A4" }
		networks:
		  blue: { vni: 100, device: blue, nodes: [n1, n2, n4] }
		  red:  { vni: 200, device: red, nodes: [n1, n3] }
	END
	need vxs_start n1 "$W/cluster.yaml" n1
	need vxs_start n3 "$W/cluster.yaml" n3
	address n1 red 10.0.1.1/24
	address n3 red 10.0.1.3/24
	need eventually pings n1 10.0.1.3
	lines=$(said n1) size=$(log_size)
	start_traffic n1 10.0.1.3
	t "a peer makes noise ($WHERE)" noise
	t "red lost nothing ($WHERE)" lost_nothing
	t "it was said ($WHERE)" grep -q 'is frozen for' "$W/n1.log"
	t "in a few lines ($WHERE)" is "$(($(said n1) - lines))" -le 10
	t "which are short ($WHERE)" is "$(($(log_size) - size))" -lt 65536
	t "it is no work any more ($WHERE)" idles n1
	for reason in rx-short invalid-hdr vni-not-found mac-invalid-source mac-frozen; do
		t "$reason was counted ($WHERE)" has_counted n1 $reason
	done
	t "the end is clean ($WHERE)" vxs_stop n1
}

ENDS=ours-ours each hostile
finish
