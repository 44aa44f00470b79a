#!/bin/bash
# Every system call of a daemon's start and end fails in its turn, with the errors that it may have: it
# runs and ends as ever, or says in a line why not, and leaves nothing behind.
#
#   CALLS="socket bind" tests/e2e/failing_calls.sh      only these
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fates.sh"

command -v strace >/dev/null || skip_all "strace is not installed"
strace -o /dev/null true 2>/dev/null || skip_all "no right to trace here"
# Under a sanitizer: it cannot look for leaks while traced.
export ASAN_OPTIONS=detect_leaks=0

# What a call may fail with; of those that are not here, EIO.
declare -A errors=(
	[bind]="EADDRINUSE EACCES ENOMEM"
	[epoll_create1]="EMFILE"
	[epoll_ctl]="ENOMEM ENOSPC"
	[epoll_wait]="EINTR"
	[epoll_pwait]="EINTR"
	[eventfd2]="EMFILE"
	[fcntl]="EINVAL"
	[fstat]="EOVERFLOW"
	[getrandom]="ENOSYS"
	[getsockname]="ENOBUFS"
	[ioctl]="EPERM ENOMEM EINVAL"
	[mmap]="ENOMEM"
	[mprotect]="ENOMEM"
	[newfstatat]="ENOMEM"
	[openat]="EMFILE EACCES"
	[read]="EINTR EIO"
	[readv]="EIO"
	[recvfrom]="ENOBUFS EINTR"
	[recvmsg]="ENOBUFS EINTR"
	[recvmmsg]="ENOMEM"
	[sendmsg]="ENOBUFS EPERM"
	[sendmmsg]="ENOBUFS EPERM"
	[sendto]="ENOBUFS EINTR"
	[setsockopt]="ENOPROTOOPT ENOMEM"
	[socket]="EMFILE EAFNOSUPPORT"
	[timerfd_create]="EMFILE"
	[write]="ENOSPC"
	[writev]="EIO"
)

# What is not made to fail: ends, signals with handlers of ours, their masks, locks between threads and
# getrandom() cannot (without random numbers the process aborts, and says so); the kernel answers a
# brk() in a way of its own.
untouched=" brk exit exit_group futex getrandom restart_syscall rt_sigaction rt_sigprocmask rt_sigreturn "

# The calls of one life: "NAME FIRST LAST", the first since it opens the cluster file.
calls() {
	lives strace -D -o "$W/trace" && is "$code" -eq 0 || return
	awk '/^[a-z0-9_]+\(/ {
			name = $0
			sub(/\(.*/, "", name)
			n[name]++
			if (/^openat\(.*cluster\.yaml/)
				begun = 1
			if (begun && !(name in first))
				first[name] = n[name]
		}
		END { for (name in first) print name, first[name], n[name] }' "$W/trace" |
		sort >"$W/calls"
	is "$(wc -l <"$W/calls")" -gt 10
}

# What is not watched must not go unsaid: the daemon would seem to run.
said() {
	[ "$1" != epoll_ctl ] || grep -qE '^vxs: (warning|error): ' "$W/life" && return
	cat "$W/life"
	return 1
}

# fails NAME FIRST LAST ERROR
fails() {
	local nth
	for nth in $(seq "$2" "$3"); do
		lives strace -D -qq -o /dev/null "${only[@]}" -e signal=none -e inject="$1:error=$4:when=$nth" && said "$1" && continue
		echo "with $1 number $nth failing with $4"
		return 1
	done
}

# Of what is said, a call a line, some lines are enough.  (libev writes too, to its eventfd, which can not
# fail; a signal would be lost.)
MOST_WORDS=8

lonely_node
t "as it is, it runs" calls
while read -r name first last; do
	[[ $untouched != *" $name "* ]] || continue
	[[ " ${CALLS:-$name} " == *" $name "* ]] || continue
	unheard="" only=()
	# The last is libev's own, for signals, and libev asserts that it worked.
	[ "$name" != epoll_ctl ] || last=$((last - 1))
	if [ "$name" = write ]; then
		first=1 last=$MOST_WORDS unheard=yes only=(-P "$W/words")
	fi
	if [ "$name" = mmap ] && grep -q __asan_init "$VXS"; then
		t_skip "mmap()" "the sanitizer's allocator ends the process"
		continue
	fi
	for error in ${errors[$name]:-EIO}; do
		t "$name() fails with $error, each of $((last - first + 1)) times" fails "$name" "$first" "$last" "$error"
	done
done <"$W/calls"
finish
