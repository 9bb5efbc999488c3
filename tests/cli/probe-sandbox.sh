#!/bin/bash
# The sandbox of the process that measures: it holds in every job with every engine and costs none of
# them anything; and where it cannot be had, the probe goes on without and says so. As root only.
# What it keeps an intruder from is in tests/unit/test_sandbox.c.
# shellcheck source=tests/cli/apart.sh disable=SC1091
. "$(dirname "$0")/apart.sh"
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
if [ -z "${PROBE_APART-}" ]; then
	skip "the sandbox of the probe" "only root may mount"
	finish
fi
# shellcheck source=tests/cli/disks.sh disable=SC1091
. "$(dirname "$0")/disks.sh"
if ! on ext4; then
	skip "the sandbox of the probe" "no loop device, or no mkfs.ext4"
	finish
fi

printf 'profile: p\nsummary: for a test\nchecks: {direct-io: true, linux-aio: true}\n' >"$work/p.yaml"
jobs=read-4k-qd4,write-4k-qd4,randread-4k-qd32,randwrite-4k-qd8,append-4k,append-16k,mixed
common=(probe --quick --runtime 50ms --profile "$work/p.yaml")
with=("${common[@]}" --size 32MiB --data-dir "$disk" --format json --jobs "$jobs")
value() { jq -r "$1" "$work/out"; }
sandbox() { jq -c '.probe.sandbox | [.system_calls, .system_calls_errno, .files, .files_errno]' "$work/out"; }

# What this kernel has, by its own word.
landlock=$("$python" -c 'import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
version = libc.syscall(444, None, 0, 1)
print("true,null" if version > 0 else "false,\"" + errno.errorcode[ctypes.get_errno()] + "\"")')

# Every engine, every job ----------------------------------------------------------------------------
# whole SENTENCE OPTION...: nothing failed, and both halves held to the end
whole() {
	local sentence=$1
	shift
	run "$THINTUNE" "$@"
	is "$sentence: the sandbox held" "[true,null,$landlock]" "$(sandbox)"
	is "$sentence: every job is done" "done null" "$(value '[.probe.jobs[].state] | unique | join(" ")') $(value .probe.failure)"
}
for engine in io_uring io_uring-plain linux-aio threads; do
	whole "$engine" "${with[@]}" --engine $engine --verify
done
is "the last one was $engine" "$engine" "$(value .probe.engine)"
whole "through the page cache" "${with[@]}" --buffered
head -c 33554432 /dev/zero >"$work/images/file"
whole "a named file" "${common[@]}" --data-dir "$disk" --format json --file "$work/images/file" --jobs randread-4k-qd8
run "$THINTUNE" "${common[@]}" --data-dir "$disk" --jobs randread-4k-qd8
says "the text says so, too" "^sandbox: system calls were filtered; files" "$out"

# What it refuses is nothing that the probe needs: clone3, in whose place libc takes clone. What the kernel
# itself does not have says the same without a sandbox.
if can_trace; then
	traced -f -o "$work/trace" -e 'signal=!all' "$THINTUNE" "${with[@]}" >/dev/null 2>&1
	refused=$(grep ' = -1 ENOSYS' "$work/trace" | grep -oE '[a-z_0-9]+(\(| resumed)' | sed 's/[( ].*//' | sort -u | grep -vxE 'cachestat|syscall_0x1c3' | xargs)
	is "it refuses nothing that is needed" clone3 "$refused"
fi

# Where it cannot be had -----------------------------------------------------------------------------------
# The numbers are those of x86-64 and arm64, in this order.
case $(uname -m) in
x86_64) seccomp=317 old_way=157:22 ;;
aarch64) seccomp=277 old_way=167:22 ;;
esac
landlock_create=444
# without SENTENCE WANTED FILTER...: in all of them the measurement goes on
without() {
	local sentence=$1 wanted=$2
	shift 2
	run "$top/tests/cli/seccomp" "$@" -- env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$THINTUNE" "${with[@]}"
	is "$sentence: that is what is said" "$wanted" "$(sandbox)"
	is "$sentence: everything is measured" "0 done" "$code $(value '[.probe.jobs[].state] | unique | join(" ")')"
}
without "a filter around it without seccomp(2): there is an older way" "[true,null,$landlock]" errno EPERM "$seccomp"
without "nor that one" "[false,\"EPERM\",$landlock]" errno EPERM "$seccomp" "$old_way"
without "a kernel without filters" "[false,\"EINVAL\",$landlock]" errno EINVAL "$seccomp" "$old_way"
without "a filter that kills for it" "[false,\"EPERM\",$landlock]" kill "$seccomp"
without "a kernel before Landlock" "[true,null,false,\"ENOSYS\"]" errno ENOSYS "$landlock_create"
without "a kernel that was booted without it" "[true,null,false,\"EOPNOTSUPP\"]" errno EOPNOTSUPP "$landlock_create"
without "a filter that kills for Landlock" "[true,null,false,\"EPERM\"]" kill "$landlock_create"
without "neither" '[false,"EPERM",false,"EPERM"]' errno EPERM "$seccomp" "$old_way" "$landlock_create"
run "$top/tests/cli/seccomp" kill "$seccomp" "$landlock_create" -- env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" \
	"$THINTUNE" "${common[@]}" --data-dir "$disk" --jobs randread-4k-qd8
says "the text says both, too" "^sandbox: system calls were not filtered \(a filter around thintune forbids" "$out"
finish
