#!/bin/bash
# One thintune at a time: the second waits as long as it is told, then gives up with 6.
# shellcheck source=tests/cli/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

tree=$work/tree
lock=$tree/run/thintune/lock

new_tree() {
	fresh aws-i4i "$tree"
	mkdir -p "$tree/run/thintune"
	exec 8>"$lock"
}

# Milliseconds since an instant that does not matter.
now() { printf '%d\n' $((${EPOCHREALTIME/[.,]/} / 1000)); }

# has_open PID FILE: without a wait between looks, as long as the process lives
until_open() {
	while kill -0 "$1" 2>/dev/null; do
		! find "/proc/$1/fd" -lname "$2" 2>/dev/null | grep -q . || return 0
	done
	return 1
}

new_tree
state "$tree" >"$work/before"
flock 8
start=$(now)
expect "the lock is held: apply gives up" 6 "$THINTUNE" apply --root "$tree" --lock-wait 300ms
waited=$(($(now) - start))
says "and says who is to blame" 'another thintune holds /run/thintune/lock' "$err"
if [ "$waited" -ge 300 ] && [ "$waited" -lt 20000 ]; then
	ok "after the time it was told to wait"
else
	not_ok "after the time it was told to wait" "it waited $waited ms, 300 were wanted"
fi
state "$tree" >"$work/after"
same "nothing is written" "$work/before" "$work/after"
is "not even a journal" "" "$(find "$tree/run" -name '*journal*')"

# Once the holder lets go, the one who waits goes on.
"$THINTUNE" apply --root "$tree" --lock-wait 60s --format json >"$work/waited" 2>/dev/null 8>&- &
pid=$!
if until_open "$pid" "$lock"; then
	ok "apply waits for the lock"
else
	not_ok "apply waits for the lock" "$(cat "$work/waited")"
fi
state "$tree" >"$work/after"
same "while it waits, nothing is written" "$work/before" "$work/after"
flock -u 8
wait "$pid"
is "once the holder lets go, it does its work" "0 12" "$? $(jq .run.writes "$work/waited")"

flock 8
"$THINTUNE" restore --root "$tree" --lock-wait 60s >"$work/waited" 2>&1 8>&- &
pid=$!
until_open "$pid" "$lock"
flock -u 8
wait "$pid"
is "restore waits as well" 0 $?
state "$tree" >"$work/after"
same "and brings everything back" "$work/before" "$work/after"

# Two at once: one writes, the other finds nothing left to do.
for one in 1 2; do
	"$THINTUNE" apply --root "$tree" --format json >"$work/both$one" 2>/dev/null 8>&- &
	pids[one]=$!
done
wait "${pids[1]}"
codes=$?
wait "${pids[2]}"
codes="$codes $?"
is "two at once: both do their work" "0 0" "$codes"
is "two at once: every setting is written once" "0 12" \
	"$(jq .run.writes "$work/both1" "$work/both2" | sort -n | paste -sd' ')"
expect "two at once: it can be undone" 0 "$THINTUNE" restore --root "$tree"
state "$tree" >"$work/after"
same "two at once: everything is as it was" "$work/before" "$work/after"

# The lock goes with its holder, however that ends.
# shellcheck disable=SC2016 # for that shell
(sh -c 'exec 8>"$1"; flock 8; kill -9 $$' sh "$lock"; true) 2>/dev/null
expect "a holder that was killed holds nothing" 0 "$THINTUNE" apply --root "$tree" --lock-wait 0s

# A lock that is none.
exec 8>&-
for kind in directory link; do
	fresh aws-i4i "$tree"
	mkdir -p "$tree/run/thintune"
	if [ "$kind" = link ]; then ln -s /etc/hostname "$lock"; else mkdir "$lock"; fi
	expect "a $kind in the lock's place: apply does not go on without it" 4 "$THINTUNE" apply --root "$tree"
	says "a $kind in the lock's place is named" 'cannot lock /run/thintune/lock' "$out"
	state "$tree" >"$work/after"
	same "a $kind in the lock's place: nothing is written" "$work/before" "$work/after"
done
finish
