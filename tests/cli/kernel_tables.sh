#!/bin/bash
# kernel_tables.sh PREFIX: gives the kernel's own VXLAN device the entries of show.bats's cluster file,
# in a namespace that is ours alone, and leaves what iproute2 shows of them in PREFIX.fdb and
# PREFIX.neigh: sorted, without blanks at the end.
set -e

ip link add v0 type vxlan id 100 dstport 4789 local 127.0.0.1 nolearning
ip link set v0 up

append() { bridge fdb append "$1" dev v0 "${@:2}"; }
append 00:00:00:00:00:00 dst 127.0.0.2
append 00:00:00:00:00:00 dst 127.0.0.3 port 8472
append 32:39:e3:57:89:e7 dst 127.0.0.2
append 32:39:e3:57:89:01 dst 127.0.0.2
append 32:39:e3:57:89:02 dst 127.0.0.2 port 5000
append 32:39:e3:57:89:03 dst 127.0.0.2 port 4789
append 01:00:5e:00:00:05 dst 127.0.0.2
append 01:00:5e:00:00:05 dst 127.0.0.3 port 8472
bridge fdb show dev v0 | sed 's/ *$//' | sort >"$1.fdb"

ip neigh add 3.3.3.4 lladdr 32:39:e3:57:89:e7 dev v0
ip neigh add 2001:db8::4 lladdr 32:39:e3:57:89:e7 dev v0
ip neigh add 3.3.3.9 lladdr 32:39:e3:57:89:09 dev v0 router
ip neigh add 2001:db8::9 lladdr 32:39:e3:57:89:09 dev v0 router
ip neigh add fe80::9 lladdr 32:39:e3:57:89:0a dev v0
ip neigh show dev v0 | sed 's/ *$//' | sort >"$1.neigh"
