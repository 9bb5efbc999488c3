#!/bin/bash
# A node whose /run is full, out of inodes, over a quota, or cannot be written: restore undoes from the
# journal all the same and says what could not be marked, removed or withdrawn; once there is room a
# second one ends well. Apply writes nothing there. The file systems are small ones, mounted in a mount
# namespace of the test's own.
user=()
[ "$(id -u)" -eq 0 ] || user=(--user --map-root-user)
if [ -z "${THINTUNE_MOUNTS-}" ] && unshare "${user[@]}" --mount true 2>/dev/null; then
	THINTUNE_MOUNTS=1 exec unshare "${user[@]}" --mount "$0" "$@"
fi
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
dir=$tree/run/thintune
journal=$dir/journal.jsonl

if [ -z "${THINTUNE_MOUNTS-}" ]; then
	skip "a node without room is undone" "this machine gives no mount namespace"
	finish
fi

# small DIR OPTIONS: what is in it, on a file system that a little fills
small() {
	mkdir -p "$1"
	cp -a "$1" "$work/content"
	mount -t tmpfs -o "mode=755,$2" tmpfs "$1"
	cp -a "$work/content/." "$1"
	rm -rf "$work/content"
}

# fill DIR: to the last block
fill() { dd if=/dev/zero "of=$1/filler" bs=4k 2>/dev/null; }

# fill_inodes DIR: to the last name
fill_inodes() {
	local name=0
	while : 2>/dev/null >"$1/filler$name"; do name=$((name + 1)); done
	echo "$name" >"$work/names"
}

# release: whatever new_node mounted
release() {
	! mountpoint -q "$dir" || umount "$dir"
	! mountpoint -q "$tree/run" || umount "$tree/run"
	! mountpoint -q "$tree/var/lib" || umount "$tree/var/lib"
}

# new_node [OPTIONS]: applied to, with its /run on a small file system; its first state is in before
new_node() {
	release
	fresh "${node-aws-i4i}" "$tree"
	small "$tree/run" "${1-size=256k}"
	state "$tree" >"$work/before"
	run "$THINTUNE" apply --root "$tree"
	state "$tree" >"$work/after"
	if [ ! -e "$journal" ] || cmp -s "$work/before" "$work/after"; then
		not_ok "apply changed the node" "$out" "$err"
	fi
}

# undone SENTENCE CODE [OPTION...]: restore ends so, and everything is as it was
undone() {
	local sentence=$1 wanted=$2
	shift 2
	expect "$sentence: restore ends with $wanted" "$wanted" "$THINTUNE" restore --root "$tree" "$@"
	state "$tree" >"$work/after"
	same "$sentence: everything is as it was" "$work/before" "$work/after"
}

# A journal that is gone, or stays.
gone() { is "$1: the journal is gone" gone "$([ -e "$journal" ] || echo gone)"; }
stays() { is "$1: the journal stays" stays "$([ ! -e "$journal" ] || echo stays)"; }
silent() { is "$1: there is nothing to say" "" "$(grep -v '^thintune: history: line ' <<<"$err")"; }

# Full ------------------------------------------------------------------------------------------------

for force in "" --force; do
	what="full${force:+, by force}"
	new_node
	fill "$dir"
	undone "$what" 0 ${force:+"$force"}
	gone "$what"
	silent "$what"
	new_node
	"$THINTUNE" run --root "$tree" >/dev/null 2>&1
	fill "$dir"
	undone "$what, after a run" 0 ${force:+"$force"}
	gone "$what, after a run"
	# Without room for a word the file goes, which shuts the gate as well.
	is "$what: the verdict is withdrawn" gone "$(grep -qs '"start"' "$dir/verdicts/host.json" || echo gone)"
done

new_node size=256k,nr_inodes=60
fill_inodes "$dir"
is "without inodes: none is left" yes "$([ "$(cat "$work/names")" -gt 0 ] && ! : 2>/dev/null >"$dir/one-more" && echo yes)"
undone "without inodes" 0
gone "without inodes"
silent "without inodes"

# A run that could not settle, as well as one that was killed.
new_node
sed -i '1s/"settled":true ,/"settled":false,/' "$journal"
is "not settled: so says the journal" 1 "$(head -n 1 "$journal" | grep -c '"settled":false,')"
fill "$dir"
undone "not settled, full" 0
gone "not settled, full"
silent "not settled, full"

# 0.1.0 left no room for the mark.
new_node
sed -i '1s/"settled":true ,/"settled":true,/' "$journal"
fill "$dir"
undone "a journal of 0.1.0, full" 0
says "a journal of 0.1.0, full: it says what could not be done" \
	'^thintune: cannot write the journal /run/thintune/journal.jsonl: No space left on device; what it holds was restored anyway$' "$err"
gone "a journal of 0.1.0, full"

# What somebody else set stays theirs, also at the second restore, and although the journal could not
# be made shorter.
new_node
printf '33\n' >"$tree/proc/sys/vm/swappiness"
sed -i 's|^\(\./proc/sys/vm/swappiness: \).*|\133|' "$work/before"
fill "$dir"
for time in first second; do
	undone "contested, full, the $time time" 1
	says "contested, full, the $time time: it says that the journal stays" \
		'cannot write the journal .*No space left.*the journal stays: restore again' "$err"
	stays "contested, full, the $time time"
done
rm "$dir/filler"
undone "contested, with room again" 3
is "contested, with room again: one record is left" 1 "$(grep -c '"path"' "$journal")"
is "contested, with room again: and it is settled" 1 "$(head -n 1 "$journal" | grep -c '"settled":true ,')"

# Read-only -------------------------------------------------------------------------------------------

# read_only SENTENCE [OPTION...]: and then it is made writable again by $writable
read_only() {
	local sentence=$1
	shift
	undone "$sentence" 1 "$@"
	says "$sentence: it says what could not be marked" \
		'^thintune: cannot mark the journal /run/thintune/journal.jsonl: Read-only file system; what it holds was restored anyway; ' "$err"
	says "$sentence: and that the journal stays" \
		'cannot remove the journal /run/thintune/journal.jsonl: Read-only file system; the journal stays: restore again once this works' "$err"
	stays "$sentence"
	undone "$sentence, again" 1 "$@"
	lacks "$sentence, again: there is nothing to mark" 'cannot mark' "$err"
	eval "$writable"
	undone "$sentence, and then writable" 0
	gone "$sentence, and then writable"
	silent "$sentence, and then writable"
}

# shellcheck disable=SC2016 # for eval
writable='mount -o remount,rw "$tree/run"'
for force in "" --force; do
	new_node
	mount -o remount,ro "$tree/run"
	read_only "read-only${force:+, by force}" ${force:+"$force"}
done
new_node
sed -i '1s/"settled":true ,/"settled":false,/' "$journal"
mount -o remount,ro "$tree/run"
undone "not settled, read-only" 1
lacks "not settled, read-only: there is nothing to mark" 'cannot mark' "$err"
says "not settled, read-only: it says that the journal stays" 'the journal stays' "$err"

# A bind of the directory alone, as a pod may have it.
# shellcheck disable=SC2016 # for eval
writable='umount "$dir"'
new_node
mount --bind "$dir" "$dir"
mount -o remount,bind,ro "$dir"
read_only "the directory read-only"

# The verdict says that the broker may start, on a node that is tuned no more.
new_node
"$THINTUNE" run --root "$tree" >/dev/null 2>&1
mount -o remount,ro "$tree/run"
undone "read-only, with a verdict" 1
says "read-only, with a verdict: it says what gate still shows" \
	'cannot withdraw the verdict of the last run, which .gate. still shows: Read-only file system; the journal stays' "$err"
mount -o remount,rw "$tree/run"
undone "with a verdict, and then writable" 0
is "with a verdict, and then writable: it is withdrawn" withdrawn "$(jq -r .verdict "$dir/verdicts/host.json")"
gone "with a verdict, and then writable"

# A verdict that is there is written over in place: a full /run keeps no broker from starting.
printf 'profile: p\nsummary: for a test\nchecks: {filesystem: {one-of: [xfs, ext4], severity: required}}\n' >"$work/p.yaml"
new_node
"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" >/dev/null 2>&1
fill "$tree/run"
is "full, nothing to write: run lets the broker start" 0 \
	"$("$THINTUNE" run --root "$tree" --profile "$work/p.yaml" >/dev/null 2>&1; echo $?)"
is "full, nothing to write: gate says the same" 0 "$("$THINTUNE" gate --root "$tree" >/dev/null 2>&1; echo $?)"
set_live "$tree" data-dir.fs-type tmpfs
is "full, a required check fails: run blocks" 4 \
	"$("$THINTUNE" run --root "$tree" --profile "$work/p.yaml" >/dev/null 2>&1; echo $?)"
is "full, a required check fails: gate says the same" 4 "$("$THINTUNE" gate --root "$tree" >/dev/null 2>&1; echo $?)"

# A report that finds no room is no verdict.
mkdir "$work/reports"
mount -t tmpfs -o size=4k tmpfs "$work/reports"
fill "$work/reports"
new_node
expect "no room for its report: a run ends as its verdict says" 0 \
	"$THINTUNE" run --root "$tree" --profile "$work/p.yaml" --output "$work/reports/report"
says "no room for its report: it is told" 'reports/report.*No space left on device' "$err"
is "no room for its report: nothing is left of it" filler "$(ls -A "$work/reports")"
is "no room for its report: gate says the same" 0 "$("$THINTUNE" gate --root "$tree" >/dev/null 2>&1; echo $?)"
umount "$work/reports"

# In JSON the report is the same, and the sentence goes to standard error.
new_node
mount -o remount,ro "$tree/run"
expect "as JSON: it ends with 1" 1 "$THINTUNE" restore --root "$tree" --format json
is "as JSON: the settings are changed" "1 0" "$(jq -r '"\(.run.exit_code // .exit_code) \(.summary.failed)"' "$work/out")"

# The lock --------------------------------------------------------------------------------------------

for held in "$dir" "$dir/lock"; do
	new_node
	: >"$dir/lock"
	exec 8<"$held"
	flock 8
	mount -o remount,ro "$tree/run"
	state "$tree" >"$work/applied"
	expect "read-only, ${held#"$tree"} is held: restore waits in vain" 6 \
		"$THINTUNE" restore --root "$tree" --lock-wait 0s
	says "and says by whom" "another thintune holds ${held#"$tree"};" "$err"
	state "$tree" >"$work/after"
	same "and changes nothing" "$work/applied" "$work/after"
	exec 8<&-
	undone "read-only, ${held#"$tree"} is free again" 1
done

# Apply and run ---------------------------------------------------------------------------------------

# unwritten SENTENCE COMMAND...: nothing is written, and the journal is as it was
unwritten() {
	local sentence=$1
	shift
	state "$tree" >"$work/applied"
	cp "$journal" "$work/journal" 2>/dev/null || : >"$work/journal"
	run "$THINTUNE" "$@" --root "$tree"
	says "$sentence: it says why" 'nothing was written, since (it could not be undone: cannot (write|lock)|.gate. could not tell how the run ended)' "$out"
	state "$tree" >"$work/after"
	same "$sentence: nothing is written" "$work/applied" "$work/after"
	cat "$journal" 2>/dev/null >"$work/journal2"
	same "$sentence: the journal is as it was" "$work/journal" "$work/journal2"
}

for command in apply run; do
	# Without a place for its verdict a run could tell nobody how it ended.
	wanted=4
	[ "$command" = apply ] || wanted=1
	release
	fresh aws-i4i "$tree"
	mkdir -p "$dir"
	small "$tree/run" size=64k
	fill "$dir"
	unwritten "$command, full" "$command"
	is "$command, full: it does not end well" "$wanted" "$code"
	mount -o remount,ro "$tree/run"
	unwritten "$command, read-only" "$command"
	is "$command, read-only: it does not end well" "$wanted" "$code"
	new_node
	printf '77\n' >"$tree/proc/sys/vm/swappiness"
	fill "$dir"
	unwritten "$command, full, with a journal" "$command"
done

# The other journal, of files that outlive a reboot ---------------------------------------------------

files_journal=$tree/var/lib/thintune/journal.jsonl

# with_files: a node on which such a file is to be written
with_files() {
	release
	fresh intel-pstate "$tree"
	mkdir -p "$tree/etc/default" "$tree/run/irqbalance"
	printf '#IRQBALANCE_ARGS=\n' >"$tree/etc/default/irqbalance"
	# shellcheck disable=SC2016 # for systemd
	printf '[Service]\nEnvironmentFile=-/etc/default/irqbalance\nExecStart=/usr/sbin/irqbalance $IRQBALANCE_ARGS\n' \
		>"$tree/usr/lib/systemd/system/irqbalance.service"
	: >"$tree/run/irqbalance/irqbalance1.sock"
	mkdir -p "$tree/var/lib/thintune"
	small "$tree/run" size=256k
	small "$tree/var/lib" size=256k
	state "$tree" | grep -av /var/lib/thintune >"$work/before"
}

# as_before SENTENCE
as_before() {
	state "$tree" | grep -av /var/lib/thintune >"$work/after"
	same "$1: everything is as it was" "$work/before" "$work/after"
}

applied_files() {
	with_files
	run "$THINTUNE" apply --root "$tree"
	[ -e "$files_journal" ] || not_ok "apply wrote a file" "$out" "$err"
}

with_files
fill "$tree/var/lib/thintune"
unwritten "no room for the journal of files" apply
is "no room for the journal of files: there is neither journal" "" "$(find "$tree/run" "$tree/var" -name '*journal*')"

applied_files
fill "$dir"
fill "$tree/var/lib/thintune"
expect "both full: restore ends with 0" 0 "$THINTUNE" restore --root "$tree"
silent "both full"
as_before "both full"
is "both full: there is neither journal" "" "$(find "$tree/run" "$tree/var" -name '*journal*')"

applied_files
mount -o remount,ro "$tree/run"
expect "/run read-only: restore ends with 1" 1 "$THINTUNE" restore --root "$tree"
as_before "/run read-only"
is "/run read-only: the journal of files is gone" gone "$([ -e "$files_journal" ] || echo gone)"
stays "/run read-only"

# The original is at hand: the file needs no place for another one.
applied_files
mount -o remount,ro "$tree/var/lib"
expect "/var/lib read-only: restore ends with 1" 1 "$THINTUNE" restore --root "$tree"
says "/var/lib read-only: it says which journal stays" \
	'cannot remove the journal /var/lib/thintune/journal.jsonl: Read-only file system; the journal stays' "$err"
as_before "/var/lib read-only"
gone "/var/lib read-only"
mount -o remount,rw "$tree/var/lib"
expect "/var/lib writable again: restore ends with 0" 0 "$THINTUNE" restore --root "$tree"
is "/var/lib writable again: the journal is gone" gone "$([ -e "$files_journal" ] || echo gone)"

# After a reboot there is not a directory to lock until somebody makes it.
applied_files
rm -r "$dir"
mkdir "$dir"
exec 8<"$dir"
flock 8
expect "after a reboot: restore waits for the lock" 6 "$THINTUNE" restore --root "$tree" --lock-wait 0s
exec 8<&-
rmdir "$dir"
mount -o remount,ro "$tree/run"
expect "after a reboot, /run read-only: restore ends with 0" 0 "$THINTUNE" restore --root "$tree"
is "after a reboot, /run read-only: the file is as it was" '#IRQBALANCE_ARGS=' "$(cat "$tree/etc/default/irqbalance")"
is "after a reboot, /run read-only: the journal is gone" gone "$([ -e "$files_journal" ] || echo gone)"
release

# Every error at every step ---------------------------------------------------------------------------

if ! can_trace; then
	skip "whatever fails, everything can be undone" "strace cannot trace here"
	finish
fi

# failing CALL ERROR WHEN COMMAND...
failing() {
	local call=$1 error=$2 when=$3
	shift 3
	run traced -o /dev/null -e trace="$call" -e inject="$call:error=$error:when=$when" \
		"$program" "$@" --root "$tree"
}

# The file is made, written, flushed and renamed, and its directory is flushed.
fresh aws-i4i "$tree"
mkdir -p "$dir"
state "$tree" >"$work/before"
# The first error meets the program with sanitizers, the others take the same ways.
for error in ENOSPC EDQUOT EROFS EIO; do
	program=$shipped
	[ "$error" != ENOSPC ] || program=$THINTUNE
	# The history is there by the second time.
	"$program" apply --root "$tree" >/dev/null 2>&1
	"$program" restore --root "$tree" >/dev/null 2>&1
	traced -o "$work/trace" -e trace=openat "$program" apply --root "$tree" >/dev/null 2>&1
	"$program" restore --root "$tree" >/dev/null 2>&1
	# Those before it are the dynamic loader's, and of the root itself.
	made=$(grep '^openat' "$work/trace" | grep -n journal.jsonl.new | head -n 1 | cut -d: -f1)
	for step in "openat:$made" write:1 fsync:1 renameat:1 fsync:2; do
		failing "${step%:*}" "$error" "${step#*:}" apply
		what="$error from $step of an apply's journal"
		is "$what: it does not end well" 4 "$code"
		state "$tree" >"$work/after"
		same "$what: nothing is written" "$work/before" "$work/after"
		is "$what: there is no journal" "" "$(find "$dir" -name '*journal*')"
	done
	"$program" apply --root "$tree" >/dev/null 2>&1
	traced -o "$work/trace" -e trace=unlinkat "$program" restore --root "$tree" >/dev/null 2>&1
	# Those before it are of temporary files that were never made.
	removed=$(grep '^unlinkat' "$work/trace" | grep -n '"journal.jsonl"' | head -n 1 | cut -d: -f1)
	for step in pwrite64:1 fdatasync:1 "unlinkat:$removed"; do
		call=${step%:*}
		what="$error from $call of a restore"
		run "$program" apply --root "$tree"
		failing "$call" "$error" "${step#*:}" restore
		is "$what: its code" "$([ "$call" = unlinkat ] && echo 1 || echo 0)" "$code"
		state "$tree" >"$work/after"
		same "$what: everything is as it was" "$work/before" "$work/after"
		says "$what: it is told" 'cannot (mark|remove) the journal' "$err"
		printf '33\n' >"$tree/proc/sys/vm/swappiness"
		run "$program" restore --root "$tree"
		is "$what: a second restore touches nobody's value" 33 "$(cat "$tree/proc/sys/vm/swappiness")"
		"$program" restore --force --root "$tree" >/dev/null 2>&1
		printf '60\n' >"$tree/proc/sys/vm/swappiness"
		is "$what: and no journal is left" "" "$(find "$dir" -name '*journal*')"
	done
	for call in pwrite64 fdatasync; do
		what="$error from $call at the end of an apply"
		failing "$call" "$error" 1 apply
		is "$what: it is an error" 1 "$code"
		says "$what: it is told" 'nothing more was written after the journal failed: cannot mark the journal' "$err"
		expect "$what: it can be undone" 0 "$program" restore --root "$tree"
		state "$tree" >"$work/after"
		same "$what: everything is as it was" "$work/before" "$work/after"
	done
done
program=$THINTUNE

# Killed between the mark and each write that follows it, without room.
for when in 1 2 5; do
	new_node
	fill "$dir"
	(failing write ENOSPC:signal=KILL "$when" restore) 2>/dev/null
	is "killed at write $when: the journal is marked" 1 "$(head -n 1 "$journal" | grep -c '"settled":false,')"
	undone "killed at write $when, full" 0
	gone "killed at write $when, full"
done

# Full from some moment of a run on: its /run, its /var/lib, or both. Run and gate give one answer, which is a yes only
# where everything is as it is wanted; and all of it is undone although there is still no room.
# shellcheck source=tests/cli/points.sh disable=SC1091
. "$(dirname "$0")/points.sh"
# shellcheck disable=SC2034 # points.sh reads it
program=$shipped

# full_from CALL NUMBER DIR...: sets $problem
full_from() {
	local call=$1 number=$2 what own filling=
	shift 2
	for one; do filling+="dd if=/dev/zero of=$one/filler bs=4k 2>/dev/null; "; done
	with_files
	run "$work/kill-at" -c "${filling}true" "$call" "$number" "$shipped" run --root "$tree" --skip checks
	own=$code
	what="full from $call $number on, ended with $own: $out$err"
	if [ ! -e "$1/filler" ]; then
		problem="$what: it was not full"
	elif [ "$own" -ne 0 ] && [[ $out$err != *"No space left on device"* ]]; then
		problem="$what: it does not say why"
	fi
	run "$shipped" gate --root "$tree"
	[ "$code" -eq "$own" ] || problem="$what: gate ends with $code: $out$err"
	run "$shipped" audit --root "$tree" --skip checks
	[ "$own" -ne 0 ] || [ "$code" -eq 0 ] || problem="$what: audit ends with $code: $out"
	run "$shipped" restore --root "$tree"
	[ "$code" -eq 0 ] || problem="$what: restore ends with $code: $out$err"
	state "$tree" | grep -av -e /var/lib/thintune -e /filler >"$work/after"
	cmp -s "$work/before" "$work/after" || problem="$what: $(diff "$work/before" "$work/after")"
	[ -z "$(find "$tree/run" "$tree/var/lib" -name '*journal*')" ] || problem="$what: a journal is left"
	codes[own]=$((${codes[own]-0} + 1))
}

with_files
changes run --skip checks >"$work/points"
places=$(wc -l <"$work/points")
codes=()
for full in "$tree/run" "$tree/var/lib" "$tree/run $tree/var/lib"; do
	what="a run whose ${full//"$tree"/} is full from some moment on"
	problem='' number=0
	while read -r call when; do
		number=$((number + 1))
		[ $((number % (places / 6))) -eq 0 ] || continue
		# shellcheck disable=SC2086 # several directories
		full_from "$call" "$when" $full
		[ -z "$problem" ] || break
	done <"$work/points"
	if [ -z "$problem" ]; then ok "$what tells the truth and can be undone"; else not_ok "$what tells the truth and can be undone" "$problem"; fi
done
printf '# %d places;' "$places"
for code in "${!codes[@]}"; do printf ' %d of them ended with %d' "${codes[code]}" "$code"; done
echo
is "some of them ended well, and some did not" yes "$([ ${#codes[@]} -ge 2 ] && [ -n "${codes[0]-}" ] && echo yes)"
release
finish
