#!/bin/bash
# SIGUSR2: the daemon tells the next frames in the five steps of the notes, with the line of the table
# that decided each; SIGUSR1: its tables, in iproute2's words.
. "$(dirname "$0")/lib.sh"

# told NODE STEP PATTERN: is there such a step?
told() {
	grep -qE "$2 +$3" "$W/$1.log" && return
	cat "$W/$1.log"
	return 1
}

steps() {
	site bridged
	learning_tunnel </dev/null
	t "hosts talk" pings h1 $H2
	kill -USR2 "${pid[n1]}" "${pid[n2]}"
	COUNT=1 t "and talk on" pings h1 $H2

	t "n1: it arrives" eventually told n1 "1 arrive" "vxlan100: VNI 100"
	t "n1: it is parsed" told n1 "2 parse" "$MAC1 → $MAC2, IPv4 $H1 → $H2"
	t "n1: it is looked up" told n1 "3 look up" "$MAC2 dst $A2 self"
	t "n1: it is changed" told n1 "4 change" ".*VXLAN header, VNI 100"
	t "n1: it leaves" told n1 "5 leave" "SEND to $A2:4789"
	t "n2: it arrives" eventually told n2 "1 arrive" ".*from $A1 to $A2 port 4789"
	t "n2: it is parsed" told n2 "2 parse" "VXLAN header: VNI 100"
	t "n2: it is looked up" told n2 "3 look up" "network blue; $A1 may speak"
	t "n2: it is changed" told n2 "4 change" ".*VXLAN header: $MAC1 → $MAC2"
	t "n2: it leaves" told n2 "5 leave" "DELIVER to vxlan100: $MAC2"

	COUNT=30 t "after eight frames it is silent" pings h1 $H2
	t "indeed" is "$(grep -c '5 leave' "$W/n1.log")" -eq 8
	t "what is learned from a peer" dumped n1 "^$MAC2 dst $A2 self$"
	t "what is learned here" dumped n1 "^$MAC1 dev vxlan100 master"
	t "where broadcasts go" dumped n1 "^00:00:00:00:00:00 dst $A2 self permanent"
	t "and who is there" dumped n1 "^peer $A2 .*errors 0"
}

ENDS=ours-ours FAMILIES=4 each steps
finish
