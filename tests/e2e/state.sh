#!/bin/bash
# What survives a restart: what was acknowledged does, whatever ended the switch; what is dynamic never;
# what the cluster file says wins; and a disk that refuses refuses the request, with nothing changed.
. "$(dirname "$0")/lib.sh"

ask() { "$VXS" "$@" --node n1; }
DIR=$STATE_DIRECTORY/test/n1
M=02:00:00:00:00

# What commands made, without what traffic and the file did.
made() { { ask fdb show; ask neigh show; } | grep -E " $M:|^$M:|^3\.3\.9\.|10\.206\.67\.77" | sort; }

# Killed, and started again: nothing of the process is left but its files.
again() {
	kill -KILL "${pid[n1]}"
	wait "${pid[n1]}" 2>/dev/null
	vxs_start n1 "$W/cluster.yaml" n1
}

fill() {
	ask fdb add $M:01 dev vxlan100 dst "$A2" &&
		ask fdb append $M:02 dev vxlan100 dst "$A2" static &&
		ask fdb replace $M:03 dev vxlan100 dst "$A2" port 8472 &&
		ask fdb add $M:04 dev vxlan100 dst "$A2" dynamic &&
		ask fdb append 00:00:00:00:00:00 dev vxlan100 dst 10.206.67.77 &&
		ask fdb append 01:00:5e:00:00:09 dev vxlan100 dst 10.206.67.77 &&
		ask neigh add 3.3.9.1 lladdr $M:01 dev vxlan100 &&
		ask neigh add 3.3.9.2 lladdr $M:01 dev vxlan100 router &&
		ask neigh add 3.3.9.3 lladdr $M:01 dev vxlan100 nud reachable
}

comes_back() {
	made >"$W/before"
	again || return
	made >"$W/after"
	grep -vE "$M:04 |3\.3\.9\.3 " "$W/before" | diff - "$W/after" && is "$(wc -l <"$W/after")" -eq 7
}

what_was_removed_stays_away() {
	ask fdb del $M:01 dev vxlan100 && ask neigh del 3.3.9.1 dev vxlan100 &&
		ask fdb replace $M:02 dev vxlan100 dst "$A2" dynamic &&
		ask fdb del 00:00:00:00:00:00 dev vxlan100 dst 10.206.67.77 || return
	again || return
	is "$(made | grep -cE "$M:01 dev|$M:02|3.3.9.1|00:00:00:00:00:00")" -eq 0 && is "$(made | wc -l)" -eq 3
}

flushed_stays_away() {
	ask fdb flush dev vxlan100 && ask neigh flush dev vxlan100 nud permanent && again &&
		is "$(made | wc -l)" -eq 0
}

the_file_wins() {
	ask fdb add $M:09 dev vxlan100 dst "$A2" && ask neigh add 3.3.9.9 lladdr $M:09 dev vxlan100 || return
	cp "$W/cluster.yaml" "$W/plain.yaml"
	cat >>"$W/cluster.yaml" <<-END
		    fdb: [ { mac: "$M:09", dst: $A3 } ]
	END
	again || return
	cat "$W/n1.log"
	grep -q "fdb/blue/$M:09 is dropped, the cluster file has it: .*$A3 (.*cluster.yaml:[0-9]" "$W/n1.log" || return
	made | grep -q "$M:09 .*$A3" || return
	cp "$W/plain.yaml" "$W/cluster.yaml"
	again && not grep 'is dropped' "$W/n1.log" && is "$(made | grep -c "^$M:09")" -eq 0 &&
		is "$(made | grep -c '3.3.9.9')" -eq 1
}

an_absent_network_is_waited_for() {
	sed 's/blue:/azure:/' "$W/plain.yaml" >"$W/cluster.yaml"
	again && grep 'neigh/blue/3.3.9.9 is kept for later: there is no network blue' "$W/n1.log" || return
	cp "$W/plain.yaml" "$W/cluster.yaml"
	again && is "$(made | grep -c '3.3.9.9')" -eq 1
}

its_mode() { is "$(stat -c %a%a "$1" "$1/state" | tr -d '\n')" = 700700600600; }

# From where the same node could be as well.
second_is_refused() {
	in_ns n2 ip addr add "$A1/$LEN" dev eth2
	STATUS=2 vxs_refused n2 "$W/cluster.yaml" n1 >"$W/words"
	in_ns n2 ip addr del "$A1/$LEN" dev eth2
	cat "$W/words"
	grep -q "another vxs keeps its state in $DIR" "$W/words"
}

damaged_is_kept_aside() {
	kill -KILL "${pid[n1]}"
	wait "${pid[n1]}" 2>/dev/null
	printf X | dd of="$DIR/state" bs=1 conv=notrunc 2>/dev/null
	vxs_start n1 "$W/cluster.yaml" n1 || return
	grep "$DIR/state: it is no file of vxs; it is kept as state.bad-1" "$W/n1.log" &&
		ask status | grep '^trouble .*state.bad-1' && test -s "$DIR/state.bad-1" &&
		ask fdb add $M:0a dev vxlan100 dst "$A2" && again && made | grep "$M:0a"
}

# until_refused WORD...: with a number at the end of the third word, again and again.
until_refused() {
	local i
	for i in $(seq 10 99); do
		ask "$1" "$2" "$3$i" "${@:4}" 2>"$W/words" || return 0
	done
	return 1
}

refused() { STATUS=2 says_refused "$@" && grep 'No space left on device: it cannot be kept in .*, and nothing was changed' "$W/words"; }
says_refused() {
	ask "$@" 2>"$W/words"
	is $? -eq 2 || { echo "$*" && cat "$W/words" && return 1; }
}

# A disk of its own, with no room but what is left of a page; the shortest change fills that.
the_disk_is_full() {
	vxs_stop n1
	STATE_DIRECTORY=$W/disk vxs_start n1 "$W/cluster.yaml" n1 || return
	ask fdb add $M:0b dev vxlan100 dst "$A2" || return
	dd if=/dev/zero of="$W/disk/full" bs=4k count=99 2>/dev/null
	until_refused neigh add 3.3.9. lladdr $M:0b dev vxlan100 || return
	until_refused neigh del 3.3.9. dev vxlan100 || return
	made >"$W/before"
	refused fdb add $M:0c dev vxlan100 dst "$A2" && refused fdb replace $M:0b dev vxlan100 dst "$A3" &&
		refused fdb del $M:0b dev vxlan100 && refused fdb flush dev vxlan100 &&
		refused fdb add 01:00:5e:00:00:07 dev vxlan100 dst 10.206.67.77 &&
		refused neigh add 3.3.9.9 lladdr $M:0b dev vxlan100 || return
	made | diff "$W/before" -
}

then_there_is_room() {
	rm "$W/disk/full"
	ask fdb add $M:0c dev vxlan100 dst "$A2" && made >"$W/before" &&
		STATE_DIRECTORY=$W/disk again && made | diff "$W/before" -
}

volatile() {
	vxs_stop n1
	: >"$W/n1.log" # the former life's "is ready" is not this one's
	in_ns n1 timeout 20 "$VXS" run -f "$W/cluster.yaml" --node n1 --volatile 2>"$W/n1.log" &
	pid[n1]=$!
	eventually grep -q 'is ready' "$W/n1.log" && ask fdb add $M:0d dev vxlan100 dst "$A2" &&
		ask status | grep '^state none' && not grep -r "$M:0d" "$STATE_DIRECTORY"
}

two_nodes
BRIDGE='' cluster >"$W/cluster.yaml" </dev/null
need vxs_start n1 "$W/cluster.yaml" n1
t "commands fill the tables" fill
t "the directory and its file are ours alone" its_mode "$DIR"
t "what lasts comes back after a kill, and nothing else" comes_back
t "what was removed, or replaced by what does not last, stays away" what_was_removed_stays_away
t "what was flushed stays away" flushed_stays_away
t "the cluster file wins, and what it dropped is gone for good" the_file_wins
t "entries of a network that is not there wait for it" an_absent_network_is_waited_for
t "a second process is refused" second_is_refused
t "a file that is none is kept aside, and said aloud" damaged_is_kept_aside
if mkdir "$W/disk" && mount -t tmpfs -o size=64k tmpfs "$W/disk"; then
	t "a full disk: refused, and nothing was changed" the_disk_is_full
	t "and once there is room it goes on" then_there_is_room
	vxs_stop n1
	umount "$W/disk"
	need vxs_start n1 "$W/cluster.yaml" n1
fi
t "volatile: nothing is kept" volatile
finish
