#!/bin/bash
# What it costs a node of a routed network that another joins, or leaves: messages to the kernel for that one, however
# many there are already.  They are counted as they pass, and come in an order in which no packet meets a next hop
# that is not known.
. "$(dirname "$0")/lib.sh"
needs_strace

FEW=10 MANY=1000

# file PEERS ROUTING: a network of n1 and so many others, none of which runs.
file() {
	local i
	printf 'version: 1\nname: test\nnodes:\n  n1: { address: 10.50.0.1 }\n'
	for ((i = 0; i < $1; i++)); do
		echo "  p$i: { address: 10.50.$((1 + i / 250)).$((1 + i % 250)) }"
	done
	cat <<-END
		networks:
		  green: { vni: 1, device: vx1, cidr: 10.40.0.0/13, subnet-length: 24, routing: $2 }
	END
}

node() {
	space n1
	space other
	wire n1 eth2 other eth2
	address n1 eth2 10.50.0.1/16
}

has_routes() { is "$(in_ns n1 ip route show proto 118 | wc -l)" -eq "$1"; }

# counting COMMAND...: what the daemon asks of the kernel meanwhile (strace knows netlink in its own namespace only): how many messages the daemon sends to the kernel meanwhile, and in how many pieces answers come.
counting() {
	local daemon=${pid[n1]} tracer
	ip netns exec n1 strace -qq -yy -o "$W/trace" -p "$daemon" -e trace=sendto,recvmsg 2>"$W/tracer" &
	tracer=$!
	eventually traced "$daemon" >/dev/null || cat "$W/tracer"
	"$@" || return
	sleep 0.5 # it looks at the machine once more
	kill $tracer
	wait $tracer
	SENT=$(grep -c '^sendto([0-9]*<NETLINK' "$W/trace")
	RECEIVED=$(grep -c '^recvmsg([0-9]*<NETLINK' "$W/trace")
	CHANGES=$(sed -nE 's/^sendto\([0-9]*<NETLINK.*nlmsg_type=RTM_((NEW|DEL)[A-Z]*).*/\1/p' "$W/trace" | tr '\n' ' ')
	echo "$SENT messages, $RECEIVED pieces, $CHANGES"
}

follow() { # PEERS ROUTING
	local before
	before=$(grep -c 'was read again' "$W/n1.log")
	file "$1" "$2" >"$W/n1.yaml"
	kill -HUP "${pid[n1]}"
	eventually more_lines "$before" >/dev/null && eventually has_routes "$1" >/dev/null
}
more_lines() { [ "$(grep -c 'was read again' "$W/n1.log")" -gt "$1" ]; }

# The file as it is, until that costs the same twice: after a start it looks at everything again for a while.
nothing_costs() {
	local i before=
	for i in 1 2 3 4 5; do
		counting follow "$1" "$2" || return
		[ "$SENT $RECEIVED" != "$before" ] || return 0
		before="$SENT $RECEIVED"
	done
	return 1
}

# costs PEERS ROUTING: of one that joins, and of that one leaving, beyond what reading the file costs.
costs() {
	node
	file "$1" "$2" >"$W/n1.yaml"
	need vxs_start n1 "$W/n1.yaml" n1
	need eventually has_routes "$1"
	nothing_costs "$1" "$2" || return
	NOTHING="$SENT $RECEIVED $CHANGES"
	local sent=$SENT received=$RECEIVED
	counting follow $(($1 + 1)) "$2" || return
	JOIN="$((SENT - sent)) $((RECEIVED - received)) $CHANGES"
	counting follow "$1" "$2" || return
	LEAVE="$((SENT - sent)) $((RECEIVED - received)) $CHANGES"
	echo "$1 peers, $2: nothing $NOTHING, joining $JOIN, leaving $LEAVE"
}

# same_for_many ROUTING JOIN LEAVE: messages, answers, and what is changed.
same_for_many() {
	local nothing
	costs $FEW "$1" && is "$JOIN" = "$2" && is "$LEAVE" = "$3" && nothing=$NOTHING && sweep && costs $MANY "$1" &&
		is "$JOIN" = "$2" && is "$LEAVE" = "$3" && is "$NOTHING" = "$nothing"
}

# A route to elsewhere comes and goes; one to a peer does.
elsewhere() { in_ns n1 ip route "$1" 10.99.0.0/16 via 10.50.0.2; }
to_a_peer() { in_ns n1 ip route "$1" 10.50.1.1/32 via 10.50.0.2; }
concerns_nobody() {
	counting elsewhere add && is "$SENT" -eq 0 && counting elsewhere del && is "$SENT" -eq 0 && counting to_a_peer add && is "$SENT" -gt 0 &&
		is "$CHANGES" = "DELROUTE NEWNEIGH NEWROUTE "
}

t "routed: one that joins costs two messages, and its leaving two" same_for_many routed "2 2 NEWNEIGH NEWROUTE " "2 2 DELROUTE DELNEIGH "
sweep
# One of the two looks where it is, and has an answer beside the acknowledgement.
t "direct: one that joins costs two messages, and its leaving one" same_for_many direct "2 3 NEWROUTE " "1 1 DELROUTE "
t "direct: a route to no peer costs nothing" concerns_nobody
finish
