# shellcheck shell=bash
# What every script of this directory on the host's side shares. Sourced, never run.
#
# Exit codes of the scripts here: 0 done, 1 failed, 2 used wrongly, 77 cannot be tried on this
# machine (a tool or a download is missing; the sentence on stderr says which).

# Debian keeps depmod, mkfs.xfs, mdadm and lvm where a normal user's PATH does not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH LC_ALL=C

# An amd64 CPU without what costs QEMU most to emulate: rep movs goes byte by byte, smap leaves the translated code at each
# look at a program's memory, la57 adds a level to each walk of the page tables, and a change of pku empties the TLB.
# shellcheck disable=SC2034 # of run, and of systemd's machine
emulated_cpu="max,erms=off,fsrm=off,la57=off,smap=off,pku=off"

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

fail() {
	say "$*"
	exit 1
}

cannot() {
	say "$*"
	exit 77
}

usage_error() {
	say "$*"
	exit 2
}

need() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || cannot "$tool is not installed"
	done
}

cache_dir() {
	printf '%s\n' "${THINTUNE_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/thintune}"
}

# The binary under test. It must be static: the nodes have no other libraries.
thintune_binary() {
	local binary=${THINTUNE:-$here/../../build/thintune}
	[ -x "$binary" ] || cannot "$binary does not exist; scripts/run builds it"
	printf '%s\n' "$binary"
}

# A directory appears under its final name only when it is complete. Whoever loses the race to
# another run of the same script takes the winner's.
publish() {
	local temp=$1 final=$2
	chmod -R u+rwX,go+rX "$temp"
	if ! mv -T "$temp" "$final" 2>/dev/null; then
		rm -rf "$temp"
		[ -d "$final" ] || fail "cannot create $final"
	fi
}

# What no run used for a month is dropped from the cache.
prune() {
	touch "$1"
	find "${1%/*}" -maxdepth 1 \( -name 'linux-image-*' -o -name 'initramfs-*' -o -name '.*.??????' \) \
		-mtime +30 -exec rm -rf {} +
}

short_hash() { sha256sum | cut -c 1-12; }

# qemu_crashed STATUS: by a signal, which is no guest's doing: QEMU's parallel software emulation now and then dies of SIGSEGV
# on a busy machine, and the same boot then passes; or it was ended while it booted. SIGKILL is timeout's.
qemu_crashed() { [ "$1" -gt 128 ] && [ "$1" -ne 137 ]; }

# Linux on emulated CPUs now and then stays where it is while it boots, with one of them busy, and the same boot then passes.
boot_seconds=600

# emulated CONSOLE COMMAND...: the command's status. A node that has not come to its /init in time is ended by SIGTERM.
emulated() {
	local file=$1 waited=0 pid
	shift
	rm -f "$file"
	"$@" </dev/null &
	pid=$!
	until grep -q 'guest-init: begins' "$file" 2>/dev/null || ! kill -0 "$pid" 2>/dev/null; do
		[ $waited -lt $boot_seconds ] || {
			say "the node has not booted in $boot_seconds s"
			kill "$pid"
			# QEMU takes that for a wish.
			wait "$pid"
			return 143
		}
		sleep 1
		waited=$((waited + 1))
	done
	wait "$pid"
}

# Tests: one boot, the guest's "ok - ..." and "not ok - ..." lines of /out/tap as numbered TAP on stdout.
guest_lines=0
guest_failures=0

guest_line() {
	guest_lines=$((guest_lines + 1))
	printf '%s %d - %s\n' "$1" "$guest_lines" "$2"
	[ "$1" = ok ] || guest_failures=$((guest_failures + 1))
}

skip_all() {
	printf '1..1\nok 1 # SKIP %s\n' "$1"
	exit 0
}

# guest_test SECONDS KERNEL_WORDS SHAPE SCRIPT [FILE:GUESTPATH...]: exit status 0 when all lines are ok.
# THINTUNE_VM_OUT keeps the guest's output, the console and the kernel log in that directory.
guest_test() {
	local seconds=$1 words=$2 out binary status text work
	shift 2
	work=$(mktemp -d)
	# shellcheck disable=SC2064 # the value of now is meant
	trap "rm -rf '$work'" EXIT
	out=${THINTUNE_VM_OUT:-$work/out}
	mkdir -p "$out"
	binary=$(thintune_binary 2>"$work/reason") || skip_all "$(cat "$work/reason")"
	# shellcheck disable=SC2154 # here is the script's own directory
	"$here/run" -o "$out" -t "${THINTUNE_VM_SECONDS:-$seconds}" -k "$words" "$@" "$binary:bin/thintune" \
		"$here/guest-kill.sh:guest-kill.sh" "$here/volatile.list:volatile.list" 2>"$work/reason"
	status=$?
	[ $status -ne 77 ] || skip_all "$(tail -n 1 "$work/reason")"
	# A guest that died before it could send its results has still shown them on the console.
	[ -s "$out/tap" ] || [ ! -e "$out/console" ] ||
		tr -d '\r' <"$out/console" | grep -E '^(ok|not ok) - |^# ' >"$out/tap" || true
	while read -r text; do
		case $text in
		'ok - '*) guest_line ok "${text#ok - }" ;;
		'not ok - '*) guest_line 'not ok' "${text#not ok - }" ;;
		*) printf '%s\n' "$text" ;;
		esac
	done < <(cat "$out/tap" 2>/dev/null)
	if [ $status -eq 0 ]; then
		guest_line ok "the virtual node ran the script to its end"
	else
		guest_line 'not ok' "the virtual node ran the script to its end (status $status)"
		sed 's/^/# /' "$work/reason"
		tail -n 20 "$out/log" 2>/dev/null | sed 's/^/# /'
	fi
	printf '1..%d\n' "$guest_lines"
	[ "$guest_failures" -eq 0 ]
}
