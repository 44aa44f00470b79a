#!/usr/bin/env bats
# What the compiler and the linker made of vxs: the protections that meson.build asks for are there.

load common

setup() {
	command -v readelf objdump >/dev/null || skip "binutils are not installed"
	! grep -q __asan_init "$VXS" || skip "a build with sanitizers is not for use"
}

header() { readelf -hW "$VXS"; }
segments() { readelf -lW "$VXS" | sed -n 's/^  \([A-Z_]\+\) .* \([R ][W ][E ]\) 0x[0-9a-f]*$/\1 \2/p'; }
dynamic() { readelf -dW "$VXS"; }
wants() { readelf --dyn-syms -W "$VXS" | awk '$7 == "UND" { sub(/@.*/, "", $8); print $8 }'; }

@test "its address is random" {
	header | grep -q 'Type: *DYN'
	dynamic | grep -q 'FLAGS_1.*PIE'
}

@test "what the linker filled in is read-only from the start" {
	segments | grep -q '^GNU_RELRO'
	dynamic | grep -q 'BIND_NOW'
	dynamic | grep -q 'FLAGS_1.*NOW'
}

@test "the stack is no code" {
	segments | grep -qx 'GNU_STACK RW '
}

@test "no memory is both written and run" {
	segments | grep -q '^LOAD R E$'
	run ! grep -q 'WE$' <(segments)
}

@test "no library comes from a directory of somebody's" {
	run ! grep -qE 'RPATH|RUNPATH' <(dynamic)
}

@test "code is not rewritten when it is loaded" {
	run ! grep -q 'TEXTREL' <(dynamic)
}

@test "overwritten stacks are noticed" {
	wants | grep -qx '__stack_chk_fail'
}

@test "the C library checks the sizes of buffers" {
	for name in memcpy snprintf vsnprintf fprintf; do
		wants | grep -qx "__${name}_chk"
	done
	run ! grep -qx 'fprintf' <(wants) # where no size is known there is nothing to check
}

# The note in the program is there only where the C library's start files have it as well; Debian's do not.
@test "calls and jumps arrive where they may" {
	case $(uname -m) in
	x86_64) mark=endbr64 ;;
	aarch64) mark='bti|paciasp' ;;
	*) skip "not for this machine" ;;
	esac
	objdump -d --no-show-raw-insn --disassemble=main "$VXS" | grep -A 1 '<main>:' | grep -qE "$mark"
	[ "$(objdump -d --no-show-raw-insn "$VXS" | grep -cwE "$mark")" -gt 100 ]
}

# What leaves no mark in the program stands in its build.
@test "every source is compiled so" {
	commands=$(dirname "$VXS")/compile_commands.json
	[ -f "$commands" ] || skip "there is no $commands"
	grep -q '"command": .*src/app/main.c' "$commands"
	flags=(-fstack-protector-strong -fstack-clash-protection -fno-delete-null-pointer-checks
		-fno-strict-overflow -D_FORTIFY_SOURCE=3)
	# clang has it without further words only from version 16 on.
	grep -q '"command": "clang' "$commands" || flags+=(-ftrivial-auto-var-init=zero)
	for flag in "${flags[@]}"; do
		run ! grep -vE -- " $flag( |\")" <(grep '"command": .*-c [./]*src/' "$commands")
	done
}
