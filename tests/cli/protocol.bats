#!/usr/bin/env bats
# src/ctl/PROTOCOL.md: each request has an example, and a running switch answers each as the page says.

# shellcheck disable=SC2154 # go_inside sets $inside
load common

@test "the page of the protocol is true" {
	[ -c /dev/net/tun ] || skip "no /dev/net/tun here"
	local source=$BATS_TEST_DIRNAME/../.. dir=$BATS_TEST_TMPDIR
	export VXS source dir
	go_inside
	sed -n '/^```yaml$/,/^```$/p' "$source/src/ctl/PROTOCOL.md" | sed '/^```/d' >"$dir/home.yaml"
	# shellcheck disable=SC2016 # the shell inside reads them
	timeout 120 "${inside[@]}" bash -c '
		ip link add br0 type bridge
		"$VXS" run -f "$dir/home.yaml" --node alice --volatile --socket "$dir/sock" 2>"$dir/log" 3>&- &
		until grep -q "is ready" "$dir/log" || ! kill -0 $!; do sleep 0.05; done
		python3 "$source/tests/cli/protocol_examples.py" "$source/src/ctl/PROTOCOL.md" \
			"$source/include/ctl/command.h" "$dir/sock"
		rc=$?
		kill $!
		exit $rc'
}
