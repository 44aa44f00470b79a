#!/bin/bash
# The notes as a script: notes.table has each of their commands and what is typed instead where vxs makes
# the tunnel.  All of it is typed, line by line, with the kernel at both ends, with vxs at both, and with
# one of each; what shows tables shows the same as on the kernel.
. "$(dirname "$0")/lib.sh"
TABLE=$HERE/notes.table
COMMANDS=71 # in the notes

# -- A node: a shell with named namespaces of its own, so that both can have an ns1 --

node() {
	ip netns exec "n$1" bash -c 'mount -t tmpfs tmpfs /run/netns && echo ready && exec sleep infinity' >"$W/node$1" &
	pid["node$1"]=$!
	eventually grep -q ready "$W/node$1"
}
at() { nsenter -t "${pid["node$1"]}" -m -n -- "${@:2}"; }

# Can this vxs do `link VERB`?  Else the lines are carried out by way of the cluster file.
does() { "$VXS" help link 2>/dev/null | grep -q "^  vxs link $1 "; }

# A switch without a network: the lines make them.
switch() {
	local at=A$1
	if does add; then
		empty_switch "$1"
		return
	fi
	printf 'version: 1\nname: notes\nunderlay: { accept: any }\nnodes:\n  n%s: { address: %s, interface: eth2 }\n' \
		"$1" "${!at}" >"$W/head$1"
	: >"$W/networks$1"
	write_file "$1"
	vxs_start "n$1" "$W/n$1.yaml" "n$1"
}

# Without a file.
empty_switch() {
	: >"$W/n$1.log"
	ip netns exec "n$1" "$VXS" run --node "n$1" 2>"$W/n$1.log" &
	pid["n$1"]=$!
	eventually started_or_ended "n$1" && grep "is ready" "$W/n$1.log"
}

# -- Ours, while there is no `vxs link add`: its networks by the file --

write_file() {
	cat "$W/head$1"
	if [ -s "$W/networks$1" ]; then
		echo "networks:"
		cat "$W/networks$1"
	else
		echo "networks: {}"
	fi
} >"$W/n$1.yaml"

follow_file() { write_file "$1" && "$VXS" apply "$W/n$1.yaml" --node "n$1"; }

# link_add N NAME type vxlan OPTION...: with the kernel's meaning.
link_add() {
	local n=$1 name=$2 line="device: $2" arp=flood flood=none
	shift 4
	while [ $# -gt 0 ]; do
		case $1 in
		id) line+=", vni: $2" && shift ;;
		group) flood="\"$2\"" && shift ;;
		dstport) line+=", port: $2" && shift ;;
		local | dev) grep -q "$2" "$W/head$n" && shift ;;
		nolearning) line+=", learning: false" ;;
		proxy) arp=proxy ;;
		*) return 1 ;;
		esac || return
		shift
	done
	echo "  $name: { $line, arp: $arp, flood: $flood }" >>"$W/networks$n"
	follow_file "$n"
}

link_del() { sed -i "/^  $2:/d" "$W/networks$1" && follow_file "$1"; }

ours() { # N WORD...
	local n=$1
	shift
	if [ "$1" != link ] || does "$2"; then
		"$VXS" "$@" --node "n$n"
		return
	fi
	case $2 in
	add) link_add "$n" "${@:3}" ;;
	set) at "$n" ip link set "${@:3}" ;; # the device is there, like any other
	del) link_del "$n" "$3" ;;
	esac
}

# -- A line --

kind_of() { local kind=END$1 && echo "${!kind}"; }

# type_line N LINE: pings up to three times.
type_line() {
	local n=$1 words
	read -ra words <<<"$2"
	case $2 in
	"vxs "*) ours "$n" "${words[@]:1}" ;;
	"! "*) not at "$n" "${words[@]:1}" ;;
	*ping*) all_come_back "$n" "${words[@]}" ;;
	*) at "$n" "${words[@]}" ;;
	esac
}
# The first may still find a bridge that has not yet opened its port.
all_come_back() {
	local i
	for i in 1 2 3; do
		at "$@" >"$W/ping" 2>&1
		cat "$W/ping"
		grep -q ' 0% packet loss' "$W/ping" && return
	done
	return 1
}

# What does not hang on this device's own, and not on which lines come first.
comparable() { grep -E ' (self|PERMANENT)' "$1" | sed 's/ *$//' | sort; }

# type_and_compare N LINE KEY: what it prints is what it prints between kernels.
type_and_compare() {
	type_line "$1" "$2" >"$W/shown" || return
	if [ "$WHERE" = kernel-kernel ]; then
		comparable "$W/shown" >"$W/reference/$3"
	elif [ -f "$W/reference/$3" ]; then
		diff -u "$W/reference/$3" <(comparable "$W/shown")
	fi
}

fields() { # LINE: into who, theirs and mine
	IFS='|' read -r who theirs mine <<<"$1"
	read -r who <<<"$who"
	read -r theirs <<<"$theirs"
	read -r mine <<<"$mine"
}

walk_line() { # NUMBER LINE
	local who theirs mine n line
	fields "$2"
	n=${who//[!0-9]/} line=$theirs
	[ "$mine" != - ] || return
	[ "$(kind_of "$n")" = kernel ] || [ "$mine" = "=" ] || line=$mine
	if [[ $theirs == *vxlan*" show "* || $theirs == *" show "*vxlan* ]] && [ "$mine" != "=" ]; then
		t "${who%+}: $line ($WHERE)" type_and_compare "$n" "$line" "$1"
	else
		t "${who%+}: $line ($WHERE)" type_line "$n" "$line"
	fi
}

walk() {
	local number=0 line
	WHERE=${WHERE%,*}
	two_nodes
	for n in 1 2; do
		need node "$n"
		[ "$(kind_of "$n")" = kernel ] || need switch "$n"
	done
	while read -r line <&3; do
		number=$((number + 1))
		case $line in
		"" | "#"*) ;;
		"["*) echo "# $line" ;;
		*) walk_line "$number" "$line" ;;
		esac
	done 3<"$TABLE"
}

mkdir "$W/reference"
t "the table has all of the notes' commands" is "$(grep -cE '^node[12]? +\|' "$TABLE")" -eq $COMMANDS
ENDS="kernel-kernel ours-ours ours-kernel kernel-ours" FAMILIES=4 each walk
finish
