# shellcheck shell=bash
# The places at which an apply or a restore changes something, and trees to try them on. Sourced after
# lib.sh, where strace can trace.
# shellcheck disable=SC2154 # work, top, trees, code, out and err are of lib.sh

cc -O1 -o "$work/kill-at" "$top/tests/cli/kill-at.c" || not_ok "kill-at can be built"
# What can change something.
calls=openat,openat2,write,pwrite64,fsync,fdatasync,renameat,renameat2,unlinkat,mkdirat
tree=$work/tree
start=$work/start
# Whose places they are: the numbers of calls differ between two builds.
program=$THINTUNE

# In a short sweep every fifth of the places of an apply or restore.
# shellcheck disable=SC2034 # for those who source this
sweep_step=$(if is_sweep_short; then echo 5; else echo 1; fi)

# What a strace of COMMAND shows of changes: "CALL NUMBER" for each, NUMBER counting that call alone.
changes() {
	local trace=$work/trace
	rm -f "$trace"
	traced -o "$trace" -e trace="$calls" "$program" "$@" --root "$tree" >"$work/out" 2>&1
	awk -F'(' '
		/^[a-z0-9_]+\(/ {
			number[$1]++
			opens = $1 ~ /^openat/
			# Output is no change; neither is an open that only reads.
			if (opens && $0 !~ /O_(WRONLY|RDWR|CREAT)/)
				next
			if ($1 == "write" && $2 ~ /^[12],/)
				next
			print $1, number[$1]
		}' "$trace"
}

# restored WHERE PROGRAM
restored() {
	run "$2" restore --root "$tree"
	state "$tree" >"$work/after"
	if [ "$code" -ne 0 ]; then
		problem="$1: restore ended with $code: $out$err"
	elif ! cmp -s "$work/before" "$work/after"; then
		problem="$1: $(diff "$work/before" "$work/after")"
	elif [ -e "$tree/run/thintune/journal.jsonl" ]; then
		problem="$1: the journal is still there"
	fi
	[ -z "$problem" ]
}

# What several places begin with is made once, and from then on written back into the same files: thintune
# knows a device by the directory that stands for it.
# kept NAME: $tree as it is now
kept() { copy "$tree" "$work/$1"; }
# again NAME
again() {
	rm -rf "$tree/run" "$tree/var/lib/thintune"
	"$trees" refill "$work/$1" "$tree"
}

# shellcheck disable=SC2317 # called by their names
new_tree() { copy "$start" "$tree"; }
# shellcheck disable=SC2317
applied_tree() { again applied; }
