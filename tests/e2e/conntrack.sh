#!/bin/bash
# A firewall that keeps state for each flow: what flows of ours take of its table is bounded by source-ports,
# and with the README's rules it is nothing.
. "$(dirname "$0")/lib.sh"
command -v nft >/dev/null || skip_all "nft is not installed"

SOURCES=4

# What the README has people load.
rules_of_readme() { sed -n '/^table inet vxs-notrack {$/,/^}$/p' "$HERE/../../README.md"; }
# State for what is routed and what is ours, not for what the bridge passes (br_netfilter).
stateful() {
	local bridged=/proc/sys/net/bridge/bridge-nf-call-iptables
	in_ns n1 bash -c "[ ! -w $bridged ] || echo 0 >$bridged"
	in_ns n1 nft add table inet filter
	in_ns n1 nft add chain inet filter in '{ type filter hook input priority 0; }'
	in_ns n1 nft add rule inet filter in ct state invalid drop
}
states() { in_ns n1 cat /proc/sys/net/netfilter/nf_conntrack_count; }

# A hundred flows from h1 to h2, and what they took.
hundred_flows() {
	in_ns h1 "$PYTHON" -c 'import socket, sys
for port in range(10000, 10100):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", port))
    s.sendto(b"flow", (sys.argv[1], 9))' "$H2"
	pings h1 "$H2"
}

tunnel_behind() { # RULES
	site bridged
	stateful || skip_all "this kernel keeps no state for flows"
	in_ns n1 nft -f - <<<"$1"
	learning_tunnel "source-ports: $SOURCES" </dev/null
	need eventually pings h1 $H2
}

with_state() {
	tunnel_behind ""
	t "a hundred flows pass ($WHERE)" hundred_flows
	t "they took a state for each source port, both ways ($WHERE)" is "$(states)" -le $((2 * SOURCES))
	t "and some ($WHERE)" is "$(states)" -gt 0
}

without() {
	tunnel_behind "$(rules_of_readme)"
	t "a hundred flows pass without ($WHERE)" hundred_flows
	t "with the README's rules none of ours is in the table ($WHERE)" is "$(states)" -eq 0
}

FAMILIES=4 ENDS=ours-ours each with_state
FAMILIES=4 ENDS=ours-ours each without
finish
