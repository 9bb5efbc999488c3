#!/bin/bash
# What only looks leaves no trace: same bytes, same time stamps, nothing opened for writing.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# Calls that change a file or a directory, whatever their arguments.
changing='creat|truncate|ftruncate|mkdir|mkdirat|rmdir|unlink|unlinkat|rename|renameat|renameat2|link|linkat'
changing+='|symlink|symlinkat|mknod|mknodat|chmod|fchmod|fchmodat|fchmodat2|chown|lchown|fchown|fchownat'
changing+='|utime|utimes|utimensat|futimesat|setxattr|lsetxattr|fsetxattr|removexattr|mount|umount2|flock'

# opened_for_writing FILE: what a trace holds of opens that could write, and of calls that change.
opened_for_writing() {
	grep -E 'open(at|at2)?\(.*O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)' "$1" | grep -v '"/dev/null"'
	grep -E "(^|[] ])($changing)\(" "$1"
}

# untouched SENTENCE COMMAND...: with $work/tree as root
untouched() {
	local sentence=$1 trace=$work/trace
	shift
	traces "$work/tree" >"$work/traces1"
	run "$THINTUNE" "$@" --root "$work/tree"
	traces "$work/tree" >"$work/traces2"
	case $code in 0 | 3 | 4) ;; *)
		not_ok "$sentence" "exit code $code" "$err"
		return
		;;
	esac
	same "$sentence: no trace in the tree" "$work/traces1" "$work/traces2"
	if ! can_trace; then
		skip "$sentence: nothing is opened for writing" "strace cannot trace here"
		return
	fi
	rm -f "$trace"
	run traced -f -o "$trace" "$THINTUNE" "$@" --root "$work/tree"
	if ! grep -qE 'openat2\(.*"/(sys|run)/' "$trace"; then
		not_ok "$sentence: nothing is opened for writing" "the trace holds no open of the tree"
	else
		is "$sentence: nothing is opened for writing" "" "$(opened_for_writing "$trace")"
	fi
}

for node in intel-pstate aws-i4i; do
	fresh "$node" "$work/tree"
	untouched "$node: facts" facts
	untouched "$node: facts as JSON" facts --format json
	untouched "$node: audit" audit
	untouched "$node: audit as JSON, strict" audit --format json --strict
	untouched "$node: audit as a script" audit --format sh
	untouched "$node: audit for development" audit --profile development
	untouched "$node: profile show" profile show
	run "$THINTUNE" run --root "$work/tree"
	untouched "$node: gate" gate
done

# That the trace would show it: apply is seen to write.
fresh aws-i4i "$work/tree"
if can_trace; then
	run traced -f -o "$work/trace" "$THINTUNE" apply --root "$work/tree"
	says "the trace of an apply holds writes" 'O_WRONLY' "$(opened_for_writing "$work/trace")"
else
	skip "the trace of an apply holds writes" "strace cannot trace here"
fi

# record writes its file and nothing else.
fresh aws-i4i "$work/tree"
traces "$work/tree" >"$work/traces1"
expect "record works" 0 "$THINTUNE" record --root "$work/tree" "$work/a.node"
traces "$work/tree" >"$work/traces2"
same "record leaves no trace in the tree" "$work/traces1" "$work/traces2"

# A tree that cannot be written.
if can_be_nobody; then
	chmod 755 "$work"
	cp "$THINTUNE" "$work/thintune"
	chmod -R go-w "$work/tree"
	traces "$work/tree" >"$work/traces1"
	expect "apply in a tree that belongs to somebody else" 4 \
		as_nobody "$work/thintune" apply --root "$work/tree"
	traces "$work/tree" >"$work/traces2"
	same "apply without rights leaves no trace" "$work/traces1" "$work/traces2"
elif ! is_root; then
	chmod -R a-w "$work/tree"
	traces "$work/tree" >"$work/traces1"
	expect "apply in a tree that cannot be written" 4 "$THINTUNE" apply --root "$work/tree"
	traces "$work/tree" >"$work/traces2"
	same "apply without rights leaves no trace" "$work/traces1" "$work/traces2"
else
	skip "apply without rights leaves no trace" "this root cannot become somebody else"
fi
finish
