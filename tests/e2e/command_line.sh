#!/bin/bash
# Wrong inputs get one clear message and the right exit status: 1 for the command line, 2 for what is
# refused, 4 for the cluster file.
. "$(dirname "$0")/lib.sh"

# says STATUS PATTERN ARGUMENTS...
says() {
	local status=$1 pattern=$2 rc
	shift 2
	timeout 10 "$VXS" "$@" >"$W/said" 2>&1
	rc=$?
	cat "$W/said"
	is $rc -eq "$status" && grep -qE -- "$pattern" "$W/said"
}
one_line() { is "$(wc -l <"$W/said")" -eq 1; }

A1=127.0.0.1 A2=192.0.2.1 BRIDGE=
cluster </dev/null >"$W/good.yaml"
cluster "port: 99999" </dev/null >"$W/range.yaml"
cluster <<<"lerning: false" >"$W/key.yaml"
printf 'version: 1\n  name: [\n' >"$W/yaml.yaml"

t "no verb" says 1 'vxs run'
t "an unknown verb suggests the right one" says 1 'did you mean "vxs run"' rnu
t "in one line" one_line
t "an address beside a file" says 2 'says which address and interface' run -f "$W/good.yaml" --address 127.0.0.1
t "an address that is none" says 1 'expected an IPv4 address' run --address ::1
t "an unknown option" says 1 'frob' run -f "$W/good.yaml" --frob
t "too many words" says 1 'unexpected "more"' run -f "$W/good.yaml" more
t "help" says 0 'vxs run' --help
t "version" says 0 '^vxs [0-9]' --version
t "a file that is missing" says 4 'nowhere.yaml.*No such file' run -f "$W/nowhere.yaml"
t "in one line" one_line
t "a file that is not YAML" says 4 'yaml.yaml:[0-9]+:[0-9]+: error' run -f "$W/yaml.yaml"
t "a value out of range, with its place" says 4 'range.yaml:[0-9]+:[0-9]+: error: port 99999' run -f "$W/range.yaml"
t "a key that is misspelled, with the right one" says 4 'learning' run -f "$W/key.yaml"
t "the same from check" says 4 'learning' check "$W/key.yaml"
t "check of a good file" says 0 'fine' check "$W/good.yaml"
t "a node that is not in the file, with those that are" says 2 'n9.*n1, n2' run -f "$W/good.yaml" --node n9
t "in one line" one_line
t "a node whose address is not here" says 4 '192.0.2.1.*not an address of this machine' run -f "$W/good.yaml" --node n2
finish
